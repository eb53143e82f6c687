"""The gates of the schools, main gates larger."""

from __future__ import annotations

from layers.spec import EVERYONE, Draw, LayerSpec, LegendEntry

SPEC = LayerSpec(
    key="gate",
    url="/layers/gate?v={version}",
    id_column="id",
    title_key="layers.gate.title",
    columns=("name", "is_main", "school_code"),
    legend=(LegendEntry("gate", "layers.gate.gate", "gate"),),
    roles=EVERYONE,
    draw=Draw.GLYPH,
    min_zoom=14,
)

"""The perimeters: for each school what lies within so many metres of its boundary."""

from __future__ import annotations

from layers.spec import AT_SCHOOLS, LayerSpec, LegendEntry

SPEC = LayerSpec(
    key="perimeter",
    url="/layers/perimeter?v={version}&ring_m={ring_m}",
    id_column="school_id",
    title_key="layers.perimeter.title",
    legend=(LegendEntry("covered", "layers.perimeter.covered"),),
    roles=AT_SCHOOLS,
)

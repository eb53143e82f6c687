"""Towns and the areas of police stations."""

from __future__ import annotations

from layers.spec import ON_THE_MAP, LayerSpec, LegendEntry

TOWNS = LayerSpec(
    key="town",
    url="/layers/town?v={version}",
    id_column="id",
    title_key="layers.town.title",
    columns=("name",),
    legend=(LegendEntry("line", "layers.town.line", "line"),),
    roles=ON_THE_MAP,
    is_background=True,
    tolerance_deg=5e-5,
)

POLICE_AREAS = LayerSpec(
    key="police_area",
    url="/layers/police_area?v={version}",
    id_column="id",
    title_key="layers.police_area.title",
    columns=("name",),
    legend=(LegendEntry("line", "layers.police_area.line", "line"),),
    roles=ON_THE_MAP,
    is_background=True,
    is_shown=False,
    tolerance_deg=5e-5,
)

DISTRICT = LayerSpec(
    key="district",
    url="/layers/district?v={version}",
    id_column="id",
    title_key="layers.district.title",
    columns=("name",),
    legend=(LegendEntry("line", "layers.district.line", "line"),),
    roles=ON_THE_MAP,
    is_background=True,
    tolerance_deg=5e-5,
)

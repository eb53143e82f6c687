"""The background: water, green and buildings, and the roads above them, as vector tiles."""

from __future__ import annotations

from layers.spec import ON_THE_MAP, Draw, LayerSpec, LegendEntry

BASEMAP = LayerSpec(
    key="basemap",
    url="/tiles/basemap/{{z}}/{{x}}/{{y}}?v={version}",
    id_column="feature_id",
    title_key="layers.basemap.title",
    legend=(
        LegendEntry("water", "layers.basemap.water"),
        LegendEntry("green", "layers.basemap.green"),
    ),
    roles=ON_THE_MAP,
    is_background=True,
    draw=Draw.TILES,
    style_columns=("class",),
)

ROADS = LayerSpec(
    key="road",
    url="/tiles/road/{{z}}/{{x}}/{{y}}?v={version}",
    id_column="feature_id",
    title_key="layers.road.title",
    legend=(LegendEntry("primary", "layers.road.road", "line"),),
    roles=ON_THE_MAP,
    is_background=True,
    draw=Draw.TILES,
    style_columns=("class",),
)

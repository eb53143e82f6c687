"""All layers of the map, from the ground up."""

from __future__ import annotations

from layers import (
    areas,
    background,
    coverage_gaps,
    focus_zones,
    gates,
    hazards,
    hotspots,
    perimeters,
    posts,
    schools,
    service_areas,
    venues,
)
from layers.spec import Draw, LayerSpec

LAYERS: tuple[LayerSpec, ...] = (
    background.BASEMAP,
    background.ROADS,
    areas.DISTRICT,
    areas.TOWNS,
    areas.POLICE_AREAS,
    perimeters.SPEC,
    coverage_gaps.SPEC,
    service_areas.SPEC,
    focus_zones.SPEC,
    hotspots.SPEC,
    schools.SPEC,
    gates.SPEC,
    posts.SPEC,
    venues.SPEC,
    hazards.SPEC,
)
"""In the order in which they are drawn."""

BY_KEY = {spec.key: spec for spec in LAYERS}


def layers_for(role: str) -> tuple[LayerSpec, ...]:
    """Give the layers that a role may see, from the ground up.

    Parameters
    ----------
    role
        Word of the viewer's role; one that nobody knows sees nothing.

    Returns
    -------
    tuple of LayerSpec
    """
    return tuple(spec for spec in LAYERS if role in spec.roles)


def find_layer(key: str, role: str, *, tiles: bool) -> LayerSpec | None:
    """Find a layer that a route was asked for; None where there is none for this role.

    Parameters
    ----------
    key
        Name of the layer.
    role
        Word of the viewer's role.
    tiles
        Whether a layer of tiles is meant.

    Returns
    -------
    LayerSpec or None
    """
    spec = BY_KEY.get(key)
    if spec is None or role not in spec.roles or (spec.draw is Draw.TILES) is not tiles:
        return None
    return spec

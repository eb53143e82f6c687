"""A campaign's zones on the map, and one that is being drawn: outlines that change with every click.

They are a few shapes that belong to nobody's layer yet, so they travel with the rerun, as a plan's ghosts do,
and not by an address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely

from layers.plan import plan_paint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.plan import Point

PROPOSED, DRAWN, SNAPPED = "p", "d", "n"
"""A zone of the ranking, one drawn and kept, the hexagons of one that is being drawn."""
TOLERANCE_DEG = 2e-5
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Area:
    """One outline.

    Parameters
    ----------
    kind
        `PROPOSED`, `DRAWN` or `SNAPPED`.
    shape
        Polygon or MultiPolygon, EPSG:4490.
    """

    kind: str
    shape: shapely.Geometry


def area_paint(
    areas: Sequence[Area], corners: Sequence[Point] = (), *, picks: bool = False
) -> dict[str, Any]:
    """Say what a rerun shows of a campaign's zones.

    Parameters
    ----------
    areas
        Outlines.
    corners
        Of the zone that is being drawn, lon/lat.
    picks
        Whether a click on the map gives a position.

    Returns
    -------
    dict
        JSON for ``browser/plan_map.js``.
    """
    drawn = [{"kind": area.kind, "rings": rings} for area in areas for rings in _rings(area.shape)]
    state = plan_paint((), {}, chosen=None, asks="place", picks=picks)
    return state | {"areas": drawn, "corners": [[round(part, DIGITS) for part in point] for point in corners]}


def _rings(shape: shapely.Geometry) -> list[list[list[list[float]]]]:
    """Give the rings of each polygon of a shape, simplified and rounded."""
    simple = shapely.simplify(shape, TOLERANCE_DEG, preserve_topology=True)
    parts = shapely.get_parts(simple)
    return [
        [shapely.get_coordinates(ring).round(DIGITS).tolist() for ring in (part.exterior, *part.interiors)]
        for part in parts
        if isinstance(part, shapely.Polygon) and not part.is_empty
    ]

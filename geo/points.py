"""A point that surely lies on a geometry, of whatever kind it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

if TYPE_CHECKING:
    from geo.arrays import Floats, Geometries


def representative_points(geometries: Geometries) -> tuple[Floats, Floats]:
    """Give a point of each geometry that surely lies on it (degrees; NaN for `None`)."""
    points = geometries.copy()
    spread = shapely.get_dimensions(geometries) > 0
    points[spread] = shapely.point_on_surface(geometries[spread])
    several = shapely.get_type_id(points) == shapely.GeometryType.MULTIPOINT.value
    points[several] = shapely.get_geometry(points[several], 0)
    return shapely.get_x(points), shapely.get_y(points)

"""A zone drawn on the map, snapped to fixed hexagons: small shapes would let single events be picked out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyproj
import shapely
from shapely import GeometryType

from geo.errors import DrawnZoneError, DrawnZoneTooLargeError
from geo.hexagons import RADIUS_M, cell_centres, cell_ids, cells_touching

if TYPE_CHECKING:
    from geo.arrays import Objects

LARGEST_KM2 = 200.0
WIDEST_DEG = 1
_GLOBE = pyproj.Geod(ellps="GRS80")
_LAST_LATITUDE = 85
_SURFACES = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON)


def snap_zone(shape: shapely.Geometry | None, radius_m: int = RADIUS_M) -> Objects:
    """Give the whole hexagons that a drawn zone stands for.

    Parameters
    ----------
    shape
        Polygon or MultiPolygon, lon/lat in EPSG:4490.
    radius_m
        Circumradius of the cells.

    Returns
    -------
    numpy.ndarray
        Ids in order: the cells whose centre lies in the zone or on its edge, so that zones drawn side by side
        share no cell but those centred on their common edge; where there is none, the one cell in which a
        point inside the zone lies.

    Raises
    ------
    DrawnZoneError
        No surface, an empty one, one whose outline crosses itself or has no area, or positions off the globe.
    DrawnZoneTooLargeError
        More than `LARGEST_KM2` on the ellipsoid, or more than `WIDEST_DEG` across.
    """
    zone = _checked(shape)
    touching = cells_touching(zone, radius_m)
    inside = touching[shapely.intersects(zone, cell_centres(touching))]
    if len(inside):
        return inside
    ((lon, lat),) = shapely.get_coordinates(shapely.point_on_surface(zone))
    return cell_ids(lon, lat, radius_m)


def _checked(shape: shapely.Geometry | None) -> shapely.Geometry:
    if shape is None:
        raise DrawnZoneError
    if shapely.get_type_id(shape) not in _SURFACES or shapely.is_empty(shape) or not shapely.is_valid(shape):
        raise DrawnZoneError
    west, south, east, north = shapely.bounds(shape)
    if not (-180 <= west <= east <= 180 and -_LAST_LATITUDE <= south <= north <= _LAST_LATITUDE):  # noqa: PLR2004 -- the globe
        raise DrawnZoneError
    area = abs(_GLOBE.geometry_area_perimeter(shape)[0]) / 1e6
    if area > LARGEST_KM2 or max(east - west, north - south) > WIDEST_DEG:
        raise DrawnZoneTooLargeError(
            area_km2=int(np.ceil(area)), limit_km2=int(LARGEST_KM2), limit_deg=WIDEST_DEG
        )
    return shape

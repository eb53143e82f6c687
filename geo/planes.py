"""Which schools are measured together, and in which plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.crs import common_metric_epsg, in_plane, metric_epsgs

if TYPE_CHECKING:
    from geo.arrays import Flags, Floats, Geometries, Integers

_HALF_TURN = 180.0


def planes(schools: Geometries, *, area: Geometries | None = None) -> list[tuple[int, Integers]]:
    """Group a partition's schools by the metric CRS that they are measured in.

    Parameters
    ----------
    schools
        Polygons or points, lon/lat in EPSG:4490, shape (n,).
    area
        The district's own area, whose middle decides for all its schools; an empty array if it is not
        known: then the schools' middle decides. `None` for schools of no district: each goes by its place.

    Returns
    -------
    list
        EPSG code and row numbers, each row once, in order of the codes. A district too wide for one plane is
        cut like schools of none.
    """
    if not len(schools):
        return []
    if area is not None:
        epsg = common_metric_epsg(area if len(area) else schools)
        if in_plane(schools, epsg).all():
            return [(epsg, np.arange(len(schools)))]
    own = metric_epsgs(*_places(schools))
    return [(int(epsg), np.flatnonzero(own == epsg)) for epsg in np.unique(own)]


def _places(schools: Geometries) -> tuple[Floats, Floats]:
    west, _, east, _ = shapely.bounds(schools).T
    cut: Flags = (east - west) > _HALF_TURN
    spots = schools.copy()
    # The middle of a ground that is cut at 180 degrees lies on the other side of the globe.
    spots[cut] = shapely.get_geometry(schools[cut], 0)
    middles = shapely.centroid(spots)
    return shapely.get_x(middles), shapely.get_y(middles)

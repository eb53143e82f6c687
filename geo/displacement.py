"""How far a place has moved, on the globe, and how its area has changed, in the plane it lies in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyproj
import shapely

from geo.crs import metric_epsgs, to_metric

if TYPE_CHECKING:
    from geo.arrays import Floats, Geometries, Integers

_GLOBE = pyproj.Geod(ellps="GRS80")


def moved_m(before: Geometries, after: Geometries) -> Floats:
    """Measure the way from each shape's centroid to that of the shape that replaces it.

    Parameters
    ----------
    before, after
        EPSG:4490, `None` allowed, shape (n,).

    Returns
    -------
    numpy.ndarray
        Metres along the geodesic of GRS 80, NaN where a shape is missing: a file read in a wrong plane moves
        a place further than any plane reaches.
    """
    moved = np.full(len(before), np.nan)
    both = _both(before, after)
    (x0, y0), (x1, y1) = (_centres(shapes[both]) for shapes in (before, after))
    _, _, moved[both] = _GLOBE.inv(x0, y0, x1, y1)
    return moved


def areas_m2(before: Geometries, after: Geometries) -> tuple[Floats, Floats]:
    """Measure the areas of shapes and of those that replace them.

    Parameters
    ----------
    before, after
        EPSG:4490, `None` allowed, shape (n,).

    Returns
    -------
    tuple of numpy.ndarray
        Square metres, 0 for points and lines, NaN where one of the two is missing.
    """
    found = np.full((2, len(before)), np.nan)
    both = _both(before, after)
    for at, shapes in enumerate((before, after)):
        planes = metric_epsgs(*_centres(shapes[both]))
        for epsg in np.unique(planes):
            rows = both[planes == epsg]
            found[at, rows] = shapely.area(to_metric(shapes[rows], int(epsg)))
    return found[0], found[1]


def _both(before: Geometries, after: Geometries) -> Integers:
    """Find the rows that have both shapes."""
    return np.flatnonzero(~shapely.is_missing(before) & ~shapely.is_missing(after))


def _centres(shapes: Geometries) -> tuple[Floats, Floats]:
    centres = shapely.centroid(shapes)
    return shapely.get_x(centres), shapely.get_y(centres)

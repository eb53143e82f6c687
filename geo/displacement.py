"""How far a place has moved and how its area has changed, in metres of the plane it lies in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.crs import metric_epsgs, to_metric

if TYPE_CHECKING:
    from geo.arrays import Floats, Geometries


def moved_m(before: Geometries, after: Geometries) -> Floats:
    """Measure the way from each shape's centroid to that of the shape that replaces it.

    Parameters
    ----------
    before, after
        EPSG:4490, `None` allowed, shape (n,).

    Returns
    -------
    numpy.ndarray
        Metres, NaN where a shape is missing; measured in the 3-degree zone (UTM outside China) of the first.
    """
    moved = np.full(len(before), np.nan)
    for epsg, rows in _by_plane(before, after):
        ends = [shapely.centroid(to_metric(shapes[rows], epsg)) for shapes in (before, after)]
        moved[rows] = shapely.distance(*ends)
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
    for epsg, rows in _by_plane(before, after):
        for at, shapes in enumerate((before, after)):
            found[at, rows] = shapely.area(to_metric(shapes[rows], epsg))
    return found[0], found[1]


def _by_plane(before: Geometries, after: Geometries) -> list[tuple[int, np.ndarray]]:
    """Group the rows that have both shapes by the plane in which the first lies."""
    both = np.flatnonzero(~shapely.is_missing(before) & ~shapely.is_missing(after))
    if not len(both):
        return []
    centres = shapely.centroid(before[both])
    planes = metric_epsgs(shapely.get_x(centres), shapely.get_y(centres))
    return [(int(epsg), both[planes == epsg]) for epsg in np.unique(planes)]

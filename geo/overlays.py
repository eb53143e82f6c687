"""Overlays of arrays of geometries that do not stop at one bad pair.

GEOS is exact to the last bit of a double and, rarely, gives up on a pair for that very reason. Such a pair,
and none but it, is mended and overlaid once more on a grid far finer than any measurement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.errors import GEOSException

from geo.arrays import as_geometries
from geo.validity import make_valid

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.arrays import Geometries

FEW = 8
"""Up to so many geometries a row are united two at a time."""
GRID_M = 1e-4
"""A tenth of a millimetre."""


def difference(geometries: Geometries, others: Geometries) -> Geometries:
    """Give what of each geometry lies outside the other one beside it (metres, shape (n,) each)."""
    return _pairwise(shapely.difference, geometries, others)


def intersection(geometries: Geometries, others: Geometries) -> Geometries:
    """Give what each geometry shares with the other one beside it (metres, shape (n,) each)."""
    return _pairwise(shapely.intersection, geometries, others)


def unions(table: Geometries) -> Geometries:
    """Give the union of each row.

    Parameters
    ----------
    table
        Polygons in metres, `None` where a row is shorter, shape (n, k).

    Returns
    -------
    numpy.ndarray
        Polygons or MultiPolygons, shape (n,).
    """
    try:
        if table.shape[1] <= FEW and not shapely.is_missing(table).any():
            return _halved(table)
        return np.asarray(shapely.union_all(table, axis=1), dtype=object)
    except GEOSException:
        return as_geometries([_union(row) for row in table])


def _halved(table: Geometries) -> Geometries:
    """Unite full rows by halves: for a few, two at a time is quicker than all at once."""
    while (width := table.shape[1]) > 1:
        even = width - width % 2
        table = np.concatenate(
            [shapely.union(table[:, 0:even:2], table[:, 1:even:2]), table[:, even:]], axis=1
        )
    return table[:, 0]


def _union(row: Geometries) -> shapely.Geometry:
    try:
        return shapely.union_all(row)
    except GEOSException:
        return shapely.union_all(make_valid(row[~shapely.is_missing(row)]), grid_size=GRID_M)


def _pairwise(overlay: Callable[..., Geometries], geometries: Geometries, others: Geometries) -> Geometries:
    try:
        return overlay(geometries, others)
    except GEOSException:
        pairs = zip(geometries, others, strict=True)
        return as_geometries([_overlay_one(overlay, one, other) for one, other in pairs])


def _overlay_one(
    overlay: Callable[..., Geometries], one: shapely.Geometry, other: shapely.Geometry
) -> Geometries:
    try:
        return overlay(one, other)
    except GEOSException:
        valid, cutter = make_valid(np.array([one, other], dtype=object))
        return overlay(valid, cutter, grid_size=GRID_M)

"""The cells over which hotspots are looked for: those of a district, or those round its events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo import hexagons
from geo.arrays import as_geometries, points_at
from geo.crs import metric_epsgs, to_metric
from geo.hexagons import RADIUS_M, cells_around, cells_touching

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo.arrays import Floats, Geometries, Integers, Objects

WITHIN_M = 500.0
"""How far from an event a cell is looked at where no district is loaded."""
_MILLIMETRES = 3
_LEAST_DEGREE_M = 110_000.0
"""A degree of a meridian is nowhere shorter, m."""
_LEAST_PARALLEL = 0.01


def cells_of_areas(areas: Iterable[shapely.Geometry], radius_m: int = RADIUS_M) -> Objects:
    """Find all cells that touch a district.

    Parameters
    ----------
    areas
        Polygons, lon/lat in EPSG:4490; missing and empty ones have no cells.
    radius_m
        Circumradius of the cells, whole metres.

    Returns
    -------
    numpy.ndarray
        Ids, each once, in order; a cell that has only a point of the border in common is one of them.

    Raises
    ------
    geo.errors.BadRadiusError, geo.errors.OutsidePlaneError
        As `geo.hexagons.cells_touching`.
    """
    shapes = as_geometries(areas)
    found = [
        cells_touching(shape, radius_m)
        for shape in shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    ]
    return np.unique(np.concatenate([np.empty(0, dtype=object), *found]))


def cells_round(lon: Floats, lat: Floats, *, within_m: float = WITHIN_M, radius_m: int = RADIUS_M) -> Objects:
    """Find all cells near an event, empty ones included.

    Parameters
    ----------
    lon, lat
        Events, degrees in EPSG:4490, finite, shape (n,); the middle of its hexagon for one that is known by
        its hexagon only.
    within_m
        Metres from the event to the nearest part of the cell, at most; compared as whole millimetres.
    radius_m
        Circumradius of the cells, whole metres.

    Returns
    -------
    numpy.ndarray
        Ids, each once, in order, on both sides of a seam between zones.

    Raises
    ------
    geo.errors.BadRadiusError
        As `geo.hexagons.cell_ids`.
    """
    x, y = np.atleast_1d(np.asarray(lon, float)), np.atleast_1d(np.asarray(lat, float))
    own = metric_epsgs(x, y)
    # An event near a seam has cells in the zone beyond it.
    reach = within_m / _LEAST_DEGREE_M / np.maximum(np.cos(np.radians(y)), _LEAST_PARALLEL)
    beside = [own, *(metric_epsgs((x + step + 180.0) % 360.0 - 180.0, y) for step in (-reach, reach))]
    zones = np.unique(np.concatenate(beside)) if len(x) else np.empty(0, dtype=np.int64)
    found = []
    for epsg in zones:
        rows = np.flatnonzero(np.any([zone == epsg for zone in beside], axis=0))
        places = to_metric(points_at(x[rows], y[rows]), int(epsg))
        near = _near_in_zone(places, int(epsg), radius_m, within_m)
        found.append(near if len(zones) == 1 else hexagons.write_ids(_own(near)))
    return np.unique(np.concatenate([np.empty(0, dtype=object), *found]))


def _own(ids: Objects) -> hexagons.Cells:
    return hexagons.of_their_zone(hexagons.read_ids(ids))


def _near_in_zone(places: Geometries, epsg: int, radius: int, within_m: float) -> Objects:
    """Find the cells of one zone near places in its plane."""
    occupied = np.unique(hexagons.cells_at(places, epsg, radius))
    # The centres of cells so many steps apart are at least 3/2 radius x steps from each other.
    rings = int(np.ceil((within_m + 2.0 * radius) / (1.5 * radius)))
    candidates = cells_around(occupied, rings)
    shapes = hexagons.cells_in_metres(hexagons.read_ids(candidates))
    (rows, _), away = shapely.STRtree(places).query_nearest(
        shapes, max_distance=within_m + 1.0, return_distance=True, all_matches=False
    )
    near: Integers = rows[np.round(away, _MILLIMETRES) <= within_m]
    return candidates[near]

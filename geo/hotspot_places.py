"""Significant hexagons that touch are one place: single ones would count a crossroads seven times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geo.arrays import points_at
from geo.crs import to_metric
from geo.hexagons import cell_centres, neighbour_pairs

if TYPE_CHECKING:
    from geo.arrays import Floats, Integers, Objects


def places_of(ids: Objects) -> Integers:
    """Give each hexagon the number of the place that it is part of.

    Parameters
    ----------
    ids
        Hexagons, each once, shape (n,).

    Returns
    -------
    numpy.ndarray
        The place of each, from 0, shape (n,); hexagons that share a side have the same one.
    """
    if not len(ids):
        return np.empty(0, dtype=np.int64)
    first, second = neighbour_pairs(ids)
    graph = coo_array((np.ones(len(first)), (first, second)), shape=(len(ids), len(ids)))
    _, labels = connected_components(graph, directed=False)
    places: Integers = labels.astype(np.int64)
    return places


def middles_of(ids: Objects, groups: Integers) -> tuple[Floats, Floats]:
    """Give the middle of each group of hexagons, degrees in EPSG:4490, shape (k,).

    Parameters
    ----------
    ids
        Hexagons, shape (n,).
    groups
        The group of each, from 0 to k - 1.
    """
    middles = cell_centres(ids)
    many = np.bincount(groups)
    lon, lat = (np.bincount(groups, weights=of(middles)) / many for of in (shapely.get_x, shapely.get_y))
    return lon, lat


def nearest_of(lon: Floats, lat: Floats, others: tuple[Floats, Floats], epsg: int) -> tuple[Integers, Floats]:
    """Find which of some positions is nearest to each, and how far it is.

    Parameters
    ----------
    lon, lat
        Positions, degrees in EPSG:4490, shape (k,).
    others
        Longitudes and latitudes to choose from; with none there are no rows and infinite distances.
    epsg
        The metric plane that distances are measured in.

    Returns
    -------
    tuple of numpy.ndarray
        Row among the others, and metres, shape (k,).
    """
    if not len(others[0]):
        return np.full(len(lon), -1), np.full(len(lon), np.inf)
    flat = [shapely.get_coordinates(to_metric(points_at(x, y), epsg)) for x, y in ((lon, lat), others)]
    metres, rows = cKDTree(flat[1]).query(flat[0])
    return np.asarray(rows, dtype=np.int64), np.asarray(metres, dtype=np.float64)

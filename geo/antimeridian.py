"""Geometries that cross 180 degrees of longitude, cut there as RFC 7946 (3.1.9) asks."""

from __future__ import annotations

import numpy as np
import shapely

from geo.arrays import Flags, Floats, Geometries, as_geometries
from geo.errors import RoundPoleError

_HALF, _FULL = 180.0, 360.0


def cut_at_antimeridian(geometries: Geometries) -> Geometries:
    """Cut what crosses 180 degrees into parts on both sides.

    Parameters
    ----------
    geometries
        Lon/lat in degrees, none wider than half the globe, `None` allowed, shape (n,).

    Returns
    -------
    numpy.ndarray
        The same array where nothing crosses.

    Raises
    ------
    RoundPoleError
        A geometry lies round a pole: no cut can draw it in longitudes.
    """
    wide = _width(geometries) > _HALF
    if not wide.any():
        return geometries
    cut = geometries.copy()
    cut[wide] = as_geometries([_cut(geometry) for geometry in cut[wide]])
    return cut


def _width(geometries: Geometries) -> Floats:
    west, _, east, _ = shapely.bounds(geometries).T
    width: Floats = east - west
    return width


def _cut(geometry: shapely.Geometry) -> shapely.Geometry:
    continuous = shapely.transform(geometry, _unwrap)
    if _width(as_geometries([continuous]))[0] > _HALF or _is_round_pole(continuous):
        raise RoundPoleError
    south, north = shapely.bounds(continuous)[[1, 3]]
    eastern = shapely.intersection(continuous, shapely.box(0.0, south, _HALF, north))
    western = shapely.intersection(continuous, shapely.box(_HALF, south, _FULL, north))
    return shapely.union(eastern, shapely.transform(western, _wrap))


def _unwrap(coordinates: Floats) -> Floats:
    return np.column_stack([coordinates[:, 0] % _FULL, coordinates[:, 1]])


def _wrap(coordinates: Floats) -> Floats:
    return np.column_stack([coordinates[:, 0] - _FULL, coordinates[:, 1]])


def _is_round_pole(geometry: shapely.Geometry) -> bool:
    # A ring that goes once round a pole has an edge that jumps by most of a turn wherever it is cut open.
    coordinates, part = shapely.get_coordinates(geometry, return_index=True)
    same: Flags = part[1:] == part[:-1]
    return bool((np.abs(np.diff(coordinates[:, 0]))[same] > _HALF).any())

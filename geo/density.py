"""How densely events lie, as a surface on a fixed raster: a picture to look at, which says nothing of chance.

Events are counted in the raster's cells and the counts are smoothed by a Gaussian, first along the rows and
then along the columns, which is the same as in both directions at once (B. W. Silverman, "Density Estimation
for Statistics and Data Analysis", 1986, 3.5, by convolution instead of a Fourier transform). Counting moves
an event by up to half a cell, which by itself widens the kernel's variance by a twelfth of the cell's square;
the kernel is narrowed by as much. With cells of a third of the bandwidth the surface is good to half a
percent of its peak, unless a few stacks of events are all there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.ndimage import correlate1d
from scipy.spatial import cKDTree

from geo.errors import BadBandwidthError

if TYPE_CHECKING:
    from geo.arrays import Floats, Integers

BANDWIDTH_M = 300.0
TRUNCATED_AT = 4.0
"""The kernel ends at so many bandwidths: beyond it lies 0.03 % of an event."""
_M2_PER_KM2 = 1e6
_HEXAGON_VARIANCE = 5.0 / 24.0
"""Variance along one axis of a place anywhere in a hexagon, in squares of its circumradius."""


class Raster(NamedTuple):
    """A fixed raster in a metric plane: its south-west corner and its cells, m."""

    west: float
    south: float
    cell_m: float
    columns: int
    rows: int


def raster_over(bounds: tuple[float, float, float, float], cell_m: float) -> Raster:
    """Lay a raster over a box (west, south, east, north, m), on whole multiples of the cell from the origin.

    Two boxes thereby have the same cells where they overlap.
    """
    west, south = (np.floor(edge / cell_m) for edge in bounds[:2])
    east, north = (np.ceil(edge / cell_m) for edge in bounds[2:])
    return Raster(
        float(west * cell_m),
        float(south * cell_m),
        cell_m,
        max(1, int(east - west)),
        max(1, int(north - south)),
    )


def density_surface(east: Floats, north: Floats, raster: Raster, bandwidth_m: float = BANDWIDTH_M) -> Floats:
    """Compute the density of events at the middle of each cell.

    Parameters
    ----------
    east, north
        Events in the raster's plane, m, finite, shape (n,). Those outside the raster count as far as the
        kernel reaches.
    raster
        The raster; its cells are no larger than the bandwidth.
    bandwidth_m
        Standard deviation of the Gaussian, m.

    Returns
    -------
    numpy.ndarray
        Events per km2, shape (rows, columns), from south to north and from west to east.

    Raises
    ------
    BadBandwidthError
        The bandwidth is not a number of metres of at least one cell.
    """
    if not raster.cell_m <= bandwidth_m < np.inf:
        raise BadBandwidthError(bandwidth=bandwidth_m, cell=raster.cell_m)
    kernel = _kernel(bandwidth_m / raster.cell_m)
    pad = len(kernel) // 2
    counts = _counts(east, north, raster, pad)
    along = correlate1d(counts, kernel, axis=1, mode="constant")[:, pad:-pad]
    surface: Floats = correlate1d(along, kernel, axis=0, mode="constant")[pad:-pad]
    surface *= _M2_PER_KM2 / raster.cell_m**2
    return surface


def density_of_cells(
    counts: Floats | Integers, places: Floats, *, radius_m: float, bandwidth_m: float = BANDWIDTH_M
) -> Floats:
    """Compute the density at the middle of hexagons from their counts.

    Parameters
    ----------
    counts
        Events in each hexagon, shape (n,).
    places
        Middles of the hexagons in their plane, m, shape (n, 2).
    radius_m
        Circumradius of the hexagons, m.
    bandwidth_m
        Standard deviation of the Gaussian, m; at least one radius.

    Returns
    -------
    numpy.ndarray
        Events per km2, shape (n,). Counting moves an event within its hexagon, which widens the kernel's
        variance by 5/24 of the radius' square; the kernel is narrowed by as much.

    Raises
    ------
    BadBandwidthError
        The bandwidth is no number of metres of at least the radius.
    """
    if not radius_m <= bandwidth_m < np.inf:
        raise BadBandwidthError(bandwidth=bandwidth_m, cell=radius_m)
    held = np.flatnonzero(counts)
    density = np.zeros(len(counts))
    if not len(held):
        return density
    variance = bandwidth_m**2 - _HEXAGON_VARIANCE * radius_m**2
    near = cKDTree(places).query_ball_point(places[held], TRUNCATED_AT * np.sqrt(variance))
    source = np.repeat(held, [len(found) for found in near])
    target = np.concatenate([np.asarray(found, dtype=np.int64) for found in near])
    away = ((places[source] - places[target]) ** 2).sum(axis=1)
    weight = np.asarray(counts)[source] * np.exp(-away / (2.0 * variance))
    density += np.bincount(target, weights=weight, minlength=len(counts))
    density *= _M2_PER_KM2 / (2.0 * np.pi * variance)
    return density


def _kernel(bandwidth: float) -> Floats:
    """Give the weights of the cells round one, for a bandwidth in cells."""
    reach = int(np.ceil(TRUNCATED_AT * bandwidth))
    steps = np.arange(-reach, reach + 1)
    weights: Floats = np.exp(-(steps**2) / (2.0 * (bandwidth**2 - 1.0 / 12.0)))
    weights /= weights.sum()
    return weights


def _counts(east: Floats, north: Floats, raster: Raster, pad: int) -> Floats:
    """Count events in the cells of the raster and of a margin round it."""
    columns, rows = raster.columns + 2 * pad, raster.rows + 2 * pad
    column = (np.asarray(east, float) - (raster.west - pad * raster.cell_m)) / raster.cell_m
    row = (np.asarray(north, float) - (raster.south - pad * raster.cell_m)) / raster.cell_m
    inside = (column >= 0.0) & (column < columns) & (row >= 0.0) & (row < rows)
    if not inside.all():
        column, row = column[inside], row[inside]
    at: Integers = row.astype(np.int64) * columns + column.astype(np.int64)
    counts: Floats = np.bincount(at, minlength=rows * columns).reshape(rows, columns).astype(np.float64)
    return counts

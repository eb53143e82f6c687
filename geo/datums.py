"""GCJ-02 and BD-09 to and from WGS84, which no coordinate library carries.

Map services in China hand out positions that are displaced by a smooth, published-by-nobody function:
GCJ-02 by about 500 m, Baidu's BD-09 by about 900 m more. The forward function here is the public
re-derivation that all known implementations share; its inverse has no closed form and is iterated. Good for
maps and for finding out what a file holds, never for certifying a legal distance.

Every function takes and gives longitudes and latitudes in degrees, scalar or array of any equal shape.
Outside the box of China, and where a coordinate is not finite, positions come back as they are.
"""

from __future__ import annotations

import numpy as np

from geo.arrays import Flags, Floats

_KRASOVSKY_AXIS_M = 6378245.0
_KRASOVSKY_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BOX_WEST, _BOX_EAST = 72.004, 137.8347
_BOX_SOUTH, _BOX_NORTH = 0.8293, 55.8271
_ORIGIN_LON, _ORIGIN_LAT = 105.0, 35.0
_GCJ_PASSES = 4
"""Each pass leaves some parts in a thousand: 2.6 m, 1.1 cm, 0.04 mm (0.2 in the far north-east), less."""
_BD_SHIFT_LON, _BD_SHIFT_LAT = 0.0065, 0.006
_BD_PER_DEGREE = np.pi * 3000.0 / 180.0
_BD_PASSES = 7
"""Each pass shrinks the error about fifty times: 0.13 m after none, less than rounding after seven."""

Pair = tuple[Floats, Floats]


def in_box(lon: object, lat: object) -> Flags:
    """Tell which positions lie in the box where the displacement applies (it reaches beyond the borders)."""
    x, y = _floats(lon, lat)
    inside: Flags = (x >= _BOX_WEST) & (x <= _BOX_EAST) & (y >= _BOX_SOUTH) & (y <= _BOX_NORTH)
    return inside


def wgs84_to_gcj02(lon: object, lat: object) -> Pair:
    """Displace WGS84 positions as public maps in China do.

    Parameters
    ----------
    lon, lat
        Degrees, WGS84.

    Returns
    -------
    tuple of numpy.ndarray
        Degrees, GCJ-02. Agrees with prcoords to 0.0 m.
    """
    x, y = _floats(lon, lat)
    inside = in_box(x, y)
    d_lon, d_lat = _gcj_displacement(x, y)
    return np.where(inside, x + d_lon, x), np.where(inside, y + d_lat, y)


def gcj02_to_wgs84(lon: object, lat: object) -> Pair:
    """Undo `wgs84_to_gcj02` by fixed-point iteration, to 0.04 mm.

    Parameters
    ----------
    lon, lat
        Degrees, GCJ-02.

    Returns
    -------
    tuple of numpy.ndarray
        Degrees, WGS84.
    """
    x, y = _floats(lon, lat)
    inside = in_box(x, y)
    guess_x, guess_y = x, y
    for _ in range(_GCJ_PASSES):
        d_lon, d_lat = _gcj_displacement(guess_x, guess_y)
        guess_x, guess_y = x - d_lon, y - d_lat
    return np.where(inside, guess_x, x), np.where(inside, guess_y, y)


def gcj02_to_bd09(lon: object, lat: object) -> Pair:
    """Displace GCJ-02 positions once more, as Baidu does.

    Parameters
    ----------
    lon, lat
        Degrees, GCJ-02.

    Returns
    -------
    tuple of numpy.ndarray
        Degrees, BD-09.
    """
    x, y = _floats(lon, lat)
    inside = in_box(x, y)
    bd_x, bd_y = _bd(x, y)
    return np.where(inside, bd_x, x), np.where(inside, bd_y, y)


def bd09_to_gcj02(lon: object, lat: object) -> Pair:
    """Undo `gcj02_to_bd09`, iterated until nothing is left but rounding.

    Parameters
    ----------
    lon, lat
        Degrees, BD-09.

    Returns
    -------
    tuple of numpy.ndarray
        Degrees, GCJ-02.
    """
    x, y = _floats(lon, lat)
    inside = in_box(x, y)
    guess_x, guess_y = x - _BD_SHIFT_LON, y - _BD_SHIFT_LAT
    for _ in range(_BD_PASSES):
        bd_x, bd_y = _bd(guess_x, guess_y)
        guess_x, guess_y = guess_x + (x - bd_x), guess_y + (y - bd_y)
    return np.where(inside, guess_x, x), np.where(inside, guess_y, y)


def wgs84_to_bd09(lon: object, lat: object) -> Pair:
    """Displace WGS84 positions to BD-09 (degrees in, degrees out)."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: object, lat: object) -> Pair:
    """Undo `wgs84_to_bd09` (degrees in, degrees out)."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def _floats(lon: object, lat: object) -> Pair:
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def _defined(lon: Floats, lat: Floats) -> Pair:
    # Infinite input would warn in sin and cos; the result is thrown away by the callers' box.
    return np.where(np.isfinite(lon), lon, np.nan), np.where(np.isfinite(lat), lat, np.nan)


def _bd(lon: Floats, lat: Floats) -> Pair:
    """Give BD-09 for GCJ-02 positions; nonsense outside the box, where nobody uses it."""
    x, y = _defined(lon, lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_PER_DEGREE)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_PER_DEGREE)
    return radius * np.cos(angle) + _BD_SHIFT_LON, radius * np.sin(angle) + _BD_SHIFT_LAT


def _gcj_displacement(lon: Floats, lat: Floats) -> Pair:
    """Give the displacement in degrees at WGS84 positions; nonsense outside the box, where nobody uses it."""
    x, y = _defined(lon, lat)
    x, y = x - _ORIGIN_LON, y - _ORIGIN_LAT
    east_m, north_m = _gcj_waves(x, y)
    radians = np.radians(y + _ORIGIN_LAT)
    flattening = 1 - _KRASOVSKY_ECCENTRICITY_SQUARED * np.sin(radians) ** 2
    meridian_m = (
        _KRASOVSKY_AXIS_M * (1 - _KRASOVSKY_ECCENTRICITY_SQUARED) / (flattening * np.sqrt(flattening))
    )
    parallel_m = _KRASOVSKY_AXIS_M / np.sqrt(flattening) * np.cos(radians)
    return np.degrees(east_m / parallel_m), np.degrees(north_m / meridian_m)


def _gcj_waves(x: Floats, y: Floats) -> Pair:
    """Give the displacement in metres east and north, ``x`` and ``y`` in degrees from 105 E, 35 N."""
    root, xy = np.sqrt(np.abs(x)), x * y
    fine = 20.0 * (np.sin(6.0 * np.pi * x) + np.sin(2.0 * np.pi * x))
    east = (
        300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * xy
        + 0.1 * root
        + _two_thirds(
            fine,
            20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi / 3.0 * x),
            150.0 * np.sin(np.pi / 12.0 * x) + 300.0 * np.sin(np.pi / 30.0 * x),
        )
    )
    north = (
        -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * xy
        + 0.2 * root
        + _two_thirds(
            fine,
            20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi / 3.0 * y),
            160.0 * np.sin(np.pi / 12.0 * y) + 320.0 * np.sin(np.pi / 30.0 * y),
        )
    )
    return east, north


def _two_thirds(*waves: Floats) -> Floats:
    total: Floats = sum(waves, start=np.zeros_like(waves[0])) * (2.0 / 3.0)
    return total

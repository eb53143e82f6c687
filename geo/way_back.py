"""The way back from a transverse Mercator plane for many positions at once, as a short polynomial.

The plane is conformal, so lon + i * isometric lat is an analytic function of east + i * north. On a circle
round all positions its Fourier coefficients are its Taylor coefficients: a handful, taken from 64 positions
that PROJ transforms. What is cut off bounds the error everywhere inside (maximum principle), and coefficients
of negative order, which no analytic function has, give away a pole or the antimeridian. Geodetic latitude
follows from the isometric one by a Chebyshev series. Within `TOLERANCE_DEG` of PROJ at a tenth of its cost;
where that cannot be had, there is no such polynomial and PROJ itself goes the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.polynomial import chebyshev

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geo.arrays import Floats

TOLERANCE_DEG = 1e-11
"""About a micrometre."""
WORTH_FROM = 4_096
"""Positions below which PROJ is as quick."""
_NODES = 64
_HIGHEST = 20
_HIGHEST_LAT = 89.0
"""A pole has no isometric latitude."""
_LAT_NODES, _LAT_TERMS = 48, 20
_ROOM, _STEPS = 1.25, 8
"""A circle has a quarter to spare, so that its middle can move by an eleventh to a round number."""
_BLOCK = 8_192
"""Positions worked on at once: what is read again is still in the cache."""


@dataclass(frozen=True, slots=True)
class WayBack:
    """A polynomial from metres to degrees, good inside one circle."""

    middle: complex
    radius_m: float
    terms: NDArray[np.complex128]
    """Of (position - middle) / radius, rising; degrees of lon + i * isometric lat."""
    lat_middle: float
    lat_half: float
    lat_terms: Floats
    """Of (isometric lat - lat_middle) / lat_half, rising; degrees of lat."""

    def __call__(self, positions: Floats) -> Floats:
        """Bring positions back.

        Parameters
        ----------
        positions
            East and north in metres, shape (n, 2).

        Returns
        -------
        numpy.ndarray
            Lon and lat in degrees, shape (n, 2).
        """
        given = np.ascontiguousarray(positions).view(np.complex128)[:, 0]
        found = np.empty_like(given)
        for start in range(0, len(given), _BLOCK):
            self._block(given[start : start + _BLOCK], found[start : start + _BLOCK])
        return found.view(np.float64).reshape(-1, 2)

    def _block(self, given: NDArray[np.complex128], found: NDArray[np.complex128]) -> None:
        scaled = (given - self.middle) * (1.0 / self.radius_m)
        found[:] = self.terms[-1]
        for term in self.terms[-2::-1]:
            found *= scaled
            found += term
        height = (found.imag - self.lat_middle) * (1.0 / self.lat_half)
        lat = np.full(len(height), self.lat_terms[-1])
        for term in self.lat_terms[-2::-1]:
            lat *= height
            lat += term
        found.imag = lat


def circle_round(positions: Floats) -> tuple[complex, float] | None:
    """Choose the circle that a polynomial is to be good in.

    Parameters
    ----------
    positions
        East and north in metres, shape (n, 2), n > 0.

    Returns
    -------
    tuple or None
        Middle and radius, coarse steps apart: neighbouring chunks share one circle, and the choice depends on
        nothing but the positions. `None` where one is not finite.
    """
    # Column by column: over the short axis of a long array numpy is thirty times slower.
    west, south, east, north = (reach(column) for reach in (np.min, np.max) for column in positions.T)
    half = float(np.hypot(east - west, north - south)) / 2
    if not np.isfinite(half):
        return None
    radius = 2.0 ** np.ceil(np.log2(max(1.0, half * _ROOM)))
    step = radius / _STEPS
    return complex(
        np.round((west + east) / 2 / step) * step, np.round((south + north) / 2 / step) * step
    ), radius


def find_way_back(
    middle: complex,
    radius: float,
    to_degrees: Callable[[Floats, Floats], tuple[Floats, Floats]],
    *,
    eccentricity: float,
) -> WayBack | None:
    """Find the polynomial for a circle in a plane.

    Parameters
    ----------
    middle, radius
        What `circle_round` gives.
    to_degrees
        PROJ's way from east and north to lon and lat.
    eccentricity
        First eccentricity of the plane's ellipsoid.

    Returns
    -------
    WayBack or None
        `None` where no polynomial comes within `TOLERANCE_DEG`.
    """
    circle = middle + radius * np.exp(2j * np.pi * np.arange(_NODES) / _NODES)
    lon, lat = to_degrees(circle.real.copy(), circle.imag.copy())
    if not (np.isfinite(lon).all() and (np.abs(lat) < _HIGHEST_LAT).all()):
        return None
    terms = np.fft.fft(lon + 1j * _isometric(lat, eccentricity)) / _NODES
    kept = _enough(np.abs(terms[: _NODES // 2]))
    if kept is None or np.abs(terms[_NODES // 2 :]).sum() > TOLERANCE_DEG:
        return None
    return _with_latitude(middle, radius, terms[:kept], lat, eccentricity)


def _with_latitude(
    middle: complex, radius: float, terms: NDArray[np.complex128], lat: Floats, eccentricity: float
) -> WayBack | None:
    turn = np.cos(np.pi * (np.arange(_LAT_NODES) + 0.5) / _LAT_NODES)
    # A little more than the circle's own latitudes: rounding must not lead out of the series' range.
    half = max(1e-6, float(np.ptp(lat)) * 0.51)
    nodes = (lat.max() + lat.min()) / 2 + half * turn
    heights = _isometric(nodes, eccentricity)
    lat_middle, lat_half = (heights[0] + heights[-1]) / 2, (heights[0] - heights[-1]) / 2
    series = chebyshev.chebfit((heights - lat_middle) / lat_half, nodes, _LAT_TERMS - 1)
    kept = _enough(np.abs(series))
    if kept is None:
        return None
    rising: Floats = np.asarray(chebyshev.cheb2poly(series[:kept]), dtype=np.float64)
    return WayBack(middle, radius, terms, lat_middle, lat_half, rising)


def _enough(sizes: Floats) -> int | None:
    """Give how many terms leave less than the tolerance to those cut off."""
    left = np.cumsum(sizes[::-1])[::-1]
    small = np.flatnonzero(left < TOLERANCE_DEG)
    return max(2, int(small[0])) if len(small) and small[0] <= _HIGHEST else None


def _isometric(lat: Floats, eccentricity: float) -> Floats:
    """Give isometric latitude in degrees."""
    sine = np.sin(np.radians(lat))
    height: Floats = np.degrees(np.arctanh(sine) - eccentricity * np.arctanh(eccentricity * sine))
    return height

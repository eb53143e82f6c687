"""Positions that were rounded before they came: onto a lattice, or onto shared points.

A file whose degrees have three decimals puts every event onto a lattice of about 100 m; a file that was
matched to addresses puts many events onto one point. A grid of small hexagons then shows the lattice and no
hotspots. Found are the step of the lattice and how many events share a point with another; said are shares
and sizes, never a position.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.spatial import cKDTree
from scipy.special import gammainc

from geo.getis import binomial_tail

if TYPE_CHECKING:
    from geo.arrays import Floats, Integers

RADII_M = (100, 200, 500, 1000)
"""The grids that are offered."""
_DEGREES = (1.0, 0.5, 0.1, 0.05, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001)
_METRES = (1000.0, 500.0, 200.0, 100.0, 50.0, 20.0, 10.0)
_DEGREE_M = 111_320.0
"""A degree along a parallel at the equator, m: no degree is longer by more than 0.4 %."""
_OFF = 1e-4
"""How far from the lattice a position may lie, in steps."""
_MOST = 0.5
_MOST_CHANCE = 0.001
_LEAST_STACKED = 0.05
_SAME_M = 0.01
_NEARBY_M = 50.0
_LEAST_STEP_M = 1.0
"""Positions are taken to be no finer than this when it is asked how many would coincide by chance."""
_LARGEST = 3


class Rounding(NamedTuple):
    """What was found about positions.

    ``positions``: how many distinct positions the events have. ``step_m``: the step of the lattice on which
    at least half of them lie, m, `None` for none (in degrees, that of a meridian). ``stacked``: events that
    share their position with another; ``stacked_share``: their share of all; ``largest``: how many lie on
    each of the fullest positions, at most three; ``is_stacked``: that is beyond chance, and at least 5 % of
    the events. ``finest_radius_m``: the smallest grid of `RADII_M` whose cells are not smaller than the step,
    or than the way between points onto which most events are stacked; `None` where even the largest is
    smaller.
    """

    events: int
    positions: int
    step_m: float | None
    stacked: int
    stacked_share: float
    largest: tuple[int, ...]
    is_stacked: bool
    finest_radius_m: int | None

    @property
    def is_rounded(self) -> bool:
        """Whether anything is to be said."""
        return self.is_stacked or self.step_m is not None


def rounding_of(x: Floats, y: Floats, *, metres_per_unit: float | None = None) -> Rounding:
    """Find out whether positions were rounded at their source.

    Parameters
    ----------
    x, y
        Positions as the source gives them, before any transformation, finite, shape (n,); those that the
        product itself replaced by the middle of a hexagon left out.
    metres_per_unit
        How long a unit of a plane is; missing for degrees, ``x`` then the longitude.

    Returns
    -------
    Rounding
        As documented there.
    """
    given = np.column_stack([x, y]).astype(np.float64).reshape(-1, 2)
    metres = given * _scale(given, metres_per_unit)
    _, first, stack = np.unique(np.rint(metres / _SAME_M), axis=0, return_index=True, return_counts=True)
    step = _step(given[first], metres_per_unit)
    stacked = int(stack[stack > 1].sum())
    share = stacked / max(len(given), 1)
    beyond = (
        share >= _LEAST_STACKED and _by_chance(metres[first], stack, step or _LEAST_STEP_M) < _MOST_CHANCE
    )
    spacing = _spacing(metres[first]) if beyond and share >= _MOST else 0.0
    return Rounding(
        len(given),
        len(stack),
        step,
        stacked,
        share,
        tuple(int(size) for size in np.sort(stack[stack > 1])[::-1][:_LARGEST]),
        beyond,
        finest_radius(max(step or 0.0, spacing)),
    )


def finest_radius(step_m: float) -> int | None:
    """Name the smallest grid of `RADII_M` that is no finer than a step, `None` for none."""
    return next((radius for radius in RADII_M if radius >= step_m), None)


def _scale(given: Floats, metres_per_unit: float | None) -> Floats:
    """Give the metres of a unit along x and along y."""
    if metres_per_unit is not None:
        return np.full(2, metres_per_unit)
    middle = np.median(given[:, 1]) if len(given) else 0.0
    return np.array([_DEGREE_M * np.cos(np.radians(middle)), _DEGREE_M])


def _step(places: Floats, metres_per_unit: float | None) -> float | None:
    """Find the coarsest lattice that holds at least half of the distinct places."""
    for step in _DEGREES if metres_per_unit is None else _METRES:
        off = np.abs(places / step - np.rint(places / step))
        on = int((off <= _OFF).all(axis=1).sum())
        # Of places on the next finer lattice, half as wide, a quarter lie on this one by chance.
        if (
            on >= _MOST * len(places)
            and binomial_tail(np.array(on), len(places), np.array(1), 4) < _MOST_CHANCE
        ):
            return step * (_DEGREE_M if metres_per_unit is None else metres_per_unit)
    return None


def _by_chance(places: Floats, stack: Integers, step_m: float) -> float:
    """Give the chance of so many coinciding events, from how many lie near one another without coinciding.

    Where events spread smoothly over tens of metres, as many pairs coincide as their squares of one step take
    up of the circle in which pairs are counted; their number is about Poisson.
    """
    radius = max(_NEARBY_M, 5.0 * step_m)
    tree = cKDTree(places)
    weight = stack.astype(np.float64)
    within = float(tree.count_neighbors(tree, radius, weights=(weight, weight))) - float(weight @ weight)
    expected = within / 2.0 * step_m**2 / (np.pi * radius**2)
    surplus = float(stack.sum() - len(stack))
    return float(gammainc(surplus, expected)) if surplus else 1.0


def _spacing(places: Floats) -> float:
    """Measure how far a place usually is from the next one, m; infinite for a single place."""
    if len(places) < 2:  # noqa: PLR2004 -- a place and another
        return np.inf
    away, _ = cKDTree(places).query(places, k=[2])
    return float(np.median(away))

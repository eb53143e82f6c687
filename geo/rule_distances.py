"""Venues x schools -> both distances of every pair that a rule could mean, straight and on foot.

Measured in the metres of one plane and rounded to a millimetre before anything is compared. A venue that is
an outline is measured from it; whoever walks leaves it where it comes nearest to a road. A school that is a
point is measured from there, and a school without gates from the one that is assumed (`geo.gates`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo.arrays import points_of
from geo.gates import estimated_gates
from geo.terms import SchoolSide
from geo.travel import snap
from geo.walks import Pairs, walking_m

if TYPE_CHECKING:
    import pandas as pd

    from geo.arrays import Flags, Floats, Geometries, Integers
    from geo.roads import Network

MM = 1000.0
"""Millimetres in a metre: distances are compared as whole ones."""
_SURFACE = 2


@dataclass(frozen=True, slots=True)
class Sides:
    """What is measured between, in metres of one plane.

    Parameters
    ----------
    venues
        Points or outlines, shape (venues,).
    schools
        Boundaries, or points where none is known, shape (schools,).
    gates
        ``school`` (row of the school), ``is_main``, ``is_estimated``, ``x``, ``y``; every school has one.
    network
        Roads in the same metres.
    limit_m
        A point farther from every road has none.
    """

    venues: Geometries
    schools: Geometries
    gates: pd.DataFrame
    network: Network
    limit_m: float


class Distances(NamedTuple):
    """Pairs of a venue and a school, and how far they are apart; shape (pairs,) each, metres to 1 mm."""

    venue: Integers
    """Row of the venue."""
    school: Integers
    """Row of the school."""
    straight: dict[SchoolSide, Floats]
    """In a straight line, from each side of the school; infinite without such a gate."""
    walk: dict[SchoolSide, Floats]
    """On foot to the nearest gate, or to the nearest main gate; infinite where no road leads."""


def distances(sides: Sides, within_m: float) -> Distances:
    """Measure every venue and school that are near each other.

    Parameters
    ----------
    sides
        Venues, schools, gates and roads.
    within_m
        Pairs whose boundary and gates are all farther, in a straight line, are left out.

    Returns
    -------
    Distances
        By venue, then school. Of a school none of whose gates is marked as the main one every gate counts as
        one: whoever judges says that it is not known (`main_gate_known`).
    """
    venue, school = near_pairs(sides, within_m)
    own = sides.gates["school"].to_numpy(dtype=np.int64)
    pair, gate = _with_gates(school, own)
    points = points_of(sides.gates)
    straight_m = shapely.distance(sides.venues[venue[pair]], points[gate])
    walk_m = _walks(sides, venue[pair], gate, points)
    main = counts_as_main(sides.gates, len(sides.schools))[gate]
    count = len(venue)
    any_m, walk_any = _least(straight_m, pair, count), _least(walk_m, pair, count)
    boundary_m = shapely.distance(sides.venues[venue], sides.schools[school])
    return Distances(
        venue,
        school,
        {
            SchoolSide.BOUNDARY: rounded(boundary_m),
            SchoolSide.ANY_GATE: rounded(any_m),
            SchoolSide.MAIN_GATE: rounded(_least(straight_m[main], pair[main], count)),
        },
        {
            # nobody walks through a fence: from the boundary one leaves by a gate
            SchoolSide.BOUNDARY: rounded(walk_any),
            SchoolSide.ANY_GATE: rounded(walk_any),
            SchoolSide.MAIN_GATE: rounded(_least(walk_m[main], pair[main], count)),
        },
    )


def near_pairs(sides: Sides, within_m: float) -> tuple[Integers, Integers]:
    """Find venues and schools whose boundary or a gate of which is not farther, by venue, then school."""
    if not len(sides.venues) or not len(sides.schools):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    tree = shapely.STRtree(sides.venues)
    school, venue = tree.query(sides.schools, predicate="dwithin", distance=within_m)
    points = points_of(sides.gates)
    gate, by_gate = tree.query(points, predicate="dwithin", distance=within_m)
    of_gate = sides.gates["school"].to_numpy(dtype=np.int64)[gate]
    both = np.column_stack([np.concatenate([venue, by_gate]), np.concatenate([school, of_gate])])
    found = np.unique(both, axis=0)
    return found[:, 0], found[:, 1]


def main_gate_known(gates: pd.DataFrame, schools: int) -> Flags:
    """Tell the schools of which it is known which gate is the main one: it is marked, or the only one."""
    own = gates["school"].to_numpy(dtype=np.int64)
    marked = np.bincount(own, weights=_marked(gates), minlength=schools) > 0
    known: Flags = marked | (np.bincount(own, minlength=schools) == 1)
    return known


def counts_as_main(gates: pd.DataFrame, schools: int) -> Flags:
    """Tell the gates that are main ones, or of a school that has none marked; shape (gates,)."""
    own = gates["school"].to_numpy(dtype=np.int64)
    marked = _marked(gates)
    without = np.bincount(own, weights=marked, minlength=schools) == 0
    main: Flags = marked | without[own]
    return main


def rounded(metres: Floats) -> Floats:
    """Round to a millimetre."""
    found: Floats = np.rint(metres * MM) / MM
    return found


def doors(sides: Sides) -> Geometries:
    """Give where one leaves each venue on foot: its point, or that of its outline nearest to a road."""
    points = sides.venues.copy()
    rows = np.flatnonzero(shapely.get_dimensions(points) == _SURFACE)
    points[rows] = estimated_gates(points[rows], sides.network, limit_m=sides.limit_m)
    other = np.flatnonzero(shapely.get_type_id(points) != shapely.GeometryType.POINT.value)
    points[other] = shapely.point_on_surface(points[other])
    return points


def _marked(gates: pd.DataFrame) -> Flags:
    flags: Flags = gates["is_main"].fillna(value=False).to_numpy(dtype=bool)
    return flags


def _with_gates(school: Integers, own: Integers) -> tuple[Integers, Integers]:
    """Give each pair of the given schools together with each gate of its school: rows of both."""
    order = np.argsort(own, kind="stable")
    first = np.searchsorted(own[order], school, side="left")
    count = np.searchsorted(own[order], school, side="right") - first
    pair = np.repeat(np.arange(len(school)), count)
    inside = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return pair, order[np.repeat(first, count) + inside]


def _walks(sides: Sides, venue: Integers, gate: Integers, points: Geometries) -> Floats:
    """Give the metres on foot between venues and gates."""
    used, row = np.unique(venue, return_inverse=True)
    of_used = Sides(sides.venues[used], sides.schools, sides.gates, sides.network, sides.limit_m)
    starts = snap(sides.network, doors(of_used), limit_m=sides.limit_m)
    goals = snap(sides.network, points, limit_m=sides.limit_m)
    return walking_m(sides.network, starts, goals, Pairs(row, gate))


def _least(metres: Floats, pair: Integers, count: int) -> Floats:
    """Give the least of each pair's distances; infinite for a pair without."""
    found = np.full(count, np.inf)
    np.minimum.at(found, pair, metres)
    return found

"""One venue and one school: the lines that were measured, to be drawn to scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo.arrays import as_geometries, points_of
from geo.rule_distances import MM, counts_as_main, doors
from geo.terms import SchoolSide
from geo.travel import snap
from geo.walks import Pairs, walking_m, walking_route

if TYPE_CHECKING:
    from geo.arrays import Floats, Integers
    from geo.rule_distances import Sides


class Measured(NamedTuple):
    """What was measured between a venue and a school, in metres of one plane."""

    straight: shapely.LineString
    """From the venue to the school's side, the shortest."""
    straight_m: float
    """Its length, to 1 mm."""
    route: shapely.LineString | None
    """The way on foot to the gate that is nearest by road; None where no road leads."""
    walk_m: float | None
    """Its length, to 1 mm."""
    limit: shapely.Geometry | None
    """Where the rule's straight distance ends; None for a rule that is walked, or without metres."""


def measured(sides: Sides, side: SchoolSide, limit_m: float | None) -> Measured:
    """Measure as `geo.rule_distances` does, and keep the lines.

    Parameters
    ----------
    sides
        One venue, one school, its gates, the roads round them.
    side
        Where on the school's side the rule begins.
    limit_m
        The distance of a rule that measures straight.
    """
    points = points_of(sides.gates)
    rows = _gates_of(sides, side)
    starts = sides.schools if side is SchoolSide.BOUNDARY else points[rows]
    lines = shapely.shortest_line(sides.venues[0], starts)
    nearest = lines[int(np.argmin(shapely.length(lines)))]
    walk = _walk(sides, rows)
    limit = None if limit_m is None else shapely.union_all(shapely.buffer(starts, limit_m, quad_segs=32))
    return Measured(
        nearest,
        _mm(shapely.length(nearest)),
        walk,
        None if walk is None else _mm(shapely.length(walk)),
        limit,
    )


def _gates_of(sides: Sides, side: SchoolSide) -> Integers:
    """Give the gates that count."""
    if side is SchoolSide.MAIN_GATE:
        return np.flatnonzero(counts_as_main(sides.gates, 1))
    return np.arange(len(sides.gates))


def _walk(sides: Sides, rows: Integers) -> shapely.LineString | None:
    """Give the shortest way on foot to one of some gates."""
    door, gates = doors(sides), points_of(sides.gates)[rows]
    starts = snap(sides.network, door, limit_m=sides.limit_m)
    goals = snap(sides.network, gates, limit_m=sides.limit_m)
    metres: Floats = walking_m(
        sides.network, starts, goals, Pairs(np.zeros(len(rows), dtype=np.int64), np.arange(len(rows)))
    )
    if not np.isfinite(metres).any():
        return None
    best = int(np.argmin(metres))
    return walking_route(sides.network, starts, goals.at(np.array([best])), (door[0], gates[best]))


def _mm(metres: float) -> float:
    return float(np.rint(metres * MM) / MM)


def roads_in(sides: Sides, box: tuple[float, float, float, float]) -> list[shapely.Geometry]:
    """Give the roads that come into a box, cut at it."""
    frame = shapely.box(*box)
    found = sides.network.tree.query(frame, predicate="intersects")
    cut = shapely.intersection(sides.network.lines[np.sort(found)], frame)
    return [line for line in as_geometries(cut) if not line.is_empty]

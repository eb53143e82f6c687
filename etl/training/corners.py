"""The corners of the road network, and the segments that stand by decree: main roads and main streets."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

from etl.training.network import RANK
from etl.training.streets import MAIN_EVERY

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry as Shape

    from etl.training.chance import Floats, Ints, Shapes
    from etl.training.land import Land
    from etl.training.routes import Route
    from etl.training.streets import Lattice

RURAL, MAIN = -1, -2
"""Homes of corners that belong to no settlement: of country lanes, of main roads."""
_COUNTRY_GAP_M = 480.0
_TOWN_STEP_M, _COUNTRY_STEP_M = 125.0, 330.0
"""Between corners of a main road, in settlements and outside."""


@dataclass(frozen=True)
class Plan:
    """Corners in metres, and decreed segments between them."""

    points: Floats
    home: Ints
    """Number of the settlement, `RURAL` or `MAIN`."""
    cells: Ints
    """Place in the settlement's lattice, shape (n, 2)."""
    tail: Ints
    head: Ints
    rank: Ints
    line: Shapes
    """Course of each decreed segment, None where it is straight."""


def set_corners(rng: np.random.Generator, land: Land, lattices: list[Lattice], routes: list[Route]) -> Plan:
    """Set and number all corners: of main roads, of streets, of country lanes.

    Parameters
    ----------
    rng
        Where the randomness comes from.
    land
        Outline and water, in metres.
    lattices
        Street corners by settlement; those beside a main road give way to its own.
    routes
        Main roads.
    """
    plan = _main_roads(lattices, routes)
    mains = cKDTree(plan.points)
    for number, lattice in enumerate(lattices):
        plan = _join(plan, _streets(mains, lattice, number, len(plan.points)))
    country = _country(rng, land, plan.points, lattices)
    return _join(plan, _part(country, np.full(len(country), RURAL), np.zeros((len(country), 2), int)))


def _part(points: Floats, home: Ints, cells: Ints) -> Plan:
    none = np.zeros(0, int)
    return Plan(points, home, cells, none, none, none, np.zeros(0, dtype=object))


def _join(plan: Plan, more: Plan) -> Plan:
    return Plan(*(np.concatenate([own, vars(more)[name]]) for name, own in vars(plan).items()))


def _streets(mains: cKDTree, lattice: Lattice, number: int, offset: int) -> Plan:
    """Give numbers to one settlement's corners from `offset` on, and decree its main streets."""
    far, main = map(np.asarray, mains.query(lattice.points))
    free = far > 0.42 * lattice.place.spacing
    numbers = np.where(free, offset + np.cumsum(free) - 1, main)
    steps: list[tuple[int, int, int]] = []
    for corners, line in lattice.main_streets():
        rank = _street_rank(lattice.place.kind, line)
        gaps = np.hypot(*np.diff(lattice.points[corners], axis=0).T)
        ends = zip(pairwise(numbers[corners].tolist()), gaps, strict=True)
        steps += [(a, b, rank) for (a, b), gap in ends if a != b and gap < 4.2 * lattice.place.spacing]
    tail, head, ranks = np.array(steps, int).reshape(-1, 3).T
    home = np.full(int(free.sum()), number)
    course = np.full(len(tail), None, dtype=object)
    return Plan(lattice.points[free], home, lattice.cells[free], tail, head, ranks, course)


def _street_rank(kind: str, line: int) -> int:
    """Grade a main street: the two axes most, in the seat each second of the others more."""
    axis, other = {
        "seat": ("primary", "secondary" if line % (2 * MAIN_EVERY["seat"]) == 0 else "tertiary"),
        "town": ("secondary", "tertiary"),
        "village": ("unclassified", "residential"),
    }[kind]
    return RANK[axis if line == 0 else other]


def _main_roads(lattices: list[Lattice], routes: list[Route]) -> Plan:
    """Cut main roads into segments, short in settlements, long outside; ends are shared corners."""
    towns = shapely.union_all([shapely.buffer(lattice.place.shape, 60) for lattice in lattices])
    shapely.prepare(towns)
    corners: dict[tuple[float, float], int] = {}
    steps: list[tuple[int, int, int]] = []
    courses: list[Floats] = []
    for route in routes:
        for piece in _cut(shapely.LineString(route.line), towns):
            (ax, ay), (bx, by) = np.round(piece[[0, -1]], 2).tolist()
            first, last = (
                corners.setdefault((ax, ay), len(corners)),
                corners.setdefault((bx, by), len(corners)),
            )
            if first != last:
                steps.append((first, last, RANK[route.rank]))
                courses.append(piece)
    points = np.array(list(corners))
    home, cells = np.full(len(points), MAIN), np.zeros((len(points), 2), int)
    lines = np.empty(len(courses), dtype=object)
    lines[:] = courses
    tail, head, rank = np.array(steps).T
    return Plan(points, home, cells, tail, head, rank, lines)


def _cut(line: shapely.LineString, towns: Shape) -> list[Floats]:
    """Cut a line into pieces that keep its course."""
    at, cuts = 0.0, [0.0]
    while at < line.length:
        place = line.interpolate(at)
        at += _TOWN_STEP_M if shapely.contains_xy(towns, place.x, place.y) else _COUNTRY_STEP_M
        cuts.append(at)
    overshoot = cuts[-1] - line.length
    if len(cuts) > 2 and overshoot > 0.4 * (cuts[-1] - cuts[-2]):  # noqa: PLR2004  # no short last piece
        del cuts[-2]
    cuts[-1] = line.length
    vertices = np.asarray(shapely.points(shapely.get_coordinates(line)))
    marks = np.union1d(np.round(shapely.line_locate_point(line, vertices), 3), np.round(cuts, 3))
    dense = shapely.get_coordinates(shapely.line_interpolate_point(line, marks))
    places = np.searchsorted(marks, np.round(cuts, 3)).tolist()
    return [dense[a : b + 1] for a, b in pairwise(places) if b > a]


def _country(rng: np.random.Generator, land: Land, taken: Floats, lattices: list[Lattice]) -> Floats:
    """Scatter lane corners over the open land: a shaken grid like old polders, sparse in the hills."""
    west, south, east, north = land.coarse.bounds
    xs, ys = np.arange(west, east, _COUNTRY_GAP_M), np.arange(south, north, _COUNTRY_GAP_M)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    grid = grid + 60 * np.column_stack([np.sin(grid[:, 1] / 2_600), np.sin(grid[:, 0] / 3_100)])
    grid += rng.normal(0, 0.15, grid.shape) * _COUNTRY_GAP_M
    room = shapely.difference(
        shapely.buffer(land.coarse, -150),
        shapely.union_all([shapely.buffer(land.water.wide, 30), *land.water.ponds]),
    )
    built = shapely.union_all([shapely.buffer(lattice.place.shape, 60) for lattice in lattices])
    room = shapely.difference(room, built)
    shapely.prepare(room)
    free = shapely.contains_xy(room, grid) & (cKDTree(taken).query(grid)[0] > 0.45 * _COUNTRY_GAP_M)
    chosen: Floats = grid[free & (rng.random(len(grid)) > 0.55 * land.hilliness(grid))]
    return chosen

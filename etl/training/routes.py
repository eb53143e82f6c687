"""The main roads: cheapest ways over the land, between towns and out of the district."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from etl.training.chance import Field, stream

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry as Shape

    from etl.training.chance import Floats, Ints
    from etl.training.land import Land
    from etl.training.settlements import Settlement

    Pair = tuple[Floats, Floats]

CELL_M = 280.0
_STENCIL = np.array([(1, 0), (0, 1), (1, 1), (1, -1), (1, 2), (2, 1), (2, -1), (1, -2)])
_LAKE_COST, _RIVER_COST, _TOWN_COST, _SHARED = 60.0, 2.5, 5.0, 0.45
"""What a metre costs compared with open land; `_SHARED` where a road lies already."""


@dataclass(frozen=True)
class Route:
    """One piece of main road between two meeting points."""

    rank: str
    line: Floats


@dataclass
class _Terrain:
    columns: int
    corner: Floats
    centres: Floats
    costs: Floats

    def cell(self, points: Floats) -> Ints:
        """Give the number of the cell that holds each point."""
        at = np.round((points - self.corner) / CELL_M).astype(int)
        cells: Ints = at[:, 1] * self.columns + at[:, 0]
        return cells


def lay_routes(seed: int, land: Land, settlements: list[Settlement], gateways: list[Floats]) -> list[Route]:
    """Lay trunk, primary, secondary and tertiary roads, the greater first.

    Parameters
    ----------
    seed
        The district's seed.
    land
        Outline, hills and water, in metres.
    settlements
        Seat and towns, in the order of `gateways`.
    gateways
        For each town the points, shape (n, 2), where its main streets end.

    Returns
    -------
    list of Route
        Smooth lines in metres that meet at their ends only.
    """
    rng = stream(seed, "routes")
    terrain = _survey(rng, land, settlements)
    laid: dict[tuple[int, int], str] = {}
    approaches = [_approach(ends) for ends in gateways]
    for rank, pairs in _plan(land, approaches):
        for source, target in _trace(terrain, pairs):
            laid.setdefault((source, target), rank)
        used = np.unique(np.array(list(laid)).ravel())
        terrain.costs[used] = np.minimum(terrain.costs[used], _SHARED)
    return _smooth_chains(*_enter(terrain, laid, approaches, gateways))


def _approach(ends: Floats) -> Floats:
    """Give the points before a town's gateways, on the straight continuation of its axes."""
    outward = ends - ends[[1, 0, 3, 2]]
    before: Floats = ends + 380 * outward / np.hypot(*outward.T)[:, None]
    return before


def _enter(
    terrain: _Terrain, laid: dict[tuple[int, int], str], approaches: list[Floats], gateways: list[Floats]
) -> tuple[Floats, dict[tuple[int, int], str]]:
    """Lead the roads that reach an approach on to the gateway itself."""
    spots = np.vstack([terrain.centres, *gateways])
    cells = terrain.cell(np.vstack(approaches))
    rank = {cell: own for step, own in reversed(laid.items()) for cell in step}
    steps = {(int(c), len(terrain.centres) + n): rank[int(c)] for n, c in enumerate(cells) if int(c) in rank}
    return spots, laid | {step: "primary" if own == "trunk" else own for step, own in steps.items()}


def _survey(rng: np.random.Generator, land: Land, settlements: list[Settlement]) -> _Terrain:
    west, south, east, north = shapely.buffer(land.coarse, 1_500).bounds
    xs, ys = np.arange(west, east, CELL_M), np.arange(south, north, CELL_M)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    grid += rng.uniform(-0.28, 0.28, grid.shape) * CELL_M
    rough = Field.draw(rng, shortest=1_500, longest=6_000)
    costs = 1 + 0.35 * np.clip(rough.at(grid), -1.5, 2.5) + 2.2 * land.hilliness(grid)
    outside = shapely.difference(shapely.box(west, south, east, north), land.coarse)
    towns = shapely.union_all(
        [shapely.buffer(town.shape, 250) for town in settlements if town.kind != "village"]
    )
    zones = (
        (outside, 4.0),
        (towns, _TOWN_COST),
        (land.water.rivers, _RIVER_COST),
        (land.water.lake.buffer(250), _LAKE_COST),
    )
    for shape, cost in zones:
        shapely.prepare(shape)
        costs[shapely.contains_xy(shape, grid)] *= cost
    return _Terrain(
        columns=len(xs), corner=np.array([west, south]), centres=grid, costs=np.clip(costs, 0.4, None)
    )


def _plan(land: Land, gateways: list[Floats]) -> list[tuple[str, list[Pair]]]:
    """List what to connect: borders through the middle, the seat to its towns, towns to neighbours."""
    west, south, east, north = land.coarse.bounds
    out = ((west, 2_500), (east, -800), (-2_000, north), (3_500, south), (west, -7_000))
    exits = [_toward(land, np.array(point)) for point in out]
    seat, towns = gateways[0], gateways[1:]
    spokes = [(_nearest(seat, ends.mean(axis=0)), _nearest(ends, seat[0])) for ends in towns]
    return [
        ("trunk", [(exits[0], exits[1]), (exits[2], exits[3])]),
        ("primary", [*spokes, *((_nearest(seat, end), end) for end in exits)]),
        ("secondary", _neighbours(gateways)),
        ("tertiary", [(ends[-1], _toward(land, ends[-1])) for ends in towns]),
    ]


def _neighbours(gateways: list[Floats]) -> list[Pair]:
    """Pair each town with the three nearest ones."""
    centres = np.array([ends.mean(axis=0) for ends in gateways])
    apart = np.hypot(*(centres[:, None] - centres[None]).transpose(2, 0, 1))
    near = np.argsort(apart, axis=1)[:, 1:4].tolist()
    pairs = {(min(i, j), max(i, j)) for i in range(1, len(near)) for j in near[i] if j}
    return [(_nearest(gateways[i], centres[j]), _nearest(gateways[j], centres[i])) for i, j in sorted(pairs)]


def _toward(land: Land, point: Floats) -> Floats:
    """Where the ray from the middle through a point leaves the district."""
    ray = shapely.LineString([(0, 0), point / np.hypot(*point) * 60_000])
    inside = shapely.get_coordinates(shapely.intersection(ray, land.coarse))
    end: Floats = inside[np.hypot(*inside.T).argmax()]
    return end * 1.01


def _nearest(points: Floats, to: Floats) -> Floats:
    chosen: Floats = points[np.hypot(*(points - to).T).argmin()]
    return chosen


def _trace(terrain: _Terrain, pairs: list[Pair]) -> list[tuple[int, int]]:
    """Find the cheapest ways of all pairs at once; give the cell steps they use, smaller cell first."""
    sources = terrain.cell(np.array([pair[0] for pair in pairs]))
    targets = terrain.cell(np.array([pair[1] for pair in pairs]))
    origins, row = np.unique(sources, return_inverse=True)
    before = dijkstra(_step_graph(terrain), directed=False, indices=origins, return_predecessors=True)[1]
    steps: list[tuple[int, int]] = []
    for number, target in zip(row, targets, strict=True):
        here = int(target)
        while (there := int(before[number, here])) >= 0:
            steps.append((min(here, there), max(here, there)))
            here = there
    return steps


def _step_graph(terrain: _Terrain) -> csr_array:
    count, columns = len(terrain.costs), terrain.columns
    column, row = np.arange(count) % columns, np.arange(count) // columns
    tails, heads = [], []
    for right, up in _STENCIL:
        fits = (column + right < columns) & (row + up >= 0) & (row + up < count // columns)
        tails.append(np.flatnonzero(fits))
        heads.append(tails[-1] + up * columns + right)
    tail, head = np.concatenate(tails), np.concatenate(heads)
    length = np.hypot(*(terrain.centres[head] - terrain.centres[tail]).T)
    weight = length * (terrain.costs[head] + terrain.costs[tail]) / 2
    return csr_array((weight, (tail, head)), shape=(count, count))


def _smooth_chains(spots: Floats, laid: dict[tuple[int, int], str]) -> list[Route]:
    """Round the corners of each chain of steps, node what crosses, keep the greater rank of each piece."""
    smooth: list[tuple[str, Shape]] = []
    for rank in ("trunk", "primary", "secondary", "tertiary"):
        steps = [shapely.LineString(spots[list(step)]) for step, own in laid.items() if own == rank]
        smooth += [
            (rank, shapely.LineString(_round_off(shapely.get_coordinates(chain))))
            for chain in _chains(steps, laid, spots)
        ]
    return _noded(smooth)


def _chains(steps: list[shapely.LineString], laid: dict[tuple[int, int], str], spots: Floats) -> list[Shape]:
    """Join the steps of one rank into chains that end where any road meets them."""
    cells, degree = np.unique(np.array(list(laid)).ravel(), return_counts=True)
    meets = {tuple(spots[cell]) for cell in cells[degree > 2]}  # noqa: PLR2004  # more than a road passing through
    chains: list[Shape] = []
    for whole in shapely.get_parts(shapely.line_merge(shapely.MultiLineString(steps))):
        line = shapely.get_coordinates(whole)
        cuts = [at for at in range(1, len(line) - 1) if tuple(line[at]) in meets]
        chains += [
            shapely.LineString(line[a : b + 1])
            for a, b in zip([0, *cuts], [*cuts, len(line) - 1], strict=True)
        ]
    return chains


def _round_off(line: Floats) -> Floats:
    """Cut corners three times (Chaikin 1974); the ends stay."""
    for _ in range(3):
        near, far = 0.75 * line[:-1] + 0.25 * line[1:], 0.25 * line[:-1] + 0.75 * line[1:]
        between = np.stack([near, far], axis=1).reshape(-1, 2)
        line = np.vstack([line[:1], between[1:-1], line[-1:]])
    return line


def _noded(smooth: list[tuple[str, Shape]]) -> list[Route]:
    lines = np.array([line for _, line in smooth])
    pieces = shapely.get_parts(shapely.line_merge(shapely.union_all(lines, grid_size=0.1)))
    pieces = pieces[shapely.length(pieces) > 1]
    middles = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    piece, line = shapely.STRtree(lines).query(middles, predicate="dwithin", distance=1.0)
    best = np.full(len(pieces), len(lines) - 1)
    np.minimum.at(best, piece, line)
    return [
        Route(smooth[number][0], shapely.get_coordinates(part))
        for number, part in zip(best, pieces, strict=True)
    ]

"""The road network: main roads, streets and country lanes that meet at shared vertices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from etl.training.chance import stream
from etl.training.corners import MAIN, RURAL, Plan, set_corners
from etl.training.mesh import join_corners
from etl.training.network import RANK, Roads, largest_part
from etl.training.settlements import TOWNS

if TYPE_CHECKING:
    from etl.training.chance import Ints
    from etl.training.land import Land
    from etl.training.routes import Route
    from etl.training.streets import Lattice

_COLLECTOR, _LANE = 14, 3.5
"""How many corners must need a lane on their way to a main road for it to be more than a track."""
_LIVING_SHARE = 0.16
_STRAIGHT_M = 170
"""Shorter segments are not bowed."""
_CORE_LINES = 9
"""One-ways lie within so many lines of the seat's middle."""


def build_roads(seed: int, land: Land, lattices: list[Lattice], routes: list[Route]) -> Roads:
    """Join main roads, streets and lanes to one connected planar network.

    Parameters
    ----------
    seed
        The district's seed.
    land
        Outline and water, in metres.
    lattices
        Street corners by settlement.
    routes
        Main roads.

    Returns
    -------
    Roads
        Segments that meet at their end points only and form one component.
    """
    rng = stream(seed, "roads")
    plan = set_corners(rng, land, lattices, routes)
    return largest_part(_assemble(rng, plan, *join_corners(rng, plan, land, lattices)))


def _assemble(rng: np.random.Generator, plan: Plan, tail: Ints, head: Ints) -> Roads:
    """Give every segment class, course and direction."""
    count = len(plan.points)
    key = np.minimum(plan.tail, plan.head) * count + np.maximum(plan.tail, plan.head)
    # the greatest class stands where a main street runs on a main road
    order = np.lexsort([plan.rank, key])
    firsts = order[np.unique(key[order], return_index=True)[1]]
    at = np.searchsorted(key[firsts], tail * count + head)
    found = (at < len(firsts)) & (key[firsts[np.minimum(at, len(firsts) - 1)]] == tail * count + head)
    decree = np.where(found, firsts[np.minimum(at, len(firsts) - 1)], -1)
    rank = np.where(found, plan.rank[decree], _grow_ranks(rng, plan, tail, head, found))
    lines = _courses(rng, plan, tail, head, decree)
    return Roads(plan.points, plan.home, tail, head, rank, _one_ways(plan, tail, head, rank), lines)


def _grow_ranks(rng: np.random.Generator, plan: Plan, tail: Ints, head: Ints, decreed: np.ndarray) -> Ints:
    """Grade streets and lanes: a lane that many corners need to reach a main road is a greater road."""
    count = len(plan.points)
    length = np.hypot(*(plan.points[head] - plan.points[tail]).T) * np.where(decreed, 0.3, 1)
    graph = coo_array((length, (tail, head)), shape=(count, count)).tocsr()
    sources = np.unique(np.concatenate([plan.tail, plan.head]))
    sources = sources[np.isin(plan.home[sources], [MAIN, *range(TOWNS)])]
    far, before, _ = dijkstra(graph, directed=False, indices=sources, return_predecessors=True, min_only=True)
    load = np.where(plan.home == RURAL, 1.0, 0.6)
    for corner in np.argsort(-far):
        if before[corner] >= 0:
            load[before[corner]] += load[corner]
    flow = np.where(before[head] == tail, load[head], np.where(before[tail] == head, load[tail], 0))
    built = (plan.home[tail] >= 0) & (plan.home[tail] == plan.home[head])
    street = np.where(rng.random(len(tail)) < _LIVING_SHARE, RANK["living_street"], RANK["residential"])
    lane = np.select(
        [flow >= _COLLECTOR, flow >= _LANE], [RANK["tertiary"], RANK["unclassified"]], RANK["track"]
    )
    return np.where(built, np.where(flow >= _COLLECTOR, RANK["unclassified"], street), lane)


def _courses(rng: np.random.Generator, plan: Plan, tail: Ints, head: Ints, decree: Ints) -> np.ndarray:
    """Bow the longer lanes a little; main roads keep the curve they were laid in."""
    start, stop = plan.points[tail], plan.points[head]
    ray = stop - start
    length = np.hypot(*ray.T)
    bow = np.where(
        (length > _STRAIGHT_M) & (decree < 0), np.clip(rng.normal(0, 0.045, len(tail)), -0.09, 0.09), 0
    )
    share = np.linspace(0, 1, 6)[1:-1]
    normal = np.column_stack([-ray[:, 1], ray[:, 0]])
    inner = (
        start[:, None]
        + ray[:, None] * share[:, None]
        + (normal * bow[:, None])[:, None] * (4 * share * (1 - share))[:, None]
    )
    lines = np.asarray(shapely.linestrings(np.round(np.stack([start, stop], axis=1), 2)))
    curved = bow != 0
    whole = np.concatenate([start[:, None], inner, stop[:, None]], axis=1)
    lines[curved] = shapely.linestrings(np.round(whole[curved], 2))
    for number in np.flatnonzero(decree >= 0):
        course = plan.line[decree[number]]
        if course is not None:
            forward = plan.tail[decree[number]] == tail[number]
            lines[number] = shapely.LineString(np.round(course if forward else course[::-1], 2))
    return lines


def _one_ways(plan: Plan, tail: Ints, head: Ints, rank: Ints) -> np.ndarray:
    """Pair the side streets of the seat's core, each second one open in one direction only.

    Gives 1 along the segment, -1 against it, 0 both ways.
    """
    steps = plan.cells[head] - plan.cells[tail]
    core = (
        (plan.home[tail] == 0)
        & (plan.home[head] == 0)
        & (np.abs(plan.cells[tail]).max(axis=1) <= _CORE_LINES)
    )
    lengthwise = core & (np.abs(steps).sum(axis=1) == 1) & (steps[:, 1] == 0) & (rank >= RANK["residential"])
    line = plan.cells[tail][:, 1]
    sense = np.array([0, 1, 0, -1])[line % 4]
    return np.where(lengthwise, sense * np.sign(steps[:, 0]), 0)

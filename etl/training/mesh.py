"""Which corners are joined: the triangulation's sides that make a grown road network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay, cKDTree

if TYPE_CHECKING:
    from etl.training.chance import Flags, Floats, Ints
    from etl.training.corners import Plan
    from etl.training.land import Land
    from etl.training.streets import Lattice

_LONGEST_LANE_M = 1_150
_LANE_SHARE = 0.8
"""So many of the country lanes that could be are there."""


def join_corners(
    rng: np.random.Generator, plan: Plan, land: Land, lattices: list[Lattice]
) -> tuple[Ints, Ints]:
    """Choose the segments of a connected planar network.

    Parameters
    ----------
    rng
        Where the randomness comes from.
    plan
        Corners, and the segments that stand by decree.
    land
        Water, in metres: only main roads and what would be cut off cross it.
    lattices
        The settlements' streets.

    Returns
    -------
    tuple of numpy.ndarray
        Numbers of the corners at the segments' ends, the smaller one first.

    Notes
    -----
    Corners are triangulated (Delaunay). Of the triangles' sides the Gabriel graph's are kept (Gabriel and
    Sokal 1969), whose mesh resembles grown road networks; a least spanning tree keeps all of it connected.
    """
    tail, head = _sides(plan)
    wanted, cost = _choose(rng, plan, land, lattices, tail, head)
    kept = wanted | _spanning(len(plan.points), tail, head, cost)
    return tail[kept], head[kept]


def _sides(plan: Plan) -> tuple[Ints, Ints]:
    """Triangulate; give decreed segments first, then the triangles' sides that cross none of them."""
    triangles = Delaunay(plan.points).simplices
    sides = np.sort(np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    decreed = _decreed(plan)
    count = len(plan.points)
    known = decreed[:, 0] * count + decreed[:, 1]
    sides = np.unique(sides, axis=0)
    sides = sides[~np.isin(sides[:, 0] * count + sides[:, 1], known)]
    firm = np.asarray(shapely.linestrings(plan.points[decreed]))
    loose = np.asarray(shapely.linestrings(plan.points[sides]))
    hit = np.unique(shapely.STRtree(firm).query(loose, predicate="crosses")[0])
    both = np.vstack([decreed, np.delete(sides, hit, axis=0)])
    return both[:, 0], both[:, 1]


def _decreed(plan: Plan) -> Ints:
    """Give the decreed segments once each; where two cross without a corner the lesser road gives way."""
    ends = np.sort(np.column_stack([plan.tail, plan.head]), axis=1)
    order = np.lexsort([plan.rank, ends[:, 1], ends[:, 0]])
    pairs, first = np.unique(ends[order], axis=0, return_index=True)
    rank = plan.rank[order][first]
    lines = np.asarray(shapely.linestrings(plan.points[pairs]))
    one, other = shapely.STRtree(lines).query(lines, predicate="crosses")
    lesser = np.where(
        rank[one] == rank[other], np.maximum(one, other), np.where(rank[one] > rank[other], one, other)
    )
    return np.delete(pairs, np.unique(lesser), axis=0)


def _choose(
    rng: np.random.Generator, plan: Plan, land: Land, lattices: list[Lattice], tail: Ints, head: Ints
) -> tuple[Flags, Floats]:
    """Say which segments are wanted, and what each costs the spanning tree."""
    count = len(plan.points)
    ends = plan.points[tail], plan.points[head]
    length = np.hypot(*(ends[1] - ends[0]).T)
    decrees = np.minimum(plan.tail, plan.head) * count + np.maximum(plan.tail, plan.head)
    decreed = np.isin(tail * count + head, decrees)
    same = (plan.home[tail] == plan.home[head]) & (plan.home[tail] >= 0)
    step = np.abs(plan.cells[tail] - plan.cells[head]).sum(axis=1)
    street = same & (step == 1) & (rng.random(len(tail)) < _street_share(plan, lattices)[tail])
    lane = (
        (length < _LONGEST_LANE_M) & _gabriel(plan.points, tail, head) & (rng.random(len(tail)) < _LANE_SHARE)
    )
    lane &= (plan.home[tail] < 0) | (plan.home[head] < 0)
    wet = _wet(land, ends)
    wanted = decreed | ((street | lane) & ~wet & ~_narrow(plan.points, tail, head, decreed, length))
    cost = np.where(wanted, 1e-3, np.where(same & (step > 1), 1.5, 1.0)) * np.where(wet & ~decreed, 12, 1)
    return wanted, cost * length


def _street_share(plan: Plan, lattices: list[Lattice]) -> Floats:
    """Give the share of a settlement's side streets that exist: nearly all in the core, fewer outside."""
    share = np.ones(len(plan.points))
    base = {"seat": 0.99, "town": 0.95, "village": 0.8}
    for number, lattice in enumerate(lattices):
        mine = plan.home == number
        far = np.hypot(*(plan.points[mine] - lattice.place.centre).T) / lattice.place.radius
        share[mine] = np.clip(base[lattice.place.kind] - 0.17 * far**2, 0.5, 1)
    return share


def _gabriel(points: Floats, tail: Ints, head: Ints) -> Flags:
    """Tell which segments have no corner inside the circle over them."""
    middle = (points[tail] + points[head]) / 2
    radius = np.hypot(*(points[head] - points[tail]).T) / 2
    nearest = cKDTree(points).query(middle)[0]
    clear: Flags = nearest >= radius * (1 - 1e-6)
    return clear


def _wet(land: Land, ends: tuple[Floats, Floats]) -> Flags:
    lines = np.asarray(shapely.linestrings(np.stack(ends, axis=1)))
    water = np.array(
        [
            *shapely.get_parts(land.water.lake),
            *shapely.get_parts(land.water.rivers),
            *shapely.get_parts(land.water.canals),
            *land.water.ponds,
        ]
    )
    wet = np.zeros(len(lines), np.bool_)
    wet[shapely.STRtree(lines).query(water, predicate="intersects")[1]] = True
    return wet


def _narrow(
    points: Floats, tail: Ints, head: Ints, decreed: Flags, length: Floats, *, least: float = 38
) -> Flags:
    """Tell which segments leave a corner within `least` degrees of a shorter or a decreed one."""
    count = len(tail)
    corner = np.concatenate([tail, head])
    ray = np.concatenate([points[head] - points[tail], points[tail] - points[head]])
    bearing = np.degrees(np.arctan2(ray[:, 1], ray[:, 0]))
    segment = np.tile(np.arange(count), 2)
    order = np.lexsort([bearing, corner])
    following = np.roll(order, -1)
    turn = (bearing[following] - bearing[order]) % 360
    sharp = (corner[order] == corner[following]) & (turn < least) & (order != following)
    one, other = segment[order[sharp]], segment[following[sharp]]
    weaker = np.where(
        decreed[one], other, np.where(decreed[other] | (length[one] > length[other]), one, other)
    )
    narrow = np.zeros(count, dtype=bool)
    narrow[weaker] = True
    return narrow & ~decreed


def _spanning(count: int, tail: Ints, head: Ints, cost: Floats) -> Flags:
    tree = minimum_spanning_tree(coo_array((cost, (tail, head)), shape=(count, count)).tocsr()).tocoo()
    chosen: Flags = np.isin(tail * count + head, tree.row.astype(int) * count + tree.col)
    return chosen

"""The stretches of road that posts reach within a budget, in seconds or in metres.

`geo.road_reach` finds the nodes that a post reaches. There it has some budget left, and so much of each edge
that leaves the node belongs to the post: edges are cut exactly where the budget ends. No table of posts by
edges is ever made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo.disc_sets import ranges
from geo.junctions import lines_through
from geo.road_reach import reach_sets
from geo.roads import OTHER_CLASS, RoadSpeeds
from geo.terms import Mobility
from geo.travel import NO_ROAD, by_mobility, turnout_s

if TYPE_CHECKING:
    from geo.arrays import Flags, Floats, Geometries, Integers, Objects
    from geo.road_reach import Reached
    from geo.roads import Network
    from geo.travel import Sites

_LEAST_M = 1e-9
"""A stretch shorter than a nanometre is none."""
ONE_METRE_A_SECOND = RoadSpeeds(
    run_ms=1.0, foot_ms=1.0, ebike_ms=1.0, car_kmh={OTHER_CLASS: 3.6}, turnout_s=0.0
)
"""With it, and with `without_engines`, seconds are metres."""


class Stretches(NamedTuple):
    """Parts of edges, each array of shape (stretches,)."""

    post: Integers
    edge: Integers
    start_m: Floats
    """From the edge's tail."""
    stop_m: Floats
    """From the edge's tail, more than ``start_m``."""


class _Ways(NamedTuple):
    """How one mobility goes along edges."""

    ms: Floats
    """Its speed, m/s, shape (edges,)."""
    oneway: Flags
    """Whether it may only go from tail to head, shape (edges,)."""

    @classmethod
    def of(cls, network: Network, kind: Mobility, speeds: RoadSpeeds) -> _Ways:
        """Read it from the network; those on foot run, and look at no oneway sign."""
        count = len(network.length_m)
        if kind is Mobility.CAR:
            return cls(network.car_ms, network.oneway)
        if kind is Mobility.EBIKE:
            return cls(np.full(count, speeds.ebike_ms), network.oneway)
        return cls(np.full(count, speeds.run_ms), np.zeros(count, dtype=bool))


def without_engines(mobility: Objects) -> Objects:
    """Let cars go as ebikes do, at one speed on all roads, by the same signs."""
    return np.where(mobility == str(Mobility.CAR), str(Mobility.EBIKE), mobility)


def reached(
    network: Network, sites: Sites, mobility: Objects, limits_s: Floats, *, speeds: RoadSpeeds
) -> list[Stretches]:
    """Give the stretches of road that posts reach.

    Parameters
    ----------
    network
        In metres.
    sites
        Where the posts meet the road, as `geo.travel.snap` gives it.
    mobility
        How each moves, shape (posts,).
    limits_s
        Seconds that each may take, turnout and the way to the road included, shape (posts, limits).
    speeds
        On and off the road, and before a car moves.

    Returns
    -------
    list of Stretches
        One for each limit; ``post`` is the row of the site. An edge that is reached from both ends is whole,
        or two stretches with what is out of reach between them; that on which the post itself stands may
        come once more.
    """
    parts: list[list[Stretches]] = [[] for _ in range(limits_s.shape[1])]
    for kind, every in by_mobility(mobility):
        rows = every[sites.edge[every] != NO_ROAD]
        own, ways = sites.at(rows), _Ways.of(network, kind, speeds)
        most = float(limits_s[rows].max(initial=0.0))
        at = reach_sets(network, own, mobility[rows], most, speeds=speeds)
        before = own.off_m / speeds.run_ms + turnout_s(kind, speeds)
        for number, part in enumerate(parts):
            limit = limits_s[rows, number]
            part.append(_of_posts(_from_nodes(network, at, limit, ways), rows))
            part.append(_of_posts(_on_own_edge(network, own, limit - before, ways), rows))
    return [joined(part) for part in parts]


def _of_posts(found: Stretches, rows: Integers) -> Stretches:
    """Name the posts by their rows among all."""
    return found._replace(post=rows[found.post])


def _from_nodes(network: Network, at: Reached, limit_s: Floats, ways: _Ways) -> Stretches:
    """Give the parts of the edges that leave nodes which are reached before the limit."""
    left_s = limit_s[at.owner] - at.seconds
    kept = np.flatnonzero(left_s > 0)
    edges = np.arange(len(network.length_m))
    back = edges[~ways.oneway]
    node = np.concatenate([network.tail, network.head[back]])
    order = np.argsort(node, kind="stable")
    first = np.searchsorted(node[order], at.node[kept])
    size = np.searchsorted(node[order], at.node[kept], side="right") - first
    pair, arc = np.repeat(kept, size), order[ranges(first, size)]
    edge = np.concatenate([edges, back])[arc]
    far_m = np.minimum(left_s[pair] * ways.ms[edge], network.length_m[edge])
    return _from_both_ends(network, at.owner[pair], edge, far_m, arc >= len(edges))


def _from_both_ends(
    network: Network, post: Integers, edge: Integers, far_m: Floats, against: Flags
) -> Stretches:
    """Join how far posts come on edges from the tails with how far they come from the heads."""
    edges = max(1, len(network.length_m))
    key, cell = np.unique(post * edges + edge, return_inverse=True)
    post, edge = np.divmod(key, edges)
    length_m = network.length_m[edge]
    from_tail, from_head = np.zeros(len(key)), np.zeros(len(key))
    np.maximum.at(from_tail, cell[~against], far_m[~against])
    np.maximum.at(from_head, cell[against], far_m[against])
    whole = from_tail + from_head >= length_m
    start = np.concatenate([np.zeros(len(key)), (length_m - from_head)[~whole]])
    stop = np.concatenate([np.where(whole, length_m, from_tail), length_m[~whole]])
    return _some(Stretches(np.append(post, post[~whole]), np.append(edge, edge[~whole]), start, stop))


def _on_own_edge(network: Network, sites: Sites, left_s: Floats, ways: _Ways) -> Stretches:
    """Give what each post reaches of the edge that it meets, from where it meets it."""
    far_m = np.maximum(left_s, 0.0) * ways.ms[sites.edge]
    back_m = np.where(ways.oneway[sites.edge], 0.0, far_m)
    start = np.maximum(sites.along_m - back_m, 0.0)
    stop = np.minimum(sites.along_m + far_m, network.length_m[sites.edge])
    return _some(Stretches(np.arange(len(sites.edge)), sites.edge, start, stop))


def _some(found: Stretches) -> Stretches:
    """Leave out what has no length."""
    kept = found.stop_m - found.start_m > _LEAST_M
    return Stretches(found.post[kept], found.edge[kept], found.start_m[kept], found.stop_m[kept])


def joined(parts: list[Stretches]) -> Stretches:
    """Put stretches one after the other."""
    if not parts:
        return Stretches(*(np.empty(0, np.int64),) * 2, *(np.empty(0),) * 2)
    return Stretches(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def cut(network: Network, stretches: Stretches) -> Geometries:
    """Give the lines of stretches, vertices between their ends included; shape (stretches,)."""
    lines = network.lines[stretches.edge]
    partly = np.flatnonzero(
        (stretches.start_m > 0) | (stretches.stop_m < network.length_m[stretches.edge] - _LEAST_M)
    )
    lines[partly] = substrings(lines[partly], stretches.start_m[partly], stretches.stop_m[partly])
    return lines


def substrings(lines: Geometries, start_m: Floats, stop_m: Floats) -> Geometries:
    """Cut a part out of each line.

    Parameters
    ----------
    lines
        LineStrings in metres, shape (n,).
    start_m, stop_m
        Distances along each line, the first smaller, shape (n,).

    Returns
    -------
    numpy.ndarray
        LineStrings, shape (n,).
    """
    xy, line = shapely.get_coordinates(lines, return_index=True)
    step = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    total = np.cumsum(step)
    heads = np.searchsorted(line, np.arange(len(lines)))
    along = total - total[heads][line]
    inner = (along > start_m[line]) & (along < stop_m[line])
    ends = [shapely.get_coordinates(shapely.line_interpolate_point(lines, at)) for at in (start_m, stop_m)]
    number = np.arange(len(lines))
    owner = np.concatenate([number, line[inner], number])
    place = np.concatenate([start_m, along[inner], stop_m])
    every = np.concatenate([ends[0], xy[inner], ends[1]])
    order = np.lexsort((place, owner))
    return lines_through(every[order], owner[order])

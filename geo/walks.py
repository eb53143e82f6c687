"""How far it is on foot, along the roads: metres between places, and the way itself.

Those on foot go both ways of every road. The distance off the road counts at both ends, as everywhere
(`geo.travel`). A straight line never stands in for a road, not even where it is shorter: what no road leads
to is infinitely far. Shortest paths are Dijkstra's, as scipy has them.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from scipy.sparse.csgraph import dijkstra

from geo.searches import FOR_EVER_S, Leads, Mode, chunks, graph_of, leads, times_to_nodes, with_sources
from geo.travel import NO_ROAD

if TYPE_CHECKING:
    from geo.arrays import Flags, Floats, Integers
    from geo.roads import Network
    from geo.searches import Graph
    from geo.travel import Sites

ON_FOOT = Mode(ms=1.0, obeys=False)
"""A metre a second, both ways of every road: its seconds are metres."""
NEAR_M = 3_000.0
"""Ways up to this length are looked for first; only what is farther is looked for everywhere."""
_NONE = -9999
"""The node before a node that none is before, as scipy writes it."""


class Pairs(NamedTuple):
    """Which distances are asked for, shape (n,) each."""

    start: Integers
    """Row of the places where one starts."""
    goal: Integers
    """Row of the places where one goes."""


def walking_m(network: Network, starts: Sites, goals: Sites, pairs: Pairs) -> Floats:
    """Give how far it is on foot for each pair.

    Parameters
    ----------
    network
        In metres.
    starts, goals
        What `geo.travel.snap` gives.
    pairs
        Rows of both.

    Returns
    -------
    numpy.ndarray
        Metres, shape (pairs,); infinite where no road leads.
    """
    own = Pairs(np.asarray(pairs.start, dtype=np.int64), np.asarray(pairs.goal, dtype=np.int64))
    metres = np.full(len(own.start), np.inf)
    node_of = network.component[network.tail] if len(network.tail) else np.empty(0, dtype=np.int64)
    on_road: Flags = (starts.edge[own.start] != NO_ROAD) & (goals.edge[own.goal] != NO_ROAD)
    rows = np.flatnonzero(on_road)
    same = node_of[starts.edge[own.start[rows]]] == node_of[goals.edge[own.goal[rows]]]
    rows = rows[same]
    if not len(rows):
        return metres
    graph = graph_of(network, ON_FOOT)
    for within_m in (NEAR_M, FOR_EVER_S):
        left = rows[metres[rows] > NEAR_M]  # what was cut off there may be shorter by the other end
        asked = Pairs(own.start[left], own.goal[left])
        metres[left] = _on_road(network, graph, (starts, goals), asked, within_m)
    off_m = starts.off_m[own.start] + goals.off_m[own.goal]
    whole: Floats = metres + np.where(np.isfinite(metres), off_m, 0.0)
    return whole


def _on_road(
    network: Network, graph: Graph, sites: tuple[Sites, Sites], pairs: Pairs, within_m: float
) -> Floats:
    """Give the metres on the road; infinite beyond ``within_m`` unless the pair is on one edge."""
    starts, goals = sites
    metres = _along_edge(starts, goals, pairs)
    targets, target_of = np.unique(pairs.goal, return_inverse=True)
    from_goal = leads(network, ON_FOOT, goals.edge[targets], goals.along_m[targets], outward=True)
    to_start = leads(network, ON_FOOT, starts.edge[pairs.start], starts.along_m[pairs.start], outward=False)
    for part in chunks(graph, from_goal):
        own = np.flatnonzero((target_of >= part.start) & (target_of < part.stop))
        found = times_to_nodes(graph, Leads(from_goal.node[part], from_goal.seconds[part]), within_s=within_m)
        row = target_of[own] - part.start
        for end in (0, 1):
            way = found[row, to_start.node[own, end]] + to_start.seconds[own, end]
            metres[own] = np.minimum(metres[own], way)
    return metres


def _along_edge(starts: Sites, goals: Sites, pairs: Pairs) -> Floats:
    """Give the metres along the edge that both places of a pair are on; infinite for all others."""
    same = starts.edge[pairs.start] == goals.edge[pairs.goal]
    apart = np.abs(starts.along_m[pairs.start] - goals.along_m[pairs.goal])
    found: Floats = np.where(same, apart, np.inf)
    return found


def walking_route(
    network: Network, starts: Sites, goals: Sites, ends: tuple[shapely.Point, shapely.Point]
) -> shapely.LineString | None:
    """Give the shortest way on foot between two places, off the road at both ends included.

    Parameters
    ----------
    network
        In metres.
    starts, goals
        One place each, as `geo.travel.snap` gives it.
    ends
        The two places themselves, in the same metres.

    Returns
    -------
    shapely.LineString or None
        As long as `walking_m` says; None where no road leads.
    """
    if NO_ROAD in (starts.edge[0], goals.edge[0]):
        return None
    along = abs(starts.along_m[0] - goals.along_m[0]) if starts.edge[0] == goals.edge[0] else np.inf
    nodes, over = _nodes_between(network, starts, goals)
    if not np.isfinite(min(along, over)):
        return None
    if along <= over:
        middle = [_stretch(network, starts.edge[0], starts.along_m[0], goals.along_m[0])]
    else:
        middle = _stretches(network, starts, goals, nodes)
    points = [np.asarray(ends[0].coords), *middle, np.asarray(ends[1].coords)]
    return shapely.LineString(np.concatenate(points))


def _nodes_between(network: Network, starts: Sites, goals: Sites) -> tuple[list[int], float]:
    """Give the nodes of the shortest way over nodes, from start to goal, and its metres on the road."""
    graph = graph_of(network, ON_FOOT)
    outward = leads(network, ON_FOOT, starts.edge, starts.along_m, outward=True)
    inward = leads(network, ON_FOOT, goals.edge, goals.along_m, outward=False)
    source = len(network.nodes)
    metres, before = dijkstra(
        with_sources(graph, outward), indices=np.array([source]), return_predecessors=True, limit=FOR_EVER_S
    )
    ways = metres[0, inward.node[0]] + inward.seconds[0]
    node = int(inward.node[0, int(np.argmin(ways))])
    nodes: list[int] = []
    while node not in (_NONE, source):
        nodes.append(node)
        node = int(before[0, node])
    return nodes[::-1], float(ways.min())


def _stretches(network: Network, starts: Sites, goals: Sites, nodes: list[int]) -> list[Floats]:
    """Give the positions along each edge that is walked."""
    first, last = int(starts.edge[0]), int(goals.edge[0])
    parts = [_stretch(network, first, starts.along_m[0], _at_node(network, first, nodes[0], starts))]
    for begin, end in pairwise(nodes):
        edges = np.flatnonzero(
            ((network.tail == begin) & (network.head == end))
            | ((network.tail == end) & (network.head == begin))
        )
        edge = int(edges[np.argmin(network.length_m[edges])])
        whole = float(network.length_m[edge])
        is_ahead = network.tail[edge] == begin
        parts.append(_stretch(network, edge, *((0.0, whole) if is_ahead else (whole, 0.0))))
    parts.append(_stretch(network, last, _at_node(network, last, nodes[-1], goals), goals.along_m[0]))
    return parts


def _at_node(network: Network, edge: int, node: int, site: Sites) -> float:
    """Give how far along an edge one of its ends is; of a loop's two ends the nearer to a place on it."""
    whole, along = float(network.length_m[edge]), float(site.along_m[0])
    ends = [0.0] * (int(network.tail[edge]) == node) + [whole] * (int(network.head[edge]) == node)
    return min(ends, key=lambda end: abs(end - along))


def _stretch(network: Network, edge: int, begin_m: float, end_m: float) -> Floats:
    """Give the positions along an edge from one place on it to another, as they are walked."""
    low, high = sorted((begin_m, end_m))
    line = network.lines[edge]
    corners = np.asarray(line.coords)
    at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
    inner = corners[(at > low) & (at < high)]
    ends = [np.asarray(line.interpolate(along).coords) for along in (low, high)]
    whole: Floats = np.concatenate([ends[0], inner, ends[1]])
    return whole if begin_m <= end_m else whole[::-1]

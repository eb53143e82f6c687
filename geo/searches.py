"""Shortest paths by scipy: the graph of one mobility, cut to what is concerned, places on edges."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.arrays import chunk_slices
from geo.terms import Mobility

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.arrays import Flags, Floats, Integers
    from geo.roads import Network, RoadSpeeds

FOR_EVER_S = float(np.finfo(np.float64).max)
"""A limit that no path exceeds, and that what is closed (infinite) does."""
CELLS_AT_ONCE = 2_000_000
"""Distances held at once, 16 MB: sources times nodes."""


class Mode(NamedTuple):
    """How one mobility goes along edges."""

    ms: Floats
    """Its speed, m/s, shape (edges,)."""
    oneway: Flags
    """Whether it may only go from tail to head."""


class Graph(NamedTuple):
    """Arcs in order of the node that they leave, and what each takes."""

    first: NDArray[np.int32]
    """Where each node's arcs begin, shape (nodes + 1,)."""
    to: NDArray[np.int32]
    """The node that an arc leads to, shape (arcs,)."""
    seconds: Floats
    """Infinite where one may not go."""


class Leads(NamedTuple):
    """How places on edges connect with the two ends of theirs, shape (places, 2)."""

    node: Integers
    seconds: Floats
    """Infinite where one may not go."""


def mode_of(network: Network, kind: Mobility, speeds: RoadSpeeds) -> Mode:
    """Give the speed and the ways of one mobility: those on foot run, and look at no oneway sign."""
    count = len(network.tail)
    if kind is Mobility.CAR:
        return Mode(network.car_ms, network.oneway)
    if kind is Mobility.EBIKE:
        return Mode(np.full(count, speeds.ebike_ms), network.oneway)
    return Mode(np.full(count, speeds.run_ms), np.zeros(count, dtype=bool))


def graph_of(network: Network, mode: Mode, *, backwards: bool = False) -> Graph:
    """Give the graph in which one goes forward in time, or against it: from destinations to origins."""
    arcs = network.arcs
    seconds = (network.length_m / mode.ms)[arcs.edge]
    if mode.oneway.any():
        seconds[mode.oneway[arcs.edge] & (arcs.against ^ backwards)] = np.inf
    return Graph(arcs.first, arcs.to, seconds)


def leads(network: Network, mode: Mode, edge: Integers, along_m: Floats, *, outward: bool) -> Leads:
    """Give what it takes from places to the ends of their edges, or from the ends to the places.

    Parameters
    ----------
    network, mode
        Where, and how one moves.
    edge, along_m
        The places, shape (places,).
    outward
        Whether one leaves the places; else one comes to them.
    """
    ms, length_m = mode.ms[edge], network.length_m[edge]
    seconds = np.column_stack([along_m / ms, (length_m - along_m) / ms])
    against = seconds[:, 0] if outward else seconds[:, 1]
    against[mode.oneway[edge] & (against > 0)] = np.inf
    return Leads(np.column_stack([network.tail[edge], network.head[edge]]), seconds)


class Cutter:
    """Cuts parts out of one graph, each at a cost that depends on the part only."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._number = np.full(len(graph.first) - 1, -1, dtype=np.int32)

    def part(self, nodes: Integers) -> Graph:
        """Give the graph of these nodes (rising), numbered from 0; arcs that lead out of it are left out."""
        first, to, seconds = self.graph
        if len(nodes) == len(self._number):
            return self.graph
        begin = first[nodes]
        counts = first[nodes + 1] - begin
        ends = np.cumsum(counts)
        arcs = np.arange(ends[-1] if len(ends) else 0) + np.repeat(begin - (ends - counts), counts)
        self._number[nodes] = np.arange(len(nodes), dtype=np.int32)
        inside = self._number[to[arcs]]
        self._number[nodes] = -1
        kept = inside >= 0
        passed = np.concatenate([[0], np.cumsum(kept)])
        return Graph(passed[np.concatenate([[0], ends])].astype(np.int32), inside[kept], seconds[arcs[kept]])


def times_between(graph: Graph, sources: Leads, targets: Leads) -> Floats:
    """Search from every source to all targets.

    Returns
    -------
    numpy.ndarray
        Seconds, shape (sources, targets); a target on a source's own edge only as reached over nodes.
    """
    times = np.empty((len(sources.node), len(targets.node)))
    for part in chunks(graph, sources):
        to_nodes = times_to_nodes(graph, Leads(sources.node[part], sources.seconds[part]))
        tail, head = (to_nodes[:, targets.node[:, end]] + targets.seconds[:, end] for end in (0, 1))
        np.minimum(tail, head, out=times[part])
    return times


def chunks(graph: Graph, sources: Leads) -> list[slice]:
    """Cut sources so that no more than `CELLS_AT_ONCE` distances are held."""
    return chunk_slices(len(sources.node), chunk=max(1, CELLS_AT_ONCE // len(graph.first)))


def times_to_nodes(graph: Graph, sources: Leads, *, within_s: float = FOR_EVER_S) -> Floats:
    """Give seconds from each source to every node, shape (sources, nodes); infinite beyond ``within_s``."""
    nodes, count = len(graph.first) - 1, len(sources.node)
    if not count:
        return np.empty((0, nodes))
    found: Floats = dijkstra(
        _with_sources(graph, sources), indices=np.arange(nodes, nodes + count), limit=within_s
    )
    return found[:, :nodes]


def nearest_to_nodes(graph: Graph, sources: Leads) -> Floats:
    """Give seconds from the nearest source to every node, shape (nodes,)."""
    nodes, count = len(graph.first) - 1, len(sources.node)
    if not count:
        return np.full(nodes, np.inf)
    found: Floats = dijkstra(
        _with_sources(graph, sources),
        indices=np.arange(nodes, nodes + count),
        limit=FOR_EVER_S,
        min_only=True,
    )
    return found[:nodes]


def _with_sources(graph: Graph, sources: Leads) -> csr_array[np.float64]:
    """Add a node for each source, from which two arcs lead."""
    nodes, count = len(graph.first) - 1, len(sources.node)
    first = np.concatenate([graph.first, graph.first[-1] + 2 * np.arange(1, count + 1, dtype=np.int32)])
    to = np.concatenate([graph.to, sources.node.ravel().astype(np.int32)])
    seconds = np.concatenate([graph.seconds, sources.seconds.ravel()])
    return csr_array((seconds, to, first), shape=(nodes + count, nodes + count))

"""Shortest paths: the graph of one mobility, cut to what is concerned, places on edges.

scipy finds the times between places; what is searched on a whole network, `geo.buckets` finds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.arrays import chunk_slices
from geo.terms import Mobility

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.arrays import Floats, Integers
    from geo.roads import Arcs, Network, RoadSpeeds

FOR_EVER_S = float(np.finfo(np.float64).max)
"""A limit that no path exceeds, and that what is closed (infinite) does."""
CELLS_AT_ONCE = 2_000_000
"""Distances held at once, 16 MB: sources times nodes."""


class Mode(NamedTuple):
    """How one mobility goes along edges."""

    ms: float | None
    """Its speed on all of them, m/s; `None`: each edge's own, as a car."""
    obeys: bool
    """Whether it looks at oneway signs, and there are any."""


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
    ms = {Mobility.FOOT: speeds.run_ms, Mobility.EBIKE: speeds.ebike_ms, Mobility.CAR: None}[kind]
    return Mode(ms, kind is not Mobility.FOOT and bool(network.oneway.any()))


def speed_on(network: Network, mode: Mode, edge: Integers) -> Floats:
    """Give the speed on edges, m/s."""
    return network.car_ms[edge] if mode.ms is None else np.full(len(edge), mode.ms)


def graph_of(network: Network, mode: Mode, *, backwards: bool = False) -> Graph:
    """Give the graph in which one goes forward in time, or against it: from destinations to origins."""
    arcs = network.arcs
    return Graph(arcs.first, arcs.to, _seconds(arcs, mode, slice(None), backwards=backwards))


def _seconds(arcs: Arcs, mode: Mode, rows: Integers | slice, *, backwards: bool) -> Floats:
    """Give what arcs take."""
    by_car = mode.ms is None
    seconds: Floats = (arcs.car_s if by_car else arcs.length_m)[rows] / (mode.ms or 1.0)
    if mode.obeys:
        seconds[arcs.shut[int(backwards), rows]] = np.inf
    return seconds


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
    metres = np.column_stack([along_m, network.length_m[edge] - along_m])
    seconds = metres / speed_on(network, mode, edge)[:, np.newaxis]
    if mode.obeys:
        against = seconds[:, 0 if outward else 1]
        against[network.oneway[edge] & (against > 0)] = np.inf
    return Leads(np.column_stack([network.tail[edge], network.head[edge]]), seconds)


class Cutter:
    """Cuts parts out of one network, each at a cost that depends on the part only."""

    def __init__(self, network: Network, mode: Mode, *, backwards: bool = False) -> None:
        self.network = network
        self.mode = mode
        self.backwards = backwards
        self._number = np.full(len(network.nodes), -1, dtype=np.int32)

    def part(self, nodes: Integers) -> Graph:
        """Give the graph of these nodes (rising), numbered from 0; arcs that lead out of it are left out."""
        if len(nodes) == len(self._number):
            return graph_of(self.network, self.mode, backwards=self.backwards)
        arcs, ends = self._arcs(nodes)
        self._number[nodes] = np.arange(len(nodes), dtype=np.int32)
        inside = self._number[self.network.arcs.to[arcs]]
        self._number[nodes] = -1
        kept = inside >= 0
        passed = np.zeros(len(arcs) + 1, dtype=np.int32)
        np.cumsum(kept, out=passed[1:])
        seconds = _seconds(self.network.arcs, self.mode, arcs[kept], backwards=self.backwards)
        return Graph(passed[ends], inside[kept], seconds)

    def _arcs(self, nodes: Integers) -> tuple[Integers, Integers]:
        """Give the arcs that leave these nodes, and where those of each begin and end among them."""
        begin, end = self.network.arcs.first[nodes], self.network.arcs.first[nodes + 1]
        ends = np.zeros(len(nodes) + 1, dtype=np.int64)
        np.cumsum(end - begin, out=ends[1:])
        return np.arange(ends[-1]) + np.repeat(begin - ends[:-1], end - begin), ends


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
        with_sources(graph, sources), indices=np.arange(nodes, nodes + count), limit=within_s
    )
    return found[:, :nodes]


def nearest_to_nodes(network: Network, mode: Mode, sources: Leads) -> Floats:
    """Give seconds from the nearest source to every node of the network, shape (nodes,)."""
    from geo.buckets import soonest  # noqa: PLC0415 - half a second that only who searches is to pay

    return soonest(graph_of(network, mode), sources)


def nodes_within(
    network: Network, mode: Mode, sources: Leads, within_s: float
) -> tuple[Integers, Integers, Floats]:
    """Give how many nodes each source reaches in time, these in order of source, and seconds."""
    from geo.buckets import reached_by_each  # noqa: PLC0415 - as above

    return reached_by_each(graph_of(network, mode), sources, within_s)


def with_sources(graph: Graph, sources: Leads) -> csr_array[np.float64]:
    """Add a node for each source, from which two arcs lead."""
    size = len(graph.first) - 1 + len(sources.node)
    behind = graph.first[-1] + 2 * np.arange(1, len(sources.node) + 1, dtype=np.int32)
    seconds = np.concatenate([graph.seconds, sources.seconds.ravel()])
    to = np.concatenate([graph.to, sources.node.ravel().astype(np.int32)])
    return csr_array((seconds, to, np.concatenate([graph.first, behind])), shape=(size, size))

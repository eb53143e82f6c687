"""How far posts reach by road: times from the nearest to all nodes, nodes that each reaches in time."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.roads import bands
from geo.searches import (
    FOR_EVER_S,
    Cutter,
    Leads,
    chunks,
    leads,
    mode_of,
    nearest_to_nodes,
    times_to_nodes,
)
from geo.travel import NO_ROAD, Sites, by_mobility, turnout_s

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.arrays import Floats, Integers, Objects
    from geo.roads import Network, RoadSpeeds
    from geo.searches import Graph, Mode
    from geo.terms import Mobility


PART_PAYS_FROM = 100_000
"""Nodes times sites: a search touches every node of its graph, which costs as much as to cut a part out."""


class Reached(NamedTuple):
    """Nodes that sites reach in time, in order of site, then node; shape (pairs,) each."""

    owner: Integers
    """Row of the site."""
    node: Integers
    seconds: Floats
    """From the site to the node: turnout, the way to the road, the road."""


def nearest_times(network: Network, sites: Sites, mobility: Objects, *, speeds: RoadSpeeds) -> Floats:
    """Give the time to every node from the site that is soonest there.

    Parameters
    ----------
    network
        In metres.
    sites
        Where posts meet the road, as `geo.travel.snap` gives it.
    mobility
        How each moves, shape (sites,).
    speeds
        On and off the road, and before a car moves.

    Returns
    -------
    numpy.ndarray
        Seconds, shape (nodes,); infinite where none comes.
    """
    found = []
    for kind, rows in _on_road(sites, mobility):
        mode = mode_of(network, kind, speeds)
        starts = _starts(network, mode, kind, sites.at(rows), speeds)
        found.append(nearest_to_nodes(network, mode, starts))
    return reduce(np.minimum, found) if found else np.full(len(network.nodes), np.inf)


def reach_sets(
    network: Network, sites: Sites, mobility: Objects, within_s: float, *, speeds: RoadSpeeds
) -> Reached:
    """Find the nodes that each site reaches within a time.

    No site can come farther in a straight line than the fastest edge would carry it; so sites that are near
    to each other are searched together, on the nodes round about them only, and the cost does not grow with
    the network.

    Parameters
    ----------
    network
        In metres.
    sites
        Where posts meet the road, as `geo.travel.snap` gives it.
    mobility
        How each moves, shape (sites,).
    within_s
        Seconds, turnout and the way to the road included; infinite: all that there is a way to.
    speeds
        On and off the road, and before a car moves.

    Returns
    -------
    Reached
        Nothing for a site without a road. A site in the middle of a long edge may reach no node and still
        reach parts of its edge.
    """
    within_s = min(within_s, FOR_EVER_S)
    found = [Reached(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))]
    for kind, rows in _on_road(sites, mobility):
        mode = mode_of(network, kind, speeds)
        starts = _starts(network, mode, kind, sites.at(rows), speeds)
        fastest_ms = float(network.car_ms.max()) if mode.ms is None else mode.ms
        radius_m = fastest_ms * network.straightest * max(0.0, within_s - turnout_s(kind, speeds))
        cutter = Cutter(network, mode)
        for near, nodes in _neighbourhoods(network, starts, radius_m):
            part = Leads(starts.node[near], starts.seconds[near])
            found.extend(_reached(cutter.part(nodes), nodes, part, rows[near], within_s))
    owner, node, seconds = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((node, owner))
    return Reached(owner[order], node[order], seconds[order])


def _on_road(sites: Sites, mobility: Objects) -> Iterator[tuple[Mobility, Integers]]:
    """Give each mobility and the rows of its sites that have a road."""
    for kind, rows in by_mobility(mobility):
        with_road = rows[sites.edge[rows] != NO_ROAD]
        if len(with_road):
            yield kind, with_road


def _starts(network: Network, mode: Mode, kind: Mobility, sites: Sites, speeds: RoadSpeeds) -> Leads:
    """Give what it takes from sites to the ends of their edges: turnout, way to the road, way along it."""
    node, seconds = leads(network, mode, sites.edge, sites.along_m, outward=True)
    before = sites.off_m / speeds.run_ms + turnout_s(kind, speeds)
    return Leads(node, seconds + before[:, np.newaxis])


def _neighbourhoods(network: Network, starts: Leads, radius_m: float) -> Iterator[tuple[Integers, Integers]]:
    """Sort sites into squares as wide as they reach; give the rows of each, and the nodes about them.

    Those for which it does not pay to cut a part out of the network come together, with all nodes.
    """
    side = max(radius_m, 1.0)
    square = np.floor(network.nodes[starts.node[:, 0]] / side).astype(np.int64)
    _, tile, crowd = np.unique(square, axis=0, return_inverse=True, return_counts=True)
    few = crowd[tile] * len(network.nodes) <= PART_PAYS_FROM
    if few.any():
        yield np.flatnonzero(few), np.arange(len(network.nodes))
    window = _Window(network)
    rows = np.flatnonzero(~few)
    rows = rows[np.argsort(tile[rows], kind="stable")]
    for near in np.split(rows, np.flatnonzero(np.diff(tile[rows])) + 1) if len(rows) else []:
        yield near, window.about(starts.node[near].ravel(), radius_m)


class _Window:
    """Finds the nodes in a box, band by band, as a few stretches of their order."""

    def __init__(self, network: Network) -> None:
        self.nodes = network.nodes
        self.west = float(np.min(self.nodes[:, 0], initial=np.inf))
        self.width = float(np.max(self.nodes[:, 0], initial=-np.inf)) - self.west + 1
        band = bands(self.nodes[:, 1])
        self.place = self._place(band, self.nodes[:, 0])
        self.first, self.last = float(band[0]), float(band[-1])

    def _place(self, band: Floats, easting: Floats | float) -> Floats:
        """Give a number that rises in the order of the nodes."""
        place: Floats = band * self.width + np.clip(easting - self.west, -0.5, self.width - 0.5)
        return place

    def about(self, middle: Integers, radius_m: float) -> Integers:
        """Find the nodes in the box of some, widened by what is reached and to whole bands; rising."""
        ends = self.nodes[middle]
        low, high = ends.min(axis=0) - radius_m, ends.max(axis=0) + radius_m
        first, last = np.clip(bands(np.array([low[1], high[1]])), self.first, self.last)
        rows = np.arange(first, last + 1)
        begin = np.searchsorted(self.place, self._place(rows, low[0]))
        end = np.searchsorted(self.place, self._place(rows, high[0]), side="right")
        counts = end - begin
        before = np.cumsum(counts) - counts
        found: Integers = np.arange(counts.sum()) + np.repeat(begin - before, counts)
        return found


def _reached(
    part: Graph, nodes: Integers, starts: Leads, rows: Integers, within_s: float
) -> Iterator[Reached]:
    """Search from sites on a part of the network."""
    local = Leads(np.searchsorted(nodes, starts.node), starts.seconds)
    for chunk in chunks(part, local):
        times = times_to_nodes(part, Leads(local.node[chunk], local.seconds[chunk]), within_s=within_s)
        owner, node = np.nonzero(times <= within_s)
        yield Reached(rows[chunk][owner], nodes[node], times[owner, node])

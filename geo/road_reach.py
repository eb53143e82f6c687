"""How far posts reach by road: times from the nearest to all nodes, nodes that each reaches in time."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.searches import Leads, leads, mode_of, nearest_to_nodes, nodes_within
from geo.travel import NO_ROAD, Sites, by_mobility, turnout_s

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.arrays import Floats, Integers, Objects
    from geo.roads import Network, RoadSpeeds
    from geo.searches import Mode
    from geo.terms import Mobility


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

    A search touches nothing that its site does not reach: what the network costs is paid once for all sites
    of a mobility.

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
    found = [Reached(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))]
    for kind, rows in _on_road(sites, mobility):
        mode = mode_of(network, kind, speeds)
        starts = _starts(network, mode, kind, sites.at(rows), speeds)
        counts, node, seconds = nodes_within(network, mode, starts, within_s)
        found.append(Reached(np.repeat(rows, counts), node, seconds))
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

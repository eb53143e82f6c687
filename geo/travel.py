"""How long it takes by road: where points meet the road, and the times between them.

Shortest paths are Dijkstra's, as scipy has them, over the components concerned only. A point meets the road
along an edge, not at its end; the distance off the road is run at both ends. What no road leads to is
infinitely far: a straight line never stands in for a road.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo.searches import Cutter, Leads, leads, mode_of, speed_on, times_between
from geo.terms import Mobility

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.arrays import Floats, Geometries, Integers, Objects
    from geo.roads import Network, RoadSpeeds
    from geo.searches import Mode

NO_ROAD = -1
"""The edge of a point that no road is near to."""
TIE_M = 1e-6
"""Edges whose distances differ by less are equally near."""
END_M = 0.001
"""A point this near to an edge's end is at its node."""


class Sites(NamedTuple):
    """Where points meet the road, shape (n,) each."""

    edge: Integers
    """`NO_ROAD` where no road is near."""
    along_m: Floats
    """Metres from the edge's tail."""
    off_m: Floats
    """Straight distance off the road, m."""

    def at(self, rows: Integers) -> Sites:
        """Take some of them."""
        return Sites(self.edge[rows], self.along_m[rows], self.off_m[rows])


def snap(network: Network, points: Geometries, *, limit_m: float) -> Sites:
    """Find where points meet the road: at the nearest place of any edge.

    Parameters
    ----------
    network
        In metres.
    points
        Points of the same CRS, `None` or empty where there is none, shape (n,).
    limit_m
        Metres beyond which a point has no road.

    Returns
    -------
    Sites
        Of edges equally near, to `TIE_M`, the smallest. Without a road: edge `NO_ROAD`, both lengths NaN.
    """
    edge = np.full(len(points), NO_ROAD, dtype=np.int64)
    along_m, off_m = np.full(len(points), np.nan), np.full(len(points), np.nan)
    asked = np.flatnonzero(np.isfinite(shapely.bounds(points)).all(axis=1))
    if len(network.lines) and len(asked):
        (row, _), apart = network.tree.query_nearest(
            points[asked], max_distance=limit_m, return_distance=True, all_matches=False
        )
        rows = asked[row]
        row, found = network.tree.query(points[rows], predicate="dwithin", distance=apart + TIE_M)
        order = np.lexsort((found, row))
        first = order[np.unique(row[order], return_index=True)[1]]
        edge[rows], off_m[rows] = found[first], apart
        along = shapely.line_locate_point(network.lines[edge[rows]], points[rows])
        along_m[rows] = _to_ends(along, network.length_m[edge[rows]])
    return Sites(edge, along_m, off_m)


def _to_ends(along_m: Floats, length_m: Floats) -> Floats:
    """Put what is at an edge's end exactly there."""
    at_end = along_m >= length_m - END_M
    put: Floats = np.where(at_end, length_m, np.where(along_m <= END_M, 0.0, along_m))
    return put


def travel_times(
    network: Network, origins: Sites, mobility: Objects, destinations: Sites, *, speeds: RoadSpeeds
) -> Floats:
    """Give the time from each origin to each destination.

    Parameters
    ----------
    network
        In metres.
    origins, destinations
        What `snap` gives.
    mobility
        How each origin moves, as `geo.terms.Mobility` writes it, shape (origins,).
    speeds
        On and off the road, and before a car moves.

    Returns
    -------
    numpy.ndarray
        Seconds, shape (origins, destinations); infinite where no road leads. One that is on the same edge is
        reached along it, or round about where that is quicker or the edge is one way.

    Raises
    ------
    ValueError
        A mobility that is none.
    """
    times = np.full((len(origins.edge), len(destinations.edge)), np.inf)
    for kind, rows in by_mobility(mobility):
        starts = origins.at(rows)
        begin_s = starts.off_m / speeds.run_ms + turnout_s(kind, speeds)
        end_s = destinations.off_m / speeds.run_ms
        search = _Search(network, mode_of(network, kind, speeds))
        for mine, theirs, nodes in _together(network, starts, destinations):
            block = search.times(starts.at(mine), destinations.at(theirs), nodes)
            times[np.ix_(rows[mine], theirs)] = begin_s[mine, np.newaxis] + block + end_s[theirs]
    return times


def by_mobility(mobility: Objects) -> Iterator[tuple[Mobility, Integers]]:
    """Give each mobility that occurs, and the rows that have it."""
    kinds = np.array([Mobility(value).value for value in mobility], dtype=object)
    for kind in Mobility:
        rows = np.flatnonzero(kinds == kind.value)
        if len(rows):
            yield kind, rows


def turnout_s(kind: Mobility, speeds: RoadSpeeds) -> float:
    """Give the seconds before one moves."""
    return speeds.turnout_s if kind is Mobility.CAR else 0.0


def _together(
    network: Network, origins: Sites, destinations: Sites
) -> Iterator[tuple[Integers, Integers, Integers]]:
    """Give the rows of origins and of destinations, and the nodes, of each component that has both."""
    mine, theirs = (_by_component(network, sites) for sites in (origins, destinations))
    nodes = _grouped(network.component, np.arange(len(network.component)))
    for component in sorted(mine.keys() & theirs.keys()):
        yield mine[component], theirs[component], nodes[component]


def _by_component(network: Network, sites: Sites) -> dict[int, Integers]:
    """Sort the rows of sites by the component that their edge is in."""
    rows = np.flatnonzero(sites.edge != NO_ROAD)
    return _grouped(network.component[network.tail[sites.edge[rows]]], rows)


def _grouped(keys: Integers, values: Integers) -> dict[int, Integers]:
    """Give the values of each key, in their order."""
    order = np.argsort(keys, kind="stable")
    names, first = np.unique(keys[order], return_index=True)
    return dict(zip(names.tolist(), np.split(values[order], first[1:]), strict=False))


class _Search:
    """Searches between sites for one mobility, forward or backward in time."""

    def __init__(self, network: Network, mode: Mode) -> None:
        self.network = network
        self.mode = mode
        self.cutters: dict[bool, Cutter] = {}

    def times(self, origins: Sites, destinations: Sites, nodes: Integers) -> Floats:
        """Give the times on the road between sites of the component of ``nodes``.

        The search starts from whichever side has fewer places: backward in time from destinations.
        """
        out, out_of = _places(origins)
        to, to_of = _places(destinations)
        leaving = leads(self.network, self.mode, *out, outward=True)
        coming = leads(self.network, self.mode, *to, outward=False)
        backwards = len(to[0]) < len(out[0])
        graph = self._cutter(backwards=backwards).part(nodes)
        leaving, coming = (
            Leads(np.searchsorted(nodes, side.node), side.seconds) for side in (leaving, coming)
        )
        if backwards:
            times = times_between(graph, coming, leaving).T
        else:
            times = times_between(graph, leaving, coming)
        times = np.minimum(times, self._along_edge(*out, *to))
        found: Floats = times[np.ix_(out_of, to_of)]
        return found

    def _cutter(self, *, backwards: bool) -> Cutter:
        if backwards not in self.cutters:
            self.cutters[backwards] = Cutter(self.network, self.mode, backwards=backwards)
        return self.cutters[backwards]

    def _along_edge(self, edge: Integers, along_m: Floats, other: Integers, other_along_m: Floats) -> Floats:
        """Give the times between places of one edge, along it; infinite for all others."""
        same, there = np.nonzero(edge[:, np.newaxis] == other)
        ahead_m = other_along_m[there] - along_m[same]
        back = self.mode.obeys & self.network.oneway[edge[same]] & (ahead_m < 0)
        times = np.full((len(edge), len(other)), np.inf)
        ms = speed_on(self.network, self.mode, edge[same])
        times[same, there] = np.where(back, np.inf, np.abs(ahead_m) / ms)
        return times


def _places(sites: Sites) -> tuple[tuple[Integers, Floats], Integers]:
    """Give the distinct places on the road, as edge and metres along, and which of them each site is."""
    both = np.column_stack([sites.edge.astype(np.float64), sites.along_m])
    places, place_of = np.unique(both, axis=0, return_inverse=True)
    return (places[:, 0].astype(np.int64), places[:, 1]), place_of

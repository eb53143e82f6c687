"""Roads as lines -> a network: nodes where roads meet, edges that keep the roads' true shape between them.

Roads meet at vertices that they share, and where the end of one comes to lie by another within a tolerance.
Lines that only cross do not meet: one is a bridge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.junctions import Vertices, distinct_places, joined, lines_through, vertices_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geo.arrays import Flags, Floats, Geometries, Integers, Objects

KMH = 1 / 3.6
"""Metres a second in a kilometre an hour."""
BAND_M = 500
"""Height of the bands in whose order nodes stand, m."""
OTHER_CLASS = "unclassified"
"""The class as which roads of unknown class are driven."""


@dataclass(frozen=True, slots=True)
class RoadSpeeds:
    """How fast one moves by road."""

    run_ms: float
    """A post on foot that responds, and everybody off the road, m/s."""
    foot_ms: float
    """A person who walks, m/s."""
    ebike_ms: float
    """An ebike, m/s."""
    car_kmh: Mapping[str, float]
    """A car by class of road, km/h; `OTHER_CLASS` is among them."""
    turnout_s: float
    """Seconds before a car moves."""


class Arcs(NamedTuple):
    """Each edge in both directions, in order of the node that it leaves."""

    first: NDArray[np.int32]
    """Where each node's arcs begin, shape (nodes + 1,)."""
    to: NDArray[np.int32]
    """The node that an arc leads to, shape (2 * edges,)."""
    length_m: Floats
    """Metres of its edge, shape (2 * edges,)."""
    car_s: Floats
    """Seconds that a car takes on it, shape (2 * edges,)."""
    shut: Flags
    """Whether vehicles may not take it, shape (2, 2 * edges): forward in time, and backward from where they
    arrive."""


@dataclass(frozen=True, slots=True)
class Network:
    """Roads that meet, in metres of one metric CRS."""

    nodes: Floats
    """Positions, shape (nodes, 2), in order of `bands`, in each of x: near ones stand near, so searches are
    quicker by an eighth."""
    tail: Integers
    """The node where each edge begins, shape (edges,)."""
    head: Integers
    """The node where it ends; the same as the tail in a loop."""
    length_m: Floats
    """Metres along the line, above 0."""
    car_ms: Floats
    """A car's speed on it, m/s."""
    oneway: Flags
    """Whether vehicles may only go from tail to head."""
    road: Integers
    """Row of the given line that it is part of; a join belongs to the line that it reaches."""
    lines: Geometries
    """LineStrings from tail to head."""
    component: Integers
    """The weakly connected component of each node, shape (nodes,)."""
    tree: shapely.STRtree
    """Over the lines."""
    arcs: Arcs
    """The edges as they are searched."""


def build_network(
    lines: Geometries,
    classes: Objects,
    speed_kmh: Floats,
    oneway: Flags,
    *,
    speeds: RoadSpeeds,
    tolerance_m: float,
) -> Network:
    """Make a network of roads.

    Parameters
    ----------
    lines
        LineStrings in metres, `None` where there is none, shape (roads,). Repeated vertices and lines without
        length vanish.
    classes, speed_kmh
        Class of each road, and its speed in km/h where one is known (else NaN), shape (roads,).
    oneway
        Whether vehicles may only go as the line is drawn, shape (roads,).
    speeds
        Speeds by class.
    tolerance_m
        Metres within which the end of a road is joined to another road: straight to the nearest point of it,
        over a short edge of its own, so that no place moves and no distance is lost. An end that lies on
        another line (to 1 mm) cuts that line.

    Returns
    -------
    Network
        The same nodes, edges and joins whatever the order of the roads; edges stand in the order of roads,
        and along each. Roads drawn twice over the same vertices at the same speed are one.
    """
    vertices = joined(vertices_of(lines), tolerance_m)
    place, places = distinct_places(vertices.xy)
    node, nodes, is_node = _nodes(vertices, place, places)
    start, stop = _cuts(vertices, is_node)
    road = vertices.road[start]
    car_ms = _car_ms(classes, speed_kmh, speeds)[road]
    tail, head = node[place[start]], node[place[stop]]
    one = np.asarray(oneway, dtype=bool)[road] & ~vertices.is_join[start]
    kept, oneway = _without_twins(tail, head, one, car_ms, stop - start == 1)
    tail, head, road, car_ms, oneway = tail[kept], head[kept], road[kept], car_ms[kept], oneway[kept]
    shapes = _lines_between(vertices.xy, start[kept], stop[kept])
    length_m = shapely.length(shapes)
    return Network(
        nodes=nodes, tail=tail, head=head, length_m=length_m, car_ms=car_ms, oneway=oneway, road=road,
        lines=shapes, component=_components(len(nodes), tail, head), tree=shapely.STRtree(shapes),
        arcs=_arcs(len(nodes), np.concatenate([tail, head]), length_m, car_ms, oneway),
    )  # fmt: skip


def bands(northing: Floats) -> Floats:
    """Give the band of the plane that each northing lies in."""
    return np.floor(northing / BAND_M)


def _nodes(vertices: Vertices, place: Integers, places: Floats) -> tuple[Integers, Floats, Flags]:
    """Find the nodes: where a line begins or ends, and every place that lines come to more than once.

    Returns
    -------
    numpy.ndarray
        Number of the node at each place, if it is one, shape (places,).
    numpy.ndarray
        The nodes, shape (nodes, 2).
    numpy.ndarray
        Whether each vertex lies at a node, shape (vertices,).
    """
    visits = np.bincount(place, minlength=len(places))
    is_node = (visits[place] > 1) | vertices.is_first | vertices.is_last
    used = np.unique(place[is_node])
    ordered = used[np.argsort(bands(places[used, 1]), kind="stable")]
    node = np.zeros(len(places), dtype=np.int64)
    node[ordered] = np.arange(len(ordered))
    return node, places[ordered], is_node


def _cuts(vertices: Vertices, is_node: Flags) -> tuple[Integers, Integers]:
    """Give the first and the last vertex of each stretch between two nodes of a line."""
    at = np.flatnonzero(is_node)
    begins = np.flatnonzero(~vertices.is_last[at])
    return at[begins], at[begins + 1]


def _lines_between(xy: Floats, start: Integers, stop: Integers) -> Geometries:
    """Draw lines through the vertices from ``start`` to ``stop``, both included."""
    counts = stop - start + 1
    before = np.cumsum(counts) - counts
    rows = np.repeat(start - before, counts) + np.arange(counts.sum())
    return lines_through(xy[rows], np.repeat(np.arange(len(start)), counts))


def _car_ms(classes: Objects, speed_kmh: Floats, speeds: RoadSpeeds) -> Floats:
    """Give a car's speed on each road, by its own figure, else by its class."""
    by_class = pd.Series(classes, dtype=object).map(dict(speeds.car_kmh))
    usual = by_class.fillna(speeds.car_kmh[OTHER_CLASS]).to_numpy(dtype=float)
    own = np.asarray(speed_kmh, dtype=float)
    return np.where(np.isfinite(own) & (own > 0), own, usual) * KMH


def _without_twins(
    tail: Integers, head: Integers, oneway: Flags, car_ms: Floats, straight: Flags
) -> tuple[Integers, Flags]:
    """Find the edges to keep where straight ones lie upon each other, and which of them are still one way.

    Twins that run one way each, against each other, are one edge for both ways.
    """
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    rows = np.flatnonzero(straight)
    order = rows[np.lexsort((rows, car_ms[rows], high[rows], low[rows]))]
    same = np.zeros(len(order), dtype=bool)
    before, after = order[:-1], order[1:]
    same[1:] = (low[before] == low[after]) & (high[before] == high[after]) & (car_ms[before] == car_ms[after])
    if not same.any():
        return np.arange(len(tail)), oneway
    group = np.cumsum(~same) - 1
    first = order[~same]
    ahead = tail[order] == tail[first][group]
    forth = np.bincount(group, weights=~oneway[order] | ahead) > 0
    back = np.bincount(group, weights=~oneway[order] | ~ahead) > 0
    left = oneway.copy()
    left[first] = ~(forth & back)
    kept = np.ones(len(tail), dtype=bool)
    kept[order[same]] = False
    return np.flatnonzero(kept), left


def _components(count: int, tail: Integers, head: Integers) -> Integers:
    """Give numbers to the components, whatever the direction of edges."""
    graph = coo_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(count, count))
    numbered: Integers = connected_components(graph, directed=False)[1].astype(np.int64)
    return numbered


def _arcs(count: int, ends: Integers, length_m: Floats, car_ms: Floats, oneway: Flags) -> Arcs:
    """Order both directions of all edges by the node that they leave; ``ends`` are tails, then heads."""
    order = np.argsort(ends, kind="stable")
    first = np.zeros(count + 1, dtype=np.int32)
    np.cumsum(np.bincount(ends, minlength=count), out=first[1:])
    edges = len(length_m)
    against = order >= edges
    edge = order - edges * against
    to = np.roll(ends, -edges)[order].astype(np.int32)
    shut = np.stack([against, ~against]) & oneway[edge]
    return Arcs(first, to, length_m[edge], (length_m / car_ms)[edge], shut)

"""Streets of a small town in metres, and the same with networkx, to hold searches to."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

import networkx as nx
import numpy as np
import shapely

from geo.roads import Network, RoadSpeeds, build_network

if TYPE_CHECKING:
    from geo.travel import Sites

SPEEDS = RoadSpeeds(
    run_ms=3.0,
    foot_ms=5 / 3.6,
    ebike_ms=20 / 3.6,
    car_kmh={"unclassified": 25.0, "primary": 45.0},
    turnout_s=30.0,
)
STEP_M = 100.0


class Way(NamedTuple):
    """One road between two junctions."""

    line: shapely.LineString
    is_oneway: bool
    car_kmh: float


def town(chance: np.random.Generator, side: int = 7, *, kept: float = 0.8) -> list[Way]:
    """Make crooked streets between the junctions of a grid; some are missing, some are oneway."""
    spots = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1) * STEP_M
    spots = spots + chance.uniform(-15, 15, spots.shape)
    pairs = [(spots[y, x], spots[y, x + 1]) for y in range(side) for x in range(side - 1)]
    pairs += [(spots[y, x], spots[y + 1, x]) for y in range(side - 1) for x in range(side)]
    ways = []
    for begin, end in pairs:
        if chance.random() < kept:
            bend = (begin + end) / 2 + chance.uniform(-8, 8, 2)
            line = shapely.LineString([begin, bend, end] if chance.random() < 0.5 else [end, bend, begin])
            ways.append(Way(line, bool(chance.random() < 0.25), float(chance.choice([25, 60]))))
    return ways


def network_of(ways: list[Way]) -> Network:
    """Make the network of the product."""
    lines = np.array([*(way.line for way in ways), None], dtype=object)[:-1]
    return build_network(
        lines, np.full(len(ways), "unclassified", dtype=object), np.array([way.car_kmh for way in ways]),
        np.array([way.is_oneway for way in ways], dtype=bool), speeds=SPEEDS, tolerance_m=0.0,
    )  # fmt: skip


class Costs(NamedTuple):
    """What one mobility pays."""

    per_m: np.ndarray
    off_per_m: float
    start: float
    obeys_oneway: bool


def costs(network: Network, mobility: str, *, in_metres: bool) -> Costs:
    """Say it once more, from the definitions."""
    obeys = mobility != "foot"
    if in_metres:
        return Costs(np.ones(len(network.lines)), 1.0, 0.0, obeys)
    speed = {
        "foot": np.full(len(network.lines), 3.0),
        "ebike": np.full(len(network.lines), 20 / 3.6),
        "car": network.car_ms,
    }
    return Costs(1 / speed[mobility], 1 / 3.0, 30.0 if mobility == "car" else 0.0, obeys)


def cost_to(network: Network, sites: Sites, post: int, edge: int, along_m: float, paid: Costs) -> float:
    """Give the cost from a post to a place on an edge, by networkx on the roads cut at both places."""
    graph = nx.MultiDiGraph()
    cuts: dict[int, list[tuple[float, object]]] = {number: [] for number in range(len(network.lines))}
    cuts[int(sites.edge[post])].append((float(sites.along_m[post]), "post"))
    cuts[edge].append((along_m, "place"))
    for number, inside in cuts.items():
        marks = [(0.0, int(network.tail[number])), *sorted(inside, key=lambda mark: mark[0]),
                 (float(network.length_m[number]), int(network.head[number]))]  # fmt: skip
        for (begin, one), (end, other) in itertools.pairwise(marks):
            cost = (end - begin) * paid.per_m[number]
            graph.add_edge(one, other, weight=cost)
            if not (paid.obeys_oneway and network.oneway[number]):
                graph.add_edge(other, one, weight=cost)
    try:
        way = nx.dijkstra_path_length(graph, "post", "place")
    except nx.NetworkXNoPath:
        return float("inf")
    return paid.start + sites.off_m[post] * paid.off_per_m + way

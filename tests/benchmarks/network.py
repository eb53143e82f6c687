"""The time from the nearest of 180 posts to every node, and the nodes that each reaches in 5 min.

The peers have their graphs made; ours are the network as the product keeps it, speeds by mobility come on top.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.road_reach import nearest_times, reach_sets
from tests.benchmarks import network_peer_networkx, network_peer_scipy
from tests.benchmarks._roads import SPEEDS, WITHIN_S, Posts, Streets, posts, scipy_graphs, streets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks._harness import Measure, Row

DISTRICT, LARGE = 20_000, 200_000
DISTRICT_MS, SCIPY_GOAL, NETWORKX_GOAL = 50, 1.15, 0.03
ROUNDS, NETWORKX_ROUNDS = 9, 7


def nearest(given: Streets, stand: Posts) -> np.ndarray:
    """Give the time from the nearest post to every node."""
    return nearest_times(given.network, *stand, speeds=SPEEDS)


def same(times: np.ndarray, others: np.ndarray) -> bool:
    """Compare times of nodes that are numbered differently."""
    return np.allclose(*(np.sort(given[np.isfinite(given)]) for given in (times, others)), atol=0.01)


def run(measure: Measure) -> Iterator[Row]:
    """Hold a district against the clock, ten districts against scipy and networkx."""
    given = streets(DISTRICT)
    stand = posts(given)

    def whole() -> None:
        nearest(given, stand)
        reach_sets(given.network, *stand, WITHIN_S, speeds=SPEEDS)

    least = min(measure.timed(whole)[1] for _ in range(ROUNDS))
    nodes = len(given.network.nodes)
    yield measure.limit("nearest and sets", nodes, least * 1000, goal=DISTRICT_MS, unit="CPU ms")

    given = streets(LARGE)
    stand = posts(given)
    nodes, count, graphs = len(given.network.nodes), len(given.places), scipy_graphs(given, stand)
    yield measure.compare(
        "nearest, against scipy",
        nodes,
        ours=lambda: nearest(given, stand),
        peer=lambda: network_peer_scipy.nearest(graphs, count),
        goal=SCIPY_GOAL,
        rounds=ROUNDS,
        agree=same,
    )
    driven = Posts(stand.sites, np.full(len(stand.mobility), "car", dtype=object))
    made = network_peer_networkx.graph(scipy_graphs(given, driven)[-1], count)
    yield measure.compare(
        "nearest by car, against networkx",
        nodes,
        ours=lambda: nearest(given, driven),
        peer=lambda: network_peer_networkx.nearest(*made),
        goal=NETWORKX_GOAL,
        rounds=NETWORKX_ROUNDS,
        agree=lambda own, found: same(own, np.array([found[node] for node in found if node < count])),
    )

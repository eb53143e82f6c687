"""The nodes that each of 180 posts reaches by road in 5 min: sets with times, against scipy from each post."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.road_reach import reach_sets
from tests.benchmarks import network_peer_scipy
from tests.benchmarks._roads import SPEEDS, WITHIN_S, posts, scipy_graphs, streets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks._harness import Measure, Row

NODES, GOAL, ROUNDS = 200_000, 0.6, 9


def run(measure: Measure) -> Iterator[Row]:
    """Compare with scipy, which touches every node for every post."""
    given = streets(NODES)
    stand = posts(given)
    graphs, count = scipy_graphs(given, stand), len(given.places)
    yield measure.compare(
        "sets within 5 min, against scipy",
        len(given.network.nodes),
        ours=lambda: reach_sets(given.network, *stand, WITHIN_S, speeds=SPEEDS).seconds,
        peer=lambda: network_peer_scipy.sets(graphs, count, WITHIN_S),
        goal=GOAL,
        rounds=ROUNDS,
        agree=lambda own, other: np.allclose(np.sort(own), np.sort(other), atol=0.01),
    )

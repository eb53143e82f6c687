"""Gi* of the 11,658 hexagons of 100 m that cover a district's middle, against esda without permutations.

Both have their neighbourhoods made, the place itself among them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.getis import gi_star, neighbourhoods
from geo.hexagons import Cells, neighbour_pairs, write_ids
from tests.benchmarks import gistar_peer_esda

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks._harness import Measure, Row

COLUMNS, ROWS = 134, 87
GOAL, BILLIONTH = 0.05, 1e-9
MEANS = (0.05, 1.0)
REPEATED = 5


def patch() -> np.ndarray:
    """Give the ids of a patch of cells at Jintan, with a ragged edge."""
    q, r = (part.ravel() for part in np.meshgrid(np.arange(COLUMNS), np.arange(ROWS)))
    cells = len(q)
    return write_ids(Cells(np.full(cells, 4549), np.full(cells, 100), q - 320, r + 20_350 - q // 2))


def run(measure: Measure) -> Iterator[Row]:
    """Hold time against esda's, and every z against its."""
    ids = patch()
    pairs = neighbour_pairs(ids)
    neighbours = neighbourhoods(pairs, len(ids))
    weights = gistar_peer_esda.weights(*pairs, len(ids))
    chance = np.random.default_rng(20)
    for mean in MEANS:
        counts = chance.poisson(mean, len(ids)).astype(float)

        def ours(counts: np.ndarray = counts) -> np.ndarray:
            for _ in range(REPEATED):
                z = gi_star(neighbours, counts)
            return z

        def peer(counts: np.ndarray = counts) -> np.ndarray:
            for _ in range(REPEATED):
                z = gistar_peer_esda.gi_star(weights, counts)
            return z

        yield measure.compare(
            f"Gi*, {mean:g} events a cell, {REPEATED} times", len(ids), ours=ours, peer=peer, goal=GOAL
        )
        apart = float(np.abs(ours() - peer()).max())
        yield measure.limit("furthest z from esda's", len(ids), apart / BILLIONTH, goal=1.0, unit="1e-9")

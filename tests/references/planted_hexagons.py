"""Counts on a patch of hexagons in which some cells are planted to have more, and what is truly hot in it.

Neighbours are found by the distance between centres, so nothing here rests on the product's grid.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

SIDE = 40
PLANTED = 6
TIMES = 10.0
"""A planted cell has so many times the events of any other."""


def pairs() -> tuple[np.ndarray, np.ndarray]:
    """Give a cell and each cell it touches, both ways, for SIDE x SIDE cells."""
    column, row = (part.ravel() for part in np.meshgrid(np.arange(SIDE), np.arange(SIDE)))
    centres = np.column_stack([1.5 * column, np.sqrt(3.0) * (row + column % 2 / 2.0)])
    near = cKDTree(centres).query_pairs(np.sqrt(3.0) * 1.01, output_type="ndarray")
    both = np.vstack([near, near[:, ::-1]])
    return both[:, 0], both[:, 1]


def planted(mean: float, seed: int, *, anything: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Give a count for each cell, and whether its neighbourhood reaches a planted cell."""
    chance = np.random.default_rng([seed, round(mean * 1000), int(anything)])
    rate = np.full(SIDE * SIDE, mean)
    chosen = chance.choice(SIDE * SIDE, PLANTED, replace=False) if anything else np.empty(0, dtype=np.int64)
    rate[chosen] *= TIMES
    hot = np.isin(np.arange(SIDE * SIDE), chosen)
    first, second = pairs()
    np.logical_or.at(hot, first, np.isin(second, chosen))
    return chance.poisson(rate), hot

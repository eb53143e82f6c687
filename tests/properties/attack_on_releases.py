"""An attacker who knows every row of an area but one, the release rule and the coin's rate, but not its key.

He looks at two years of releases and says whether the row is there, by maximum likelihood. Both answers are
equally likely beforehand, so he is right with 1/2 + TV/2, TV the distance in total variation of what he would
see with the row and without. Only the coin is random to him: TV is summed over all its outcomes, exactly.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np

from geo.disclosure import NOTHING, release

HALF_YEARS = 4
DISTRICTS, AREAS = 1_000, 12
ROWS = 300
"""Rows of a district like the made-up one."""
MIXED = "mixed"
_WORDS = NOTHING + 1


class Accuracy(NamedTuple):
    """How often the attacker is right, an area each, shape (n,)."""

    staying: np.ndarray
    """The row is there for the whole two years, or not at all."""
    entering: np.ndarray
    """The row comes in at one of the half-years, each as likely, and stays, or is not there at all."""


def made_up(mean: float | str, *, churn: float, seed: int) -> np.ndarray:
    """Make the other rows of 1,000 districts of 12 areas: counts of four half-years, shape (12000, 4).

    Rows leave with the chance `churn` a half-year and as many come on average; the count moves by 2 at most.
    `MIXED` shares 300 rows among the areas of each district, some with many, most with few.
    """
    rng = np.random.default_rng(seed)
    if mean == MIXED:
        level = ROWS * rng.dirichlet(np.full(AREAS, 2.0), DISTRICTS).ravel()
    else:
        level = np.full(DISTRICTS * AREAS, float(mean))
    counts = [rng.poisson(level)]
    for _ in range(HALF_YEARS - 1):
        moved = rng.poisson(level * churn) - rng.binomial(counts[-1], churn)
        counts.append(counts[-1] + np.clip(moved, -2, 2))
    return np.column_stack(counts)


def accuracy(others: np.ndarray, rate: float) -> Accuracy:
    """Attack every area; equal ones once."""
    distinct, which = np.unique(others, axis=0, return_inverse=True)
    without = _seen(distinct, rate)
    comings = [_seen(distinct + (np.arange(HALF_YEARS) >= first), rate) for first in range(HALF_YEARS)]
    staying, entering = _distance(without, comings[:1]), _distance(without, comings)
    return Accuracy(*((0.5 + told / 2)[which.ravel()] for told in (staying, entering)))


def _seen(counts: np.ndarray, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Give what is released for each outcome of the coin, as one number, shape (n, 8), and its chance, shape (8,)."""
    coins = list(itertools.product([False, True], repeat=HALF_YEARS - 1))
    seen = np.empty((len(counts), len(coins)), dtype=np.int64)
    for column, coin in enumerate(coins):
        cells = np.empty((len(counts), 0), dtype=np.int64)
        for half_year, heads in enumerate((False, *coin)):
            told = release(counts[:, half_year], cells, np.full(len(counts), heads))
            cells = np.column_stack([cells, told])
        seen[:, column] = cells @ _WORDS ** np.arange(HALF_YEARS)
    return seen, np.array([np.prod([rate if heads else 1 - rate for heads in coin]) for coin in coins])


def _distance(
    without: tuple[np.ndarray, np.ndarray], present: list[tuple[np.ndarray, np.ndarray]]
) -> np.ndarray:
    """Give the total variation between what is seen without the row and with it."""
    seen = np.concatenate([without[0], *(words for words, _ in present)], axis=1)
    chance = np.concatenate([without[1], *(-chances / len(present) for _, chances in present)])
    order = np.argsort(seen, axis=1, kind="stable")
    ordered = np.take_along_axis(seen, order, axis=1)
    summed = np.cumsum(chance[order], axis=1)
    is_last = np.column_stack([ordered[:, 1:] != ordered[:, :-1], np.ones(len(seen), dtype=bool)])
    total, before = np.zeros(len(seen)), np.zeros(len(seen))
    for column in range(seen.shape[1]):
        ends = is_last[:, column]
        total += np.where(ends, np.abs(summed[:, column] - before), 0.0)
        before = np.where(ends, summed[:, column], before)
    return total / 2

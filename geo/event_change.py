"""How the events of places changed against the same period of the year before, shrunk where there are few.

A place's counts of the two periods are Poisson with rates that are Gamma distributed over the district's
places; given their sum, those of the later period then are binomial with a share that is Beta distributed,
with mean m and strength s (a Gamma-Poisson model without the places' levels; compare D. Clayton and
J. Kaldor, "Empirical Bayes Estimates of Age-Standardized Relative Risks", Biometrics 43, 1987). m and s are
not taken from one fit, which would make intervals too short, but summed over a grid with weights by how well
they explain all places; flat in the logit of m and in how far the places' logits spread, 2 / sqrt(s). Few
events thus say what the district says, with an interval that shows the doubt.
"""

from __future__ import annotations

import calendar
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import betainc, betaln, expit

from geo.terms import ChangeWord

if TYPE_CHECKING:
    from geo.arrays import Floats, Integers, Objects

LEAST_COUNT = 5
"""With fewer events in either period there is no percentage."""
INTERVAL = 0.9
_STRENGTHS = np.geomspace(0.5, 5_000.0, 17)
_MEANS = np.linspace(-5.0, 5.0, 15)
_LEAST_WEIGHT = 1e-4
_HALVINGS = 21
"""Halvings of the logit's range: the odds are then right to one part in a hundred thousand."""
_LOGIT_END = 14.0
_YEAR = 4


def year_before(period: str) -> str:
    """Name the same period of the year before: 2025-03 gives 2024-03, and 2025 gives 2024."""
    return f"{int(period[:_YEAR]) - 1:04d}{period[_YEAR:]}"


def days_in(period: str) -> int:
    """Count the days of a year or month."""
    year, month = int(period[:_YEAR]), period[_YEAR + 1 :]
    return calendar.monthrange(year, int(month))[1] if month else 365 + calendar.isleap(year)


def event_change(
    before: Integers, after: Integers, *, days: tuple[int, int] = (1, 1), interval: float = INTERVAL
) -> pd.DataFrame:
    """Compare two periods for every place of a district.

    Parameters
    ----------
    before, after
        Events of each place in the earlier and in the later period, shape (n,).
    days
        How long the two periods are (a February of 29 days against one of 28).
    interval
        Probability that the interval is to hold.

    Returns
    -------
    pandas.DataFrame
        A row a place: before, after; ratio of the later daily rate to the earlier one (posterior
        median, shrunk toward the district's), low and high; percent, the ratio as a change in per cent, NaN
        where either count is under 5; word, a `ChangeWord`: ``more`` or ``fewer`` where the whole interval
        says so. A place without any events has no ratio.
    """
    pairs = np.column_stack([before, after]).astype(np.float64).reshape(-1, 2)
    kinds, kind, places = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    tails = ((1.0 - interval) / 2.0, 0.5, (1.0 + interval) / 2.0)
    prior = _prior(kinds, places)
    odds = np.array([np.exp(_quantile(kinds, prior, tail)) for tail in tails])[:, kind.ravel()]
    low, ratio, high = np.where(pairs.sum(axis=1) > 0, odds * (days[0] / days[1]), np.nan)
    few = pairs.min(axis=1) < LEAST_COUNT
    return pd.DataFrame(
        {
            "before": pairs[:, 0].astype(np.int64),
            "after": pairs[:, 1].astype(np.int64),
            "ratio": ratio,
            "low": low,
            "high": high,
            "percent": np.where(few, np.nan, 100.0 * (ratio - 1.0)),
            "word": _words(low, high, few=few),
        }
    )


def _words(low: Floats, high: Floats, *, few: Floats) -> Objects:
    words: Objects = np.full(len(low), str(ChangeWord.NO_CLEAR_CHANGE), dtype=object)
    words[few] = str(ChangeWord.TOO_FEW)
    words[low > 1.0] = str(ChangeWord.MORE)
    words[high < 1.0] = str(ChangeWord.FEWER)
    return words


def _prior(kinds: Floats, places: Integers) -> tuple[Floats, Floats, Floats]:
    """Weigh the grid of means and strengths: both parameters of each Beta, its weight; shape (g,) each."""
    before, after = places @ kinds + 0.5
    middle, spread = np.log(after / before), np.sqrt(1.0 / after + 1.0 / before)
    means, strengths = np.meshgrid(expit(middle + _MEANS * spread), _STRENGTHS)
    alpha, beta = (means * strengths).ravel(), ((1.0 - means) * strengths).ravel()
    # Flat in 1 / sqrt(s), while the grid has equal steps of the logarithm of s.
    likelihood = -0.5 * np.log(strengths.ravel())
    for (earlier, later), many in zip(kinds, places, strict=True):
        likelihood += many * (betaln(alpha + later, beta + earlier) - betaln(alpha, beta))
    weight = np.exp(likelihood - likelihood.max(initial=-np.inf))
    kept = weight > _LEAST_WEIGHT * weight.sum()
    return alpha[kept], beta[kept], weight[kept]


def _quantile(kinds: Floats, prior: tuple[Floats, Floats, Floats], tail: float) -> Floats:
    """Find the logit of the later period's share below which so much of each kind's posterior lies."""
    alpha, beta, weight = prior
    later, earlier = alpha + kinds[:, 1:], beta + kinds[:, :1]
    # The weights are those given all places; how well a Beta explains this one is in them already.
    share = weight / weight.sum()
    low, high = np.full(len(kinds), -_LOGIT_END), np.full(len(kinds), _LOGIT_END)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        below = betainc(later, earlier, expit(middle)[:, None]) @ share < tail
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    found: Floats = (low + high) / 2.0
    return found

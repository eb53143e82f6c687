"""The ratio of two changes in counts: its estimate, its interval, and what it could show.

Treated schools have A events after, their controls C; from the baselines, T and K were expected, times a
common change (season, trend) that nobody knows. Given A + C, the share of A is p = r T / (r T + K) with r
the ratio of rates, and its variance is that of a binomial times the dispersion, and that of the baselines
on top. The score test of r and the interval of all r that it does not reject need no count above 0 (P.
McCullagh and J. Nelder, "Generalized Linear Models", 1989, 4.5; E. Wilson, 1927).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from geo.arrays import Floats

CLAIM_LEVEL = 0.04
"""One-sided: how often a campaign without effect is said to have one."""
INTERVAL_SHARE = 1.0 - 2.0 * CLAIM_LEVEL
"""The interval that goes with it: a fall is claimed where, and only where, its upper end is below 1."""
ENOUGH_POWER = 0.8
_WIDEST_LOG = 12.0
_HALVINGS = 60


class Contrast(NamedTuple):
    """What stands against what.

    Attributes
    ----------
    treated, control
        Baselines of both groups, events in the days before.
    variance
        Of the logarithm of their ratio.
    dispersion, freedom
        Variance by mean of counts, and the degrees of freedom it was found with.
    """

    treated: float
    control: float
    variance: float
    dispersion: float
    freedom: float


class RateRatio(NamedTuple):
    """A ratio of rates with its interval; ``low`` may be 0 and ``high`` infinite."""

    ratio: float
    low: float
    high: float


def rate_ratio(treated: float, control: float, contrast: Contrast) -> RateRatio:
    """Estimate the ratio of rates after.

    Parameters
    ----------
    treated, control
        Events after.
    contrast
        What they are held against.

    Returns
    -------
    RateRatio
        NaN, 0 and infinity where there are no events to compare.
    """
    if treated + control == 0 or min(contrast.treated, contrast.control) <= 0:
        return RateRatio(float("nan"), 0.0, float("inf"))
    change = control / contrast.control
    ratio = treated / contrast.treated / change if change else float("inf")
    edge = critical_score(contrast.freedom)
    low = _crossing(treated, control, contrast, edge) if treated else 0.0
    high = _crossing(treated, control, contrast, -edge) if control else float("inf")
    return RateRatio(ratio, low, high)


def critical_score(freedom: float) -> float:
    """Give the score beyond which a change is claimed: Student's, since the dispersion is an estimate."""
    return float(stats.t.ppf(1.0 - CLAIM_LEVEL, freedom)) if freedom >= 1.0 else float("inf")


def _scores(treated: Floats, control: Floats, contrast: Contrast, ratio: float) -> Floats:
    """Hold counts against a ratio, in standard errors; shape (k,)."""
    total = treated + control
    share = ratio * contrast.treated / (ratio * contrast.treated + contrast.control)
    binomial = total * share * (1.0 - share)
    variance = binomial * (contrast.dispersion + binomial * contrast.variance)
    scores: Floats = (treated - total * share) / np.sqrt(np.maximum(variance, 1e-300))
    return scores


def _crossing(treated: float, control: float, contrast: Contrast, edge: float) -> float:
    """Find the ratio whose score is ``edge``, by halving: scores fall as the ratio grows."""
    low, high = -_WIDEST_LOG, _WIDEST_LOG
    counts = np.array([treated]), np.array([control])
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        is_above = float(_scores(*counts, contrast, float(np.exp(middle)))[0]) > edge
        low, high = (middle, high) if is_above else (low, middle)
    if abs(middle) > _WIDEST_LOG - 1e-6:
        return 0.0 if middle < 0 else float("inf")
    return float(np.exp(middle))


def detection_power(contrast: Contrast, change: float, ratio: float) -> float:
    """Compute how probably a true ratio would be claimed.

    Parameters
    ----------
    contrast
        What counts after will be held against.
    change
        What becomes of all counts without a campaign: longer or shorter days, season, trend.
    ratio
        True ratio of rates, below 1 for a fall, above for a rise.

    Returns
    -------
    float
        Probability, with as many events at the controls as expected; the treated count is negative binomial,
        with the variance of baselines and of the controls' count in it.
    """
    control, plain = change * contrast.control, change * contrast.treated
    edge = critical_score(contrast.freedom)
    if not (control > 0 and plain > 0 and ratio > 0 and np.isfinite(edge)):
        return 0.0
    mean = ratio * plain
    spread = mean**2 * (contrast.variance + contrast.dispersion / control) + contrast.dispersion * mean
    counts = np.arange(int(max(mean, plain) + 10.0 * np.sqrt(max(spread, plain)) + 20.0), dtype=np.float64)
    scores = _scores(counts, np.full(len(counts), control), contrast, 1.0)
    # Slightly above the mean at least: with no spread of its own a negative binomial is no distribution.
    spread = max(spread, mean * (1.0 + 1e-9))
    chances = stats.nbinom.pmf(counts, mean**2 / (spread - mean), mean / spread)
    is_claimed = scores <= -edge if ratio < 1.0 else scores >= edge
    return float(min(1.0, chances[is_claimed].sum()))

"""What schools would have had without a campaign: shrunk baselines, and how far counts scatter.

A campaign goes where counts were high, and part of a high count is chance: it falls back by itself. So the
count before is not the baseline. Each school's count is drawn towards the mean of all by the empirical Bayes
rule of E. Hauer, "Observational Before-After Studies in Road Safety" (1997), in its linear form (H.
Buehlmann, "Experience rating and credibility", 1967), which asks for two moments only. Given the counts
before, the choice of schools then carries no news, whatever part of these counts it was made by.

Counts are taken to have a variance of ``dispersion`` times their mean, and sums of them too (negative
binomial NB1). The dispersion is a ratio of sums: Pearson's statistic, which divides by each cell's
expectation, comes out a fifth too low on cells of one event or less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from geo.arrays import Flags, Floats

_LEAST_SHARE = 0.05
"""No baseline is taken for less than this share of the mean: a school without events could have one."""


class Dispersion(NamedTuple):
    """Variance by mean, and the degrees of freedom it was found with (0: unknown)."""

    ratio: float
    freedom: float


class Baselines(NamedTuple):
    """Expected counts of schools in the days before, by shrunk rates, and their variances, shape (n,)."""

    mean: Floats
    variance: Floats


def find_dispersion(tables: list[Floats]) -> Dispersion:
    """Estimate variance by mean from tables of schools and periods whose rows and columns may differ.

    Parameters
    ----------
    tables
        Counts, shape (n, t) each; expected is row times column by total, so that seasons and the schools' own
        levels take no part.

    Returns
    -------
    Dispersion
        The ratio of squared residuals to what a Poisson count leaves, not below 1; degrees of freedom after
        F. Satterthwaite (1946).
    """
    squares, expected, weights = np.sum([_residuals(table) for table in tables], axis=0)
    if not expected:
        return Dispersion(1.0, 0.0)
    return Dispersion(max(1.0, float(squares / expected)), float(expected**2 / weights))


def _residuals(table: Floats) -> tuple[float, float, float]:
    rows, columns, total = table.sum(axis=1), table.sum(axis=0), table.sum()
    if not total:
        return 0.0, 0.0, 0.0
    means = np.outer(rows, columns) / total
    left = means * np.outer(1 - rows / total, 1 - columns / total)
    return float(((table - means) ** 2).sum()), float(left.sum()), float((left**2).sum())


def shrink_counts(counts: Floats, dispersion: float) -> Baselines:
    """Draw counts towards their mean by as much as chance explains their scatter.

    Parameters
    ----------
    counts
        Events of each school before, all schools of the district, shape (n,).
    dispersion
        Variance by mean.

    Returns
    -------
    Baselines
        Best linear forecasts and the variance of what they forecast. With one school nothing is shrunk.
    """
    mean = float(counts.mean()) if len(counts) else 0.0
    if len(counts) < 2 or not mean:  # noqa: PLR2004 -- one count says nothing of how schools differ
        return Baselines(counts.astype(np.float64), dispersion * np.maximum(counts, 1.0))
    chance = dispersion * mean
    between = max(float(counts.var(ddof=1)) - chance, 0.0)
    trust = between / (between + chance)
    shrunk = np.maximum(mean + trust * (counts - mean), _LEAST_SHARE * mean)
    # The variance of a gamma posterior follows its mean; at the overall mean it is (1 - trust) x between.
    return Baselines(shrunk, (1.0 - trust) * between * shrunk / mean)


def find_drift(after: Floats, baselines: Baselines, dispersion: float) -> float:
    """Measure how much more untreated schools moved against one another than chance and baselines explain.

    Parameters
    ----------
    after
        Events of the untreated schools after, shape (m,).
    baselines
        Theirs.
    dispersion
        Variance by mean within months.

    Returns
    -------
    float
        Variance of a school's own change by the square of its mean, not below 0: schools whose level rises or
        falls show here, and not from month to month. Estimated by moments, as a ratio of sums.
    """
    if len(after) < 2 or not after.any() or not baselines.mean.any():  # noqa: PLR2004 -- one school alone shows none
        return 0.0
    change = after.sum() / baselines.mean.sum()
    expected = change * baselines.mean
    left = 1.0 - expected / expected.sum()
    chance = left * (dispersion * expected + change**2 * baselines.variance)
    return max(0.0, float(((after - expected) ** 2 - chance).sum() / (left * expected**2).sum()))


def take(baselines: Baselines, rows: Flags) -> Baselines:
    """Give the baselines of some schools."""
    return Baselines(baselines.mean[rows], baselines.variance[rows])

"""Districts in which campaigns happen: schools of unequal rates, seasons, a trend, counts that scatter."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from geo.campaign_counts import CampaignDates, CampaignUnits, PeriodCounts

STAGES = np.array(["kindergarten", "primary", "junior", "senior"], dtype=object)
FIRST = np.datetime64("2023-01", "M")


class Kind(NamedTuple):
    """What a made-up district and its campaign are like.

    ``mean`` events a school and month; ``ratio`` is what the campaign does to the rate; ``is_chosen`` whether
    the treated are those with most events in the last 3, 6 or 12 months before; ``is_heavy`` whether rates are
    log-normal, else gamma; ``drift`` the standard deviation of each school's own change, as a logarithm.
    """

    dispersion: float = 1.0
    mean: float = 2.0
    ratio: float = 1.0
    is_chosen: bool = True
    is_heavy: bool = False
    drift: float = 0.0
    before: int = 12
    after: int = 6
    schools: int = 120


def scattered(chance: np.random.Generator, mean: np.ndarray, dispersion: float) -> np.ndarray:
    """Draw counts whose variance is ``dispersion`` times their mean: Poisson, or negative binomial NB1."""
    if dispersion == 1.0:
        return chance.poisson(mean)
    return chance.negative_binomial(np.maximum(mean, 1e-12) / (dispersion - 1.0), 1.0 / dispersion)


def campaign(kind: Kind, seed: int) -> tuple[PeriodCounts, CampaignUnits, CampaignDates]:
    """Make a district with one campaign; months before and after, no days between."""
    chance = np.random.default_rng([seed, int(kind.dispersion * 100), int(kind.ratio * 100)])
    size, months = kind.schools, np.arange(kind.before + kind.after)
    stages, pupils = chance.choice(STAGES, size), chance.lognormal(6.8, 0.5, size).round()
    rates = np.exp(chance.normal(-0.32, 0.8, size)) if kind.is_heavy else chance.gamma(1.5, 1 / 1.5, size)
    common = 1.0 + 0.3 * np.sin(2 * np.pi * (months / 12 + chance.random()))
    common *= np.exp(chance.normal(0.0, 0.02) * months)
    means = kind.mean * rates[:, None] * common
    means[:, kind.before :] *= np.exp(chance.normal(0.0, kind.drift, size) - kind.drift**2 / 2)[:, None]
    counts = scattered(chance, means, kind.dispersion)
    number, looked_at = chance.integers(3, 11), chance.choice([3, 6, 12])
    seen = counts[:, kind.before - looked_at : kind.before].sum(axis=1) + chance.random(size) / 2
    order = np.argsort(-seen) if kind.is_chosen else chance.permutation(size)
    treated = np.isin(np.arange(size), order[:number])
    counts[treated, kind.before :] = scattered(
        chance, kind.ratio * means[treated, kind.before :], kind.dispersion
    )
    edges = (FIRST + np.arange(len(months) + 1)).astype("datetime64[D]")
    away = np.where(treated, 0.0, chance.uniform(300.0, 30_000.0, size))
    first, middle, last = (edges[at].item() for at in (0, kind.before, -1))
    return (
        PeriodCounts(counts, edges[:-1], np.diff(edges).astype(np.int64)),
        CampaignUnits(treated, away, pupils, stages),
        CampaignDates(first, middle, middle, last),
    )

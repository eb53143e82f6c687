"""Shrunk rates are those of the model, worked out here by plain integration, and their intervals hold."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom

from geo.shrinkage import (
    BadExposureError,
    posterior_draws,
    posterior_interval,
    posterior_mean,
    rate_posterior,
)
from tests.properties.amount import examples


def by_integration(counts: np.ndarray, exposures: np.ndarray) -> np.ndarray:
    """Posterior means on a fine grid of log mu and log sigma, from scipy's negative binomial."""
    sigma = np.geomspace(0.02, 4, 161)[:, None]
    mean = np.geomspace(counts.sum() / exposures.sum() / 1e3, counts.sum() / exposures.sum() * 1e3, 1201)[
        None, :
    ]
    shape = sigma**-2
    log_p = 2 * np.log(sigma / (1 + sigma**2)) + np.zeros_like(mean)
    for count, exposure in zip(counts, exposures, strict=True):
        log_p += nbinom.logpmf(count, shape, shape / (shape + mean * exposure))
    weight = np.exp(log_p - log_p.max())
    weight /= weight.sum()
    return np.array(
        [(weight * (y + shape) / (e + shape / mean)).sum() for y, e in zip(counts, exposures, strict=True)]
    )


@pytest.mark.parametrize(
    ("mean", "sigma", "rows"), [(2.0, 0.5, 40), (8.0, 1.0, 25), (30.0, 0.3, 12), (0.7, 1.5, 60)]
)
def test_means_are_those_of_plain_integration(mean: float, sigma: float, rows: int) -> None:
    chance = np.random.default_rng([rows, 5])
    exposures = chance.uniform(0.2, 2, rows)
    counts = chance.poisson(chance.gamma(sigma**-2, sigma**2 * mean, rows) * exposures).astype(float)
    assert posterior_mean(rate_posterior(counts, exposures)) == pytest.approx(
        by_integration(counts, exposures), rel=0.01
    )


def test_draws_have_the_mean_and_hold_the_doubt_about_the_district() -> None:
    chance = np.random.default_rng(6)
    exposures = np.full(15, 0.5)
    counts = chance.poisson(2.0, 15).astype(float)
    posterior = rate_posterior(counts, exposures)
    draws = posterior_draws(posterior, 40_000, np.random.default_rng(7))
    assert draws.mean(axis=0) == pytest.approx(posterior_mean(posterior), rel=0.03)
    best = int(posterior.probability.argmax())
    plugged_in = np.sqrt(counts + posterior.shape[best]) / (exposures + posterior.rate[best])
    assert (draws.std(axis=0) > plugged_in).all()


def test_small_counts_are_drawn_to_the_middle_more_than_large_ones() -> None:
    chance = np.random.default_rng(8)
    exposures = np.r_[[0.1, 10.0], np.full(40, 1.0)]
    counts = np.r_[[2.0, 200.0], chance.poisson(chance.gamma(4, 1.0, 40)).astype(float)]
    small, large = posterior_mean(rate_posterior(counts, exposures))[:2]
    assert small < 0.6 * 20
    assert large == pytest.approx(20, rel=0.1)


def test_the_order_of_rows_changes_no_bit() -> None:
    chance = np.random.default_rng(9)
    counts, exposures = chance.poisson(5, 30).astype(float), chance.uniform(0.2, 2, 30)
    order = chance.permutation(30)
    one, other = rate_posterior(counts, exposures), rate_posterior(counts[order], exposures[order])
    assert (one.probability == other.probability).all()
    assert (posterior_mean(one)[order] == posterior_mean(other)).all()


@pytest.mark.parametrize("mean", [2.0, 8.0])
def test_intervals_hold_nine_in_ten_where_districts_differ_as_the_prior_says(mean: float) -> None:
    hits = []
    for seed in range(examples(200)):
        chance = np.random.default_rng([seed, int(mean)])
        exposures = chance.uniform(0.5, 1.5, 40)
        drawn_to_mean = chance.uniform(1 / 17, 1)
        sigma2 = (1 - drawn_to_mean) / drawn_to_mean
        true = chance.gamma(1 / sigma2, sigma2 * mean, 40)
        posterior = rate_posterior(chance.poisson(true * exposures).astype(float), exposures)
        low, high = posterior_interval(posterior_draws(posterior, 800, chance), 0.9)
        hits.append(((low <= true) & (true <= high)).mean())
    assert np.mean(hits) == pytest.approx(0.9, abs=0.025)


def test_nothing_and_no_events_have_an_answer() -> None:
    assert len(posterior_mean(rate_posterior(np.empty(0), np.empty(0)))) == 0
    none = posterior_mean(rate_posterior(np.zeros(9), np.full(9, 2.0)))
    assert ((none > 0) & (none < 0.5)).all()


@pytest.mark.parametrize(
    ("counts", "exposures"),
    [
        ([-1.0], [1.0]),
        ([0.5], [1.0]),
        ([1.0], [0.0]),
        ([1.0], [np.nan]),
        ([np.nan], [1.0]),
        ([np.inf], [1.0]),
    ],
)
def test_what_cannot_be_counted_is_refused(counts: list[float], exposures: list[float]) -> None:
    with pytest.raises(BadExposureError):
        rate_posterior(np.array(counts), np.array(exposures))

"""Intervals of places hold the true place as often as they say, and do not say everything.

200 simulated districts at each mean in a full run, 20 in a plain one; coverage and width are printed (``-s``)
and stand among the properties of the report.
"""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pytest

from geo.shrinkage import BadExposureError
from geo.zone_intervals import IncidentCounts, Sampling, data_interval, incident_rates, weights_interval
from geo.zone_scores import half_values, score_zones
from tests.conftest import FULL
from tests.unit.zone_terms import EQUAL, TERMS, made_up

ZONES = 40
DISTRICTS = 200 if os.environ.get(FULL) else 20
RATE_ALONE = {"incident_rate": 1.0}
RATE_FIRST = dict.fromkeys(TERMS, 0.1) | {"incident_rate": 0.4}


def district(mean: float, seed: int) -> tuple[pd.DataFrame, IncidentCounts]:
    """Terms with the true, gamma-distributed rates, and counts of events with so many a zone."""
    chance = np.random.default_rng([int(mean), seed])
    sigma = chance.uniform(0.4, 1.0)
    exposure = chance.uniform(0.4, 1.5, ZONES)
    true = chance.gamma(sigma**-2, sigma**2, ZONES) * mean / exposure.mean()
    counts = chance.poisson(true * exposure).astype(float)
    return made_up(ZONES, chance).assign(incident_rate=true), IncidentCounts(counts, exposure)


@pytest.mark.parametrize(
    "weights", [RATE_ALONE, RATE_FIRST, EQUAL], ids=["rate alone", "rate first", "equal"]
)
@pytest.mark.parametrize("mean", [2, 8, 30])
def test_data_intervals_hold_the_true_place(mean: int, weights: dict[str, float], record_property) -> None:
    held, own_scale, width, shown = [], [], [], []
    for seed in range(DISTRICTS):
        true, incidents = district(mean, seed)
        seen = true.assign(incident_rate=incident_rates(incidents))
        found = data_interval(seen, incidents, weights, Sampling(seed=seed, draws=1_000))
        # The scale of the list is a part of the score; ranking by the scale of the true rates differs little.
        for kept, half in ((held, half_values(seen)), (own_scale, None)):
            rank = score_zones(true, weights, half=half).rank
            kept.append((found.low <= rank) & (rank <= found.high))
        width.append(found.high - found.low + 1)
        shown.append(found.is_enough_data)
    shares = (
        np.mean(held),
        np.mean(own_scale),
        np.mean(width),
        np.mean(np.array(width) == ZONES),
        np.mean(shown),
    )
    names = ("coverage", "coverage by the true scale", "mean width", "share of 1 to n", "shown")
    for name, share in zip(names, shares, strict=True):
        record_property(name, round(float(share), 4))
    print(DISTRICTS, "districts, mean", mean, dict(zip(names, np.round(shares, 3).tolist(), strict=True)))
    assert shares[0] >= 0.88
    assert shares[1] >= 0.87
    assert shares[2] < (0.85 if mean == 2 else 0.7) * ZONES
    assert shares[3] < 0.02
    # What is shown after the wide ones are left out holds as well.
    assert np.array(held)[np.array(shown)].mean() >= 0.88


def test_intervals_get_shorter_with_more_events() -> None:
    widths = []
    for mean in (2, 8, 30):
        true, incidents = district(mean, 77)
        seen = true.assign(incident_rate=incident_rates(incidents))
        found = data_interval(seen, incidents, RATE_ALONE, Sampling(draws=500))
        widths.append((found.high - found.low).mean())
    assert widths == sorted(widths, reverse=True)


def test_a_place_lies_in_its_own_interval_even_where_a_hair_made_it_the_first() -> None:
    terms = made_up(100, np.random.default_rng(1))
    exposure = np.ones(100)
    exposure[7], exposure[11] = 0.99, 1.01
    incidents = IncidentCounts(np.full(100, 5.0), exposure)
    seen = terms.assign(incident_rate=incident_rates(incidents))
    found = data_interval(seen, incidents, RATE_ALONE, Sampling(draws=1_000))
    assert (found.low[7], found.high[11]) == (1, 100)
    assert found.low[12] > 1


def test_what_spans_most_of_the_list_is_not_shown() -> None:
    true, incidents = district(2, 3)
    seen = true.assign(incident_rate=incident_rates(incidents))
    found = data_interval(seen, incidents, RATE_ALONE, Sampling(draws=500, max_spread=0.7))
    assert 0 < found.is_enough_data.sum() < ZONES
    assert (((found.high - found.low) <= 0.7 * (ZONES - 1)) == found.is_enough_data).all()


def test_a_seed_gives_the_same_and_the_order_of_rows_changes_nothing() -> None:
    true, incidents = district(8, 5)
    seen = true.assign(incident_rate=incident_rates(incidents))
    order = np.random.default_rng(1).permutation(ZONES)
    turned = seen.iloc[order].reset_index(drop=True)
    counted = IncidentCounts(*(column[order] for column in incidents))
    for seed in (0, 1):
        draws = Sampling(seed=seed, draws=400)
        one, other = (
            data_interval(seen, incidents, EQUAL, draws),
            data_interval(turned, counted, EQUAL, draws),
        )
        assert all((a[order] == b).all() for a, b in zip(one, other, strict=True))
        one, other = weights_interval(seen, EQUAL, draws), weights_interval(turned, EQUAL, draws)
        assert all((a[order] == b).all() for a, b in zip(one, other, strict=True))
    again = data_interval(seen, incidents, EQUAL, draws)
    assert (again.low == data_interval(seen, incidents, EQUAL, draws).low).all()


def test_weights_intervals_are_those_of_numpys_dirichlet() -> None:
    true, _ = district(8, 6)
    chosen = np.array([RATE_FIRST[term] for term in TERMS])
    found = weights_interval(true, RATE_FIRST, Sampling(draws=4_000))
    shares = score_zones(true, RATE_FIRST).shares
    drawn = np.random.default_rng(2).dirichlet(50 * chosen / chosen.sum(), 4_000) @ shares.T
    ranks = 1 + (drawn[:, None, :] > drawn[:, :, None]).sum(axis=2)
    low, high = np.quantile(ranks, [0.05, 0.95], axis=0)
    assert np.abs(found.low - low).max() <= 1
    assert np.abs(found.high - high).max() <= 1


def test_firm_weights_leave_no_doubt_and_a_single_term_none_at_all() -> None:
    true, _ = district(8, 7)
    rank = score_zones(true, RATE_FIRST).rank
    loose, firm = (
        weights_interval(true, RATE_FIRST, Sampling(draws=300, concentration=c)) for c in (10.0, 1e9)
    )
    assert (firm.high - firm.low).mean() < 0.2 < (loose.high - loose.low).mean()
    assert ((firm.low <= rank) & (rank <= firm.high)).all()
    alone = weights_interval(true, {"pupils": 4.0}, Sampling(draws=300))
    assert (alone.low == alone.high).all()


def test_the_two_doubts_are_kept_apart() -> None:
    true, incidents = district(8, 8)
    seen = true.assign(incident_rate=incident_rates(incidents))
    more = IncidentCounts(incidents.events * 50, incidents.km2_years * 50)
    draws = Sampling(draws=400)
    wide, short = data_interval(seen, incidents, EQUAL, draws), data_interval(seen, more, EQUAL, draws)
    assert (short.high - short.low).mean() < (wide.high - wide.low).mean()
    assert (weights_interval(seen, EQUAL, draws).low == weights_interval(seen, EQUAL, draws).low).all()


def test_zones_that_are_alike_and_certain_share_their_place() -> None:
    terms = made_up(1, np.random.default_rng(1))
    terms = pd.concat([terms] * 4, ignore_index=True).assign(zone_id=list("abcd"))
    incidents = IncidentCounts(np.full(4, 30.0), np.ones(4))
    found = data_interval(terms, incidents, EQUAL | {"incident_rate": 0.0}, Sampling(draws=50))
    assert found.low.tolist() == found.high.tolist() == [1] * 4
    assert weights_interval(terms, EQUAL, Sampling(draws=50)).high.tolist() == [1] * 4


def test_counts_that_cannot_be_are_refused() -> None:
    true, incidents = district(8, 9)
    with pytest.raises(BadExposureError):
        data_interval(true, incidents._replace(km2_years=np.zeros(ZONES)), EQUAL, Sampling())

"""Change is told with its doubt, and few events are no percentage."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from geo.event_change import days_in, event_change, year_before


def test_the_period_before_is_the_same_of_the_year_before() -> None:
    assert [year_before(period) for period in ("2025-03", "2025", "2000-12")] == [
        "2024-03",
        "2024",
        "1999-12",
    ]
    assert [days_in(period) for period in ("2024-02", "2025-02", "2024", "2025", "2025-12")] == [
        29,
        28,
        366,
        365,
        31,
    ]


@pytest.mark.parametrize(("before", "after"), [(0, 9), (4, 30), (30, 4), (0, 0), (4, 4)])
def test_counts_under_5_have_no_percentage(before: int, after: int) -> None:
    found = event_change(np.array([before, 50]), np.array([after, 50]))
    assert np.isnan(found["percent"][0])
    assert found["percent"][1] == pytest.approx(100 * (found["ratio"][1] - 1))


def test_a_place_with_many_events_says_what_it_says_itself() -> None:
    found = event_change(np.r_[4_000, np.full(20, 10)], np.r_[2_000, np.full(20, 10)])
    assert found["ratio"][0] == pytest.approx(0.5, rel=0.02)
    assert found["word"][0] == "fewer"
    assert found["high"][0] < 0.55


def test_a_place_with_few_events_says_what_the_district_says() -> None:
    chance = np.random.default_rng(1)
    before, after = chance.poisson(40, 60), chance.poisson(20, 60)
    found = event_change(np.r_[before, 1], np.r_[after, 4])
    few = found.iloc[-1]
    assert abs(np.log(few["ratio"] / 0.5)) < 0.3 * abs(np.log(4 / 0.5))
    assert few["low"] < 0.5 < few["high"]
    assert few["word"] in ("too_few", "fewer")


def test_intervals_hold_as_often_as_they_say() -> None:
    """Places change by a factor of their own; the share that is held by 90 % intervals, over 40 districts."""
    chance, held, widths = np.random.default_rng(2), [], []
    for _ in range(40):
        truth = np.exp(chance.normal(-0.2, 0.3, 50))
        level = chance.gamma(2.0, 6.0, 50)
        found = event_change(chance.poisson(level), chance.poisson(level * truth))
        with_events = (found["before"] + found["after"] > 0).to_numpy()
        held += ((found["low"] <= truth) & (truth <= found["high"])).to_numpy()[with_events].tolist()
        widths += np.log(found["high"] / found["low"])[with_events].tolist()
    assert 0.87 <= np.mean(held) <= 0.95
    assert np.median(widths) < 2 * 1.645 * 0.3 * 1.3


def test_where_nothing_changed_few_changes_are_claimed() -> None:
    chance = np.random.default_rng(3)
    words = np.concatenate([event_change(*chance.poisson(8, (2, 60)))["word"].to_numpy() for _ in range(30)])
    assert np.isin(words, ["more", "fewer"]).mean() <= 0.05


def test_a_district_as_a_whole_is_its_own_binomial() -> None:
    found = event_change(np.array([100]), np.array([150]), interval=0.9)
    low, high = stats.binomtest(150, 250).proportion_ci(0.9)
    assert found["low"][0] < 1.5 < found["high"][0]
    assert found["low"][0] <= low / (1 - low) * 1.05
    assert found["high"][0] >= high / (1 - high) * 0.95


def test_longer_periods_are_allowed_for() -> None:
    before, after = np.full(30, 290), np.full(30, 280)
    found = event_change(before, after, days=(29, 28))
    assert found["ratio"].to_numpy() == pytest.approx(1.0, abs=0.01)


def test_neither_order_nor_empty_places_matter() -> None:
    before, after = np.array([9, 0, 3, 20]), np.array([4, 0, 8, 31])
    found = event_change(before, after)
    turned = event_change(before[::-1], after[::-1])
    assert np.allclose(found["ratio"], turned["ratio"][::-1], equal_nan=True)
    assert np.isnan(found["ratio"][1])
    assert found["word"][1] == "too_few"
    without = event_change(np.delete(before, 1), np.delete(after, 1))
    assert np.allclose(np.delete(found["ratio"].to_numpy(), 1), without["ratio"])
    assert event_change(np.empty(0, dtype=int), np.empty(0, dtype=int)).empty

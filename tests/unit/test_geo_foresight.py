"""How well the next period was foreseen: by hand, with an interval that holds, and not from few events."""

from __future__ import annotations

import numpy as np
import pytest

from geo.foresight import foresight

HELD_OUT = np.array([30, 20, 10, 0, 0, 0, 0, 0, 0, 0])


def chosen(*cells: int) -> np.ndarray:
    return np.isin(np.arange(len(HELD_OUT)), cells)


def test_indices_are_those_by_hand() -> None:
    found = foresight(chosen(0, 2), HELD_OUT)
    assert found.pai == pytest.approx((40 / 60) / (2 / 10))
    assert found.pei_star == pytest.approx(40 / 50)
    assert found.pai_interval[0] < found.pai < found.pai_interval[1]
    assert found.reason is None


def test_the_best_choice_is_1_and_all_cells_are_no_better_than_chance() -> None:
    assert foresight(chosen(0, 1), HELD_OUT).pei_star == 1
    everything = foresight(chosen(*range(10)), HELD_OUT)
    assert (everything.pai, everything.pei_star) == (1, 1)
    assert foresight(chosen(9), HELD_OUT).pai == 0


@pytest.mark.parametrize(("events", "reason"), [(49, "too_few_events"), (50, None), (0, "too_few_events")])
def test_with_fewer_than_50_events_nothing_is_said(events: int, reason: str | None) -> None:
    found = foresight(np.array([True, False]), np.array([events, 0]))
    assert found.reason == reason
    assert np.isnan(found.pai) == (reason is not None)


def test_a_method_that_chose_nothing_is_not_judged() -> None:
    found = foresight(chosen(), HELD_OUT)
    assert found.reason == "nothing_chosen"
    assert np.isnan(found.pei_star_interval).all()


def test_intervals_hold_as_often_as_they_say() -> None:
    chance = np.random.default_rng(1)
    rates = chance.gamma(0.5, 1.0, 200)
    rates /= rates.sum()
    picked = rates > np.quantile(rates, 0.9)
    truth = rates[picked].sum() / picked.mean()
    held = []
    for seed in range(300):
        low, high = foresight(picked, chance.multinomial(200, rates), seed=seed, draws=500).pai_interval
        held.append(low <= truth <= high)
    assert 0.91 <= np.mean(held) <= 0.98


def test_the_seed_alone_decides() -> None:
    assert foresight(chosen(0), HELD_OUT, seed=4) == foresight(chosen(0), HELD_OUT, seed=4)

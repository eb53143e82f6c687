"""Few places hold most events: said only where it is more than few events do by themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.concentration import concentration


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12).filter(any), st.sampled_from([0.5, 0.8, 1.0]))
def test_no_fewer_places_hold_the_share(counts: list[int], share: float) -> None:
    found = concentration(np.array(counts), share=share, draws=2)
    fullest = sorted(counts, reverse=True)
    needed = next(k for k in range(1, len(counts) + 1) if sum(fullest[:k]) >= share * sum(counts) - 1e-9)
    assert found.held_by == needed
    assert found.places_share == needed / len(counts)
    assert found.curve[0, 1] == 0
    assert found.curve[-1, 1] == pytest.approx(1)
    assert (np.diff(found.curve[:, 1:], axis=0) >= -1e-12).all()


def test_few_events_in_many_cells_are_not_called_concentrated() -> None:
    """Ten events in 5,000 cells lie in 0.2 % of the cells, wherever they lie."""
    counts = np.bincount(np.random.default_rng(3).integers(0, 5_000, 10), minlength=5_000)
    found = concentration(counts)
    assert found.places_share < 0.01
    assert not found.is_concentrated


def test_an_even_spread_is_called_concentrated_no_more_often_than_said() -> None:
    chance = np.random.default_rng(4)
    claims = [
        concentration(chance.multinomial(400, np.full(500, 1 / 500)), seed=seed, draws=99).is_concentrated
        for seed in range(100)
    ]
    assert sum(claims) <= 5 + 2 * np.sqrt(100 * 0.05 * 0.95)


def test_what_is_concentrated_is_said() -> None:
    counts = np.random.default_rng(5).poisson(0.2, 1_000)
    counts[:20] += 20
    found = concentration(counts)
    assert found.is_concentrated
    assert found.places_share < found.by_chance[0]
    assert (found.curve[1:40, 1] > found.curve[1:40, 2]).all()


def test_larger_catchments_explain_more_events() -> None:
    weights = np.r_[np.full(10, 50.0), np.full(90, 1.0)]
    counts = np.random.default_rng(6).multinomial(300, weights / weights.sum())
    assert concentration(counts).is_concentrated
    assert not concentration(counts, weights=weights).is_concentrated


def test_the_seed_alone_decides() -> None:
    counts = np.random.default_rng(7).poisson(1, 200)
    assert concentration(counts, seed=3).by_chance == concentration(counts, seed=3).by_chance
    assert (
        concentration(np.random.default_rng(8).permutation(counts), seed=3).held_by
        == concentration(counts).held_by
    )


@pytest.mark.parametrize("places", [0, 1, 50])
def test_without_events_nothing_is_said(places: int) -> None:
    found = concentration(np.zeros(places, dtype=np.int64))
    assert (found.places, found.events, found.held_by) == (places, 0, 0)
    assert np.isnan(found.places_share)
    assert not found.is_concentrated

"""What is said to take a zone off the list does, and one step less does not."""

from __future__ import annotations

import numpy as np
import pytest

from geo.zone_reasons import way_off
from geo.zone_scores import half_values, score_zones
from tests.unit.zone_terms import EQUAL, TERMS, made_up


def is_off(terms, weights, half, row, change, places) -> bool:
    term, value = change
    changed = terms.copy()
    changed.loc[row, term] = value
    return bool(score_zones(changed, weights, half=half).rank[row] > places)


@pytest.mark.parametrize("seed", range(3))
def test_the_smallest_change_of_each_term_is_found(seed: int) -> None:
    terms = made_up(30, np.random.default_rng(seed))
    weights = EQUAL | {"hazards_open": 2.0, "pupils": 0.0, "findings": 0.0 if seed == 1 else 1.0}
    half, rank = half_values(terms), score_zones(terms, weights).rank
    found = way_off(terms, weights, 10)
    seen = 0
    for row, reasons in enumerate(found):
        assert (reasons is None) == (rank[row] > 10)
        if reasons is None:
            continue
        assert set(reasons["terms"]) == {*TERMS} - {"pupils"}
        for term, answer in reasons["terms"].items():
            value = float(terms.loc[row, term])
            step = value / 100 if term == "incident_rate" else 1.0
            if answer is None:
                assert not is_off(terms, weights, half, row, (term, 0.0), 10)
                continue
            seen += 1
            assert answer["amount"] >= 1
            assert answer["to"] == pytest.approx(max(value - answer["amount"] * step, 0))
            one_less = value - (answer["amount"] - 1) * step
            assert not is_off(terms, weights, half, row, (term, one_less), 10)
            assert answer["unit"] == (
                "percent" if term == "incident_rate" else "min" if term == "uncovered_min" else "count"
            )
            assert is_off(terms, weights, half, row, (term, answer["to"]), 10)
    assert seen > 5


def test_a_zone_that_ties_at_the_edge_has_to_fall_below_the_others() -> None:
    terms = made_up(4, np.random.default_rng(9))
    for term in TERMS:
        terms[term] = 10.0
    terms.loc[3, "hazards_open"] = 0.0
    found = way_off(terms, EQUAL, 2)
    assert [reasons is None for reasons in found] == [False, False, False, True]
    assert {answer["amount"] for reasons in found[:3] for term, answer in reasons["terms"].items()} == {1}


def test_nothing_takes_a_zone_off_a_list_that_holds_all() -> None:
    assert way_off(made_up(5, np.random.default_rng(1)), EQUAL, 5) == [None] * 5


def test_a_change_that_ends_in_a_tie_is_not_enough() -> None:
    terms = made_up(3, np.random.default_rng(2))
    terms["uncovered_min"] = [5.0, 4.0 + 1e-10, 1.0]
    answer = way_off(terms, {"uncovered_min": 1.0}, 1)[0]["terms"]["uncovered_min"]
    assert (answer["amount"], answer["to"]) == (2, 3.0)

"""Scores are the sum of their parts, ties are ties, and nothing but the listed terms is taken."""

from __future__ import annotations

import inspect
import json
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from geo import focus_zones, shrinkage, zone_intervals, zone_ranking, zone_reasons, zone_scores
from geo.errors import FrameError
from geo.terms import ZoneTerm
from geo.zone_intervals import IncidentCounts, Sampling, data_interval, incident_rates, weights_interval
from geo.zone_ranking import rank_zones
from geo.zone_reasons import terms_from_json, terms_json, way_off, weights_json
from geo.zone_scores import BadWeightsError, UnknownTermError, competition_ranks, half_values, score_zones
from tests.unit.zone_terms import EQUAL, TERMS, made_up

SAMPLING = Sampling(seed=3, draws=200)
CHANCE = np.random.default_rng


def counts_of(terms: pd.DataFrame) -> IncidentCounts:
    return IncidentCounts(np.round(terms["incident_rate"].to_numpy()), np.ones(len(terms)))


def test_the_parts_add_up_to_the_score_in_plain_addition() -> None:
    scores = score_zones(made_up(300, CHANCE(1)), {term: row + 0.1 for row, term in enumerate(TERMS)})
    assert [sum(parts) for parts in scores.parts.tolist()] == scores.score.tolist()
    assert ((scores.score >= 0) & (scores.score <= 1)).all()


def test_a_median_value_is_worth_half_its_weight_and_more_is_always_more() -> None:
    terms = made_up(41, CHANCE(2))
    scores = score_zones(terms, {"pupils": 2.0})
    by_pupils = np.argsort(terms["pupils"].to_numpy())
    assert scores.score[by_pupils[20]] == pytest.approx(0.5)
    assert (np.diff(scores.score[by_pupils]) >= 0).all()


def test_one_outlier_changes_no_other_zone_by_much() -> None:
    terms = made_up(40, CHANCE(3))
    before = score_zones(terms, EQUAL).score[1:]
    terms.loc[0, "uncovered_min"] = 1e9
    after = score_zones(terms, EQUAL)
    assert np.abs(after.score[1:] - before).max() < 0.01
    assert after.parts[0, TERMS.index("uncovered_min")] <= 1 / 7


@given(st.lists(st.integers(0, 6), min_size=1, max_size=30))
def test_ties_share_the_best_of_their_places(whole: list[int]) -> None:
    wanted = rankdata([-value for value in whole], method="min")
    noise = np.random.default_rng(0).uniform(-4e-11, 4e-11, len(whole))
    assert competition_ranks(np.array(whole) / 10 + noise).tolist() == wanted.tolist()


def test_equal_zones_tie_and_the_next_place_is_left_out() -> None:
    terms = pd.concat([made_up(1, CHANCE(4))] * 3, ignore_index=True)
    terms["zone_id"] = ["a", "b", "c"]
    terms.loc[1, "hazards_open"] += 5
    assert score_zones(terms, EQUAL).rank.tolist() == [2, 1, 2]
    assert competition_ranks(np.array([0.1, 0.3, 0.3])).tolist() == [3, 1, 1]


def test_a_term_not_known_for_one_counts_for_nobody_and_this_is_said() -> None:
    terms = made_up(10, CHANCE(5))
    terms.loc[3, "uncovered_min"] = np.nan
    scores = score_zones(terms, EQUAL)
    at = TERMS.index("uncovered_min")
    assert (scores.parts[:, at] == 0).all()
    others = EQUAL | {"uncovered_min": 0.0}
    assert scores.rank.tolist() == score_zones(terms, others).rank.tolist()
    said = [row["uncovered_min"] for row in terms_json(terms, scores)]
    assert [entry["known"] for entry in said] == [row != 3 for row in range(10)]
    assert {entry["counts"] for entry in said} == {False}
    assert said[3]["value"] is None


@pytest.mark.parametrize(
    "weights", [{}, dict.fromkeys(TERMS, 0.0), {"pupils": -1.0}, {"pupils": float("nan")}, {"pupils": np.inf}]
)
def test_weights_that_weigh_nothing_are_refused(weights: dict[str, float]) -> None:
    with pytest.raises(BadWeightsError):
        score_zones(made_up(3, CHANCE(6)), weights)


def test_only_the_ratio_of_weights_matters() -> None:
    terms = made_up(50, CHANCE(7))
    ones = score_zones(terms, EQUAL)
    tens = score_zones(terms, dict.fromkeys(TERMS, 1e300))
    assert np.allclose(ones.score, tens.score, atol=1e-12)
    assert sum(weights_json(EQUAL).values()) == pytest.approx(1)


@pytest.mark.parametrize("value", [-1.0, np.inf])
def test_values_that_cannot_be_are_refused(value: float) -> None:
    with pytest.raises(FrameError, match="findings"):
        score_zones(made_up(3, CHANCE(8)).assign(findings=value), EQUAL)


def test_an_empty_district_has_an_empty_list() -> None:
    nobody = made_up(0, CHANCE(9))
    ranked = rank_zones(nobody, IncidentCounts(np.empty(0), np.empty(0)), EQUAL, 10, SAMPLING)
    assert len(ranked) == 0


def test_the_page_ranks_anew_from_what_is_stored_and_even_a_part_of_it_alike() -> None:
    terms = made_up(60, CHANCE(10))
    terms.loc[5, "pupils"] = np.nan
    stored = terms_json(terms, score_zones(terms, EQUAL))
    other = {"hazards_open": 3.0, "incident_rate": 1.0, "pupils": 1.0}
    whole = score_zones(terms, other)
    back, half = terms_from_json(terms["zone_id"].tolist(), stored)
    assert (score_zones(back, other, half=half).score == whole.score).all()
    some = slice(20, 40)
    part, half = terms_from_json(terms["zone_id"].tolist()[some], stored[some])
    assert (score_zones(part, other, half=half).score == whole.score[some]).all()
    none, half = terms_from_json([], [])
    assert len(score_zones(none, other, half=half).score) == 0


# Privacy: the closed list.

PERSONAL = ["area_person_class", "person", "key_person", "class", "case_ref", "persons", "register_count"]


@pytest.mark.parametrize("column", PERSONAL)
def test_nothing_about_persons_is_taken_as_a_term_or_as_a_weight(column: str) -> None:
    terms = made_up(5, CHANCE(11))
    incidents = counts_of(terms)
    more = terms.assign(**{column: 1.0})
    calls = [
        score_zones,
        lambda frame, weights: data_interval(frame, incidents, weights, SAMPLING),
        lambda frame, weights: weights_interval(frame, weights, SAMPLING),
        lambda frame, weights: way_off(frame, weights, 2),
        lambda frame, weights: rank_zones(frame, incidents, weights, 2, SAMPLING),
    ]
    for call in calls:
        with pytest.raises(UnknownTermError, match=column):
            call(more, EQUAL)
        with pytest.raises(UnknownTermError, match=column):
            call(terms, EQUAL | {column: 1.0})
    with pytest.raises(UnknownTermError, match=column):
        terms_json(more, score_zones(terms, EQUAL))
    with pytest.raises(UnknownTermError, match=column):
        terms_from_json(
            ["z"],
            [
                terms_json(terms, score_zones(terms, EQUAL))[0]
                | {column: {"value": 1.0, "counts": True, "half": 1.0}}
            ],
        )


def test_the_list_of_terms_is_the_published_one() -> None:
    assert [str(term) for term in ZoneTerm] == list(TERMS)


def test_no_function_of_the_ranking_has_a_way_in_for_anything_else() -> None:
    allowed = {
        "terms", "incidents", "weights", "sampling", "first_places", "half", "scores", "frame", "columns", "values",
        "parts", "zone_ids", "written", "schools", "zones", "zone_of", "shapes", "counts", "exposures", "posterior",
        "draws", "generator", "level",
    }  # fmt: skip
    found = set()
    for module in (focus_zones, shrinkage, zone_intervals, zone_ranking, zone_reasons, zone_scores):
        source = inspect.getsource(module)
        assert not re.search(r"restricted|area_person|key_person|person_class|\bSchema\.", source)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                parameters = inspect.signature(function).parameters.values()
                assert not [p for p in parameters if p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
                found |= {p.name for p in parameters}
    assert found <= allowed


# The whole row.


def test_the_ranked_rows_hold_together() -> None:
    chance = CHANCE(12)
    terms = made_up(40, chance)
    incidents = IncidentCounts(chance.poisson(8, 40).astype(float), chance.uniform(0.3, 1.5, 40))
    terms["incident_rate"] = incident_rates(incidents)
    ranked = rank_zones(terms, incidents, EQUAL, 10, SAMPLING)
    assert (ranked["rank_low"] <= ranked["rank"]).all()
    assert (ranked["rank"] <= ranked["rank_high"]).all()
    assert (ranked["weights_rank_low"] <= ranked["weights_rank_high"]).all()
    assert [sum(entry["part"] for entry in row.values()) for row in ranked["terms"]] == ranked[
        "score"
    ].tolist()
    assert (ranked["way_off"].notna() == (ranked["rank"] <= 10)).all()
    for column in ("terms", "weights", "way_off"):
        kept = ranked[column].tolist()
        assert json.loads(json.dumps(kept, allow_nan=False)) == kept
    half = half_values(terms)
    assert [entry["half"] for entry in ranked["terms"][0].values()] == half.tolist()


def test_rows_keep_their_places_whatever_the_index_and_the_integers_of_a_frame() -> None:
    chance = CHANCE(16)
    terms = made_up(20, chance)
    incidents = IncidentCounts(chance.poisson(8, 20).astype(float), np.ones(20))
    terms["incident_rate"] = incident_rates(incidents)
    plain = rank_zones(terms, incidents, EQUAL, 5, SAMPLING)
    odd = terms.astype({"pupils": "Int64", "findings": "int64"}).set_index(np.arange(20)[::-1])
    pd.testing.assert_frame_equal(rank_zones(odd, incidents, EQUAL, 5, SAMPLING), plain)
    odd.iloc[3, odd.columns.get_loc("pupils")] = pd.NA
    assert not rank_zones(odd, incidents, EQUAL, 5, SAMPLING)["terms"][3]["pupils"]["known"]


def test_too_few_events_are_said_and_no_interval_is_shown() -> None:
    terms = made_up(12, CHANCE(13))
    incidents = IncidentCounts(np.array([3.0, 2, 1] + [0] * 9), np.ones(12))
    terms["incident_rate"] = incident_rates(incidents)
    ranked = rank_zones(terms, incidents, EQUAL, 3, SAMPLING)
    assert not ranked["is_enough_data"].any()
    assert ranked["rank_low"].isna().all()
    without = rank_zones(terms, incidents, EQUAL | {"incident_rate": 0.0}, 3, SAMPLING)
    assert without["is_enough_data"].all()
    assert (without["rank_low"] == without["rank"]).all()


def test_without_any_events_file_the_rate_is_unknown_and_counts_nothing() -> None:
    terms = made_up(12, CHANCE(14))
    incidents = IncidentCounts(np.full(12, np.nan), np.ones(12))
    terms["incident_rate"] = incident_rates(incidents)
    assert terms["incident_rate"].isna().all()
    ranked = rank_zones(terms, incidents, EQUAL, 3, SAMPLING)
    assert {row["incident_rate"]["part"] for row in ranked["terms"]} == {0.0}
    assert (ranked["rank_low"] == ranked["rank"]).all()
    alone = rank_zones(terms, incidents, {"incident_rate": 1.0}, 3, SAMPLING)
    assert not alone["is_enough_data"].any()
    assert (alone["rank"] == 1).all()


def test_no_event_at_all_is_not_enough() -> None:
    terms = made_up(12, CHANCE(15))
    incidents = IncidentCounts(np.zeros(12), np.ones(12))
    terms["incident_rate"] = incident_rates(incidents)
    assert np.isfinite(terms["incident_rate"]).all()
    assert not rank_zones(terms, incidents, EQUAL, 3, SAMPLING)["is_enough_data"].any()

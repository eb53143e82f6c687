"""Venues just inside, at and just outside a rule's distance get the status that the rule book promises."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.rule_findings import applying, counted, status_of
from geo.venue_categories import categories_of, category_of
from tests.unit.rule_cases import NO_ROADS, ONE_GATE, STREET, found, gates_of, point, rule, statuses

OFFSETS = (199.9, 200.0, 200.1)
BY_BOUNDARY = [point(50, 100 + metres) for metres in OFFSETS]
BY_GATE = [point(50, -metres) for metres in OFFSETS]
ALONG = [point(50 + metres - 20, -20) for metres in OFFSETS]
"""Ten metres off the street and ten from the street to the gate: the rest is walked along it."""
SIDES = [
    pytest.param(BY_BOUNDARY, {}, id="boundary"),
    pytest.param(BY_GATE, {"school_side": "any_gate"}, id="gate"),
    pytest.param(BY_GATE, {"school_side": "main_gate"}, id="main gate"),
    pytest.param(ALONG, {"school_side": "any_gate", "metric": "walk"}, id="walking"),
]


@pytest.mark.parametrize(("venues", "words"), SIDES)
@pytest.mark.parametrize("is_inclusive", [True, False])
def test_without_a_band_the_distance_alone_decides(venues, words, is_inclusive) -> None:
    frame = found(venues, [rule(is_inclusive=is_inclusive, **words)])
    at_limit = "candidate" if is_inclusive else "clear"
    assert statuses(frame) == {"V0": "candidate", "V1": at_limit, "V2": "clear"}
    measure = "distance_walk_m" if words.get("metric") == "walk" else "distance_straight_m"
    assert frame[measure].tolist() == [199.9, 200.0, 200.1]


@pytest.mark.parametrize(("venues", "words"), SIDES)
def test_with_the_usual_band_they_need_a_survey(venues, words) -> None:
    frame = found(venues, [rule(**words)], band_m=15)
    assert set(statuses(frame).values()) == {"needs_survey"}
    assert set(frame["why"]) == {"near_limit"}


def test_the_edges_of_the_band_belong_to_it() -> None:
    metres = [184.999, 185.0, 215.0, 215.001]
    frame = found([point(50, 100 + each) for each in metres], [rule()], band_m=15)
    assert list(statuses(frame).values()) == ["candidate", "needs_survey", "needs_survey", "clear"]


def test_what_rounds_to_the_limit_is_at_the_limit() -> None:
    frame = found([point(50, 300.0004), point(50, 300.0006)], [rule()])
    assert list(statuses(frame).values()) == ["candidate", "clear"]
    assert frame["distance_straight_m"].tolist() == [200.0, 200.001]


def test_only_pairs_up_to_rule_band_and_margin_are_written() -> None:
    metres = [514.999, 515.0, 515.001]
    frame = found([point(50, 100 + each) for each in metres], [rule()], band_m=15, margin_m=300)
    assert statuses(frame) == {"V0": "clear", "V1": "clear"}


def test_an_outline_is_measured_from_its_wall() -> None:
    frame = found([shapely.box(40, 250, 60, 260)], [rule()])
    assert frame["distance_straight_m"].tolist() == [150.0]


def test_a_venue_on_the_ground_is_at_no_distance() -> None:
    frame = found([point(50, 50)], [rule()])
    assert frame["distance_straight_m"].tolist() == [0.0]
    assert statuses(frame) == {"V0": "candidate"}


def test_a_known_error_of_a_place_widens_its_band() -> None:
    frame = found(
        [point(50, 130), point(50, 130)], [rule(metres=50)], band_m=15, geocode_error_m=[np.nan, 40.0]
    )
    assert list(statuses(frame).values()) == ["candidate", "needs_survey"]
    assert frame["band_m"].tolist() == [15, 40]


def test_the_nearest_gate_counts_and_the_main_one_where_the_rule_says_so() -> None:
    gates = gates_of((0, 50, 0), (0, 50, 100), main=(0,))
    rules = [rule(school_side="any_gate"), rule(rule_id=2, school_side="main_gate")]
    frame = found([point(50, 180)], rules, gates=gates)
    assert frame["distance_straight_m"].tolist() == [80.0, 180.0]


def test_without_a_marked_main_gate_only_a_survey_can_say() -> None:
    gates = gates_of((0, 50, 0), (0, 50, 100))
    frame = found([point(50, 120)], [rule(school_side="main_gate")], gates=gates)
    assert frame[["status", "why"]].to_numpy().tolist() == [["needs_survey", "main_gate_unknown"]]


def test_a_school_without_boundary_is_never_more_than_a_case_for_a_survey() -> None:
    frame = found([point(50, 20), point(50, 400)], [rule()], ground=point(50, 0))
    assert frame[["status", "why"]].to_numpy().tolist() == [
        ["needs_survey", "boundary_estimated"], ["clear", "beyond"],
    ]  # fmt: skip


def test_an_assumed_gate_leaves_it_to_a_survey_but_not_where_the_boundary_counts() -> None:
    gates = gates_of((0, 50, 0), estimated=(0,))
    rules = [rule(), rule(rule_id=2, school_side="any_gate")]
    frame = found([point(50, -50)], rules, gates=gates)
    assert frame["status"].tolist() == ["candidate", "needs_survey"]
    assert frame["why"].tolist() == ["within", "gate_estimated"]


def test_without_roads_nobody_claims_a_walk() -> None:
    walk = rule(school_side="any_gate", metric="walk")
    frame = found([point(50, -50), point(50, -260)], [walk], roads=NO_ROADS)
    assert frame["distance_walk_m"].isna().all()
    assert frame[["status", "why"]].to_numpy().tolist() == [["needs_survey", "no_roads"], ["clear", "beyond"]]


def test_where_no_road_leads_it_is_said() -> None:
    from tests.unit.road_speeds import network

    apart = network([(-2000, -10), (40, -10)], [(60, -60), (2000, -60)])
    frame = found([point(90, -70)], [rule(school_side="any_gate", metric="walk")], roads=apart)
    assert frame[["status", "why"]].to_numpy().tolist() == [["needs_survey", "unreachable"]]


def test_the_walk_is_never_replaced_by_a_shorter_straight_line() -> None:
    frame = found([point(50, 150)], [rule(school_side="any_gate", metric="walk")])
    # through the ground 150 m; off the road at both ends 160 + 10, and nothing between
    assert frame["distance_straight_m"].tolist() == [150.0]
    assert frame["distance_walk_m"].tolist() == [170.0]


def test_those_on_foot_go_against_oneway_signs() -> None:
    from tests.unit.road_speeds import network

    oneway = network([(-2000, -10), (2000, -10)], oneway=(0,))
    walk = [rule(school_side="any_gate", metric="walk")]
    ahead, back = point(150, -20), point(-50, -20)
    assert found([ahead, back], walk, roads=oneway)["distance_walk_m"].tolist() == [120.0, 120.0]


def test_a_venue_that_was_licensed_before_the_rule_is_marked_and_keeps_its_status() -> None:
    since = rule(valid_from=date(2020, 1, 1))
    shapes = [point(50, 150)] * 5
    frame = found(
        shapes, [since],
        licence_from=[date(2019, 12, 31), date(2020, 1, 1), date(2021, 1, 1), date(2010, 1, 1), None],
        licence_to=[None, None, None, date(2026, 11, 1), None],
        established_on=[None, None, date(2005, 1, 1), None, None],
    )  # fmt: skip
    assert frame["why"].tolist() == ["grandfathered", "within", "grandfathered", "within", "within"]
    assert set(frame["status"]) == {"candidate"}


def test_rules_speak_of_their_category_and_stages_only() -> None:
    rules = [rule(rule_id=1, stages=["kindergarten"]), rule(rule_id=2, venue_category="bar"), rule(rule_id=3)]
    frame = found([point(50, 150)], rules)
    assert frame["rule_id"].tolist() == [3]
    assert len(found([point(50, 150)], rules, category=None)) == 0


def test_a_district_has_its_own_rules_and_those_of_everywhere() -> None:
    rules = pd.DataFrame(
        [rule(rule_id=1), rule(rule_id=2, jurisdiction="32"), rule(rule_id=3, jurisdiction="3204"),
         rule(rule_id=4, jurisdiction="44"), rule(rule_id=5, metres=None)]
    )  # fmt: skip
    assert applying(rules, "320413")["rule_id"].tolist() == [1, 2, 3]
    assert applying(rules, "unassigned")["rule_id"].tolist() == [1]


def test_a_band_wider_than_the_rule_makes_no_candidate() -> None:
    words = status_of(np.array([0.0, 30.0, 71.0]), 30.0, np.full(3, 40.0), is_inclusive=True)
    assert words.tolist() == ["needs_survey", "needs_survey", "clear"]


@pytest.mark.parametrize(
    ("word", "category"),
    [
        ("网吧", "internet_cafe"), ("互联网上网服务营业场所", "internet_cafe"), ("歌舞厅", "entertainment"),
        ("ＫＴＶ", "entertainment"), ("游戏厅", "arcade"), ("game_room", "arcade"), ("电玩城", "arcade"),
        ("酒吧", "bar"), ("烟草零售", "tobacco"), ("体育彩票销售点", "lottery"), ("电竞酒店", "esports_hotel"),
        ("星空电竞酒店（二店）", "esports_hotel"), ("旅馆", "hotel"), ("massage", "foot_massage"),
        ("shop", "convenience"), (" Internet_Cafe ", "internet_cafe"), ("面馆", None), ("", None), (None, None),
        ("酒吧、旅馆", None), ("publisher", None),
    ],
)  # fmt: skip
def test_a_bureaus_word_means_its_category_or_nothing(word, category) -> None:
    assert category_of(word) == category


def test_venues_that_no_rule_can_be_asked_of_are_counted() -> None:
    words = pd.Series(["网吧", "面馆", None, " ", "面馆"], dtype=object)
    told = counted(pd.DataFrame({"word": words, "category": categories_of(words)}))
    assert (told.unknown, told.missing) == (2, 2)


def test_nothing_to_check_is_an_empty_answer() -> None:
    frame = found([], [rule()])
    assert frame.empty
    assert list(found([point(0, 0)], [rule()]).columns) == list(frame.columns)
    assert ONE_GATE["is_main"].all()
    assert len(STREET.lines) == 1

"""What the page makes of the ledger's rows: the slot at hand, days, gates, a gate's day and week."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.view_ledger import (
    ANY,
    GUARD,
    POLICE,
    day_kinds,
    figures_of,
    gate_table,
    phase,
    reason_counts,
    slot_at_hand,
    slots_of,
    timetables,
    with_reason,
)
from dashboard.view_timeline import axis_of, hours_of_posts, lanes_of, union, week_of, windows_of

MONDAY = date(2026, 11, 23)
SCHOOLS = pd.DataFrame({
    "code": ["S1", "S2"], "name": ["甲校", "乙校"], "stage": ["primary", "senior"], "district_code": ["d", "d"],
    "town_code": ["T1", None], "town_name": ["一镇", None], "police_area_code": ["P1", "P1"],
    "police_area_name": ["一所", "一所"], "pupils": [500, None],
})  # fmt: skip


def row(**given: object) -> dict[str, object]:
    known = {
        "gate_id": 1, "bell_slot_id": 1, "school_code": "S1", "slot": "morning_in", "date_type": "mon", "date": MONDAY,
        "window_start": 420.0, "window_end": 490.0, "required_min": 70.0, "uncovered_min": 0.0,
        "uncovered_police_min": 0.0, "guard_depth": 1, "guard_reason": "covered", "response_s": 60.0,
        "second_response_s": 90.0, "tier": 1, "response_reason": "in_time", "pupils": 400, "grade": None,
        "is_bell_estimated": False, "gate_name": "东门", "is_main": True, "is_estimated": False,
    }  # fmt: skip
    return known | given


def rows(*given: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame([row(**each) for each in given])


DAY = rows(
    {"slot": "morning_in"},
    {"slot": "morning_in", "gate_id": 2, "window_start": 440.0, "window_end": 510.0},
    {"slot": "afternoon_out", "window_start": 960.0, "window_end": 1030.0},
    {"slot": "noon_in", "window_start": 1000.0, "window_end": 1070.0},
)


@pytest.mark.parametrize(
    ("minute", "slot"),
    [(0, "morning_in"), (419, "morning_in"), (500, "morning_in"), (511, "afternoon_out"), (965, "afternoon_out"),
     (1010, "noon_in"), (1060, "noon_in"), (1439, "noon_in")],
)  # fmt: skip
def test_the_slot_at_hand_is_open_now_else_next_else_last(minute, slot) -> None:
    assert slot_at_hand(DAY, minute) == slot


def test_a_day_without_rows_has_no_slot_at_hand() -> None:
    assert slot_at_hand(DAY.head(0), 450) is None
    assert slots_of(DAY.head(0)) == []


@pytest.mark.parametrize(("minute", "word"), [(0, "before"), (420, "now"), (510, "now"), (511, "over")])
def test_a_slot_is_to_come_open_or_over(minute, word) -> None:
    assert phase(DAY[DAY["slot"] == "morning_in"], minute) == word


def test_days_say_what_most_schools_run() -> None:
    days = [MONDAY + timedelta(days=ahead) for ahead in (0, 5, 6)]
    calendar = pd.DataFrame({
        "district_code": ["d", "d"], "date": [days[1], days[0]], "scope": ["d", "S2"],
        "is_school_day": [True, False], "runs_as_weekday": [4, None],
    })  # fmt: skip
    runs = timetables(SCHOOLS, calendar, days)
    assert runs.tolist() == [[0, 4, 6], [-1, 4, 6]]
    held = pd.DataFrame({"date": [days[0], days[1], days[1]], "school_code": ["S1", "S1", "S2"]})
    kinds = day_kinds(held, SCHOOLS, runs, days)
    assert [(kind.schools, kind.weekday, kind.is_made_up) for kind in kinds] == [
        (1, 0, False), (2, 4, True), (0, None, False),
    ]  # fmt: skip
    assert not any(kind.is_for_few for kind in kinds)


def test_a_day_that_holds_few_schools_is_no_plain_school_day() -> None:
    days = [MONDAY, MONDAY + timedelta(days=6)]
    schools = pd.DataFrame({"code": ["A", "B", "C"]})
    runs = np.tile(np.array([0, 6]), (3, 1))
    held = pd.DataFrame({"date": [days[0]] * 3 + [days[1]], "school_code": ["A", "B", "C", "B"]})
    assert [kind.is_for_few for kind in day_kinds(held, schools, runs, days)] == [False, True]


def test_the_calendar_of_another_district_says_nothing() -> None:
    calendar = pd.DataFrame({
        "district_code": ["other"], "date": [MONDAY], "scope": ["all"], "is_school_day": [False],
        "runs_as_weekday": [None],
    })  # fmt: skip
    assert timetables(SCHOOLS, calendar, [MONDAY]).tolist() == [[0], [0]]


def test_a_gate_is_as_bad_as_its_worst_bell_and_adds_its_minutes_up() -> None:
    table = gate_table(
        rows(
            {"bell_slot_id": 1, "uncovered_min": 10.0, "guard_reason": "partly_on_duty"},
            {"bell_slot_id": 2, "uncovered_min": 70.0, "guard_reason": "no_post", "guard_depth": 0},
            {"gate_id": 2, "guard_reason": "no_data", "uncovered_min": 70.0},
            {"gate_id": 3, "school_code": "S2", "pupils": None},
        ),
        SCHOOLS,
        ANY,
    )
    assert table["gate_id"].tolist() == [1, 3, 2]
    worst = table.iloc[0]
    assert (worst["uncovered_min"], worst["guard_reason"], worst["open_gate_slots"]) == (80.0, "no_post", 2)
    assert worst["pupil_min"] == 80 * 400
    assert np.isnan(table.set_index("gate_id").loc[2, "uncovered_min"])
    assert np.isnan(table.set_index("gate_id").loc[3, "pupil_min"])


def test_help_is_as_late_as_at_the_gates_worst_bell_and_none_where_one_has_none() -> None:
    late = {"response_s": 700.0, "second_response_s": None, "tier": None, "response_reason": "too_far"}
    table = gate_table(
        rows(
            {"bell_slot_id": 1},
            {"bell_slot_id": 2, **late},
            {"gate_id": 2, "response_s": None, "tier": None, "response_reason": "no_data"},
            {"gate_id": 2, "bell_slot_id": 2},
            {"gate_id": 3},
            {"gate_id": 3, "bell_slot_id": 2, "response_s": None, "response_reason": "no_post"},
        ),
        SCHOOLS,
        ANY,
    ).set_index("gate_id")
    assert table.loc[1, "response_s"] == 700
    assert table["tier"].isna().tolist() == [True, False, False]
    assert table["second_response_s"].isna().tolist() == [True, False, False]
    assert table["response_s"].isna().tolist() == [False, False, True]
    assert table.loc[3, "response_reason"] == "no_post"


def test_gates_guarded_by_others_alone_are_open_for_police() -> None:
    given = rows({"uncovered_police_min": 70.0}, {"gate_id": 2})
    assert reason_counts(given, GUARD, POLICE) == {"other_force": 1, "covered": 1}
    assert with_reason(given, GUARD, POLICE, "other_force")["gate_id"].tolist() == [1]
    assert figures_of(given, POLICE).empty == 1
    assert figures_of(given, ANY).open == 0


def test_pupils_are_those_of_the_open_gate_slots_as_far_as_known() -> None:
    one = figures_of(
        rows(
            {"uncovered_min": 70.0, "guard_reason": "no_post"},
            {"gate_id": 2},
            {"gate_id": 3, "uncovered_min": 5.0},
        ),
        ANY,
    )
    assert (one.pupils, one.schools, one.uncounted) == (800, 1, 0)
    partly = figures_of(
        rows({"uncovered_min": 70.0}, {"school_code": "S2", "uncovered_min": 5.0, "pupils": None}), ANY
    )
    assert (partly.pupils, partly.schools, partly.uncounted) == (400, 2, 1)
    assert figures_of(rows({"uncovered_min": 5.0, "pupils": None}), ANY).pupils is None
    unknown = figures_of(rows({"guard_reason": "no_data", "uncovered_min": 70.0}), ANY)
    assert (unknown.open, unknown.unknown, unknown.pupils) == (0, 1, None)


def duty(**given: object) -> dict[str, object]:
    known = {"post_code": "A", "name": "甲岗", "type": "guard_post", "force": "police", "distance_m": 8.0,
             "weekdays": [0], "start": 420.0, "end": 460.0, "date_from": None, "date_to": None}  # fmt: skip
    return known | given


NO_CHANGE = pd.DataFrame(columns=["post_code", "change", "replaced_by", "start", "end"])


def change(**given: object) -> pd.DataFrame:
    known = {"post_code": "A", "change": "absent", "replaced_by": None, "start": None, "end": None}
    return pd.DataFrame([known | given])


@pytest.mark.parametrize(
    ("changes", "spans", "word"),
    [
        (NO_CHANGE, ((420.0, 460.0),), None),
        (change(), (), "absent"),
        (change(change="hours", start=430.0, end=450.0), ((430.0, 450.0),), "hours"),
        (change(change="replaced", replaced_by="B"), ((420.0, 460.0),), "replaced"),
        (change(post_code="B", change="replaced", replaced_by="A"), (), "lent"),
    ],
)
def test_a_post_has_the_hours_of_its_duties_less_what_is_changed_that_day(changes, spans, word) -> None:
    posts = pd.DataFrame(
        [duty(), duty(weekdays=[1], start=0.0, end=60.0), duty(date_to=date(2026, 1, 1), end=900.0)]
    )
    found = hours_of_posts(posts, changes, MONDAY, 0)
    assert [(post.spans, post.change) for post in found] == [(spans, word)]


def test_guarded_minutes_are_placed_only_where_hours_and_ledger_agree() -> None:
    posts = hours_of_posts(pd.DataFrame([duty(), duty(start=470.0, end=600.0)]), NO_CHANGE, MONDAY, 0)
    agree = windows_of(rows({"uncovered_min": 10.0}), posts, ANY)[0]
    assert agree.guarded == ((420.0, 460.0), (470.0, 490.0))
    assert windows_of(rows({"uncovered_min": 25.0}), posts, ANY)[0].guarded is None
    assert windows_of(rows({"uncovered_min": 70.0}), posts, ANY)[0].guarded == ()
    assert windows_of(rows({"uncovered_min": 0.0}), [], ANY)[0].guarded == ((420.0, 490.0),)


def test_the_axis_holds_every_window() -> None:
    assert axis_of([]) == (360.0, 1350.0)
    early = windows_of(rows({"window_start": 345.0, "window_end": 1375.0}), [], ANY)
    assert axis_of(early) == (330.0, 1380.0)


def test_a_week_says_each_day_and_which_has_no_window() -> None:
    days = [MONDAY + timedelta(days=ahead) for ahead in range(7)]
    week = week_of(rows({"uncovered_min": 30.0}, {"date": days[1], "guard_reason": "no_data"}), days, ANY)
    assert [(day.gate_slots, day.unknown, day.uncovered_min) for day in week[:3]] == [
        (1, 0, 30),
        (1, 1, 0),
        (0, 0, 0),
    ]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 90), st.integers(1, 30)).map(lambda pair: (pair[0], sum(pair))), max_size=12
    )
)
def test_joined_stretches_hold_the_same_minutes_and_lanes_never_overlap(spans) -> None:
    joined = union(spans)
    assert {m for a, b in joined for m in range(int(a), int(b))} == {m for a, b in spans for m in range(a, b)}
    assert all(earlier[1] < later[0] for earlier, later in pairwise(joined))
    if spans:
        windows = windows_of(
            rows(*({"window_start": float(a), "window_end": float(b)} for a, b in spans)), [], ANY
        )
        lanes = lanes_of(windows)
        assert sorted(id(each) for lane in lanes for each in lane) == sorted(map(id, windows))
        for lane in lanes:
            assert all(one.end <= two.start for one, two in pairwise(lane))

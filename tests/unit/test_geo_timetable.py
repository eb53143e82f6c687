"""Bells make slots, duties make hours, and a post counts only if it stands for the whole slot, every day of
it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from geo.errors import FrameError
from geo.terms import DayType, Direction, Slot, Stage
from geo.timetable import (
    DefaultBell,
    SlotRules,
    Spans,
    on_duty,
    roster,
    school_cases,
    school_slots,
    weekday_bits,
)

TODAY = date(2026, 11, 24)
RULES = SlotRules(
    default_bells={Stage.PRIMARY: (DefaultBell(Direction.IN, 450, 480), DefaultBell(Direction.OUT, 960, 990))}
)


def bells(*rows: dict[str, object]) -> pd.DataFrame:
    common = {"weekdays": None, "end": np.nan, "date_from": None, "date_to": None, "is_estimated": False}
    columns = ["school_code", "direction", "weekdays", "start", "end", "date_from", "date_to", "is_estimated"]
    frame = pd.DataFrame([{**common, **row} for row in rows], columns=columns)
    return frame.astype({"start": "int64", "end": "float64", "is_estimated": bool})


def duties(*rows: dict[str, object]) -> pd.DataFrame:
    common = {"post_code": "p", "weekdays": None, "date_from": None, "date_to": None}
    columns = ["post_code", "weekdays", "start", "end", "date_from", "date_to"]
    return pd.DataFrame([{**common, **row} for row in rows], columns=columns).astype(
        {"start": "int64", "end": "int64"}
    )


def slots_of(*rows: dict[str, object], stage: str | None = None) -> pd.DataFrame:
    schools = pd.DataFrame({"school_code": ["s"], "stage": [stage]})
    given = [{"school_code": "s", "direction": "in", **row} for row in rows]
    return school_slots(schools, bells(*given), as_of=TODAY, rules=RULES)


def stands(
    given: pd.DataFrame,
    *,
    start: int,
    end: int,
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4),
    kind: str = "guard_post",
) -> bool:
    posts = pd.DataFrame({"post_code": ["p"], "type": [kind]})
    spans = Spans(weekday_bits([weekdays]), np.array([start]), np.array([end]))
    return bool(on_duty(roster(posts, given, as_of=TODAY), spans)[0, 0])


@pytest.mark.parametrize(
    ("direction", "start", "slot"),
    [
        ("in", 0, Slot.MORNING_IN),
        ("in", 659, Slot.MORNING_IN),
        ("in", 660, Slot.NOON_IN),
        ("out", 809, Slot.NOON_OUT),
        ("out", 810, Slot.AFTERNOON_OUT),
        ("out", 1109, Slot.AFTERNOON_OUT),
        ("out", 1110, Slot.EVENING_OUT),
        ("out", 1439, Slot.EVENING_OUT),
    ],
)
def test_a_bell_is_named_by_its_direction_and_time(direction, start, slot) -> None:
    assert slots_of({"direction": direction, "start": start})["slot"].tolist() == [slot]


def test_a_slot_runs_from_its_earliest_start_to_its_latest_end_on_all_its_days() -> None:
    made = slots_of(
        {"start": 450, "end": 470, "weekdays": [0, 1]},
        {"start": 440, "weekdays": [4]},
        {"start": 455, "end": 480, "weekdays": [1]},
    )
    assert made[["start", "end", "weekdays"]].to_numpy().tolist() == [[440, 480, 0b10011]]


def test_a_bell_without_end_lasts_an_instant_and_without_weekdays_the_school_week() -> None:
    made = slots_of({"start": 450})
    assert made[["start", "end", "weekdays"]].to_numpy().tolist() == [[450, 450, 0b11111]]


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [
        (None, None, True),
        (TODAY, TODAY, True),
        (date(2026, 11, 25), None, False),
        (None, date(2026, 11, 23), False),
    ],
)
def test_the_first_and_the_last_day_of_a_bell_are_included(since, until, holds) -> None:
    assert len(slots_of({"start": 450, "date_from": since, "date_to": until})) == int(holds)


def test_a_school_without_bells_gets_those_of_its_stage_and_says_so() -> None:
    made = slots_of(stage="primary")
    assert made["slot"].tolist() == [Slot.AFTERNOON_OUT, Slot.MORNING_IN]
    assert made["is_estimated"].all()


def test_a_school_whose_bells_are_not_in_force_gets_no_defaults() -> None:
    assert slots_of({"start": 450, "date_to": date(2020, 1, 1)}, stage="primary").empty


def test_a_school_without_bells_and_stage_has_no_slot_but_all() -> None:
    made = slots_of()
    cases, _ = school_cases(pd.DataFrame({"school_code": ["s"]}), made)
    assert made.empty
    assert cases["slot"].tolist() == [Slot.ALL, Slot.ALL]
    assert set(cases["day_type"]) == {DayType.SCHOOL_DAY, DayType.REST_DAY}
    assert (cases["span"] == -1).all()


def test_every_slot_is_asked_for_both_day_types_and_rest_days_are_saturday_and_sunday() -> None:
    made = slots_of({"start": 450, "end": 480, "weekdays": [0, 5]})
    cases, spans = school_cases(pd.DataFrame({"school_code": ["s"]}), made)
    asked = cases[cases["slot"] == Slot.MORNING_IN].set_index("day_type")["span"]
    assert spans.weekdays[asked[DayType.SCHOOL_DAY]] == 0b100001
    assert spans.weekdays[asked[DayType.REST_DAY]] == 0b1100000
    assert (spans.start == 450).all()
    assert (spans.end == 480).all()


def test_a_post_stands_only_if_it_stands_the_whole_time() -> None:
    given = duties({"start": 450, "end": 480})
    assert stands(given, start=450, end=480)
    assert not stands(given, start=449, end=480)
    assert not stands(given, start=450, end=481)


def test_a_post_stands_only_if_it_stands_every_day_of_the_slot() -> None:
    given = duties({"start": 450, "end": 480, "weekdays": [0, 1, 2, 3]})
    assert stands(given, start=450, end=480, weekdays=(0, 3))
    assert not stands(given, start=450, end=480)


def test_split_duties_that_touch_or_overlap_count_as_one() -> None:
    assert stands(duties({"start": 420, "end": 460}, {"start": 460, "end": 500}), start=430, end=490)
    assert stands(duties({"start": 420, "end": 465}, {"start": 455, "end": 500}), start=430, end=490)
    assert not stands(duties({"start": 420, "end": 460}, {"start": 461, "end": 500}), start=430, end=490)


def test_a_short_duty_inside_a_long_one_takes_nothing_away() -> None:
    assert stands(
        duties({"start": 400, "end": 500}, {"start": 420, "end": 430}, {"start": 500, "end": 520}),
        start=410,
        end=515,
    )


def test_a_duty_over_midnight_holds_the_next_morning_also_after_sunday() -> None:
    nights = duties({"start": 1320, "end": 480, "weekdays": [6]})
    assert stands(nights, start=420, end=470, weekdays=(0,))
    assert stands(nights, start=1380, end=1500, weekdays=(6,))
    assert not stands(nights, start=420, end=470, weekdays=(6,))


def test_rotating_shifts_hold_every_minute_of_the_week() -> None:
    shifts = [{"start": s, "end": (s + 480) % 1440, "weekdays": list(range(7))} for s in (0, 480, 960)]
    assert stands(duties(*shifts), start=1430, end=1450, weekdays=tuple(range(7)))


def test_an_instant_is_held_by_a_duty_that_begins_or_ends_then() -> None:
    given = duties({"start": 450, "end": 480})
    assert stands(given, start=450, end=450)
    assert stands(given, start=480, end=480)
    assert not stands(given, start=481, end=481)


def test_a_duty_out_of_date_does_not_count_and_its_post_is_not_assumed() -> None:
    old = duties({"start": 0, "end": 1439, "date_to": date(2026, 11, 23)})
    assert not stands(old, start=450, end=480, kind="police_box")


@pytest.mark.parametrize(
    ("kind", "assumed"),
    [
        ("police_station", True),
        ("police_box", True),
        ("traffic_post", True),
        ("guard_post", False),
        ("patrol_point", False),
        (None, False),
    ],
)
def test_without_duty_rows_only_places_always_manned_are_assumed(kind, assumed) -> None:
    hours = roster(pd.DataFrame({"post_code": ["p"], "type": [kind]}), duties(), as_of=TODAY)
    assert hours.is_assumed.tolist() == [assumed]
    assert hours.has_no_data.tolist() == [not assumed]
    assert stands(duties(), start=450, end=480, kind=kind) is assumed
    assert stands(duties(), start=1430, end=1500, weekdays=(5, 6), kind=kind) is assumed


def test_a_slot_without_weekdays_has_nobody() -> None:
    assert not stands(duties({"start": 0, "end": 1439}), start=450, end=480, weekdays=())


def test_duties_of_unknown_posts_are_left_aside() -> None:
    assert not stands(duties({"post_code": "other", "start": 0, "end": 1439}), start=450, end=480)


def test_all_faults_of_a_frame_come_at_once_and_without_values() -> None:
    bad = bells({"school_code": "s", "direction": "sideways", "start": 3000})
    with pytest.raises(FrameError) as caught:
        school_slots(pd.DataFrame({"school_code": ["s"], "stage": [None]}), bad, as_of=TODAY, rules=RULES)
    assert "direction" in str(caught.value)
    assert "start" in str(caught.value)
    assert "sideways" not in str(caught.value)

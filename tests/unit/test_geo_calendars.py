from __future__ import annotations

from datetime import date

import pandas as pd

from geo.calendars import NO_SCHOOL, has_own_row, timetable_weekdays

SCHOOLS = pd.DataFrame({"school_code": ["A", "B"], "stage": ["primary", "senior"]})
WEDNESDAY, SATURDAY = date(2026, 9, 23), date(2026, 9, 26)


def calendar(*rows: tuple[date, str | None, bool, int | None]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["date", "scope", "is_school_day", "runs_as_weekday"])


def test_a_day_of_which_nothing_is_said_runs_as_its_own_weekday() -> None:
    assert timetable_weekdays(SCHOOLS, calendar(), [WEDNESDAY, SATURDAY]).tolist() == [[2, 5], [2, 5]]


def test_a_make_up_saturday_runs_as_the_weekday_that_it_makes_up_for() -> None:
    rows = calendar((SATURDAY, None, True, 3), (WEDNESDAY, "320413", False, None))
    assert timetable_weekdays(SCHOOLS, rows, [WEDNESDAY, SATURDAY]).tolist() == [
        [NO_SCHOOL, 3],
        [NO_SCHOOL, 3],
    ]


def test_a_school_s_own_row_stands_before_its_stage_s_and_that_before_everybody_s() -> None:
    rows = calendar(
        (WEDNESDAY, "A", True, 0), (WEDNESDAY, None, False, None), (WEDNESDAY, "senior", True, None),
        (WEDNESDAY, "primary", True, 4),
    )  # fmt: skip
    assert timetable_weekdays(SCHOOLS, rows, [WEDNESDAY]).tolist() == [[0], [2]]
    assert has_own_row(SCHOOLS, rows, [WEDNESDAY, SATURDAY]).tolist() == [[True, False], [True, False]]


def test_a_row_for_a_stage_that_no_school_has_is_not_taken_for_everybody_s() -> None:
    rows = calendar((WEDNESDAY, "kindergarten", False, None))
    assert timetable_weekdays(SCHOOLS, rows, [WEDNESDAY]).tolist() == [[2], [2]]

"""The school year around any day: that day is in a term, holidays are off and made up for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from etl.training.school_year import plan_school_year

EVERY_NINTH_DAY = [date(2025, 9, 1) + timedelta(days=9 * n) for n in range(200)]


@pytest.mark.parametrize("as_of", EVERY_NINTH_DAY, ids=str)
def test_today_is_always_in_a_term(as_of: date) -> None:
    year = plan_school_year(as_of)
    (first, winter), (back, last) = year.terms
    assert first < winter < back < last
    assert any(start <= as_of <= end for start, end in year.terms)
    assert any(abs((day - as_of).days) <= 7 for day in year.school_days(as_of - timedelta(days=7), 15))


@pytest.mark.parametrize("as_of", EVERY_NINTH_DAY[::20], ids=str)
def test_every_date_stands_once_and_in_order(as_of: date) -> None:
    days = [day.date for day in plan_school_year(as_of).days]
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
    assert len(days) >= 364


@pytest.mark.parametrize("as_of", EVERY_NINTH_DAY[::20], ids=str)
def test_make_up_days_are_weekend_days_that_run_as_a_weekday(as_of: date) -> None:
    days = plan_school_year(as_of).days
    made_up = [day for day in days if day.runs_as is not None]
    assert made_up
    assert all(day.is_school_day and day.date.weekday() >= 5 and day.runs_as < 5 for day in made_up)
    assert not any(day.is_school_day and day.date.weekday() >= 5 and day.runs_as is None for day in days)


def test_the_year_2026_to_2027_has_its_holidays() -> None:
    year = plan_school_year(date(2026, 11, 24))
    notes = {day.date: day.note for day in year.days}
    assert year.name == "2026-2027"
    assert [notes[date(2026, 9, 25 + n)] for n in range(3)] == ["中秋节"] * 3
    assert all(notes[date(2026, 10, day)] == "国庆节" for day in range(1, 8))
    assert notes[date(2027, 2, 6)] == "寒假"
    assert notes[date(2027, 6, 9)] == "端午节"
    assert year.weekday_of(date(2026, 10, 10)) == 2
    assert 180 <= sum(day.is_school_day for day in year.days) <= 205


def test_festivals_far_ahead_come_from_the_mean_moon() -> None:
    year = plan_school_year(date(2040, 10, 8))
    mid_autumn = next(day.date for day in year.days if day.note == "中秋节")
    assert abs((mid_autumn - date(2040, 9, 20)).days) <= 4

"""Which weekday's timetable runs at a school on a date: of the calendar's rows the most particular one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.terms import Stage

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from geo.arrays import Flags, Integers, Objects

NO_SCHOOL = -1
_STAGES = frozenset(str(stage) for stage in Stage)
_OWN, _STAGE, _EVERYONE = 2, 1, 0
"""How particular a row is; a school's own stands before its stage's, that before everybody's."""


def timetable_weekdays(schools: pd.DataFrame, calendar: pd.DataFrame, days: Sequence[date]) -> Integers:
    """Give the weekday whose timetable runs at each school on each day.

    Parameters
    ----------
    schools
        ``school_code``, ``stage``; all of one district.
    calendar
        ``date``, ``scope`` (a school's code, a stage, or anything else for all schools of the district),
        ``is_school_day``, ``runs_as_weekday`` (0 = Monday, missing: the date's own). Rows of other districts
        are not among them. Of several rows of one date and scope the last one counts.
    days
        Local dates.

    Returns
    -------
    numpy.ndarray
        Shape (schools, days): 0 = Monday .. 6, or `NO_SCHOOL`. A day without any row is its own weekday.
    """
    runs = np.tile(np.array([day.weekday() for day in days], dtype=np.int64), (len(schools), 1))
    if calendar.empty or not runs.size:
        return runs
    for rank in (_EVERYONE, _STAGE, _OWN):
        _lay_over(runs, _rows_of(schools, calendar, rank), days, schools, rank)
    return runs


def has_own_row(schools: pd.DataFrame, calendar: pd.DataFrame, days: Sequence[date]) -> Flags:
    """Tell on which days the calendar says of a school itself, or of its stage, what runs there.

    Parameters
    ----------
    schools, calendar, days
        As for `timetable_weekdays`.

    Returns
    -------
    numpy.ndarray
        Shape (schools, days).
    """
    found = np.zeros((len(schools), len(days)), dtype=bool)
    column = {day: number for number, day in enumerate(days)}
    for rank in (_STAGE, _OWN):
        rows = _rows_of(schools, calendar, rank)
        own = _scope_of(schools, rank)
        for day, scope in zip(rows["date"], rows["scope"], strict=True):
            if day in column:
                found[own == scope, column[day]] = True
    return found


def without_schools(calendar: pd.DataFrame, others: Collection[str]) -> pd.DataFrame:
    """Leave out the rows of schools that are set aside: with their schools unknown they would be everybody's.

    Parameters
    ----------
    calendar
        As for `timetable_weekdays`.
    others
        Codes of schools.
    """
    return calendar[~calendar["scope"].isin(others)].reset_index(drop=True)


def _rows_of(schools: pd.DataFrame, calendar: pd.DataFrame, rank: int) -> pd.DataFrame:
    """Give the rows that are as particular as that."""
    codes, stages = (set(schools[name].dropna()) for name in ("school_code", "stage"))
    scope = calendar["scope"].to_numpy(dtype=object)
    own = np.array([word in codes for word in scope], dtype=bool)
    stage = ~own & np.array([word in _STAGES or word in stages for word in scope], dtype=bool)
    return calendar[(own, stage, ~own & ~stage)[_OWN - rank]]


def _scope_of(schools: pd.DataFrame, rank: int) -> Objects:
    name = "school_code" if rank == _OWN else "stage"
    words: Objects = schools[name].to_numpy(dtype=object)
    return words


def _lay_over(
    runs: Integers, rows: pd.DataFrame, days: Sequence[date], schools: pd.DataFrame, rank: int
) -> None:
    """Write what some rows say over what less particular ones said."""
    column = {day: number for number, day in enumerate(days)}
    scope = _scope_of(schools, rank)
    kept = rows[rows["date"].isin(column.keys())]
    for day, word, is_school_day, runs_as in kept[
        ["date", "scope", "is_school_day", "runs_as_weekday"]
    ].itertuples(index=False, name=None):
        place = column[day]
        own = slice(None) if rank == _EVERYONE else scope == word
        weekday = day.weekday() if pd.isna(runs_as) else int(runs_as)
        runs[own, place] = weekday if is_school_day else NO_SCHOOL

"""The gate-slot ledger of a date, and its sums: gate, school, town, police area, district, month.

The ledger holds one row a gate, bell and weekday, and rows of their own for dates that differ. Here the rows
that hold on a date are found, and rows are added up; whatever level they are added up by, the parts give the
whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.calendars import NO_SCHOOL
from geo.terms import GuardReason, ResponseReason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from geo.arrays import Integers

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Words of ``date_type``, 0 = Monday."""
SUMS = (
    "gates", "gate_slots", "open_gate_slots", "empty_gate_slots", "open_police_gate_slots",
    "unknown_gate_slots", "required_min", "uncovered_min", "uncovered_police_min", "pupil_gate_slots",
    "pupil_uncovered_min", "pupil_uncovered_police_min", "late_gate_slots", "unknown_response_gate_slots",
)  # fmt: skip
"""Columns of `add_up`."""
_LATE = (str(ResponseReason.TOO_FAR), str(ResponseReason.UNREACHABLE), str(ResponseReason.NO_POST))


def rows_of_day(
    ledger: pd.DataFrame, schools: pd.DataFrame, weekday_of_school: Integers, day: date
) -> pd.DataFrame:
    """Give the rows that hold on a date.

    Parameters
    ----------
    ledger
        ``gate_id``, ``school_code``, ``date_type`` and whatever else.
    schools
        ``school_code``.
    weekday_of_school
        The weekday whose timetable runs that day, as `geo.calendars.timetable_weekdays` gives it; shape
        (schools,), `geo.calendars.NO_SCHOOL` without school.
    day
        The local date.

    Returns
    -------
    pandas.DataFrame
        The ledger's columns and ``date``; the rows keep their order. A gate that has rows under the date has
        these alone; any other gate has those of its school's weekday, none without school.
    """
    return rows_of_days(ledger, schools, np.asarray(weekday_of_school)[:, np.newaxis], [day])


def rows_of_days(
    ledger: pd.DataFrame, schools: pd.DataFrame, weekdays: Integers, days: Sequence[date]
) -> pd.DataFrame:
    """Give the rows that hold on some dates, date by date.

    Parameters
    ----------
    ledger, schools
        As for `rows_of_day`.
    weekdays
        Shape (schools, days).
    days
        Local dates, each once.

    Returns
    -------
    pandas.DataFrame
        As of `rows_of_day`, one date after the other.
    """
    number_of = pd.Series(range(len(schools)), index=schools["school_code"].to_numpy(dtype=object))
    school = (
        number_of.reindex(ledger["school_code"].to_numpy(dtype=object)).fillna(-1).to_numpy(dtype=np.int64)
    )
    word = ledger["date_type"].to_numpy(dtype=object)
    weekday = (
        pd.Series(np.arange(7), index=WEEKDAYS).reindex(word).fillna(NO_SCHOOL - 1).to_numpy(dtype=np.int64)
    )
    gate = ledger["gate_id"].to_numpy(dtype=np.int64)
    # a school that is not among them runs no timetable
    runs = np.vstack([weekdays, np.full((1, len(days)), NO_SCHOOL)]) if len(days) else weekdays
    parts = []
    for column, day in enumerate(days):
        dated = word == day.isoformat()
        by_weekday = (runs[school, column] == weekday) & ~np.isin(gate, gate[dated])
        parts.append(ledger[dated | by_weekday].assign(date=day))
    return pd.concat(parts, ignore_index=True) if parts else ledger.head(0).assign(date=None)


def add_up(rows: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """Add up rows of `rows_of_days`.

    Parameters
    ----------
    rows
        Columns of ``out.gate_slot``, and those that are named in ``by``.
    by
        What to add up by, such as ``["school_code"]``, ``["town_code", "date"]``; nothing for the whole. A
        missing value is a group of its own.

    Returns
    -------
    pandas.DataFrame
        ``by`` and `SUMS`, one row a group in the order of ``by``; for the whole always one row.

        ``gates``: gates that have a row. ``gate_slots``: rows. ``unknown_gate_slots``: those whose cover
        nobody can say (``no_data``); they count in none of the following. ``open_gate_slots``,
        ``open_police_gate_slots``: with uncovered minutes; ``empty_gate_slots``: nobody in the whole window.
        ``required_min``, ``uncovered_min``, ``uncovered_police_min``: gate-minutes.
        ``pupil_gate_slots``: with a known number of pupils; ``pupil_uncovered_min``: over these, pupils times
        uncovered minutes. ``late_gate_slots``: help does not arrive in time, or cannot;
        ``unknown_response_gate_slots``: nobody can say.
    """
    terms = _terms(rows)
    # the gate has a second name, since the rows may be added up by it
    counted = rows.assign(**terms, counted_gate=rows["gate_id"])
    if not by:
        whole = {"gates": rows["gate_id"].nunique(), **{name: terms[name].sum() for name in terms}}
        return pd.DataFrame([whole])[list(SUMS)]
    groups = counted.groupby(list(by), dropna=False, sort=True)
    sums = groups[list(terms)].sum()
    sums.insert(0, "gates", groups["counted_gate"].nunique())
    return sums.reset_index()[[*by, *SUMS]]


def _terms(rows: pd.DataFrame) -> Mapping[str, pd.Series]:
    """Give what each row adds to each sum."""
    unknown = rows["guard_reason"] == GuardReason.NO_DATA
    known = (~unknown).astype("int64")
    required, uncovered, police = (
        rows[name].astype("float64") * known
        for name in ("required_min", "uncovered_min", "uncovered_police_min")
    )
    pupils = pd.to_numeric(rows["pupils"]).astype("float64")
    return {
        "gate_slots": pd.Series(1, index=rows.index, dtype="int64"),
        "open_gate_slots": (uncovered > 0).astype("int64"),
        "empty_gate_slots": ((uncovered > 0) & (uncovered >= required)).astype("int64"),
        "open_police_gate_slots": (police > 0).astype("int64"),
        "unknown_gate_slots": unknown.astype("int64"),
        "required_min": required,
        "uncovered_min": uncovered,
        "uncovered_police_min": police,
        "pupil_gate_slots": (pupils.notna() & ~unknown).astype("int64"),
        "pupil_uncovered_min": pupils.fillna(0) * uncovered,
        "pupil_uncovered_police_min": pupils.fillna(0) * police,
        "late_gate_slots": rows["response_reason"].isin(_LATE).astype("int64"),
        "unknown_response_gate_slots": (rows["response_reason"] == ResponseReason.NO_DATA).astype("int64"),
    }

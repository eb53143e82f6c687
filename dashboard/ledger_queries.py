"""The pages' reads of the gate-slot ledger, kept by viewer scope, data version and day.

The ledger itself stays out of the caches: what is kept is the rows of one day, a gate's week, a month's sums.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from dashboard.queries import KEEP, KEEP_S
from dashboard.view_ledger import DAYS_AHEAD, DayKind, day_kinds, timetables
from dashboard.viewer import viewer_token
from data.repositories import ledger, map_layers, settings
from data.repositories.facts import Facts
from data.session import kept_transaction
from geo.ledger_sums import WEEKDAYS, add_up, rows_of_days

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from dashboard.queries import Situation

LEVELS = {"school": "school_code", "town": "town_code", "police_area": "police_area_code", "date": "date"}
"""What a month is added up by."""


def has_ledger(now: Situation) -> bool:
    """Tell whether the ledger is built."""
    return _has_ledger(now.stamp, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _has_ledger(stamp: str, *, _token: str) -> bool:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        return ledger.has_ledger(connection)


def coming_days(now: Situation, today: date) -> list[DayKind]:
    """Say what runs today and on the next days."""
    return _coming_days(now.stamp, today, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _coming_days(stamp: str, today: date, *, _token: str) -> list[DayKind]:  # noqa: ARG001 -- the key of the cache
    days = [today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)]
    with kept_transaction(_token) as connection:
        schools = map_layers.read_school_list(connection)
        rows = _rows(connection, schools, days)
        runs = timetables(schools, ledger.read_calendar(connection, days[0], days[-1]), days)
    return day_kinds(rows, schools, runs, days)


def rows_of(now: Situation, day: date) -> pd.DataFrame:
    """Give the rows that hold on a day, all slots."""
    return _rows_of(now.stamp, day, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _rows_of(stamp: str, day: date, *, _token: str) -> pd.DataFrame:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        return _rows(connection, map_layers.read_school_list(connection), [day])


def week_of_gate(now: Situation, gate_id: int, monday: date) -> pd.DataFrame:
    """Give the rows of one gate that hold in a week."""
    return _week_of_gate(now.stamp, gate_id, monday, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _week_of_gate(stamp: str, gate_id: int, monday: date, *, _token: str) -> pd.DataFrame:  # noqa: ARG001 -- the key of the cache
    days = [monday + timedelta(days=ahead) for ahead in range(7)]
    with kept_transaction(_token) as connection:
        return _rows(connection, map_layers.read_school_list(connection), days, gate_id=gate_id)


def month_sums(now: Situation, days: Sequence[date], level: str) -> pd.DataFrame:
    """Add up the rows that hold on some days, date by date.

    Parameters
    ----------
    now
        Who looks.
    days
        The days of a month that the viewer may see.
    level
        One of `LEVELS`.

    Returns
    -------
    pandas.DataFrame
        `geo.ledger_sums.add_up` by that level.
    """
    return _month_sums(now.stamp, tuple(days), level, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _month_sums(stamp: str, days: tuple[date, ...], level: str, *, _token: str) -> pd.DataFrame:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        schools = map_layers.read_school_list(connection)
        rows = _rows(connection, schools, days)
    areas = schools[["code", "town_code", "police_area_code"]].rename(columns={"code": "school_code"})
    return add_up(rows.merge(areas, on="school_code", how="left"), by=[LEVELS[level]])


def gate_posts(now: Situation, gate_id: int, day: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the posts that serve a gate, and the one-day changes of a date."""
    return _gate_posts(now.stamp, gate_id, day, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _gate_posts(stamp: str, gate_id: int, day: date, *, _token: str) -> tuple[pd.DataFrame, pd.DataFrame]:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        radius = settings.read(connection).guard_radius_m
        changes = Facts(connection).exceptions()
        posts = ledger.read_gate_posts(connection, gate_id, radius_m=radius)
    return posts, changes[changes["date"] == day]


def gate_ids(now: Situation) -> pd.Series:
    """Give the gates' ids in the order of the map's features."""
    return _gate_ids(now.stamp, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _gate_ids(stamp: str, *, _token: str) -> pd.Series:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        return pd.Series(ledger.read_gates(connection)["id"])


def _rows(
    connection: Connection, schools: pd.DataFrame, days: Sequence[date], *, gate_id: int | None = None
) -> pd.DataFrame:
    """Read the rows that hold on some days."""
    calendar = ledger.read_calendar(connection, min(days), max(days))
    runs = timetables(schools, calendar, days)
    words = {WEEKDAYS[day] for day in set(runs.ravel().tolist()) if day >= 0}
    found = ledger.read_ledger(connection, words | {day.isoformat() for day in days}, gate_id=gate_id)
    return rows_of_days(found, schools.rename(columns={"code": "school_code"}), runs, days)

"""What pages read of classes of small numbers, as the session's viewer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.queries import KEEP, KEEP_S
from dashboard.viewer import viewer_token
from data.repositories import area_classes as cells
from data.repositories.school_events import read_event_classes
from data.session import kept_transaction

if TYPE_CHECKING:
    import pandas as pd

    from dashboard.queries import Situation


def area_classes(now: Situation) -> pd.DataFrame:
    """Give the classes by police area and half-year (`data.repositories.area_classes.read_area_classes`)."""
    return _area_classes(now.stamp, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _area_classes(stamp: str, *, _token: str) -> pd.DataFrame:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        return cells.read_area_classes(connection)


def event_classes(now: Situation, school_code: str) -> dict[int, str]:
    """Give the classes of a school's events by school year."""
    return _event_classes(now.stamp, school_code, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _event_classes(stamp: str, school_code: str, *, _token: str) -> dict[int, str]:  # noqa: ARG001 -- the key
    with kept_transaction(_token) as connection:
        return read_event_classes(connection, school_code)

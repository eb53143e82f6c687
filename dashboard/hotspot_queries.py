"""The pages' reads of hotspots, kept by viewer scope and data version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st

from dashboard.queries import KEEP_S
from dashboard.viewer import viewer_token
from data.repositories import hotspots
from data.session import kept_transaction

if TYPE_CHECKING:
    import pandas as pd

    from dashboard.queries import Situation

KEEP = 50


class Chosen(NamedTuple):
    """Which grid, period and category is looked at."""

    district: str
    epsg: int
    period: str
    category: str


def grids(now: Situation) -> pd.DataFrame:
    """List the grids, those with most events first."""
    return _grids(now.stamp, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _grids(stamp: str, *, _token: str) -> pd.DataFrame:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        return hotspots.read_grids(connection)


def periods(now: Situation, district: str, epsg: int) -> pd.DataFrame:
    """List what a grid has been judged for."""
    return _periods(now.stamp, district, epsg, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _periods(stamp: str, district: str, epsg: int, *, _token: str) -> pd.DataFrame:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        return hotspots.read_periods(connection, district, epsg)


def measures(now: Situation, chosen: Chosen) -> dict[str, Any]:
    """Give what is said of a period and category."""
    return _measures(now.stamp, chosen, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _measures(stamp: str, chosen: Chosen, *, _token: str) -> dict[str, Any]:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        return hotspots.read_measures(connection, *chosen)


def cells(now: Situation, chosen: Chosen) -> pd.DataFrame:
    """Give the hexagons that have events or are significant."""
    return _cells(now.stamp, chosen, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _cells(stamp: str, chosen: Chosen, *, _token: str) -> pd.DataFrame:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        return hotspots.read_cells(connection, *chosen)


def density(now: Situation, district: str, year: str) -> pd.DataFrame:
    """Give a year's surface where it is drawn."""
    return _density(now.stamp, district, year, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _density(stamp: str, district: str, year: str, *, _token: str) -> pd.DataFrame:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        return hotspots.read_density(connection, district, year)


def cell(now: Situation, district: str, cell_id: str) -> pd.DataFrame:
    """Give a hexagon's events by period and category."""
    return _cell(now.stamp, district, cell_id, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _cell(stamp: str, district: str, cell_id: str, *, _token: str) -> pd.DataFrame:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        return hotspots.read_cell(connection, district, cell_id)


def drawn(now: Situation) -> list[str]:
    """Give the hexagons of the map's layer, in its order."""
    return _drawn(now.stamp, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _drawn(stamp: str, *, _token: str) -> list[str]:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        return [str(one) for one in hotspots.read_drawn(connection)["cell_id"]]

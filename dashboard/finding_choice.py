"""Which finding, and with it which venue, is selected, whoever selected it: map, table or address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.selection import FOCUS, focus, venue_of_click

if TYPE_CHECKING:
    import pandas as pd

VENUE = "selected_venue"
ADDRESS = "venue"
FINDING = "selected_finding"
MAP = "venue_map"
TABLE = "finding_table"
ROWS = "finding_rows"
PINNED = "pinned_venue"
KEY = ["venue_code", "school_code", "rule_id"]


def selected_venue() -> str | None:
    """Give the selected venue's code: the session's, else the address's, to which the map then goes."""
    if VENUE not in st.session_state:
        given = st.query_params.get(ADDRESS)
        st.session_state[VENUE] = st.session_state[PINNED] = given
        if given:
            st.session_state[FOCUS] = focus() + 1
    value = st.session_state[VENUE]
    return str(value) if value else None


def select_venue(code: str | None, *, go_there: bool, pin: bool = True) -> None:
    """Select a venue, or none.

    Parameters
    ----------
    code
        The venue's.
    go_there
        Whether the map is to go to it.
    pin
        Whether its rows are to stand first in the table, where the table was not what selected it.
    """
    st.session_state[VENUE] = code
    if pin:
        st.session_state[PINNED] = code
        st.session_state[FINDING] = None
    if code is None:
        st.query_params.pop(ADDRESS, None)
        return
    st.query_params[ADDRESS] = code
    if go_there:
        st.session_state[FOCUS] = focus() + 1


def chosen_on_map() -> None:
    """Follow a click on the map, which is there already."""
    code = venue_of_click(st.session_state.get(MAP))
    if code is not None:
        select_venue(code, go_there=False)


def chosen_in_table() -> None:
    """Follow the table."""
    rows = st.session_state[TABLE]["selection"]["rows"]
    known: list[tuple[str, str, int]] = st.session_state.get(ROWS, [])
    chosen = known[rows[0]] if rows and rows[0] < len(known) else None
    st.session_state[FINDING] = chosen
    select_venue(chosen[0] if chosen else None, go_there=True, pin=False)


def pinned_first(table: pd.DataFrame) -> pd.DataFrame:
    """Put the rows of the venue that was selected elsewhere first, and remember the rows' order."""
    first = table["venue_code"] == st.session_state.get(PINNED)
    ordered = table.loc[first[first].index.append(first[~first].index)].reset_index(drop=True)
    st.session_state[ROWS] = list(ordered[KEY].itertuples(index=False, name=None))
    return ordered


def row_state(table: pd.DataFrame) -> dict[str, Any]:
    """Give the table's selection that follows from the selected finding, else from its venue."""
    finding, known = st.session_state.get(FINDING), st.session_state[ROWS]
    if finding in known:
        rows = [known.index(finding)]
    else:
        rows = table.index[table["venue_code"] == selected_venue()].tolist()[:1]
    return {"selection": {"rows": rows, "columns": [], "cells": []}}

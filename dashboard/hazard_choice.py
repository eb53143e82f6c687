"""Which hazard is selected, whoever selected it: map, table, or the list of those at the same place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.selection import FOCUS, focus, hazard_of_click

if TYPE_CHECKING:
    import pandas as pd

HAZARD = "selected_hazard"
ADDRESS = "hazard"
MAP = "hazard_map"
TABLE = "hazard_table"
ROWS = "hazard_rows"
PINNED = "pinned_hazard"


def selected_hazard() -> str | None:
    """Give the selected hazard's code: the session's, else the address's, to which the map then goes."""
    if HAZARD not in st.session_state:
        given = st.query_params.get(ADDRESS)
        st.session_state[HAZARD] = st.session_state[PINNED] = given
        if given:
            st.session_state[FOCUS] = focus() + 1
    value = st.session_state[HAZARD]
    return str(value) if value else None


def select_hazard(code: str | None, *, go_there: bool, pin: bool = True) -> None:
    """Select a hazard, or none.

    Parameters
    ----------
    code
        The hazard's.
    go_there
        Whether the map is to go to it.
    pin
        Whether its row is to stand first in the table, where the table was not what selected it.
    """
    st.session_state[HAZARD] = code
    if pin:
        st.session_state[PINNED] = code
    if code is None:
        st.query_params.pop(ADDRESS, None)
        return
    st.query_params[ADDRESS] = code
    if go_there:
        st.session_state[FOCUS] = focus() + 1


def chosen_on_map() -> None:
    """Follow a click on the map, which is there already."""
    code = hazard_of_click(st.session_state.get(MAP))
    if code is not None:
        select_hazard(code, go_there=False)


def chosen_in_table() -> None:
    """Follow the table."""
    rows = st.session_state[TABLE]["selection"]["rows"]
    codes: list[str] = st.session_state.get(ROWS, [])
    select_hazard(codes[rows[0]] if rows and rows[0] < len(codes) else None, go_there=True, pin=False)


def pinned_first(table: pd.DataFrame) -> pd.DataFrame:
    """Put the row of the hazard that was selected elsewhere first, and remember the rows' order."""
    first = table["hazard_code"] == st.session_state.get(PINNED)
    ordered = table.loc[first[first].index.append(first[~first].index)].reset_index(drop=True)
    st.session_state[ROWS] = [str(code) for code in ordered["hazard_code"]]
    return ordered


def row_state(table: pd.DataFrame) -> dict[str, Any]:
    """Give the table's selection that follows from the selected hazard."""
    rows = table.index[table["hazard_code"] == selected_hazard()].tolist()[:1]
    return {"selection": {"rows": rows, "columns": [], "cells": []}}

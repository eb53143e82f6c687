"""Which school is selected, whoever selected it: the search, the table, the map, or the short list.

One value in the session is the truth; the widgets follow it. A counter says when the map is to go there.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    import pandas as pd

SELECTED = "selected_school"
FOCUS = "focus"
SEARCH = "search"
TABLE = "school_table"
SHORT_LIST = "short_list"
MAP = "command_map"
ROWS = "table_codes"
PINNED = "pinned_school"


def selected() -> str | None:
    """Give the selected school's code."""
    value = st.session_state.get(SELECTED)
    return str(value) if value else None


def focus() -> int:
    """Give the number of the last wish to go to the selected school; 0 before the first."""
    return int(st.session_state.get(FOCUS, 0))


def select(code: str | None, *, go_there: bool, pin: bool = True) -> None:
    """Select a school, or none.

    Parameters
    ----------
    code
        The school's.
    go_there
        Whether the map is to go to it.
    pin
        Whether its row is to stand first in the table, where the table was not what selected it.
    """
    st.session_state[SELECTED] = code
    if pin:
        st.session_state[PINNED] = code
    st.session_state[SEARCH] = code
    st.session_state[SHORT_LIST] = code
    if code and go_there:
        st.session_state[FOCUS] = focus() + 1


def chosen_by_search() -> None:
    """Follow the search box."""
    select(st.session_state.get(SEARCH), go_there=True)


def chosen_in_short_list() -> None:
    """Follow the short list."""
    select(st.session_state.get(SHORT_LIST), go_there=True)


def chosen_in_table() -> None:
    """Follow the table."""
    rows = st.session_state[TABLE]["selection"]["rows"]
    codes: list[str] = st.session_state.get(ROWS, [])
    select(codes[rows[0]] if rows and rows[0] < len(codes) else None, go_there=True, pin=False)


def chosen_on_map() -> None:
    """Follow a click on the map, which is there already."""
    code = school_of_click(st.session_state.get(MAP))
    if code:
        select(code, go_there=False)


def school_of_click(said: Any) -> str | None:
    """Read the school from what the map's frame says; None where it says something else."""
    try:
        value = json.loads(said["last_object_clicked_popup"])["school"]
    except (KeyError, TypeError, ValueError):
        return None
    return value if isinstance(value, str) else None


def pinned_first(table: pd.DataFrame) -> pd.DataFrame:
    """Put the row of the school that was selected elsewhere first: a table cannot be scrolled to a row."""
    first = table["code"] == st.session_state.get(PINNED)
    return table.loc[first[first].index.append(first[~first].index)].reset_index(drop=True)


def row_state(table: pd.DataFrame) -> dict[str, Any]:
    """Give the table's selection that follows from the selected school."""
    found = table.index[table["code"] == selected()].tolist()
    return {"selection": {"rows": found[:1], "columns": [], "cells": []}}

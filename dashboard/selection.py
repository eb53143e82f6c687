"""Which school and gate are selected, whoever selected them: search, table, map, or the short list.

One value each in the session is the truth; the widgets follow it, and so does the address for the gate. A
counter says when the map is to go there.
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
GATE = "selected_gate"
GATE_TABLE = "gate_table"
GATE_LIST = "gate_short_list"
GATE_ROWS = "gate_rows"
GATE_ADDRESS = "gate"
PINNED_GATE = "pinned_gate"
POST = "selected_post"
ZONE = "selected_zone"
ZONE_ROWS = "zone_rows"
ZONE_ADDRESS = "zone"
CELL = "selected_cell"
CELL_ADDRESS = "cell"
HALF_TURN = 180.0


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
    said = st.session_state.get(MAP)
    post = post_of_click(said)
    if post is not None:
        st.session_state[POST] = None if post == selected_post() else post
        return
    code, gate = school_of_click(said), gate_of_click(said)
    if code:
        select(code, go_there=False)
        select_gate(gate if gate is not None else first_gate(code), code, go_there=False)


def selected_post() -> str | None:
    """Give the code of the post that was clicked last; clicked again it is none."""
    value = st.session_state.get(POST)
    return str(value) if value else None


def school_of_click(said: Any) -> str | None:
    """Read the school from what the map's frame says; None where it says something else."""
    value = _of_click(said, "school")
    return value if isinstance(value, str) else None


def post_of_click(said: Any) -> str | None:
    """Read the post from what the map's frame says; None where it names none."""
    value = _of_click(said, "post")
    return value if isinstance(value, str) else None


def hazard_of_click(said: Any) -> str | None:
    """Read the hazard from what the map's frame says; None where it names none."""
    value = _of_click(said, "hazard")
    return value if isinstance(value, str) else None


def venue_of_click(said: Any) -> str | None:
    """Read the venue from what the map's frame says; None where it names none."""
    value = _of_click(said, "venue")
    return value if isinstance(value, str) else None


def point_of_click(said: Any) -> tuple[float, float] | None:
    """Read longitude and latitude from a click on free ground; None where it was none."""
    value = _of_click(said, "at")
    try:
        lon, lat = (float(part) for part in value)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        return None
    return (lon, lat) if abs(lon) <= HALF_TURN and abs(lat) <= HALF_TURN / 2 else None


def gate_of_click(said: Any) -> int | None:
    """Read the gate from what the map's frame says; None where it names none."""
    return _gate_number(_of_click(said, "gate"))


def _of_click(said: Any, name: str) -> object:
    try:
        return json.loads(said["last_object_clicked_popup"])[name]
    except (KeyError, TypeError, ValueError):
        return None


def _gate_number(value: object) -> int | None:
    """Read a gate's id, which is negative for one that is assumed."""
    word = str(value)
    return int(word) if word.removeprefix("-").isascii() and word.removeprefix("-").isdigit() else None


def selected_zone() -> str | None:
    """Give the selected focus zone's id: the session's, else the address's, to which the map then goes."""
    if ZONE not in st.session_state:
        given = st.query_params.get(ZONE_ADDRESS)
        st.session_state[ZONE] = given or None
        if given:
            st.session_state[FOCUS] = focus() + 1
    value: str | None = st.session_state[ZONE]
    return value


def select_zone(zone: str, *, go_there: bool = True) -> None:
    """Select a focus zone."""
    st.session_state[ZONE] = zone
    st.query_params[ZONE_ADDRESS] = zone
    if go_there:
        st.session_state[FOCUS] = focus() + 1


def zone_chosen_on_map() -> None:
    """Follow a click on a zone, or on one of its schools."""
    said = st.session_state.get(MAP)
    zone, school = _of_click(said, "zone"), school_of_click(said)
    rows: list[tuple[str, list[str]]] = st.session_state.get(ZONE_ROWS, [])
    found = next((key for key, codes in rows if key == zone or school in codes), None)
    if found is not None:
        select_zone(found, go_there=False)


def selected_cell() -> str | None:
    """Give the selected hexagon's id: the session's, else the address's, to which the map then goes."""
    if CELL not in st.session_state:
        given = st.query_params.get(CELL_ADDRESS)
        st.session_state[CELL] = given or None
        if given:
            st.session_state[FOCUS] = focus() + 1
    value: str | None = st.session_state[CELL]
    return value


def select_cell(cell: str, *, go_there: bool = True) -> None:
    """Select a hexagon."""
    st.session_state[CELL] = cell
    st.query_params[CELL_ADDRESS] = cell
    if go_there:
        st.session_state[FOCUS] = focus() + 1


def cell_chosen_on_map() -> None:
    """Follow a click on a hexagon."""
    cell = _of_click(st.session_state.get(MAP), "cell")
    if isinstance(cell, str):
        select_cell(cell, go_there=False)


def selected_gate() -> int | None:
    """Give the selected gate's id: the session's, else the address's, to which the map then goes."""
    if GATE not in st.session_state:
        given = _gate_number(st.query_params.get(GATE_ADDRESS))
        st.session_state[GATE] = given
        if given is not None:
            st.session_state[FOCUS] = focus() + 1
            st.session_state[PINNED_GATE] = given
    value: int | None = st.session_state[GATE]
    return value


def select_gate(gate: int | None, school: str | None, *, go_there: bool, pin: bool = True) -> None:
    """Select a gate and its school, or none.

    Parameters
    ----------
    gate
        Its id.
    school
        Its school's code.
    go_there
        Whether the map is to go to it.
    pin
        Whether its row is to stand first in the table, where the table was not what selected it.
    """
    st.session_state[GATE] = gate
    if pin:
        st.session_state[PINNED_GATE] = gate
    st.session_state[SELECTED] = st.session_state[SEARCH] = school
    st.session_state[GATE_LIST] = gate
    if gate is None:
        st.query_params.pop(GATE_ADDRESS, None)
        return
    st.query_params[GATE_ADDRESS] = str(gate)
    if go_there:
        st.session_state[FOCUS] = focus() + 1


def first_gate(school: str | None) -> int | None:
    """Give the first gate of a school among those that the page lists; they stand worst first."""
    rows: list[tuple[int, str]] = st.session_state.get(GATE_ROWS, [])
    return next((gate for gate, code in rows if code == school), None)


def gate_chosen_by_search() -> None:
    """Follow the search box to the worst gate of a school."""
    code = st.session_state.get(SEARCH)
    gate = first_gate(code)
    select_gate(gate, code, go_there=True)
    if gate is None and code:
        st.session_state[FOCUS] = focus() + 1


def gate_chosen_in_short_list() -> None:
    """Follow the short list of gates."""
    _select_listed(st.session_state.get(GATE_LIST))


def gate_chosen_in_table() -> None:
    """Follow the table of gates."""
    rows = st.session_state[GATE_TABLE]["selection"]["rows"]
    known: list[tuple[int, str]] = st.session_state.get(GATE_ROWS, [])
    _select_listed(known[rows[0]][0] if rows and rows[0] < len(known) else None, pin=False)


def _select_listed(gate: int | None, *, pin: bool = True) -> None:
    """Select a gate of those that the page lists."""
    known: list[tuple[int, str]] = st.session_state.get(GATE_ROWS, [])
    select_gate(gate, dict(known).get(gate) if gate is not None else None, go_there=True, pin=pin)


def pinned_gate_first(table: pd.DataFrame) -> pd.DataFrame:
    """Put the row of the gate that was selected elsewhere first."""
    return _with_first(table, table["gate_id"] == st.session_state.get(PINNED_GATE))


def gate_row_state(table: pd.DataFrame) -> dict[str, Any]:
    """Give the table's selection that follows from the selected gate."""
    return _state_of(table["gate_id"] == selected_gate())


def pinned_first(table: pd.DataFrame) -> pd.DataFrame:
    """Put the row of the school that was selected elsewhere first."""
    return _with_first(table, table["code"] == st.session_state.get(PINNED))


def row_state(table: pd.DataFrame) -> dict[str, Any]:
    """Give the table's selection that follows from the selected school."""
    return _state_of(table["code"] == selected())


def _with_first(table: pd.DataFrame, first: pd.Series) -> pd.DataFrame:
    """Put some rows before the others: a table on the page cannot be scrolled to a row."""
    return table.loc[first[first].index.append(first[~first].index)].reset_index(drop=True)


def _state_of(chosen: pd.Series) -> dict[str, Any]:
    """Give the selection of a table's row."""
    return {"selection": {"rows": chosen.index[chosen].tolist()[:1], "columns": [], "cells": []}}

"""Which finding, and with it which venue, is selected, whoever selected it: map, table or address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.selection import venue_of_click
from dashboard.sign_choice import SignChoice

if TYPE_CHECKING:
    import pandas as pd

FINDING = "selected_finding"
MAP = "venue_map"
TABLE = "finding_table"
ROWS = "finding_rows"
KEY = ["venue_code", "school_code", "rule_id"]
VENUE = SignChoice("venue", "venue_code")
selected_venue = VENUE.selected


def select_venue(code: str | None, *, go_there: bool) -> None:
    """Select a venue, or none, and no finding of it before the others."""
    st.session_state[FINDING] = None
    VENUE.select(code, go_there=go_there)


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
    VENUE.select(chosen[0] if chosen else None, go_there=True, pin=False)


def pinned_first(table: pd.DataFrame) -> pd.DataFrame:
    """Put the rows of the venue that was selected elsewhere first, and remember the rows' order."""
    ordered = VENUE.pinned_first(table)
    st.session_state[ROWS] = list(ordered[KEY].itertuples(index=False, name=None))
    return ordered


def row_state(table: pd.DataFrame) -> dict[str, Any]:
    """Give the table's selection that follows from the selected finding, else from its venue."""
    finding, known = st.session_state.get(FINDING), st.session_state[ROWS]
    rows = [known.index(finding)] if finding in known else VENUE.rows(table)
    return {"selection": {"rows": rows, "columns": [], "cells": []}}

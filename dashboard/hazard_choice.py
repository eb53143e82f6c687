"""Which hazard is selected, whoever selected it: map, table, or the list of those at the same place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.selection import hazard_of_click
from dashboard.sign_choice import SignChoice

if TYPE_CHECKING:
    import pandas as pd

MAP = "hazard_map"
TABLE = "hazard_table"
ROWS = "hazard_rows"
HAZARD = SignChoice("hazard", "hazard_code")
selected_hazard, select_hazard = HAZARD.selected, HAZARD.select


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
    ordered = HAZARD.pinned_first(table)
    st.session_state[ROWS] = [str(code) for code in ordered["hazard_code"]]
    return ordered


def row_state(table: pd.DataFrame) -> dict[str, Any]:
    """Give the table's selection that follows from the selected hazard."""
    return {"selection": {"rows": HAZARD.rows(table), "columns": [], "cells": []}}

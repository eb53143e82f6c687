"""The table of schools, linked with the map both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.components.intake_report import table_height
from dashboard.selection import ROWS, TABLE, chosen_in_table, pinned_first, row_state
from dashboard.texts import NOTHING, say

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "name", "nearest_post_m", "post_count", "covered_share", "gap_ha", "stage", "town_name",
    "is_boundary_estimated",
)  # fmt: skip
HEIGHT = 480


def school_table(table: pd.DataFrame) -> None:
    """Show the schools of the view; selecting a row selects the school."""
    table = pinned_first(table)
    known = {"stage": table["stage"].notna(), "town_name": table["town_name"].notna(),
             "is_boundary_estimated": table["is_boundary_estimated"]}  # fmt: skip
    shown = table[list(COLUMNS)].copy()
    shown["stage"] = [
        say(f"pages.stages.{word}") if isinstance(word, str) else NOTHING for word in shown["stage"]
    ]
    shown["covered_share"] = shown["covered_share"] * 100
    shown["is_boundary_estimated"] = [
        say("pages.estimated_mark") if mark else "" for mark in table["is_boundary_estimated"]
    ]
    # a column that says nothing of any school only takes room
    shown = shown.drop(columns=[name for name, filled in known.items() if not filled.any()])
    st.session_state[ROWS] = table["code"].tolist()
    st.session_state[TABLE] = row_state(table)
    st.dataframe(
        shown, key=TABLE, on_select=chosen_in_table, selection_mode="single-row", hide_index=True,
        height=table_height(len(shown), HEIGHT),
        column_config=_columns(), placeholder=NOTHING, alt=say("pages.table.alt"),
    )  # fmt: skip


def _columns() -> dict[str, Any]:
    """Name and format the columns."""
    number, words = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "name": words(say("pages.table.school"), width=148),
        "nearest_post_m": number(
            say("pages.table.nearest"), help=say("pages.table.nearest_help"), width=84, format="%.0f"
        ),
        "post_count": number(
            say("pages.table.posts"), help=say("pages.table.posts_help"), width=72, format="%d"
        ),
        "covered_share": number(
            say("pages.table.covered"), help=say("pages.table.covered_help"), width=80, format="%.0f%%"
        ),
        "gap_ha": number(say("pages.table.gap"), width=76, format="%.1f"),
        "stage": words(say("pages.table.stage")),
        "town_name": words(say("pages.table.town")),
        "is_boundary_estimated": words(say("pages.table.boundary"), help=say("pages.table.boundary_help")),
    }

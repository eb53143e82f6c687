"""The table of gates of a slot, linked with the map both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.components.intake_report import table_height
from dashboard.selection import (
    GATE_ROWS,
    GATE_TABLE,
    gate_chosen_in_table,
    gate_row_state,
    pinned_gate_first,
    selected_gate,
)
from dashboard.texts import NOTHING, say, span
from dashboard.view_ledger import GUARD, RESPONSE

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    GUARD: ("gate", "uncovered_min", "reason", "open", "hours", "pupils", "police_area_name", "town_name"),
    RESPONSE: (
        "gate", "minutes", "second", "tier", "reason", "straight_m", "hours", "pupils", "police_area_name",
        "town_name",
    ),
}  # fmt: skip
OPTIONAL = ("pupils", "police_area_name", "town_name", "straight_m", "tier", "second", "minutes")
HEIGHT = 440
HEIGHT_WITH_CARD = 300


def gate_table(table: pd.DataFrame, mode: str) -> None:
    """Show the gates; selecting a row selects the gate and goes there.

    Parameters
    ----------
    table
        `dashboard.view_ledger.gate_table` with ``gate`` (its name on screen), and in response mode
        ``straight_m``.
    mode
        `GUARD` or `RESPONSE`.
    """
    table = pinned_gate_first(table)
    shown = table.assign(
        reason=[say(f"command.{mode}_reason.{word}") for word in table[f"{mode}_reason"]],
        open=[
            f"{bad}/{whole}" for bad, whole in zip(table["open_gate_slots"], table["gate_slots"], strict=True)
        ],
        hours=[span(*pair) for pair in zip(table["window_start"], table["window_end"], strict=True)],
        minutes=table["response_s"] / 60,
        second=table["second_response_s"] / 60,
    )
    if "straight_m" not in shown:
        shown["straight_m"] = float("nan")
    shown = shown[list(COLUMNS[mode])]
    # a column that says nothing of any gate only takes room
    shown = shown.drop(columns=[name for name in OPTIONAL if name in shown and shown[name].isna().all()])
    st.session_state[GATE_ROWS] = [
        (int(gate), str(code)) for gate, code in zip(table["gate_id"], table["school_code"], strict=True)
    ]
    st.session_state[GATE_TABLE] = gate_row_state(table)
    st.dataframe(
        shown, key=GATE_TABLE, on_select=gate_chosen_in_table, selection_mode="single-row", hide_index=True,
        height=table_height(len(shown), HEIGHT if selected_gate() is None else HEIGHT_WITH_CARD),
        column_config=_columns(),
        placeholder=NOTHING, alt=say("command.table.alt"),
    )  # fmt: skip


def _columns() -> dict[str, Any]:
    """Name and format the columns."""
    number, words = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "gate": words(say("command.table.gate"), width=164),
        "uncovered_min": number(
            say("command.table.uncovered"), help=say("command.table.uncovered_help"), width=74, format="%.0f"
        ),
        "reason": words(say("command.table.reason"), width=98),
        "open": words(say("command.table.open"), help=say("command.table.open_help"), width=70),
        "hours": words(say("command.table.hours"), width=94),
        "pupils": number(say("command.table.pupils"), help=say("command.table.pupils_help"), width=70),
        "police_area_name": words(say("command.table.police_area")),
        "town_name": words(say("pages.table.town")),
        "minutes": number(
            say("command.table.minutes"), help=say("command.table.minutes_help"), width=84, format="%.1f"
        ),
        "second": number(say("command.table.second"), width=84, format="%.1f"),
        "tier": number(
            say("command.table.tier"), help=say("command.table.tier_help"), width=64, format="%.0f"
        ),
        "straight_m": number(
            say("command.table.straight"), help=say("command.table.straight_help"), width=84, format="%.0f"
        ),
    }

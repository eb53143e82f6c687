"""Hazards from assigned to closed: what is open and late, whose it is, and the next step with each."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dashboard import hazard_queries, queries
from dashboard.clock import local_now
from dashboard.components.hazard_card import hazard_card
from dashboard.components.hazard_rounds import hazard_totals, new_round
from dashboard.components.hazard_scope import hazard_filters
from dashboard.components.intake_report import table_height
from dashboard.components.map_view import About, map_view
from dashboard.hazard_choice import (
    MAP,
    TABLE,
    chosen_in_table,
    chosen_on_map,
    pinned_first,
    row_state,
    selected_hazard,
)
from dashboard.texts import NOTHING, number, say
from dashboard.view import View, default_ring
from dashboard.view_hazards import listed, of_scope, place_names
from data.terms import ViewerRole
from geo.hazards import LEAST_CLOSED, hazard_sums
from geo.terms import DayType, Slot
from layers import hazards as layer
from layers.geojson import order_of

if TYPE_CHECKING:
    from dashboard.hazard_queries import Board
    from dashboard.queries import Situation

LEFT_OUT = frozenset({"perimeter", "coverage_gap", "service_area", "gate", "post"})
"""Layers that say nothing of hazards."""
HEIGHT, HEIGHT_WITH_CARD = 560, 240


def hazards_part(situation: Situation) -> None:
    """Show the part."""
    today = local_now(situation.timezone).date()
    board = hazard_queries.board(situation, today)
    if board.states.empty:
        is_own = situation.confined or situation.role == ViewerRole.UNIT
        words = say("hazards.none_here" if is_own else "hazards.none")
        st.html(f'<div class="campus-hint"><p>{escape(words)}</p></div>')
        return
    top = st.container()
    asked = hazard_filters(board)
    scope = of_scope(board.states, board.rounds, asked)
    with top:
        st.html(f'<p class="campus-headline">{headline_html(scope)}</p>')
    shown = listed(scope, asked)
    left, right = st.columns([0.56, 0.44], gap="small")
    with right, st.container(key="beside"):
        hazard_card(situation, board, today)
        _table(shown)
    with left:
        _map(situation, board, shown)
    new_round(situation, today)
    of_all_rounds = of_scope(board.states, board.rounds, replace(asked, round=""))
    hazard_totals(scope, of_all_rounds, board.rounds)
    with st.expander(say("pages.method.title")):
        st.markdown(say("hazards.method", least=number(LEAST_CLOSED)))


def headline_html(states: pd.DataFrame) -> str:
    """Write the sentence; its numbers stand out."""
    if states.empty:
        return escape(say("hazards.headline.nothing"))
    sums = hazard_sums(states).iloc[0]
    has_median = not pd.isna(sums["median_days"])
    counts = {
        name: _strong(number(float(sums[name]))) for name in ("found", "open", "overdue", "waiting", "closed")
    }
    head = say("hazards.headline.counts", **counts)
    key = "median" if has_median else "few"
    tail = say(
        f"hazards.headline.{key}", closed=counts["closed"], least=number(LEAST_CLOSED),
        days=_strong(number(float(sums["median_days"]), "#,##0.#")),
    )  # fmt: skip
    return head + tail


def _strong(words: str) -> str:
    return f"<strong>{escape(words)}</strong>"


def _table(shown: pd.DataFrame) -> None:
    """Show the hazards; selecting a row selects the hazard and goes there."""
    table = pinned_first(shown)
    st.session_state[TABLE] = row_state(table)
    rows = pd.DataFrame({
        "overdue": table["overdue_days"],
        "what": table["category"],
        "where": place_names(table, say("pages.unnamed")),
        "stage": [say(f"hazards.stage.{stage}") for stage in table["stage"]],
        "unit": table["unit"],
        "deadline": table["deadline"].dt.date,
        "days": table["days_open"].fillna(table["days_to_close"]),
    })  # fmt: skip
    st.caption(say("hazards.table.count", count=number(len(rows))))
    st.dataframe(
        rows, key=TABLE, on_select=chosen_in_table, selection_mode="single-row", hide_index=True,
        height=table_height(len(rows), HEIGHT if selected_hazard() is None else HEIGHT_WITH_CARD),
        column_config=_columns(),
        placeholder=NOTHING, alt=say("hazards.table.alt"),
    )  # fmt: skip


def _columns() -> dict[str, Any]:
    """Name and format the columns."""
    value, words = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "overdue": value(say("hazards.table.overdue"), help=say("hazards.table.overdue_help"), width=72),
        "what": words(say("hazards.table.what"), width=98),
        "where": words(say("hazards.table.where"), width=116),
        "stage": words(say("hazards.table.stage"), width=92),
        "unit": words(say("hazards.table.unit"), width=98),
        "deadline": st.column_config.DateColumn(say("hazards.table.deadline"), format="YYYY-MM-DD", width=94),
        "days": value(say("hazards.table.days"), help=say("hazards.table.days_help"), width=78),
    }


def _map(situation: Situation, board: Board, shown: pd.DataFrame) -> None:
    """Draw the hazards that are looked at, the others dimmed."""
    states = board.states
    view = View(default_ring(queries.choices(situation).rings), str(Slot.ALL), str(DayType.SCHOOL_DAY))
    codes = {"hazard": (layer.codes(states, set(shown["hazard_code"])), order_of(states["id"]))}
    own = states.loc[states["hazard_code"] == selected_hazard(), "id"]
    about = About(
        "hazard", on_click=chosen_on_map, key=MAP, chosen=("hazard", str(own.iloc[0])) if len(own) else None
    )
    map_view(
        situation, view, codes=codes, left_out=LEFT_OUT, lines={"hazard": layer.LINES, "school": ()},
        about=about,
    )  # fmt: skip

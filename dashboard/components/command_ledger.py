"""Guard and response: headline, map, table and card of the gates of a slot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import ledger_queries, plan_clicks, queries
from dashboard.choice import choose
from dashboard.clock import local_now
from dashboard.components.command_map import LEFT_OUT, background_view, gate_codes, lines_of
from dashboard.components.command_tools import command_tools, considered
from dashboard.components.filters import search
from dashboard.components.gate_card import gate_card
from dashboard.components.gate_table import gate_table
from dashboard.components.ledger_headline import first_gates, ledger_headline, no_school
from dashboard.components.ledger_totals import ledger_totals
from dashboard.components.map_view import About, map_view
from dashboard.plan_map import plan_state
from dashboard.scope_words import whole_place
from dashboard.selection import gate_chosen_by_search, selected_gate
from dashboard.texts import number, say
from dashboard.view_ledger import (
    GUARD,
    in_place,
    reason_counts,
    slowest_first,
    with_reason,
)
from dashboard.view_ledger import gate_table as table_of
from geo.terms import GuardReason, ResponseReason

if TYPE_CHECKING:
    import pandas as pd
    from streamlit.delta_generator import DeltaGenerator

    from dashboard.plan_map import Considered
    from dashboard.view_ledger import Asked


def ledger_part(
    situation: queries.Situation, schools: pd.DataFrame, asked: Asked, *, top: DeltaGenerator
) -> None:
    """Show the ledger of a day and slot.

    Parameters
    ----------
    situation
        Who looks, and at which state of the data.
    schools
        All schools.
    asked
        What is looked at.
    top
        Where the headline stands.
    """
    day_rows = ledger_queries.rows_of(situation, asked.kind.day)
    rows = in_place(day_rows[day_rows["slot"] == asked.slot], schools, asked.town)
    with top:
        if asked.slot:
            ledger_headline(situation, asked, rows, _place(situation, schools, asked))
        else:
            today = local_now(situation.timezone).date()
            no_school(ledger_queries.coming_days(situation, today), asked.kind)
    _say_what_is_missing(situation, asked, rows)
    whole = _named(table_of(day_rows[day_rows["slot"] == asked.slot], schools, asked.force), situation, asked)
    pills = top.container()
    left, right = st.columns([0.6, 0.4], gap="small")
    with right, st.container(key="beside"):
        desk = st.container(key="plan_desk")
        with desk:
            plan = considered(situation, local_now(situation.timezone).date())
        with st.container(horizontal=True, vertical_alignment="bottom", key="narrow"):
            reason = _reason(rows, asked)
            search(schools, gate_chosen_by_search)
        shown = _shown(whole, with_reason(rows, asked.mode, asked.force, reason), asked)
        gate_card(situation, asked, whole, day_rows, schools)
        if asked.slot:
            gate_table(shown, asked.mode)
    with pills:
        first_gates(shown, asked)
    with left:
        _map(situation, asked, whole, shown, plan)
    ledger_totals(situation, asked, schools, day_rows)
    command_tools(situation, asked.kind.day, asked.slot, selected_gate(), plan=plan, desk=desk)
    with st.expander(say("pages.method.title")):
        st.markdown(say("command.method"))


def _place(situation: queries.Situation, schools: pd.DataFrame, asked: Asked) -> str:
    """Name what the headline is about."""
    if asked.town is None:
        return whole_place(situation, schools)
    name = schools.loc[schools["town_code"] == asked.town, "town_name"].iloc[0]
    return say("pages.place.town", name=name)


def _say_what_is_missing(situation: queries.Situation, asked: Asked, rows: pd.DataFrame) -> None:
    """Say which facts are not there, where the numbers would otherwise seem to say it all."""
    # a school without posts of its own is no sign that none were loaded
    if not situation.has_posts and not situation.confined:
        st.info(say("command.empty.no_posts"))
    if "gate" not in situation.held:
        st.info(say("command.empty.no_gates"))
    is_response = asked.mode != GUARD and len(rows) > 0
    if is_response and (rows["response_reason"] == ResponseReason.NO_DATA).all():
        key = "no_answer" if "road" in situation.held else "no_roads"
        st.info(say(f"command.empty.{key}"))
    if asked.mode == GUARD and len(rows) and (rows["guard_reason"] == GuardReason.NO_DATA).all():
        st.info(say("command.empty.no_data"))


def _named(table: pd.DataFrame, situation: queries.Situation, asked: Asked) -> pd.DataFrame:
    """Name the gates as people do, and put the straight distance beside the road's."""
    estimated = say("command.gate_estimated")
    gates = [name if isinstance(name, str) else estimated for name in table["gate_name"]]
    named = table.assign(gate=[" ".join(pair) for pair in zip(table["school_name"], gates, strict=True)])
    if asked.mode == GUARD:
        return named
    view = background_view(asked, queries.choices(situation))
    metres = queries.coverage(situation, view).set_index("school_id")["nearest_post_m"]
    schools = queries.schools(situation).set_index("code")["id"]
    return slowest_first(named.assign(straight_m=named["school_code"].map(schools).map(metres)))


def _reason(rows: pd.DataFrame, asked: Asked) -> str:
    """Choose a reason of those that occur; empty for all."""
    counts = reason_counts(rows, asked.mode, asked.force)
    whole = say("command.reason.all")
    return choose(
        f"{asked.mode}_reason", ["", *counts], default="", label=say("command.reason.label"),
        list_width=170,
        show=lambda word: say("command.reason.counted", reason=say(f"command.{asked.mode}_reason.{word}"),
                              count=number(counts[word])) if word else whole,
    )  # fmt: skip


def _shown(whole: pd.DataFrame, rows: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    """Keep the gates that have one of the rows that are left."""
    kept = whole[whole["gate_id"].isin(rows["gate_id"])]
    return kept.reset_index(drop=True) if asked.slot else kept


def _about(asked: Asked, plan: Considered | None) -> About:
    """Say that the page is about gates, and in plan mode about the plan."""
    if plan is None:
        return About("gate")
    state = plan_state(plan, asked.mode, asked.force, selected_gate())
    return About("gate", state, plan_clicks.clicked)


def _map(
    situation: queries.Situation,
    asked: Asked,
    whole: pd.DataFrame,
    shown: pd.DataFrame,
    plan: Considered | None,
) -> None:
    """Draw the gates of the slot, and the posts on duty; in plan mode the plan."""
    view = background_view(asked, queries.choices(situation))
    codes = {"gate": gate_codes(situation, asked, whole, shown)}
    on_duty = queries.duty_codes(situation, view, asked.kind.day)
    map_view(
        situation, view, codes=codes | ({"post": on_duty} if on_duty else {}), left_out=LEFT_OUT[asked.mode],
        lines=lines_of(asked.mode), about=_about(asked, plan),
    )  # fmt: skip

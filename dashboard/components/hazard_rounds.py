"""Rounds of hazard checks, made on the page; and sums by party, town, unit and round."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import hazard_queries
from dashboard.choice import choose
from dashboard.texts import NOTHING, lang, number, say
from dashboard.view_hazards import LEVELS, ROUND, sums_of
from data.messages import sentence
from data.repositories.hazard_steps import OVERSEERS, ROUND_LENGTH, Round
from geo.errors import CampusError
from geo.hazards import LEAST_CLOSED
from geo.terms import RoundKind

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from dashboard.queries import Situation

USUAL_DAYS = 14
"""A round takes two weeks where nobody says otherwise."""
TURN = "hazard_round_turn"
"""Counts the rounds made: each has widgets of its own, which begin empty."""
CHOSEN = "hazard_round"


def new_round(situation: Situation, today: date) -> None:
    """Make a round; it is then the one that is looked at. Only for those who oversee."""
    if situation.role not in OVERSEERS:
        return
    turn = st.session_state.setdefault(TURN, 0)
    with st.expander(say("hazards.round.new"), key="hazard_rounds"):
        with st.form(f"round_{turn}", border=False, enter_to_submit=False):
            names, kinds, first, last = st.columns([0.34, 0.26, 0.2, 0.2])
            name = names.text_input(
                say("hazards.round.name"), key=f"round_name_{turn}", max_chars=ROUND_LENGTH
            )
            kind = kinds.selectbox(
                say("hazards.round.kind"), [str(word) for word in RoundKind], key=f"round_kind_{turn}",
                format_func=lambda word: say(f"hazards.round_kind.{word}"),
            )  # fmt: skip
            starts = first.date_input(
                say("hazards.round.first"), today, key=f"round_first_{turn}", format="YYYY-MM-DD"
            )
            ends = last.date_input(
                say("hazards.round.last"), today + timedelta(days=USUAL_DAYS), key=f"round_last_{turn}",
                format="YYYY-MM-DD",
            )  # fmt: skip
            wanted = st.form_submit_button(say("hazards.round.make"), type="primary")
        if wanted:
            _make(Round(name, RoundKind(kind), starts, ends))
        st.caption(say("hazards.round.note"))


def _make(made: Round) -> None:
    """Keep a round and look at it."""
    try:
        made_as = hazard_queries.add_round(made)
    except CampusError as error:
        st.warning(sentence(error, lang()))
        return
    st.session_state[TURN] += 1
    st.session_state[CHOSEN] = st.query_params[CHOSEN] = str(made_as)
    st.rerun()


def hazard_totals(states: pd.DataFrame, of_all_rounds: pd.DataFrame, rounds: pd.DataFrame) -> None:
    """Show the sums of the hazards that are looked at.

    Parameters
    ----------
    states
        Those of the chosen round, if any.
    of_all_rounds
        The same whatever the round: rounds are held against each other.
    rounds
        The rounds.
    """
    with st.expander(say("hazards.totals.title"), key="hazard_totals"):
        level = choose(
            "hazard_level", [*LEVELS, ROUND], default="party", label=say("hazards.totals.level"),
            show=lambda word: say(f"hazards.filter.{word}"),
        )  # fmt: skip
        sums = sums_of(of_all_rounds if level == ROUND else states, rounds, level)
        named = [_name(word, level) for word in sums["name"]]
        columns = ["name", "found", "open", "overdue", "waiting", "closed", "median_days"]
        st.dataframe(
            sums.assign(name=named)[columns], hide_index=True, key="hazard_sums", placeholder=NOTHING,
            column_config=_columns(level), alt=say("hazards.totals.title"),
        )  # fmt: skip
        st.caption(say("hazards.totals.note", least=number(LEAST_CLOSED)))


def _name(word: object, level: str) -> str:
    """Name a group as people do."""
    if not isinstance(word, str):
        return say("hazards.totals.nobody")
    return say(f"hazards.party.{word}") if level == "party" else word


def _columns(level: str) -> dict[str, Any]:
    """Name and format the columns."""
    value = st.column_config.NumberColumn
    return {
        "name": st.column_config.TextColumn(say(f"hazards.filter.{level}"), width="medium"),
        "found": value(say("hazards.totals.found")),
        "open": value(say("hazards.totals.open")),
        "overdue": value(say("hazards.totals.overdue")),
        "waiting": value(say("hazards.totals.waiting")),
        "closed": value(say("hazards.totals.closed")),
        "median_days": value(say("hazards.totals.median"), format="%.1f"),
    }

"""数据 / Data: files in, what they would do and did, where rows came from, corrections; for stewards."""

from __future__ import annotations

import streamlit as st

from dashboard import audit, intake_queries, queries
from dashboard.choice import choose
from dashboard.components.frame import notices
from dashboard.components.intake_correct import correct_part
from dashboard.components.intake_history import history_part, sources_part, trace_part
from dashboard.components.intake_outcome import buttons, outcome
from dashboard.components.intake_setup import set_up
from dashboard.components.watch import renew_when_up
from dashboard.texts import say
from geo.errors import CampusError

PARTS = ("load", "history", "sources", "trace", "correct")


def data_page() -> None:
    """Show the page; whatever is missing is said in a sentence, and the page heals by itself."""
    try:
        situation = queries.situation()
        _page(situation)
    except CampusError:
        renew_when_up()


def _page(situation: queries.Situation) -> None:
    """Show the part that is asked for."""
    notices(situation)
    if situation.role not in intake_queries.STEWARDS:
        st.info(say("intake_page.stewards_only"))
        return
    with st.container(key="parts"):
        part = choose(
            "part", PARTS, default="load", label=say("intake_page.part.label"),
            show=lambda word: say(f"intake_page.part.{word}"),
        )  # fmt: skip
    audit.viewed(f"/data/{part}", situation.stamp)
    match part:
        case "load":
            _load(situation)
        case "history":
            history_part(situation)
        case "sources":
            sources_part(situation)
        case "trace":
            trace_part(situation)
        case _:
            correct_part(situation)


def _load(situation: queries.Situation) -> None:
    """Show the way of a file: what it is on the left, what comes of it on the right."""
    left, right = st.columns([0.42, 0.58], gap="medium")
    with left:
        setup = set_up(situation)
        if setup is not None:
            buttons(setup)
    with right, st.container(key="outcome"):
        outcome(situation, setup)

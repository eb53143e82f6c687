"""What a commander does with what the page shows: today's changes, orders, plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.choice import choose
from dashboard.components.orders_part import orders_part
from dashboard.components.plan_mode import plan_mode
from dashboard.components.plan_today import today_part
from dashboard.texts import say
from dashboard.view_ledger import SEES_AHEAD

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from dashboard.queries import Situation

TOOLS = ("today", "orders", "plan")


def command_tools(
    situation: Situation, day: date, slot: str, rows: pd.DataFrame, gate_id: int | None
) -> None:
    """Show the tools of a slot to those who command; nothing to others.

    Parameters
    ----------
    situation
        Who looks, and at which state of the data.
    day
        The local date that is looked at.
    slot
        Word of `geo.terms.Slot`; empty on a day without school.
    rows
        What `data.repositories.ledger.read_ledger` gives, the rows of that day and slot alone.
    gate_id
        The selected gate; None where none is.
    """
    if situation.role not in SEES_AHEAD:
        return
    with st.container(border=True, key="tools"):
        tool = choose(
            "tool",
            TOOLS,
            default="today",
            label=say("plan.tools"),
            show=lambda word: say(f"plan.tool.{word}"),
        )
        if tool == "today":
            today_part(situation, day, gate_id)
        elif tool == "orders":
            orders_part(situation, day, slot)
        else:
            plan_mode(situation, rows, gate_id)

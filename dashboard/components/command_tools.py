"""What a commander does with what the page shows: today's changes, orders, plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import plan_clicks
from dashboard.choice import choose
from dashboard.components.orders_part import orders_part
from dashboard.components.plan_mode import consider, plan_mode
from dashboard.components.plan_today import today_part
from dashboard.texts import say
from dashboard.view_ledger import SEES_AHEAD

if TYPE_CHECKING:
    from datetime import date

    from streamlit.delta_generator import DeltaGenerator

    from dashboard.plan_map import Considered
    from dashboard.queries import Situation

TOOLS = ("today", "orders", "plan")


def considered(situation: Situation, today: date) -> Considered | None:
    """Give the plan on the desk; None outside plan mode, and for those who do not command."""
    if situation.role not in SEES_AHEAD or not plan_clicks.is_plan_mode(TOOLS):
        return None
    plan_clicks.begin_anew()
    return consider(situation, today)


def command_tools(
    situation: Situation,
    day: date,
    slot: str,
    gate_id: int | None,
    *,
    plan: Considered | None,
    desk: DeltaGenerator,
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
    gate_id
        The selected gate; None where none is.
    plan
        `considered`.
    desk
        Where a plan's next change is made: beside the map.
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
        elif plan is not None:
            plan_mode(situation, plan, gate_id, desk=desk)

"""What a plan wins and loses, and two plans side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dashboard import plan_queries
from dashboard.plan_words import gate_names
from dashboard.texts import NOTHING, lang, number, say
from data.messages import sentence
from geo.errors import CampusError

if TYPE_CHECKING:
    from datetime import date

    from dashboard.plan_queries import District, Plan
    from dashboard.queries import Situation
    from geo.ledger_difference import Balance, Difference

KINDS = ("any_force", "police")
ARROW = " → "
FIGURES = ("minutes_won", "minutes_lost", "gates_won", "gates_lost")


def result_part(told: Difference, district: District) -> None:
    """Show gates and minutes won and lost in a week, tiers, and the gates that change."""
    for kind in KINDS:
        _figures(kind, getattr(told, kind))
    st.html(f'<p class="campus-step">{say("plan.tiers")}</p>')
    st.dataframe(_tiers(told.tiers), hide_index=True, key="plan_tiers")
    st.html(f'<p class="campus-step">{say("plan.gates_changed", count=len(told.gates))}</p>')
    if len(told.gates):
        st.dataframe(_gates(told.gates, district), hide_index=True, key="plan_gates", placeholder=NOTHING)


def _figures(kind: str, balance: Balance) -> None:
    """Show the four figures of a kind of guard cover."""
    st.html(f'<p class="campus-step">{say(f"plan.kind_of_cover.{kind}")}</p>')
    with st.container(horizontal=True):
        for name in FIGURES:
            st.metric(say(f"plan.figure.{name}"), number(getattr(balance, name)), border=True)


def _tier_name(tier: object) -> str:
    """Name a tier by its minutes."""
    return say("plan.tier_beyond") if pd.isna(tier) else say("plan.tier", minutes=int(str(tier)))  # type: ignore[call-overload]


def _tiers(tiers: pd.DataFrame) -> pd.DataFrame:
    """Write the tiers with the names of the columns."""
    return pd.DataFrame(
        {
            say("plan.tier_name"): [_tier_name(tier) for tier in tiers["tier"]],
            say("plan.before"): tiers["before"],
            say("plan.after"): tiers["after"],
        }
    )


def _gates(gates: pd.DataFrame, district: District) -> pd.DataFrame:
    """Write the gates that change."""
    names = gate_names(district)
    columns = {
        say("plan.gate"): [names.get(int(gate), str(gate)) for gate in gates["gate_id"]],
        say("plan.uncovered_change"): _pairs(gates, "uncovered_min"),
        say("plan.police_change"): _pairs(gates, "uncovered_police_min"),
        say("plan.response_change"): [
            _pair(_time(before), _time(after))
            for before, after in gates[["response_s_before", "response_s_after"]].to_numpy(dtype=float)
        ],
    }
    return pd.DataFrame(columns)


def _pairs(gates: pd.DataFrame, name: str) -> list[str]:
    return [
        _pair(number(before), number(after))
        for before, after in gates[[f"{name}_before", f"{name}_after"]].to_numpy(dtype=float)
    ]


def _pair(before: str, after: str) -> str:
    """Write what was and what will be; once where it is the same."""
    return before if before == after else ARROW.join((before, after))


def _time(seconds: float) -> str:
    """Write a travel time in minutes; a dash where nobody comes."""
    return NOTHING if pd.isna(seconds) else say("plan.minutes", value=number(seconds / 60, "0.0"))


def compare_part(situation: Situation, saved: list[Plan], today: date) -> None:
    """Put two saved plans side by side, each as it works on today's facts."""
    if len(saved) < 2:  # noqa: PLR2004 -- two
        return
    st.html(f'<p class="campus-step">{say("plan.compare")}</p>')
    names = {plan.id: plan.name for plan in saved}
    sides = st.columns(2)
    chosen = []
    for column, side in zip(sides, ("a", "b"), strict=True):
        with column:
            chosen.append(
                st.selectbox(
                    say(f"plan.side.{side}"), list(names), index=None, key=f"plan_side_{side}",
                    placeholder=say("plan.choose"), format_func=lambda each: names.get(each, str(each)),
                )
            )  # fmt: skip
    plans = [plan for each in chosen for plan in saved if plan.id == each]
    if len(plans) == len(sides):
        _side_by_side(situation, plans, today)


def _side_by_side(situation: Situation, plans: list[Plan], today: date) -> None:
    """Work both plans out and show their figures in one table."""
    columns: dict[str, list[Any]] = {say("plan.measure"): _measures()}
    for place, plan in enumerate(plans):
        try:
            told = plan_queries.considered(situation, today, plan.changes)
        except CampusError as error:
            st.error(f"{plan.name}: {sentence(error, lang())}")
            return
        figures = [number(getattr(getattr(told, kind), name)) for kind in KINDS for name in FIGURES]
        name = plan.name if plan.name not in columns else f"{plan.name} ({place + 1})"
        columns[name] = [*figures, number(len(told.gates))]
    st.dataframe(pd.DataFrame(columns), hide_index=True, key="plan_compare")


def _measures() -> list[str]:
    """Name the rows."""
    figures = [
        f"{say(f'plan.kind_of_cover.{kind}')} · {say(f'plan.figure.{name}')}"
        for kind in KINDS
        for name in FIGURES
    ]
    return [*figures, say("plan.gates_that_change")]

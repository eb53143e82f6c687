"""Plan mode: posts added, moved, given up, at other hours, and what that does, before anything is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import plan_queries
from dashboard.components.plan_edit import edit_part
from dashboard.components.plan_result import compare_part, result_part
from dashboard.plan_map import Considered
from dashboard.plan_words import change_words
from dashboard.texts import lang, number, say
from data.messages import sentence
from data.personal import is_personal
from geo.errors import CampusError

if TYPE_CHECKING:
    from datetime import date

    from streamlit.delta_generator import DeltaGenerator

    from dashboard.plan_queries import District, Plan
    from dashboard.queries import Situation
    from geo.ledger_difference import Difference
    from geo.plan_changes import Change

DRAFT = "plan_draft"
OPENED = "plan_opened"
OPEN_WIDGET = "plan_open"
NAME = "plan_name"
LONGEST_NAME = 60


def draft() -> tuple[Change, ...]:
    """Give the changes that the visitor is thinking of; nothing of them is saved."""
    changes: tuple[Change, ...] = st.session_state.setdefault(DRAFT, ())
    return changes


def consider(situation: Situation, today: date) -> Considered | None:
    """Work out what the draft does, before the map is drawn; None without a school."""
    with st.spinner(say("plan.preparing")):
        district = plan_queries.district(situation, today)
    if district is None:
        return None
    if not draft():
        return Considered(district)
    try:
        return Considered(district, draft(), district.desk.considered(draft()))
    except CampusError as error:
        return Considered(district, draft(), problem=error)


def plan_mode(situation: Situation, plan: Considered, gate_id: int | None, *, desk: DeltaGenerator) -> None:
    """Think of other posts and hours, see what they do, keep them under a name.

    Parameters
    ----------
    situation
        Who looks.
    plan
        `consider`, of the draft as it stands.
    gate_id
        The selected gate, where posts are then added or moved to.
    desk
        Where the next change is made: beside the map.
    """
    saved, district = plan_queries.saved_plans(), plan.district
    st.caption(say("plan.help"))
    with desk.container(border=True):
        st.caption(say("plan.map_help"))
        _open(saved)
        edit_part(district, draft(), gate_id, add=_add)
        _changes(district)
        _in_short(plan)
    if plan.told is None:
        st.info(say("plan.empty")) if plan.problem is None else st.error(sentence(plan.problem, lang()))
    else:
        result_part(plan.told, district)
        _keep(district, saved, plan.told)
    compare_part(situation, saved, district.desk.as_of)


def _in_short(plan: Considered) -> None:
    """Say beside the map what the draft does; the figures stand below."""
    if plan.told is None:
        return
    balance = plan.told.any_force
    st.caption(
        say(
            "plan.in_short", won=number(balance.minutes_won), lost=number(balance.minutes_lost),
            gates_won=number(balance.gates_won), gates_lost=number(balance.gates_lost),
        )
    )  # fmt: skip


def _open(saved: list[Plan]) -> None:
    """Choose a saved plan to go on with, or begin anew."""
    names = {plan.id: plan.name for plan in saved}
    if st.session_state.get(OPENED) not in names:
        st.session_state[OPENED] = None
    st.session_state[OPEN_WIDGET] = st.session_state[OPENED]
    st.selectbox(
        say("plan.open"), list(names), index=None, key=OPEN_WIDGET, placeholder=say("plan.new"),
        format_func=lambda number: names.get(number, say("plan.new")), on_change=_opened,
        args=({plan.id: plan.changes for plan in saved},),
    )  # fmt: skip


def _opened(changes: dict[int, tuple[Change, ...]]) -> None:
    """Lay the chosen plan on the desk; none: an empty one."""
    number = st.session_state.get(OPEN_WIDGET)
    st.session_state[OPENED] = number
    st.session_state[DRAFT] = () if number is None else changes.get(number, ())


def _add(change: Change) -> None:
    """Make one more change."""
    st.session_state[DRAFT] = (*draft(), change)


def _changes(district: District) -> None:
    """List the changes, each with the way to leave it out."""
    for place, change in enumerate(draft()):
        left, right = st.columns([0.78, 0.22], vertical_alignment="center")
        with left:
            st.text(f"{place + 1}. {change_words(change, district)}")
        with right:
            if st.button(say("plan.leave_out"), key=f"plan_leave_out_{place}"):
                st.session_state[DRAFT] = (*draft()[:place], *draft()[place + 1 :])
                st.rerun()


def _keep(district: District, saved: list[Plan], told: Difference) -> None:
    """Save the draft under a name, rewrite or delete the plan that is open."""
    opened = next((plan for plan in saved if plan.id == st.session_state.get(OPENED)), None)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = (st.text_input(say("plan.name"), key=NAME, max_chars=LONGEST_NAME) or "").strip()
        fits = bool(name) and not is_personal(name)
        if st.button(say("plan.save_as"), key="plan_save", type="primary", disabled=not fits):
            _act(lambda: _open_saved(plan_queries.save_plan(district, name, draft(), told)))
        if opened is not None:
            if st.button(say("plan.rewrite", name=opened.name), key="plan_rewrite"):
                _act(lambda: plan_queries.rewrite_plan(opened.id, draft(), told))
            if st.button(say("plan.delete", name=opened.name), key="plan_delete"):
                _act(lambda: _delete(opened.id))
    if name and not fits:
        st.error(say("intake_page.lacks.personal"))


def _open_saved(number: int) -> None:
    """Go on with the plan that was just saved."""
    st.session_state[OPENED] = number


def _delete(number: int) -> None:
    """Delete a plan; its changes stay on the desk."""
    plan_queries.delete_plan(number)
    st.session_state[OPENED] = None


def _act(action: object) -> None:
    """Write, and show the new state; an error is a sentence."""
    try:
        action()  # type: ignore[operator]
    except CampusError as error:
        st.error(sentence(error, lang()))
        return
    st.rerun()

"""The form that types what was agreed back as tasks, row by row as the blank table has it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import papers_queries
from dashboard.clock import local_now
from dashboard.texts import lang, say
from data.messages import sentence
from data.repositories.papers import NewTask
from geo.errors import CampusError
from geo.terms import TaskOrigin

if TYPE_CHECKING:
    from dashboard.queries import Situation

MOST_ITEM, MOST_UNIT = 200, 60
DAYS = 30
"""How far off a deadline is that nobody changed."""
_BETWEEN = re.compile(r"[、,，;；]")


def task_form(
    situation: Situation, *, origin: str, campaign_id: int | None = None, zone_id: str | None = None
) -> None:
    """Ask for one task and keep it.

    Parameters
    ----------
    situation
        Who looks.
    origin
        Word of `geo.terms.TaskOrigin`.
    campaign_id, zone_id
        What the task belongs to.
    """
    name = f"task_{origin}_{campaign_id or 0}_{zone_id or ''}"
    with st.form(name, clear_on_submit=True):
        item = st.text_area(say("papers.page.item"), max_chars=MOST_ITEM, key=f"{name}_item", height=80)
        lead = st.text_input(say("papers.page.lead_unit"), max_chars=MOST_UNIT, key=f"{name}_lead")
        joint = st.text_input(say("papers.page.joint_units"), max_chars=MOST_ITEM, key=f"{name}_joint")
        today = local_now(situation.timezone).date()
        deadline = st.date_input(
            say("papers.page.deadline"), today + timedelta(days=DAYS), min_value=today,
            key=f"{name}_deadline", format="YYYY-MM-DD",
        )  # fmt: skip
        pressed = st.form_submit_button(say("papers.page.save"), type="primary")
    if st.session_state.pop(f"{name}_saved", False):
        st.success(say("papers.page.saved"))
    if not pressed:
        return
    if not item.strip() or not lead.strip() or deadline is None:
        st.warning(say("papers.page.lacks"))
        return
    units = [unit.strip() for unit in _BETWEEN.split(joint) if unit.strip()]
    _keep(
        situation,
        NewTask(item.strip(), lead.strip(), units, deadline, TaskOrigin(origin), campaign_id, zone_id),
        name,
    )


def _keep(situation: Situation, task: NewTask, name: str) -> None:
    """Keep a task and show the page anew with it; say what is wrong where it cannot be kept."""
    try:
        papers_queries.add_task(situation, task)
    except CampusError as error:
        st.error(sentence(error, lang()))
        return
    st.session_state[f"{name}_saved"] = True
    st.rerun()

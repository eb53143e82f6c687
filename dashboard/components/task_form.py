"""Tasks of campaigns and of meetings: the form in which they are written down, the list with its buttons."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import campaign_queries, queries
from dashboard.campaign_words import is_overdue, listed, school_names, units_of, zone_name
from dashboard.clock import local_now
from dashboard.texts import lang, moment, number, say
from data.messages import sentence
from data.repositories.campaigns import LONGEST_ITEM, LONGEST_UNIT, TaskWords
from geo.errors import CampusError
from geo.terms import TaskOrigin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.queries import Situation

USUAL_DAYS = 14
LONGEST_UNITS = 400


def task_form(
    situation: Situation, *, origin: str, campaign_id: int | None = None, zone_id: str | None = None
) -> None:
    """Show the form of a new task; what was written down is there after the rerun.

    Parameters
    ----------
    situation
        Who looks.
    origin
        ``campaign`` or ``meeting``.
    campaign_id, zone_id
        What it belongs to; where neither is given, one of both can be chosen.
    """
    today = local_now(situation.timezone).date()
    key = f"task_{origin}_{campaign_id or 0}"
    with st.form(key, clear_on_submit=True, border=True):
        item = st.text_input(say("campaigns.task.item"), key=f"{key}_item", max_chars=LONGEST_ITEM)
        left, middle, right = st.columns([0.3, 0.42, 0.28])
        lead = left.text_input(say("campaigns.lead"), key=f"{key}_lead", max_chars=LONGEST_UNIT)
        joint = middle.text_input(
            say("campaigns.joint"),
            key=f"{key}_joint",
            max_chars=LONGEST_UNITS,
            help=say("campaigns.joint_help"),
        )
        deadline = right.date_input(
            say("campaigns.task.deadline"), today + timedelta(days=USUAL_DAYS), key=f"{key}_deadline",
            format="YYYY-MM-DD",
        )  # fmt: skip
        belongs = (
            _belongs(situation, key) if campaign_id is None and zone_id is None else (campaign_id, zone_id)
        )
        sent = st.form_submit_button(say("campaigns.task.add"), key=f"{key}_add")
    if sent:
        words = TaskWords(TaskOrigin(origin), item, lead, deadline, units_of(joint), *belongs)
        _act(lambda: campaign_queries.add_task(words))


def _belongs(situation: Situation, key: str) -> tuple[int | None, str | None]:
    """Choose the campaign or the zone that a task is for."""
    zones, names = campaign_queries.zones(situation), school_names(queries.schools(situation))
    open_ones = [row for row in campaign_queries.campaigns_listed() if row["closed_at"] is None]
    labels: dict[tuple[int | None, str | None], str] = {(row["id"], None): row["name"] for row in open_ones}
    labels |= {(None, row["zone_id"]): zone_name(row, names) for row in campaign_queries.rows_of(zones)}
    chosen: tuple[int | None, str | None] | None = st.selectbox(
        say("campaigns.task.belongs"), list(labels), index=None, key=f"{key}_belongs",
        placeholder=say("campaigns.task.belongs_none"), format_func=lambda each: labels.get(each, ""),
    )  # fmt: skip
    return chosen or (None, None)


def task_list(
    situation: Situation, tasks: Sequence[Mapping[str, Any]], *, key: str, is_open: bool = True
) -> None:
    """List tasks, the most urgent first, each with the button that says it is done, or is not.

    Parameters
    ----------
    situation
        Who looks.
    tasks
        Of `dashboard.campaign_queries.tasks_listed`.
    key
        Beginning of the buttons' keys.
    is_open
        Whether they can still be marked.
    """
    today = local_now(situation.timezone).date()
    for task in tasks:
        is_done = task["done_at"] is not None
        with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_row_{task['id']}"):
            st.html(_task_words(situation, task, today), width="stretch")
            if not is_open:
                continue
            word = "campaigns.task.undo" if is_done else "campaigns.task.done"
            if st.button(say(word), key=f"{key}_mark_{task['id']}"):
                number_of, becomes = int(task["id"]), not is_done
                _act(lambda n=number_of, d=becomes: campaign_queries.mark_task(n, is_done=d))


def _task_words(situation: Situation, task: Mapping[str, Any], today: Any) -> str:
    """Write one task: what, by whom, by when, and whether it is late."""
    units = task["lead_unit"]
    if task["joint_units"]:
        units += say("campaigns.task.with", units=listed(task["joint_units"]))
    state, mark = say("campaigns.task.until", day=task["deadline"].isoformat()), ""
    if task["done_at"] is not None:
        state = say("campaigns.task.was_done", day=moment(task["done_at"], situation.timezone)[:10])
        mark = " campus-task--done"
    elif is_overdue(task, today):
        late = number((today - task["deadline"]).days)
        state, mark = f"{state} · {say('campaigns.task.late', days=late)}", " campus-task--late"
    words = f"<b>{escape(task['item'])}</b><span>{escape(units)}</span><em>{escape(state)}</em>"
    return f'<p class="campus-task{mark}">{words}</p>'


def _act(action: Any) -> None:
    """Write, and show the new state; an error is a sentence."""
    try:
        action()
    except CampusError as error:
        st.error(sentence(error, lang()))
        return
    st.rerun()

"""The part of the rectification page that shows campaigns: board, card, form, and what meetings decided."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import campaign_queries
from dashboard.campaign_words import STATES, state_of, tasks_in_short, topic_text
from dashboard.clock import local_now
from dashboard.components import job_watch
from dashboard.components.campaign_card import campaign_card
from dashboard.components.campaign_form import campaign_form
from dashboard.components.campaign_map import CORNERS
from dashboard.components.task_form import task_form, task_list
from dashboard.texts import number, say
from geo.terms import TaskOrigin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from dashboard.queries import Situation

    Row = Mapping[str, Any]

CHOSEN = "campaign"
"""Of the session and the address."""
FORM, FORMS, JOB = "campaign_form", "campaign_forms", "campaign_job"


def campaigns_part(situation: Situation) -> None:
    """Show the part."""
    today = local_now(situation.timezone).date()
    rows, tasks = campaign_queries.campaigns_listed(), campaign_queries.tasks_listed()
    _top()
    _follow()
    form = st.session_state.get(FORM)
    chosen = _chosen(rows)
    if form is not None:
        campaign = next((row for row in rows if row["id"] == form), None)
        campaign_form(situation, campaign, key=_form_key(form), saved=_saved, left=_left)
        return
    _board(rows, tasks, today, chosen)
    if chosen is not None:
        own = [task for task in tasks if task["campaign_id"] == chosen["id"]]
        campaign_card(situation, chosen, own, edit=lambda: _open(int(chosen["id"])), asked=_asked)
    _meeting(situation, tasks)


def _top() -> None:
    """Say what this is, and offer the form of a new campaign."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(f'<p class="campus-headline">{escape(say("campaigns.intro"))}</p>', width="stretch")
        if st.session_state.get(FORM) is None and st.button(
            say("campaigns.new"), key="campaign_new", type="primary"
        ):
            _open(0)


def _chosen(rows: Sequence[Row]) -> Row | None:
    """Give the campaign that is looked at: the session's, else the address's, else the newest."""
    word = st.session_state.get(CHOSEN) or st.query_params.get(CHOSEN)
    return next((row for row in rows if str(row["id"]) == str(word)), rows[0] if rows else None)


def _choose(number_of: int) -> None:
    st.session_state[CHOSEN] = number_of
    st.query_params[CHOSEN] = str(number_of)


def _board(rows: Sequence[Row], tasks: Sequence[Row], today: date, chosen: Row | None) -> None:
    """Show the campaigns by how far they are."""
    if not rows:
        st.info(say("campaigns.none_yet"))
        return
    with st.container(key="campaign_board"):
        for column, state in zip(st.columns(len(STATES)), STATES, strict=True):
            here = [row for row in rows if state_of(row, today) == state]
            with column:
                title = f"{say(f'campaigns.state.{state}')} {number(len(here))}"
                st.html(f'<p class="campus-step">{escape(title)}</p>')
                for row in here:
                    _tile(row, [task for task in tasks if task["campaign_id"] == row["id"]], today, chosen)


def _tile(row: Row, tasks: Sequence[Row], today: date, chosen: Row | None) -> None:
    """Show one campaign of the board."""
    is_chosen = chosen is not None and row["id"] == chosen["id"]
    if st.button(
        row["name"], key=f"campaign_pick_{row['id']}", type="primary" if is_chosen else "secondary",
        width="stretch",
    ):  # fmt: skip
        _choose(int(row["id"]))
        st.rerun()
    days = say("campaigns.from_to", first=row["starts_on"], last=row["ends_on"])
    verdict = row["result"]["verdict"] if row["result"] else None
    told = say(f"campaigns.short.{verdict}") if verdict else tasks_in_short(tasks, today)
    st.caption(f"{topic_text(row['topic'])} · {days} · {told}")


def _follow() -> None:
    """Follow the worker's job that this visitor asked for."""
    asked = st.session_state.get(JOB)
    state = job_watch.ended(asked, say("campaigns.computing"))
    if state is None:
        return
    if state.status == "failed":
        st.error(job_watch.failure(state))
    st.session_state[JOB] = None


def _meeting(situation: Situation, tasks: Sequence[Row]) -> None:
    """List what meetings decided and no campaign holds, and write more of it down."""
    own = [task for task in tasks if task["origin"] == TaskOrigin.MEETING and task["campaign_id"] is None]
    with st.expander(say("campaigns.meeting_title", count=number(len(own))), key="campaign_meeting"):
        task_list(situation, own, key="meeting_task")
        task_form(situation, origin=str(TaskOrigin.MEETING))


def _form_key(form: int) -> str:
    """Name the form: one that is opened anew begins anew."""
    return f"campaign{form}x{st.session_state.get(FORMS, 0)}"


def _open(form: int) -> None:
    st.session_state[FORM] = form
    st.session_state[FORMS] = st.session_state.get(FORMS, 0) + 1
    st.session_state[CORNERS] = ()
    st.rerun()


def _saved(number_of: int, job: int) -> None:
    st.session_state[FORM] = None
    _choose(number_of)
    _asked(job)


def _left() -> None:
    st.session_state[FORM] = None
    st.rerun()


def _asked(job: int) -> None:
    st.session_state[JOB] = job
    st.rerun()

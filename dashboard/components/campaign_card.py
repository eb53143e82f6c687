"""The card of one campaign: what it is, its zones, its tasks, what it could show, what came of it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import campaign_queries, queries
from dashboard.campaign_words import listed, school_names, state_of, tasks_in_short, topic_text
from dashboard.clock import local_now
from dashboard.components.campaign_map import areas_of, campaign_map
from dashboard.components.campaign_result import forecast_part, result_part
from dashboard.components.task_form import task_form, task_list
from dashboard.texts import lang, number, say
from data.messages import sentence
from data.repositories.campaigns import FORECAST, RESULT
from geo.errors import CampusError
from geo.terms import TaskOrigin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dashboard.queries import Situation


def campaign_card(
    now: Situation,
    campaign: Mapping[str, Any],
    tasks: Sequence[Mapping[str, Any]],
    *,
    edit: Callable[[], None],
    asked: Callable[[int], None],
) -> None:
    """Show a campaign.

    Parameters
    ----------
    now
        Who looks.
    campaign
        A row of `data.repositories.campaigns.listed`.
    tasks
        Its tasks.
    edit
        Called when its words are to be changed.
    asked
        Called with the number of a worker's job that was asked for.
    """
    today = local_now(now.timezone).date()
    state, names = state_of(campaign, today), school_names(queries.schools(now))
    left, right = st.columns([0.54, 0.46])
    with left:
        st.html(_head(campaign, state, tasks_in_short(tasks, today), names))
        if state == "closed":
            result_part(campaign, names)
        forecast_part(campaign, names)
        _buttons(campaign, state, edit=edit, asked=asked)
    with right:
        campaign_map(
            now, areas_of(campaign["zones"], campaign_queries.zones(now)), key=f"campaign{campaign['id']}"
        )
        st.html(f'<p class="campus-step">{escape(say("campaigns.tasks_title"))}</p>')
        task_list(now, tasks, key="campaign_task", is_open=state != "closed")
        if state != "closed":
            with st.expander(say("campaigns.task.new"), expanded=not tasks, key="campaign_task_new"):
                task_form(now, origin=str(TaskOrigin.CAMPAIGN), campaign_id=int(campaign["id"]))


def _head(campaign: Mapping[str, Any], state: str, tasks: str, names: Mapping[str, str]) -> str:
    """Write what the campaign is."""
    schools = listed(names.get(code, code) for code in campaign["school_codes"])
    facts = {
        "topic": topic_text(campaign["topic"]),
        "days": say("campaigns.from_to", first=campaign["starts_on"], last=campaign["ends_on"]),
        "lead": campaign["lead_unit"] or "",
        "joint": listed(campaign["joint_units"]),
        "schools": say("campaigns.schools_named", count=number(len(campaign["school_codes"])), names=schools),
        "tasks_title": tasks,
    }
    lines = "".join(
        f"<div><dt>{escape(say(f'campaigns.{name}'))}</dt><dd>{escape(value)}</dd></div>"
        for name, value in facts.items()
        if value
    )
    title = f"{escape(campaign['name'])} <small>{escape(say(f'campaigns.state.{state}'))}</small>"
    return (
        f'<section class="campus-card campus-campaign" data-campaign="{campaign["id"]}" data-state="{state}">'
        f"<h2>{title}</h2><dl>{lines}</dl></section>"
    )


def _buttons(
    campaign: Mapping[str, Any], state: str, *, edit: Callable[[], None], asked: Callable[[int], None]
) -> None:
    """Offer what can be done with it: change, close for good, compute anew."""
    number_of = int(campaign["id"])
    with st.container(horizontal=True):
        if state != "closed" and st.button(say("campaigns.edit"), key="campaign_edit"):
            edit()
        kind = RESULT if state == "closed" else FORECAST
        if st.button(say("campaigns.again"), key="campaign_again", help=say("campaigns.again_help")):
            _act(lambda: asked(campaign_queries.ask(kind, number_of)))
        if state != "closed":
            with st.popover(say("campaigns.close"), key="campaign_close_box"):
                st.markdown(say("campaigns.close_warning"))
                if st.button(say("campaigns.close_now"), key="campaign_close", type="primary"):
                    _act(lambda: asked(campaign_queries.close(number_of)))


def _act(action: Callable[[], None]) -> None:
    """Write; an error is a sentence."""
    try:
        action()
    except CampusError as error:
        st.error(sentence(error, lang()))

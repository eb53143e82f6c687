"""The part of the rectification page that makes meeting papers and takes back what a meeting agreed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import campaign_queries, papers_queries
from dashboard.clock import local_now
from dashboard.components.task_form import task_form, task_list
from dashboard.papers.material import MOST_TITLE, MOST_ZONES, Wanted, chosen_zones
from dashboard.papers.notices import overdue_by_unit
from dashboard.papers_routes import address_of
from dashboard.texts import lang, say
from data.messages import sentence
from geo.errors import CampusError
from geo.terms import TaskOrigin

if TYPE_CHECKING:
    from datetime import date

    from dashboard.papers.material import Material
    from dashboard.queries import Situation

MADE = "papers_made"
"""In the session: what the papers that are offered were made for."""
FILES = ("meeting.docx", "map.pdf", "map.png")
WHICH = ("first", "decided")
FIRST = 5


def papers_part(situation: Situation) -> None:
    """Show the part."""
    known = papers_queries.material(situation)
    if known is None:
        st.info(say("papers.page.no_zones"))
        return
    left, right = st.columns(2)
    with left:
        _papers(situation, known)
        _notices(situation, known)
    with right:
        st.html(f'<p class="campus-step">{say("papers.page.decisions")}</p>')
        st.caption(say("papers.page.decisions_help"))
        task_form(situation, origin=TaskOrigin.MEETING)
    _tasks(situation)
    with st.expander(say("papers.page.method")):
        st.caption(say("papers.page.method_text"))


def _papers(situation: Situation, known: Material) -> None:
    """Ask for the meeting, make its papers, offer them."""
    if known.zones.empty:
        st.info(say("papers.page.no_zones"))
        return
    wanted = _wanted(local_now(situation.timezone).date())
    if not wanted.title:
        st.info(say("papers.page.no_title"))
    if st.button(
        say("papers.page.make"), type="primary", key="papers_make",
        disabled=not wanted.title or chosen_zones(known.zones, wanted).empty,
    ):  # fmt: skip
        st.session_state.pop(MADE, None)
        if _make(situation, FILES, wanted):
            st.session_state[MADE] = (situation.stamp, wanted)
    # what was made for other wishes, or another state of the data, is not what is asked for now
    if st.session_state.get(MADE) == (situation.stamp, wanted):
        st.success(say("papers.page.ready"))
        _offer(FILES, wanted)


def _wanted(today: date) -> Wanted:
    """Ask for date, title and zones."""
    with st.container(horizontal=True):
        meeting_on = st.date_input(
            say("papers.page.meeting_on"), today + timedelta(days=1), key="papers_date", format="YYYY-MM-DD"
        )
        which = st.segmented_control(
            say("papers.page.which"), WHICH, default=WHICH[0], required=True, key="papers_which",
            format_func=lambda word: say(f"papers.page.which.{word}"),
        )  # fmt: skip
        first = st.number_input(
            say("papers.page.first"), 1, MOST_ZONES, FIRST, key="papers_first", disabled=which != WHICH[0],
            width=120,
        )  # fmt: skip
    title = st.text_input(
        say("papers.page.title"), say("papers.page.default_title"), max_chars=MOST_TITLE,
        key=f"papers_title_{lang()}",
    )  # fmt: skip
    return Wanted(meeting_on or today, title.strip(), int(first), only_decided=which == WHICH[1])


def _make(situation: Situation, files: tuple[str, ...], wanted: Wanted) -> bool:
    """Make files, so that fetching them is quick; say what is wrong where they cannot be made."""
    bar = st.progress(0.0, say("papers.page.making"))
    try:
        for number, name in enumerate(reversed(files), start=1):
            papers_queries.paper(situation, name, wanted, lang())
            bar.progress(number / len(files), say("papers.page.making"))
    except CampusError as error:
        st.error(sentence(error, lang()))
        return False
    finally:
        bar.empty()
    return True


def _offer(files: tuple[str, ...], wanted: Wanted) -> None:
    """Offer files where they are fetched; rights are asked again there."""
    with st.container(horizontal=True, key=f"papers_files_{files[0].partition('.')[0]}"):
        for name in files:
            words = name.replace(".docx", "").replace(".", "_")
            st.link_button(say(f"papers.page.file.{words}"), address_of(name, wanted, lang()))


def _notices(situation: Situation, known: Material) -> None:
    """Say what is overdue, and offer the notices."""
    units = overdue_by_unit(known, lang())
    st.html(
        f'<p class="campus-step">'
        f"{say('papers.page.notices', count=sum(map(len, units.values())), units=len(units))}</p>"
    )
    today = local_now(situation.timezone).date()
    wanted = Wanted(today, say("papers.notice.title"))
    pressed = st.button(say("papers.page.make_notices"), key="papers_make_notices", disabled=not units)
    if pressed and _make(situation, ("notices.docx",), wanted):
        st.session_state[f"{MADE}_notices"] = situation.stamp
    if units and st.session_state.get(f"{MADE}_notices") == situation.stamp:
        _offer(("notices.docx",), wanted)


def _tasks(situation: Situation) -> None:
    """List the tasks of meetings and of campaigns, with the buttons that say they are done."""
    st.html(f'<p class="campus-step">{say("papers.page.tasks")}</p>')
    tasks = campaign_queries.tasks_listed()
    if not tasks:
        st.info(say("papers.page.no_tasks"))
        return
    task_list(situation, tasks, key="papers_task")

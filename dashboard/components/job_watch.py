"""A page follows a job without waiting for it: a part of it looks every second and runs all at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import intake_queries
from dashboard.texts import lang, say
from data.messages import sentence
from geo.errors import CampusError

if TYPE_CHECKING:
    from data.repositories.jobs import JobState

LOOK_EVERY_S = 1
IDLE_LOOKS = 15
"""Looks after which a job that still waits is said to wait for a worker."""


def ended(number: int | None, words: str) -> JobState | None:
    """Give a job that ended; while it has not, show how far it is and give None.

    Parameters
    ----------
    number
        The job's; None where there is none.
    words
        What is being done, for who waits.
    """
    if number is None:
        return None
    state = intake_queries.job(number)
    if state is not None and not state.is_over:
        _follow(number, words)
        return None
    return state


@st.fragment(run_every=LOOK_EVERY_S)
def _follow(number: int, words: str) -> None:
    """Look at a job; run the whole page when it ended."""
    looks = st.session_state.get("job_looks", {}).get(number, 0) + 1
    st.session_state["job_looks"] = {number: looks}
    try:
        state = intake_queries.job(number)
    except CampusError as error:
        st.warning(sentence(error, lang()))
        return
    if state is None or state.is_over:
        st.rerun()
    waits = state is not None and state.status == "queued"
    key = "intake_page.job.no_worker" if waits and looks > IDLE_LOOKS else f"intake_page.job.{state.status}"
    st.html(
        f'<p class="campus-job" role="status"><span class="campus-spin" aria-hidden="true"></span>'
        f"{say(key, what=words, seconds=looks)}</p>"
    )


def failure(state: JobState) -> str:
    """Give the sentence of a job that failed, in the language of the page."""
    said = state.result.get("said")
    if isinstance(said, dict) and said.get(lang()):
        return str(said[lang()])
    return say("intake_page.fault")

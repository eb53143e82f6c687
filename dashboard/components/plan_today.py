"""A change for one day in three clicks: the post, what is different, confirmed; and undone in one."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dashboard import ledger_queries, plan_queries
from dashboard.clock import local_now
from dashboard.components.job_watch import ended, failure
from dashboard.texts import lang, say
from data.messages import sentence
from data.repositories.duty_changes import DutyChange
from geo.errors import CampusError
from geo.terms import Change

if TYPE_CHECKING:
    from datetime import date

    from dashboard.queries import Situation

JOB = "change_job"
ROUND = "change_round"
"""Counts the changes made: each has widgets of its own, which begin empty."""


def today_part(situation: Situation, day: date, gate_id: int | None) -> None:
    """Change what is different on a day, and show what was changed.

    Parameters
    ----------
    situation
        Who looks.
    day
        The local date; nothing is changed on a day that is past.
    gate_id
        The selected gate, whose posts are then offered first.
    """
    today = local_now(situation.timezone).date()
    posts = plan_queries.posts(situation)
    if not posts:
        st.info(say("plan.no_posts"))
        return
    st.caption(say("plan.today.help", date=day.isoformat()))
    left, right = st.columns([0.58, 0.42])
    with left:
        if day < today:
            st.info(say("plan.today.past"))
        else:
            _choose(situation, posts, day, gate_id)
    with right:
        _standing(posts, day)
        state = ended(st.session_state.get(JOB), say("plan.today.building"))
        if state is not None and state.status == "done":
            st.success(say("plan.today.built"))
        elif state is not None:
            st.error(failure(state))


def _choose(situation: Situation, posts: dict[str, str], day: date, gate_id: int | None) -> None:
    """Ask for the post, then for what is different with it."""
    turn = st.session_state.setdefault(ROUND, 0)
    post = _post(situation, posts, day, gate_id, turn)
    if post is None:
        return
    kind = st.segmented_control(
        say("plan.today.what", post=posts.get(post, post)), [str(word) for word in Change],
        key=f"change_kind_{turn}", format_func=lambda word: say(f"plan.change.{word}"),
    )  # fmt: skip
    if kind is None:
        return
    change = _details(situation, posts, DutyChange(day, post, Change(kind)), turn)
    if st.button(
        say("plan.today.confirm"), type="primary", key=f"change_confirm_{turn}", disabled=change is None
    ):
        _put(change)


def _post(
    situation: Situation, posts: dict[str, str], day: date, gate_id: int | None, turn: int
) -> str | None:
    """Choose a post: of the selected gate, or of all."""
    codes = list(posts)
    if gate_id is not None and gate_id > 0:
        found, _ = ledger_queries.gate_posts(situation, gate_id, day)
        own = [str(code) for code in found["post_code"].drop_duplicates()]
        if own:
            chosen = st.pills(
                say("plan.today.gate_posts"), own, key=f"change_post_{gate_id}_{turn}",
                format_func=lambda code: posts.get(code, code),
            )  # fmt: skip
            return None if chosen is None else str(chosen)
        st.caption(say("plan.today.no_gate_posts"))
    table = pd.DataFrame({"code": codes, "name": list(posts.values())})
    event: Any = st.dataframe(
        table, key=f"change_posts_{turn}", on_select="rerun", selection_mode="single-row", hide_index=True,
        height=220, column_config={"code": say("plan.post_code"), "name": say("plan.post_name")},
    )  # fmt: skip
    rows = event["selection"]["rows"]
    return codes[rows[0]] if rows and rows[0] < len(codes) else None


def _details(situation: Situation, posts: dict[str, str], change: DutyChange, turn: int) -> DutyChange | None:
    """Ask for what a change needs beside its post; None while it is missing."""
    if change.change == Change.ABSENT:
        return change
    if change.change == Change.REPLACED:
        others = [code for code in posts if code != change.post_code]
        other = st.selectbox(
            say("plan.today.stand_in"), others, index=None, key=f"change_by_{turn}",
            placeholder=say("plan.choose"), format_func=lambda code: posts.get(code, code),
        )  # fmt: skip
        return None if other is None else replace(change, replaced_by=other)
    known = plan_queries.hours(situation, local_now(situation.timezone).date())
    own = known[known["post_code"] == change.post_code]
    first, last = (int(own["start"].min()), int(own["end"].max())) if len(own) else (420, 480)
    left, right = st.columns(2)
    with left:
        start = st.time_input(say("plan.start"), _clock(first), step=300, key=f"change_start_{turn}")
    with right:
        end = st.time_input(say("plan.end"), _clock(last), step=300, key=f"change_end_{turn}")
    if start is None or end is None or start == end:
        return None
    return replace(change, start=start, end=end)


def _clock(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


def _put(change: DutyChange | None) -> None:
    """Set the change and begin anew."""
    if change is None:
        return
    try:
        st.session_state[JOB] = plan_queries.put_change(change)
    except CampusError as error:
        st.error(sentence(error, lang()))
        return
    st.session_state[ROUND] += 1
    st.rerun()


def _standing(posts: dict[str, str], day: date) -> None:
    """List the changes of the day, each with the way to undo it."""
    rows = plan_queries.standing_changes(day)
    st.html(f'<h2 class="campus-step">{say("plan.today.standing", count=len(rows))}</h2>')
    for row in rows:
        left, right = st.columns([0.74, 0.26], vertical_alignment="center")
        with left:
            st.text(change_text(posts, row))
        with right:
            if st.button(say("plan.today.undo"), key=f"undo_change_{row['id']}"):
                st.session_state[JOB] = plan_queries.take_back_change(row["id"])
                st.rerun()


def change_text(posts: dict[str, str], row: dict[str, Any]) -> str:
    """Say in a line what is different with a post."""
    what = say(f"plan.change.{row['change']}")
    if row["change"] == Change.REPLACED:
        what = say("plan.today.by", post=posts.get(row["replaced_by"], row["replaced_by"]))
    elif row["change"] == Change.HOURS:
        what = say("plan.today.hours", start=f"{row['start']:%H:%M}", end=f"{row['end']:%H:%M}")
    return " · ".join((posts.get(row["post_code"], row["post_code"]), what))

"""The right side of a load: try it, see what it would do, confirm it, see what it did."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import intake_queries
from dashboard.components.intake_report import View, report_view
from dashboard.components.intake_setup import flow
from dashboard.components.job_watch import ended, failure
from dashboard.intake_words import column_name
from dashboard.texts import lang, say

if TYPE_CHECKING:
    from dashboard.components.intake_setup import Setup
    from dashboard.queries import Situation
    from data.repositories.jobs import JobState

ASKS_FORCE = "intake.needs_force"
ASKS_DATUM = "forensics."
"""What keys of a refusal begin with that a steward may overrule."""


def buttons(setup: Setup) -> None:
    """Offer the trial; the file is read by the worker, and what it finds is kept for no longer than asked."""
    if setup.lacks:
        names = (say(f"intake_page.lacks.{n}") if n in LACKS else column_name(n, lang()) for n in setup.lacks)
        st.info(say("intake_page.lacks.these", names=("、" if lang() == "zh" else ", ").join(names)))
    this, digest = flow(), digest_of(setup)
    if st.button(
        say("intake_page.try"), type="secondary" if this.get("tried") == digest else "primary",
        disabled=not setup.is_ready, key="intake_try",
    ):  # fmt: skip
        this |= {"tried": digest, "applied": None, "try_job": _load(setup, dry_run=True)}
        this.pop("apply_job", None)


LOOK_THERE = "setTimeout(() => document.querySelector('.st-key-outcome').scrollIntoView(), 400);"
LACKS = ("geometry", "crs", "name", "personal")


def digest_of(setup: Setup) -> str:
    """Name what is to be loaded, so that nothing is confirmed that was not tried."""
    words = json.dumps([setup.definition, setup.valid_from], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(words.encode() + setup.content).hexdigest()


def _load(setup: Setup, **flags: bool) -> int:
    """Ask for a load, on trial or in earnest."""
    more: dict[str, Any] = {"valid_from": setup.valid_from} if setup.valid_from else {}
    args = {"definition": setup.definition, **flags, **more}
    return intake_queries.ask_with_file("load", setup.content, setup.suffix, args)


def outcome(now: Situation, setup: Setup | None) -> None:
    """Show what came of the trial, or of the load."""
    this = flow()
    if this.get("apply_job"):
        _applied(now, setup, this["apply_job"])
    elif this.get("try_job"):
        _tried(now, setup, this["try_job"])
    else:
        st.html(hint_html())


def hint_html() -> str:
    """Say what the way of a file is, step by step."""
    steps = "".join(f"<li>{say(f'intake_page.way.{number}')}</li>" for number in range(1, 5))
    return f'<div class="campus-hint"><p>{say("intake_page.hint")}</p><ol>{steps}</ol></div>'


def _look_there(number: int, phase: str) -> None:
    """Bring what comes of a job into view, once: the button that asked for it may stand far below."""
    if flow().get("seen") != (number, phase):
        flow()["seen"] = (number, phase)
        st.html(f"<script>/* {number} {phase} */{LOOK_THERE}</script>", unsafe_allow_javascript=True)


def _tried(now: Situation, setup: Setup | None, number: int) -> None:
    """Show a trial and, where nothing was changed since, the way to confirm it."""
    state = ended(number, say("intake_page.doing.try"))
    if state is None:
        _look_there(number, "waits")
        return
    if state.status == "failed":
        st.error(failure(state))
    report = state.result.get("report")
    if setup is not None and (state.status == "done" or asks(state)):
        if flow().get("tried") == digest_of(setup):
            _confirm(setup, state)
        else:
            st.warning(say("intake_page.changed_since"))
    if report:
        _report(now, state, is_trial=True)
    _look_there(number, "over")


def _report(now: Situation, state: JobState, *, is_trial: bool) -> None:
    """Show what a load found."""
    view = View(kind=flow()["mark"][2], is_trial=is_trial, is_refused=state.status == "failed")
    report_view(now, state.id, state.result["report"], view)


def asks(state: JobState) -> list[str]:
    """Say which refusals of a load a steward may overrule."""
    key = str(state.result.get("key", ""))
    asked = ["force"] if key == ASKS_FORCE else []
    datum = (state.result.get("report") or {}).get("datum") or {}
    differs = bool(datum) and datum.get("looks_like") not in (None, datum.get("declared"))
    return asked + (["accept_datum"] if key.startswith(ASKS_DATUM) or differs else [])


def _confirm(setup: Setup, state: JobState) -> None:
    """Ask for what must be overruled, and apply."""
    asked = asks(state)
    report = state.result.get("report") or {}
    ticks = {
        name: st.checkbox(say(f"intake_page.overrule.{name}"), key=f"{name}_{state.id}") for name in asked
    }
    nothing = state.status == "done" and not any(report.get(n) for n in ("added", "changed", "ended"))
    if nothing:
        st.info(say("intake_page.nothing_new"))
    held = nothing or not all(ticks.values())
    if st.button(say("intake_page.apply"), type="primary", disabled=held, key="intake_apply"):
        flow()["apply_job"] = _load(setup, dry_run=False, **ticks)
        st.rerun()


def _applied(now: Situation, setup: Setup | None, number: int) -> None:
    """Show what a load did, and follow the build that it asked for."""
    state = ended(number, say("intake_page.doing.apply"))
    if state is None:
        _look_there(number, "waits")
        return
    report = state.result.get("report") or {}
    if state.status == "failed":
        st.error(failure(state))
        if setup is not None and asks(state):
            _confirm(setup, state)
    else:
        st.success(say("intake_page.applied", batch=report.get("batch_id") or "–"))
        follow_build(state)
    if report:
        _report(now, state, is_trial=False)
    _look_there(number, "over")


def follow_build(state: JobState) -> None:
    """Follow the build that a job asked for."""
    number = state.result.get("build_job")
    if number is None:
        return
    build = ended(int(number), say("intake_page.doing.build"))
    if build is None:
        return
    if build.status == "failed":
        st.error(say("intake_page.build_failed"))
    else:
        st.success(say("intake_page.built"))

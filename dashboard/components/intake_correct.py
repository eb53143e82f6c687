"""Correct one field of one object: it stands against later files until it is taken back."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import intake, intake_queries
from dashboard.components.intake_history import show_job
from dashboard.intake_words import column_name, kind_name, word
from dashboard.texts import NOTHING, lang, moment, say
from data.personal import is_personal

if TYPE_CHECKING:
    from dashboard.intake import Target
    from dashboard.queries import Situation

LONGEST = 200
LARGEST = 100_000


def correct_part(now: Situation) -> None:
    """Show the form, and the corrections that stand."""
    st.caption(say("intake_page.correct.help"))
    left, right = st.columns([0.3, 0.7])
    with left:
        kind = st.selectbox(
            say("intake_page.kind.label"), intake.CORRECTABLE, key="correct_kind",
            format_func=lambda each: kind_name(each, lang()),
        )  # fmt: skip
    with right:
        code = st.text_input(say("intake_page.trace.code"), key="correct_code", max_chars=200)
    if (code or "").strip():
        _object(str(kind), str(code).strip())
    show_job("correct_job", "intake_page.doing.correct", "intake_page.correct.done")
    _standing(now)


def _object(kind: str, code: str) -> None:
    """Find the object and correct a field of it."""
    found = intake_queries.find(kind, code)
    if found is None:
        st.info(say("intake_page.trace.none"))
        return
    st.html(f'<h2 class="campus-step">{escape(str(found.get("name") or code))}</h2>')
    targets = {target.name: target for target in intake.correctable(kind)}
    left, middle, right = st.columns([0.3, 0.3, 0.4], vertical_alignment="bottom")
    with left:
        name = st.selectbox(
            say("intake_page.correct.field"), list(targets), key=f"correct_field_{kind}",
            format_func=lambda each: column_name(each, lang()),
        )  # fmt: skip
    target = targets[str(name)]
    now_there = found.get(target.name)
    with middle:
        st.text_input(
            say("intake_page.correct.now"), NOTHING if now_there is None else word(str(now_there), lang()),
            disabled=True, key=f"correct_now_{kind}_{code}_{target.name}",
        )  # fmt: skip
    with right:
        value = _value(target, f"correct_value_{kind}_{code}_{target.name}")
    _save(kind, code, target, value, str(found["district_code"]))


def _value(target: Target, key: str) -> Any:
    """Ask for a value of the column's own kind."""
    label = say("intake_page.correct.value")
    if target.words:
        return st.selectbox(
            label, target.words, index=None, key=key, placeholder=say("intake_page.choose"),
            format_func=lambda each: word(str(each), lang()),
        )  # fmt: skip
    if target.holds == "number":
        return st.number_input(label, min_value=0, max_value=LARGEST, value=None, step=1, key=key)
    written = st.text_input(label, key=key, max_chars=LONGEST)
    return (written or "").strip() or None


def _save(kind: str, code: str, target: Target, value: Any, district: str) -> None:
    """Write the correction, unless it holds a number of somebody."""
    if isinstance(value, str) and is_personal(value):
        st.error(say("intake_page.lacks.personal"))
        return
    if st.button(say("intake_page.correct.save"), type="primary", disabled=value is None, key="correct_save"):
        st.session_state["correct_job"] = intake_queries.correct(
            kind, code, target.name, value, district_code=district
        )


def _standing(now: Situation) -> None:
    """List the corrections that stand, each with the way to take it back."""
    rows = intake_queries.standing_corrections()
    st.html(f'<h2 class="campus-step">{say("intake_page.correct.standing", count=len(rows))}</h2>')
    for row in rows:
        left, right = st.columns([0.8, 0.2], vertical_alignment="center")
        with left:
            parts = (
                kind_name(row["kind"], lang()), row["code"], column_name(row["field"], lang()),
                word(str(row["value"]), lang()), moment(row["set_at"], now.timezone),
            )  # fmt: skip
            st.text(" · ".join(str(part) for part in parts))
        with right:
            if st.button(say("intake_page.correct.take_back"), key=f"take_back_{row['id']}"):
                st.session_state["correct_job"] = intake_queries.take_back(row["id"], row["kind"])
                st.rerun()

"""The form in which the committee writes a version of a rule; without document and source it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st
from pydantic import ValidationError

from dashboard import finding_queries
from dashboard.texts import lang, say
from data.messages import sentence
from data.rule_book import RuleVersion
from geo.errors import CampusError
from geo.terms import RuleMetric, SchoolSide, Stage, Strength, VenueCategory, VenueSide

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from enum import StrEnum

    Words = Mapping[Any, Any] | pd.Series

JOB = "rule_job"
ROUND = "rule_round"
"""Counts the versions that were asked for: each form has widgets of its own."""
EMPTY: Mapping[str, Any] = {
    "code": "", "venue_category": str(VenueCategory.INTERNET_CAFE), "stages": [str(Stage.KINDERGARTEN)],
    "metres": None, "is_inclusive": True, "school_side": str(SchoolSide.ANY_GATE),
    "venue_side": str(VenueSide.DOOR), "metric": str(RuleMetric.STRAIGHT), "jurisdiction": "", "document": "",
    "article": None, "source": "", "strength": str(Strength.PROHIBITED), "valid_from": None, "valid_to": None,
}  # fmt: skip


def rule_form(known: Mapping[Any, Any] | pd.Series | None, today: date) -> None:
    """Ask for a version of a rule and hand it to the worker.

    Parameters
    ----------
    known
        The version that stands, whose words the form begins with; None for a rule that is new.
    today
        The local date, from which it is to hold unless somebody says otherwise.
    """
    begun = EMPTY if known is None else known
    turn = f"{st.session_state.setdefault(ROUND, 0)}_{begun['code']}"
    with st.form(f"rule_form_{turn}", border=True):
        words = _identity(begun, turn, is_new=known is None) | _measure(begun, turn)
        words |= _law(begun, turn) | _days(begun, today, turn)
        if st.form_submit_button(say("rules.form.save"), type="primary"):
            _put(words)


def _identity(begun: Words, turn: str, *, is_new: bool) -> dict[str, Any]:
    """Ask of what and whom the rule speaks."""
    first, second, third = st.columns([0.3, 0.3, 0.4])
    with first:
        code = st.text_input(
            say("rules.form.code"), begun["code"], key=f"rule_code_{turn}", disabled=not is_new,
            help=say("rules.form.code_help"), max_chars=60,
        )  # fmt: skip
    with second:
        category = _word("category", VenueCategory, begun["venue_category"], turn)
    with third:
        stages = st.multiselect(
            say("rules.form.stages"), [str(stage) for stage in Stage],
            [str(each) for each in begun["stages"]], key=f"rule_stages_{turn}",
            format_func=lambda word: say(f"rules.stage.{word}"),
        )  # fmt: skip
    return {"code": code.strip() if is_new else begun["code"], "venue_category": category, "stages": stages}


def _measure(begun: Words, turn: str) -> dict[str, Any]:
    """Ask how far, from where to where, measured how."""
    known = begun["metres"]
    columns = st.columns([0.18, 0.2, 0.2, 0.2, 0.22])
    with columns[0]:
        metres = st.number_input(
            say("rules.form.metres"), 0.1, 5000.0,
            None if known is None or pd.isna(known) else float(known), step=10.0, key=f"rule_metres_{turn}",
            placeholder=say("rules.source_required"),
        )  # fmt: skip
    with columns[1]:
        side = _word("side", SchoolSide, begun["school_side"], turn)
    with columns[2]:
        venue = _word("venue_side", VenueSide, begun["venue_side"], turn)
    with columns[3]:
        metric = _word("metric", RuleMetric, begun["metric"], turn)
    with columns[4]:
        inclusive = st.checkbox(
            say("rules.form.inclusive"), bool(begun["is_inclusive"]), key=f"rule_inclusive_{turn}"
        )
    return {
        "metres": metres, "school_side": side, "venue_side": venue, "metric": metric,
        "is_inclusive": inclusive,
    }  # fmt: skip


def _law(begun: Words, turn: str) -> dict[str, Any]:
    """Ask who says so, where it is written, and where it holds."""
    first, second = st.columns(2)
    with first:
        document = st.text_input(say("rules.form.document"), begun["document"], key=f"rule_document_{turn}")
        article = st.text_input(
            say("rules.form.article"), _said(begun["article"]), key=f"rule_article_{turn}"
        )
    with second:
        # a rule without metres has a source that says that there is none: who names metres names one
        bare = begun["metres"] is None or pd.isna(begun["metres"])
        source = st.text_input(
            say("rules.form.source"), "" if bare else begun["source"], key=f"rule_source_{turn}",
            placeholder=begun["source"],
        )  # fmt: skip
        left, right = st.columns(2)
        with left:
            place = st.text_input(
                say("rules.form.jurisdiction"), begun["jurisdiction"], key=f"rule_place_{turn}",
                help=say("rules.form.jurisdiction_help"), max_chars=12,
            )  # fmt: skip
        with right:
            strength = _word("strength", Strength, begun["strength"], turn)
    return {
        "document": document, "article": article.strip() or None, "source": source,
        "jurisdiction": place.strip(), "strength": strength,
    }  # fmt: skip


def _days(begun: Words, today: date, turn: str) -> dict[str, Any]:
    """Ask from when to when it holds."""
    first, second = st.columns(2)
    with first:
        begins = st.date_input(
            say("rules.form.valid_from"), today, key=f"rule_from_{turn}", min_value=_long_ago(today),
            help=say("rules.form.valid_from_help", known=_said(begun["valid_from"]) or "–"),
        )  # fmt: skip
    with second:
        ends = st.date_input(
            say("rules.form.valid_to"), None, key=f"rule_to_{turn}", min_value=_long_ago(today)
        )
    return {"valid_from": begins, "valid_to": ends}


def _long_ago(today: date) -> date:
    return today.replace(year=1949, month=10, day=1)


def _word(name: str, words: type[StrEnum], known: object, turn: str) -> str:
    """Ask for a word of a closed list."""
    listed = [str(word) for word in words]
    return str(
        st.selectbox(
            say(f"rules.form.{name}"), listed, listed.index(str(known)), key=f"rule_{name}_{turn}",
            format_func=lambda word: say(f"rules.{name}.{word}"),
        )
    )  # fmt: skip


def _said(value: object) -> str:
    return "" if value is None or value != value else str(value)  # noqa: PLR0124 -- NaN differs from itself


def _put(words: Mapping[str, Any]) -> None:
    """Hand a version to the worker, or say what is missing."""
    try:
        version = RuleVersion.model_validate(dict(words))
    except ValidationError as error:
        fields = {str(each["loc"][0]) if each["loc"] else "measure" for each in error.errors()}
        named = say("rules.comma").join(say(f"rules.fault.{name}") for name in sorted(fields))
        st.error(say("rules.form.refused", fields=named))
        return
    ask_for({"rule": version.model_dump(mode="json")})


def ask_for(words: Mapping[str, Any]) -> None:
    """Ask the worker and begin anew."""
    try:
        st.session_state[JOB] = finding_queries.ask_for(words)
    except CampusError as error:
        st.error(sentence(error, lang()))
        return
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
    st.rerun()

"""The rule book: every rule and version with its source; the committee writes and takes back."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dashboard import finding_queries
from dashboard.choice import choose
from dashboard.clock import local_now
from dashboard.components.job_watch import ended, failure
from dashboard.components.rule_form import JOB, ask_for, rule_form
from dashboard.texts import NOTHING, lang, moment, number, say
from data.messages import sentence
from data.rights import rights
from geo.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from dashboard.queries import Situation

WRITERS = rights().jobs["rule"]
"""Who writes in the rule book."""
TABLE = "rule_table"
CHOSEN = "selected_rule"
BUILD = "rule_build"
HEIGHT = 330
STATES = ("holds", "ahead", "past", "ended")
"""Of a version: it holds; it will; it did; it was taken back."""


def rules_part(situation: Situation) -> None:
    """Show the part."""
    _follow()
    book = finding_queries.history(situation)
    if book.empty:
        st.html(f'<div class="campus-hint"><p>{escape(say("rules.book.empty"))}</p></div>')
    today = local_now(situation.timezone).date()
    book = book.assign(state=[state_of(row, today) for row in book.to_dict("records")])
    bare = book[(book["state"] == "holds") & book["metres"].isna()]["code"].nunique()
    count = book[book["state"] == "holds"]["code"].nunique()
    st.html(
        f'<p class="campus-headline">'
        f"{say('rules.book.headline', count=_strong(count), bare=_strong(bare))}</p>"
    )
    place = choose(
        "rule_place", ["here", "all"], default="here", label=say("rules.book.place"),
        show=lambda word: say(f"rules.book.{word}"),
    )  # fmt: skip
    code = _table(_newest(book), situation, everywhere=place == "all")
    if code is not None:
        _versions(situation, book[book["code"] == code], today)
    elif situation.role in WRITERS:
        with st.expander(say("rules.form.new")):
            rule_form(None, today)
    with st.expander(say("pages.method.title")):
        st.markdown(say("rules.book.method"))


def state_of(row: Mapping[Any, Any], today: Any) -> str:
    """Say whether a version holds on a day, will, did, or was taken back."""
    if not pd.isna(row["ended_at"]):
        return "ended"
    if not pd.isna(row["valid_from"]) and row["valid_from"] > today:
        return "ahead"
    return "past" if not pd.isna(row["valid_to"]) and row["valid_to"] <= today else "holds"


def _strong(value: int) -> str:
    return f"<strong>{escape(number(value))}</strong>"


def _newest(book: pd.DataFrame) -> pd.DataFrame:
    """Give one version a rule: the one that holds, else the newest."""
    rank = book["state"].map({word: place for place, word in enumerate(STATES)})
    ordered = book.assign(rank=rank).sort_values(["code", "rank"], kind="stable")
    return ordered.drop_duplicates("code").reset_index(drop=True)


def _table(rules: pd.DataFrame, situation: Situation, *, everywhere: bool) -> str | None:
    """Show a row a rule; gives the code of the one that is selected."""
    own = finding_queries.district_codes(situation)
    here = [not place or any(code.startswith(place) for code in own) for place in rules["jurisdiction"]]
    shown = rules if everywhere else rules[here]
    # what is checked first, and of that what is nearest
    order = shown.assign(bare=shown["metres"].isna(), near=-shown["jurisdiction"].str.len())
    shown = shown.loc[order.sort_values(["bare", "near", "code"]).index].reset_index(drop=True)
    rows = pd.DataFrame(
        {
            "category": [say(f"rules.category.{word}") for word in shown["venue_category"]],
            "stages": [stages_text(words) for words in shown["stages"]],
            "metres": [metres_text(value) for value in shown["metres"]],
            "how": [how_text(row) for row in shown.to_dict("records")],
            "place": [place or say("rules.book.everywhere") for place in shown["jurisdiction"]],
            "document": shown["document"].str.cat(shown["article"].fillna(""), sep=" "),
            "strength": [say(f"rules.strength.{word}") for word in shown["strength"]],
            "from": shown["valid_from"],
            "source": shown["source"],
            "code": shown["code"],
        }
    )
    event: Any = st.dataframe(
        rows, key=TABLE, on_select="rerun", selection_mode="single-row", hide_index=True, height=HEIGHT,
        column_config=_columns(), placeholder=NOTHING, alt=say("rules.book.alt"),
    )  # fmt: skip
    chosen = event["selection"]["rows"]
    return str(shown["code"].iloc[chosen[0]]) if chosen and chosen[0] < len(shown) else None


def _columns() -> dict[str, Any]:
    widths = {"category": 80, "stages": 130, "metres": 96, "how": 220, "place": 70, "document": 240,
              "strength": 104, "from": 92, "source": 240, "code": 150}  # fmt: skip
    return {
        name: st.column_config.DateColumn(say(f"rules.book.{name}"), format="YYYY-MM-DD", width=width)
        if name == "from"
        else st.column_config.TextColumn(say(f"rules.book.{name}"), width=width)
        for name, width in widths.items()
    }


def stages_text(stages: Any) -> str:
    """Name stages shortly: all schools are one word."""
    kinds = {str(stage) for stage in stages}
    others = kinds - {"kindergarten"}
    words = [say("rules.stage.kindergarten")] if "kindergarten" in kinds else []
    if len(others) == 7:  # noqa: PLR2004 -- every stage but kindergarten
        return say("rules.comma").join([say("rules.stage.every_school"), *words])
    return say("rules.comma").join([*(say(f"rules.stage.{word}") for word in sorted(others)), *words])


def metres_text(value: float | None) -> str:
    """Write metres, or that a source is required."""
    return (
        say("rules.source_required")
        if pd.isna(value)
        else say("rules.metres", value=number(value, "#,##0.#"))
    )


def how_text(row: Mapping[Hashable, Any]) -> str:
    """Say from where to where a rule measures, and how."""
    words = (f"rules.side.{row['school_side']}", f"rules.venue_side.{row['venue_side']}")
    return " · ".join([*(say(word) for word in words), say(f"rules.metric.{row['metric']}")])


def _versions(situation: Situation, versions: pd.DataFrame, today: Any) -> None:
    """Show every version of a rule: what, from when to when, by whom, when; and the way to change it."""
    rows = pd.DataFrame(
        {
            "state": [say(f"rules.state.{word}") for word in versions["state"]],
            "metres": [metres_text(value) for value in versions["metres"]],
            "how": [how_text(row) for row in versions.to_dict("records")],
            "from": versions["valid_from"],
            "to": versions["valid_to"],
            "by": [_account(word) for word in versions["set_by"]],
            "at": [moment(each.to_pydatetime(), situation.timezone) for each in versions["set_at"]],
            "ended": [_ended(row, situation.timezone) for row in versions.to_dict("records")],
            "document": versions["document"], "article": versions["article"], "source": versions["source"],
            "number": versions["rule_id"],
        }
    )  # fmt: skip
    st.html(
        f'<h2 class="campus-step">{escape(say("rules.versions.title", code=versions["code"].iloc[0]))}</h2>'
    )
    st.dataframe(
        rows, key="rule_versions", hide_index=True, placeholder=NOTHING, alt=say("rules.versions.alt"),
        column_config={name: say(f"rules.versions.{name}") for name in rows.columns},
    )  # fmt: skip
    if situation.role not in WRITERS:
        return
    standing = versions[versions["state"] != "ended"]
    if len(standing):
        newest = standing.iloc[0]
        label = say("rules.versions.take_back", number=newest["rule_id"])
        if st.button(label, key=f"take_back_{newest['rule_id']}"):
            ask_for({"take_back": int(newest["rule_id"])})
    st.html(f'<h2 class="campus-step">{escape(say("rules.form.title"))}</h2>')
    rule_form((standing if len(standing) else versions).iloc[0], today)


def _account(word: str) -> str:
    """Name who wrote a version."""
    return say("rules.versions.shipped") if word == "shipped" else say("rules.versions.account", account=word)


def _ended(row: Mapping[Hashable, Any], timezone: str) -> str | None:
    """Say who took a version back, and when."""
    if pd.isna(row["ended_at"]):
        return None
    return f"{_account(str(row['ended_by']))} · {moment(row['ended_at'].to_pydatetime(), timezone)}"


def _follow() -> None:
    """Follow what was asked of the worker, then the build that it asked for."""
    try:
        state = ended(st.session_state.get(JOB), say("rules.job.writing"))
        if state is None:
            return
        if state.status != "done":
            st.error(failure(state))
            return
        build = ended(state.result.get("build_job"), say("rules.job.building"))
        if build is not None:
            st.success(say("rules.job.built")) if build.status == "done" else st.error(failure(build))
    except CampusError as error:
        st.warning(sentence(error, lang()))

"""The selected gate: its numbers of the slot, its day as a timeline, its week, and who serves it."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from dashboard import ledger_queries
from dashboard.clock import local_now
from dashboard.components.ledger_filters import kind_text
from dashboard.components.ledger_headline import minutes_text
from dashboard.components.timeline import post_text, timeline_html, week_html
from dashboard.selection import selected_gate
from dashboard.texts import NOTHING, day_text, number, say
from dashboard.view_ledger import GUARD, SEES_AHEAD
from dashboard.view_timeline import hours_of_posts, week_of, windows_of

if TYPE_CHECKING:
    from datetime import date

    from dashboard.queries import Situation
    from dashboard.view_ledger import Asked
    from dashboard.view_timeline import PostHours


def gate_card(
    situation: Situation, asked: Asked, table: pd.DataFrame, day_rows: pd.DataFrame, schools: pd.DataFrame
) -> None:
    """Show the selected gate; a hint where none is selected.

    Parameters
    ----------
    situation, asked
        What is looked at, and by whom.
    table
        `dashboard.view_ledger.gate_table` of the slot, with ``gate``.
    day_rows
        Rows of the whole day.
    schools
        All schools.
    """
    gate = selected_gate()
    monday = asked.kind.day - timedelta(days=asked.kind.day.weekday())
    week = day_rows.head(0) if gate is None else ledger_queries.week_of_gate(situation, gate, monday)
    if week.empty:
        st.html(f'<div class="campus-card campus-card--empty">{escape(say("command.card.hint"))}</div>')
        return
    own = day_rows[day_rows["gate_id"] == gate]
    posts = _posts(situation, asked)
    parts = [_head(table[table["gate_id"] == gate], week, schools, asked)]
    if own.empty:
        parts.append(f"<p>{escape(say('command.card.no_window'))}</p>")
    else:
        parts.append(timeline_html(windows_of(own, posts, asked.force), posts))
    parts.append(_week(situation, asked, week, monday))
    if posts:
        parts.append(_list(posts))
    st.html(f'<section class="campus-card" data-gate="{gate}">{"".join(parts)}</section>')


def _posts(situation: Situation, asked: Asked) -> list[PostHours]:
    """Give who serves the gate; rosters are for those who plan."""
    gate = selected_gate()
    if situation.role not in SEES_AHEAD or gate is None or gate < 0:
        return []
    posts, exceptions = ledger_queries.gate_posts(situation, gate, asked.kind.day)
    weekday = asked.kind.day.weekday() if asked.kind.weekday is None else asked.kind.weekday
    return hours_of_posts(posts, exceptions, asked.kind.day, weekday)


def _head(found: pd.DataFrame, week: pd.DataFrame, schools: pd.DataFrame, asked: Asked) -> str:
    """Write name, place and, where the slot is one of the gate's, its numbers."""
    gate = week.iloc[0]
    of_school = schools[schools["code"] == gate["school_code"]]
    # a school that has ended since the build has its code for a name
    school = of_school.iloc[0] if len(of_school) else pd.Series({"name": gate["school_code"]})
    name = gate["gate_name"] if isinstance(gate["gate_name"], str) else say("command.gate_estimated")
    marks = ["command.card.main"] if gate["is_main"] and not gate["is_estimated"] else []
    marks += ["command.card.estimated"] if gate["is_estimated"] else []
    places = [
        word for word in (school.get("town_name"), school.get("police_area_name")) if isinstance(word, str)
    ]
    about = " · ".join([*(say(mark) for mark in marks), *places])
    head = f"<h2>{escape(school['name'])} {escape(name)}</h2><p>{escape(about)}</p>"
    if found.empty:
        return head
    facts = _guard_facts(found.iloc[0]) if asked.mode == GUARD else _response_facts(found.iloc[0])
    cells = "".join(f"<div><dt>{escape(say(key))}</dt><dd>{escape(value)}</dd></div>" for key, value in facts)
    return f"{head}<dl>{cells}</dl>"


def _guard_facts(gate: pd.Series) -> list[tuple[str, str]]:
    return [
        ("command.card.uncovered", _minutes(gate["uncovered_min"])),
        ("command.card.reason", say(f"command.guard_reason.{gate['guard_reason']}")),
        ("command.card.depth", _depth(gate)),
        ("command.card.pupils", number(_float(gate["pupils"]))),
    ]


def _response_facts(gate: pd.Series) -> list[tuple[str, str]]:
    return [
        ("command.card.nearest", minutes_text(_float(gate["response_s"]))),
        ("command.card.second", minutes_text(_float(gate["second_response_s"]))),
        ("command.card.response_reason", say(f"command.response_reason.{gate['response_reason']}")),
        ("command.card.straight", _metres(gate)),
    ]


def _depth(gate: pd.Series) -> str:
    """Write the fewest posts at once; a dash where nobody can say."""
    return NOTHING if _float(gate["uncovered_min"]) is None else number(gate["depth"])


def _metres(gate: pd.Series) -> str:
    value = _float(gate.get("straight_m"))
    return NOTHING if value is None else say("pages.metres", value=number(value))


def _minutes(value: object) -> str:
    known = _float(value)
    return NOTHING if known is None else say("command.minutes", value=number(known))


def _float(value: object) -> float | None:
    """Give a number, None where there is none."""
    try:
        known = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return None if known != known else known  # noqa: PLR0124 -- NaN


def _week(situation: Situation, asked: Asked, rows: pd.DataFrame, monday: date) -> str:
    """Write the gate's week, as far as the viewer may look ahead."""
    days = [monday + timedelta(days=ahead) for ahead in range(7)]
    if situation.role not in SEES_AHEAD:
        today = local_now(situation.timezone).date()
        days = [day for day in days if day <= today]
    named = say("command.day.with_kind", day=day_text(asked.kind.day), run=kind_text(asked.kind))
    head = say("command.card.day", day=named)
    return f"<p>{escape(head)}</p>{week_html(week_of(rows, days, asked.force), asked.kind.day)}"


def _list(posts: list[PostHours]) -> str:
    """Write who serves the gate that day."""
    rows = "".join(f"<li>{escape(post_text(post))}</li>" for post in posts)
    return f'<p>{escape(say("command.posts.label"))}</p><ul class="campus-posts">{rows}</ul>'

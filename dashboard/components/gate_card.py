"""The selected gate: its numbers of the slot, its day as a timeline, its week, and who serves it."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING

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
    import pandas as pd

    from dashboard.queries import Situation
    from dashboard.view_ledger import Asked
    from dashboard.view_timeline import PostHours


def gate_card(situation: Situation, asked: Asked, table: pd.DataFrame, day_rows: pd.DataFrame) -> None:
    """Show the selected gate; a hint where none is selected.

    Parameters
    ----------
    situation, asked
        What is looked at, and by whom.
    table
        `dashboard.view_ledger.gate_table` of the slot, with ``gate``.
    day_rows
        Rows of the whole day.
    """
    found = table[table["gate_id"] == selected_gate()]
    own = day_rows[day_rows["gate_id"] == selected_gate()]
    if own.empty:
        st.html(f'<div class="campus-card campus-card--empty">{escape(say("command.card.hint"))}</div>')
        return
    posts = _posts(situation, asked)
    parts = [_head(found, own, asked), timeline_html(windows_of(own, posts, asked.force), posts)]
    parts.append(_week(situation, asked))
    if posts:
        parts.append(_list(posts))
    st.html(
        f'<section class="campus-card" data-gate="{int(own["gate_id"].iloc[0])}">{"".join(parts)}</section>'
    )


def _posts(situation: Situation, asked: Asked) -> list[PostHours]:
    """Give who serves the gate; rosters are for those who plan."""
    gate = selected_gate()
    if situation.role not in SEES_AHEAD or gate is None or gate < 0:
        return []
    posts, exceptions = ledger_queries.gate_posts(situation, gate, asked.kind.day)
    weekday = asked.kind.day.weekday() if asked.kind.weekday is None else asked.kind.weekday
    return hours_of_posts(posts, exceptions, asked.kind.day, weekday)


def _head(found: pd.DataFrame, own: pd.DataFrame, asked: Asked) -> str:
    """Write name, place and numbers of the gate."""
    if found.empty:
        name = own["gate_name"].iloc[0]
        return f"<h2>{escape(name if isinstance(name, str) else say('command.gate_estimated'))}</h2>"
    gate = found.iloc[0]
    about = [gate["town_name"], gate["police_area_name"]]
    marks = ["command.card.main"] if gate["is_main"] and not gate["is_estimated"] else []
    marks += ["command.card.estimated"] if gate["is_estimated"] else []
    words = [*(say(mark) for mark in marks), *(word for word in about if isinstance(word, str))]
    facts = _guard_facts(gate) if asked.mode == GUARD else _response_facts(gate)
    cells = "".join(f"<div><dt>{escape(say(key))}</dt><dd>{escape(value)}</dd></div>" for key, value in facts)
    return f"<h2>{escape(gate['gate'])}</h2><p>{escape(' · '.join(words))}</p><dl>{cells}</dl>"


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


def _week(situation: Situation, asked: Asked) -> str:
    """Write the gate's week, as far as the viewer may look ahead."""
    gate = selected_gate()
    if gate is None:
        return ""
    monday = asked.kind.day - timedelta(days=asked.kind.day.weekday())
    days = [monday + timedelta(days=ahead) for ahead in range(7)]
    if situation.role not in SEES_AHEAD:
        today = local_now(situation.timezone).date()
        days = [day for day in days if day <= today]
    rows = ledger_queries.week_of_gate(situation, gate, monday)
    named = say("command.day.with_kind", day=day_text(asked.kind.day), run=kind_text(asked.kind))
    head = say("command.card.day", day=named)
    return f"<p>{escape(head)}</p>{week_html(week_of(rows, days, asked.force), asked.kind.day)}"


def _list(posts: list[PostHours]) -> str:
    """Write who serves the gate that day."""
    rows = "".join(f"<li>{escape(post_text(post))}</li>" for post in posts)
    return f'<p>{escape(say("command.posts.label"))}</p><ul class="campus-posts">{rows}</ul>'

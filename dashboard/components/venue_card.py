"""The selected venue: what was measured to each school, under which rule, and its dispute sheets."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from dashboard.finding_choice import FINDING, KEY, selected_venue
from dashboard.texts import NOTHING, iso_day, lang, number, say
from geo.terms import UNNAMED

if TYPE_CHECKING:
    from collections.abc import Hashable

    from dashboard.finding_queries import Checked
    from dashboard.queries import Situation

MOST = 4
"""Findings that the card shows; the table holds all."""
METRES = "#,##0.0"


def venue_card(situation: Situation, checked: Checked) -> None:
    """Show the selected venue; a hint where none is selected."""
    code = selected_venue()
    venue = checked.venues[checked.venues["code"] == code]
    if venue.empty:
        st.html(f'<div class="campus-card campus-card--empty">{escape(say("rules.card.hint"))}</div>')
        return
    found = checked.findings[checked.findings["venue_code"] == code]
    chosen = st.session_state.get(FINDING)
    first = [key == chosen for key in found[KEY].itertuples(index=False, name=None)]
    rows = pd.concat([found[first], found[[not each for each in first]]]).to_dict("records")
    parts = [_head(venue.iloc[0], rows)]
    parts += [finding_html(row) for row in rows[:MOST]]
    if not rows:
        parts.append(f"<p>{escape(say('rules.card.nothing'))}</p>")
    elif len(rows) > MOST:
        parts.append(f"<p>{escape(say('rules.card.more', count=number(len(rows) - MOST)))}</p>")
    run = rows[0]["run_id"] if rows else situation.run_id or NOTHING
    parts.append(f"<p>{escape(say('rules.card.run', run=run))}</p>")
    st.html(f'<section class="campus-card" data-venue="{escape(str(code))}">{"".join(parts)}</section>')
    with st.container(horizontal=True, key="sheets"):
        for row in rows[:MOST]:
            st.link_button(
                say(
                    "rules.card.sheet", school=_name(row["school_name"], row["school_code"]), rule=row["rule"]
                ),
                sheet_address(row),
            )


def sheet_address(row: dict[Hashable, Any]) -> str:
    """Give the address of a finding's dispute sheet."""
    words = {
        "venue": row["venue_code"], "school": row["school_code"], "rule": row["rule_id"], "lang": lang(),
    }  # fmt: skip
    return "/print/dispute?" + urlencode(words)


def _head(venue: pd.Series, rows: list[dict[Hashable, Any]]) -> str:
    """Write name, category and dates."""
    category = NOTHING if pd.isna(venue["category"]) else say(f"rules.category.{venue['category']}")
    dates = "" if not rows else licence_text(rows[0])
    about = " · ".join(word for word in (category, str(venue["code"]), dates) if word)
    return f"<h2>{escape(_name(venue['name'], venue['code']))}</h2><p>{escape(about)}</p>"


def licence_text(row: dict[Hashable, Any]) -> str:
    """Say since when a venue is there, and from when to when it is licensed."""
    return say(
        "rules.card.licence", established=iso_day(row["established_on"]), begins=iso_day(row["licence_from"]),
        ends=iso_day(row["licence_to"]),
    )  # fmt: skip


def finding_html(row: dict[Hashable, Any]) -> str:
    """Write one finding: both measures, the rule and why."""
    facts = (
        ("status", say(f"rules.status.{row['status']}")),
        ("straight", metres(row["distance_straight_m"])),
        ("walk", metres(row["distance_walk_m"])),
        ("limit", rule_text(row)),
    )
    cells = "".join(
        f"<div><dt>{escape(say(f'rules.card.{key}'))}</dt><dd>{escape(value)}</dd></div>"
        for key, value in facts
    )
    law = " ".join(str(word) for word in (row["document"], row["article"]) if not pd.isna(word))
    lines = (
        say(f"rules.why.{row['why']}"),
        say(f"rules.strength.{row['strength']}") + " · " + law,
        say("rules.card.source", source=row["source"]),
        say("rules.card.since", venue=iso_day(row["venue_since"]), school=iso_day(row["school_since"]),
            rule=iso_day(row["rule_from"])),
    )  # fmt: skip
    said = "".join(f"<p>{escape(line)}</p>" for line in lines)
    school = escape(_name(row["school_name"], row["school_code"]))
    return f'<div class="campus-finding"><h3>{school}</h3><dl>{cells}</dl>{said}</div>'


def rule_text(row: dict[Hashable, Any]) -> str:
    """Say how far the rule reaches, from where, measured how."""
    return say(
        "rules.card.rule", metres=number(row["metres"]), side=say(f"rules.side.{row['school_side']}"),
        metric=say(f"rules.metric.{row['metric']}"),
    )  # fmt: skip


def metres(value: float | None) -> str:
    """Write metres; a dash where there are none."""
    return NOTHING if pd.isna(value) else say("rules.metres", value=number(value, METRES))


def _name(name: object, code: object) -> str:
    return str(code) if not isinstance(name, str) or name == UNNAMED else name

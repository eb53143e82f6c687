"""A small card with the numbers of the selected school."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.components.event_class import event_class_html
from dashboard.components.filters import view_sentence
from dashboard.selection import selected
from dashboard.texts import NOTHING, number, say, share

if TYPE_CHECKING:
    import pandas as pd

    from dashboard.queries import Situation
    from dashboard.view import View


def school_card(situation: Situation, table: pd.DataFrame, view: View) -> None:
    """Show the selected school's numbers, or those of the only one; a hint where none is selected."""
    found = table if len(table) == 1 else table[table["code"] == selected()]
    if found.empty:
        st.html(f'<div class="campus-card campus-card--empty">{escape(say("pages.card.hint"))}</div>')
        return
    events = event_class_html(situation, str(found.iloc[0]["code"]))
    st.html(card_html(found.iloc[0], view, events))


def card_html(school: pd.Series, view: View, events: str = "") -> str:
    """Write the card; every text in it is escaped. ``events`` is HTML of `event_class_html`."""
    about = [say(f"pages.stages.{school['stage']}")] if isinstance(school["stage"], str) else []
    if isinstance(school["town_name"], str):
        about.append(school["town_name"])
    if school["is_boundary_estimated"]:
        about.append(say("pages.card.estimated"))
    facts = (
        ("pages.card.nearest", _metres(school["nearest_post_m"])),
        ("pages.card.posts", number(school["post_count"])),
        ("pages.card.covered", share(school["covered_share"])),
        ("pages.card.gap", say("pages.hectares", value=number(school["gap_ha"], "#,##0.0"))),
    )
    cells = "".join(f"<div><dt>{escape(say(key))}</dt><dd>{escape(value)}</dd></div>" for key, value in facts)
    when = say("pages.card.view", when=view_sentence(view), ring=view.ring_m)
    return (
        f'<section class="campus-card" data-school="{escape(str(school["code"]))}">'
        f"<h2>{escape(str(school['name']))}</h2>"
        f"<p>{escape(' · '.join(about))}</p><dl>{cells}</dl>{events}<p>{escape(when)}</p></section>"
    )


def _metres(value: float) -> str:
    """Write a distance in metres."""
    return NOTHING if value != value else say("pages.metres", value=number(value))  # noqa: PLR0124 -- NaN

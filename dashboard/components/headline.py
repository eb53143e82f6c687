"""One sentence with the numbers of the view, and the few schools to look at first."""

from __future__ import annotations

from html import escape
from math import isnan
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.components.filters import view_sentence
from dashboard.selection import SHORT_LIST, chosen_in_short_list
from dashboard.texts import number, say
from dashboard.view import M2_PER_HA, farthest, figures_of
from geo.terms import Slot

if TYPE_CHECKING:
    import pandas as pd

    from dashboard.view import Figures, View


def headline(view: View, table: pd.DataFrame, place: str, *, is_one: bool = False) -> None:
    """Show the sentence and, below it, the schools whose nearest post is farthest.

    Parameters
    ----------
    view, table
        What is looked at, and its rows.
    place
        What the rows are of, as it stands within a sentence.
    is_one
        Whether that is the one school which the viewer sees: nothing is counted then, nor to be chosen.
    """
    figures = figures_of(table)
    st.html(f'<p class="campus-headline">{sentence_html(view, figures, place, is_one=is_one)}</p>')
    if not is_one:
        _short_list(farthest(table))


def sentence_html(view: View, figures: Figures, place: str, *, is_one: bool = False) -> str:
    """Write the sentence; its numbers stand out, its texts are escaped."""
    when = view_sentence(view)
    if figures.measured == 0:
        key = "pages.headline.one_nothing" if is_one else "pages.headline.nothing"
        return escape(say(key, when=when, place=place))
    params = {
        "when": escape(when),
        "place": escape(place),
        "schools": _strong(number(figures.measured)),
        "ring": number(view.ring_m),
        "unreached": _strong(number(figures.unreached)),
        "median": _strong(number(figures.median_nearest_m)),
        "gap": _strong(number(figures.gap_area_m2 / M2_PER_HA, "#,##0")),
    }
    return say(_key(view, figures, is_one=is_one), **params)


def _key(view: View, figures: Figures, *, is_one: bool) -> str:
    """Name the sentence that holds."""
    if not is_one:
        kind = "any_time" if view.slot == Slot.ALL else "reach"
        return f"pages.headline.{kind}_no_posts" if figures.no_posts_at_all else f"pages.headline.{kind}"
    state = "no_posts" if figures.no_posts_at_all else "unreached" if figures.unreached else "reached"
    return f"pages.headline.one_{'any_time_' if view.slot == Slot.ALL else ''}{state}"


def _strong(words: str) -> str:
    """Make a number stand out."""
    return f"<strong>{escape(words)}</strong>"


def _short_list(schools: pd.DataFrame) -> None:
    """Offer the schools to go to first; choosing one goes there."""
    if schools.empty:
        return
    labels = {
        str(code): f"{name} · {_distance(float(metres))}"
        for code, name, metres in zip(
            schools["code"], schools["name"], schools["nearest_post_m"], strict=True
        )
    }
    if st.session_state.get(SHORT_LIST) not in labels:
        st.session_state[SHORT_LIST] = None
    st.pills(
        say("pages.headline.farthest"), list(labels), key=SHORT_LIST, wrap=False,
        on_change=chosen_in_short_list, format_func=lambda code: labels.get(code, code),
    )  # fmt: skip


def _distance(metres: float) -> str:
    """Write a distance, or that no post is on duty at all."""
    return say("pages.no_post") if isnan(metres) else say("pages.metres", value=number(metres))

"""The list of focus zones: a row each, with its score cut into the parts of its terms."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.selection import select_zone, selected_zone
from dashboard.texts import number, say
from dashboard.zone_words import SCORE, interval_text, place_text, score_text, zone_name
from geo.zone_scores import TERMS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from dashboard.view_zones import Ranked

MORE = "zones_shown"
STEP = 10
WIDE, NARROW = 0.031, 0.0125
"""Part of the full width that a character takes, a wide one and any other."""


def zone_list(ranks: Ranked, choices: Mapping[str, dict[str, Any]], first_places: int) -> None:
    """Show the first places, the selected zone wherever it stands, and a way to more."""
    shown = max(int(st.session_state.get(MORE, first_places)), first_places)
    st.html(legend_html())
    rows = list(range(min(shown, len(ranks.zones))))
    chosen = ranks.zones.index[ranks.zones["zone_id"] == selected_zone()].tolist()
    for row in rows + [row for row in chosen if row not in rows]:
        _row(ranks, row, choices)
    left = len(ranks.zones) - len(rows)
    if left > 0 and st.button(say("zones.list.more", count=min(STEP, left)), key="zones_more"):
        st.session_state[MORE] = shown + STEP
        st.rerun()


def legend_html() -> str:
    """Write which colour is which term."""
    pieces = "".join(
        f'<li><i class="campus-piece campus-piece--{term}"></i>{escape(say(f"zones.term.{term}"))}</li>'
        for term in TERMS
    )
    return f'<ul class="campus-pieces">{pieces}</ul>'


def _row(ranks: Ranked, row: int, choices: Mapping[str, dict[str, Any]]) -> None:
    """Show one zone: a button that goes there, its bar, how firm its place is."""
    zone = ranks.zones.iloc[row]
    number_of = str(zone["zone_id"])
    here = "here" if number_of == selected_zone() else "there"
    with st.container(key=f"zone_{here}_{row}", gap=None):
        st.button(
            f"{place_text(zone)} {zone_name(zone)}",
            key=f"zone_row_{row}", type="tertiary", on_click=select_zone, args=(number_of,),
        )  # fmt: skip
        st.html(bar_html(ranks, row) + _about(ranks, row, choices))


def bar_html(ranks: Ranked, row: int) -> str:
    """Draw a score as a bar of its parts; the words say the same."""
    parts = dict(zip(TERMS, ranks.parts[row].tolist(), strict=True))
    there = {term: part for term, part in parts.items() if part > 0}
    said = [f"{say(f'zones.term.{term}')} {number(part * SCORE, '0.0')}" for term, part in there.items()]
    words = say(
        "zones.bar", score=score_text(float(ranks.zones["weighed"].iloc[row])), parts=" · ".join(said)
    )
    pieces = "".join(
        f'<i class="campus-piece campus-piece--{term}" style="width:{part * SCORE:.2f}%" '
        f'title="{escape(title)}">'
        f"{escape(_fitting(say(f'zones.short.{term}'), part))}</i>"
        for (term, part), title in zip(there.items(), said, strict=True)
    )
    return f'<div class="campus-bar" role="img" aria-label="{escape(words)}">{pieces}</div>'


def _fitting(word: str, part: float) -> str:
    """Give a word where a piece has room for it, else nothing."""
    return word if part >= sum(NARROW if sign.isascii() else WIDE for sign in word) else ""


def _about(ranks: Ranked, row: int, choices: Mapping[str, dict[str, Any]]) -> str:
    """Write what stands under the bar."""
    zone = ranks.zones.iloc[row]
    words = [say("zones.score", score=score_text(float(zone["weighed"])))]
    if ranks.is_built:
        words.append(interval_text(zone))
    standing = choices.get(str(zone["zone_id"]))
    word = standing["decision"] if standing else ""
    mark = f" <b>{escape(say(f'zones.mark.{word}'))}</b>" if word else ""
    return f'<p class="campus-zone-line">{escape(" · ".join(words))}{mark}</p>'

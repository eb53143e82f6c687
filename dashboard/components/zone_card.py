"""The selected focus zone: why it stands where it stands, how sure that is, what was decided of it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import zone_queries
from dashboard.components.zone_weights import SETTERS
from dashboard.selection import selected_zone
from dashboard.texts import lang, moment, say
from dashboard.zone_words import (
    interval_text,
    off_texts,
    place_text,
    reason_texts,
    score_text,
    weights_text,
    zone_name,
)
from data.messages import sentence
from geo.errors import CampusError
from geo.terms import ZoneDecision

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from dashboard.queries import Situation
    from dashboard.view_zones import Ranked

ROUND = "zone_round"
"""Counts what was decided here: each time the reason begins empty."""
LONGEST = 200


def zone_card(situation: Situation, ranks: Ranked, choices: Mapping[str, dict[str, Any]]) -> None:
    """Show the selected zone; a hint where none is selected."""
    rows = ranks.zones.index[ranks.zones["zone_id"] == selected_zone()].tolist()
    if not rows:
        st.html(f'<div class="campus-card campus-card--empty">{escape(say("zones.card.hint"))}</div>')
        return
    zone = ranks.zones.iloc[rows[0]]
    number_of = str(zone["zone_id"])
    st.html(
        f'<section class="campus-card campus-zone" data-zone="{escape(number_of)}">'
        f"{_head(zone)}{_doubt(ranks, zone)}{_why(ranks, rows[0])}{_off(ranks, rows[0])}{_places(zone)}"
        "</section>"
    )
    _choice(situation, zone, choices.get(number_of))


def _head(zone: pd.Series) -> str:
    about = f"{place_text(zone)} · {say('zones.score', score=score_text(float(zone['weighed'])))}"
    return f"<h2>{escape(zone_name(zone))}</h2><p>{escape(about)}</p>"


def _doubt(ranks: Ranked, zone: pd.Series) -> str:
    lines = [say("zones.card.not_built")]
    if ranks.is_built:
        lines = [line for line in (interval_text(zone), weights_text(zone)) if line]
    return _block("zones.card.doubt", lines)


def _why(ranks: Ranked, row: int) -> str:
    return _block("zones.card.why", reason_texts(ranks, row) or [say("zones.card.no_reason")], ordered=True)


def _off(ranks: Ranked, row: int) -> str:
    head, ways = off_texts(ranks.off[row])
    if not head:
        return ""
    return _block("zones.card.off", ways, before=head)


def _places(zone: pd.Series) -> str:
    lines = "、" if lang() == "zh" else ", "
    police = lines.join(zone["police_areas"])
    said = [(say("zones.card.schools"), lines.join(zone["schools"])), (say("zones.card.police"), police)]
    return "".join(f"<p>{escape(head)}: {escape(words)}</p>" for head, words in said if words)


def _block(key: str, lines: Sequence[str], *, before: str = "", ordered: bool = False) -> str:
    kind = "ol" if ordered else "ul"
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    head = f"<p>{escape(before)}</p>" if before else ""
    return f"<h3>{escape(say(key))}</h3>{head}" + (f"<{kind}>{items}</{kind}>" if items else "")


def _choice(situation: Situation, zone: pd.Series, standing: dict[str, Any] | None) -> None:
    """Show what was decided of the zone; those who decide may do so, or take it back."""
    may = situation.role in SETTERS
    if standing is not None:
        _standing(situation, zone, standing, may=may)
    elif may:
        _decide(str(zone["zone_id"]))


def _standing(situation: Situation, zone: pd.Series, standing: dict[str, Any], *, may: bool) -> None:
    at = moment(standing["set_at"], situation.timezone)
    said = say(f"zones.choice.standing.{standing['decision']}", account=standing["set_by"], at=at)
    st.html(f'<p class="campus-choice"><b>{escape(said)}</b><br>{escape(standing["reason"] or "")}</p>')
    if list(standing["school_codes"]) != list(zone["school_codes"]):
        st.caption(say("zones.choice.changed"))
    if may and st.button(say("zones.choice.take_back"), key="zone_take_back"):
        zone_queries.take_back(int(standing["id"]))
        st.rerun()


def _decide(zone_id: str) -> None:
    turn = st.session_state.setdefault(ROUND, 0)
    reason = st.text_input(say("zones.choice.reason"), max_chars=LONGEST, key=f"zone_reason_{zone_id}_{turn}")
    with st.container(horizontal=True):
        decide = st.button(say("zones.choice.decide"), type="primary", key="zone_decide")
        decline = st.button(say("zones.choice.decline"), key="zone_decline")
    if not decide and not decline:
        return
    try:
        zone_queries.choose(zone_id, ZoneDecision.DECIDED if decide else ZoneDecision.DECLINED, reason)
    except CampusError as error:
        st.error(sentence(error, lang()))
        return
    st.session_state[ROUND] = turn + 1
    st.rerun()

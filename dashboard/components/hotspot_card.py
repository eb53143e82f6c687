"""A small card with the events of the selected hexagon: number, expected, months, categories."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import hotspot_queries
from dashboard.hotspot_words import category_text, period_text
from dashboard.selection import selected_cell
from dashboard.texts import NOTHING, number, say
from dashboard.view_hotspots import last_months, months_of
from geo.hotspots import ALL
from geo.terms import HotspotClass

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dashboard.hotspot_queries import Chosen
    from dashboard.queries import Situation


def hotspot_card(situation: Situation, chosen: Chosen, periods: pd.DataFrame, place: str | None) -> None:
    """Show the selected hexagon; a hint where none is selected.

    Parameters
    ----------
    situation, chosen
        What is looked at.
    periods
        All that the grid has been judged for.
    place
        How the hexagon's place is called; None where no hexagon is selected.
    """
    cell = selected_cell()
    if cell is None or place is None:
        st.html(f'<div class="campus-card campus-card--empty">{escape(say("hotspots.card.hint"))}</div>')
        return
    events = hotspot_queries.cell(situation, chosen.district, cell)
    st.html(card_html(cell, place, chosen, events, last_months(periods)))


def card_html(cell: str, place: str, chosen: Chosen, events: pd.DataFrame, months: Sequence[str]) -> str:
    """Write the card; every text in it is escaped."""
    own = events[events["period"] == chosen.period]
    row = own[own["category"] == chosen.category]
    count = int(row["count"].iloc[0]) if len(row) else 0
    expected = float(row["expected"].iloc[0]) if len(row) else None
    hot = len(row) > 0 and row["class"].iloc[0] == HotspotClass.HOT
    about = say(
        "hotspots.card.about", period=period_text(chosen.period), category=category_text(chosen.category)
    )
    facts = (
        ("hotspots.card.count", number(count)),
        ("hotspots.card.expected", NOTHING if expected is None else number(expected, "0.00")),
        ("hotspots.card.class", say(f"hotspots.card.{'hot' if hot else 'not_hot'}")),
    )
    cells = "".join(f"<div><dt>{escape(say(key))}</dt><dd>{escape(value)}</dd></div>" for key, value in facts)
    kinds = own[(own["category"] != ALL) & (own["count"] > 0)].sort_values("count", ascending=False)
    listed = " · ".join(
        say("hotspots.card.kind", category=category_text(str(kind)), count=number(int(many)))
        for kind, many in zip(kinds["category"], kinds["count"], strict=True)
    )
    bars = bars_html(months, months_of(events, months, chosen.category))
    return (
        f'<section class="campus-card campus-hexagon" data-cell="{escape(cell)}"><h2>{escape(place)}</h2>'
        f"<p>{escape(about)}</p><dl>{cells}</dl>{bars}<p>{escape(listed)}</p></section>"
    )


def bars_html(months: Sequence[str], counts: Sequence[int]) -> str:
    """Draw the months as small bars; the words say the same."""
    if not months:
        return ""
    most = max(*counts, 1)
    words = "; ".join(
        say("hotspots.card.month", month=period_text(month), count=number(count))
        for month, count in zip(months, counts, strict=True)
        if count
    )
    pieces = "".join(
        f'<i style="height:{100 * count / most:.0f}%" title="{escape(period_text(month))} {count}"></i>'
        for month, count in zip(months, counts, strict=True)
    )
    ends = f"<span>{escape(period_text(months[0]))}</span><span>{escape(period_text(months[-1]))}</span>"
    busiest = say("hotspots.card.most", count=number(most))
    label = escape(words or say("hotspots.card.no_month"))
    return (
        f'<div class="campus-months" role="img" aria-label="{label}">{pieces}</div>'
        f'<div class="campus-months-ends"><span>{escape(busiest)}</span>{ends}</div>'
    )

"""Venues held against the rule book: what is to be verified, what to be measured, on list, map and card."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dashboard import finding_queries, queries
from dashboard.choice import choose
from dashboard.components.intake_report import table_height
from dashboard.components.map_view import About, map_view
from dashboard.components.venue_card import venue_card
from dashboard.finding_choice import (
    MAP,
    TABLE,
    chosen_in_table,
    chosen_on_map,
    pinned_first,
    row_state,
    selected_venue,
)
from dashboard.texts import NOTHING, number, say
from dashboard.view import View, default_ring
from dashboard.view_findings import Asked, gravest, listed, measure_of, of_scope, sums_of
from geo.terms import UNNAMED, DayType, FindingStatus, Slot
from layers import venues as layer
from layers.geojson import order_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dashboard.finding_queries import Checked
    from dashboard.queries import Situation

LEFT_OUT = frozenset({"perimeter", "coverage_gap", "service_area", "gate", "post"})
"""Layers that say nothing of venues."""
HEIGHT, HEIGHT_WITH_CARD = 560, 200


def findings_part(situation: Situation) -> None:
    """Show the part."""
    checked = finding_queries.checked(situation)
    if checked.venues.empty:
        _hint("rules.none_here" if situation.confined else "rules.no_venues")
        return
    top = st.container()
    asked = _filters(checked.findings)
    scope = of_scope(checked.findings, asked)
    with top:
        st.html(f'<p class="campus-headline">{_headline(scope)}</p>')
        _unchecked(checked.unchecked)
    shown = listed(scope, asked)
    left, right = st.columns([0.5, 0.5], gap="small")
    with right, st.container(key="beside"):
        venue_card(situation, checked)
        _table(shown)
    with left:
        _map(situation, checked, shown)
    with st.expander(say("pages.method.title")):
        st.markdown(say("rules.method"))


def _hint(key: str) -> None:
    st.html(f'<div class="campus-hint"><p>{escape(say(key))}</p></div>')


def _headline(scope: pd.DataFrame) -> str:
    """Write the sentence; its numbers stand out."""
    sums = sums_of(scope)
    if not sums.venues:
        return escape(say("rules.headline.nothing"))
    return say(
        "rules.headline.counts",
        **{name: f"<strong>{escape(number(value))}</strong>" for name, value in sums._asdict().items()},
    )


def _unchecked(words: pd.DataFrame) -> None:
    """Say of which venues no rule could be asked, and what their sources call them."""
    if words.empty:
        return
    count = number(int(words["venues"].sum()))
    with st.expander(say("rules.unchecked.title", count=count)):
        st.caption(say("rules.unchecked.why"))
        shown = pd.DataFrame(
            {"word": words["word"].fillna(say("rules.unchecked.missing")), "venues": words["venues"]}
        )
        st.dataframe(
            shown, hide_index=True, key="unchecked_table", alt=say("rules.unchecked.title", count=count),
            column_config={"word": say("rules.unchecked.word"), "venues": say("rules.unchecked.venues")},
        )  # fmt: skip


def _filters(findings: pd.DataFrame) -> Asked:
    """Ask for town, category, status and rule; each stands in the address."""
    with_town = findings.dropna(subset=["town_code"]).drop_duplicates("town_code")
    towns = with_town.set_index("town_code")["town_name"]
    names = findings.drop_duplicates("rule").set_index("rule")["document"]
    categories = sorted(findings["category"].unique())
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        return Asked(
            town=_one("town", sorted(towns.index), lambda code: str(towns[code])),
            category=_one("category", categories, lambda word: say(f"rules.category.{word}")),
            status=_one(
                "status", [str(word) for word in FindingStatus][::-1],
                lambda word: say(f"rules.status.{word}"),
                whole="rules.filter.open",
            ),
            rule=_one("rule", sorted(names.index), lambda code: f"{names[code]} · {code}", width=260),
        )  # fmt: skip


def _one(
    name: str, words: Sequence[str], show: Callable[[str], str], *, width: int = 170,
    whole: str = "rules.filter.all",
) -> str:  # fmt: skip
    """Ask for one of some words, or all."""
    return choose(
        f"finding_{name}", ["", *words], default="", label=say(f"rules.filter.{name}"), list_width=width,
        show=lambda word: show(word) if word else say(whole),
    )  # fmt: skip


def named(names: pd.Series, codes: pd.Series) -> list[str]:
    """Give names; what has none is known by its code."""
    known = names.where(names != UNNAMED)
    return [str(word) for word in known.where(known.notna(), codes)]


def _table(shown: pd.DataFrame) -> None:
    """Show the findings; selecting a row selects its venue and goes there."""
    table = pinned_first(shown)
    st.session_state[TABLE] = row_state(table)
    rows = pd.DataFrame(
        {
            "status": [say(f"rules.status.{word}") for word in table["status"]],
            "venue": named(table["venue_name"], table["venue_code"]),
            "category": [say(f"rules.category.{word}") for word in table["category"]],
            "school": named(table["school_name"], table["school_code"]),
            "measure": measure_of(table),
            "metres": table["metres"],
            "metric": [say(f"rules.metric.{word}") for word in table["metric"]],
            "why": [say(f"rules.why.{word}") for word in table["why"]],
            "town": table["town_name"],
        }
    )
    st.caption(say("rules.table.count", count=number(len(rows))))
    st.dataframe(
        rows, key=TABLE, on_select=chosen_in_table, selection_mode="single-row", hide_index=True,
        height=table_height(len(rows), HEIGHT if selected_venue() is None else HEIGHT_WITH_CARD),
        column_config=_columns(),
        placeholder=NOTHING, alt=say("rules.table.alt"),
    )  # fmt: skip


def _columns() -> dict[str, Any]:
    """Name and format the columns."""
    value, words = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "status": words(say("rules.table.status"), width=94),
        "venue": words(say("rules.table.venue"), width=140),
        "category": words(say("rules.table.category"), width=74),
        "school": words(say("rules.table.school"), width=130),
        "measure": value(
            say("rules.table.measure"), help=say("rules.table.measure_help"), width=78, format="%.1f"
        ),
        "metres": value(say("rules.table.metres"), width=70, format="%.0f"),
        "metric": words(say("rules.table.metric"), width=70),
        "why": words(say("rules.table.why"), width=130),
        "town": words(say("rules.table.town"), width=90),
    }


def _map(situation: Situation, checked: Checked, shown: pd.DataFrame) -> None:
    """Draw the venues, those that are not looked at dimmed."""
    venues = checked.venues
    view = View(default_ring(queries.choices(situation).rings), str(Slot.ALL), str(DayType.SCHOOL_DAY))
    signs = layer.codes(venues["code"], gravest(checked.findings), set(shown["venue_code"]))
    own = venues.loc[venues["code"] == selected_venue(), "id"]
    about = About(
        "venue", on_click=chosen_on_map, key=MAP, chosen=("venue", str(own.iloc[0])) if len(own) else None
    )
    map_view(
        situation, view, codes={"venue": (signs, order_of(venues["id"]))}, left_out=LEFT_OUT,
        lines={"venue": layer.LINES, "school": ()}, about=about,
    )  # fmt: skip

"""Who can be sent to each open gate of a slot, the orders as a text, and the list to print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import streamlit as st

from dashboard import plan_queries
from dashboard.clock import local_now, minute_of
from dashboard.orders_text import clock, order_table, orders_text, slot_table, whole_minutes
from dashboard.texts import NOTHING, lang, number, say
from geo.orders import MOST

if TYPE_CHECKING:
    from datetime import date, datetime

    import pandas as pd

    from dashboard.plan_queries import District
    from dashboard.queries import Situation
    from geo.orders import Orders

STEP_MIN = 5
"""Whoever is to leave within so many minutes is not asked any more; and how long an answer is kept."""


def not_before(now: datetime, day: date) -> int | None:
    """Give the minute of the day from which posts can still leave; None on days to come."""
    return (minute_of(now) // STEP_MIN + 1) * STEP_MIN if day == now.date() else None


def orders_part(situation: Situation, day: date, slot: str) -> None:
    """Show the open gates of a slot with the posts that can be there in time.

    Parameters
    ----------
    situation
        Who looks.
    day
        The local date.
    slot
        Word of `geo.terms.Slot`; empty on a day without school.
    """
    now = local_now(situation.timezone)
    if not slot or day < now.date():
        st.info(say("plan.orders.no_slot"))
        return
    with st.spinner(say("plan.preparing")):
        district = plan_queries.district(situation, now.date())
        if district is None:
            return
        orders = plan_queries.orders(situation, day, now.date(), not_before=not_before(now, day))
    slots = slot_table(orders, district, slot)
    if slots.empty:
        st.success(say("plan.orders.none_open"))
        return
    if district.desk.roads is None:
        st.info(say("plan.orders.no_roads"))
    chosen = order_table(orders, district, slot)
    name = say(f"pages.slots.{slot}")
    st.html(f'<p class="campus-step">{say("plan.orders.summary", open=len(slots), orders=len(chosen))}</p>')
    _table(slots, orders, district, chosen)
    _give(chosen, day, slot, name)
    st.caption(say("plan.orders.method"))


def _give(chosen: pd.DataFrame, day: date, slot: str, name: str) -> None:
    """Offer the orders as a text to copy, and as a list to print."""
    if chosen.empty:
        return
    with st.container(horizontal=True):
        address = "/print/orders?" + urlencode({"date": day.isoformat(), "slot": slot, "lang": lang()})
        st.link_button(say("plan.orders.print"), address)
    with st.expander(say("plan.orders.copy")):
        st.code(orders_text(chosen, day, name, lang()), language=None, wrap_lines=True)


def _table(slots: pd.DataFrame, orders: Orders, district: District, chosen: pd.DataFrame) -> None:
    """Show every open gate-slot with its posts, nearest first, and which of them is ordered."""
    words: dict[tuple[Any, ...], dict[int, str]] = {}
    for gate, bell, _, rank, code, travel, leaves, _back in orders.proposals.itertuples(
        index=False, name=None
    ):
        words.setdefault((gate, bell), {})[rank] = say(
            "plan.orders.proposal", post=district.posts.get(code, code), minutes=whole_minutes(travel),
            leaves=clock(int(leaves)),
        )  # fmt: skip
    ordered = dict(
        zip(zip(chosen["gate_id"], chosen["bell_slot_id"], strict=True), chosen["post"], strict=True)
    )
    keys = list(zip(slots["gate_id"], slots["bell_slot_id"], strict=True))
    ranks = range(1, MOST + 1)
    shown = slots[["school_name", "gate"]].assign(
        window=[f"{clock(int(begin))}–{clock(int(end))}"
                for begin, end in slots[["begin", "end"]].to_numpy()],
        uncovered=[number(minutes) for minutes in slots["uncovered_min"]],
        order=[ordered.get(key, NOTHING) for key in keys],
        **{f"post_{rank}": [words.get(key, {}).get(rank, NOTHING) for key in keys] for rank in ranks},
    )  # fmt: skip
    columns = {
        "school_name": say("plan.school"), "gate": say("plan.gate"), "window": say("plan.window"),
        "uncovered": say("plan.uncovered"), "order": say("plan.orders.order"),
        **{f"post_{rank}": say("plan.orders.rank", rank=rank) for rank in ranks},
    }  # fmt: skip
    st.dataframe(
        shown, hide_index=True, height=min(420, 38 + 35 * len(shown)), column_config=columns,
        placeholder=NOTHING, key="orders_table",
    )  # fmt: skip

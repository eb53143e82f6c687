"""The row of choices above map and table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.choice import choose
from dashboard.selection import SEARCH, chosen_by_search
from dashboard.texts import lang, number, say
from dashboard.view import View, default_ring, default_slot
from geo.terms import DayType, Slot

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from dashboard.queries import Choices


def filters(choices: Choices, schools: pd.DataFrame) -> View:
    """Show the choices of the perimeter and give what is chosen."""
    ring = default_ring(choices.rings)
    view = View(
        slot=_slot(choices),
        ring_m=int(choose(
            "ring", [str(metres) for metres in choices.rings] or [str(ring)], default=str(ring),
            label=say("pages.ring"), show=lambda word: say("pages.metres", value=number(int(word))),
        )),
        metric=_metric(choices),
        day_type=_day_type(choices),
        town=town_choice(schools),
    )  # fmt: skip
    search(schools, chosen_by_search)
    return view


def _metric(choices: Choices) -> str:
    """Choose how distance is measured; nothing is asked where there is one way only."""
    if len(choices.metrics) == 1:
        return choices.metrics[0]
    return choose(
        "metric", choices.metrics, default=choices.metrics[0], label=say("command.metric.label"),
        show=lambda word: say(f"command.metric.{word}"),
    )  # fmt: skip


def _slots(choices: Choices) -> list[str]:
    """Name what is built, in the order of the day; the day as a whole where nothing is."""
    return [str(slot) for slot in Slot if slot in choices.slots] or [str(Slot.ALL)]


def _slot(choices: Choices) -> str:
    """Choose a slot; nothing is asked where no school has any."""
    slots = _slots(choices)
    if len(slots) == 1:
        return slots[0]
    return choose(
        "slot", slots, default=default_slot(slots), label=say("pages.slot"),
        show=lambda word: say(f"pages.slots.{word}"),
    )  # fmt: skip


def _day_type(choices: Choices) -> str:
    """Choose the kind of day; without slots all days are alike."""
    if len(_slots(choices)) == 1:
        return str(DayType.SCHOOL_DAY)
    return choose(
        "kind", [str(day) for day in DayType], default=str(DayType.SCHOOL_DAY), label=say("pages.day"),
        show=lambda word: say(f"pages.days.{word}"),
    )  # fmt: skip


def town_choice(schools: pd.DataFrame) -> str | None:
    """Choose a town, or all of them; nothing is asked where there are not two of them."""
    pairs = schools[["town_code", "town_name"]].drop_duplicates().itertuples(index=False, name=None)
    names = {str(code): str(name) for code, name in pairs if isinstance(code, str) and isinstance(name, str)}
    if len(names) < 2:  # noqa: PLR2004 -- one leaves no choice
        return None
    label = say("pages.all_towns")
    return choose(
        "town", ["", *sorted(names)], default="", label=say("pages.town"), list_width=128,
        show=lambda code: names.get(code, label),
    ) or None  # fmt: skip


def search(schools: pd.DataFrame, chosen: Callable[[], None]) -> None:
    """Find a school by its name or code; choosing one goes there. Nothing is asked where there is one."""
    if len(schools) == 1:
        return
    names = dict(zip(schools["code"], schools["name"], strict=True))
    if st.session_state.get(SEARCH) not in names:
        st.session_state[SEARCH] = None
    st.selectbox(
        say("pages.search"), list(names), index=None, key=SEARCH, on_change=chosen, width=156,
        placeholder=say("pages.search_hint"), format_func=lambda code: str(names.get(code, code)),
    )  # fmt: skip


def view_sentence(view: View) -> str:
    """Name a view in words, for headlines."""
    joined = "" if lang() == "zh" else ", "
    return joined.join((say(f"pages.slots.{view.slot}"), say(f"pages.days_of.{view.day_type}")))

"""The choices that say which hazards are looked at; each stands in the address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.choice import choose
from dashboard.texts import say
from dashboard.view_hazards import Asked
from geo.hazards import STAGES
from geo.terms import Party

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dashboard.hazard_queries import Board


def hazard_filters(board: Board) -> Asked:
    """Ask for party, unit, town, round, stage, and what is late."""
    states, rounds = board.states, board.rounds
    towns = (
        states.dropna(subset=["town_code"]).drop_duplicates("town_code").set_index("town_code")["town_name"]
    )
    units = sorted({str(unit) for unit in states["unit"].dropna()})
    names = dict(zip(rounds["round_id"].astype(str), rounds["name"], strict=True))
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        return Asked(
            party=_one("party", [str(party) for party in Party], lambda word: say(f"hazards.party.{word}")),
            unit=_one("unit", units, str, width=190),
            town=_one("town", sorted(towns.index), lambda code: str(towns[code])),
            round=_one("round", list(names), lambda number: str(names[number]), width=190),
            stage=_one("stage", list(STAGES), lambda word: say(f"hazards.stage.{word}")),
            late=_one("late", ["overdue", "waiting"], lambda word: say(f"hazards.late.{word}")),
        )


def _one(name: str, words: Sequence[str], show: Callable[[str], str], width: int = 140) -> str:
    """Ask for one of some words, or all."""
    whole = say("hazards.filter.all")
    return choose(
        f"hazard_{name}", ["", *words], default="", label=say(f"hazards.filter.{name}"), list_width=width,
        show=lambda word: show(word) if word else whole,
    )  # fmt: skip

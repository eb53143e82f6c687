"""What the map shows in each mode of the page: layers, codes, lines of the legend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import ledger_queries, queries
from dashboard.view import View, default_ring
from dashboard.view_ledger import GUARD, RESPONSE
from geo.terms import DayType, Slot
from layers import gates
from layers.geojson import order_of

if TYPE_CHECKING:
    import pandas as pd

    from dashboard.queries import Situation
    from dashboard.view_ledger import Asked

LEFT_OUT = {
    GUARD: frozenset({"perimeter", "coverage_gap", "service_area"}),
    RESPONSE: frozenset({"perimeter", "coverage_gap"}),
}
"""By mode: layers that say nothing of it."""


def gate_codes(
    situation: Situation, asked: Asked, table: pd.DataFrame, shown: pd.DataFrame
) -> tuple[str, str]:
    """Give one code a gate, and the digest of their order.

    Parameters
    ----------
    situation, asked
        What is looked at.
    table
        `dashboard.view_ledger.gate_table` of the slot in the whole district.
    shown
        Its rows that town and reason leave; the others are dimmed.
    """
    words = (
        gates.guard_codes(table) if asked.mode == GUARD else gates.response_codes(table, situation.tiers_min)
    )
    found = dict(zip(table["gate_id"].tolist(), words, strict=True))
    kept = set(shown["gate_id"].tolist())
    ids = ledger_queries.gate_ids(situation)
    dimmed = {gate: code if gate in kept else gates.DIMMED for gate, code in found.items()}
    return gates.in_order(ids, dimmed), order_of(ids)


def background_view(asked: Asked, choices: queries.Choices) -> View:
    """Give the view by which posts count as on duty: the slot's, on a school day."""
    return View(
        ring_m=default_ring(choices.rings), slot=asked.slot or str(Slot.ALL), day_type=str(DayType.SCHOOL_DAY)
    )


def lines_of(mode: str) -> dict[str, tuple[str, ...]]:
    """Give the lines of the legend that mean something in a mode, by layer."""
    return {"gate": gates.GUARD_LINES if mode == GUARD else gates.RESPONSE_LINES, "school": ()}

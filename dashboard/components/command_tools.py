"""What a commander does with what the page shows: today's changes, orders, plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from dashboard.queries import Situation


def command_tools(
    situation: Situation, day: date, slot: str, rows: pd.DataFrame, gate_id: int | None
) -> None:
    """Show the tools of a slot; nothing yet.

    Parameters
    ----------
    situation
        Who looks, and at which state of the data.
    day
        The local date that is looked at.
    slot
        Word of `geo.terms.Slot`.
    rows
        What `data.repositories.ledger.read_ledger` gives, the rows of that day and slot alone.
    gate_id
        The selected gate; None where none is.
    """

"""The ledger's rows of a date and their sums, row by row and date by date, as one would do it on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

WORDS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def rows_on(rows: list[dict[str, Any]], runs: dict[str, int], day: date) -> list[dict[str, Any]]:
    """Give the rows that hold on a date; ``runs`` says the weekday of each school, -1 for none."""
    kept = []
    for row in rows:
        differs = any(r["gate_id"] == row["gate_id"] and r["date_type"] == str(day) for r in rows)
        weekday = runs.get(row["school_code"], -1)
        if differs:
            holds = row["date_type"] == str(day)
        else:
            holds = weekday >= 0 and row["date_type"] == WORDS[weekday]
        if holds:
            kept.append({**row, "date": day})
    return kept


def total(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Add up some rows."""
    known = [row for row in rows if row["guard_reason"] != "no_data"]
    counted = [row for row in known if row["pupils"] is not None]
    return {
        "gates": len({row["gate_id"] for row in rows}),
        "gate_slots": len(rows),
        "open_gate_slots": sum(row["uncovered_min"] > 0 for row in known),
        "empty_gate_slots": sum(0 < row["uncovered_min"] == row["required_min"] for row in known),
        "open_police_gate_slots": sum(row["uncovered_police_min"] > 0 for row in known),
        "unknown_gate_slots": len(rows) - len(known),
        "required_min": sum(row["required_min"] for row in known),
        "uncovered_min": sum(row["uncovered_min"] for row in known),
        "uncovered_police_min": sum(row["uncovered_police_min"] for row in known),
        "pupil_gate_slots": len(counted),
        "pupil_uncovered_min": sum(row["pupils"] * row["uncovered_min"] for row in counted),
        "pupil_uncovered_police_min": sum(row["pupils"] * row["uncovered_police_min"] for row in counted),
        "late_gate_slots": sum(
            row["response_reason"] in {"too_far", "unreachable", "no_post"} for row in rows
        ),
        "unknown_response_gate_slots": sum(row["response_reason"] == "no_data" for row in rows),
    }

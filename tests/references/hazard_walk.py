"""A hazard's way followed step by step, one hazard and one day at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

ONWARD = {"found": "assigned", "assigned": "rectified", "rectified": "verified", "verified": "closed"}


def may(stage: str, step: str) -> bool:
    """Whether a step may be taken: the next one, or assigning again, back or anew."""
    return step == "assigned" or ONWARD.get(stage) == step


def walk(hazard: dict, steps: list[dict], today: date) -> dict:
    """Follow the steps; gives what is known of the hazard on a day."""
    stage, unit, deadline = "found", hazard["unit"], hazard["deadline"]
    rectified = closed = None
    named = [day for day in (deadline, *(step["deadline"] for step in steps)) if day]
    for step in steps:
        assert may(stage, step["step"])
        stage = step["step"]
        unit = step["unit"] or unit
        deadline = step["deadline"] or deadline
        if stage == "assigned":
            rectified = None
        if stage == "rectified":
            rectified = step["done_on"]
        closed = step["done_on"] if stage == "closed" else None
    in_time = rectified is not None and deadline is not None and rectified <= deadline
    overdue = stage != "closed" and deadline is not None and deadline < today and not in_time
    found = hazard["found_on"]
    return {
        "stage": stage,
        "unit": unit,
        "deadline": deadline,
        "first_deadline": named[0] if named else None,
        "is_open": stage != "closed",
        "is_overdue": overdue,
        "is_waiting": stage in ("rectified", "verified") and not overdue,
        "overdue_days": ((rectified or today) - deadline).days if overdue else None,
        "days_open": span(found, today) if stage != "closed" else None,
        "days_to_close": span(found, closed) if stage == "closed" else None,
        "times_assigned": sum(step["step"] == "assigned" for step in steps),
    }


def span(start: date | None, end: date | None) -> int | None:
    if start is None or end is None or end < start:
        return None
    return (end - start).days


def middle(values: list[int]) -> float | None:
    """The median of at least five."""
    if len(values) < 5:
        return None
    values = sorted(values)
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2

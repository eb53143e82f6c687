"""Who is on duty, by walking through the week half-minute by half-minute.

A half-minute between two whole ones tells duties that touch from duties that leave a minute open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

TICKS = 2
WEEK = 7 * 24 * 60 * TICKS


class Duty:
    def __init__(
        self,
        weekdays: list[int] | None,
        start: int,
        end: int,
        since: date | None = None,
        until: date | None = None,
    ) -> None:
        self.weekdays = [0, 1, 2, 3, 4] if weekdays is None else weekdays
        self.start, self.end = start, end
        self.since, self.until = since, until

    def holds_on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


def ticks_on_duty(duties: list[Duty], day: date) -> set[int]:
    ticks: set[int] = set()
    for duty in duties:
        if not duty.holds_on(day) or duty.start == duty.end:
            continue
        length = (duty.end - duty.start) % (24 * 60)
        for weekday in duty.weekdays:
            first = (weekday * 24 * 60 + duty.start) * TICKS
            ticks |= {tick % WEEK for tick in range(first, first + length * TICKS + 1)}
    return ticks


def is_on_duty(duties: list[Duty], day: date, *, weekdays: list[int], start: int, end: int) -> bool:
    """Tell whether the duties hold every tick of [start, end] (minutes of the day) on every weekday."""
    manned = ticks_on_duty(duties, day)
    wanted = [
        (weekday * 24 * 60 + start) * TICKS + tick
        for weekday in weekdays
        for tick in range((end - start) * TICKS + 1)
    ]
    return bool(wanted) and all(tick % WEEK in manned for tick in wanted)

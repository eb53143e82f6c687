"""Periods of events: which are whole, what they are held against, and what could have been foreseen."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import NamedTuple

from geo.event_change import days_in, year_before

STEPS = (1, 3, 12)
"""Months of the periods that are foreseen, the shortest first."""
_YEAR = 4


class Comparison(NamedTuple):
    """A period and the same one of the year before.

    ``until`` is the last day that counts where the period is not over yet, as its month and day: then the
    earlier one is cut at the same day. ``days`` are those of the earlier and of the later period.
    """

    period: str
    before: str
    until: date | None
    days: tuple[int, int]


class Block(NamedTuple):
    """A month, quarter or year: how it is called, and its months as ``YYYY-MM``."""

    name: str
    months: tuple[str, ...]


def comparison(period: str, day: date) -> Comparison:
    """Say what a period is held against.

    Parameters
    ----------
    period
        ``YYYY`` or ``YYYY-MM``.
    day
        The last local date of which events are counted.
    """
    before = year_before(period)
    days = (days_in(before), days_in(period))
    if not first_day(period) <= day < first_day(period) + timedelta(days=days[1] - 1):
        return Comparison(period, before, None, days)
    cut = date(day.year - 1, day.month, min(day.day, calendar.monthrange(day.year - 1, day.month)[1]))
    gone = ((cut - first_day(before)).days + 1, (day - first_day(period)).days + 1)
    return Comparison(period, before, day, gone)


def foreseen_blocks(last: date) -> list[tuple[Block, Block]]:
    """List what can be foreseen: the last whole month, quarter and year, each with the one before it.

    Parameters
    ----------
    last
        The last local date up to which events are known.

    Returns
    -------
    list
        Pairs of the earlier and the later block, the shortest first.
    """
    after = last + timedelta(days=1)
    end = after.year * 12 + after.month - 1
    pairs = []
    for step in STEPS:
        stop = end - end % step
        pairs.append((_block(stop - 2 * step, step), _block(stop - step, step)))
    return pairs


def month_end(month: str) -> date:
    """Give the last date of a month."""
    return first_day(month) + timedelta(days=days_in(month) - 1)


def _block(start: int, step: int) -> Block:
    """Name so many months from one, counted from the year 0."""
    months = tuple(f"{number // 12:04d}-{number % 12 + 1:02d}" for number in range(start, start + step))
    year = months[0][:_YEAR]
    names = {1: months[0], 3: f"{year}-Q{start % 12 // 3 + 1}", 12: year}
    return Block(names[step], months)


def first_day(period: str) -> date:
    """Give the first date of a year or month."""
    return date(int(period[:_YEAR]), int(period[_YEAR + 1 :] or 1), 1)

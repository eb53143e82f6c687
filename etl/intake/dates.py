"""Dates as people and spreadsheets write them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

from etl.intake.numerals import SMALL, ZEROS, small_number, year_number
from etl.intake.verdicts import Reason
from etl.intake.weekdays import parse_weekday

EARLIEST, LATEST = date(1950, 1, 1), date(2100, 12, 31)
"""A number is taken for a spreadsheet's date between these days only."""
SERIAL_ORIGIN = date(1899, 12, 30)
"""Day 0 of the 1900 system as it counts since March 1900."""

_YEAR = rf"[0-9{ZEROS}一二三四五六七八九]{{4}}"
_WRITTEN = re.compile(
    rf"({_YEAR})\s*[-/.年]\s*({SMALL})\s*[-/.月]\s*({SMALL})(?![0-9])(?:\s*([日号]))?"
    r"|([0-9]{4})([0-9]{2})([0-9]{2})(?![0-9]{1,3}(?:[^0-9]|$))"
)
_WEEKDAY = re.compile(
    r"\s*(?:\(\s*((?:周|星期|礼拜)[一二三四五六日天])\s*\)|((?:周|星期|礼拜)[一二三四五六日天]))"
)
_SERIAL = re.compile(r"([0-9]{5})(?:\.0*)?")
_MIDNIGHT = re.compile(r"(?:[ T]\s*0?0:00(?::00(?:\.0*)?)?)?")


class Opening(NamedTuple):
    """A date at the beginning of a text."""

    day: date
    rest: str
    """What follows the date and its weekday."""
    is_closed: bool
    """Whether a time may follow at once, as after 日."""


def parse_date(text: str) -> date | Reason:
    """Read a date: ``2026-09-01``, ``2026.9.1``, ``二〇二六年九月一日``, ``2026/9/1（周二）``, ``46266``.

    Parameters
    ----------
    text
        Any text, full-width signs folded. A clock time may follow if it is midnight.

    Returns
    -------
    date or Reason
        A number of five digits is a day of the 1900 system of spreadsheets, 1950 to 2100.
    """
    if serial := _SERIAL.fullmatch(text):
        day = SERIAL_ORIGIN + timedelta(days=int(serial[1]))
        return day if EARLIEST <= day <= LATEST else Reason.NOT_A_DATE
    opening = open_date(text)
    if opening is None:
        return Reason.NOT_A_DATE
    if isinstance(opening, Reason):
        return opening
    return opening.day if _MIDNIGHT.fullmatch(opening.rest) else Reason.NOT_A_DATE


def open_date(text: str) -> Opening | Reason | None:
    """Read the date with which a text begins, and the weekday behind it.

    Returns
    -------
    Opening, Reason or None
        None where there is no date; a reason where there is one that cannot be: another weekday is written
        beside it.
    """
    match = _WRITTEN.match(text)
    day = match and _day(match)
    if match is None or day is None:
        return None
    end = match.end()
    if weekday := _WEEKDAY.match(text, end):
        if parse_weekday(weekday[1] or weekday[2]) != day.weekday():
            return Reason.OTHER_WEEKDAY
        end = weekday.end()
    return Opening(day, text[end:], is_closed=bool(match[4] or match[5] or weekday))


def _day(match: re.Match[str]) -> date | None:
    """Make a date of what was matched; None where the calendar has none."""
    parts = match.groups()
    year = year_number(parts[0] or parts[4])
    month, day = small_number(parts[1] or parts[5]), small_number(parts[2] or parts[6])
    if year is None or month is None or day is None:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None

"""Moments, a date and a clock time in the source's zone, as people and spreadsheets write them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING

from etl.intake.dates import EARLIEST, LATEST, SERIAL_ORIGIN, open_date
from etl.intake.times import DAY_S, parse_clock
from etl.intake.verdicts import Reason

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_SERIAL = re.compile(r"([0-9]{5}(?:\.[0-9]+)?)")
_OFFSET = re.compile(r"(.*[0-9.])\s*(?:(z)|([+-])([0-9]{2})(?::?([0-9]{2}))?)", re.IGNORECASE)
_FURTHEST_MIN = 14 * 60


def parse_moment(text: str, zone: ZoneInfo) -> str | Reason:
    """Read a moment: ``2026-03-05T21:40:00Z``, ``2026/3/5 21:40``, ``2026年3月5日21时40分``, ``45000.9028``.

    Parameters
    ----------
    text
        Any text, full-width signs folded. A date alone is the midnight that begins it.
    zone
        Where the clock hangs, unless the text has an offset of its own.

    Returns
    -------
    str or Reason
        ISO 8601 in the zone, with its offset, to the nearest second; 1950 to 2100. A clock time that the zone
        skips counts with the offset before the skip; of two equal ones the first is meant.
    """
    moment = _from_serial(text, zone) if _SERIAL.fullmatch(text) else _from_words(text, zone)
    if isinstance(moment, Reason):
        return moment
    return moment.isoformat() if EARLIEST <= moment.date() <= LATEST else Reason.OUT_OF_RANGE


def names_zone(text: str) -> bool:
    """Tell whether a moment's text has an offset of its own (``Z``, ``+08:00``) behind a clock time."""
    plain = text.strip()
    match = _OFFSET.fullmatch(plain)
    return match is not None and (match[2] is not None or any(sign in match[1] for sign in ":Tt"))


def _from_serial(text: str, zone: ZoneInfo) -> datetime | Reason:
    days, seconds = divmod(round(float(text) * DAY_S), DAY_S)
    return _local(SERIAL_ORIGIN + timedelta(days=days), seconds, zone)


def _from_words(text: str, zone: ZoneInfo) -> datetime | Reason:
    opening = open_date(text)
    if isinstance(opening, Reason):
        return opening
    if opening is None:
        return Reason.NOT_A_MOMENT
    if not EARLIEST <= opening.day <= LATEST:
        return Reason.OUT_OF_RANGE
    rest = opening.rest.strip()
    if not rest:
        return _local(opening.day, 0, zone)
    joined = rest[0] in "Tt"
    if not (joined or opening.is_closed or opening.rest[0].isspace()):
        return Reason.NOT_A_MOMENT
    return _at(opening.day, rest[1:] if joined else rest, zone, joined=joined)


def _at(day: date, words: str, zone: ZoneInfo, *, joined: bool) -> datetime | Reason:
    """Give the moment of a day's clock time, which may have an offset behind it."""
    offset = _OFFSET.fullmatch(words)
    if offset and offset[3] == "-" and not joined and words.count(":") - (offset[0][-3] == ":") < 2:  # noqa: PLR2004
        # 07:40-08:10 is a span of time, whatever else it could be.
        return Reason.NOT_A_MOMENT
    clock = parse_clock(offset[1].strip() if offset else words)
    if clock is None or clock.of_either_day:
        return Reason.NOT_A_MOMENT
    if offset is None:
        return _local(day, clock.seconds, zone)
    minutes = int(offset[4] or 0) * 60 + int(offset[5] or 0)
    if minutes > _FURTHEST_MIN or minutes % 15:
        return Reason.NOT_A_MOMENT
    there = timezone(timedelta(minutes=-minutes if offset[3] == "-" else minutes))
    return _local(day, clock.seconds, there).astimezone(zone)


def _local(day: date, seconds: int, zone: ZoneInfo | timezone) -> datetime:
    """Give the moment so many seconds of the clock after a day begins."""
    later, seconds = divmod(seconds, DAY_S)
    clock = time(seconds // 3600, seconds // 60 % 60, seconds % 60)
    return datetime.combine(day + timedelta(days=later), clock, tzinfo=zone)

"""Clock times as people and spreadsheets write them."""

from __future__ import annotations

import re
from typing import NamedTuple

from etl.intake.numerals import SMALL, small_number

DAY_S = 86_400

_SPANS: dict[str, tuple[range, ...]] = {
    **dict.fromkeys(("凌晨",), (range(6),)),
    **dict.fromkeys(("清晨", "早晨", "早上", "早"), (range(4, 12),)),
    "上午": (range(1, 12),),
    **dict.fromkeys(("中午", "正午"), (range(11, 14),)),
    **dict.fromkeys(("下午", "午后", "pm"), (range(12, 24),)),
    "傍晚": (range(16, 21),),
    **dict.fromkeys(("晚上", "晚间", "晚"), (range(17, 25),)),
    **dict.fromkeys(("夜里", "夜间", "夜晚", "深夜", "半夜", "午夜"), (range(18, 25), range(6))),
    "am": (range(12),),
}
"""Hours of the day that a word can mean; 24 is the midnight that ends the day."""
_PARTS = {"整": 0, "一刻": 15, "1刻": 15, "半": 30, "三刻": 45, "3刻": 45}
_HALF = r"[ap]\.?m\.?"
_WORD = "|".join([*sorted(_SPANS, key=len, reverse=True), _HALF])
_DIGITS = re.compile(r"([0-9]{1,2})([0-9]{2})|([0-9]{2})([0-9]{2})([0-9]{2})")
_COLONS = re.compile(r"([0-9]{1,2})\s*[:∶]\s*([0-9]{1,2})(?:\s*[:∶]\s*([0-9]{1,2}(?:\.[0-9]*)?))?")
_SPOKEN = re.compile(
    rf"({SMALL})\s*(?:点钟|[点时])\s*(?:(半|[一三13]刻|整)|({SMALL})\s*(?:分(?:\s*([0-9]{{1,2}})\s*秒)?)?)?"
)
_WORDED = re.compile(rf"({_WORD})?\s*(.*?)\s*({_HALF})?", re.IGNORECASE)
_DAY_BEFORE = re.compile(r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}(?:\s+|T)")
_SERIAL = re.compile(r"(?:0?|[1-7][0-9]{4})(\.[0-9]+)")
"""A share of a day, alone or behind the number of a day; 7.40 is neither."""


class Clock(NamedTuple):
    """A clock time."""

    seconds: int
    """Since the day began; a day and more for the midnight that ends it and the minutes after."""
    of_either_day: bool
    """Whether it may as well be meant for the night before: 夜里2点."""


def parse_time(text: str) -> int | None:
    """Read a clock time: ``7:10``, ``740``, ``7点半``, ``七点四十``, ``下午4:20``, ``0.298611``.

    Parameters
    ----------
    text
        Any text, full-width signs folded. A date before it does not count.

    Returns
    -------
    int or None
        Seconds since midnight, below 86,400; None where the text is no clock time.
    """
    if serial := _SERIAL.fullmatch(text):
        return round(float(serial[1]) * DAY_S) % DAY_S
    before = _DAY_BEFORE.match(text)
    clock = parse_clock(text[before.end() :] if before else text)
    return None if clock is None else clock.seconds % DAY_S


def parse_clock(text: str) -> Clock | None:
    """Read the clock time that is all of a text; None where it is none.

    Words for parts of the day choose between the two readings of a 12-hour clock, and must agree with the
    hour: 下午4:20 is 16:20, 中午12点 noon, 晚上12点 the midnight that ends the day; 上午16:20 is nothing.
    """
    worded = _WORDED.fullmatch(text)
    if worded is None or (worded[1] and worded[3]):
        return None
    parts = _parts(worded[2])
    if parts is None:
        return None
    hour, minute, second = parts
    if minute >= 60 or second >= 60:  # noqa: PLR2004 -- the clock
        return None
    past = minute * 60 + round(second)
    word = (worded[1] or worded[3] or "").lower().replace(".", "")
    if not word:
        seconds = hour * 3600 + past
        return Clock(seconds, of_either_day=False) if seconds < DAY_S or (hour, past) == (24, 0) else None
    meant = _hours(hour, _SPANS[word])
    if meant is None:
        return None
    # Small hours of a night, and its midnight when called 0, belong to this day or to the next.
    unclear = (len(_SPANS[word]) > 1 and meant < 6) or (meant == 24 and hour == 0)  # noqa: PLR2004
    return Clock(meant * 3600 + past, unclear)


def _hours(hour: int, spans: tuple[range, ...]) -> int | None:
    """Give the hour of the day that an hour as spoken is within spans; None unless it is exactly one."""
    if hour in (0, 24):
        readings = [0, 24]
    elif hour <= 12:  # noqa: PLR2004 -- noon
        readings = [hour, hour + 12, 0] if hour == 12 else [hour, hour + 12]  # noqa: PLR2004
    else:
        readings = [hour]
    found = [reading for reading in readings if any(reading in span for span in spans)]
    if sorted(found) == [0, 24]:
        # Of the two midnights that a night has, the one that ends the day it is counted to.
        return 24
    return found[0] if len(found) == 1 else None


def _parts(text: str) -> tuple[int, int, float] | None:
    """Split a clock time without its word into hour, minute and second, not checked yet."""
    if match := _DIGITS.fullmatch(text):
        hour, minute, second = match[1] or match[3], match[2] or match[4], match[5]
        return int(hour), int(minute), int(second or 0)
    if match := _COLONS.fullmatch(text):
        return int(match[1]), int(match[2]), float(match[3] or 0)
    match = _SPOKEN.fullmatch(text)
    if match is None:
        return None
    spoken = small_number(match[1])
    past = _PARTS[match[2]] if match[2] else small_number(match[3] or "0")
    return None if spoken is None or past is None else (spoken, past, int(match[4] or 0))

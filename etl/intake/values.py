"""Cells as people write them -> one canonical text a value, or the name of what is wrong with it.

Each parser takes one text and is asked once for each different text of a column. Canonical texts are what
PostgreSQL reads: ``07:10:00``, ``2026-09-01``, ``2026-03-05T21:40:00+08:00``, ``{0,1,2,3,4}``, ``true``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from etl.intake.dates import parse_date
from etl.intake.moments import parse_moment
from etl.intake.signs import FULLWIDTH
from etl.intake.times import parse_time
from etl.intake.verdicts import Reason
from etl.intake.weekdays import parse_weekday, parse_weekdays
from etl.kinds import Column, Holds

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.arrays import Flags, Objects

LONGEST_CODE = 200
LONGEST_TEXT = 1_000
LONGEST_MOMENT = 60
CHINA = ZoneInfo("Asia/Shanghai")
FASTEST_KMH = 300.0
REVERSED = "reversed"
"""A oneway road that runs against its line."""

_FULLWIDTH_WORDS = {code: plain for code, plain in FULLWIDTH.items() if chr(plain).isalnum()}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_WHOLE = re.compile(
    r"([+-]?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?:\s[0-9]{3})+|[0-9]+)(?:\.0*)?\s?([人名个])?"
)
_SPEED = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(km/?h|kph|mph|knots|公里/小时|千米/小时)?", re.IGNORECASE)
_NO_SPEED = re.compile(r"(?:none|signals|walk|variable|implicit|national|[A-Za-z]{2}[-:][A-Za-z0-9_:-]+)")
_KMH = {"mph": 1.609344, "knots": 1.852}
_TRUE = frozenset({"true", "yes", "y", "t", "1", "是", "有", "对", "√", "✓", "✔", "开学", "上学", "on"})
_FALSE = frozenset({"false", "no", "n", "f", "0", "否", "无", "不", "×", "✗", "✘", "放假", "off"})


class Fault(NamedTuple):
    """Why a text is no value."""

    reason: Reason


class Unitless(NamedTuple):
    """A value behind which a unit stood that says nothing but what it counts."""

    text: str


class Parsed(NamedTuple):
    """A column after parsing."""

    texts: Objects
    """Canonical texts, None where missing or faulty."""
    faults: Objects
    """A `Reason`, or None."""
    folded: Flags
    """Where full-width characters had to be folded."""
    unitless: Flags
    """Where a unit was dropped."""


Result = str | Fault | Unitless | None


def fold_words(text: str) -> str:
    """Fold full-width letters and digits (第１小学) and leave Chinese punctuation as it is."""
    return text if text.isascii() else text.translate(_FULLWIDTH_WORDS)


def fold(text: str) -> str:
    """Fold full-width ASCII (１２：３０) to plain ASCII."""
    return text if text.isascii() else text.translate(FULLWIDTH)


def parse_column(texts: pd.Series[str], column: Column, zone: ZoneInfo = CHINA) -> Parsed:
    """Parse a column of cells.

    Parameters
    ----------
    texts
        Cells as text, missing where empty.
    column
        Says what they hold.
    zone
        Where the clocks hang whose moments they hold.
    """
    positions, different = pd.factorize(texts)
    parse = _parser(column, zone)
    folding = fold_words if column.holds is Holds.TEXT else fold
    results = [_parse_one(str(text).strip(), parse, folding) for text in different]
    # Missing cells have position -1, which is this last entry.
    table = [*results, (None, None, False, False)]
    values, faults = (_objects([row[part] for row in table])[positions] for part in (0, 1))
    folded, unitless = (np.array([row[part] for row in table], dtype=bool)[positions] for part in (2, 3))
    return Parsed(values, faults, folded, unitless)


def _parser(column: Column, zone: ZoneInfo) -> Callable[[str], Result]:
    """Give what reads one cell of a column."""
    if column.holds is Holds.WORD:
        return _word_parser(column.words)
    return _moment_parser(zone) if column.holds is Holds.MOMENT else _PARSERS[column.holds]


def _parse_one(
    text: str, parse: Callable[[str], Result], folding: Callable[[str], str]
) -> tuple[str | None, str | None, bool, bool]:
    """Parse one text: its value, its fault, whether it had to be folded, whether it lost a unit."""
    if _CONTROL.search(text):
        return None, Reason.CONTROL_CHARACTER, False, False
    plain = folding(text).strip()
    result = parse(plain) if plain else None
    if isinstance(result, Fault):
        return None, result.reason, False, False
    if isinstance(result, Unitless):
        return result.text, None, plain != text, True
    return result, None, plain != text, False


def _objects(values: list[object]) -> Objects:
    array: Objects = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _text(text: str) -> str | Fault:
    return text if len(text) <= LONGEST_TEXT else Fault(Reason.TOO_LONG)


def _code(text: str) -> str | Fault:
    return text if len(text) <= LONGEST_CODE else Fault(Reason.TOO_LONG)


def _count(text: str) -> str | Fault | Unitless:
    """Read a whole number, which may have thousands set apart and a unit of people or things behind it."""
    match = _WHOLE.fullmatch(text)
    if match is None:
        return Fault(Reason.NOT_A_NUMBER)
    digits = re.sub(r"[\s,]", "", match[2]).lstrip("0") or "0"
    too_large = len(digits) > 9  # noqa: PLR2004 -- digits that fit a 32-bit number for sure
    if too_large or (match[1] == "-" and digits != "0"):
        return Fault(Reason.OUT_OF_RANGE)
    return Unitless(digits) if match[3] else digits


def _speed(text: str) -> str | Fault | None:
    """Read a speed in km/h; OSM's words for speeds that are no number are no value."""
    if _NO_SPEED.fullmatch(text):
        return None
    match = _SPEED.fullmatch(text)
    if match is None:
        return Fault(Reason.NOT_A_NUMBER)
    speed = float(match[1]) * _KMH.get((match[2] or "").lower(), 1.0)
    return f"{speed:.6g}" if 0 < speed <= FASTEST_KMH else Fault(Reason.OUT_OF_RANGE)


def _flag(text: str) -> str | Fault:
    word = text.lower()
    if word in _TRUE:
        return "true"
    return "false" if word in _FALSE else Fault(Reason.NOT_A_FLAG)


def _oneway(text: str) -> str | Fault:
    return REVERSED if text.lower() in ("-1", "reverse") else _flag(text)


def _date(text: str) -> str | Fault:
    day = Reason.NOT_A_DATE if len(text) > LONGEST_MOMENT else parse_date(text)
    return Fault(day) if isinstance(day, Reason) else day.isoformat()


def _time(text: str) -> str | Fault:
    """Read a clock time; 24:00 is the midnight that ends the day, written 00:00."""
    seconds = None if len(text) > LONGEST_MOMENT else parse_time(text)
    if seconds is None:
        return Fault(Reason.NOT_A_TIME)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _moment_parser(zone: ZoneInfo) -> Callable[[str], str | Fault]:
    def parse(text: str) -> str | Fault:
        moment = Reason.NOT_A_MOMENT if len(text) > LONGEST_MOMENT else parse_moment(text, zone)
        return Fault(moment) if isinstance(moment, Reason) else moment

    return parse


def _weekdays(text: str) -> str | Fault:
    days = parse_weekdays(text)
    return "{" + ",".join(map(str, days)) + "}" if days else Fault(Reason.NOT_WEEKDAYS)


def _weekday(text: str) -> str | Fault:
    day = parse_weekday(text)
    return Fault(Reason.NOT_WEEKDAYS) if day is None else str(day)


def _word_parser(words: tuple[str, ...]) -> Callable[[str], str | Fault]:
    def parse(text: str) -> str | Fault:
        return text.lower() if text.lower() in words else Fault(Reason.UNKNOWN_VALUE)

    return parse


_PARSERS: dict[Holds, Callable[[str], Result]] = {
    Holds.TEXT: _text,
    Holds.CODE: _code,
    Holds.COUNT: _count,
    Holds.SPEED: _speed,
    Holds.FLAG: _flag,
    Holds.ONEWAY: _oneway,
    Holds.DATE: _date,
    Holds.TIME: _time,
    Holds.WEEKDAYS: _weekdays,
    Holds.WEEKDAY: _weekday,
}

"""The heading of a row or column of a grid: the day, the weekdays, the hours or the place that it names."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from etl.grids.clock import LEFT_OVER, LONGEST_TEXT, find_period, plain_text, take_hours
from etl.grids.rule import PLACES, Axis
from etl.intake.weekdays import parse_weekday, parse_weekdays
from etl.readers.chunk import ERROR_VALUES, UNSAVED

if TYPE_CHECKING:
    from etl.grids.clock import Hours, Period
    from etl.grids.rule import GridRule

_OTHER_COLUMNS = """
序号 编号 合计 小计 总计 备注 说明 电话 联系电话 联系方式 手机 手机号 星期 周次 日期 时间
负责人 责任人 联系人 带班 带班领导 值班领导 姓名 签名 签字 人数
"""
NOT_PLACES = frozenset(_OTHER_COLUMNS.split())
"""Headings beside places that are none; what stands under them is not read."""


class Fault:
    """What can be wrong with the heading of a day; the names are for the program only."""

    NO_YEAR = "no_year"
    NO_MONTH = "no_month"
    BAD_DAY = "bad_day"
    DATED_WEEKDAY = "dated_weekday"
    UNDATED = "undated"


class Heading(NamedTuple):
    """What one heading says."""

    day: date | None = None
    weekdays: tuple[int, ...] = ()
    """0 = Monday; of a day those it names beside the date."""
    hours: tuple[Hours, ...] = ()
    """The hours of all who stand under it and have none of their own."""
    period: Period | None = None
    place: str | None = None
    """Name of a school, gate or post as it stands there, or of nothing that is known."""
    fault: str | None = None
    """One of `Fault`."""
    has_year: bool = False
    """Whether the day names its year itself."""


_FULL = re.compile(r"(20[0-9]{2})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})(?![0-9])\s*[日号]?")
_PACKED = re.compile(r"(20[0-9]{2})([01][0-9])([0-3][0-9])(?![0-9])")
_SHORT = re.compile(
    r"([0-9]{1,2})\s*(?:[月/]|[.-](?![0-9]{1,2}\s*[-~\u2010-\u2015至到:]))\s*([0-9]{1,2})(?![0-9:])\s*[日号]?"
)
_DAY = re.compile(r"([0-9]{1,2})\s*[日号]")
_BARE_DAY = re.compile(r"[0-9]{1,2}")
_SERIAL = re.compile(r"[3-6][0-9]{4}")
_EPOCH = date(1899, 12, 30)
"""The day 0 of spreadsheets."""
_MIDNIGHT = re.compile(r"[\sT]*00:00(?::00)?")
_WEEKDAY = re.compile(r"(?:周|星期|礼拜)\s*[一二三四五六日天1-7]")
_TAIL_OF_RANGE = re.compile(r"\s*(?:[-~\u2010-\u2015至到、]|起|前|后|止|开始|以)")
_WEEK_NUMBER = re.compile(r"第\s*[0-9一二三四五六七八九十]+\s*周")
_OPENERS = re.compile(r"[\s(\[【（:,，、/|]+")
_DATED = re.compile(
    r"[0-9]{1,2}\s*月\s*[0-9]{1,2}|20[0-9]{2}\s*[-/.年]|[0-9]{1,2}\s*[日号]|(?<![0-9:])[0-9]{1,2}[/.-][0-9]{1,2}(?![0-9:])"
)
_DAY_WORDS = re.compile(r"周|星期|礼拜|工作日|双休日|每天|每日|天天|[a-zA-Z]{3}")
_BESIDE_WEEKDAYS = re.compile(r"高峰|班次|班|岗位|岗|护学|值守|值班|勤务|执勤|时段|时间|[()\[\]【】:：]")
_PERIOD_WORDS = re.compile(
    r"上午|下午|午后|傍晚|晚上|晚间|夜间|中午|午间|早上|早晨|清晨|凌晨|上学|放学|入校|离校|入园|离园|早|晚|高峰|夜班|白班|中班"
)
_EMPTY_BRACKETS = re.compile(r"[(\[【（]\s*[)\]】）]")
_EDGES = " \t\n,，、;；:：-—/"


def read_heading(text: str | None, axis: Axis, rule: GridRule) -> Heading | None:
    """Read one heading as what it is declared to be.

    Parameters
    ----------
    text
        As it stands in the sheet; None where the cell is empty.
    axis
        What it is declared to be.
    rule
        For year and month.

    Returns
    -------
    Heading or None
        None where it is nothing of the kind: a column of remarks, a sum.
    """
    if text is None or not text.strip() or len(text) > LONGEST_TEXT:
        return None
    if axis not in PLACES and (text == UNSAVED or text.strip() in ERROR_VALUES):
        return Heading(fault=Fault.BAD_DAY)
    if axis in PLACES:
        return _place(text)
    plain = plain_text(text).strip()
    if axis is Axis.DATE:
        return _day(plain, rule.known_year, rule.known_month)
    return _repeated(plain, axis)


def _repeated(plain: str, axis: Axis) -> Heading | None:
    """Read weekdays, or a part of the day, which no date limits."""
    period = find_period(plain, in_names=False)
    hours, rest = take_hours(plain, period)
    if hours is None:
        return Heading(fault=Fault.BAD_DAY)
    if axis is Axis.WEEKDAY:
        return _weekdays(rest, hours, period)
    if not hours and not _PERIOD_WORDS.search(rest):
        return None
    return Heading(fault=Fault.BAD_DAY) if LEFT_OVER.search(rest) else Heading(hours=hours, period=period)


def _place(text: str) -> Heading | None:
    """Read a place, and the hours that may stand with it."""
    hours, rest = take_hours(plain_text(text))
    if not hours:
        return Heading(place=" ".join(text.split()))
    place = _EMPTY_BRACKETS.sub("", rest).strip(_EDGES)
    return Heading(hours=hours, place=" ".join(place.split()))


def _weekdays(rest: str, hours: tuple[Hours, ...], period: Period | None) -> Heading | None:
    """Read weekdays, with a part of the day or hours beside them."""
    words = _BESIDE_WEEKDAYS.sub(" ", _PERIOD_WORDS.sub(" ", _WEEK_NUMBER.sub(" ", rest)))
    if _WEEKDAY.search(words) and _DATED.search(rest):
        return Heading(fault=Fault.DATED_WEEKDAY)
    bare = " ".join(words.split())
    if not (_DAY_WORDS.search(bare) or (len(bare) == 1 and bare in "一二三四五六日")):
        return None
    days = parse_weekdays(bare)
    if days:
        return Heading(weekdays=days, hours=hours, period=period)
    return Heading(fault=Fault.BAD_DAY) if _WEEKDAY.match(bare) else None


def _day(plain: str, year: int | None, month: int | None) -> Heading | None:
    """Read a date, with its weekday, a part of the day or hours beside it."""
    named = _WEEKDAY.search(plain)
    start = _after_openers(plain)
    # A weekday may stand before its date: 周二 9月1日.
    if named and named.start() == start:
        start = _after_openers(plain, named.end())
    found = _find_date(plain, start, year, month)
    if found is None:
        return Heading(fault=Fault.UNDATED) if named and not plain[: named.start()].strip("(（") else None
    heading, end = found
    if heading.fault:
        return heading
    tail = plain[end:]
    tail = tail[match.end() :] if (match := _MIDNIGHT.match(tail)) else tail
    period = find_period(tail, in_names=False)
    hours, rest = take_hours(tail, period)
    beside = _WEEK_NUMBER.sub(" ", _WEEKDAY.sub(" ", rest))
    if hours is None or _TAIL_OF_RANGE.match(tail) or re.search("[0-9]", beside):
        return Heading(fault=Fault.BAD_DAY)
    weekday = parse_weekday(named[0].replace(" ", "")) if named else None
    weekdays = () if weekday is None else (weekday,)
    return heading._replace(weekdays=weekdays, hours=hours, period=period)


def _after_openers(plain: str, start: int = 0) -> int:
    match = _OPENERS.match(plain, start)
    return match.end() if match else start


def _find_date(plain: str, start: int, year: int | None, month: int | None) -> tuple[Heading, int] | None:
    """Find the date that begins at a place of the text; give it and where it ends."""
    for pattern in (_FULL, _PACKED):
        if match := pattern.match(plain, start):
            return _made(int(match[1]), int(match[2]), int(match[3]), has_year=True), match.end()
    whole = plain[start:].strip()
    if _SERIAL.fullmatch(whole):
        return Heading(day=_EPOCH + timedelta(days=int(whole)), has_year=True), len(plain)
    if match := _SHORT.match(plain, start):
        return _made(year, int(match[1]), int(match[2])), match.end()
    match = _DAY.match(plain, start)
    if match is None and _BARE_DAY.fullmatch(re.split(r"[\s(（]", whole)[0]):
        match = _BARE_DAY.match(plain, start)
    if match is None:
        return None
    number = int(re.sub(r"\D", "", match[0]))
    if month is None:
        return Heading(fault=Fault.NO_MONTH), match.end()
    return _made(year, month, number), match.end()


def _made(year: int | None, month: int, day: int, *, has_year: bool = False) -> Heading:
    if year is None:
        return Heading(fault=Fault.NO_YEAR)
    try:
        return Heading(day=date(year, month, day), has_year=has_year)
    except ValueError:
        return Heading(fault=Fault.BAD_DAY)

"""One cell of a roster -> the hours that it states, or what it says instead; nothing else of it is given on.

Numbers of people are taken out of the text first, so that no digits of a phone are taken for hours. What
cannot be read with certainty is no hours at all: a roster that is half read would show a gate as unguarded.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import NamedTuple

from etl.readers.chunk import ERROR_VALUES, UNSAVED

LONGEST_TEXT = 2_000
"""A longer cell is an essay; it is not searched."""
NOON_MIN = 12 * 60
DAY_MIN = 24 * 60
LATEST_START_MIN = 13 * 60
"""Hours over midnight that begin earlier are afternoon hours written without saying so: 11:30-1:00."""
LAST_NOON_HOUR = 5


class Period(StrEnum):
    """The part of the day that a word before clock times names."""

    MORNING = "morning"
    NOON = "noon"
    AFTERNOON = "afternoon"


class Hours(NamedTuple):
    """An interval of the clock, as minutes of the day; an ``end`` before the ``start`` is on the next day."""

    start: int
    end: int

    @property
    def texts(self) -> tuple[str, str]:
        """Give both as canonical texts: 07:10:00."""
        return clock_text(self.start), clock_text(self.end)


class Says(StrEnum):
    """What a cell says."""

    NOTHING = "nothing"
    """Empty, or a dash."""
    NONE = "none"
    """无: nobody, or nothing to report."""
    REST = "rest"
    """休: nobody is on duty."""
    PRESENT = "present"
    """Something, and no hours: a name, a tick."""
    HOURS = "hours"
    ABOVE = "above"
    """同上: what the cell above says."""
    LEFT = "left"
    """同左: what the cell to the left says."""
    NOT_A_TIME = "not_a_time"
    """Digits that are no hours, or not wholly."""
    UNSAVED_FORMULA = "unsaved_formula"
    """A formula whose value the file does not have."""
    ERROR_VALUE = "error_value"
    """What a spreadsheet writes where a formula went wrong."""
    UNCLEAR = "unclear"
    """Words of which it cannot be told whether anybody is on duty."""


class Cell(NamedTuple):
    """What is kept of a cell."""

    says: Says
    hours: tuple[Hours, ...] = ()


EMPTY = Cell(Says.NOTHING)

_PERIODS = {
    Period.AFTERNOON: "下午|午后|傍晚|晚上|晚间|夜间|晚高峰|晚班|晚岗|晚段|晚时段|晚自习",
    Period.NOON: "中午|午间|放学",
    Period.MORNING: "上午|早上|早晨|清晨|凌晨|早高峰|早班|早岗|早段|早时段|早间",
}
# A lone sign counts only where it cannot be part of a name: 王晚 is somebody.
_LONE = {Period.AFTERNOON: "晚", Period.MORNING: "早"}
_PERIOD = "|".join(
    f"(?P<{period}>{words}"
    + (rf"|(?<![\u4e00-\u9fff]){_LONE[period]}(?![\u4e00-\u9fff])" if period in _LONE else "")
    + ")"
    for period, words in _PERIODS.items()
)
_ANY_PERIOD = re.compile(_PERIOD)
_TO = r"\s*(?:[-\u2010-\u2015\u2212~\u301c\u2192ー一]+|至|到)\s*"
_NEXT_DAY = r"(?P<next>次日|翌日|第二天)?\s*"
_SIGNS = r"(?P<{0}h>[0-9]{{1,2}})\s*[:.]\s*(?P<{0}m>[0-9]{{2}})(?::[0-9]{{2}})?"
_WORDS = (
    r"(?P<{0}H>[0-9]{{1,2}})\s*[点时]"
    r"(?:(?P<{0}quarter>[13])刻|(?P<{0}M>[0-9]{{1,2}})(?![0-9人名位])(?:\s*分)?|(?P<{0}half>半)|整|钟)?"
)
_BARE = r"(?P<{0}b>[0-9]{{1,2}})"
_FREE = r"(?<![0-9.:点时\-])"
_ENDED = r"(?![0-9]|\s*[:.点时]|\s*[-~\u2010-\u2015至到]\s*[0-9])"


def _clock(prefix: str, *forms: str) -> str:
    return "(?:" + "|".join(form.format(prefix) for form in forms) + ")"


_END_PERIOD = (
    rf"(?:(?P<end_afternoon>{_PERIODS[Period.AFTERNOON]}|晚)|(?P<end_noon>{_PERIODS[Period.NOON]})"
    rf"|{_PERIODS[Period.MORNING]}|早)?\s*"
)
_INTERVAL = re.compile(
    _FREE
    + "(?:"
    + _clock("s", _SIGNS, _WORDS) + _TO + _NEXT_DAY + _END_PERIOD + _clock("e", _SIGNS, _WORDS)
    + "|" + _clock("x", _BARE) + _TO + _clock("w", _WORDS)
    + r"|(?P<compact>[0-9]{4}" + _TO + "[0-9]{4})"
    + ")" + _ENDED
)  # fmt: skip
_STOP = "stop"
_ANY_PERIOD_OR_STOP = re.compile(rf"{_PERIOD}|(?P<{_STOP}>[\n;])")
_CHINESE = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CHINESE_NUMBER = re.compile(r"[零〇一二两三四五六七八九十]{1,3}(?=[点时分刻])")
_GAP = r"[ \-\u2010-\u2015._/·]{0,2}"
_BEGINS = r"(?<![0-9\-~\u2010-\u2015至到])"
_GOES_ON = r"[0-9]|\s*[-~\u2010-\u2015至到]"
_PERSONAL = re.compile(
    rf"(?<![0-9])(?:(?:\+|00){_GAP})?(?:86{_GAP})?1[3-9][0-9]{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}}(?![0-9])"
    rf"|{_BEGINS}[0-9]{{6}}{_GAP}(?:19|20)[0-9]{{2}}{_GAP}[01][0-9]{_GAP}[0-3][0-9]{_GAP}[0-9]{{3}}{_GAP}"
    rf"[0-9Xx](?!{_GOES_ON})"
    rf"|{_BEGINS}0[0-9]{{2,3}}{_GAP}[2-8][0-9]{{6,7}}(?![0-9])"
    rf"|{_BEGINS}0[0-9]{{2,3}}{_GAP}[2-8][0-9]{{2,3}}{_GAP}[0-9]{{4}}(?!{_GOES_ON})"
    r"|(?<![0-9])[0-9]{5,}[xX]?(?![0-9])"
)
"""Mobile numbers, land lines, badges and ID numbers: dropped like the names beside them."""
_CUT = "、"
"""What is put in their place: a sign over which no hours reach."""
_LISTED = re.compile(r"(?<![0-9.:])[0-9]{1,2}[.、)]\s*(?=[0-9]{1,2}[:点时])")
LEFT_OVER = re.compile(
    r"[0-9]\s*[:点时.月日号/-]|[:.]\s*[0-9]|[0-9]\s*[~\u2010-\u2015至到]|[-~\u2010-\u2015至到]\s*[0-9]"
)
"""What a piece of hours looks like that could not be read."""
_HEADS = re.compile(r"[0-9]{1,2}\s*(?=[人名位])")
_DIGIT = re.compile(r"[0-9]")
_PART = rf"(?:{'|'.join(_PERIODS.values())}|早|晚)"
_PART_RESTS = re.compile(
    rf"{_PART}(?:高峰|班|岗)?\s*:?\s*"
    rf"(?:(?:休息|休|无岗|无)(?={_PART}|[^\u4e00-\u9fff]|$)|(?:[/×xX]|-+|—+)(?![\u4e00-\u9fff]))"
)
"""The morning or the evening alone is off: 晚休."""
_NONES = frozenset({"无", "没有", "none", "no"})
_REST_WORDS = """
休 休息 轮休 调休 补休 公休 休假 请假 年假 病假 事假 放假 停岗 撤岗 缺岗 空岗 无岗 空 缺 取消 不设 不上 停课
off rest × x ╳ ✕ ✖ ✗ ✘
"""
_RESTS = frozenset(_REST_WORDS.split())
_REST_WORD = re.compile(
    r"休|请假|病假|事假|年假|放假|假期|停岗|撤岗|缺岗|空岗|无岗|无人|取消|不上|不值|不设|停课"
)
_UNSETTLED = re.compile(r"待定|待通知|另行|另定|暂缺|不详|^(?:详见|参见|见|同)")
_PUNCTUATION = re.compile(r"[\s()\[\]{}<>,.;:!?\"'“”‘’、。·…_*|/\\~—–―−‐\-《》【】]+")
_DITTO = {"同上": Says.ABOVE, "〃": Says.ABOVE, "同左": Says.LEFT}


def clock_text(minute: int) -> str:
    """Write a minute of the day as canonical text."""
    return f"{minute // 60:02}:{minute % 60:02}:00"


def plain_text(text: str) -> str:
    """Fold a text's width, kinds of digits and Chinese hours; take out what is invisible.

    Signs such as ① are blanks: folded, they would be a digit of the hours behind them.
    """
    bare = "".join(" " if unicodedata.category(sign) == "No" else sign for sign in text)
    signs = (
        sign for sign in unicodedata.normalize("NFKC", bare) if unicodedata.category(sign) not in ("Cf", "Mn")
    )
    folded = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in signs)
    return _CHINESE_NUMBER.sub(_in_digits, folded.replace("\r", "\n"))


def _in_digits(match: re.Match[str]) -> str:
    """Write 七, 十七 or 二十三 in digits; anything else is left as it is."""
    tens, ten, ones = match[0].rpartition("十")
    if any(sign not in _CHINESE for sign in tens + ones) or len(tens) > 1 or len(ones) > (1 if ten else 2):
        return match[0]
    number = int("".join(str(_CHINESE[sign]) for sign in ones) or "0")
    return str(number + (10 * (_CHINESE[tens] if tens else 1) if ten else 0))


def find_period(text: str, *, in_names: bool = True) -> Period | None:
    """Name the part of the day that a plain text names first; None where it names none.

    Parameters
    ----------
    text
        Of `plain_text`.
    in_names
        Whether a 早 or 晚 within other signs may be part of somebody's name.
    """
    if match := _ANY_PERIOD.search(text):
        return Period(str(match.lastgroup))
    lone = None if in_names else re.search("|".join(_LONE.values()), text)
    return next((period for period, sign in _LONE.items() if lone and sign == lone[0]), None)


def read_cell(text: str | None, period: Period | None = None) -> Cell:
    """Read a cell.

    Parameters
    ----------
    text
        The cell as it stands in the sheet; None where it is empty.
    period
        The part of the day that its heading names: in a column 下午, 4:20 is 16:20.

    Returns
    -------
    Cell
        Its hours, each once and in order of writing, or what it says instead.
    """
    if text is None or not text.strip():
        return EMPTY
    if text == UNSAVED or text.strip() in ERROR_VALUES:
        return Cell(Says.UNSAVED_FORMULA if text == UNSAVED else Says.ERROR_VALUE)
    if len(text) > LONGEST_TEXT:
        return Cell(Says.NOT_A_TIME)
    plain = _LISTED.sub(" ", _PERSONAL.sub(_CUT, plain_text(text)))
    hours, rest = take_hours(plain, period)
    if hours is None:
        return Cell(Says.NOT_A_TIME)
    return (
        _with_hours(hours, rest) if hours else _without_hours(rest, was_filled=bool(_bare(plain_text(text))))
    )


def take_hours(plain: str, period: Period | None = None) -> tuple[tuple[Hours, ...] | None, str]:
    """Take the hours out of a plain text.

    Parameters
    ----------
    plain
        Of `plain_text`.
    period
        The part of the day in which a line begins.

    Returns
    -------
    tuple
        The hours, None where some are no hours of a clock; and the text without them.
    """
    found: list[Hours] = []
    rest: list[str] = []
    now, position = period, 0
    for match in _INTERVAL.finditer(plain):
        before = plain[position : match.start()]
        for word in _ANY_PERIOD_OR_STOP.finditer(before):
            now = period if word.lastgroup == _STOP else Period(str(word.lastgroup))
        hours = _hours(match, now)
        if hours is None:
            return None, ""
        found.append(hours)
        rest.append(before)
        position = match.end()
    return tuple(dict.fromkeys(found)), "\n".join([*rest, plain[position:]])


def _hours(match: re.Match[str], period: Period | None) -> Hours | None:
    """Give the interval that was matched, None where the clock has none such."""
    start, end = _ends(match)
    if start is None or end is None:
        return None
    end_period = Period.AFTERNOON if match["end_afternoon"] else Period.NOON if match["end_noon"] else None
    first = _shifted(start, period)
    last = _shifted(end, end_period) if end_period else _end_within(first, start, end, period)
    over_midnight = last < first
    if match["next"]:
        return Hours(first, last) if over_midnight else None
    if over_midnight and first < LATEST_START_MIN and last:
        return None
    return Hours(first, last)


def _end_within(first: int, start: int, end: int, period: Period | None) -> int:
    """Give the end that is meant behind a start in a part of the day: 下午4:20-5:10 ends at 17:10."""
    if period is Period.NOON and _shifted(end, period) != end:
        return _shifted(end, period)
    twelve_hours = first != start or (period is Period.AFTERNOON and start // 60 == NOON_MIN // 60)
    later = end + NOON_MIN
    return later if twelve_hours and 0 < end < NOON_MIN and later > first else end


def _shifted(minute: int, period: Period | None) -> int:
    """Give a clock time as one of 24 hours."""
    hour = minute // 60
    if period is Period.AFTERNOON and 0 < hour < NOON_MIN // 60:
        return minute + NOON_MIN
    return minute + NOON_MIN if period is Period.NOON and 0 < hour <= LAST_NOON_HOUR else minute


def _ends(match: re.Match[str]) -> tuple[int | None, int | None]:
    """Give both ends of an interval in minutes of the day as they are written."""
    if match["compact"]:
        text = match["compact"]
        return _minute(text[:2], text[2:4]), _minute(text[-4:-2], text[-2:], is_end=True)
    if match["xb"]:
        return _minute(match["xb"], "0"), _worded(match, "w")
    start = _minute(match["sh"], match["sm"]) if match["sh"] else _worded(match, "s", is_end=False)
    end = _minute(match["eh"], match["em"], is_end=True) if match["eh"] else _worded(match, "e")
    return start, end


def _worded(match: re.Match[str], prefix: str, *, is_end: bool = True) -> int | None:
    """Give a clock time in words: 7点10分, 7点半, 7点1刻."""
    minute = match[f"{prefix}M"] or ("30" if match[f"{prefix}half"] else "0")
    if match[f"{prefix}quarter"]:
        minute = str(15 * int(match[f"{prefix}quarter"]))
    return _minute(match[f"{prefix}H"], minute, is_end=is_end)


def _minute(hour: str, minute: str, *, is_end: bool = False) -> int | None:
    """Give a clock time as minutes of the day; 24:00 ends a day as 0."""
    of_day = int(hour) * 60 + int(minute)
    if int(minute) >= 60 or of_day > (DAY_MIN if is_end else DAY_MIN - 1):  # noqa: PLR2004 -- the clock
        return None
    return of_day % DAY_MIN


def _with_hours(hours: tuple[Hours, ...], rest: str) -> Cell:
    """Give hours unless what stands beside them makes them doubtful."""
    if LEFT_OVER.search(rest):
        return Cell(Says.NOT_A_TIME)
    beside = _PART_RESTS.sub(" ", rest)
    if _REST_WORD.search(beside) or _UNSETTLED.search(_bare(beside)):
        return Cell(Says.UNCLEAR)
    return Cell(Says.HOURS, hours)


def _without_hours(rest: str, *, was_filled: bool) -> Cell:
    """Tell what a cell without hours says."""
    word = _bare(rest).casefold()
    exact = {**dict.fromkeys(_NONES, Says.NONE), **dict.fromkeys(_RESTS, Says.REST), **_DITTO}
    if word in exact:
        return Cell(exact[word])
    beside = _PART_RESTS.sub(" ", rest)
    word = _bare(beside).casefold()
    if _DIGIT.search(_HEADS.sub("", beside)):
        return Cell(Says.NOT_A_TIME)
    if not word and beside != rest:
        return Cell(Says.REST)
    if not word:
        # A phone number alone is somebody.
        return Cell(Says.PRESENT) if was_filled else EMPTY
    if _REST_WORD.search(word) or _UNSETTLED.search(word):
        return Cell(Says.UNCLEAR)
    return Cell(Says.PRESENT)


def _bare(text: str) -> str:
    """Leave out blanks and punctuation."""
    return _PUNCTUATION.sub("", text)

"""Weekdays in the ways in which rosters write them, as numbers 0 = Monday .. 6 = Sunday."""

from __future__ import annotations

import re

_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CHINESE = "一二三四五六日"
_GROUPS = {
    **dict.fromkeys(("weekdays", "workdays", "工作日"), range(5)),
    **dict.fromkeys(("weekend", "weekends", "周末", "双休日", "双休"), range(5, 7)),
    **dict.fromkeys(("daily", "everyday", "all", "每天", "每日", "天天", "全周"), range(7)),
}
_DAY = (
    r"(?:mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
    r"|(?:周|星期|礼拜)?[一二三四五六日天]|(?:周|星期|礼拜)?[1-7])"
)
_RANGE = re.compile(rf"({_DAY})(?:-|–|—|~|至|到|to)({_DAY})")
_PART = re.compile(rf"{_RANGE.pattern}|({_DAY})")
_EVERY = re.compile(r"^(?:每逢|逢|每个?|every |each )\s*")
_BETWEEN = re.compile(r"[\s,;、，；/+&\[\]{}()]*|and|和|及")


def parse_weekdays(text: str) -> tuple[int, ...]:
    """Read weekdays: ``1-5``, ``1、3、5``, ``mon-fri``, ``Sat & Sun``, ``每周一至周五``, ``逢周二``.

    Parameters
    ----------
    text
        Any text. Numbers count from 1 = Monday to 7 = Sunday.

    Returns
    -------
    tuple of int
        0 = Monday .. 6 = Sunday, ascending; empty where the text names no weekdays and nothing else. 每周
        alone names none: to take it for every day would claim cover that nobody promised.
    """
    words = re.sub(r"\s+", " ", text.strip().lower())
    words = words if words in _GROUPS else _EVERY.sub("", words)
    if words in _GROUPS:
        return tuple(_GROUPS[words])
    words = re.sub(r"\s*(-|–|—|~|至|到|\bto\b)\s*", r"\1", words)
    days: set[int] = set()
    position = len(words) - len(words.lstrip("{[( "))
    while position < len(words):
        match = _PART.match(words, position)
        if match is None:
            return ()
        days |= _days(match)
        position = match.end()
        between = _BETWEEN.match(words, position)
        position = between.end() if between else position
        position = _skip_and(words, position)
    return tuple(sorted(days))


def _skip_and(words: str, position: int) -> int:
    """Pass over a word for "and" and the blanks around it."""
    match = re.compile(r"(?:and|和|及)\s*").match(words, position)
    return match.end() if match else position


def _days(match: re.Match[str]) -> set[int]:
    if match[3]:
        return {_number(match[3])}
    first, last = _number(match[1]), _number(match[2])
    return {(first + step) % 7 for step in range((last - first) % 7 + 1)}


def _number(word: str) -> int:
    if word[:3] in _ENGLISH:
        return _ENGLISH.index(word[:3])
    sign = word[-1].replace("天", "日")
    return int(sign) - 1 if sign.isdigit() else _CHINESE.index(sign)


def parse_weekday(text: str) -> int | None:
    """Read one weekday as 0 = Monday .. 6 = Sunday; None where the text is not exactly one."""
    days = parse_weekdays(text)
    return days[0] if len(days) == 1 else None

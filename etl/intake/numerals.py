"""Small numbers as people write them: in digits, or in Chinese numerals."""

from __future__ import annotations

ZEROS = "〇○零O"
"""Signs that stand for nought in 二〇二六; keyboards give a circle or a letter as often as the numeral."""
SMALL = rf"(?:[0-9]{{1,2}}|[{ZEROS}一二两三四五六七八九十廿卅]{{1,3}})"
"""Pattern of what `small_number` may be able to read."""

_UNITS = {
    **dict.fromkeys(ZEROS, 0),
    **{sign: value for value, sign in enumerate("一二三四五六七八九", 1)},
    "两": 2,
}
_TENS = {"廿": 20, "卅": 30}


def small_number(text: str) -> int | None:
    """Read a number of at most two digits: ``7``, ``07``, ``七``, ``十二``, ``四十五``, ``廿一``, ``零五``.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    int or None
        0 to 99; None where the text is no such number.
    """
    if text.isascii() and text.isdigit():
        return int(text)
    if text[:1] in _TENS:
        return _sum(_TENS[text[0]], text[1:])
    tens, ten, unit = text.partition("十")
    if ten:
        count = 1 if not tens else _UNITS.get(tens, 0)
        return _sum(10 * count, unit) if count else None
    return _UNITS.get(text[1:] if len(text) == 2 and text[0] in ZEROS else text)  # noqa: PLR2004 -- a nought before it


def _sum(tens: int, unit: str) -> int | None:
    """Add the last digit to the tens: nothing, or one of 1 to 9."""
    if not unit:
        return tens
    return tens + _UNITS[unit] if _UNITS.get(unit) else None


def year_number(text: str) -> int | None:
    """Read a year of four signs: ``2026``, ``二〇二六``, ``二O二六``; None where it is none."""
    digits = [int(sign) if sign.isascii() and sign.isdigit() else _UNITS.get(sign) for sign in text]
    year = 0
    for digit in digits:
        if digit is None:
            return None
        year = 10 * year + digit
    return year

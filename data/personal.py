"""What looks like somebody's ID number or mobile number, whoever is about to write it down (DESIGN 8.1).

A text is looked at as a reader would see it: full-width and other digits are plain ones, invisible characters
are not there, blanks and hyphens between groups of digits do not count, nor how a
spreadsheet writes a number.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_GAP = r"[ \-\u2010-\u2015._/·]{0,2}"
_MOBILE = re.compile(
    rf"(?<![0-9])(?:(?:\+|00){_GAP})?(?:86{_GAP})?1[3-9][0-9]{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}}(?![0-9])"
)
_LONG_ID = re.compile(
    rf"(?<![0-9])[0-9]{{6}}{_GAP}([0-9]{{4}}){_GAP}([0-9]{{2}}){_GAP}([0-9]{{2}}){_GAP}[0-9]{{3}}{_GAP}[0-9Xx](?![0-9])"
)
_SHORT_ID = re.compile(
    rf"(?<![0-9])[0-9]{{6}}{_GAP}([0-9]{{2}})([0-9]{{2}})([0-9]{{2}}){_GAP}[0-9]{{3}}(?![0-9])"
)
_EARLIEST_BIRTH = 1850
# Of degrees, every digit behind the point; of metres and packed degrees, as many as a machine's number has:
# six and twelve digits with a point between them are an ID number.
_DECIMAL = re.compile(r"(?<![0-9.])[-+]?(?:[0-9]{1,3}\.[0-9]+|[0-9]{4,8}\.[0-9]{1,11})(?![0-9.])")

_GROUPED = re.compile(r"(?<![0-9,.])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,])")
_POWER = re.compile(r"(?<![0-9.])([0-9])\.([0-9]{9,17})[eE]\+?(1[0-7])(?![0-9])")


def is_personal(text: str, *, decimals: bool = False) -> bool:
    """Tell whether a text holds what looks like an ID number or a mobile number.

    Parameters
    ----------
    text
        Any text.
    decimals
        Whether decimal fractions are coordinates and not looked at.
    """
    plain = _POWER.sub(_written_out, _GROUPED.sub(_joined, plain_digits(text)))
    if decimals:
        plain = _DECIMAL.sub(" ", plain)
    if _MOBILE.search(plain):
        return True
    long = any(_is_day(int(y), int(m), int(d)) for y, m, d in _overlapping(_LONG_ID, plain))
    return long or any(_is_day(1900 + int(y), int(m), int(d)) for y, m, d in _overlapping(_SHORT_ID, plain))


def _joined(match: re.Match[str]) -> str:
    """Join the thousands that a spreadsheet sets apart: 13,812,345,678."""
    return match[0].replace(",", "")


def _written_out(match: re.Match[str]) -> str:
    """Write out what a spreadsheet shortens where no digit is lost: 1.3812345678E+10."""
    digits, power = match[1] + match[2], int(match[3])
    return digits.ljust(power + 1, "0") if len(digits) <= power + 1 else match[0]


def plain_digits(text: str) -> str:
    """Fold every kind of digit to 0-9 and take invisible characters out."""
    if text.isascii():
        return text
    folded = unicodedata.normalize("NFKC", text)
    return "".join(
        str(unicodedata.decimal(sign)) if sign.isdecimal() else sign
        for sign in folded
        if unicodedata.category(sign) not in ("Cf", "Mn")
    )


def _overlapping(pattern: re.Pattern[str], text: str) -> list[tuple[str, str, str]]:
    """Find matches that may overlap: a number can begin inside what looked like another."""
    found, start = [], 0
    while match := pattern.search(text, start):
        found.append((match[1], match[2], match[3]))
        start = match.start() + 1
    return found


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return year >= _EARLIEST_BIRTH

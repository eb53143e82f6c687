"""When an area is told: half-years, and the keyed coin that withholds some of them.

The coin is the same for everyone and every time: whoever asks twice learns nothing new. Without the key it
cannot be foretold, nor told afterwards from a cell that was withheld because a class would have been unsafe.

`RATE` was chosen by measurement (docs/DISCLOSURE.md, tests/properties/test_disclosure_attack.py): an attacker
who knows every row of an area but one, the rule and the rate guesses from two years of releases whether that
row is there. In areas of about nine rows, the hardest, the first release alone, which is never withheld, lets
him be right in 56 % of all cases; what is left until 60 % allows about one later half-year in seven. That is
the mean over areas: an area whose count lies just under a border at its first release gives the row away for
certain, and no rate changes that.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geo.arrays import Flags

RATE = 0.85
"""Share of the releases after the first that the coin withholds."""
PURPOSE = b"release of a half-year"
"""What the database's key is used for here: no other use of the key gives the same coin."""
_FIRST_OF_SECOND_HALF = 7
_FORM = re.compile(r"(\d{4})-H([12])")
_BYTES = 8


class HalfYearError(ValueError):
    """A word is no half-year such as ``2026-H1``: a fault of the program."""


def half_year_of(day: date) -> str:
    """Give the half-year of a local date as ``2026-H1`` or ``2026-H2``."""
    return f"{day.year:04}-H{1 if day.month < _FIRST_OF_SECOND_HALF else 2}"


def half_year_number(half_year: str) -> int:
    """Give a half-year its number; neighbours differ by one.

    Raises
    ------
    HalfYearError
        The word is no half-year.
    """
    found = _FORM.fullmatch(half_year)
    if found is None:
        raise HalfYearError(half_year)
    return 2 * int(found[1]) + int(found[2]) - 1


def tossed(key: bytes, area_codes: Sequence[str], half_year: str, *, rate: float = RATE) -> Flags:
    """Toss the coin of each area for a half-year.

    Parameters
    ----------
    key
        The database's random key; a key of this purpose alone is made from it (HMAC-SHA256, RFC 2104).
    area_codes
        Police areas.
    half_year
        As `half_year_of` gives it.
    rate
        Share of cells that are withheld.

    Returns
    -------
    ndarray
        True: withheld by the coin, shape (n,).
    """
    own_key = hmac.digest(key, PURPOSE, hashlib.sha256)
    border = int(rate * (1 << 8 * _BYTES))
    return np.array(
        [
            int.from_bytes(hmac.digest(own_key, f"{half_year}/{code}".encode(), hashlib.sha256)[:_BYTES])
            < border
            for code in area_codes
        ],
        dtype=bool,
    )

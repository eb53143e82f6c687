"""Disclosure control: a small number leaves as its class, and only where that makes no suppressed cell known.

An area is told once a half-year, as a class of the true count (`geo.terms.CountClass`). A cell is
*suppressed* where it says ``<10`` or ``withheld``. Who knows that a count moves by at most `MOST_MOVES` in a
half-year can narrow each cell by the others. A candidate class is released only if every suppressed cell of
the area's history still leaves at least `LEAST_VALUES` counts open, and every other cell one; else the
release says ``withheld``.

*Withheld is always safe.* It adds no bound, so all earlier cells stay as open as they were. Its own range is
that of the half-year before, wider by `MOST_MOVES` on both sides, but not below 0. Let that one be [a, b]
with b - a + 1 = w >= 1 values. If a >= 2 the new range has w + 4 >= 5 values. If a < 2 then the cell before
says ``<10``, ``withheld`` or nothing at all (a class from ten up has a >= 10). The first two have w >= 5 by
what was held before, and the new range [0, b + 2] has more; a half-year without a release widens as a
withheld one does.

*Withheld proves nothing.* A rule that withholds only where a class would be unsafe tells by it that a border
was crossed. So from an area's second release on, cells are also withheld by a keyed coin
(`geo.disclosure_coin`), and every count can stand behind the word. Never at the first release: that is
always safe, since ``<10`` alone leaves ten counts open.

Terms (suppression, differencing, feasible intervals) as in A. Hundepool et al., "Statistical Disclosure
Control", Wiley 2012, chapters 4 and 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.terms import CountClass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo.arrays import Flags, Integers, Objects

MOST_MOVES = 2
"""By how much a count is known to move at most, from one half-year to the next."""
LEAST_VALUES = 5
"""How many counts every suppressed cell leaves open at least."""
UNBOUNDED = 1 << 40
"""Stands for no upper bound."""
CLASSES = (
    CountClass.UNDER_10, CountClass.FROM_10, CountClass.FROM_25, CountClass.FROM_50, CountClass.FROM_100,
)  # fmt: skip
"""In the order of their codes, 0 to 4."""
WITHHELD = len(CLASSES)
"""Code of a cell that says ``withheld``."""
NOTHING = WITHHELD + 1
"""Code of a half-year in which nothing was released; it bounds nothing and is no cell."""
_LOW = np.array([0, 10, 25, 50, 100, 0, 0], dtype=np.int64)
_HIGH = np.array([9, 24, 49, 99, UNBOUNDED, UNBOUNDED, UNBOUNDED], dtype=np.int64)
_WORDS = np.array([*map(str, CLASSES), str(CountClass.WITHHELD)], dtype=object)
_CODES = {word: code for code, word in enumerate(_WORDS.tolist())}


class Ranges(NamedTuple):
    """The counts that are possible in each half-year, both ends included."""

    low: Integers
    """Shape (n, t)."""
    high: Integers
    """Shape (n, t); beyond `UNBOUNDED` less what a series can move: no upper bound."""


def codes_of_counts(counts: Integers) -> Integers:
    """Give the class of each count as its code, 0 to 4; any shape."""
    codes: Integers = np.searchsorted(_LOW[1:WITHHELD], counts, side="right").astype(np.int64)
    return codes


def codes_of_words(words: Iterable[str]) -> Integers:
    """Give the codes of published words (`geo.terms.CountClass`).

    Raises
    ------
    KeyError
        A word is none of them.
    """
    return np.array([_CODES[str(word)] for word in words], dtype=np.int64)


def words_of_codes(codes: Integers) -> Objects:
    """Give the words of released codes, which are never `NOTHING`."""
    words: Objects = _WORDS[codes]
    return words


def classes_of_counts(counts: Integers) -> Objects:
    """Give the class of each count as a word of `geo.terms.CountClass`; zero is ``<10``."""
    return words_of_codes(codes_of_counts(counts))


def feasible_ranges(codes: Integers) -> Ranges:
    """Give what is possible in each half-year, for who knows the releases and `MOST_MOVES`.

    Intervals are carried forward and then backward. That is exact: the half-years form a chain, each bound
    ties two neighbours only, and the difference constraints of a chain are a tree, on which arc consistency
    leaves exactly the values that belong to some whole solution (E. C. Freuder, "A sufficient condition for
    backtrack-free search", J. ACM 29, 1982). Whole numbers need no care: intervals with whole ends, widened
    by whole numbers, have whole solutions at every whole value.

    Parameters
    ----------
    codes
        One row an area, one column a half-year, without gaps between columns (`NOTHING` where nothing was
        released, so that a half-year that was left out lets the count move further), shape (n, t).

    Returns
    -------
    Ranges
        Where no count fits, ``low`` is above ``high``: releases of true counts that moved further.
    """
    low, high = _LOW[codes], _HIGH[codes]
    last = codes.shape[1] - 1
    for column in range(1, last + 1):
        _tie(low, high, column, column - 1)
    for column in range(last - 1, -1, -1):
        _tie(low, high, column, column + 1)
    return Ranges(low, high)


def _tie(low: Integers, high: Integers, column: int, other: int) -> None:
    """Narrow a column by its neighbour, in place."""
    np.maximum(low[:, column], low[:, other] - MOST_MOVES, out=low[:, column])
    np.minimum(high[:, column], high[:, other] + MOST_MOVES, out=high[:, column])


def are_suppressed(codes: Integers) -> Flags:
    """Tell which cells are suppressed: ``<10`` and ``withheld``."""
    suppressed: Flags = (codes == 0) | (codes == WITHHELD)
    return suppressed


def keep_open(codes: Integers) -> Flags:
    """Tell which areas leave enough counts open, shape (n,): `LEAST_VALUES` in suppressed cells, else one.

    A class that no count within `MOST_MOVES` explains is not released either: the area stays withheld until
    the half-years that passed explain it.
    """
    ranges = feasible_ranges(codes)
    needed = np.where(are_suppressed(codes), LEAST_VALUES, 1)
    return np.asarray((ranges.high - ranges.low + 1 >= needed).all(axis=1), dtype=bool)


def release(counts: Integers, before: Integers, heads: Flags) -> Integers:
    """Decide what each area's new cell says.

    Parameters
    ----------
    counts
        True counts, shape (n,).
    before
        Codes of the half-years before, without gaps between columns, the last one just before this, shape
        (n, t); t may be 0.
    heads
        Whether the keyed coin withholds the cell; it is not asked at an area's first release, shape (n,).

    Returns
    -------
    ndarray
        Codes, 0 to `WITHHELD`, shape (n,). Every area that left enough open before does so afterwards.
    """
    is_first = (before == NOTHING).all(axis=1)
    wanted = np.where(heads & ~is_first, WITHHELD, codes_of_counts(counts))
    is_safe = keep_open(np.column_stack([before, wanted]))
    released: Integers = np.where(is_safe, wanted, WITHHELD).astype(np.int64)
    return released

"""Where a table's heading stands and what its columns are called, also where it goes over several rows."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from etl.errors import RepeatedColumnError
from etl.readers.chunk import heading

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from etl.readers.sheets import Merges

SEARCHED_ROWS = 30
"""How far down a heading is looked for where the source does not say: titles often stand above it."""
DEEPEST = 3
"""Rows that a heading may go over."""
MOST_MERGED = 500
"""Merged cells of a heading, and columns under one of them, that are looked at: no real one has more."""
JOIN = "/"
"""Between an upper and a lower heading, where the lower one alone is not clear: 位置/经度."""

Titles = dict[int, tuple[str, ...]]
"""What each column may be called, by its number."""


@dataclass(frozen=True)
class Heading:
    """A heading, and how much of what is looked for it has."""

    hits: int
    first: int
    last: int
    """Its first and its last row."""
    titles: Titles

    def names(self) -> list[str]:
        """Name every column in every way."""
        return [name for names in self.titles.values() for name in names]

    def find(self, wanted: Iterable[str]) -> list[int]:
        """Give the number of each wanted column, all of which are there.

        Raises
        ------
        RepeatedColumnError
            One is there twice.
        """
        places = []
        for name in wanted:
            found = [column for column, names in self.titles.items() if heading(name) in names]
            if len(found) > 1:
                raise RepeatedColumnError(column=name)
            places.append(found[0])
        return places


def find_heading(
    rows: Mapping[int, Mapping[int, str]], wanted: set[str], row: int | None, merges: Merges | None = None
) -> Heading | None:
    """Find the heading that has the most of the wanted columns.

    Parameters
    ----------
    rows
        The texts of the first rows by row and column number; empty cells are left out.
    wanted
        The mapped columns.
    row
        The row in which the heading begins or ends, where the source says so.
    merges
        Merged cells, which give their text to all that lies under them.

    Returns
    -------
    Heading or None
        Of several that are as good the shallowest, then the uppermost; None where no row can be one.
    """
    best: Heading | None = None
    for depth in range(1, DEEPEST + 1):
        for last in rows:
            first = last - depth + 1
            if first not in rows or not (row is None or first <= row <= last):
                continue
            found = _heading(rows, first, last, merges)
            hits = len(wanted.intersection(found.names()))
            if best is None or hits > best.hits:
                best = replace(found, hits=hits)
        if best is not None and best.hits == len(wanted):
            break
    return best


def _heading(rows: Mapping[int, Mapping[int, str]], first: int, last: int, merges: Merges | None) -> Heading:
    """Name the columns of a heading that goes from one row to another, and find where it really ends."""
    grid = {row: dict(rows.get(row, {})) for row in range(first, last + 1)}
    columns = sorted({column for line in grid.values() for column in line})
    end = last
    for left, top, right, bottom in merges.within(first, last)[:MOST_MERGED] if merges else ():
        title = rows.get(top, {}).get(left)
        if title is None:
            continue
        # Only to columns with a heading of their own: a merged cell is one column where nothing else is.
        under = columns[bisect_left(columns, left) : bisect_right(columns, right)][:MOST_MERGED]
        for row, column in product(range(max(first, top), min(last, bottom) + 1), under):
            grid[row].setdefault(column, title)
        # What is merged downwards from its last row belongs to the heading, not to the rows under it.
        if top >= first and bottom - first < DEEPEST:
            end = max(end, bottom)
    return Heading(
        0, first, end, {column: _names([grid[row].get(column) for row in grid]) for column in columns}
    )


def _names(path: Sequence[str | None]) -> tuple[str, ...]:
    """Give the lower heading and the joined ones: C, B/C, A/B/C."""
    steps: list[str] = []
    for step in path:
        if step and step not in steps[-1:]:
            steps.append(step)
    return tuple(JOIN.join(steps[at:]) for at in range(len(steps) - 1, -1, -1))

"""One table of a file as it stands there: every heading, every filled cell, wherever it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from etl.errors import EmptyFileError
from etl.readers.chunk import Chunk, as_objects, cell_text, heading, missing_column, table_chunk
from etl.register.errors import HeadingFirstError, SeveralTablesError
from geo.validity import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from etl.definitions import Definition
    from geo.arrays import Flags, Integers


@dataclass
class Table:
    """A sheet, a layer or a text table."""

    number: int
    """Its place among the sheets or layers of the file, from 1."""
    headings: dict[int, str]
    """By column number from 1; a filled column without a heading has an empty one."""
    rows: dict[int, dict[int, str]]
    """Filled cells by row number, as the sender sees it, and column number."""
    shapes: dict[int, bytes | None] | None = None
    """Of a vector file: well-known binary by row number."""
    crs: str | None = None
    """What the file itself says of its coordinates."""
    loose: list[tuple[int, str]] = field(default_factory=list)
    """Texts that are no cells and are looked at like them, with the row where they stand: ids of features."""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing stands in it."""
        return not self.headings and not self.rows


def from_grid(number: int, grid: Iterable[tuple[int, Sequence[object]]]) -> Table:
    """Make a table of rows of cells: the first filled row is the heading.

    Parameters
    ----------
    number
        The sheet's place in the file.
    grid
        Row numbers and cells from the first column on.
    """
    headings: dict[int, str] = {}
    rows: dict[int, dict[int, str]] = {}
    for row, cells in grid:
        filled = {column: text for column, cell in enumerate(cells, 1) if (text := cell_text(cell))}
        if not filled:
            continue
        if not headings:
            headings = {column: heading(text) for column, text in filled.items()}
        else:
            rows[row] = filled
    for filled in rows.values():
        for column in filled:
            headings.setdefault(column, "")
    return Table(number, headings, rows)


def only_table(tables: list[Table]) -> Table:
    """Give the one table that is filled.

    Raises
    ------
    EmptyFileError, SeveralTablesError
        None is, or more than one.
    """
    filled = [table for table in tables if not table.is_empty]
    if not filled:
        raise EmptyFileError
    if len(filled) > 1:
        raise SeveralTablesError(count=len(filled))
    return filled[0]


def as_chunk(table: Table, definition: Definition) -> Chunk:
    """Give a table of which every column is mapped as the intake's checks take it.

    Raises
    ------
    MissingColumnError
        A mapped column is not there.
    HeadingFirstError
        The description names another row than the first filled one for the heading.
    """
    places: dict[str, int] = {}
    for column, title in table.headings.items():
        places.setdefault(title, column)
    wanted = definition.source_columns
    # headings are compared as the other readers compare them; nothing of the file's own is repeated
    named = {name: places.get(heading(name)) for name in wanted}
    for name, found in named.items():
        if found is None:
            raise missing_column(name, ())
    top = min(table.rows, default=None)
    if definition.header_row is not None and top is not None and top <= definition.header_row:
        raise HeadingFirstError
    numbers = sorted(table.rows)
    order = [named[name] or 0 for name in wanted]
    cells = [[table.rows[row].get(place) for place in order] for row in numbers]
    chunk = table_chunk(numbers, cells, wanted, [False] * len(numbers))
    if table.shapes is None:
        return chunk
    # a feature may have no cell at all, and is a row still
    wkb = as_objects(table.shapes.get(row) for row in numbers)
    return Chunk(
        rows=_numbers(numbers),
        cells=_frame(cells, wanted),
        ragged=_none(len(numbers)),
        shapes=decode(wkb),
        wkb=wkb,
        crs=table.crs,
        faults=chunk.faults,
    )


def _numbers(rows: list[int]) -> Integers:
    return np.asarray(rows, dtype=np.int64)


def _none(count: int) -> Flags:
    return np.zeros(count, dtype=bool)


def _frame(cells: list[list[str | None]], columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(cells, columns=list(columns), dtype="str")

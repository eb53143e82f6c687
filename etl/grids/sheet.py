"""The rows of the sheets that may hold a grid: of a text table, or of a workbook, merged cells filled.

A cell merged over several days holds for each of them; the file has its text in the first of them only.
"""

from __future__ import annotations

import csv
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from etl.errors import OpenQuoteError, UnknownSheetError, UnreadableFileError
from etl.readers.chunk import cell_text
from etl.readers.delimited import DELIMITERS, LONGEST_LINE, find_encoding
from etl.readers.sheets import look_through
from etl.readers.workbook import EVERY_SHEET, MOST_SHEETS, SHEET_STEP, open_book

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import Any

    from etl.definitions import Definition

    Row = list[str | None]

MOST_COLUMNS = 1_000
"""What stands further right belongs to no roster."""
LONGEST_TABLE_CELL = 1_000_000
_END = "\x00end of the file\x00"
_SEPARATOR = "sep="


class Merge(NamedTuple):
    """A rectangle of cells that are one; rows and columns from 0."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Sheet:
    """One sheet, or one way to cut a text into columns."""

    rows: Callable[[], Iterator[Row]]
    """Begins anew with the first row."""
    merges: tuple[Merge, ...] = ()
    is_text: bool = False
    """Whether a row with too many cells means that a cell was cut in two."""
    step: int = 0
    """What is added to its row numbers where several sheets are read."""


@contextmanager
def open_sheets(path: Path, definition: Definition) -> Iterator[list[Sheet]]:
    """Open a table and give its sheets.

    Parameters
    ----------
    path
        A workbook, or a text table in any encoding that is read.
    definition
        `sheet`, `encoding` and `delimiter` where they are declared.

    Raises
    ------
    etl.errors.IntakeError
        It cannot be read as what its ending says.
    """
    if path.suffix.lower() != ".xlsx":
        encoding = find_encoding(path, definition.encoding, longest_line=LONGEST_LINE)
        csv.field_size_limit(LONGEST_TABLE_CELL)
        signs = (definition.delimiter,) if definition.delimiter else _delimiters(path, encoding)
        yield [Sheet(_text_rows(path, encoding, sign), is_text=True) for sign in signs]
        return
    with open_book(path) as book:
        every = definition.sheet in (None, EVERY_SHEET)
        pages = [
            (number, page)
            for number, page in enumerate(book.worksheets, start=1)
            if every or page.title == definition.sheet
        ]
        if not pages:
            raise UnknownSheetError(sheet=definition.sheet, count=len(book.worksheets))
        step = SHEET_STEP if definition.sheet == EVERY_SHEET else 0
        yield [_workbook_sheet(page, number, number * step) for number, page in pages[:MOST_SHEETS]]


def _delimiters(path: Path, encoding: str) -> tuple[str, ...]:
    """Give the delimiters to try: the one that the first line names, or the usual ones."""
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline(LONGEST_LINE).strip("\ufeff\r\n").lower()
    said = first.removeprefix(_SEPARATOR)
    return (said,) if first.startswith(_SEPARATOR) and len(said) == 1 else DELIMITERS


def _text_rows(path: Path, encoding: str, delimiter: str) -> Callable[[], Iterator[Row]]:
    def rows() -> Iterator[Row]:
        number = 0
        try:
            with path.open(encoding=encoding, newline="") as file:
                # Where the line behind the last does not come back as a row, a quote was never closed.
                for row in csv.reader(chain(file, [_END]), delimiter=delimiter):
                    if row == [_END]:
                        return
                    number += 1
                    yield [cell_text(cell.removeprefix("\ufeff")) for cell in row[:MOST_COLUMNS]]
        except csv.Error as error:
            raise UnreadableFileError(format="csv") from error
        raise OpenQuoteError(row=number)

    return rows


def _workbook_sheet(page: Any, number: int, step: int) -> Sheet:
    sheet = look_through(page, number)
    merges = tuple(
        Merge(top - 1, left - 1, bottom - 1, min(right, MOST_COLUMNS) - 1)
        for left, top, right, bottom in dict.fromkeys(sheet.merges.ranges)
        if left <= MOST_COLUMNS
    )

    def rows() -> Iterator[Row]:
        done = 0
        for at, values in sheet.rows():
            yield from ([] for _ in range(done + 1, at))
            done = at
            row: Row = [None] * min(max(values), MOST_COLUMNS)
            for column, value in values.items():
                if column <= MOST_COLUMNS:
                    row[column - 1] = as_text(value)
            yield row

    return Sheet(lambda: _filled(rows(), merges), merges, step=step)


class Sweep:
    """Goes down a sheet and knows which merged cells touch the row.

    Parameters
    ----------
    merges
        In any order.
    """

    def __init__(self, merges: Sequence[Merge]) -> None:
        self._waiting = sorted(merges, reverse=True)
        self._open: list[Merge] = []

    def at(self, row: int) -> list[Merge]:
        """Give the merged cells that touch a row; rows are asked for from the first on.

        Raises
        ------
        UnreadableFileError
            More than have room beside one another: they overlap, which no program writes.
        """
        self._open = [merge for merge in self._open if merge.bottom >= row]
        while self._waiting and self._waiting[-1].top <= row:
            merge = self._waiting.pop()
            if merge.bottom >= row:
                self._open.append(merge)
        if len(self._open) > MOST_COLUMNS:
            raise UnreadableFileError(format="xlsx")
        return self._open


def _filled(rows: Iterator[Row], merges: Sequence[Merge]) -> Iterator[Row]:
    """Give every cell of a merged rectangle the text of its first one."""
    sweep, texts = Sweep(merges), dict[Merge, str | None]()
    for number, row in enumerate(rows):
        for merge in sweep.at(number):
            if merge.top == number:
                texts[merge] = row[merge.left] if merge.left < len(row) else None
            text = texts.get(merge)
            if text is not None:
                row.extend([None] * (merge.right + 1 - len(row)))
                row[merge.left : merge.right + 1] = [text] * (merge.right + 1 - merge.left)
        yield row


def head(sheet: Sheet, count: int) -> list[Row]:
    """Give the first rows of a sheet."""
    return list(islice(sheet.rows(), count))


def as_text(value: object) -> str | None:
    """Give a cell's value as a person would type it."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return cell_text(value)

"""Workbooks: xlsx, values only: formulas give what was last saved with them, links are never followed."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from etl.errors import EmptyFileError, UnknownSheetError, UnreadableFileError
from etl.readers.archive import check_archive
from etl.readers.chunk import ROWS, Chunk, cell_text, find_columns, heading, missing_column, table_chunk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from etl.definitions import Definition

HEADING_ROWS = 30
BLANK_ROWS = 2_000
"""So many empty rows end a sheet: formatting can reach down to row 1,048,576."""
_DAMAGE = (
    AttributeError,
    InvalidFileException,
    zipfile.BadZipFile,
    ParseError,
    LookupError,
    ValueError,
    OSError,
    EOFError,
    TypeError,
)


def read_workbook(path: Path, definition: Definition) -> Iterator[Chunk]:
    """Read one sheet of a workbook chunk by chunk.

    Parameters
    ----------
    path
        The file.
    definition
        `sheet` (else the first that has all mapped columns) and `header_row` (else found).

    Raises
    ------
    UnreadableFileError
        It is no workbook, or a damaged one.
    MissingColumnError
        No sheet has all mapped columns in one row.
    """
    check_archive(path, format_name="xlsx")
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except _DAMAGE as error:
        raise UnreadableFileError(format="xlsx") from error
    try:
        name, row = _find_heading(book, definition)
        yield from _chunks(_rows(book[name]), row, definition.source_columns)
    finally:
        book.close()


def _rows(sheet: Any) -> Iterator[Sequence[object]]:
    """Give the rows of a sheet from row 1 on, until it is damaged or long empty."""
    # The size that a file claims for its sheet is often wrong and sometimes hostile.
    sheet.reset_dimensions()
    blank = 0
    try:
        for row in sheet.iter_rows(values_only=True):
            blank = blank + 1 if all(value is None for value in row) else 0
            if blank > BLANK_ROWS:
                return
            yield row
    except _DAMAGE as error:
        raise UnreadableFileError(format="xlsx") from error


def _find_heading(book: Any, definition: Definition) -> tuple[str, int]:
    """Find the sheet and row (1 is the first) that hold all mapped columns."""
    sheets = [sheet.title for sheet in book.worksheets]
    if definition.sheet is not None and definition.sheet not in sheets:
        raise UnknownSheetError(sheet=definition.sheet, count=len(sheets))
    wanted = {heading(name) for name in definition.source_columns}
    best: tuple[int, str, int, list[str]] = (-1, "", 0, [])
    for name in [definition.sheet] if definition.sheet else sheets:
        for number, titles in _candidates(book[name], definition.header_row):
            hits = len(wanted.intersection(titles))
            best = max(best, (hits, name, number, titles), key=lambda one: one[0])
    hits, name, number, titles = best
    if hits < 0:
        raise EmptyFileError
    if hits < len(wanted):
        raise missing_column(min(wanted.difference(titles)), titles)
    return name, number


def _candidates(sheet: Any, row: int | None) -> Iterator[tuple[int, list[str]]]:
    """Give the rows that may be the heading, with their numbers."""
    for number, values in enumerate(islice(_rows(sheet), max(HEADING_ROWS, row or 0)), start=1):
        if row in (None, number) and any(value is not None for value in values):
            yield number, [heading(value) for value in values]


def _chunks(rows: Iterator[Sequence[object]], row: int, wanted: tuple[str, ...]) -> Iterator[Chunk]:
    """Cut the rows under the heading into chunks of the wanted columns."""
    titles = [heading(value) for value in next(islice(rows, row - 1, None))]
    places = find_columns(wanted, titles)
    number, first = row + 1, True
    while (block := list(islice(rows, ROWS))) or first:
        cells = [[_text(values[at]) if at < len(values) else None for at in places] for values in block]
        yield table_chunk(range(number, number + len(block)), cells, wanted, [False] * len(block))
        number, first = number + len(block), False


def _text(value: object) -> str | None:
    """Give a cell's value as a person would type it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        # A clock time in a cell that is formatted as a duration.
        return _text((datetime(2000, 1, 1) + value).time())  # noqa: DTZ001 -- only the clock is kept
    return cell_text(value)

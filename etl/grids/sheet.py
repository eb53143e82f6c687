"""The rows of the sheets that may hold a grid: of a text table, or of a workbook, merged cells filled.

A cell merged over several days holds for each of them; the file has its text in the first of them only.
"""

from __future__ import annotations

import csv
import re
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain, islice
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from etl.errors import OpenQuoteError, UnknownSheetError, UnreadableFileError
from etl.readers.archive import check_archive
from etl.readers.chunk import cell_text
from etl.readers.delimited import DELIMITERS, find_encoding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from etl.definitions import Definition

    Row = list[str | None]

BLANK_ROWS = 2_000
"""So many empty rows end a sheet."""
MOST_COLUMNS = 1_000
MOST_MERGES = 20_000
LONGEST_TABLE_CELL = 1_000_000
_END = "\x00end of the file\x00"
_MERGE = re.compile(
    rb'<(?:\w+:)?mergeCell\s[^<>]*?ref="(\$?[A-Z]{1,3}\$?[0-9]{1,7}:\$?[A-Z]{1,3}\$?[0-9]{1,7})"'
)
_BLOCK = 1 << 20
_SEAM = 256
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


@dataclass(frozen=True)
class Merge:
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
        encoding = find_encoding(path, definition.encoding)
        csv.field_size_limit(LONGEST_TABLE_CELL)
        signs = (definition.delimiter,) if definition.delimiter else DELIMITERS
        yield [Sheet(_text_rows(path, encoding, sign), is_text=True) for sign in signs]
        return
    check_archive(path, format_name="xlsx")
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except _DAMAGE as error:
        raise UnreadableFileError(format="xlsx") from error
    try:
        pages = [page for page in book.worksheets if definition.sheet in (None, page.title)]
        if not pages:
            raise UnknownSheetError(sheet=definition.sheet, count=len(book.worksheets))
        yield [_workbook_sheet(page) for page in pages]
    finally:
        book.close()


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


def _workbook_sheet(page: Any) -> Sheet:
    merges = tuple(_merges(page))

    def rows() -> Iterator[Row]:
        # The size that a file claims for its sheet is often wrong and sometimes hostile.
        page.reset_dimensions()
        return _filled(_page_rows(page), merges)

    return Sheet(rows, merges)


def _page_rows(page: Any) -> Iterator[Row]:
    """Give the rows of a workbook's sheet from row 1 on, until it is damaged or long empty."""
    blank = 0
    try:
        for values in page.iter_rows(values_only=True, max_col=MOST_COLUMNS):
            row = [as_text(value) for value in values]
            blank = 0 if any(row) else blank + 1
            if blank > BLANK_ROWS:
                return
            yield row
    except _DAMAGE as error:
        raise UnreadableFileError(format="xlsx") from error


def _merges(page: Any) -> Iterator[Merge]:
    """Find the merged cells in a sheet's text; they stand behind its rows, which are not parsed for it."""
    try:
        with page._get_source() as stream:  # noqa: SLF001 -- openpyxl does not say what is merged when it reads lazily
            found = list(islice(_find_merges(stream), MOST_MERGES + 1))
    except _DAMAGE as error:
        raise UnreadableFileError(format="xlsx") from error
    if len(found) > MOST_MERGES:
        raise UnreadableFileError(format="xlsx")
    for text in dict.fromkeys(found):
        left, top, right, bottom = range_boundaries(text)
        yield Merge(top - 1, left - 1, bottom - 1, min(right, MOST_COLUMNS) - 1)


def _find_merges(stream: Any) -> Iterator[str]:
    seam = b""
    while block := stream.read(_BLOCK):
        text = seam + block
        end = 0
        for match in _MERGE.finditer(text):
            end = match.end()
            yield match[1].decode()
        seam = text[max(end, len(text) - _SEAM) :]


def _filled(rows: Iterator[Row], merges: Sequence[Merge]) -> Iterator[Row]:
    """Give every cell of a merged rectangle the text of its first one."""
    waiting = sorted(merges, key=lambda merge: merge.top, reverse=True)
    open_ones: list[tuple[Merge, str | None]] = []
    for number, row in enumerate(rows):
        open_ones = [(merge, text) for merge, text in open_ones if merge.bottom >= number]
        while waiting and waiting[-1].top <= number:
            merge = waiting.pop()
            if merge.bottom >= number:
                open_ones.append((merge, row[merge.left] if merge.left < len(row) else None))
        for merge, text in open_ones:
            if text is not None:
                row.extend([None] * (merge.right + 1 - len(row)))
                row[merge.left : merge.right + 1] = [text] * (merge.right + 1 - merge.left)
        yield row


def as_text(value: object) -> str | None:
    """Give a cell's value as a person would type it."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return cell_text(value)

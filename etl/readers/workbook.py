"""Workbooks: xlsx, values only: formulas give what was last saved with them, links are never followed."""

from __future__ import annotations

import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import iterparse

import openpyxl

from etl.errors import ArchiveTooLargeError, EmptyFileError, UnknownSheetError, UnreadableFileError
from etl.readers.archive import check_archive
from etl.readers.chunk import ROWS, Chunk, cell_text, heading, missing_column, table_chunk
from etl.readers.damage import damaged
from etl.readers.errors import (
    PartialSheetError,
    ProtectedFileError,
    SaveAsXlsxError,
    SeveralSheetsError,
    TooManySheetsError,
)
from etl.readers.headings import DEEPEST, SEARCHED_ROWS, Heading, find_heading
from etl.readers.markup import check_prologue
from etl.readers.sheets import Sheet, look_through

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from etl.definitions import Definition
    from etl.readers.sheets import Row

EVERY_SHEET = "*"
"""What `sheet` says where all sheets with the mapped columns are to be read."""
SHEET_STEP = 10_000_000
"""Where several sheets are read, row 5 of the third sheet is row 30,000,005."""
MOST_SHEETS = 200
LARGEST_PART_BYTES = 256 << 20
"""All parts but the sheets are read as a whole: the texts that sheets share, styles, names."""
_TYPES = "[Content_Types].xml"
_SHEET_TYPE = "worksheet+xml"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OLE_SEARCHED_BYTES = 64 << 20


@dataclass
class _Found:
    """A sheet with a heading that has at least one of the mapped columns."""

    sheet: Sheet
    heading: Heading
    is_whole: bool


def read_workbook(path: Path, definition: Definition) -> Iterator[Chunk]:
    """Read the sheet of a workbook that has the mapped columns, chunk by chunk.

    Parameters
    ----------
    path
        The file.
    definition
        `sheet` (a name, or `EVERY_SHEET`; else the one that has all mapped columns) and `header_row` (else
        found).

    Raises
    ------
    UnreadableFileError
        It is no workbook, a damaged one, one with a password.
    MissingColumnError
        No sheet has all mapped columns in one heading.
    SeveralSheetsError
        More than one has them, and rows, and `sheet` says nothing: no sheet is left out in silence.
    """
    with open_book(path) as book:
        for found in _choose(book, definition):
            step = found.sheet.number * SHEET_STEP if definition.sheet == EVERY_SHEET else 0
            yield from _chunks(found, definition.source_columns, step)


@contextmanager
def open_book(path: Path) -> Iterator[Any]:
    """Open a workbook for reading, once it has been looked through.

    Raises
    ------
    UnreadableFileError
        It is no workbook, a damaged one, or one with a password.
    ArchiveTooLargeError, UnsafeArchiveError
        It is packed as none is.
    """
    _check(path)
    with path.open("rb") as file:  # a book that fails to open would leave a file of its own open
        with damaged("xlsx"):
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        try:
            yield book
        finally:
            book.close()


def _check(path: Path) -> None:
    """Refuse what is no workbook of this kind, or does not unpack to a plausible one."""
    with path.open("rb") as file:
        start = file.read(_OLE_SEARCHED_BYTES) if file.read(len(_OLE)) == _OLE else b""
    if start:
        raise ProtectedFileError if _ENCRYPTED in start else SaveAsXlsxError
    names = check_archive(path, format_name="xlsx")
    with damaged("xlsx"), zipfile.ZipFile(path) as archive:
        for name in names:
            with archive.open(name) as part:
                check_prologue(part, "xlsx")
        sheets = _sheet_parts(archive)
        sizes = [archive.getinfo(name).file_size for name in names if name not in sheets]
    if max(sizes, default=0) > LARGEST_PART_BYTES:
        raise ArchiveTooLargeError


def _sheet_parts(archive: zipfile.ZipFile) -> set[str]:
    """Name the parts that are sheets and nothing else."""
    if archive.getinfo(_TYPES).file_size > LARGEST_PART_BYTES:
        raise ArchiveTooLargeError
    sheets: set[str] = set()
    others: set[str] = set()
    with archive.open(_TYPES) as part:
        for _, element in iterparse(part):  # noqa: S314 -- no part defines anything, which was looked at before
            name = element.get("PartName", "").removeprefix("/")
            (sheets if element.get("ContentType", "").endswith(_SHEET_TYPE) else others).add(name)
    return sheets - others


def _choose(book: Any, definition: Definition) -> list[_Found]:
    """Choose the sheets that are meant, or say why none can be."""
    pages = dict(enumerate(book.worksheets, start=1))
    if not pages:
        raise UnreadableFileError(format="xlsx")
    if definition.sheet not in (None, EVERY_SHEET):
        pages = {number: page for number, page in pages.items() if page.title == definition.sheet}
        if not pages:
            raise UnknownSheetError(sheet=definition.sheet, count=len(book.worksheets))
    found = [one for number, page in pages.items() if (one := _look(page, number, definition)) is not None]
    if not found:
        raise EmptyFileError
    whole = [one for one in found if one.is_whole]
    if not whole:
        names = max(found, key=lambda one: one.heading.hits).heading.names()
        raise missing_column(min(_wanted(definition).difference(names)), names)
    filled = [one for one in whole if _has_rows(one, definition)] or whole[:1]
    if len(filled) > 1 and definition.sheet != EVERY_SHEET:
        raise SeveralSheetsError(count=len(filled))
    if filled[-1].sheet.number > MOST_SHEETS:
        raise TooManySheetsError(most=MOST_SHEETS)
    _check_left_out(found, definition)
    return filled


def _check_left_out(found: list[_Found], definition: Definition) -> None:
    """Refuse to pass over a sheet that was probably meant and lacks a column.

    Where every sheet is to be read that is one with any of the mapped columns, else one with most of them.
    """
    wanted = _wanted(definition)
    enough = 1 if definition.sheet == EVERY_SHEET else len(wanted) // 2 + 1
    for one in found:
        if one.heading.hits >= enough and not one.is_whole:
            lacking = min(wanted.difference(one.heading.names()))
            raise PartialSheetError(sheet=one.sheet.number, column=lacking)


def _wanted(definition: Definition) -> set[str]:
    return {heading(name) for name in definition.source_columns}


def _look(page: Any, number: int, definition: Definition) -> _Found | None:
    """Look for the heading on a sheet; None where the sheet is empty."""
    sheet = look_through(page, number)
    last = max(SEARCHED_ROWS, (definition.header_row or 0) + DEEPEST)
    rows: dict[int, dict[int, str]] = {}
    for row, values in sheet.rows():
        if row > last:
            break
        titles = {column: title for column, value in values.items() if (title := heading(value))}
        if titles:
            rows[row] = titles
    wanted = _wanted(definition)
    found = find_heading(rows, wanted, definition.header_row, sheet.merges)
    return None if found is None else _Found(sheet, found, found.hits == len(wanted))


def _has_rows(found: _Found, definition: Definition) -> bool:
    """Tell whether anything stands under the mapped headings."""
    places = found.heading.find(definition.source_columns)
    return any(
        number > found.heading.last and any(column in values for column in places)
        for number, values in found.sheet.rows()
    )


def _chunks(found: _Found, wanted: tuple[str, ...], step: int) -> Iterator[Chunk]:
    """Cut the rows under the heading into chunks of the wanted columns."""
    places = found.heading.find(wanted)
    under = ((number, row) for number, row in found.sheet.rows() if number > found.heading.last)
    rows = _filled_down(under, places, found.sheet.merges.below())
    first = True
    while (block := list(islice(rows, ROWS))) or first:
        numbers, cells = [step + number for number, _ in block], [row for _, row in block]
        yield table_chunk(numbers, cells, wanted, [False] * len(block))
        first = False


def _filled_down(
    rows: Iterator[tuple[int, Row]], places: list[int], merged: dict[tuple[int, int], int]
) -> Iterator[tuple[int, list[str | None]]]:
    """Give the texts of the wanted columns; a merged cell gives its own to each row that it covers.

    A row of which nothing but merged cells is left is no row of its own.
    """
    held: dict[int, tuple[int, str | None]] = {}
    for number, values in rows:
        texts = [text_of(values.get(place)) for place in places]
        is_filled = any(text is not None for text in texts)
        for at, place in enumerate(places) if merged else ():
            bottom = merged.get((place, number))
            if bottom is not None:
                held[place] = (bottom, texts[at])
            elif is_filled and texts[at] is None and number <= held.get(place, (0, None))[0]:
                texts[at] = held[place][1]
        yield number, texts


def text_of(value: object) -> str | None:
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
        return text_of((datetime(2000, 1, 1) + value).time())  # noqa: DTZ001 -- only the clock is kept
    return cell_text(value)

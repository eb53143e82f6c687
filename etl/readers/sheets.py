"""The rows of one sheet of a workbook, as far as there are values, and the cells that are merged into one.

The parser is openpyxl's; added are a look through the sheet before it is parsed (where the last value stands,
which cells are merged, whether a row ends) and the formulas without a saved value, which it passes over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser

from etl.errors import UnreadableFileError
from etl.readers.chunk import UNSAVED
from etl.readers.damage import damaged, each

if TYPE_CHECKING:
    from collections.abc import Iterator

LAST_ROW = 1_048_576
LONGEST_ROW_BYTES = 16 << 20
"""A row is built as a whole; 16,384 cells of a kilobyte are as much."""
LARGEST_TAIL_BYTES = 8 << 20
MOST_MERGES = 200_000
_BLOCK = 1 << 18
_SEAM = 64
"""Bytes of a block that are looked at again with the next, so that no word falls between the two."""
_VALUE_ENDS = (b"v>", b"is>", b"f>", b"<f")
_ROW_MARKS = (b"<row", b"row>", b":row ")
_DATA_END = b"sheetData>"
_EVERYTHING = 1 << 62
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^<>]*?ref="(\$?[A-Z]{1,3}\$?\d{1,7}:\$?[A-Z]{1,3}\$?\d{1,7})"')

_FIRST_OWN_FORMAT = 164
"""Number formats below are the same for every workbook; none of them writes leading zeros."""
_ZEROS = re.compile(r"0{2,30}")

Row = dict[int, object]
"""A row's values by column number; 1 is A."""


@dataclass
class Merges:
    """Cells of a sheet that are merged into one, whose value stands in the first of them."""

    ranges: list[tuple[int, int, int, int]] = field(default_factory=list)
    """First column, first row, last column, last row."""

    def below(self) -> dict[tuple[int, int], int]:
        """Give the last row of each merged cell that goes over several rows, by first column and row."""
        return {(left, top): bottom for left, top, _, bottom in self.ranges if bottom > top}

    def within(self, first: int, last: int) -> list[tuple[int, int, int, int]]:
        """Give the merged cells that touch the rows from ``first`` to ``last``."""
        return [one for one in self.ranges if one[1] <= last and one[3] >= first]


@dataclass
class Sheet:
    """One sheet, looked through."""

    page: Any
    """Of openpyxl, read-only."""
    number: int
    """Its place in the workbook, from 1."""
    merges: Merges
    last_value: int
    """The byte of its unpacked text behind which no value stands."""

    def rows(self) -> Iterator[tuple[int, Row]]:
        """Give the rows that the file holds with their numbers, up to the last value.

        Raises
        ------
        UnreadableFileError
            The sheet is damaged, or its rows are not in order.
        """
        with self.page._get_source() as stream:  # noqa: SLF001 -- openpyxl's own way to a sheet it reads lazily
            source = _Source(stream)
            before, widths = 0, _zero_widths(self.page.parent)
            for number, cells in each(self._parser(source).parse(), "xlsx"):
                if not before < number <= LAST_ROW:
                    raise UnreadableFileError(format="xlsx")
                before = number
                found = {cell["column"]: cell["value"] for cell in cells if cell["value"] is not None}
                if widths:
                    found |= _with_zeros(cells, widths)
                if found:
                    yield number, found
                elif source.delivered > self.last_value:
                    return

    def _parser(self, source: _Source) -> _Parser:
        book = self.page.parent
        return _Parser(
            source,
            self.page._shared_strings,  # noqa: SLF001
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,  # noqa: SLF001
            timedelta_formats=book._timedelta_formats,  # noqa: SLF001
        )


def _zero_widths(book: Any) -> dict[int, int]:
    """Give the digits that a style writes a whole number with, where it is such as 000000.

    A code that a sheet shows as 000012 is kept as the number 12.
    """
    formats = book._number_formats  # noqa: SLF001
    own = {_FIRST_OWN_FORMAT + at: len(form) for at, form in enumerate(formats) if _ZEROS.fullmatch(form)}
    if not own:
        return {}
    styles = enumerate(book._cell_styles)  # noqa: SLF001
    return {style: own[kind.numFmtId] for style, kind in styles if kind.numFmtId in own}


def _with_zeros(cells: list[dict[str, Any]], widths: dict[int, int]) -> Row:
    """Give the whole numbers of a row that are shown with leading zeros as they are shown."""
    shown = (cell for cell in cells if cell["style_id"] in widths and type(cell["value"]) is int)
    return {cell["column"]: str(cell["value"]).zfill(widths[cell["style_id"]]) for cell in shown}


def look_through(page: Any, number: int) -> Sheet:
    """Look through a sheet's text without parsing it.

    Raises
    ------
    UnreadableFileError
        It is damaged, or has a row without end.
    """
    with damaged("xlsx"), page._get_source() as stream:  # noqa: SLF001
        last_value, tail = _scan(stream)
        ranges = [range_boundaries(found[1].decode()) for found in _MERGE.finditer(tail)]
    if len(ranges) > MOST_MERGES:
        raise UnreadableFileError(format="xlsx")
    return Sheet(page, number, Merges(ranges), last_value)


def _scan(stream: IO[bytes]) -> tuple[int, bytes]:
    """Give the place of the last value and what stands behind the rows."""
    start = last_value = last_row = 0
    seam, tail = b"", bytearray()
    in_tail = False
    while block := stream.read(_BLOCK):
        if in_tail:
            tail += block if len(tail) < LARGEST_TAIL_BYTES else b""
            continue
        text = seam + block
        end = text.rfind(_DATA_END)
        in_tail = end >= 0 and text[max(0, end - _SEAM) : end].rpartition(b"<")[2].startswith(b"/")
        tail += text[end:] if in_tail else b""
        rows = text[:end] if in_tail else text
        last_value = _last(rows, _VALUE_ENDS, start, last_value)
        last_row = _last(rows, _ROW_MARKS, start, last_row)
        if last_row and start + len(rows) - last_row > LONGEST_ROW_BYTES:
            raise UnreadableFileError(format="xlsx")
        seam = text[-_SEAM:]
        start += len(text) - len(seam)
    # In another encoding than UTF-8 nothing is found here, and everything is read.
    return (last_value if in_tail else _EVERYTHING), bytes(tail)


def _last(text: bytes, words: tuple[bytes, ...], start: int, before: int) -> int:
    """Give the place of the last of some words in a text that begins at ``start``, else the place before."""
    at = max(text.rfind(word) for word in words)
    return before if at < 0 else start + at


class _Source:
    """A stream that knows how much of it a parser has certainly dealt with."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._read = 0
        self.delivered = 0
        """Bytes given before the last call: what is read now comes after their rows have been given on."""

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(size)
        self.delivered = self._read
        self._read += len(block)
        return block


class _Parser(WorkSheetParser):  # type: ignore[misc]  # openpyxl has no types
    """openpyxl's parser of a sheet, which also tells of formulas that were never computed."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["value"] is None and element.find(FORMULA_TAG) is not None:
            saved = element.find(VALUE_TAG)
            # A formula may well give an empty text; then the cell says that it is a text.
            if saved is None or element.get("t") != "str":
                cell["value"] = UNSAVED
        return cell

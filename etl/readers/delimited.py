"""Text tables: csv, tsv and their relatives, in UTF-8, UTF-16 or GB18030."""

from __future__ import annotations

import codecs
import csv
import re
from itertools import chain, islice
from typing import TYPE_CHECKING

from etl.errors import (
    EmptyFileError,
    MissingColumnError,
    OpenQuoteError,
    UnknownEncodingError,
    UnreadableFileError,
    WrongEncodingError,
)
from etl.readers.chunk import ROWS, Chunk, cell_text, heading, missing_column, table_chunk
from etl.readers.errors import LongLineError
from etl.readers.headings import DEEPEST, SEARCHED_ROWS, Heading, find_heading

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from etl.definitions import Definition

TRIED = ("utf-8-sig", "gb18030")
DELIMITERS = (",", "\t", ";", "|", "，", "；")
LARGEST_CELL = 64_000_000
LONGEST_LINE = 16_000_000
"""Characters; a line is read as a whole, and a file without line ends is no table."""
MOST_COLUMNS = 16_384
"""Of a spreadsheet; no mapped column is looked for behind them."""
_END = "\x00end of the file\x00"
"""A line behind the last: where it does not come back as a row, a quote before it was never closed."""
_BLOCK = 1 << 20
_LOOKED_AT_BYTES = 4096
_WIDE_SHARE, _FEWEST_ZEROS = 20, 2
"""Of so many bytes at least one is zero where every character of a table has two; the fewest that count."""
_SEPARATOR = re.compile(r"\ufeff?sep=(.)[\r\n]*", re.IGNORECASE | re.DOTALL)
"""The first line with which Excel is told a file's delimiter."""


def read_delimited(path: Path, definition: Definition) -> Iterator[Chunk]:
    """Read a text table chunk by chunk.

    Parameters
    ----------
    path
        The file.
    definition
        `encoding`, `delimiter` and `header_row` where they are declared; each is found where not.

    Raises
    ------
    WrongEncodingError
        Its bytes are no text in the encoding declared, or in any that is tried.
    LongLineError
        A line is longer than any table's.
    MissingColumnError
        A mapped column is not in its heading.
    OpenQuoteError
        A cell begins with a quote that is never closed: all rows behind it would be part of that cell.
    """
    csv.field_size_limit(LARGEST_CELL)
    encoding, found, delimiter = _find_table(path, definition)
    places = found.find(definition.source_columns)
    try:
        with path.open(encoding=encoding, newline="") as file:
            reader = _rows(csv.reader(chain(file, [_END]), delimiter=delimiter))
            above = list(islice(reader, found.last))
            width = max(len(row) for row in above[found.first - 1 :])
            yield from _chunks(reader, found.last + 1, places, definition.source_columns, width)
    except csv.Error as error:
        raise UnreadableFileError(format="csv") from error


def _find_table(path: Path, definition: Definition) -> tuple[str, Heading, str]:
    """Find encoding, heading and delimiter.

    A few Chinese characters in GB18030 may happen to be UTF-8 as well. Then the headings are not the mapped
    ones, and the next encoding is tried before the file is refused.
    """
    encoding = find_encoding(path, definition.encoding, longest_line=LONGEST_LINE)
    try:
        return encoding, *_find_heading(path, encoding, definition)
    except MissingColumnError:
        if (
            definition.encoding != "auto"
            or encoding != TRIED[0]
            or not _decodes(path, TRIED[1], LONGEST_LINE)
        ):
            raise
        try:
            return TRIED[1], *_find_heading(path, TRIED[1], definition)
        except MissingColumnError:
            pass
        raise


def _rows(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """Give the rows before the mark that stands behind the last line."""
    number = 0
    for row in reader:
        if row == [_END]:
            return
        number += 1
        yield row
    raise OpenQuoteError(row=number)


def _chunks(
    reader: Iterator[list[str]], number: int, places: list[int], wanted: tuple[str, ...], width: int
) -> Iterator[Chunk]:
    """Cut the rows under the heading into chunks of the wanted columns."""
    first = True
    while (rows := list(islice(reader, ROWS))) or first:
        ragged = [len(row) > width and any(cell.strip() for cell in row[width:]) for row in rows]
        cells = [
            [cell_text(row[place - 1]) if place <= len(row) else None for place in places] for row in rows
        ]
        yield table_chunk(range(number, number + len(rows)), cells, wanted, ragged)
        number += len(rows)
        first = False


def find_encoding(path: Path, declared: str, *, longest_line: int | None = None) -> str:
    """Find the encoding of a text file by reading it to its end.

    Parameters
    ----------
    path
        The file.
    declared
        An encoding, or ``auto``.
    longest_line
        Characters that a line may have, where it is read as a whole.

    Raises
    ------
    LongLineError
        A line has more.
    UnknownEncodingError
        The declared one does not exist.
    WrongEncodingError
        The bytes are no text in it, or in any that is tried.
    """
    with path.open("rb") as file:
        start = file.read(_LOOKED_AT_BYTES)
    candidates: tuple[str, ...] = TRIED if declared == "auto" else (known_encoding(declared),)
    if declared == "auto":
        candidates = _wide(start) or candidates
    for encoding in candidates:
        if _decodes(path, encoding, longest_line):
            return encoding
    raise WrongEncodingError(encodings=", ".join(candidates))


def _wide(start: bytes) -> tuple[str, ...]:
    """Name the encoding of two bytes a character that a text begins in; nothing where it is none.

    Without a mark of byte order, delimiters and line ends show by which of their bytes is zero.
    """
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    first, second = start[::2].count(0), start[1::2].count(0)
    most = max(first, second)
    # A character such as U+4E00 has its zero in the other byte.
    if most < _FEWEST_ZEROS or most * _WIDE_SHARE < len(start) or min(first, second) * 2 > most:
        return ()
    return ("utf-16-be",) if first > second else ("utf-16-le",)


def known_encoding(encoding: str) -> str:
    """Give the name by which Python opens files in an encoding.

    Raises
    ------
    UnknownEncodingError
        There is none of that name.
    """
    try:
        # Python knows codecs that make no text, such as hex; encoding refuses them.
        "".encode(encoding)
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        raise UnknownEncodingError(encoding=encoding) from None
    return "utf-8-sig" if name == "utf-8" else name


def _decodes(path: Path, encoding: str, longest_line: int | None) -> bool:
    """Tell whether a file is text in an encoding.

    Raises
    ------
    LongLineError
        It is, and one of its lines is longer than any may be.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    length = 0
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                text = decoder.decode(block)
                end = max(text.rfind("\n"), text.rfind("\r"))
                length = length + len(text) if end < 0 else len(text) - end
                if longest_line is not None and length > longest_line:
                    raise LongLineError(format="csv", most=longest_line)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _find_heading(path: Path, encoding: str, definition: Definition) -> tuple[Heading, str]:
    """Find the heading and the delimiter that gives all mapped columns."""
    most = max(SEARCHED_ROWS, (definition.header_row or 0) + DEEPEST) * 2
    with path.open(encoding=encoding, newline="") as file:
        lines = list(islice(file, most))
    wanted = {heading(name) for name in definition.source_columns}
    best: tuple[Heading | None, str] = (None, ",")
    for delimiter in _delimiters(lines, definition):
        found = find_heading(split_rows(lines, delimiter, most), wanted, definition.header_row)
        if found is not None and (best[0] is None or found.hits > best[0].hits):
            best = (found, delimiter)
    found, delimiter = best
    if found is None:
        raise EmptyFileError
    if found.hits < len(wanted):
        raise missing_column(min(wanted.difference(found.names())), found.names())
    return found, delimiter


def _delimiters(lines: list[str], definition: Definition) -> tuple[str, ...]:
    """Give the delimiters to try: the declared one, the one that the first line names, or the usual ones."""
    if definition.delimiter:
        return (definition.delimiter,)
    said = _SEPARATOR.fullmatch(lines[0]) if lines else None
    return (said[1],) if said else DELIMITERS


def split_rows(lines: list[str], delimiter: str, most: int) -> dict[int, dict[int, str]]:
    """Give the texts of the first rows, by row and column number."""
    try:
        rows = list(islice(csv.reader(lines, delimiter=delimiter), most))
    except csv.Error as error:
        raise UnreadableFileError(format="csv") from error
    texts = {
        number: {
            column: title
            for column, cell in enumerate(row[:MOST_COLUMNS], start=1)
            if (title := heading(cell))
        }
        for number, row in enumerate(rows, start=1)
    }
    return {number: titles for number, titles in texts.items() if titles}

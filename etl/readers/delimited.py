"""Text tables: csv, tsv and their relatives, in UTF-8, UTF-16 or GB18030."""

from __future__ import annotations

import codecs
import csv
from itertools import chain, islice
from typing import TYPE_CHECKING

from etl.errors import (
    EmptyFileError,
    OpenQuoteError,
    UnknownEncodingError,
    UnreadableFileError,
    WrongEncodingError,
)
from etl.readers.chunk import ROWS, Chunk, cell_text, find_columns, heading, missing_column, table_chunk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from etl.definitions import Definition

TRIED = ("utf-8-sig", "gb18030")
DELIMITERS = (",", "\t", ";", "|", "，", "；")
HEADING_ROWS = 30
"""How far down a heading is looked for where the source does not say: titles often stand above it."""
LARGEST_CELL = 64_000_000
_END = "\x00end of the file\x00"
"""A line behind the last: where it does not come back as a row, a quote before it was never closed."""
_BLOCK = 1 << 20


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
    MissingColumnError
        A mapped column is not in its heading.
    OpenQuoteError
        A cell begins with a quote that is never closed: all rows behind it would be part of that cell.
    """
    encoding = find_encoding(path, definition.encoding)
    csv.field_size_limit(LARGEST_CELL)
    wanted = definition.source_columns
    row, delimiter = _find_heading(path, encoding, definition)
    try:
        with path.open(encoding=encoding, newline="") as file:
            reader = _rows(csv.reader(chain(file, [_END]), delimiter=delimiter))
            titles = [heading(title) for title in next(islice(reader, row - 1, None))]
            yield from _chunks(reader, row + 1, find_columns(wanted, titles), wanted, len(titles))
    except csv.Error as error:
        raise UnreadableFileError(format="csv") from error


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
        cells = [[cell_text(row[place]) if place < len(row) else None for place in places] for row in rows]
        yield table_chunk(range(number, number + len(rows)), cells, wanted, ragged)
        number += len(rows)
        first = False


def find_encoding(path: Path, declared: str) -> str:
    """Find the encoding of a text file by reading it to its end.

    Raises
    ------
    UnknownEncodingError
        The declared one does not exist.
    WrongEncodingError
        The bytes are no text in it, or in any that is tried.
    """
    with path.open("rb") as file:
        start = file.read(2)
    candidates = TRIED if declared == "auto" else (known_encoding(declared),)
    if declared == "auto" and start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        candidates = ("utf-16",)
    for encoding in candidates:
        if _decodes(path, encoding):
            return encoding
    raise WrongEncodingError(encodings=", ".join(candidates))


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


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _find_heading(path: Path, encoding: str, definition: Definition) -> tuple[int, str]:
    """Find the heading's row (1 is the first) and the delimiter that gives all mapped columns."""
    most = max(HEADING_ROWS, definition.header_row or 0) * 2
    with path.open(encoding=encoding, newline="") as file:
        lines = list(islice(file, most))
    wanted = {heading(name) for name in definition.source_columns}
    best: tuple[int, int, str, list[str]] = (-1, 1, ",", [])
    for delimiter in (definition.delimiter,) if definition.delimiter else DELIMITERS:
        for number, titles in enumerate(_split(lines, delimiter, most), start=1):
            if definition.header_row not in (None, number):
                continue
            hits = len(wanted.intersection(titles))
            best = max(best, (hits, number, delimiter, titles), key=lambda one: one[0])
    return _complete(best, wanted)


def _split(lines: list[str], delimiter: str, most: int) -> list[list[str]]:
    try:
        rows = list(islice(csv.reader(lines, delimiter=delimiter), most))
    except csv.Error as error:
        raise UnreadableFileError(format="csv") from error
    return [[heading(title) for title in row] for row in rows]


def _complete(best: tuple[int, int, str, list[str]], wanted: set[str]) -> tuple[int, str]:
    """Give the heading found, or say what it lacks."""
    hits, number, delimiter, titles = best
    if hits < 0:
        raise EmptyFileError
    if hits < len(wanted):
        raise missing_column(min(wanted.difference(titles)), titles)
    return number, delimiter

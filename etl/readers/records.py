"""JSON replies of services: a list of objects somewhere in the file, the way to it named by `records`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from etl.errors import BadRecordsError, UnreadableFileError
from etl.readers.chunk import ROWS, Chunk, cell_text, missing_column, table_chunk
from etl.readers.delimited import find_encoding
from etl.readers.errors import FileTooLargeError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from etl.definitions import Definition

LARGEST_MB = 256
"""The whole reply is held in memory, several times over."""
_ABSENT = object()


def read_records(path: Path, definition: Definition) -> Iterator[Chunk]:
    """Read the objects at ``definition.records``; a mapped column may be a dotted path inside each.

    An empty ``records`` means that the file itself is the list, or holds one object a line.

    Raises
    ------
    UnreadableFileError
        It is no JSON.
    FileTooLargeError
        It is no reply of a service.
    BadRecordsError
        There is no list of objects at that path.
    MissingColumnError
        No object has a mapped column.
    """
    if path.stat().st_size > LARGEST_MB << 20:
        raise FileTooLargeError(format="json", most=LARGEST_MB)
    encoding = find_encoding(path, definition.encoding)
    try:
        content = _loaded(path.read_text(encoding=encoding), definition.records or "")
    except (RecursionError, ValueError) as error:
        raise UnreadableFileError(format="json") from error
    records = _at(content, definition.records or "")
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise BadRecordsError(records=definition.records)
    for name in definition.source_columns:
        if records and all(_at(record, name) is _ABSENT for record in records):
            raise missing_column(name, {str(key) for record in records for key in record})
    yield from _chunks(records, definition.source_columns)


def _loaded(text: str, records: str) -> Any:
    """Read a JSON text, or one object a line where the file itself is the list."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        # Other signs end a line for Python than for JSON.
        lines = [line for line in text.split("\n") if line.strip()]
        if records or len(lines) < 2:  # noqa: PLR2004 -- one object a line wants several lines
            raise
        return [json.loads(line) for line in lines]


def _chunks(records: list[dict[str, Any]], wanted: tuple[str, ...]) -> Iterator[Chunk]:
    for start in range(0, max(1, len(records)), ROWS):
        part = records[start : start + ROWS]
        cells = [[_text(_at(record, name)) for name in wanted] for record in part]
        yield table_chunk(range(start + 1, start + 1 + len(part)), cells, wanted, [False] * len(part))


def _at(value: Any, path: str) -> Any:
    """Follow a dotted path of keys and list positions."""
    if isinstance(value, dict) and path in value:
        return value[path]
    for part in path.split(".") if path else []:
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return _ABSENT
    return value


def _text(value: Any) -> str | None:
    """Give a scalar as text; the empty lists that services send for missing text are missing."""
    if value is _ABSENT or isinstance(value, (list, dict)):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    # JSON can spell halves of a character, which no text can hold.
    return cell_text(value.encode("utf-8", "replace").decode() if isinstance(value, str) else value)

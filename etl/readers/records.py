"""JSON replies of services: a list of objects somewhere in the file, the way to it named by `records`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from etl.errors import BadRecordsError, UnreadableFileError
from etl.readers.chunk import ROWS, Chunk, cell_text, missing_column, table_chunk
from etl.readers.delimited import find_encoding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from etl.definitions import Definition

_ABSENT = object()


def read_records(path: Path, definition: Definition) -> Iterator[Chunk]:
    """Read the objects at ``definition.records``; a mapped column may be a dotted path inside each.

    Raises
    ------
    UnreadableFileError
        It is no JSON.
    BadRecordsError
        There is no list of objects at that path.
    MissingColumnError
        No object has a mapped column.
    """
    encoding = find_encoding(path, definition.encoding)
    try:
        content = json.loads(path.read_text(encoding=encoding))
    except (json.JSONDecodeError, RecursionError, ValueError) as error:
        raise UnreadableFileError(format="json") from error
    records = _at(content, definition.records or "")
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise BadRecordsError(records=definition.records)
    for name in definition.source_columns:
        if records and all(_at(record, name) is _ABSENT for record in records):
            raise missing_column(name, {str(key) for record in records for key in record})
    yield from _chunks(records, definition.source_columns)


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
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
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
    # JSON can spell halves of a character, which no text can hold.
    return cell_text(value.encode("utf-8", "replace").decode() if isinstance(value, str) else value)

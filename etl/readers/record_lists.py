"""The list of objects in a service's JSON reply, where nobody says which: the one that is best understood."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

LARGEST_BYTES = 64 << 20
"""A reply is a page of text; what is larger is looked at by whoever describes it."""
DEEPEST = 6
LOOKED_AT = 500


class RecordList(NamedTuple):
    """One list of objects."""

    path: str
    """Dotted, as `records:` takes it; empty where the file is the list."""
    names: list[str]
    """The keys of its objects that hold texts or numbers; dotted where they stand in an object in it."""
    length: int


def find_records(path: Path, known: Collection[str]) -> RecordList | None:
    """Find the list of objects with the most known keys, then the longest; None where there is none.

    Parameters
    ----------
    path
        A file; one that is no JSON, or GeoJSON, has none.
    known
        Keys that mean something.
    """
    if path.suffix.lower() != ".json" or path.stat().st_size > LARGEST_BYTES:
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    if isinstance(content, dict) and content.get("type") in ("FeatureCollection", "Feature"):
        return None

    def rank(one: RecordList) -> tuple[int, int]:
        return sum(name.rpartition(".")[2] in known for name in one.names), one.length

    return max(_lists(content, ()), key=rank, default=None)


def _lists(value: Any, way: tuple[str, ...]) -> Iterator[RecordList]:
    """Give every list of objects below a value."""
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        names = dict.fromkeys(name for one in value[:LOOKED_AT] for name in _cells(one))
        yield RecordList(".".join(way), list(names), len(value))
    elif isinstance(value, dict) and len(way) < DEEPEST:
        for key, below in value.items():
            yield from _lists(below, (*way, str(key)))


def _cells(record: dict[str, Any], before: str = "") -> Iterator[str]:
    """Name the texts and numbers of an object, and those of an object in it."""
    for key, cell in record.items():
        if isinstance(cell, dict) and not before:
            yield from _cells(cell, f"{key}.")
        elif cell is not None and not isinstance(cell, (dict, list)):
            yield before + str(key)

"""The list of objects in a service's JSON reply, where nobody says which: the longest that there is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST_BYTES = 64 << 20
"""A reply is a page of text; what is larger is looked at by whoever describes it."""
DEEPEST = 6


class RecordList(NamedTuple):
    """One list of objects."""

    path: str
    """Dotted, as `records:` takes it; empty where the file is the list."""
    names: list[str]
    """The keys of its objects that hold texts or numbers."""
    length: int


def find_records(path: Path) -> RecordList | None:
    """Find the longest list of objects in a JSON file; None where it is none, or is GeoJSON."""
    if path.suffix.lower() != ".json" or path.stat().st_size > LARGEST_BYTES:
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    if isinstance(content, dict) and content.get("type") in ("FeatureCollection", "Feature"):
        return None
    return max(_lists(content, ()), key=lambda one: one.length, default=None)


def _lists(value: Any, way: tuple[str, ...]) -> Iterator[RecordList]:
    """Give every list of objects below a value."""
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        names = dict.fromkeys(key for one in value for key, cell in one.items() if _is_cell(cell))
        yield RecordList(".".join(way), list(names), len(value))
    elif isinstance(value, dict) and len(way) < DEEPEST:
        for key, below in value.items():
            yield from _lists(below, (*way, str(key)))


def _is_cell(value: Any) -> bool:
    return value is not None and not isinstance(value, (dict, list))

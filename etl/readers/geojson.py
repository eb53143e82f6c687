"""GeoJSON before OGR opens it: which of its forms it is, what its `crs` member says, that it leads nowhere.

OGR fetches a `crs` that is an address, and runs what a `gdal_streamed_alg` says; neither is let through.
"""

from __future__ import annotations

import json
import mmap
import re
from itertools import chain
from typing import TYPE_CHECKING, Any

from etl.errors import UnreadableFileError, WrongEncodingError
from etl.readers.delimited import find_encoding
from etl.readers.errors import LinkedCrsError, RecordsNeededError
from geo.crs import read_crs
from geo.errors import CampusError

if TYPE_CHECKING:
    from pathlib import Path

_BLANK_OR_BOM = b"\xef\xbb\xbf \t\r\n"
_HEAD_BYTES = _TAIL_BYTES = 4096
_SEPARATOR = b"\x1e"
"""Stands before each feature of a sequence (RFC 8142)."""
_LONGEST_LINE = 8 << 20
"""Bytes; a file whose first feature is longer is taken for a single object."""
_MEMBER = re.compile(rb'"crs"\s*:\s*(?=\{|null)')
_LINKS = ("link", "url")
_NAME = re.compile(r"(?!.*[0-9]{9})[A-Za-z0-9 :_./()-]{1,60}", re.ASCII)
"""What may be repeated as the name of a coordinate system; anything may stand in its place."""
UNKNOWN = "crs"
"""Given where a `crs` member is there and says nothing that could be looked up."""


def check_geojson(path: Path) -> tuple[str, int | None, str | None]:
    """Look at a GeoJSON file.

    Returns
    -------
    tuple
        The prefix that makes OGR take it for what it is; the number of its features where they stand one a
        line; what it says of its coordinates where OGR would pass over that in silence.

    Raises
    ------
    UnreadableFileError
        It is no GeoJSON.
    LinkedCrsError
        Its coordinate system is an address: OGR would fetch it.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    start = head.lstrip(_BLANK_OR_BOM)
    if start.startswith(b"["):
        raise RecordsNeededError
    if not start.startswith((b"{", _SEPARATOR)):
        raise UnreadableFileError(format="geojson")
    try:
        find_encoding(path, "utf-8")
    except WrongEncodingError:
        raise WrongEncodingError(encodings="utf-8") from None
    _refuse_links(path)
    lines = _count_lines(path)
    return ("GeoJSON:" if lines is None else "GeoJSONSeq:"), lines, _unknown_crs(path, head)


def every_feature_has_id(path: Path) -> bool:
    """Tell whether each feature of a GeoJSON file carries an id of its own."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
        return all(feature.get("id") is not None for feature in content.get("features", [content]))
    except (ValueError, AttributeError, RecursionError):
        return False


def _count_lines(path: Path) -> int | None:
    """Count the features of a file that has one a line; None for a single object.

    OGR passes over lines that it cannot read.
    """
    with path.open("rb") as file:
        lines = filter(None, map(_line, iter(lambda: file.readline(_LONGEST_LINE), b"")))
        first, second = next(lines, b""), next(lines, b"")
        if not second or not isinstance(_loaded(first), dict):
            return None
        count = 1
        for line in chain([second], lines):
            if not isinstance(_loaded(line), dict):
                raise UnreadableFileError(format="geojson")
            count += 1
    return count


def _line(line: bytes) -> bytes:
    return line.strip(_BLANK_OR_BOM + _SEPARATOR)


def _loaded(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _refuse_links(path: Path) -> None:
    """Refuse a file with a `crs` that is an address, wherever in it that stands."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        for member in _MEMBER.finditer(text):
            found = _object_at(text[member.end() : member.end() + _HEAD_BYTES])
            if isinstance(found, dict) and str(found.get("type", "")).lower().startswith(_LINKS):
                raise LinkedCrsError


def _object_at(text: bytes) -> Any:
    """Read the JSON value that a text begins with; None where there is none."""
    try:
        return json.JSONDecoder().raw_decode(text.decode("utf-8", "replace"))[0]
    except (ValueError, RecursionError):
        return None


def _unknown_crs(path: Path, head: bytes) -> str | None:
    """Give the name in a `crs` member that nobody knows; OGR takes such coordinates for WGS84."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        tail = file.read()
    # Among the features "crs" is a field like any other.
    before, _, _ = head.partition(b'"features"')
    _, closed, behind = tail.rpartition(b"]")
    for text in (before, behind if closed else b""):
        for member in _MEMBER.finditer(text):
            unknown = _unknown(_object_at(text[member.end() :]))
            if unknown is not None:
                return unknown
    return None


def _unknown(member: Any) -> str | None:
    """Give the name of a coordinate system where it is none that is known."""
    try:
        name = str(member["properties"]["name"])
    except (KeyError, TypeError):
        return UNKNOWN
    try:
        read_crs(name)
    except CampusError:
        return name if _NAME.fullmatch(name) else UNKNOWN
    return None

"""Which file OGR is really to open, after a look at its first bytes.

OGR finds out for itself what a file is, and some of what it knows points to other files and hosts. So what is
not what its ending says never gets there.
"""

from __future__ import annotations

import re
import sqlite3
import struct
import zipfile
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from etl.errors import FileNameError, NoShapefileError, UnreadableFileError
from etl.readers.archive import check_archive, check_entry
from etl.readers.damage import damaged
from etl.readers.errors import (
    LivelyDatabaseError,
    OpenElsewhereError,
    SeveralUnnamedShapefilesError,
    UnknownUnnamedLayerError,
    UnpackFirstError,
)
from etl.readers.geojson import check_geojson
from etl.readers.kml import check_kml
from etl.readers.pbf import check_pbf
from etl.readers.shapefiles import sibling, table_encoding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from etl.definitions import Definition

_SQLITE = b"SQLite format 3\x00"
_SHAPEFILE = b"\x00\x00\x27\x0a"
_SHAPEFILE_HEADER = 28
"""Bytes of a shapefile up to its length, which counts in words of two bytes."""
_ENDLESS = re.compile(r"\brecursive\b|generate_series", re.IGNORECASE)
_VIRTUAL = re.compile(r"\s*create\s+virtual\s+table\b.*?\busing\s+[\"'`\[]?(\w+)", re.IGNORECASE | re.DOTALL)
_OWN_MODULES = ("rtree", "fts3", "fts4", "fts5")
_OSM_HEADER = b"OSMHeader"
DBF_SAMPLE_BYTES, _CODEPAGE_BYTES = 8 << 20, 64
UNPACKED = (
    ".gpkg",
    ".geojson",
    ".json",
    ".kml",
    ".kmz",
    ".xlsx",
    ".csv",
    ".tsv",
    ".zip",
    ".pbf",
    ".xls",
    ".et",
)
"""What people also pack; it is to be unpacked first."""


@dataclass
class OgrFile:
    """What OGR opens."""

    path: str
    format: str
    source: Path
    """The file that was given."""
    encoding: str | None = None
    """Of a shapefile's table."""
    only_layer: str | None = None
    has_ids: bool = False
    """Whether the format stores feature ids that outlive the file; a shapefile's are row numbers."""
    crs: str | None = None
    """What the file says of its coordinates and OGR passes over in silence."""
    key_fields: tuple[str, ...] = ()
    """Fields that hold feature ids and are read beside the mapped ones."""
    count: int | None = None
    """How many features there must be in all layers together, where that was counted."""


@contextmanager
def locate(path: Path, definition: Definition) -> Iterator[OgrFile]:
    """Look at a vector file and say what OGR is to open.

    Raises
    ------
    UnreadableFileError
        Its first bytes are not what its ending says, or it is cut off.
    NoShapefileError, SeveralShapefilesError
        An archive without one clear shapefile.
    FileNameError
        OGR's callers take a part of the path for the name of an entry in an archive.
    """
    suffix = path.suffix.lower()
    if "!" in str(path) and suffix != ".zip":
        raise FileNameError(sign="!")
    if suffix == ".zip":
        yield _zipped(path, definition)
    elif suffix == ".shp":
        yield _bare(path, definition)
    else:
        kinds = {".gpkg": _gpkg, ".pbf": _pbf, ".kml": _kml, ".kmz": _kml}
        yield kinds.get(suffix, _geojson)(path)


def _start(path: Path, count: int) -> bytes:
    with path.open("rb") as file:
        return file.read(count)


def _gpkg(path: Path) -> OgrFile:
    """Check the first page: it says how long the whole file is."""
    start = _start(path, 100)
    if not start.startswith(_SQLITE) or len(start) < 100:  # noqa: PLR2004 -- the length of SQLite's header
        raise UnreadableFileError(format="gpkg")
    journal = path.with_name(f"{path.name}-wal")
    if journal.is_file() and journal.stat().st_size:
        raise OpenElsewhereError
    _check_schema(path)
    page = int.from_bytes(start[16:18], "big")
    page = 1 << 16 if page == 1 else page
    pages = int.from_bytes(start[28:32], "big")
    # The count of pages holds only where it was written with the last change (SQLite file format, 1.3.8).
    if start[24:28] == start[92:96] and path.stat().st_size < page * pages:
        raise UnreadableFileError(format="gpkg")
    return OgrFile(str(path), "gpkg", path, has_ids=True)


def _check_schema(path: Path) -> None:
    """Refuse a database that would have its reader compute without end, or read elsewhere.

    Indexes of places and of words are virtual tables, too; they are its own.
    """
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with damaged("gpkg"), closing(sqlite3.connect(address, uri=True)) as base:
        statements = [
            str(sql) for (sql,) in base.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
        ]
    for statement in statements:
        module = _VIRTUAL.match(statement)
        if _ENDLESS.search(statement) or (module and module[1].lower() not in _OWN_MODULES):
            raise LivelyDatabaseError


def _pbf(path: Path) -> OgrFile:
    if _OSM_HEADER not in _start(path, 64):
        raise UnreadableFileError(format="pbf")
    check_pbf(path)
    return OgrFile(str(path), "pbf", path, has_ids=True, key_fields=("osm_id", "osm_way_id"))


def _geojson(path: Path) -> OgrFile:
    prefix, count, crs = check_geojson(path)
    return OgrFile(f"{prefix}{path.resolve()}", "geojson", path, has_ids=count is None, crs=crs, count=count)


def _kml(path: Path) -> OgrFile:
    place, count = check_kml(path)
    return OgrFile(place, "kml", path, count=count)


def _bare(path: Path, definition: Definition) -> OgrFile:
    table, codepage = sibling(path, ".dbf"), sibling(path, ".cpg")
    if not _is_whole(_start(path, _SHAPEFILE_HEADER), path.stat().st_size) or not table.is_file():
        raise UnreadableFileError(format="shp")
    said = _start(codepage, _CODEPAGE_BYTES) if codepage.is_file() else b""
    encoding = table_encoding(_start(table, DBF_SAMPLE_BYTES), said, definition)
    return OgrFile(str(path), "shp", path, encoding=encoding)


def _zipped(path: Path, definition: Definition) -> OgrFile:
    """Find the one shapefile that is meant in an archive."""
    entries = check_archive(path, format_name="zip")
    entries = [name for name in entries if not name.startswith("__MACOSX/")]
    shapes = [name for name in entries if name.lower().endswith(".shp")]
    if not shapes:
        raise _nothing_there(entries)
    chosen = _choose(shapes, definition)
    stem = chosen[: -len(".shp")]
    there = {name.lower(): name for name in entries}
    table, index = there.get(f"{stem}.dbf".lower()), there.get(f"{stem}.shx".lower())
    if table is None or index is None:
        raise NoShapefileError
    for part in (chosen, table, index):
        check_entry(path, part, format_name="zip")
    with damaged("zip"), zipfile.ZipFile(path) as archive:
        with archive.open(chosen) as shape, archive.open(table) as rows:
            start, sample = shape.read(_SHAPEFILE_HEADER), rows.read(DBF_SAMPLE_BYTES)
        size = archive.getinfo(chosen).file_size
        codepage = there.get(f"{stem}.cpg".lower())
        said = archive.read(codepage)[:_CODEPAGE_BYTES] if codepage else b""
    if not start.startswith(_SHAPEFILE):
        raise NoShapefileError
    if not _is_whole(start, size):
        raise UnreadableFileError(format="shp")
    encoding = table_encoding(sample, said, definition)
    place, layer = f"/vsizip/{{{path.resolve()}}}/{chosen}", PurePosixPath(stem).name
    return OgrFile(place, "shp", path, encoding=encoding, only_layer=layer)


def _nothing_there(entries: list[str]) -> NoShapefileError:
    """Say that there is no shapefile, and whether there is something else that could be read."""
    endings = {PurePosixPath(name).suffix.lower() for name in entries}
    other = next((ending for ending in UNPACKED if ending in endings), None)
    return NoShapefileError() if other is None else UnpackFirstError(suffix=other)


def _is_whole(start: bytes, size: int) -> bool:
    """Tell whether a shapefile is as long as it says; of one that is cut OGR gives rows without shapes."""
    if not start.startswith(_SHAPEFILE) or len(start) < _SHAPEFILE_HEADER:
        return False
    (words,) = struct.unpack(">I", start[-4:])
    return bool(size >= 2 * words)


def _choose(shapes: list[str], definition: Definition) -> str:
    names = {_as_packed(PurePosixPath(shape).stem): shape for shape in shapes}
    if definition.layers:
        if len(definition.layers) > 1:
            raise SeveralUnnamedShapefilesError(count=len(shapes))
        if definition.layers[0] not in names:
            raise UnknownUnnamedLayerError(layer=definition.layers[0], count=len(shapes))
        return names[definition.layers[0]]
    if len(shapes) > 1:
        raise SeveralUnnamedShapefilesError(count=len(shapes))
    return shapes[0]


def _as_packed(name: str) -> str:
    """Give an entry's name as its packer saw it: Chinese Windows writes GBK where zip means code page 437."""
    try:
        return name.encode("cp437").decode("gb18030")
    except UnicodeError:
        return name

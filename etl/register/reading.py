"""A register file read whole and in memory: all sheets and layers, all columns; no temporary file, no OGR.

Formats are those whose readers keep everything in memory: text tables, xlsx, GeoJSON, GeoPackage. What
libraries such as OGR or a zip reader would spill to disk is not given to them.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from itertools import chain
from typing import TYPE_CHECKING, Any

import shapely

from etl.errors import OpenQuoteError, UnreadableFileError
from etl.readers import check_file
from etl.readers.chunk import heading
from etl.readers.damage import damaged
from etl.readers.delimited import DELIMITERS, find_encoding
from etl.readers.geojson import check_geojson
from etl.readers.sheets import look_through
from etl.readers.vector_files import locate
from etl.readers.workbook import open_book, text_of
from etl.register.errors import (
    ExtraMemberError,
    MoreThanCellsError,
    RegisterFormatError,
    TooLargeRegisterError,
)
from etl.register.table import Table, from_grid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from etl.definitions import Definition

LARGEST_BYTES = 32 << 20
MOST_ROWS = 100_000
LONGEST_LINE = 100_000
_MORE_THAN_CELLS = (
    "xl/comments", "xl/threadedcomments", "xl/persons", "xl/media", "xl/embeddings", "xl/drawings",
    "xl/charts", "xl/externallinks", "xl/pivotcache", "xl/activex", "xl/vba", "xl/queries", "xl/model",
)  # fmt: skip
_COLLECTION = frozenset(("type", "features", "name", "crs", "bbox"))
_FEATURE = frozenset(("type", "properties", "geometry", "id", "bbox"))
_WGS84 = "EPSG:4326"
_OWN_TABLES = ("gpkg_", "rtree_", "sqlite_")
_EMPTY_TABLES = ("gpkg_metadata", "gpkg_data_columns", "gpkg_data_column_constraints")
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
"""Bytes of a GeoPackage geometry's envelope by its code (OGC 12-128r18, 2.1.3.1.1)."""
_HEADER_BYTES = 8
_END = "\x00end of the file\x00"


def read_whole(path: Path, definition: Definition) -> list[Table]:
    """Read every table of a file with every column.

    Parameters
    ----------
    path
        A csv, tsv, txt, xlsx, geojson, json or gpkg file.
    definition
        `encoding`, `delimiter`.

    Raises
    ------
    RegisterFormatError, TooLargeRegisterError
        It is of another format, or larger than any register's.
    MoreThanCellsError, ExtraMemberError
        It carries what is no cell.
    etl.errors.IntakeError
        It cannot be read.
    """
    check_file(path)
    readers: dict[str, Callable[[Path, Definition], list[Table]]] = {
        ".csv": _delimited, ".tsv": _delimited, ".txt": _delimited, ".xlsx": _workbook, ".geojson": _geojson,
        ".json": _geojson, ".gpkg": _geopackage,
    }  # fmt: skip
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise RegisterFormatError(known=" ".join(readers))
    if path.stat().st_size > LARGEST_BYTES:
        raise TooLargeRegisterError(most=LARGEST_BYTES >> 20)
    tables = reader(path, definition)
    if sum(len(table.rows) for table in tables) > MOST_ROWS:
        raise TooLargeRegisterError(most=LARGEST_BYTES >> 20)
    return tables


def _delimited(path: Path, definition: Definition) -> list[Table]:
    encoding = find_encoding(path, definition.encoding, longest_line=LONGEST_LINE)
    text = path.read_bytes().decode(encoding)
    wanted = {heading(name) for name in definition.source_columns}

    def first_row(delimiter: str) -> set[str]:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return {heading(cell) for cell in next((row for row in rows if any(map(str.strip, row))), [])}

    with damaged("csv"):
        tried = (definition.delimiter,) if definition.delimiter else DELIMITERS
        delimiter = max(tried, key=lambda sign: len(wanted & first_row(sign)))
        return [from_grid(1, enumerate(_rows(text, delimiter), start=1))]


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """Give the rows before the mark that stands behind the last line."""
    number = 0
    for row in csv.reader(chain(io.StringIO(text, newline=""), ["\n", _END]), delimiter=delimiter):
        if row == [_END]:
            return
        number += 1
        yield row
    raise OpenQuoteError(row=number)


def _workbook(path: Path, _definition: Definition) -> list[Table]:
    tables = []
    with open_book(path) as book:
        with zipfile.ZipFile(path) as archive:
            parts = [name.lower() for name in archive.namelist()]
        if any(part.startswith(_MORE_THAN_CELLS) for part in parts) or len(book.worksheets) < len(
            book.sheetnames
        ):
            raise MoreThanCellsError
        for number, page in enumerate(book.worksheets, start=1):
            rows = ((row, _in_order(cells)) for row, cells in look_through(page, number).rows())
            tables.append(from_grid(number, rows))
    return tables


def _in_order(cells: dict[int, Any]) -> list[object]:
    """Give a row's cells from the first column on."""
    return [text_of(cells.get(column)) for column in range(1, max(cells, default=0) + 1)]


def _geojson(path: Path, _definition: Definition) -> list[Table]:
    _, lines, unknown = check_geojson(path)
    if lines is not None:
        raise UnreadableFileError(format="geojson")
    with damaged("geojson"):
        content = json.loads(path.read_text(encoding="utf-8-sig"))
        table = _collection(content)
        table.crs = unknown or _named_crs(content)
    return [table]


def _collection(content: dict[str, Any]) -> Table:
    """Make a table of a collection's features, numbered from 1."""
    if set(content) - _COLLECTION or content.get("type") != "FeatureCollection":
        raise ExtraMemberError
    shapes: dict[int, bytes | None] = {}
    table = Table(1, {}, {}, shapes=shapes)
    if content.get("name"):
        table.loose.append((0, str(content["name"])))
    columns: dict[str, int] = {}
    for row, feature in enumerate(content["features"], start=1):
        if set(feature) - _FEATURE or (feature.get("geometry") or {}).keys() - {"type", "coordinates"}:
            raise ExtraMemberError
        table.rows[row] = {}
        for name, value in (feature.get("properties") or {}).items():
            column = columns.setdefault(name, len(columns) + 1)
            text = _property(value)
            if text is not None:
                table.rows[row][column] = text
        if feature.get("id") is not None:
            table.loose.append((row, str(feature["id"])))
        shape = feature.get("geometry")
        shapes[row] = None if shape is None else shapely.to_wkb(shapely.from_geojson(json.dumps(shape)))
    table.headings = {column: heading(name) for name, column in columns.items()}
    return table


def _property(value: object) -> str | None:
    """Give a property as text; what is no scalar as JSON, so that it is looked at."""
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False) if value else None
    return text_of(value)


def _named_crs(content: dict[str, Any]) -> str:
    """Name the coordinate system of a collection; WGS84 where none stands in it (RFC 7946)."""
    member = content.get("crs")
    return _WGS84 if member is None else str(member["properties"]["name"])


def _geopackage(path: Path, definition: Definition) -> list[Table]:
    with locate(path, definition):
        pass
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with damaged("gpkg"), closing(sqlite3.connect(address, uri=True)) as base:
        base.execute("PRAGMA temp_store = MEMORY")
        base.text_factory = lambda given: given.decode("utf-8", "replace")
        found = base.execute(
            "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')"
        ).fetchall()
        names = [name for name, _ in found if not name.lower().startswith(_OWN_TABLES)]
        kept = {name.lower() for name, _ in found}
        if any(kind == "view" for name, kind in found if name in names) or any(
            base.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone() for name in _EMPTY_TABLES if name in kept
        ):
            raise MoreThanCellsError
        layers = dict(base.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall())
        return [_layer(base, number, name, layers) for number, name in enumerate(sorted(names), start=1)]


def _layer(base: sqlite3.Connection, number: int, name: str, layers: dict[str, str]) -> Table:
    """Read a table of a GeoPackage: its key is no column where it is one, its geometry never."""
    quoted = name.replace('"', '""')
    described = base.execute(f'PRAGMA table_info("{quoted}")').fetchall()
    place = layers.get(name)
    key = next((row[1] for row in described if row[5] and str(row[2]).upper() == "INTEGER"), None)
    columns = [row[1] for row in described if row[1] not in (place, key)]
    table = Table(number, {}, {}, shapes={} if place else None)
    table.headings = {at: heading(column) for at, column in enumerate(columns, start=1)}
    rows = base.execute(f'SELECT * FROM "{quoted}" LIMIT {MOST_ROWS + 1}')
    order = [each[0] for each in rows.description]
    for row, values in enumerate(rows, start=1):
        cells = dict(zip(order, values, strict=True))
        given = {at: text_of(cells[column]) for at, column in enumerate(columns, start=1)}
        table.rows[row] = {at: text for at, text in given.items() if text is not None}
        if key is not None:
            table.loose.append((row, str(cells[key])))
        if place and table.shapes is not None:
            table.shapes[row] = _shape(cells[place])
    if not table.rows:
        table.headings = {}
    if place:
        table.crs = _crs_of(base, name)
    return table


def _shape(blob: bytes | None) -> bytes | None:
    """Take the well-known binary out of a GeoPackage's geometry (OGC 12-128r18, 2.1.3)."""
    if blob is None:
        return None
    if len(blob) < _HEADER_BYTES or blob[:2] != b"GP":
        raise UnreadableFileError(format="gpkg")
    return blob[_HEADER_BYTES + _ENVELOPE_BYTES[(blob[3] >> 1) & 7] :]


def _crs_of(base: sqlite3.Connection, name: str) -> str | None:
    """Give what a layer says of its coordinates."""
    row = base.execute(
        "SELECT s.organization, s.organization_coordsys_id FROM gpkg_geometry_columns AS g"
        " JOIN gpkg_spatial_ref_sys AS s ON s.srs_id = g.srs_id WHERE g.table_name = ?",
        [name],
    ).fetchone()
    return f"{row[0]}:{row[1]}".upper() if row and str(row[0]).isalpha() and int(row[1]) > 0 else None

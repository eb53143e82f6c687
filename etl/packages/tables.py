"""One table of a package as a Parquet file, and back; a file of other columns or values is none."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from data.repositories.packages import RefusedRowsError, file_columns
from etl.errors import UnreadableFileError
from etl.packages.errors import NotAPackageError, OtherColumnsError
from etl.readers.damage import damaged

if TYPE_CHECKING:
    from collections.abc import Callable

CRS = "EPSG:4490"
MOST_ROWS = 5_000_000
MOST_UNPACKED = 4 << 30
"""Bytes that a table's columns may have."""
TYPES = {
    "text": pa.string(),
    "int": pa.int64(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "time": pa.time64("us"),
    "texts": pa.list_(pa.field("element", pa.string())),
    "json": pa.string(),
    "geometry": pa.binary(),
}
"""How each kind of column is kept; JSON as text, geometry as WKB in EPSG:4490."""


def schema(name: str) -> pa.Schema:
    """Give the one schema that a table's file has."""
    return pa.schema([pa.field(column, TYPES[kind]) for column, kind in file_columns(name).items()])


def as_parquet(name: str, frame: pd.DataFrame) -> bytes:
    """Write a table.

    Parameters
    ----------
    name
        One of `data.repositories.packages.TABLES`.
    frame
        Its columns as `read_table` gives them.
    """
    columns = [
        pa.array(_written(frame[column], kind), type=TYPES[kind])
        for column, kind in file_columns(name).items()
    ]
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(columns, schema=schema(name)), buffer, compression="zstd")
    return buffer.getvalue()


def _written(series: pd.Series[Any], kind: str) -> list[Any]:
    """Give a column's values as Arrow takes them."""
    if kind == "geometry":
        binary: list[Any] = shapely.to_wkb(np.array(series.array, dtype=object)).tolist()
        return binary
    missing = series.isna().tolist()
    make: Callable[[Any], Any] = _as_json if kind == "json" else lambda value: value
    found = series.astype(object).tolist()
    return [None if gone else make(value) for value, gone in zip(found, missing, strict=True)]


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)


def from_parquet(name: str, content: bytes) -> pd.DataFrame:
    """Read a table whose digest and signature were held before.

    Parameters
    ----------
    name
        The table.
    content
        Its file.

    Returns
    -------
    DataFrame or GeoDataFrame
        The columns of `file_columns`; geometry in EPSG:4490.

    Raises
    ------
    OtherColumnsError
        It has other columns or types.
    NotAPackageError
        It is no Parquet file, or would unpack to more than is plausible.
    RefusedRowsError
        A cell is no JSON object, or no valid area on the globe.
    """
    try:
        with damaged("parquet"):
            table = _table(name, content)
    except UnreadableFileError as error:
        raise NotAPackageError from error
    return _frame(name, table)


def _table(name: str, content: bytes) -> pa.Table:
    """Read what a file holds, once its schema and size are those of a table that passes."""
    file = pq.ParquetFile(io.BytesIO(content))
    if not file.schema_arrow.remove_metadata().equals(schema(name)):
        raise OtherColumnsError(table=name)
    groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
    unpacked = sum(group.total_byte_size for group in groups)
    if file.metadata.num_rows > MOST_ROWS or unpacked > MOST_UNPACKED:
        raise NotAPackageError
    return file.read()


def _frame(name: str, table: pa.Table) -> pd.DataFrame:
    """Give what was read as a frame."""
    read = {column: _read(name, table.column(column), kind) for column, kind in file_columns(name).items()}
    frame = pd.DataFrame(read)
    return gpd.GeoDataFrame(frame, geometry="geom") if "geom" in read else frame


def _read(name: str, column: pa.ChunkedArray, kind: str) -> Any:
    """Give one column."""
    values = column.to_pylist()
    if kind == "geometry":
        return gpd.GeoSeries(_shapes(name, values), crs=CRS)
    if kind == "json":
        values = [None if value is None else _object(name, value) for value in values]
    if kind == "int":
        return pd.Series(pd.array(values, dtype="Int64"))
    return pd.Series(values, dtype="float64" if kind == "double" else object)


def _object(name: str, written: str) -> dict[str, Any]:
    """Read a JSON object."""
    try:
        found = json.loads(written)
    except (ValueError, RecursionError) as error:
        raise RefusedRowsError(table=name) from error
    if not isinstance(found, dict):
        raise RefusedRowsError(table=name)
    return found


def _shapes(name: str, values: list[Any]) -> np.ndarray[Any, Any]:
    """Read areas; each is valid and lies on the globe."""
    binary = np.empty(len(values), dtype=object)
    binary[:] = values
    try:
        shapes: np.ndarray[Any, Any] = shapely.from_wkb(binary)
    except (shapely.errors.ShapelyError, TypeError, ValueError) as error:
        raise RefusedRowsError(table=name) from error
    west, south, east, north = shapely.bounds(shapes).T
    placed = (west >= -180) & (east <= 180) & (south >= -90) & (north <= 90)  # noqa: PLR2004 -- the globe
    if not (placed & shapely.is_valid(shapes)).all():
        raise RefusedRowsError(table=name)
    return shapes

"""Frames into tables by binary COPY, and out of them through a binary cursor.

Geometry crosses as EWKB, made and read by shapely for whole columns at once. Rows never pass through the ORM.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from operator import itemgetter
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geoalchemy2 import Geometry
from psycopg import sql
from sqlalchemy import ClauseElement, Select, Table

from data import columns as convert
from data.models.base import SRID, Base

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import psycopg
    from sqlalchemy import Connection

    Target = Table | type[Base] | str

CHUNK_ROWS = 20_000
"""Rows of a streamed read that are in flight at once."""
COLUMNS_QUERY = """
    SELECT a.attname, a.atttypid::bigint, t.typname
      FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
     WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
"""


class UnknownColumnError(LookupError):
    """A frame has a column that its table has not: a fault of the program."""


def copy_frame(connection: Connection, table: Target, frame: pd.DataFrame) -> int:
    """Copy a frame's rows into a table.

    Parameters
    ----------
    connection
        In the transaction that is to hold them.
    table
        A model, its table, or a name such as ``out.coverage`` or that of a temporary table.
    frame
        Columns by the table's names; those it leaves out get their defaults. Missing values of every kind
        (None, NaN, NaT, NA) become NULL. An active geometry of another name goes to ``geom``. EPSG:4490.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    UnknownColumnError
        The table has no column of that name.
    ValueError, TypeError
        A value does not fit its column's type: a fraction for a whole number, one that is too large, a moment
        without zone, a shape of another coordinate system.
    psycopg.DataError
        The server refuses a value: a shape of another kind than the column's, a text with a zero byte.
    """
    target = _full_name(table)
    driver = _driver(connection)
    types = _column_types(driver, target)
    frame = _with_geom(frame, types)
    unknown = [str(name) for name in frame.columns if name not in types]
    if unknown:
        raise UnknownColumnError(target, unknown)
    if frame.empty:
        return 0
    names = [str(name) for name in frame.columns]
    with _without_collector():
        values = [convert.to_values(frame[name], types[name][1], srid=SRID) for name in names]
        _copy_rows(driver, target, names, values, [convert.wire_type(*types[name]) for name in names])
    return len(frame)


def read_frame(
    connection: Connection,
    statement: ClauseElement | str,
    params: Mapping[str, Any] | None = None,
    *,
    geometry: str | None = None,
    streamed: bool = False,
) -> pd.DataFrame:
    """Read a statement's rows as a frame.

    Parameters
    ----------
    connection
        In the transaction to read in.
    statement
        SQLAlchemy's, or SQL with ``%(name)s`` places.
    params
        Values of its places.
    geometry
        Name of the column that is the active geometry; ``geom``, or the first one, where nothing is said. A
        column of bytes that is named here is read as WKB.
    streamed
        Whether to fetch in pieces, so that the driver never holds the whole answer: for large reads.

    Returns
    -------
    DataFrame or GeoDataFrame
        A GeoDataFrame where there is a geometry, in the CRS of its rows (EPSG:4490). Whole numbers are int64,
        or Int64 where some are NULL; text is str; times with zone are in UTC; dates, times, arrays,
        jsonb and bytea are Python objects, None where NULL.
    """
    query, values, shapes = _prepare(connection, statement, params)
    driver = _driver(connection)
    known = convert.geometry_oid(driver)
    shapes |= {geometry} if geometry else set()
    with _without_collector(), _open_cursor(driver, streamed=streamed) as cursor:
        cursor.execute(cast("Any", query), values)
        columns = list(cursor.description or ())
        are_shapes = [column.type_code == known or column.name in shapes for column in columns]
        data = _gather(cursor, are_shapes)
        series = {
            column.name: _as_shapes(found) if is_shape else convert.from_values(found, column.type_code)
            for column, is_shape, found in zip(columns, are_shapes, data, strict=True)
        }
    frame = pd.DataFrame(series, columns=[column.name for column in columns])
    return _as_geo(frame, geometry)


def _full_name(table: Target) -> str:
    """Give the quoted name of a model, a table or what is named."""
    if isinstance(table, str):
        return ".".join(f'"{part}"' for part in table.split("."))
    found = table if isinstance(table, Table) else cast("Table", table.__table__)
    return f'"{found.schema}"."{found.name}"' if found.schema else f'"{found.name}"'


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    """Give psycopg's connection behind SQLAlchemy's, in the transaction that SQLAlchemy thinks it is in."""
    if not connection.in_transaction():
        connection.begin()
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


def _column_types(driver: psycopg.Connection[Any], target: str) -> dict[str, tuple[int, str]]:
    """Give number and name of the type of each column of a table."""
    found = driver.execute(COLUMNS_QUERY, [target]).fetchall()
    return {name: (oid, kind) for name, oid, kind in found}


def _with_geom(frame: pd.DataFrame, types: Mapping[str, object]) -> pd.DataFrame:
    """Call the active geometry by the name it has in every table."""
    if not isinstance(frame, gpd.GeoDataFrame) or "geom" in frame.columns or "geom" not in types:
        return frame
    return pd.DataFrame(frame.rename(columns={frame.active_geometry_name: "geom"}))


def _copy_rows(
    driver: psycopg.Connection[Any],
    target: str,
    names: Sequence[str],
    values: Sequence[Sequence[Any]],
    types: Sequence[int],
) -> None:
    """Send columns as rows."""
    listed = sql.SQL(", ").join(sql.Identifier(name) for name in names)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(sql.SQL(target), listed)
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(types)
        write = copy.write_row
        for row in zip(*values, strict=True):
            write(row)


def _prepare(
    connection: Connection, statement: ClauseElement | str, params: Mapping[str, Any] | None
) -> tuple[str, Mapping[str, Any] | None, set[str]]:
    """Give SQL, its values and the names of the columns that SQLAlchemy knows as geometry."""
    if isinstance(statement, str):
        return statement, params, set()
    compiled = statement.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    values = compiled.construct_params(dict(params or {}))
    shapes: set[str] = set()
    if isinstance(statement, Select):
        shapes = {column.name for column in statement.selected_columns if isinstance(column.type, Geometry)}
    # psycopg reads %% as % only where values are given
    return str(compiled), values or {}, shapes


def _open_cursor(driver: psycopg.Connection[Any], *, streamed: bool) -> psycopg.Cursor[Any]:
    """Open a binary cursor, at the server's side where the answer is large."""
    if streamed:
        return driver.cursor("campus_read", binary=True)
    return driver.cursor(binary=True)


def _gather(cursor: psycopg.Cursor[Any], are_shapes: Sequence[bool]) -> list[list[Any]]:
    """Fetch rows piece by piece into columns; shapes are parsed at once, so that their bytes can go."""
    data: list[list[Any]] = [[] for _ in are_shapes]
    while rows := cursor.fetchmany(CHUNK_ROWS):
        for place, (held, is_shape) in enumerate(zip(data, are_shapes, strict=True)):
            values = list(map(itemgetter(place), rows))
            held.extend(_parse(values) if is_shape else values)
    return data


@contextmanager
def _without_collector() -> Iterator[None]:
    """Hold the garbage collector back while millions of values that make no cycles are created.

    Each of its passes would walk all of them: half of the processor time of a large read.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _parse(values: list[Any]) -> Iterable[Any]:
    """Read EWKB."""
    binary = np.empty(len(values), dtype=object)
    binary[:] = values
    parsed: Iterable[Any] = shapely.from_wkb(binary)
    return parsed


def _as_shapes(values: list[Any]) -> gpd.array.GeometryArray:
    """Give shapes the CRS that they carry."""
    shapes = np.empty(len(values), dtype=object)
    shapes[:] = values
    carried = np.unique(shapely.get_srid(shapes[~shapely.is_missing(shapes)]))
    srid = int(carried[0]) if len(carried) == 1 and carried[0] else SRID
    return gpd.array.GeometryArray(shapes, crs=f"EPSG:{srid}")


def _as_geo(frame: pd.DataFrame, geometry: str | None) -> pd.DataFrame:
    """Make a GeoDataFrame of a frame with shapes."""
    shapes = [name for name, dtype in frame.dtypes.items() if isinstance(dtype, gpd.array.GeometryDtype)]
    if not shapes:
        return frame
    active = geometry or ("geom" if "geom" in shapes else shapes[0])
    whole: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=active)
    return whole

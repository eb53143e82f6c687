"""One column at a time between pandas and psycopg: values for the wire, and dtypes for what came back."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from psycopg import postgres
from psycopg.types.json import Jsonb

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import psycopg

OIDS = {info.name: info.oid for info in postgres.types}
"""PostgreSQL's own types by name; the same numbers in every database."""
WHOLE = frozenset({"int2", "int4", "int8", "oid"})
REAL = frozenset({"float4", "float8"})
TEXT = frozenset({"text", "varchar", "bpchar", "name"})
NAMES = {info.oid: info.name for info in postgres.types}


def geometry_oid(driver: psycopg.Connection[Any]) -> int | None:
    """Give the number that PostGIS's geometry type has in this database, or None without PostGIS."""
    row = driver.execute("SELECT to_regtype('geometry')::oid::bigint").fetchone()
    return None if row is None or row[0] is None else int(row[0])


def wire_type(oid: int, name: str) -> int:
    """Give the type as which a value is sent; a geometry goes as the bytes of its EWKB."""
    return OIDS["bytea"] if name == "geometry" else oid


def to_values(series: pd.Series[Any], kind: str, *, srid: int) -> list[Any]:
    """Give a column as the Python values that psycopg sends.

    Parameters
    ----------
    series
        The column.
    kind
        PostgreSQL's name of its type.
    srid
        What geometries carry.

    Returns
    -------
    list
        None where a value is missing.

    Raises
    ------
    ValueError, TypeError
        A value does not fit.
    """
    if kind == "geometry":
        return _to_ewkb(series, srid)
    missing = series.isna().to_numpy(dtype=bool)
    if kind in WHOLE:
        return _masked(_to_whole(series), missing)
    if kind in REAL:
        return _masked(series.to_numpy(dtype="float64", na_value=np.nan).tolist(), missing)
    found = series.astype(object).tolist()
    make = MAKERS.get(kind, _to_list if kind.startswith("_") else None)
    if make is None:
        return _masked(found, missing)
    return [None if gone else make(value) for value, gone in zip(found, missing, strict=True)]


def _masked(values: list[Any], missing: np.ndarray[Any, Any]) -> list[Any]:
    """Put None where a value is missing."""
    if not missing.any():
        return values
    return [None if gone else value for value, gone in zip(values, missing, strict=True)]


def _to_ewkb(series: pd.Series[Any], srid: int) -> list[Any]:
    """Write shapes with their SRID."""
    shapes = np.asarray(series.array, dtype=object)
    carried = shapely.get_srid(shapes)
    if (carried != srid).any():
        shapes = shapely.set_srid(shapes, srid)
    binary: list[Any] = shapely.to_wkb(shapes, include_srid=True).tolist()
    return binary


def _to_whole(series: pd.Series[Any]) -> list[Any]:
    """Give whole numbers; pandas refuses fractions."""
    values = series if pd.api.types.is_integer_dtype(series.dtype) else series.astype("Int64")
    return values.astype(object).tolist()


def _to_list(value: Any) -> list[Any]:
    """Give an array's values."""
    return value.tolist() if isinstance(value, np.ndarray) else list(value)


def _to_date(value: Any) -> date:
    """Give a day; a moment must be midnight."""
    if isinstance(value, datetime):
        if value != value.replace(hour=0, minute=0, second=0, microsecond=0):
            raise ValueError(value)
        return value.date()
    if not isinstance(value, date):
        raise TypeError(value)
    return value


def _to_moment(value: Any) -> datetime:
    """Give a moment, which must know its zone."""
    moment = value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
    if not isinstance(moment, datetime):
        raise TypeError(value)
    if moment.tzinfo is None:
        raise ValueError(value)
    return moment


def _to_bool(value: Any) -> bool:
    """Give a truth value; anything else than one is refused."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(value)
    return bool(value)


MAKERS: dict[str, Callable[[Any], Any]] = {
    "bool": _to_bool,
    "bytea": bytes,
    "date": _to_date,
    "jsonb": Jsonb,
    "text": str,
    "timestamptz": _to_moment,
}


def from_values(values: Sequence[Any], oid: int) -> Any:
    """Give what came back as an array of the right dtype.

    Parameters
    ----------
    values
        Python values of one column, None where NULL.
    oid
        Number of its PostgreSQL type.

    Returns
    -------
    pandas array or numpy array
        int64 or Int64, float64, bool or boolean, str, datetime64 in UTC; object for all else.
    """
    kind = NAMES.get(oid, "")
    if kind in WHOLE:
        return pd.array(values, dtype="Int64") if None in values else np.array(values, dtype="int64")
    if kind in REAL:
        return np.array(values, dtype="float64")
    if kind == "bool":
        return pd.array(values, dtype="boolean") if None in values else np.array(values, dtype=bool)
    if kind in TEXT:
        return pd.array(values, dtype="str")
    if kind == "timestamptz":
        return pd.DatetimeIndex(pd.to_datetime(pd.Series(values, dtype=object), utc=True)).as_unit("us")
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found

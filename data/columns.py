"""One column at a time between pandas and psycopg: values for the wire, and dtypes for what came back."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import partial
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
WHOLE = {"int2": (-(2**15), 2**15 - 1), "int4": (-(2**31), 2**31 - 1), "int8": (-(2**63), 2**63 - 1)}
"""Whole numbers with the least and the greatest that there is: binary COPY would cut a larger one off."""
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
        A value does not fit, or nothing is known of the type: what it is sent as would not be checked.
    """
    missing = series.isna().to_numpy(dtype=bool)
    if kind == "geometry":
        return _to_ewkb(series, missing, srid)
    if kind in WHOLE:
        return _to_whole(series, missing, kind)
    if kind in REAL:
        return _masked(_to_real(series, kind), missing)
    make = MAKERS.get(kind)
    if make is None:
        raise TypeError(kind)
    found = series.astype(object).tolist()
    return [None if gone else make(value) for value, gone in zip(found, missing, strict=True)]


def _masked(values: list[Any], missing: np.ndarray[Any, Any]) -> list[Any]:
    """Put None where a value is missing."""
    if not missing.any():
        return values
    return [None if gone else value for value, gone in zip(values, missing, strict=True)]


def _to_ewkb(series: pd.Series[Any], missing: np.ndarray[Any, Any], srid: int) -> list[Any]:
    """Write shapes with their SRID; those of another system are refused, not renamed."""
    crs = getattr(series.array, "crs", None)
    shapes = np.array(series.array, dtype=object)
    shapes[missing] = None
    carried = shapely.get_srid(shapes[~missing])
    if not np.isin(carried, (0, srid)).all() or (crs is not None and crs != f"EPSG:{srid}"):
        raise ValueError(srid)
    if (carried != srid).any():
        shapes = shapely.set_srid(shapes, srid)
    binary: list[Any] = shapely.to_wkb(shapes, include_srid=True).tolist()
    return binary


def _to_whole(series: pd.Series[Any], missing: np.ndarray[Any, Any], kind: str) -> list[Any]:
    """Give whole numbers; pandas refuses fractions."""
    known = series[~missing]
    try:
        values = known if pd.api.types.is_integer_dtype(known.dtype) else known.astype("Int64")
    except OverflowError as error:
        raise ValueError(kind) from error
    least, most = WHOLE[kind]
    if len(values) and not (least <= values.min() and values.max() <= most):
        raise ValueError(kind)
    whole = np.full(len(series), None, dtype=object)
    whole[~missing] = values.astype(object).to_numpy()
    listed: list[Any] = whole.tolist()
    return listed


def _to_real(series: pd.Series[Any], kind: str) -> list[Any]:
    """Give real numbers; one that the type could only hold as infinity is refused."""
    values = series.to_numpy(dtype="float64", na_value=np.nan)
    if kind == "float4" and (np.abs(values[np.isfinite(values)]) > np.finfo("float32").max).any():
        raise ValueError(kind)
    listed: list[Any] = values.tolist()
    return listed


def _to_list(value: Any, *, of: Callable[[Any], Any]) -> list[Any]:
    """Give an array's values, each as its own type is made; a text is no list of letters."""
    if isinstance(value, str | bytes):
        raise TypeError(value)
    return [None if item is None else of(item) for item in value]


def _to_element(value: Any, *, kind: str) -> int:
    """Give a whole number of an array."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise TypeError(value)
    least, most = WHOLE[kind]
    if not least <= value <= most:
        raise ValueError(value)
    return int(value)


def _to_word(value: Any) -> str:
    """Give a text of an array."""
    if not isinstance(value, str):
        raise TypeError(value)
    return str(value)


def _to_bytes(value: Any) -> bytes:
    """Give bytes; a number is not a length."""
    if not isinstance(value, bytes | bytearray | memoryview):
        raise TypeError(value)
    return bytes(value)


def _to_clock(value: Any) -> time:
    """Give a clock time, which has no zone."""
    if not isinstance(value, time):
        raise TypeError(value)
    if value.tzinfo is not None:
        raise ValueError(value)
    return value


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
    "_float8": partial(_to_list, of=float),
    "_text": partial(_to_list, of=_to_word),
    **{f"_{kind}": partial(_to_list, of=partial(_to_element, kind=kind)) for kind in WHOLE},
    "bool": _to_bool,
    "bytea": _to_bytes,
    "date": _to_date,
    "jsonb": Jsonb,
    "text": str,
    "time": _to_clock,
    "timestamptz": _to_moment,
}
"""How a value of each type is made; `WHOLE`, `REAL` and geometry go column by column."""


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

"""The tables of `out` and `out_asof`: a partition's rows are replaced whole, in the caller's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ARRAY, Text, any_, delete, literal, select, text

from data.bulk import copy_frame
from data.models import Base

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    import pandas as pd
    from sqlalchemy import Connection, Table

_NEW = "new_results"
APPEND_ONLY = frozenset({"area_person_class"})


class NotAResultError(LookupError):
    """The name is none of a result that can be replaced: a fault of the program."""


def result_table(name: str, *, as_of: date | None = None) -> Table:
    """Find a result's table.

    Parameters
    ----------
    name
        Such as ``coverage``.
    as_of
        A day that has passed: the table of `out_asof`.

    Returns
    -------
    sqlalchemy.Table
        The table as the models declare it.

    Raises
    ------
    NotAResultError
        There is none of that name, or it is only ever added to.
    """
    schema = "out" if as_of is None else "out_asof"
    found = Base.metadata.tables.get(f"{schema}.{name}")
    if found is None or name in APPEND_ONLY:
        raise NotAResultError(name)
    return found


def replace_results(  # noqa: PLR0913 -- each says one thing of what is replaced, by what
    connection: Connection,
    name: str,
    district_code: str,
    frame: pd.DataFrame,
    *,
    run_id: int,
    as_of: date | None = None,
    only: Collection[str] | None = None,
    by: str = "school_code",
) -> int:
    """Put a partition's rows in the place of those it had.

    Parameters
    ----------
    connection
        The loader's, in the transaction that holds the whole build.
    name
        The table, such as ``coverage``.
    district_code
        The partition; every row is of it.
    frame
        The result's columns; ``district_code``, ``run_id`` and ``as_of`` are set here. Geometry in EPSG:4490.
    run_id
        What `runs.start_run` gave.
    as_of
        A day that has passed: its rows in `out_asof` are replaced, `out` is not touched.
    only, by
        The values of a column whose rows are replaced; all by default.

    Returns
    -------
    int
        Rows written.
    """
    table = result_table(name, as_of=as_of)
    gone = delete(table).where(table.c.district_code == district_code)
    if as_of is not None:
        gone = gone.where(table.c.as_of == as_of)
    if only is not None:
        gone = gone.where(table.c[by] == any_(literal(sorted(only), ARRAY(Text))))
    connection.execute(gone)
    whole = frame.assign(district_code=district_code, run_id=run_id)
    return _insert(connection, table, whole if as_of is None else whole.assign(as_of=as_of))


def holds_partition(connection: Connection, name: str, district_code: str) -> bool:
    """Tell whether a result of today has any row of a partition."""
    table = result_table(name)
    found = select(table.c.run_id).where(table.c.district_code == district_code).limit(1)
    return connection.execute(found).first() is not None


def _insert(connection: Connection, table: Table, frame: pd.DataFrame) -> int:
    """Put rows into a table with row-level security, which takes no COPY: by way of a temporary one."""
    connection.execute(text(f"CREATE TEMPORARY TABLE {_NEW} (LIKE {table.fullname}) ON COMMIT DROP"))
    written = copy_frame(connection, _NEW, frame)
    connection.execute(text(f"INSERT INTO {table.fullname} SELECT * FROM {_NEW}"))
    connection.execute(text(f"DROP TABLE {_NEW}"))
    return written


def drop_other_partitions(
    connection: Connection, name: str, kept: Collection[str], *, as_of: date | None = None
) -> int:
    """Remove the rows of partitions that are no more.

    Parameters
    ----------
    connection
        The loader's.
    name
        The table.
    kept
        The partitions that there are.
    as_of
        A day that has passed: only that day's rows, in `out_asof`.

    Returns
    -------
    int
        Rows removed.
    """
    table = result_table(name, as_of=as_of)
    gone = delete(table).where(table.c.district_code.not_in(sorted(kept)))
    if as_of is not None:
        gone = gone.where(table.c.as_of == as_of)
    return connection.execute(gone).rowcount

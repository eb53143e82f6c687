"""Published tables as frames for export, read with the rights of the viewer who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from data.bulk import read_frame
from data.models import Base

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Connection, Table

EXPORTED = ("out.", "core.")
WITHHELD = frozenset({"core.incident", "core.setting", "core.instance"})
"""Incident points leave the database only as counts (DESIGN 8.6); the other two are no map data."""
BOOKKEEPING = frozenset({"digest", "closed_by", "recorded_by", "ended_by"})


def tables() -> dict[str, Table]:
    """Give the tables that may be exported, by full name (``out.coverage``)."""
    found = Base.metadata.tables
    return {
        name: table for name, table in found.items() if name.startswith(EXPORTED) and name not in WITHHELD
    }


def find(name: str) -> Table | None:
    """Find a table by ``coverage``, ``out.coverage`` or ``core.school``; None where there is none."""
    known = tables()
    return known.get(name) or known.get(f"out.{name}") or known.get(f"core.{name}")


def read(connection: Connection, table: Table) -> pd.DataFrame:
    """Read the current rows of a table, ordered by its key.

    Returns
    -------
    DataFrame or GeoDataFrame
        Its columns without bookkeeping; geometry in EPSG:4490.
    """
    columns = [column for column in table.columns if column.name not in BOOKKEEPING]
    statement = select(*columns).order_by(*table.primary_key.columns)
    if "ended_by" in table.columns:
        statement = statement.where(table.c.valid_to.is_(None), table.c.ended_by.is_(None))
    return read_frame(connection, statement)

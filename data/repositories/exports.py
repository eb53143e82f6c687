"""Published tables as frames for export, read with the rights of the viewer who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from data.bulk import read_frame
from data.models import Base
from data.repositories.hotspot_export import HOTSPOT_FILE, read_hotspot_file
from data.withheld import withhold_zones

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Connection, Table

WITHHELD = frozenset(
    f"out.{name}"
    for name in ("hotspot_grid", "hotspot_cell", "hotspot_period", "hotspot_sum", "event_density")
)
"""Counts of events under 10 stay on screen and out of every file (DESIGN 8.6)."""


def tables() -> dict[str, Table]:
    """Give the tables that may be exported, by full name (``out.coverage``)."""
    found = Base.metadata.tables
    own = {name: table for name, table in found.items() if table.schema == "out" and name not in WITHHELD}
    return own | {HOTSPOT_FILE.fullname: HOTSPOT_FILE}


def find(name: str) -> Table | None:
    """Find a table by ``coverage`` or ``out.coverage``; None where there is none."""
    known = tables()
    return known[name] if name in known else known.get(f"out.{name}")


def read(connection: Connection, table: Table) -> pd.DataFrame:
    """Read the rows of a table, ordered by its key.

    Returns
    -------
    DataFrame or GeoDataFrame
        Its columns; geometry in EPSG:4490; without what no file may hold (`data.withheld`).
    """
    if table is HOTSPOT_FILE:
        return read_hotspot_file(connection)
    found = read_frame(connection, select(table).order_by(*table.primary_key.columns))
    return withhold_zones(found) if table.name == "focus_zone" else found

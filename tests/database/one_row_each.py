"""One whole row in every table of some schemas, for each of some districts: made from the models' own columns."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any

from geoalchemy2 import Geometry
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import ARRAY

from data.models import Base
from data.session import unit_of_work
from data.settings import DbRole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Column, Connection, Table

DAY = dt.date(2026, 9, 1)
WORDS: dict[str, str] = {
    "category": "theft",
    "change": "absent",
    "class": "<10",
    "core.basemap.class": "water",
    "core.road.class": "primary",
    "date_type": "mon",
    "day_type": "school_day",
    "direction": "in",
    "force": "police",
    "guard_reason": "covered",
    "half_year": "2026-H1",
    "level": "town",
    "metric": "straight",
    "mobility": "foot",
    "party": "school",
    "period": "2026-09",
    "response_reason": "in_time",
    "slot": "all",
    "stage": "primary",
    "status": "clear",
    "step": "assigned",
    "type": "guard_post",
    "decision": "decided",
    "origin": "meeting",
    "out.hotspot_sum.class": "hot",
    "out_asof.hotspot_sum.class": "hot",
    "school_side": "boundary",
    "strength": "prohibited",
    "venue_side": "door",
    "work.hazard_round.kind": "term_start",
    "work.job.status": "queued",
    "work.override.source": "manual",
}
"""What columns with a closed list, or a form, hold."""
SHAPES = {
    "POINT": "POINT(119.5 31.7)",
    "LINESTRING": "LINESTRING(119.5 31.7, 119.51 31.7)",
    "POLYGON": "POLYGON((119.5 31.7, 119.51 31.7, 119.51 31.71, 119.5 31.7))",
    "MULTIPOLYGON": "MULTIPOLYGON(((119.5 31.7, 119.51 31.7, 119.51 31.71, 119.5 31.7)))",
    "GEOMETRY": "MULTIPOLYGON(((119.5 31.7, 119.51 31.7, 119.51 31.71, 119.5 31.7)))",
}
ONE_ROW = "core.instance"
EMPTY = frozenset({
    "valid_to", "closed_by", "closed_at", "ended_by", "ended_at", "revoked_by", "revoked_at", "done_by", "done_at",
    "campaign_id", "follows", "came_from",
})  # fmt: skip
"""Columns that are empty in what holds today, where they may be."""


def fill(schemas: Iterable[str], districts: Iterable[str]) -> None:
    """Put a row into every table of the schemas for each district, every column filled."""
    wanted = set(schemas)
    made = [table for table in Base.metadata.sorted_tables if table.schema in wanted]
    with unit_of_work(DbRole.OWNER) as connection:
        run = text("SELECT audit.start_run('test', current_date, '{}', '0', '')")
        run_id = connection.execute(run).scalar_one()
        for table, (number, district) in itertools.product(made, enumerate(districts, start=1)):
            if table.fullname != ONE_ROW:
                add(connection, table, number, district_code=district, run_id=run_id)
        connection.commit()


def add(connection: Connection, table: Table, number: int, **known: Any) -> None:
    """Put one row into a table."""
    columns = [c for c in table.columns if c.identity is None and not (c.nullable and c.name in EMPTY)]
    row = {c.name: known[c.name] if c.name in known else value(table, c, number) for c in columns}
    connection.execute(table.insert().values(row))


def value(table: Table, column: Column[Any], number: int) -> Any:
    """Give what one column of a table holds."""
    kind = column.type
    if isinstance(kind, Geometry):
        return f"SRID=4490;{SHAPES[str(kind.geometry_type)]}"
    if isinstance(kind, ARRAY):
        return ["一", "二"] if kind.item_type.python_type is str else [1, 2]
    word = WORDS.get(f"{table.fullname}.{column.name}", WORDS.get(column.name))
    if word is not None and kind.python_type is str:
        return word
    return of_type(kind.python_type, column.name, number)


def of_type(kind: type, name: str, number: int) -> Any:
    """Give a value of a type; numbers tell rows apart."""
    made: dict[type, Any] = {
        str: f"{name}-{number}",
        int: number,
        float: number / 10,
        bool: True,
        bytes: f"{name}{number}".encode(),
        object: {"甲": number},
        dt.date: DAY,
        dt.time: dt.time(17 if name.endswith("end") else 7, 30),
        dt.datetime: dt.datetime(2026, 9, 1, 7, 30, tzinfo=dt.UTC),
    }
    return made[kind]

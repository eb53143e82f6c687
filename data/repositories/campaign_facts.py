"""What the worker reads to measure a campaign, as the loader: secret facts go in, sums alone come out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from data.bulk import read_frame
from data.models.base import CURRENT
from data.repositories import jobs as queue
from data.repositories.campaigns import FORECAST, RESULT

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from sqlalchemy import Connection

JOB_OF = {"forecast": FORECAST, "result": RESULT}
"""The worker's job that writes an outcome."""


def read_campaign(connection: Connection, number: int) -> dict[str, Any] | None:
    """Read a campaign; None where there is none of that number.

    Returns
    -------
    dict or None
        ``id, district_code, zones, school_codes, starts_on, ends_on, closed_at``.
    """
    statement = text(
        "SELECT id, district_code, zones, school_codes, starts_on, ends_on, closed_at "
        "FROM work.campaign WHERE id = :id"
    )
    row = connection.execute(statement, {"id": number}).mappings().first()
    return None if row is None else dict(row)


def read_zones(connection: Connection, ids: Sequence[str]) -> pd.DataFrame:
    """Read the shapes of proposed zones that there still are: ``zone_id``, ``geom`` in EPSG:4490."""
    statement = text("SELECT zone_id, geom FROM out.focus_zone WHERE zone_id = ANY(:ids) ORDER BY zone_id")
    return read_frame(connection, statement.bindparams(ids=list(ids)))


def read_events(connection: Connection, district: str, timezone: str) -> pd.DataFrame:
    """Read the current events of a district and round its schools.

    Returns
    -------
    pandas.DataFrame
        ``day`` (local date), ``cell_id``, ``geom`` (EPSG:4490; missing where only the hexagon is
        kept). In the order of their codes.
    """
    statement = text(
        f"""
        SELECT (occurred_at AT TIME ZONE :zone)::date AS day, cell_id, geom FROM core.incident
         WHERE {CURRENT}
           AND (district_code = :district
                OR geom && (SELECT ST_Expand(ST_Extent(geom)::geometry, 0.02) FROM core.school
                             WHERE {CURRENT} AND district_code = :district))
         ORDER BY code
        """
    )
    return read_frame(connection, statement.bindparams(zone=timezone, district=district))


def write_outcome(connection: Connection, number: int, outcome: str, value: dict[str, Any]) -> None:
    """Write down what a campaign could show, or did show.

    Parameters
    ----------
    connection
        The loader's.
    number
        The campaign's.
    outcome
        ``forecast`` or ``result``.
    value
        JSON without an event in it.
    """
    if outcome not in JOB_OF:
        raise LookupError(outcome)
    statement = text(f"UPDATE work.campaign SET {outcome} = CAST(:value AS jsonb) WHERE id = :id")
    connection.execute(statement, {"id": number, "value": json.dumps(value, ensure_ascii=False)})


def renew(connection: Connection) -> None:
    """Ask for what new events may change: forecasts of open campaigns, results of closed ones."""
    found = connection.execute(text("SELECT closed_at IS NOT NULL, id FROM work.campaign ORDER BY id")).all()
    for is_closed, number in found:
        kind = RESULT if is_closed else FORECAST
        queue.add_waiting(connection, kind, {"campaign": int(number)}, created_by="schedule")

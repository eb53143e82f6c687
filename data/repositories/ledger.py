"""The gate-slot ledger as the viewer of the transaction may see it, and what is needed to read it.

Every function takes a connection of `data.session.viewer_transaction(token)`; without a valid token frames
are empty (with their columns). Clock times are minutes of the day; an end before the start is on the next day
and is given beyond 1440.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from data.bulk import read_frame
from data.models.base import CURRENT

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    import geopandas as gpd
    import pandas as pd
    from sqlalchemy import Connection

DAY_MIN = 24 * 60
_GATE_NOW = f"g.{CURRENT.replace(' AND ', ' AND g.')}"
_SCHOOL_NOW = f"s.{CURRENT.replace(' AND ', ' AND s.')}"
_LEDGER = f"""
    SELECT l.district_code, l.gate_id, l.bell_slot_id, l.date_type, l.school_code, l.slot,
           {{start}} AS window_start, {{end}} AS window_end, l.required_min, l.guarded_min, l.uncovered_min,
           l.uncovered_police_min, l.guard_depth, l.guard_reason, l.response_s, l.second_response_s, l.tier,
           l.response_reason, l.pupils, b.grade, l.bell_slot_id < 0 AS is_bell_estimated, g.name AS gate_name,
           coalesce(g.is_main, false) AS is_main, g.id IS NULL AS is_estimated,
           ST_X(coalesce(g.geom, at.point)) AS lon, ST_Y(coalesce(g.geom, at.point)) AS lat
      FROM out.gate_slot AS l
      LEFT JOIN core.gate AS g ON g.id = l.gate_id AND {_GATE_NOW}
      LEFT JOIN core.bell_slot AS b ON b.id = l.bell_slot_id AND b.{CURRENT.replace(" AND ", " AND b.")}
      LEFT JOIN core.school AS s ON s.code = l.school_code AND {_SCHOOL_NOW}
     CROSS JOIN LATERAL (SELECT ST_PointOnSurface(s.geom) AS point) AS at
     WHERE l.date_type = ANY (%(words)s) AND (%(gate)s::bigint IS NULL OR l.gate_id = %(gate)s::bigint)
     ORDER BY l.school_code, g.name, l.gate_id, l.window_start, l.bell_slot_id, l.date_type
"""


def has_ledger(connection: Connection) -> bool:
    """Tell whether the ledger was built.

    Parameters
    ----------
    connection
        A viewer's transaction.
    """
    return bool(connection.execute(text("SELECT EXISTS (SELECT FROM out.gate_slot)")).scalar_one())


def read_ledger(
    connection: Connection, date_types: Collection[str], *, gate_id: int | None = None
) -> pd.DataFrame:
    """Read the ledger's rows of some weekdays and dates.

    Parameters
    ----------
    connection
        A viewer's transaction.
    date_types
        Words of ``mon`` .. ``sun``, and ISO dates.
    gate_id
        One gate alone; all by default.

    Returns
    -------
    DataFrame
        The columns of ``out.gate_slot`` with ``window_start``, ``window_end`` as minutes; ``grade``,
        ``is_bell_estimated`` (assumed by stage); ``gate_name``, ``is_main``, ``is_estimated`` (no gate is
        known: its school's representative point), ``lon``, ``lat`` in degrees EPSG:4490. Ordered by school,
        gate and time.
    """
    statement = _LEDGER.format(start=_minutes("l.window_start"), end=_minutes("l.window_end"))
    frame = read_frame(connection, statement, {"words": sorted(date_types), "gate": gate_id})
    return _past_midnight(frame, "window_start", "window_end")


def read_gates(connection: Connection) -> gpd.GeoDataFrame:
    """Read the gates that the map shows: those that are known, and those that the ledger assumes.

    Parameters
    ----------
    connection
        A viewer's transaction.

    Returns
    -------
    GeoDataFrame
        ``id, school_code, school_name, name, is_main, is_estimated, geom`` (EPSG:4490), ordered by school
        and gate.
    """
    frame: gpd.GeoDataFrame = read_frame(
        connection,
        f"""
        SELECT g.id, g.school_code, s.name AS school_name, g.name, coalesce(g.is_main, false) AS is_main,
               false AS is_estimated, g.geom
          FROM core.gate AS g
          LEFT JOIN core.school AS s ON s.code = g.school_code AND {_SCHOOL_NOW}
         WHERE {_GATE_NOW}
        UNION ALL
        SELECT l.gate_id, l.school_code, s.name, NULL, true, true, ST_PointOnSurface(s.geom)
          FROM (SELECT DISTINCT gate_id, school_code FROM out.gate_slot WHERE gate_id < 0) AS l
          JOIN core.school AS s ON s.code = l.school_code AND {_SCHOOL_NOW}
         ORDER BY school_code, 4, 1
        """,
    )
    return frame


def read_calendar(connection: Connection, first: date, last: date) -> pd.DataFrame:
    """Read the calendar's current rows of some days.

    Parameters
    ----------
    connection
        A viewer's transaction.
    first, last
        Local dates, both included.

    Returns
    -------
    DataFrame
        ``district_code, date, scope, is_school_day, runs_as_weekday``.
    """
    return read_frame(
        connection,
        f"""
        SELECT district_code, date, scope, is_school_day, runs_as_weekday FROM core.calendar
         WHERE {CURRENT} AND date BETWEEN %(first)s AND %(last)s ORDER BY date, scope, code
        """,
        {"first": first, "last": last},
    )


def read_gate_posts(connection: Connection, gate_id: int, *, radius_m: float) -> pd.DataFrame:
    """Read which posts serve a gate: rostered for it or for its school as a whole, or standing beside it.

    Parameters
    ----------
    connection
        A viewer's transaction.
    gate_id
        A known gate.
    radius_m
        Distance within which a post stands at the gate, m.

    Returns
    -------
    DataFrame
        A row a duty: ``post_code, name, type, force, distance_m, weekdays, start, end, date_from, date_to``;
        ``start`` and ``end`` are missing for a post without duty rows.
    """
    frame = read_frame(
        connection,
        f"""
        SELECT p.code AS post_code, p.name, p.type, p.force,
               ST_Distance(p.geom::geography, g.geom::geography) AS distance_m, d.weekdays,
               {_minutes("d.start")} AS start, {_minutes('d."end"')} AS "end", d.date_from, d.date_to
          FROM core.gate AS g
          JOIN core.post AS p ON p.{CURRENT.replace(" AND ", " AND p.")}
          LEFT JOIN core.duty AS d ON d.post_code = p.code AND d.{CURRENT.replace(" AND ", " AND d.")}
         WHERE g.id = %(gate)s AND {_GATE_NOW}
           AND ((d.school_code = g.school_code AND (d.gate IS NULL OR d.gate = g.name))
                OR (d.school_code IS NULL AND ST_DWithin(p.geom::geography, g.geom::geography, %(radius)s)))
         ORDER BY distance_m, p.code, d.start
        """,
        {"gate": gate_id, "radius": radius_m},
    )
    return _past_midnight(frame, "start", "end")


def _minutes(column: str) -> str:
    return f"floor(extract(epoch FROM {column}) / 60)::double precision"


def _past_midnight(frame: pd.DataFrame, start: str, end: str) -> pd.DataFrame:
    """Give an end that is before its start, and so on the next day, beyond 1440."""
    return frame.assign(**{end: frame[end].where(~(frame[end] < frame[start]), frame[end] + DAY_MIN)})

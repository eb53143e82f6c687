"""Hazards as files give them, and the steps that people took with them; read as a viewer, and by builds.

A hazard without a place of its own is at its school. Its town is the one that it lies in. Files never bring a
step, and only current hazards are read: one that its file no longer names is gone, with its steps.

- ``read_hazards(c, timezone)``: id, hazard_code, district_code, category, found_on, deadline, party, unit,
  school_code, school_name, town_code, town_name, has_place, lon, lat
- ``read_steps(c, timezone)``: id, hazard_code, step, unit, deadline, note, done_by, done_at, done_on
- ``read_hazard_points(c)``: id, code, name (its category), geom
- ``standing_states(c, timezone, day)``: those of `read_hazards` and what `geo.hazards.hazard_states` adds;
  for supervision notices see `geo.hazards.overdue_by_unit`
- ``read_rounds(c)``: round_id, name, kind, starts_on, ends_on
- ``hazard_states(facts, district, day)``: for builds, as of a day
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.bulk import read_frame
from data.models.base import CURRENT
from data.repositories import settings
from geo import hazards as ways

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd
    import pandas as pd
    from sqlalchemy import Connection

    from data.repositories.facts import Facts

STATE_COLUMNS = ("hazard_code", "school_code", "geom", "stage", "is_open", "is_overdue")
_PLACED = f"""
    core.hazard AS h
    LEFT JOIN (SELECT code, name, geom FROM core.school WHERE {CURRENT}) AS s ON s.code = h.school_code
    CROSS JOIN LATERAL (SELECT ST_PointOnSurface(coalesce(h.geom, s.geom)) AS point) AS at
"""
_HERE = f"h.{CURRENT.replace(' AND ', ' AND h.')}"
_HAZARDS = f"""
    SELECT h.id, h.code AS hazard_code, h.district_code, h.category,
           (h.found_at AT TIME ZONE %(zone)s)::date AS found_on, h.deadline, h.party, h.unit,
           h.school_code, s.name AS school_name, t.code AS town_code, t.name AS town_name,
           h.geom IS NOT NULL AS has_place, ST_X(at.point) AS lon, ST_Y(at.point) AS lat
      FROM {_PLACED}
      LEFT JOIN LATERAL (SELECT a.code, a.name FROM core.area AS a
                          WHERE a.level = 'town' AND a.{CURRENT.replace(" AND ", " AND a.")}
                            AND a.geom && at.point AND ST_Covers(a.geom, at.point)
                          ORDER BY a.code LIMIT 1) AS t ON true
     WHERE {_HERE} ORDER BY h.code
"""
_STEPS = """
    SELECT id, hazard_code, step, unit, deadline, note, done_by, done_at,
           (done_at AT TIME ZONE %(zone)s)::date AS done_on
      FROM work.hazard_step ORDER BY id
"""
_BUILT_FROM = """
    SELECT h.code AS hazard_code, h.school_code, h.unit, h.deadline,
           (h.found_at AT TIME ZONE :zone)::date AS found_on,
           ST_PointOnSurface(coalesce(h.geom, s.geom)) AS geom
      FROM (SELECT * FROM core.hazard WHERE {held} AND district_code = :district) AS h
      LEFT JOIN (SELECT code, geom FROM core.school WHERE {held}) AS s ON s.code = h.school_code
     WHERE :whole OR h.found_at IS NULL OR (h.found_at AT TIME ZONE :zone)::date < :before
     ORDER BY h.code
"""
_BUILT_STEPS = """
    SELECT hazard_code, step, unit, deadline, (done_at AT TIME ZONE :zone)::date AS done_on
      FROM work.hazard_step
     WHERE hazard_code IN (SELECT code FROM core.hazard WHERE {held} AND district_code = :district)
       AND (:whole OR (done_at AT TIME ZONE :zone)::date < :before)
     ORDER BY id
"""


def read_hazards(connection: Connection, timezone: str) -> pd.DataFrame:
    """Read the current hazards.

    Parameters
    ----------
    connection
        A viewer's transaction.
    timezone
        In which days are counted.

    Returns
    -------
    DataFrame
        See the module, ordered by code; ``lon``, ``lat`` in degrees EPSG:4490 of a point on the hazard, or
        of its school; NaN where that school is gone.
    """
    return read_frame(connection, _HAZARDS, {"zone": timezone})


def read_steps(connection: Connection, timezone: str) -> pd.DataFrame:
    """Read the steps in the order in which they were taken, see the module; ``done_at`` in UTC."""
    return read_frame(connection, _STEPS, {"zone": timezone})


def read_hazard_points(connection: Connection) -> gpd.GeoDataFrame:
    """Read what the map draws, in the order of `read_hazards`; points, EPSG:4490."""
    found: gpd.GeoDataFrame = read_frame(
        connection,
        "SELECT h.id, h.code, h.category AS name, at.point AS geom "
        f"FROM {_PLACED} WHERE {_HERE} ORDER BY h.code",
        geometry="geom",
    )
    return found


def standing_states(connection: Connection, timezone: str, day: date) -> pd.DataFrame:
    """Say as a viewer how far each hazard is, see the module; in the order of `read_hazards`."""
    return ways.hazard_states(read_hazards(connection, timezone), read_steps(connection, timezone), day)


def read_rounds(connection: Connection) -> pd.DataFrame:
    """Read the rounds, the newest first, see the module."""
    return read_frame(
        connection,
        "SELECT id AS round_id, name, kind, starts_on, ends_on FROM work.hazard_round "
        "ORDER BY starts_on DESC, id DESC",
    )


def hazard_states(facts: Facts, district: str, day: date) -> gpd.GeoDataFrame:
    """Say for a build how far each hazard of a partition is.

    Parameters
    ----------
    facts
        What held: of the present, or of an earlier day. Of an earlier day nothing counts that was found or
        done on it or later: such a build stands on what was known when the day began.
    district
        The partition.
    day
        The local date by which something is overdue.

    Returns
    -------
    GeoDataFrame
        `STATE_COLUMNS`; ``geom`` is a point on the hazard or, without a place, its school, EPSG:4490, None
        where that school is gone.
    """
    zone = settings.read(facts.connection).timezone
    asked = {"zone": zone, "district": district, "whole": facts.day is None, "before": facts.day or day}
    states = ways.hazard_states(facts.read(_BUILT_FROM, **asked), facts.read(_BUILT_STEPS, **asked), day)
    found: gpd.GeoDataFrame = states[list(STATE_COLUMNS)]
    return found

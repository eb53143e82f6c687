"""What meeting papers are made of, read as the viewer of the transaction; and what a meeting agreed, written.

Of a district, since places in the list are of one. Zones and the ranking come to deciders alone: policies
hold that. Events are never read here: a zone's terms carry what may be said of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from data.bulk import read_frame
from data.models.base import CURRENT
from data.repositories import audit
from data.repositories.hazards import standing_states
from data.terms import AuditKind
from geo.terms import FindingStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import geopandas as gpd
    from sqlalchemy import Connection

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
MAIN_ROADS = ["motorway", "trunk", "primary", "secondary"]
_OPEN = f"{FindingStatus.CANDIDATE}', '{FindingStatus.NEEDS_SURVEY}"
_ZONES = f"""
    SELECT z.zone_id, z.district_code, z.town_code, t.name AS town_name, z.school_codes, z.rank,
           z.rank_low, z.rank_high, z.weights_rank_low, z.weights_rank_high, z.terms, z.weights, z.way_off,
           z.is_enough_data, z.pupils, c.decision, z.geom
      FROM out.focus_zone AS z
      LEFT JOIN (SELECT code, name FROM core.area WHERE level = 'town' AND {CURRENT}) AS t
             ON t.code = z.town_code
      LEFT JOIN (SELECT district_code, zone_id, decision FROM work.zone_choice WHERE revoked_at IS NULL) AS c
          USING (district_code, zone_id)
     WHERE z.district_code = %(district)s ORDER BY z.rank, z.zone_id
"""
_FINDINGS = f"""
    SELECT f.venue_code, coalesce(v.name, f.venue_code) AS venue_name, f.school_code,
           coalesce(s.name, f.school_code) AS school_name, f.distance_straight_m, f.distance_walk_m,
           f.status, f.why, r.document, r.metres, r.metric
      FROM out.rule_finding AS f
      JOIN core.rule AS r ON r.id = f.rule_id
      LEFT JOIN (SELECT code, name FROM core.venue WHERE {CURRENT}) AS v ON v.code = f.venue_code
      LEFT JOIN (SELECT code, name FROM core.school WHERE {CURRENT}) AS s ON s.code = f.school_code
     WHERE f.district_code = %(district)s AND f.status IN ('{_OPEN}')
     ORDER BY f.school_code, f.venue_code, f.rule_id
"""
_HAZARD_ZONES = f"""
    SELECT h.code AS hazard_code, z.zone_id
      FROM core.hazard AS h
      LEFT JOIN (SELECT code FROM core.school WHERE {CURRENT}) AS s ON s.code = h.school_code
      LEFT JOIN out.focus_zone AS z
             ON z.district_code = h.district_code
            AND CASE WHEN s.code IS NOT NULL THEN s.code = ANY (z.school_codes)
                     ELSE ST_Intersects(z.geom, h.geom) END
     WHERE h.district_code = %(district)s AND h.{CURRENT.replace(" AND ", " AND h.")}
     ORDER BY 1, 2
"""
_HAZARD_COLUMNS = (
    "hazard_code", "category", "found_on", "school_name", "unit", "deadline", "stage", "is_overdue",
    "overdue_days",
)  # fmt: skip
_UNCOVERED = """
    SELECT school_code, sum(uncovered_min)::float8 AS uncovered_min FROM out.gate_slot
     WHERE district_code = %(district)s AND date_type = ANY (%(days)s) GROUP BY 1 ORDER BY 1
"""
_TASKS = """
    SELECT t.id, t.item, t.lead_unit, t.joint_units, t.deadline, t.origin, t.zone_id, c.name AS campaign,
           (t.created_at AT TIME ZONE %(timezone)s)::date AS created_on, t.done_at,
           t.done_at IS NULL AND t.deadline < %(today)s AS is_overdue,
           %(today)s::date - t.deadline AS overdue_days
      FROM work.task AS t LEFT JOIN work.campaign AS c ON c.id = t.campaign_id
     WHERE t.district_code = %(district)s ORDER BY t.done_at IS NOT NULL, t.deadline, t.id
"""


def read_zones(connection: Connection, district: str) -> gpd.GeoDataFrame:
    """Read a district's focus zones with the committee's decision, by rank; EPSG:4490."""
    found: gpd.GeoDataFrame = read_frame(connection, _ZONES, {"district": district}, geometry="geom")
    return found


def read_findings(connection: Connection, district: str) -> pd.DataFrame:
    """Read what is to be verified or measured, with the rule that asks for it; distances in m."""
    return read_frame(connection, _FINDINGS, {"district": district})


def read_open_hazards(connection: Connection, district: str, timezone: str, today: date) -> pd.DataFrame:
    """Read the hazards that are not closed, as `hazards.standing_states` says how far they are, once a zone.

    Parameters
    ----------
    connection
        A viewer's transaction.
    district
        The partition.
    timezone
        In which days are counted.
    today
        Local date; its own deadline is still in time.
    """
    states = standing_states(connection, timezone, today)
    own = states[(states["district_code"] == district) & states["is_open"]].copy()
    for column in ("found_on", "deadline"):
        own[column] = pd.to_datetime(own[column]).dt.date
    zones = read_frame(connection, _HAZARD_ZONES, {"district": district})
    return own[list(_HAZARD_COLUMNS)].merge(zones, on="hazard_code", validate="one_to_many")


def read_uncovered(connection: Connection, district: str) -> pd.DataFrame:
    """Read each school's uncovered gate-minutes of a plain week."""
    return read_frame(connection, _UNCOVERED, {"district": district, "days": WEEKDAYS})


def read_tasks(connection: Connection, district: str, timezone: str, today: date) -> pd.DataFrame:
    """Read the tasks, those that are not done first, the next to end before others."""
    asked = {"district": district, "timezone": timezone, "today": today}
    return read_frame(connection, _TASKS, asked).astype({"is_overdue": bool})


def read_district_shape(connection: Connection, district: str) -> gpd.GeoDataFrame:
    """Read the district's own area: ``code, name, geom``."""
    return _shapes(connection, "code, name", "area", "code = %(what)s AND level = 'district'", district)


def read_towns(connection: Connection, district: str) -> gpd.GeoDataFrame:
    """Read the district's towns: ``code, name, geom``."""
    return _shapes(connection, "code, name", "area", "district_code = %(what)s AND level = 'town'", district)


def read_main_roads(connection: Connection, district: str) -> gpd.GeoDataFrame:
    """Read the district's main roads: ``class, geom``."""
    words = "', '".join(MAIN_ROADS)
    return _shapes(
        connection, "class", "road", f"district_code = %(what)s AND class IN ('{words}')", district
    )


def read_basemap(connection: Connection, district: str) -> gpd.GeoDataFrame:
    """Read the district's water and green: ``class, geom``."""
    wanted = "district_code = %(what)s AND class IN ('water', 'green')"
    return _shapes(connection, "class", "basemap", wanted, district)


def read_school_shapes(connection: Connection, district: str) -> gpd.GeoDataFrame:
    """Read the district's schools: ``code, name, geom``."""
    return _shapes(connection, "code, name", "school", "district_code = %(what)s", district)


def read_school_names(connection: Connection, district: str) -> pd.DataFrame:
    """Read the district's schools: ``code, name``."""
    statement = (
        f"SELECT code, name FROM core.school WHERE district_code = %(what)s AND {CURRENT} ORDER BY code"
    )
    return read_frame(connection, statement, {"what": district})


def _shapes(connection: Connection, columns: str, kind: str, wanted: str, what: str) -> gpd.GeoDataFrame:
    """Read current shapes in the order of their codes; EPSG:4490."""
    found: gpd.GeoDataFrame = read_frame(
        connection, f"SELECT {columns}, geom FROM core.{kind} WHERE {wanted} AND {CURRENT} ORDER BY code",
        {"what": what}, geometry="geom",
    )  # fmt: skip
    return found


def record_download(connection: Connection, route: str, codes: Sequence[str]) -> None:
    """Write into the access log that the viewer took a file; the caller commits it."""
    audit.record(connection, AuditKind.EXPORT, route, codes)

"""The facts of one partition as a plan needs them, read as the viewer: today's, with the roads."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import text

from data.bulk import read_frame
from data.ledger_rules import ledger_rules
from data.models.base import CURRENT
from data.repositories.facts import present_facts
from data.road_rules import road_rules
from geo.arrays import shapes_of
from geo.desk import desk_of
from geo.layouts import laid_out, network_of
from geo.planes import planes
from geo.terms import UNASSIGNED

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd
    from sqlalchemy import Connection

    from data.config import Settings
    from geo.desk import Desk


class DistrictFrames(NamedTuple):
    """A partition's facts; geometry in EPSG:4490."""

    area: pd.DataFrame
    ledger: dict[str, pd.DataFrame]
    """As `data.repositories.facts.Facts.of_ledger` gives them."""
    roads: pd.DataFrame
    """In and round the partition."""


def facts_version(connection: Connection) -> str:
    """Give a word that changes with every load, undo, applied edit and setting, not with builds and plans."""
    return str(connection.execute(text("SELECT core.facts_version()")).scalar_one() or "")


def districts(connection: Connection) -> list[str]:
    """List the partitions that the viewer sees, that with the most schools first."""
    statement = text(
        f"SELECT district_code FROM core.school WHERE {CURRENT} GROUP BY 1 ORDER BY count(*) DESC, 1"
    )
    return [str(code) for code in connection.execute(statement).scalars()]


def read_district(
    connection: Connection, district: str, *, today: date, road_margin_m: float
) -> DistrictFrames:
    """Read a partition's facts of today.

    Parameters
    ----------
    connection
        A viewer's transaction, whose policies cut the rows down.
    district
        Code of the partition.
    today
        The local date.
    road_margin_m
        How far round the partition roads are read.
    """
    facts = present_facts(connection, today)
    return DistrictFrames(
        facts.district_areas(district),
        facts.of_ledger(district, road_margin_m),
        facts.roads_round(district, road_margin_m),
    )


def lay_out(frames: DistrictFrames, settings: Settings, district: str, today: date) -> Desk:
    """Lay a partition out in the plane that holds most of its schools, without one-day changes.

    Parameters
    ----------
    frames
        What `read_district` gives; with schools.
    settings
        In force.
    district, today
        As for `read_district`.
    """
    area = None if district == UNASSIGNED else shapes_of(frames.area)
    found = planes(shapes_of(frames.ledger["schools"]), area=area)
    epsg, rows = max(found, key=lambda plane: len(plane[1]))
    plain = {**frames.ledger, "exceptions": frames.ledger["exceptions"].iloc[:0]}
    by_road = road_rules(settings)
    network = network_of(frames.roads, epsg, by_road)
    facts, roads = laid_out(plain, rows, network, epsg=epsg, rules=by_road)
    return desk_of(facts, roads, epsg=epsg, as_of=today, rules=ledger_rules(settings))


def read_exceptions(connection: Connection, *, today: date) -> pd.DataFrame:
    """Read all one-day changes that stand, files' and pages'."""
    return present_facts(connection, today).exceptions()


def post_names(connection: Connection) -> dict[str, str]:
    """Give the names of the posts by code."""
    rows = connection.execute(text(f"SELECT code, name FROM core.post WHERE {CURRENT} ORDER BY code"))
    return {str(code): str(name) for code, name in rows}


def school_places(connection: Connection) -> pd.DataFrame:
    """Give the schools' names and whose area they lie in.

    Returns
    -------
    pandas.DataFrame
        ``school_code``, ``school_name``, ``police_area`` and ``police_area_code`` (missing outside every
        one).
    """
    return read_frame(
        connection,
        """
        SELECT s.code AS school_code, s.name AS school_name, a.name AS police_area,
               a.code AS police_area_code
          FROM core.school AS s
          LEFT JOIN core.area AS a ON a.code = s.police_area_code AND a.level = 'police_area'
               AND a.valid_to IS NULL AND a.ended_by IS NULL
         WHERE s.valid_to IS NULL AND s.ended_by IS NULL ORDER BY s.code
        """,
    )

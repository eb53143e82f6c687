"""Events by school year, read for the class that education sees; and that class, read for its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd
    from sqlalchemy import Connection

    from data.repositories.facts import Box, Facts

_LOCAL_DAY = "(occurred_at AT TIME ZONE :zone)::date"
_SCHOOL_YEAR = f"extract(year FROM {_LOCAL_DAY} - interval '8 months')::bigint"
"""A school year begins on 1 September and has the number of the year in which it begins."""
_INSIDE = "geom && ST_MakeEnvelope(:west, :south, :east, :north, 4490)"


def read_schools_round(facts: Facts, box: Box) -> pd.DataFrame:
    """Give the schools in a box, whatever their district: ``school_id, school_code, district_code, geom``."""
    return facts.read(
        "SELECT id AS school_id, code AS school_code, district_code, geom FROM core.school "
        f'WHERE {{held}} AND {_INSIDE} ORDER BY code COLLATE "C"',
        **box._asdict(),
    )


def read_years(facts: Facts, district: str, timezone: str, until: date) -> list[int]:
    """Give the school years in which a partition has events up to a local date, that date included."""
    found = facts.read(
        f"SELECT DISTINCT {_SCHOOL_YEAR} AS school_year FROM core.incident "
        f"WHERE {{held}} AND district_code = :district AND {_LOCAL_DAY} <= :until ORDER BY 1",
        district=district,
        zone=timezone,
        until=until,
    )
    return [int(year) for year in found["school_year"]]


def read_events_round(
    facts: Facts, box: Box, timezone: str, until: date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the events up to a local date, whatever their district.

    Returns
    -------
    tuple
        Those in the box with ``school_year`` and ``geom`` (points, EPSG:4490), a row an event; and of all
        whose place is kept as its hexagon alone ``school_year``, ``cell_id``, ``events`` (how many).
    """
    placed = facts.read(
        f"SELECT {_SCHOOL_YEAR} AS school_year, geom FROM core.incident "
        f"WHERE {{held}} AND {_LOCAL_DAY} <= :until AND {_INSIDE} ORDER BY code",
        zone=timezone,
        until=until,
        **box._asdict(),
    )
    hidden = facts.read(
        f"SELECT {_SCHOOL_YEAR} AS school_year, cell_id, count(*) AS events FROM core.incident "
        f"WHERE {{held}} AND {_LOCAL_DAY} <= :until AND geom IS NULL GROUP BY 1, 2 ORDER BY 1, 2",
        zone=timezone,
        until=until,
    )
    return placed, hidden


def read_event_classes(connection: Connection, school_code: str) -> dict[int, str]:
    """Read the classes of a school's events by the year in which the school year began.

    Parameters
    ----------
    connection
        A viewer's transaction.
    school_code
        The school.

    Returns
    -------
    dict
        Words of `geo.terms.CountClass`; empty where nothing was built or the viewer does not see the school.
    """
    statement = text(
        "SELECT school_year, class FROM out.school_event_class WHERE school_code = :code ORDER BY school_year"
    )
    return {int(year): str(word) for year, word in connection.execute(statement, {"code": school_code})}

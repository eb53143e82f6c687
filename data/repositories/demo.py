"""What the accounts of a demo are for: a school and a unit about which there is something to see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from data.models.base import CURRENT

if TYPE_CHECKING:
    from sqlalchemy import Connection

SCHOOL = f"""
    SELECT s.code FROM (SELECT * FROM core.school WHERE {CURRENT}) AS s
     WHERE NOT s.is_boundary_estimated AND s.district_code <> 'unassigned'
     ORDER BY (SELECT count(*) FROM core.gate AS g
                WHERE g.school_code = s.code AND g.ended_by IS NULL) > 1 DESC,
              EXISTS (SELECT FROM core.duty AS d WHERE d.school_code = s.code AND d.ended_by IS NULL) DESC,
              (SELECT count(*) FROM core.hazard AS h
                WHERE h.geom && ST_Expand(s.geom, 0.003) AND h.ended_by IS NULL) DESC,
              s.code
     LIMIT 1
"""
UNIT = f"""
    SELECT unit FROM core.hazard WHERE {CURRENT} AND unit IS NOT NULL
     GROUP BY unit ORDER BY count(*) DESC, unit LIMIT 1
"""


def a_school(connection: Connection) -> str | None:
    """Give the code of a school with several gates, posts and hazards near by, as far as there is one."""
    found = connection.execute(text(SCHOOL)).scalar_one_or_none()
    return None if found is None else str(found)


def a_unit(connection: Connection) -> str | None:
    """Give the unit that most hazards are given to."""
    found = connection.execute(text(UNIT)).scalar_one_or_none()
    return None if found is None else str(found)

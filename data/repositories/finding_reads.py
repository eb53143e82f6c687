"""What the pages read of distance checks, as the viewer of the transaction may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.bulk import read_frame
from data.models.base import CURRENT

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from sqlalchemy import Connection

_CURRENT_V, _CURRENT_S, _CURRENT_T = (
    f"{name}.{CURRENT.replace(' AND ', f' AND {name}.')}" for name in ("v", "s", "t")
)
_FINDINGS = f"""
    SELECT f.district_code, f.venue_code, v.id AS venue_id, v.name AS venue_name, v.category AS word,
           v.licence_from, v.licence_to, v.established_on, v.valid_from AS venue_since,
           f.school_code, s.name AS school_name, s.stage, s.town_code, t.name AS town_name,
           s.valid_from AS school_since, f.rule_id, r.code AS rule, r.venue_category AS category, r.metres,
           r.is_inclusive, r.school_side, r.venue_side, r.metric, r.document, r.article, r.source, r.strength,
           r.valid_from AS rule_from, f.distance_straight_m, f.distance_walk_m, f.band_m, f.status, f.why,
           f.run_id
      FROM out.rule_finding AS f
      JOIN core.rule AS r ON r.id = f.rule_id
      LEFT JOIN core.venue AS v ON v.code = f.venue_code AND {_CURRENT_V}
      LEFT JOIN core.school AS s ON s.code = f.school_code AND {_CURRENT_S}
      LEFT JOIN core.area AS t ON t.code = s.town_code AND {_CURRENT_T}
"""


def read_findings(connection: Connection) -> pd.DataFrame:
    """Read every finding with its venue, its school and the rule that it was held against.

    Parameters
    ----------
    connection
        A viewer's transaction.

    Returns
    -------
    pandas.DataFrame
        Distances in m; what to verify first, then what to measure, each by how far within it lies. Names are
        missing where venue or school ended since the build, or lie outside the viewer's scope.
    """
    return read_frame(
        connection,
        f"""{_FINDINGS}
        ORDER BY array_position(ARRAY['candidate', 'needs_survey', 'clear'], f.status),
                 CASE r.metric WHEN 'walk' THEN coalesce(f.distance_walk_m, f.distance_straight_m)
                               ELSE f.distance_straight_m END - r.metres,
                 f.venue_code, f.school_code, f.rule_id
        """,
    )


def read_finding(connection: Connection, venue: str, school: str, rule_id: int) -> pd.DataFrame:
    """Read one finding; no row where there is none for this viewer."""
    return read_frame(
        connection,
        f"{_FINDINGS} WHERE f.venue_code = %(venue)s AND f.school_code = %(school)s AND f.rule_id = %(rule)s",
        {"venue": venue, "school": school, "rule": rule_id},
    )


def read_venue_points(connection: Connection) -> gpd.GeoDataFrame:
    """Read the venues for the map: ``id, code, name, category, geom``, by code."""
    frame: gpd.GeoDataFrame = read_frame(
        connection,
        "SELECT id, code, name, category, geom FROM out.in_box_venue(-180, -90, 180, 90) ORDER BY code",
    )
    return frame


def read_venue_words(connection: Connection) -> pd.DataFrame:
    """Count the venues by the category that their source writes: ``word`` (may be missing), ``venues``."""
    return read_frame(
        connection,
        f"SELECT category AS word, count(*) AS venues FROM core.venue WHERE {CURRENT} "
        "GROUP BY 1 ORDER BY 2 DESC, 1",
    )


def read_pair(connection: Connection, venue: str, school: str) -> pd.DataFrame:
    """Read the shapes of a venue and a school: ``what`` (venue, school), ``geom`` in EPSG:4490."""
    return read_frame(
        connection,
        f"SELECT 'venue' AS what, geom FROM core.venue WHERE code = %(venue)s AND {CURRENT} "
        f"UNION ALL SELECT 'school', geom FROM core.school WHERE code = %(school)s AND {CURRENT}",
        {"venue": venue, "school": school},
    )

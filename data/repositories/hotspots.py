"""What the pages read of hotspots, as the viewer of the transaction may see it: commander, committee, local.

Every function takes a connection of `data.session.viewer_transaction(token)`; for every other role frames are
empty. A grid is named by ``district_code`` and ``epsg``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.bulk import read_frame

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from sqlalchemy import Connection

LEAST_SHOWN = 0.1
"""Share of a year's peak from which a hexagon's density is drawn."""
_DENSE = """
    SELECT district_code, period, cell_id, density,
           density / max(density) OVER (PARTITION BY district_code, period) AS share
      FROM out.event_density
"""
_DRAWN = f"""
    SELECT DISTINCT ON (c.cell_id) c.cell_id, c.geom FROM out.hotspot_cell AS c
      JOIN (SELECT district_code, cell_id FROM out.hotspot_sum WHERE count > 0 OR class = 'hot'
            UNION SELECT district_code, cell_id FROM ({_DENSE}) AS d WHERE share >= {LEAST_SHOWN}) AS s
           USING (district_code, cell_id)
     ORDER BY c.cell_id
"""


def read_grids(connection: Connection) -> pd.DataFrame:
    """List the grids: ``district_code, name`` (of the district, may be missing), ``epsg, radius_m, cells,
    events, measures``; those with most events first.
    """  # noqa: D205 -- the columns are the sentence
    return read_frame(
        connection,
        """
        SELECT g.district_code, a.name, g.epsg, g.radius_m, g.cells, g.events, g.measures
          FROM out.hotspot_grid AS g
          LEFT JOIN core.area AS a ON a.code = g.district_code AND a.level = 'district'
                                  AND a.valid_to IS NULL AND a.ended_by IS NULL
         ORDER BY g.events DESC, g.district_code, g.epsg
        """,
    )


def read_periods(connection: Connection, district: str, epsg: int) -> pd.DataFrame:
    """List what a grid has been judged for: ``period, category, events, hot`` (significant hexagons)."""
    return read_frame(
        connection,
        """
        SELECT p.period, p.category, p.events, count(s.cell_id) AS hot
          FROM out.hotspot_period AS p
          LEFT JOIN (SELECT s.period, s.category, s.cell_id FROM out.hotspot_sum AS s
                       JOIN out.hotspot_cell AS c USING (district_code, cell_id)
                      WHERE s.district_code = %(district)s AND c.epsg = %(epsg)s AND s.class = 'hot') AS s
               USING (period, category)
         WHERE p.district_code = %(district)s AND p.epsg = %(epsg)s
         GROUP BY 1, 2, 3 ORDER BY 1, 2
        """,
        {"district": district, "epsg": epsg},
    )


def read_measures(
    connection: Connection, district: str, epsg: int, period: str, category: str
) -> dict[str, object]:
    """Give what is said of a period and category beside its hexagons; empty where there is none."""
    found = read_frame(
        connection,
        """
        SELECT measures FROM out.hotspot_period WHERE district_code = %(district)s AND epsg = %(epsg)s
           AND period = %(period)s AND category = %(category)s
        """,
        {"district": district, "epsg": epsg, "period": period, "category": category},
    )
    return dict(found["measures"].iloc[0]) if len(found) else {}


def read_cells(connection: Connection, district: str, epsg: int, period: str, category: str) -> pd.DataFrame:
    """Give the hexagons of a period and category that have events or are significant.

    Returns
    -------
    pandas.DataFrame
        ``cell_id, count, expected, z, p, q, class``, ordered by the first.
    """
    return read_frame(
        connection,
        """
        SELECT s.cell_id, s.count, s.expected, s.z, s.p, s.q, s.class
          FROM out.hotspot_sum AS s JOIN out.hotspot_cell AS c USING (district_code, cell_id)
         WHERE s.district_code = %(district)s AND c.epsg = %(epsg)s AND s.period = %(period)s
           AND s.category = %(category)s AND (s.count > 0 OR s.class = 'hot')
         ORDER BY s.cell_id
        """,
        {"district": district, "epsg": epsg, "period": period, "category": category},
    )


def read_density(connection: Connection, district: str, year: str) -> pd.DataFrame:
    """Give a year's surface where drawn: ``cell_id, density`` (events per km2), ``share`` of the peak."""
    return read_frame(
        connection,
        f"SELECT cell_id, density, share FROM ({_DENSE}) AS d WHERE district_code = %(district)s"
        f" AND period = %(year)s AND share >= {LEAST_SHOWN} ORDER BY cell_id",
        {"district": district, "year": year},
    )


def read_cell(connection: Connection, district: str, cell_id: str) -> pd.DataFrame:
    """Give a hexagon's events by period: ``period, category, count, expected, class``."""
    return read_frame(
        connection,
        """
        SELECT period, category, count, expected, class FROM out.hotspot_sum
         WHERE district_code = %(district)s AND cell_id = %(cell)s ORDER BY period, category
        """,
        {"district": district, "cell": cell_id},
    )


def read_drawn(connection: Connection) -> gpd.GeoDataFrame:
    """Give the hexagons that any period draws: ``cell_id, geom``, ordered by the first."""
    frame: gpd.GeoDataFrame = read_frame(connection, _DRAWN)
    return frame

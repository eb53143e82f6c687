"""The proposed zones that a campaign can be made for, read as the viewer, in the order of their ranking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.bulk import read_frame
from data.models.base import CURRENT

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Connection


def read_ranked(connection: Connection) -> pd.DataFrame:
    """Read the zones that the viewer sees, those that the committee decided on first.

    Returns
    -------
    pandas.DataFrame
        ``zone_id``, ``district_code``, ``town_name`` (missing where none is known), ``school_codes``,
        ``rank``, ``is_decided``, ``geom`` in EPSG:4490.
    """
    return read_frame(
        connection,
        f"""
        SELECT z.zone_id, z.district_code, t.name AS town_name, z.school_codes, z.rank,
               coalesce(c.decision = 'decided', false) AS is_decided, z.geom
          FROM out.focus_zone AS z
          LEFT JOIN (SELECT code, name FROM core.area WHERE {CURRENT}) AS t ON t.code = z.town_code
          LEFT JOIN work.zone_choice AS c
                 ON c.zone_id = z.zone_id AND c.district_code = z.district_code AND c.revoked_at IS NULL
         WHERE c.decision IS DISTINCT FROM 'declined'
         ORDER BY is_decided DESC, z.rank, z.zone_id
        """,
    )

"""Where staged rows are known to be: by current facts of their code, of their name, or the school they name.

Only boxes are read, never whole shapes; all runs in the load's transaction, before codes are judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from data.bulk import read_frame
from data.repositories.intake import CURRENT_C

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from sqlalchemy import Connection

SAMPLE = 2_000
"""Known rows that are enough for a diagnosis of the whole batch."""
_BOX = "ST_XMin(c.geom) AS west, ST_YMin(c.geom) AS south, ST_XMax(c.geom) AS east, ST_YMax(c.geom) AS north"
_NO_LIMIT = 1 << 62


def find_by_code(connection: Connection, kind: str, *, whole: bool = False) -> pd.DataFrame:
    """Find staged rows whose code a current fact of the kind carries, whatever its source.

    Parameters
    ----------
    kind
        The kind of the load.
    whole
        Whether all rows are wanted, not a sample of `SAMPLE` that is the same at every run.

    Returns
    -------
    pandas.DataFrame
        ``row, part, west, south, east, north``; the box of the fact in degrees, EPSG:4490.
    """
    return _read(connection, f"core.{kind} c ON c.code = s.code", whole=whole)


def find_by_name(connection: Connection, kind: str, *, whole: bool = False) -> pd.DataFrame:
    """Find staged rows whose name one current fact and one staged row alone have; as `find_by_code`."""
    single = (
        f"(SELECT name FROM core.{kind} c WHERE {CURRENT_C} GROUP BY name HAVING count(*) = 1) one "
        f"JOIN (SELECT v_name FROM staged GROUP BY v_name HAVING count(*) = 1) own ON own.v_name = one.name "
        f"JOIN core.{kind} c ON c.name = one.name ON s.v_name = one.name"
    )
    return _read(connection, single, whole=whole)


def find_by_school(connection: Connection, *, whole: bool = False) -> pd.DataFrame:
    """Find staged rows by the school that they name; as `find_by_code`."""
    return _read(connection, "core.school c ON c.code = s.v_school_code", whole=whole)


def _read(connection: Connection, joined: str, *, whole: bool) -> pd.DataFrame:
    statement = (
        f"SELECT s.row, s.part, {_BOX} FROM staged s JOIN {joined} "
        f"WHERE {CURRENT_C} AND c.geom IS NOT NULL AND NOT ST_IsEmpty(c.geom) "
        f"ORDER BY hashtextextended(s.code, 0), s.row, s.part LIMIT :most"
    )
    return read_frame(connection, text(statement).bindparams(most=_NO_LIMIT if whole else SAMPLE))


def reject_rows(connection: Connection, rows: Iterable[int], parts: Iterable[int], reason: str) -> None:
    """Refuse staged rows for where they are; those that are refused already keep their reason."""
    connection.execute(
        text(
            "UPDATE staged s SET reason = :reason, \"column\" = 'geometry' "
            "FROM unnest(CAST(:rows AS integer[]), CAST(:parts AS integer[])) AS n(row, part) "
            "WHERE s.row = n.row AND s.part = n.part AND s.reason IS NULL"
        ),
        {"reason": reason, "rows": list(rows), "parts": list(parts)},
    )


def count_reason(connection: Connection, reason: str) -> int:
    """Count the staged rows that were refused for a reason."""
    found = connection.execute(text("SELECT count(*) FROM staged WHERE reason = :reason"), {"reason": reason})
    return int(found.scalar_one())

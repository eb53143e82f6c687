"""Where staged rows are known to be: by current facts of their code, of their name, or the school they name.

Only boxes are read, never whole shapes; all runs in the load's transaction, before codes are judged.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text

from data.bulk import read_frame
from data.models.base import SRID
from data.repositories.intake import CURRENT_C

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pandas as pd
    from sqlalchemy import Connection

SAMPLE = 2_000
"""Known rows that are enough for a diagnosis of the whole batch."""
ROADSIDE = 400
"""Shapes that are held against what lies beside them; each is looked up in every datum."""
_BOX = "ST_XMin(c.geom) AS west, ST_YMin(c.geom) AS south, ST_XMax(c.geom) AS east, ST_YMax(c.geom) AS north"
_FOLDED = r"regexp_replace(normalize({}, NFKC), '\s', '', 'g')"
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
    """Find staged rows whose name one current fact and one staged row alone have; as `find_by_code`.

    Full-width signs and spaces make no other name.
    """
    known, staged = _FOLDED.format("c.name"), _FOLDED.format("v_name")
    single = (
        f"(SELECT {known} AS name, min(version_id) AS version FROM core.{kind} c WHERE {CURRENT_C} "
        f"  GROUP BY 1 HAVING count(*) = 1) one "
        f"JOIN (SELECT {staged} AS name, min(row) AS row, min(part) AS part FROM staged "
        f"  WHERE v_name IS NOT NULL GROUP BY 1 HAVING count(*) = 1) own ON own.name = one.name "
        f"JOIN core.{kind} c ON c.version_id = one.version ON s.row = own.row AND s.part = own.part"
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


def has_rows(connection: Connection, kind: str) -> bool:
    """Tell whether a kind has current rows."""
    statement = f"SELECT EXISTS (SELECT FROM core.{kind} c WHERE {CURRENT_C})"
    return bool(connection.execute(text(statement)).scalar_one())


def read_shapes(connection: Connection, dimension: int) -> pd.DataFrame:
    """Read row, part and shape (EPSG:4490) of some staged rows that stand: lines (1) or surfaces (2)."""
    statement = (
        f"SELECT row, part, geom FROM staged WHERE reason IS NULL AND ST_Dimension(geom) = :dimension "
        f"ORDER BY hashtextextended(code, 0), row, part LIMIT {ROADSIDE}"
    )
    return read_frame(connection, text(statement).bindparams(dimension=dimension))


def find_met(
    connection: Connection, kind: str, shapes: Sequence[bytes], *, without: Sequence[str]
) -> list[int]:
    """Tell which shapes meet a current row of a kind, by their places in the sequence.

    Parameters
    ----------
    kind
        road or basemap.
    shapes
        WKB, EPSG:4490.
    without
        Classes of rows that do not count.
    """
    statement = text(
        f"SELECT p.turn - 1 FROM unnest(CAST(:shapes AS bytea[])) WITH ORDINALITY AS p(wkb, turn) "
        f"WHERE EXISTS (SELECT FROM core.{kind} c WHERE {CURRENT_C} "
        f"AND coalesce(c.class, '') <> ALL(CAST(:without AS text[])) "
        f"AND ST_Intersects(c.geom, ST_GeomFromWKB(p.wkb, {SRID})))"
    )
    with _by_index(connection):
        found = connection.execute(statement, {"shapes": list(shapes), "without": list(without)})
        return [int(turn) for turn in found.scalars()]


@contextmanager
def _by_index(connection: Connection) -> Iterator[None]:
    """Have rows looked up one by one, which `intake.finish_staging` forbids for the sake of whole files."""
    off = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin")
    for setting in off:
        connection.execute(text(f"SET LOCAL {setting} = off"))
    connection.execute(text("SET LOCAL enable_nestloop = on"))
    yield
    for setting in off:
        connection.execute(text(f"SET LOCAL {setting} = on"))
    connection.execute(text("SET LOCAL enable_nestloop = off"))


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

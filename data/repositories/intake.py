"""Every SQL statement of a load: stage, check against what is known, compare, apply, keep what was received.

All of it runs in the caller's transaction. Staged values are canonical texts and are cast once, on their way
into `core`; table and column names come from the models, never from a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from data.models import Base
from data.models.base import CURRENT, SRID

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from sqlalchemy import Connection, Table

LOAD_LOCK = 0x6C6F6164
"""One load at a time: two files that bring the same code must see each other."""
STAGED = (
    ("row", "integer"),
    ("part", "integer"),
    ("code", "text"),
    ("reason", "text"),
    ("column", "text"),
    ("repairs", "text"),
    ("repaired_column", "text"),
    ("merged", "boolean"),
    ("held", "boolean"),
    ("payload", "text"),
    ("crs", "text"),
    ("digest", "bytea"),
    ("district_code", "text"),
    ("town_code", "text"),
    ("police_area_code", "text"),
    ("geom", f"geometry(Geometry, {SRID})"),
)
VERDICT = (
    "CASE WHEN reason IS NOT NULL THEN 'rejected' WHEN repairs IS NOT NULL THEN 'repaired' "
    "ELSE 'accepted' END"
)
CURRENT_C = " AND ".join(f"c.{part}" for part in CURRENT.split(" AND "))


@dataclass(frozen=True)
class Target:
    """The table of a kind and the columns that files bring to it."""

    kind: str
    brought: tuple[str, ...]
    """Columns of the table that hold what a file brings."""

    @property
    def table(self) -> Table:
        """The table as the models declare it."""
        return Base.metadata.tables[f"core.{self.kind}"]

    @property
    def has_shape(self) -> bool:
        """Whether its rows are places."""
        return "geom" in self.table.c

    @property
    def has_towns(self) -> bool:
        """Whether its rows know their town and police area."""
        return "town_code" in self.table.c


@dataclass(frozen=True)
class Load:
    """What one load writes under its name."""

    source: str
    kind: str
    mode: str
    owner: bool
    training: bool
    day: date
    """Local date from which its changes hold."""
    scope: Mapping[str, str]
    """Columns and values that limit what a snapshot may end."""
    definition: Mapping[str, Any]
    is_part: bool = False
    """Whether the file brings only some of the rows for which its source speaks, so that none is ended."""


def lock_loads(connection: Connection) -> None:
    """Wait for other loads to end; the lock goes with the transaction."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOAD_LOCK})


def is_training(connection: Connection) -> bool:
    """Tell whether the database holds made-up data."""
    return bool(connection.execute(text("SELECT training FROM core.instance")).scalar_one())


def kind_of_source(connection: Connection, source: str) -> str | None:
    """Give the kind under which a source is known; None where it is new."""
    found = connection.execute(text("SELECT kind FROM raw.source WHERE name = :name"), {"name": source})
    kind = found.scalar_one_or_none()
    return None if kind is None else str(kind)


def create_staging(connection: Connection, target: Target) -> None:
    """Make the empty table into which a file's rows are copied; it goes with the transaction."""
    columns = [f'"{name}" {kind}' for name, kind in STAGED] + [f'"v_{name}" text' for name in target.brought]
    connection.execute(text(f"CREATE TEMPORARY TABLE staged ({', '.join(columns)}) ON COMMIT DROP"))


def copy_staged(connection: Connection, target: Target, columns: Mapping[str, Iterable[object]]) -> None:
    """Copy rows into the staging table.

    Parameters
    ----------
    columns
        Staged columns by name; ``geom`` as EWKB, ``digest`` as bytes, ``payload`` as JSON text, values under
        their own names, all equally long.
    """
    names = [name for name, _ in STAGED if name in columns]
    values = [name for name in target.brought if name in columns]
    quoted = ", ".join([f'"{name}"' for name in names] + [f'"v_{name}"' for name in values])
    kinds = [dict(STAGED)[name].partition("(")[0] for name in names] + ["text"] * len(values)
    rows = zip(*(columns[name] for name in [*names, *values]), strict=True)
    cursor = connection.connection.driver_connection.cursor()  # type: ignore[union-attr]  # a live connection has one
    with cursor.copy(f"COPY staged ({quoted}) FROM STDIN (FORMAT BINARY)") as copy:
        # A geometry's wire format is the EWKB that comes as bytes.
        copy.set_types(["bytea" if kind == "geometry" else kind for kind in kinds])
        for row in rows:
            copy.write_row(row)


def finish_staging(connection: Connection) -> None:
    """Let the planner know what was staged, and keep it from comparing row by row.

    The loader may not ANALYZE core, and right after a first load its statistics say that it is nearly empty:
    a nested loop would then compare every staged row with every current one.
    """
    connection.execute(text("ANALYZE staged"))
    connection.execute(text("SET LOCAL enable_nestloop = off"))


def merge_duplicates(connection: Connection) -> None:
    """Of rows with one code the first stands: the same once more is merged into it, another is refused."""
    connection.execute(
        text(
            "UPDATE staged s SET merged = d.same, "
            "reason = CASE WHEN NOT d.same THEN 'duplicate_code' END, "
            "\"column\" = CASE WHEN NOT d.same THEN 'code' END, "
            "repairs = CASE WHEN d.same THEN concat_ws(',', s.repairs, 'duplicate_merged') "
            "ELSE s.repairs END, "
            "repaired_column = CASE WHEN d.same THEN coalesce(s.repaired_column, 'code') "
            "ELSE s.repaired_column END FROM ("
            "  SELECT ctid AS place, row_number() OVER w AS turn, digest = first_value(digest) OVER w AS same"
            "  FROM staged WHERE reason IS NULL AND code IN ("
            "    SELECT code FROM staged WHERE reason IS NULL GROUP BY code HAVING count(*) > 1)"
            "  WINDOW w AS (PARTITION BY code ORDER BY row, part)"
            ") d WHERE d.place = s.ctid AND d.turn > 1"
        )
    )


def reject_unknown(connection: Connection, column: str, kind: str) -> None:
    """Refuse rows whose column names a code that the kind does not have now."""
    connection.execute(
        text(
            f'UPDATE staged SET reason = :reason, "column" = :column WHERE reason IS NULL '
            f'AND "v_{column}" IS NOT NULL AND NOT EXISTS ('
            f'  SELECT 1 FROM core.{kind} c WHERE c.code = staged."v_{column}" AND {CURRENT_C})'
        ),
        {"reason": f"unknown_{kind}", "column": column},
    )


def reject_foreign(connection: Connection, target: Target, load: Load) -> None:
    """Refuse codes that another source carries, unless this one is their owner and the other is not."""
    connection.execute(
        text(
            f"UPDATE staged s SET reason = 'code_of_other_source', \"column\" = 'code' "
            f"FROM core.{target.kind} c LEFT JOIN raw.source o ON o.name = c.source "
            f"WHERE c.code = s.code AND {CURRENT_C} AND c.source <> :source AND s.reason IS NULL "
            f"AND (NOT :owner OR coalesce(o.owner, false))"
        ),
        {"source": load.source, "owner": load.owner},
    )


def inherit_district(connection: Connection, column: str, kind: str, *, placeless: bool = False) -> None:
    """Give staged rows, or only those without a place, the district of the school or post they belong to."""
    which = " AND s.geom IS NULL" if placeless else ""
    connection.execute(
        text(
            f"UPDATE staged s SET district_code = c.district_code FROM core.{kind} c "
            f'WHERE c.code = s."v_{column}" AND {CURRENT_C} AND s.reason IS NULL{which}'
        )
    )


def scope_district(connection: Connection) -> None:
    """Give staged calendar rows the district that their scope names, or that of the school it names."""
    connection.execute(
        text(
            "UPDATE staged s SET district_code = coalesce("
            f"  (SELECT c.code FROM core.area c "
            f"    WHERE c.code = s.v_scope AND c.level = 'district' AND {CURRENT_C}),"
            f"  (SELECT c.district_code FROM core.school c WHERE c.code = s.v_scope AND {CURRENT_C}),"
            "  s.district_code) WHERE s.v_scope IS NOT NULL AND s.reason IS NULL"
        )
    )


def count_verdicts(connection: Connection) -> dict[str, int]:
    """Count the staged rows by verdict."""
    found = connection.execute(text(f"SELECT {VERDICT} AS verdict, count(*) FROM staged GROUP BY 1"))
    return {str(verdict): int(count) for verdict, count in found}


def read_verdicts(connection: Connection) -> list[tuple[int, str, str | None, str, str | None]]:
    """Read row, verdict, code, reason and column of the repaired and refused rows, in the file's order."""
    statement = (
        f"SELECT row, {VERDICT}, code, coalesce(reason, repairs), "
        f'CASE WHEN reason IS NULL THEN repaired_column ELSE "column" END '
        f"FROM staged WHERE reason IS NOT NULL OR repairs IS NOT NULL ORDER BY row, part"
    )
    return [tuple(row) for row in connection.execute(text(statement))]


def commonest_reason(connection: Connection) -> str | None:
    """Name the reason for which most rows were refused."""
    statement = (
        "SELECT reason FROM staged WHERE reason IS NOT NULL "
        "GROUP BY reason ORDER BY count(*) DESC, reason LIMIT 1"
    )
    reason = connection.execute(text(statement)).scalar_one_or_none()
    return None if reason is None else str(reason)

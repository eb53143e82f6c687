"""What a load does to the facts: compare what is staged with the current versions, close, replace, add.

A version holds from `valid_from` up to, not including, `valid_to`. It all runs in the caller's transaction.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from data.models.base import CURRENT
from data.repositories.intake import CURRENT_C, VERDICT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy import Connection, TextClause

    from data.repositories.intake import Load, Target

MOVED_DEGREES = 1e-5
"""A shape whose box has moved by more than about a metre has moved."""
DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
SOURCE_COLUMNS = ("source", "kind", "mode", "owner", "training", "definition")
BATCH_COLUMNS = ("source", "kind", "sha", "day", "counts")


@dataclass(frozen=True)
class Plan:
    """What a load would do to the current rows."""

    added: int
    changed: int
    unchanged: int
    ended: int
    moved: int
    current: int
    """Rows that the source has now."""
    begins_later: date | None
    """The latest day on which something begins that the load would have to change from an earlier day on."""


def make_plan(connection: Connection, target: Target, load: Load) -> Plan:
    """Compare what is staged with the current rows and write down, row by row, what would be done."""
    connection.execute(
        text(
            f"CREATE TEMPORARY TABLE planned ON COMMIT DROP AS "
            f"SELECT s.row, s.part, s.code, c.version_id, c.id, c.valid_from, "
            f"CASE WHEN c.version_id IS NULL THEN 'added' "
            f"WHEN c.digest = s.digest AND c.source = :source THEN 'unchanged' ELSE 'changed' END AS action "
            f"FROM staged s LEFT JOIN core.{target.kind} c ON c.code = s.code AND {CURRENT_C} "
            f"WHERE s.reason IS NULL AND s.merged IS NOT TRUE"
        ),
        {"source": load.source},
    )
    if load.mode == "snapshot" and not load.is_part:
        _plan_ends(connection, target, load)
    connection.execute(text("ANALYZE planned"))
    return _count_plan(connection, target, load)


def _plan_ends(connection: Connection, target: Target, load: Load) -> None:
    """Plan the end of this source's rows that the file leaves out; a row that is there but refused is not."""
    scope = "".join(f" AND c.{column} = :scope_{column}" for column in load.scope)
    connection.execute(
        text(
            f"INSERT INTO planned SELECT NULL, NULL, c.code, c.version_id, c.id, c.valid_from, 'ended' "
            f"FROM core.{target.kind} c WHERE c.source = :source AND {CURRENT_C}{scope} "
            f"AND NOT EXISTS (SELECT 1 FROM staged s WHERE s.code = c.code)"
        ),
        {"source": load.source} | {f"scope_{column}": value for column, value in load.scope.items()},
    )


def _count_plan(connection: Connection, target: Target, load: Load) -> Plan:
    found = connection.execute(text("SELECT action, count(*) FROM planned GROUP BY action"))
    counts = {str(action): int(count) for action, count in found}
    current = connection.execute(
        text(f"SELECT count(*) FROM core.{target.kind} WHERE source = :source AND {CURRENT}"),
        {"source": load.source},
    ).scalar_one()
    return Plan(
        added=counts.get("added", 0),
        changed=counts.get("changed", 0),
        unchanged=counts.get("unchanged", 0),
        ended=counts.get("ended", 0),
        moved=_count_moved(connection, target) if counts.get("changed") else 0,
        current=current,
        begins_later=_find_later(connection, target, load.day) if set(counts) - {"unchanged"} else None,
    )


def _count_moved(connection: Connection, target: Target) -> int:
    """Count the changed rows whose shape lies elsewhere, but where a page has put it."""
    if not target.has_shape:
        return 0
    edges = " OR ".join(
        f"abs(ST_{edge}(c.geom) - ST_{edge}(s.geom)) > :moved" for edge in ("XMin", "XMax", "YMin", "YMax")
    )
    statement = (
        f"SELECT count(*) FROM planned p JOIN staged s ON s.row = p.row AND s.part = p.part "
        f"JOIN core.{target.kind} c ON c.version_id = p.version_id WHERE p.action = 'changed' "
        f"AND s.held IS NOT TRUE AND ({edges})"
    )
    return int(connection.execute(text(statement), {"moved": MOVED_DEGREES}).scalar_one())


def _find_later(connection: Connection, target: Target, day: date) -> date | None:
    """Find the latest day on which an affected code's history goes on beyond the load's day."""
    statement = (
        f"SELECT max(later) FROM ("
        f"SELECT max(valid_from) AS later FROM planned WHERE action IN ('changed', 'ended') "
        f"UNION ALL SELECT max(c.valid_to) FROM core.{target.kind} c JOIN planned p ON p.code = c.code "
        f"WHERE p.action = 'added' AND c.ended_by IS NULL) l WHERE later > :day"
    )
    found: date | None = connection.execute(text(statement), {"day": day}).scalar_one()
    return found


def record_batch(connection: Connection, load: Load, *, file_sha256: str, counts: Mapping[str, int]) -> int:
    """Write down the source as it is declared now and this load of it; give the batch's number."""
    source = (
        "INSERT INTO raw.source (name, kind, mode, owner, training, definition) "
        "VALUES (:source, :kind, :mode, :owner, :training, CAST(:definition AS jsonb)) "
        "ON CONFLICT (name) DO UPDATE SET mode = excluded.mode, owner = excluded.owner, "
        "training = excluded.training, definition = excluded.definition"
    )
    batch = (
        "INSERT INTO raw.batch (source, kind, file_sha256, valid_from, counts) "
        "VALUES (:source, :kind, :sha, :day, CAST(:counts AS jsonb)) RETURNING id"
    )
    values = vars(load) | {"sha": file_sha256, "counts": json.dumps(dict(counts))}
    values["definition"] = json.dumps(dict(load.definition), ensure_ascii=False)
    del values["scope"]
    connection.execute(text(source), {name: values[name] for name in SOURCE_COLUMNS})
    return int(connection.execute(text(batch), {name: values[name] for name in BATCH_COLUMNS}).scalar_one())


def apply_plan(connection: Connection, target: Target, load: Load, batch_id: int) -> None:
    """Close, replace and add versions as planned."""
    given = {"day": load.day, "batch": batch_id, "source": load.source}
    gone = (
        f"UPDATE core.{target.kind} c SET {{}} FROM planned p "
        f"WHERE c.version_id = p.version_id AND p.action IN ('changed', 'ended')"
    )
    connection.execute(
        text(gone.format("valid_to = :day, closed_by = :batch") + " AND c.valid_from < :day"), given
    )
    # A version replaced on its own first day never held: half-open days leave it no time at all.
    connection.execute(text(gone.format("ended_by = :batch") + " AND c.valid_from = :day"), given)
    connection.execute(_insertion(target), given)


def _insertion(target: Target) -> TextClause:
    """Write the statement that adds the new versions; a code that comes back keeps its number."""
    columns = {f'"{name}"': cast(target, name) for name in target.brought}
    if target.has_shape:
        columns["geom"] = "s.geom"
    if target.has_towns:
        columns |= {"town_code": "s.town_code", "police_area_code": "s.police_area_code"}
    return text(
        f"INSERT INTO core.{target.kind} (id, code, district_code, source, digest, valid_from, recorded_by, "
        f"{', '.join(columns)}) SELECT coalesce(p.id, h.id, nextval('core.object_id')), s.code, "
        f"s.district_code, :source, s.digest, :day, :batch, {', '.join(columns.values())} "
        f"FROM planned p JOIN staged s ON s.row = p.row AND s.part = p.part LEFT JOIN ("
        f"  SELECT c.code, min(c.id) AS id FROM core.{target.kind} c JOIN planned a ON a.code = c.code "
        f"  WHERE a.action = 'added' GROUP BY c.code) h ON h.code = s.code "
        f"WHERE p.action IN ('added', 'changed') ORDER BY s.row, s.part"
    )


def cast(target: Target, name: str) -> str:
    """Write a staged text as the column's own type."""
    kind = target.table.c[name].type.compile(dialect=DIALECT)
    value = f's."v_{name}"' if kind == "TEXT" else f'CAST(s."v_{name}" AS {kind})'
    default = target.table.c[name].server_default
    return value if default is None else f"coalesce({value}, {default.arg})"  # type: ignore[attr-defined]


def keep_rows(connection: Connection, batch_id: int) -> None:
    """Keep what was received: every row that is new, changed, repaired or refused.

    A row that is as it was is kept with the batch that brought it, which its version names.
    """
    connection.execute(
        text(
            f'INSERT INTO raw.row (batch_id, "row", part, code, verdict, reason, "column", payload, '
            f"declared_crs) SELECT :batch, s.row, s.part, s.code, {VERDICT}, coalesce(s.reason, s.repairs), "
            f'CASE WHEN s.reason IS NULL THEN s.repaired_column ELSE s."column" END, '
            f"CAST(s.payload AS jsonb), s.crs FROM staged s "
            f"LEFT JOIN planned p ON p.row = s.row AND p.part = s.part WHERE s.reason IS NOT NULL "
            f"OR s.repairs IS NOT NULL OR p.action <> 'unchanged' ORDER BY s.row, s.part"
        ),
        {"batch": batch_id},
    )

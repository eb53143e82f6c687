"""What takes a load back: its versions never held, and those that it ended hold again.

It all runs in the caller's transaction, under the load lock. Undoing goes code by code in the order opposite
to that of the loads: a code that a later load has touched keeps the earlier load from being undone. Changes
made on pages stand on what files brought, so they are taken off first and put back afterwards by the caller.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import text

from data.models.base import CURRENT
from data.repositories.intake import CURRENT_C

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection


class Made(StrEnum):
    """What made a batch; read off its counts."""

    LOAD = "read"
    UNDO = "undo_of"
    PAGES = "overrides"


@dataclass(frozen=True)
class Batch:
    """A batch, as far as undoing asks."""

    id: int
    source: str
    kind: str
    valid_from: date
    undone_by: int | None
    made: Made


@dataclass(frozen=True)
class Undone:
    """What an undo does to the versions."""

    withdrawn: int
    """Versions that never held."""
    reopened: int
    """Versions that hold again."""


def read_batch(connection: Connection, batch_id: int) -> Batch | None:
    """Read a batch; None where there is none of that number."""
    statement = text(
        "SELECT id, source, kind, valid_from, undone_by, "
        "CASE WHEN counts ? 'undo_of' THEN 'undo_of' WHEN counts ? 'overrides' THEN 'overrides' "
        "ELSE 'read' END AS made FROM raw.batch WHERE id = :id"
    )
    row = connection.execute(statement, {"id": batch_id}).one_or_none()
    if row is None:
        return None
    return Batch(row.id, row.source, row.kind, row.valid_from, row.undone_by, Made(row.made))


def collect_touched(connection: Connection, batch: Batch) -> None:
    """Collect the codes that a batch has touched in the temporary table ``touched``."""
    connection.execute(
        text(
            f"CREATE TEMPORARY TABLE touched ON COMMIT DROP AS SELECT DISTINCT code FROM core.{batch.kind} "
            f"WHERE recorded_by = :batch OR closed_by = :batch OR ended_by = :batch"
        ),
        {"batch": batch.id},
    )
    connection.execute(text("ANALYZE touched"))


def later_batches(connection: Connection, batch: Batch, made: Made) -> list[int]:
    """List the later batches that have touched one of the codes and are not undone, oldest first."""
    statement = text(
        f"SELECT b.id FROM raw.batch b WHERE b.undone_by IS NULL AND jsonb_exists(b.counts, :made) "
        f"AND b.id IN (SELECT v.batch_id FROM core.{batch.kind} c JOIN touched t ON t.code = c.code, "
        f"LATERAL (VALUES (c.recorded_by), (c.closed_by), (c.ended_by)) AS v (batch_id) "
        f"WHERE v.batch_id > :batch) ORDER BY b.id"
    )
    found = connection.execute(statement, {"batch": batch.id, "made": str(made)})
    return [int(number) for (number,) in found]


def record_undo(connection: Connection, batch: Batch) -> int:
    """Write down the undo as a batch of its own, and in the batch that it undoes; give its number."""
    statement = (
        "INSERT INTO raw.batch (source, kind, file_sha256, valid_from, counts) "
        "VALUES (:source, :kind, '', :day, CAST(:counts AS jsonb)) RETURNING id"
    )
    values = {"source": batch.source, "kind": batch.kind, "day": batch.valid_from}
    counts = json.dumps({str(Made.UNDO): batch.id})
    number = int(connection.execute(text(statement), values | {"counts": counts}).scalar_one())
    connection.execute(
        text(
            "UPDATE raw.batch SET undone_by = :by, counts = counts || '{\"undone\": true}' WHERE id = :batch"
        ),
        {"by": number, "batch": batch.id},
    )
    return number


def take_back(connection: Connection, batch: Batch, by: int) -> Undone:
    """End the versions that a batch brought and reopen those that it ended.

    Parameters
    ----------
    batch
        Its codes stand in ``touched``; no later load has touched one of them.
    by
        Number of the undo.
    """
    batches = [batch.id, *later_batches(connection, batch, Made.PAGES)]
    given = {"batches": batches, "by": by}
    of_these = f"UPDATE core.{batch.kind} c SET {{}} FROM touched t WHERE t.code = c.code AND "
    # First what goes: a code has one current version at any moment.
    withdrawn = connection.execute(
        text(of_these.format("ended_by = :by") + "c.recorded_by = ANY (:batches)"), given
    ).rowcount
    reopened = connection.execute(
        text(
            of_these.format("valid_to = NULL, closed_by = NULL")
            + "c.closed_by = ANY (:batches) AND c.ended_by IS NULL"
        ),
        given,
    ).rowcount
    reopened += connection.execute(
        text(of_these.format("ended_by = NULL") + "c.ended_by = ANY (:batches)"), given
    ).rowcount
    undone = Undone(withdrawn, reopened)
    connection.execute(
        text("UPDATE raw.batch SET counts = counts || CAST(:counts AS jsonb) WHERE id = :by"),
        {"by": by, "counts": json.dumps(vars(undone))},
    )
    return undone


def is_referred(connection: Connection, batch: Batch, kind: str, column: str) -> bool:
    """Tell whether current rows of a kind name in a column a code that the undo has made vanish."""
    statement = (
        f'SELECT EXISTS (SELECT FROM core.{kind} c WHERE {CURRENT_C} AND c."{column}" IN ('
        f"  SELECT v.code FROM core.{batch.kind} v WHERE v.recorded_by = :batch "
        f"  EXCEPT SELECT code FROM core.{batch.kind} WHERE {CURRENT}))"
    )
    return bool(connection.execute(text(statement), {"batch": batch.id}).scalar_one())

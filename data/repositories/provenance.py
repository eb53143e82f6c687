"""Where a number comes from: the batch, the file's hash and the row that brought the current version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Connection


@dataclass(frozen=True)
class Trace:
    """The origin of the current version of an object."""

    version_id: int
    valid_from: date
    recorded_by: int
    """The batch that made the version: the file's, or the one that applied changes made on pages."""
    batch_id: int
    """The batch of the file."""
    source: str
    file_sha256: str
    loaded_at: datetime
    row: int | None
    """As its sender sees it; None where the row is not kept."""
    part: int | None
    verdict: str | None
    reason: str | None
    changed: tuple[str, ...]
    """Columns that hold a change made on a page instead of the file's value; ``geom`` for the shape."""


def trace(connection: Connection, kind: str, code: str) -> Trace | None:
    """Trace the current version of an object.

    Parameters
    ----------
    connection
        A viewer's transaction, which traces what the viewer sees and no incident; or the loader's.
    kind
        Name of the kind.
    code
        Code of the object.

    Returns
    -------
    Trace or None
        None where there is no such object, or the viewer does not see it.
    """
    statement = text("SELECT * FROM core.trace(:kind, :code)")
    row = connection.execute(statement, {"kind": kind, "code": code}).one_or_none()
    return None if row is None else Trace(**(dict(row._mapping) | {"changed": tuple(row.changed)}))  # noqa: SLF001


def newest_batches(connection: Connection) -> dict[str, int]:
    """Give the newest batch of each source that is not undone, an undo itself not counted; the loader's."""
    statement = (
        "SELECT source, max(id) FROM raw.batch WHERE undone_by IS NULL "
        "AND NOT jsonb_exists(counts, 'undo_of') GROUP BY source ORDER BY source"
    )
    return {str(source): int(number) for source, number in connection.execute(text(statement))}

"""Files that jobs leave behind, `work.job_file`: kept by the worker, read by stewards, gone after a month."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

KEEP_DAYS = 30


@dataclass(frozen=True)
class JobFile:
    """One file of a job."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


def keep(connection: Connection, job_id: int, files: Iterable[JobFile]) -> None:
    """Keep the files of a job, in the place of those that an earlier run of it left."""
    statement = text(
        "INSERT INTO work.job_file (job_id, name, media_type, content) VALUES (:job, :name, :kind, :content) "
        "ON CONFLICT (job_id, name) DO UPDATE SET media_type = excluded.media_type, "
        "content = excluded.content, created_at = now()"
    )
    for file in files:
        values = {"job": job_id, "name": file.name, "kind": file.media_type, "content": file.content}
        connection.execute(statement, values)


def read(connection: Connection, job_id: int, name: str) -> JobFile | None:
    """Give a file of a job; None where there is none, or the viewer sees none."""
    statement = text(
        "SELECT name, media_type, content FROM work.job_file WHERE job_id = :job AND name = :name"
    )
    row = connection.execute(statement, {"job": job_id, "name": name}).first()
    return None if row is None else JobFile(row.name, row.media_type, bytes(row.content))


def names(connection: Connection, job_id: int) -> frozenset[str]:
    """Name the files that a job left."""
    found = connection.execute(text("SELECT name FROM work.job_file WHERE job_id = :job"), {"job": job_id})
    return frozenset(found.scalars())


def expire(connection: Connection) -> int:
    """Delete what is older than a month, and say how many."""
    statement = text("DELETE FROM work.job_file WHERE created_at < now() - make_interval(days => :days)")
    return connection.execute(statement, {"days": KEEP_DAYS}).rowcount

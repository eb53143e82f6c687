"""The queue of jobs, `work.job`: put in by pages and the schedule, taken by the worker."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from data.errors import SessionEndedError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from data.repositories.job_files import JobFile

LOST_AFTER_S = 30
"""A running job without a heartbeat for so long has lost its worker."""


@dataclass(frozen=True)
class Job:
    """One row of the queue, as the worker needs it."""

    id: int
    kind: str
    args: dict[str, Any]
    created_by: str = ""
    """Number of the account that asked, as the database wrote it down; or cli or schedule."""


@dataclass(frozen=True)
class Outcome:
    """How a job ended: ``done`` or ``failed``, what to tell the person who asked, and the files it leaves."""

    status: str
    result: dict[str, Any] = field(default_factory=dict)
    files: tuple[JobFile, ...] = field(default=(), repr=False)


def add(connection: Connection, kind: str, args: dict[str, Any], *, created_by: str = "cli") -> int:
    """Put a job at the end of the queue and give its id."""
    statement = text(
        "INSERT INTO work.job (kind, args, status, created_at, created_by) "
        "VALUES (:kind, CAST(:args AS jsonb), 'queued', now(), :by) RETURNING id"
    )
    values = {"kind": kind, "args": json.dumps(args, default=str), "by": created_by}
    return int(connection.execute(statement, values).scalar_one())


def add_as_viewer(connection: Connection, kind: str, args: dict[str, Any]) -> int:
    """Put a job at the end of the queue in the name of who looks; the web's role may do no other.

    Raises
    ------
    data.errors.SessionEndedError
        Nobody looks any more.
    """
    account = connection.execute(text("SELECT account_id FROM auth.viewer()")).scalar_one_or_none()
    if account is None:
        raise SessionEndedError
    return add(connection, kind, args, created_by=str(account))


def add_once(connection: Connection, kind: str, args: dict[str, Any], *, token: str) -> None:
    """Put a job in the queue unless one with the same token was ever put there."""
    there = text("SELECT 1 FROM work.job WHERE kind = :kind AND args ->> 'token' = :token LIMIT 1")
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('work.job'))"))
    if connection.execute(there, {"kind": kind, "token": token}).first() is None:
        add(connection, kind, {**args, "token": token}, created_by="schedule")


def add_waiting(connection: Connection, kind: str, args: dict[str, Any], *, created_by: str) -> int:
    """Put a job in the queue unless one with the same words waits there; give the one that will run."""
    there = text(
        "SELECT id FROM work.job WHERE kind = :kind AND status = 'queued' "
        "AND args - 'token' = CAST(:args AS jsonb) ORDER BY id LIMIT 1"
    )
    found = connection.execute(there, {"kind": kind, "args": json.dumps(args)}).scalar_one_or_none()
    return add(connection, kind, args, created_by=created_by) if found is None else int(found)


def open_jobs(connection: Connection) -> list[Job]:
    """List the jobs that wait or run."""
    rows = connection.execute(
        text("SELECT id, kind, args FROM work.job WHERE status IN ('queued', 'running') ORDER BY id")
    )
    return [Job(id=row.id, kind=row.kind, args=dict(row.args or {})) for row in rows]


def take(connection: Connection) -> Job | None:
    """Take the oldest queued job for this worker; None where none waits."""
    statement = text(
        "UPDATE work.job SET status = 'running', started_at = now(), heartbeat_at = now() WHERE id = ("
        "  SELECT id FROM work.job WHERE status = 'queued' ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1"
        ") RETURNING id, kind, args, created_by"
    )
    row = connection.execute(statement).first()
    if row is None:
        return None
    return Job(id=row.id, kind=row.kind, args=dict(row.args or {}), created_by=str(row.created_by))


def beat(connection: Connection, job_id: int) -> None:
    """Say that the job's worker is alive."""
    connection.execute(text("UPDATE work.job SET heartbeat_at = now() WHERE id = :id"), {"id": job_id})


def finish(connection: Connection, job_id: int, outcome: Outcome) -> None:
    """Write down how a job ended."""
    statement = text(
        "UPDATE work.job SET status = :status, finished_at = now(), result = CAST(:result AS jsonb) "
        "WHERE id = :id"
    )
    values = {"id": job_id, "status": outcome.status, "result": json.dumps(outcome.result, default=str)}
    connection.execute(statement, values)


def requeue_lost(connection: Connection) -> int:
    """Put the jobs back whose worker died, and say how many; they are idempotent, so they may run again."""
    statement = text(
        "UPDATE work.job SET status = 'queued', started_at = NULL, heartbeat_at = NULL "
        "WHERE status = 'running' AND heartbeat_at < now() - make_interval(secs => :seconds)"
    )
    return connection.execute(statement, {"seconds": LOST_AFTER_S}).rowcount


@dataclass(frozen=True)
class JobState:
    """How far a job is, as a page shows it."""

    id: int
    kind: str
    status: str
    result: dict[str, Any]

    @property
    def is_over(self) -> bool:
        """Whether it ended, well or not."""
        return self.status in {"done", "failed"}


def state(connection: Connection, job_id: int) -> JobState | None:
    """Say how far a job is; None where there is no such job, or the viewer sees none."""
    statement = text("SELECT id, kind, status, result FROM work.job WHERE id = :id")
    row = connection.execute(statement, {"id": job_id}).first()
    if row is None:
        return None
    return JobState(id=row.id, kind=row.kind, status=row.status, result=dict(row.result or {}))

"""The transaction of a build: it sees one state, and no other build is at work meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection


def begin_snapshot(connection: Connection) -> None:
    """Make this transaction see one state of the database; to be called before its first statement."""
    connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def lock_builds(connection: Connection) -> None:
    """Wait until no other build is at work, and keep others waiting until this transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('campus.build'))"))

"""`campus db`: the database's life, and the addresses of its roles."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from data import cluster
from data.migrate import ensure_database
from data.migrate import migrate as migrate_database
from data.repositories.audit import record_for
from data.session import dispose_engines, unit_of_work
from data.settings import DbRole, database_url, role_url
from data.terms import AuditKind
from etl.language import say
from geo.errors import CampusError

if TYPE_CHECKING:
    from pathlib import Path


class UnknownRoleError(CampusError):
    """There is no database role of that name."""

    key = "server.unknown_role"
    exit_code = 2


class UnknownInstanceError(CampusError):
    """There is no instance of that name."""

    key = "server.unknown_instance"
    exit_code = 2


def _tell(key: str, **params: object) -> None:
    """Say one line on standard error."""
    sys.stderr.write(say(key, **params) + "\n")


def _record(route: str) -> None:
    """Write down what the operator does with the whole database."""
    with unit_of_work(DbRole.LOADER) as connection:
        record_for(connection, AuditKind.BACKUP, route)
        connection.commit()


def start() -> None:
    """Start the database, making it where there is none."""
    ensure_database()
    _tell("server.runs")


def stop() -> None:
    """Stop the embedded database."""
    dispose_engines()
    if database_url() is not None:
        _tell("server.not_ours")
        return
    _tell("server.stopped" if cluster.stop() else "server.was_stopped")


def status() -> None:
    """Say on standard output whether the database runs and where it lies."""
    if database_url() is not None:
        _tell("server.not_ours")
        return
    found = cluster.status()
    key = "server.status_running" if found.running else "server.status_stopped"
    sys.stdout.write(say(key, data=found.data, runtime=found.runtime, pid=found.pid) + "\n")


def migrate(*, instance: str) -> None:
    """Bring the database to this version's tables.

    Raises
    ------
    UnknownInstanceError
        ``instance`` is neither police nor joint.
    """
    if instance not in {"police", "joint"}:
        raise UnknownInstanceError(given=instance)
    if database_url() is None:
        cluster.ensure_running()
    migrate_database(instance=instance)
    _tell("server.migrated")


def url(*, role: str) -> None:
    """Print a role's URL, alone, on standard output.

    Raises
    ------
    UnknownRoleError
        There is no such role.
    """
    if role not in {known.value for known in DbRole}:
        raise UnknownRoleError(given=role, known=", ".join(known.value for known in DbRole))
    ensure_database()
    sys.stdout.write(role_url(DbRole(role)) + "\n")


def backup(path: Path) -> None:
    """Write a backup without the register's rows."""
    from data.backup import backup as write  # noqa: PLC0415 - start-up time of the other words

    ensure_database()
    _record("db-backup")
    write(path)
    _tell("server.backed_up", name=path.name)


def restore(path: Path) -> None:
    """Put a backup in the database's place, whole or not at all."""
    from data.audit_heads import note_restored  # noqa: PLC0415 - start-up time of the other words
    from data.backup import restore as read  # noqa: PLC0415

    dispose_engines()
    read(path)
    ensure_database()
    note_restored()
    _record("db-restore")
    _tell("server.restored", name=path.name)

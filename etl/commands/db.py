"""`campus db`: the database's life, and the addresses of its roles."""

from __future__ import annotations

import sys
from pathlib import Path

from data import cluster
from data.migrate import ensure_database
from data.migrate import migrate as migrate_database
from data.repositories import register
from data.repositories.audit import record_for
from data.session import dispose_engines, unit_of_work
from data.settings import DbRole, database_url, role_url
from data.terms import AuditKind, Instance
from etl.language import say
from geo.errors import CampusError


class UnknownRoleError(CampusError):
    """There is no database role of that name."""

    key = "server.unknown_role"
    exit_code = 2


class RecipientError(CampusError):
    """A backup with the register needs a recipient, and one without needs none."""

    key = "register.recipient"
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


def backup(path: Path, *, with_register: bool = False, recipient: str | None = None) -> None:
    """Write a backup without the register's rows, or with them for a recipient alone.

    Raises
    ------
    RecipientError
        The register is asked for without a recipient, or the other way round.
    """
    from data.backup import backup as write  # noqa: PLC0415 - start-up time of the other words

    if with_register != (recipient is not None):
        raise RecipientError
    ensure_database()
    if with_register:
        with unit_of_work(DbRole.LOADER) as connection:
            if register.instance(connection) is Instance.JOINT:
                raise register.NoRegisterError
    write(path, recipient=None if recipient is None else _key_text(recipient))
    _tell("register.backed_up" if with_register else "server.backed_up", name=path.name)


def _key_text(recipient: str) -> str:
    """Give a recipient's public key, which was given as such or as the file that holds it."""
    path = Path(recipient)
    try:
        return path.read_text(encoding="ascii") if path.is_file() else recipient
    except (OSError, UnicodeDecodeError):
        return recipient


def restore(path: Path, *, key: Path | None = None) -> None:
    """Put a backup in the database's place, whole or not at all."""
    from data.audit_heads import note_restored  # noqa: PLC0415 - start-up time of the other words
    from data.backup import restore as read  # noqa: PLC0415

    dispose_engines()
    read(path, key=key)
    ensure_database()
    note_restored()
    _record("db.restore")
    _tell("server.restored", name=path.name)

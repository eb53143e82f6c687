"""Backup and restore: PostgreSQL's own tools, a file whole or absent, a database swapped in one moment."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import psycopg
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

from data import cluster
from data.cluster_databases import make_database
from data.cluster_places import places_of
from data.cluster_software import find_software
from data.config import Settings, UnknownSettingError
from data.errors import DataError, DiskFullError
from data.failures import DISK_FULL_WORDS, translated
from data.migrations import REVISIONS
from data.programs import run_program
from data.repositories import register, register_copy
from data.repositories import settings as settings_repository
from data.repositories.audit import record_for
from data.sealed import NeedsKeyError, Sealer, is_sealed, private_key_of, recipient_of, unsealed
from data.session import unit_of_work
from data.settings import DbRole, campus_home, database_url, role_url
from data.terms import AuditKind, Instance

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
    from sqlalchemy import Connection

MADE_ALREADY = re.compile(
    r"^\d+; \d+ \d+ (?:EXTENSION|COMMENT - EXTENSION|TABLE DATA public spatial_ref_sys) ?"
)
"""Entries of a backup's list: PostGIS and its own table, which come with each new database."""
QUOTING = re.compile("DETAIL|CONTEXT|HINT|Command was|COPY ")
ROWS_LEFT_OUT = "restricted.*"
"""The register's rows never lie in a plain backup (DESIGN 8.5); its empty tables do."""
_LENGTH_BYTES = 8
"""Of the number before the register's rows in a sealed backup."""


class BackupError(DataError):
    """The backup could not be written."""

    key = "server.backup_failed"


class RestoreError(DataError):
    """The file is no backup of this product, or is damaged."""

    key = "server.restore_failed"


class MisfitBackupError(DataError):
    """The file holds another database than this product's, or the other instance's."""

    key = "server.misfit_backup"


class ForeignRestoreError(DataError):
    """A server of one's own is restored by its administrator."""

    key = "server.restore_foreign"


class NoBackupError(DataError):
    """There is no such backup file."""

    key = "server.no_backup"


def backup(path: Path, *, recipient: str | None = None) -> None:
    """Write a backup of the database, without the rows of `restricted`; the file is whole or absent.

    Parameters
    ----------
    path
        Where to; replaced if it exists. Readable by this account alone.
    recipient
        A public key: the register's rows come along, and the whole file is sealed for this key; it never
        stands on a disk in the clear.

    Raises
    ------
    BackupError, DiskFullError
        PostgreSQL's tool, or the file system, says why.
    data.sealed.BadKeyFileError
        The recipient is no public key.
    """
    key = None if recipient is None else recipient_of(recipient)
    _record("db.backup", "plain" if key is None else "with_register")
    part = path.with_name(f".{path.name}.{os.getpid()}")
    words = ["--format=custom", f"--exclude-table-data={ROWS_LEFT_OUT}"]
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        if key is None:
            done = _tool("pg_dump", [*words, f"--file={part}"], role_url(DbRole.OWNER))
        else:
            done = _seal(part, words, key)
        if done.returncode:
            raise BackupError(why=_last_line(done.stderr))
        _settle(part)
        part.replace(path)
    except OSError as error:
        raise BackupError(why=error.strerror or "-") from error
    finally:
        part.unlink(missing_ok=True)


def _record(route: str, code: str) -> None:
    """Write down in the audit what is done with the whole database."""
    with unit_of_work(DbRole.OWNER) as connection:
        record_for(connection, AuditKind.BACKUP, route, [code])
        connection.commit()


def _seal(part: Path, words: list[str], recipient: X25519PublicKey) -> subprocess.CompletedProcess[str]:
    """Seal the register's rows and the dump, as it comes, into one file."""
    with register.work("backup", None) as connection:
        rows = register_copy.export(connection)
    with part.open("wb") as file:
        sealer = Sealer(file, recipient)
        sealer.write(len(rows).to_bytes(_LENGTH_BYTES, "big") + rows)
        done = _tool("pg_dump", words, role_url(DbRole.OWNER), output=sealer.write)
        sealer.finish()
    return done


def _settle(path: Path) -> None:
    """Have the disk hold a file before its name says that it is whole."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def restore(path: Path, *, key: Path | None = None) -> None:
    """Put a backup in the embedded database's place: into a new database first, then by renaming.

    It is read with the owner's rights, not the superuser's: a file can hold any statement. Sessions do not
    outlive it, and rows of the register that are past review, or were deleted since, do not come back.

    Parameters
    ----------
    path
        A file that `backup` wrote.
    key
        File of the private key, for a sealed one.

    Raises
    ------
    NoBackupError, ForeignRestoreError, RestoreError, MisfitBackupError, DiskFullError
        The database stays as it was.
    data.sealed.NeedsKeyError, data.sealed.BadKeyFileError, data.sealed.WrongKeyError
        It is sealed and cannot be opened; the database stays as it was.
    """
    if not path.is_file():
        raise NoBackupError(name=path.name)
    if database_url() is not None:
        raise ForeignRestoreError
    source = _Source(path, _opener(path, key))
    cluster.ensure_running()
    contents = _contents(source)
    name = f"{cluster.database_name()}_restoring"
    with translated():
        known = _known_proofs()
        make_database(name)
        try:
            _fill(name, source, contents)
            _check(name, path)
            _put_in_order(name, source.rows, known)
            cluster.swap_database(name)
        finally:
            cluster.drop_database(name)


def _opener(path: Path, key: Path | None) -> X25519PrivateKey | None:
    """Give the key of a sealed backup; None for a plain one."""
    if not is_sealed(path):
        return None
    if key is None:
        raise NeedsKeyError
    return private_key_of(key)


class _Source:
    """A backup to be read: as a file, or through a pipe where it is sealed."""

    def __init__(self, path: Path, key: X25519PrivateKey | None) -> None:
        self.path, self.key = path, key
        self.rows: bytes | None = None
        """The register's rows, once a sealed file has been read."""

    def give(self, words: list[str], url: str | None = None) -> subprocess.CompletedProcess[str]:
        """Have `pg_restore` read it."""
        if self.key is None:
            return _tool("pg_restore", [*words, str(self.path)], url)
        return _tool("pg_restore", words, url, given=self._dump(self.key))

    def _dump(self, key: X25519PrivateKey) -> Iterator[bytes]:
        """Give the dump piece by piece, and keep the register's rows that stand before it."""
        head, wanted, is_open = bytearray(), _LENGTH_BYTES, True
        for piece in unsealed(self.path, key):
            if not is_open:
                yield piece
                continue
            head += piece
            if wanted == _LENGTH_BYTES and len(head) >= wanted:
                wanted += int.from_bytes(head[:_LENGTH_BYTES], "big")
            if len(head) >= wanted:
                self.rows, is_open = bytes(head[_LENGTH_BYTES:wanted]), False
                yield bytes(head[wanted:])


def _contents(source: _Source) -> str:
    """Give the backup's list of contents without what each new database already has."""
    done = source.give(["--list"])
    if done.returncode:
        raise RestoreError(name=source.path.name, why=_last_line(done.stderr))
    return "\n".join(line for line in done.stdout.splitlines() if not MADE_ALREADY.search(line))


def _fill(name: str, source: _Source, contents: str) -> None:
    """Read a backup into an empty database."""
    with tempfile.NamedTemporaryFile("w", prefix="campus-", encoding="utf-8") as wanted:
        wanted.write(contents)
        wanted.flush()
        words = ["--single-transaction", "--exit-on-error", f"--use-list={wanted.name}"]
        done = source.give(words, _on(name))
    if done.returncode:
        raise RestoreError(name=source.path.name, why=_last_line(done.stderr))


def _known_proofs() -> register_copy.Proofs | None:
    """Give what the database that is to be replaced knows of deletions; None where it knows nothing."""
    with suppress(DataError), register.work("restore", None) as connection:
        return register_copy.proofs(connection)
    return None


def _put_in_order(name: str, rows: bytes | None, known: register_copy.Proofs | None) -> None:
    """End every session of a database that was read, and bring the register's rows in, before it is used."""
    owner = create_engine(_on(name))
    keeper = create_engine(_on(name, DbRole.REGISTER), hide_parameters=True)
    try:
        with owner.begin() as connection:
            connection.execute(text("UPDATE auth.session SET revoked_at = now() WHERE revoked_at IS NULL"))
            zone = _zone(connection)
            is_police = register.instance(connection) is Instance.POLICE
        if is_police:
            with keeper.connect() as connection:
                register.state_intent(connection, "restore", None)
                register_copy.bring_in(connection, rows, known, datetime.now(tz=zone).date())
                connection.commit()
    finally:
        owner.dispose()
        keeper.dispose()


def _zone(connection: Connection) -> ZoneInfo:
    """Give the zone of a database that may be of another version, with settings unknown to this one."""
    try:
        return ZoneInfo(settings_repository.read(connection).timezone)
    except UnknownSettingError:
        return ZoneInfo(Settings().timezone)


def _on(name: str, role: DbRole = DbRole.OWNER) -> str:
    """Give a role's URL on another database of the embedded server."""
    url = make_url(role_url(role)).set(database=name)
    return url.render_as_string(hide_password=False)


def _check(name: str, path: Path) -> None:
    """See that what was read is this product's database, and of the instance that it replaces."""
    read, here = _kind_of(_on(name)), _kind_of(role_url(DbRole.OWNER))
    fits = read is not None and read[0] in REVISIONS and (here is None or read[1] == here[1])
    if not fits:
        raise MisfitBackupError(name=path.name)


def _kind_of(url: str) -> tuple[str, str] | None:
    """Give a database's revision and instance; None where it was not laid out."""
    with psycopg.connect(_address(url), autocommit=True) as connection:
        try:
            row = connection.execute(
                "SELECT version_num, instance FROM alembic_version, core.instance"
            ).fetchone()
        except psycopg.errors.UndefinedTable:
            return None
    return None if row is None else (str(row[0]), str(row[1]))


def _tool(
    name: str,
    words: list[str],
    url: str | None = None,
    *,
    given: Iterator[bytes] | None = None,
    output: Callable[[bytes], None] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's client programs; the password goes by a file, never by the command line.

    Parameters
    ----------
    name, words, url
        The program, its words, and the database.
    given
        What it reads, where that is no file.
    output
        Takes what it writes, piece by piece, where that is no file.
    """
    program = find_software(places_of(campus_home()).data).tool(name)
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
    with tempfile.NamedTemporaryFile("w", prefix="campus-", encoding="utf-8") as secret:
        if url is not None:
            parsed = make_url(url)
            escaped = re.sub(r"([:\\])", r"\\\1", parsed.password or "")
            secret.write(f"*:*:*:*:{escaped}\n")
            secret.flush()
            words = [*words, "--no-password", "--dbname", _address(parsed.set(password=None))]
            environment["PGPASSFILE"] = secret.name
        done = run_program([str(program), *words], environment, given=given, output=output)
    if DISK_FULL_WORDS in done.stderr:
        raise DiskFullError
    return done


def _address(url: str | URL) -> str:
    """Give a URL as PostgreSQL's own programs read it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _last_line(output: str) -> str:
    """Give the last line that says something, without the details that quote cells."""
    lines = [line for line in output.splitlines() if line.strip() and not QUOTING.search(line)]
    return lines[-1] if lines else "-"

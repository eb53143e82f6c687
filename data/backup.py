"""Backup and restore: PostgreSQL's own tools, a file whole or absent, a database swapped in one moment."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy.engine import URL, make_url

from data import cluster
from data.cluster_databases import make_database
from data.cluster_places import places_of
from data.cluster_software import find_software
from data.errors import DataError, DiskFullError
from data.failures import DISK_FULL_WORDS, translated
from data.migrations import REVISIONS
from data.settings import DbRole, campus_home, database_url, role_url

if TYPE_CHECKING:
    from pathlib import Path

MADE_ALREADY = re.compile(
    r"^\d+; \d+ \d+ (?:EXTENSION|COMMENT - EXTENSION|TABLE DATA public spatial_ref_sys) ?"
)
"""Entries of a backup's list: PostGIS and its own table, which come with each new database."""
QUOTING = re.compile("DETAIL|CONTEXT|HINT|Command was|COPY ")
ROWS_LEFT_OUT = "restricted.*"
"""The register's rows never lie in a plain backup (DESIGN 8.5); its empty tables do."""


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


def backup(path: Path) -> None:
    """Write a backup of the database, without the rows of `restricted`; the file is whole or absent.

    Parameters
    ----------
    path
        Where to; replaced if it exists. Readable by this account alone.

    Raises
    ------
    BackupError, DiskFullError
        PostgreSQL's tool, or the file system, says why.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}")
    words = ["--format=custom", f"--exclude-table-data={ROWS_LEFT_OUT}", f"--file={part}"]
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        done = _tool("pg_dump", words, role_url(DbRole.OWNER))
        if done.returncode:
            raise BackupError(why=_last_line(done.stderr))
        _settle(part)
        part.replace(path)
    except OSError as error:
        raise BackupError(why=error.strerror or "-") from error
    finally:
        part.unlink(missing_ok=True)


def _settle(path: Path) -> None:
    """Have the disk hold a file before its name says that it is whole."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def restore(path: Path) -> None:
    """Put a backup in the embedded database's place: into a new database first, then by renaming.

    It is read with the owner's rights, not the superuser's: a file can hold any statement.

    Parameters
    ----------
    path
        A file that `backup` wrote.

    Raises
    ------
    NoBackupError, ForeignRestoreError, RestoreError, MisfitBackupError, DiskFullError
        The database stays as it was.
    """
    if not path.is_file():
        raise NoBackupError(name=path.name)
    if database_url() is not None:
        raise ForeignRestoreError
    cluster.ensure_running()
    contents = _contents(path)
    name = f"{cluster.database_name()}_restoring"
    with translated():
        make_database(name)
        try:
            _fill(name, path, contents)
            _check(name, path)
            cluster.swap_database(name)
        finally:
            cluster.drop_database(name)


def _contents(path: Path) -> str:
    """Give the backup's list of contents without what each new database already has."""
    done = _tool("pg_restore", ["--list", str(path)])
    if done.returncode:
        raise RestoreError(name=path.name, why=_last_line(done.stderr))
    return "\n".join(line for line in done.stdout.splitlines() if not MADE_ALREADY.search(line))


def _fill(name: str, path: Path, contents: str) -> None:
    """Read a backup into an empty database."""
    with tempfile.NamedTemporaryFile("w", prefix="campus-", encoding="utf-8") as wanted:
        wanted.write(contents)
        wanted.flush()
        words = ["--single-transaction", "--exit-on-error", f"--use-list={wanted.name}", str(path)]
        done = _tool("pg_restore", words, _on(name))
    if done.returncode:
        raise RestoreError(name=path.name, why=_last_line(done.stderr))


def _on(name: str) -> str:
    """Give the owner's URL on another database of the embedded server."""
    url = make_url(role_url(DbRole.OWNER)).set(database=name)
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


def _tool(name: str, words: list[str], url: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's client programs; the password goes by a file, never by the command line."""
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
        done = subprocess.run(  # noqa: S603 - the words are this package's own
            [program, *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
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

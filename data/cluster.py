"""The embedded PostGIS: one private cluster a `CAMPUS_HOME`, behind a unix socket only.

`ensure_running` is what every command calls. Where the server answers it returns within milliseconds; else,
under a lock, it makes what is missing (data folder, server, roles, database, extension), each step complete
or absent, so that a kill at any moment leaves something the next call can finish.

Two files say how far things are: the pointer `cluster.json` in the home, written before anything is made and
again when all is made; and PostgreSQL's own `postmaster.pid`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg

from data.cluster_account import Account, server_account
from data.cluster_databases import (
    SUPERUSER,
    SUPERUSER_FILE,
    connect,
    copy_database,
    drop_database,
    make_databases,
    resolved,
    superuser_url,
    swap_database,
    wait_until_open,
)
from data.cluster_places import (
    Places,
    check_places,
    choose_places,
    database_name,
    new_runtime,
    places_of,
    prepare_folders,
    runtime_folder,
)
from data.cluster_processes import (
    clear_remains,
    end_server,
    is_alive,
    is_ready,
    launch,
    postmaster_pid,
)
from data.cluster_software import Software, find_software
from data.errors import DiskFullError, ForeignHomeError, InitError, StartError, UnreachableDataError
from data.failures import translated
from data.settings import DbRole, role_password, secret

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = [
    "ClusterStatus",
    "copy_database",
    "database_name",
    "drop_database",
    "ensure_running",
    "runtime_folder",
    "status",
    "stop",
    "superuser_url",
    "swap_database",
]

SOCKET = ".s.PGSQL.5432"
RETRY_S = 30.0
"""How long the shared memory of a killed server is waited for."""
RECOVERY_S = 900.0
"""How long a server may repair itself after a crash; it is alive all that time."""
LOG_BYTES = 1_000_000
DISK_FULL_WORDS = ("No space left on device", "Disk quota exceeded")
SETTINGS_FILE = "campus.conf"
SETTINGS = """\
# written at each start; your own settings go into postgresql.conf, below the line that names this file
listen_addresses = ''
unix_socket_permissions = 0700
password_encryption = scram-sha-256
max_connections = 60
shared_buffers = 256MB
effective_cache_size = 2GB
work_mem = 32MB
maintenance_work_mem = 256MB
# two cores: one query, one core; compiling a query costs more than it saves on a district's rows
max_parallel_workers_per_gather = 0
jit = off
random_page_cost = 1.1
# no replica reads along: tables filled in the transaction that made them need no log of their own
wal_level = minimal
max_wal_senders = 0
wal_compression = on
max_wal_size = 2GB
checkpoint_timeout = 15min
timezone = 'UTC'
log_timezone = 'UTC'
# errors quote cells of people's files: they go to the client, never to a log
log_min_messages = log
log_error_verbosity = terse
log_min_error_statement = panic
log_checkpoints = off
"""
HOST_BASED_ACCESS = "# only the socket, only with a password\nlocal all all scram-sha-256\n"


@dataclass(frozen=True)
class ClusterStatus:
    """Whether the server answers, and where it keeps what.

    Attributes
    ----------
    running
        Whether it takes connections.
    data
        PostgreSQL's data folder.
    runtime
        Folder of its socket.
    pid
        Process number of the postmaster; None where it does not run.
    """

    running: bool
    data: Path
    runtime: Path
    pid: int | None


def ensure_running(home: Path | None = None) -> None:
    """Make sure that the cluster exists and answers; quick where it does.

    Parameters
    ----------
    home
        A home; `CAMPUS_HOME` if not given.

    Raises
    ------
    ForeignHomeError, CopiedHomeError, LostDataError, UnreachableDataError, UnsafeRuntimeError
        The home, its data or the socket's folder are not ours to use.
    NoPostgresError, VersionMisfitError
        The programs are missing, or do not fit the data.
    InitError, StartError, DiskFullError
        PostgreSQL says why not.
    """
    home = _claim(resolved(home))
    places = places_of(home)
    check_places(places)
    if _answers(places):
        return
    with _locked(home), translated():
        if not _answers(places_of(home)):
            _bring_up(home)


def stop(home: Path | None = None) -> bool:
    """Stop the server.

    Parameters
    ----------
    home
        A home; `CAMPUS_HOME` if not given.

    Returns
    -------
    bool
        False where it was not running.
    """
    home = resolved(home)
    if not home.is_dir():
        return False
    _claim(home)
    with _locked(home):
        places = places_of(home)
        runtime = places.runtime
        stopped = end_server(places.data)
        with suppress(OSError):
            runtime.rmdir()
    return stopped


def status(home: Path | None = None) -> ClusterStatus:
    """Say whether the server answers, and where it keeps what.

    Parameters
    ----------
    home
        A home; `CAMPUS_HOME` if not given.
    """
    places = places_of(resolved(home))
    running = is_ready(places.data)
    pid = postmaster_pid(places.data) if running else None
    return ClusterStatus(running=running, data=places.data, runtime=places.runtime, pid=pid)


def _claim(home: Path) -> Path:
    """Make the home, or refuse one that belongs to another account."""
    try:
        # the server's account passes through, but lists nothing
        home.parent.mkdir(parents=True, exist_ok=True)
        home.mkdir(mode=0o700 if os.geteuid() else 0o711, exist_ok=True)
        if home.stat().st_uid == os.geteuid():
            return home
    except PermissionError as error:
        raise ForeignHomeError(home=str(home)) from error
    raise ForeignHomeError(home=str(home))


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    """Let one process at a time make, start or stop the cluster."""
    with (home / "cluster.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _answers(places: Places) -> bool:
    """Whether the cluster is whole, has the passwords we hold, and takes a connection now."""
    if places.passwords is None or not is_ready(places.data) or places.passwords != _digest(places.home):
        return False
    try:
        with connect(places.home, database_name()):
            return True
    except psycopg.OperationalError:
        return False


def _digest(home: Path) -> str:
    """Give the digest of the roles' passwords, to see whether the server still has the home's."""
    passwords = [role_password(role, home=home) for role in DbRole]
    return hashlib.sha256("\n".join(passwords).encode()).hexdigest()


def _bring_up(home: Path) -> None:
    """Make and start what is missing."""
    account = server_account()
    places = choose_places(home, account)
    software = find_software(places.data)
    prepare_folders(places, account)
    if not account.may_work_in(places.data.parent):
        raise UnreachableDataError(data=str(places.data))
    if not (places.data / "PG_VERSION").exists():
        _make(places, account, software)
    _start(places, account, software)
    make_databases(home)
    places.save(_digest(home))


def _make(places: Places, account: Account, software: Software) -> None:
    """Make the data folder with initdb beside its place, then rename it in: a kill leaves no half cluster."""
    part = places.data.with_name("data.part")
    shutil.rmtree(part, ignore_errors=True)
    account.make_folder(part)
    password = places.data.with_name("initdb.password")
    account.write(password, secret(SUPERUSER_FILE, home=places.home))
    try:
        _initdb(software, account, part, password)
    finally:
        password.unlink(missing_ok=True)
    account.write(part / "pg_hba.conf", HOST_BASED_ACCESS)
    with (part / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(f"\ninclude_if_exists = '{SETTINGS_FILE}'\n")
    part.rename(places.data)
    _settle(places.data.parent)


def _settle(folder: Path) -> None:
    """Have the disk hold a folder's names, as it already holds what initdb wrote."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _initdb(software: Software, account: Account, folder: Path, password: Path) -> None:
    """Run initdb; the locale is ours, whatever the machine's is."""
    command = [
        software.tool("initdb"), "-D", str(folder), "--encoding=UTF8", "--locale=C.UTF-8",
        "--auth=scram-sha-256", f"--username={SUPERUSER}", f"--pwfile={password}",
    ]  # fmt: skip
    done = account.run(command)
    if done.returncode:
        _raise_if_full(done.stderr)
        raise InitError(why=_reason(done.stderr))


def _start(places: Places, account: Account, software: Software) -> None:
    """Start the server, past what a killed one left behind; one that runs or is coming up is waited for."""
    deadline = time.monotonic() + RETRY_S
    if is_ready(places.data) and not (places.runtime / SOCKET).exists():
        end_server(places.data)  # its session folder was cleared under it: nobody can reach it any more
    while not is_ready(places.data):
        before = postmaster_pid(places.data)
        said = _start_once(places, account, software)
        if is_ready(places.data):
            break
        if before is not None and postmaster_pid(places.data) is None:
            continue  # it was on its way down when we came: now one of ours can start
        _raise_if_full(said)
        if "shared memory" not in said or time.monotonic() > deadline:
            raise StartError(log=str(places.log), why=_reason(said))
        time.sleep(0.5)
    wait_until_open(places.home, RECOVERY_S)


def _start_once(places: Places, account: Account, software: Software) -> str:
    """Launch the server unless one runs, and wait until it is ready or gone; give what it said meanwhile."""
    if places.log.exists() and places.log.stat().st_size > LOG_BYTES:
        places.log.replace(places.log.with_suffix(".log.1"))
    begin = places.log.stat().st_size if places.log.exists() else 0
    runtime = new_runtime(places)
    clear_remains(places, runtime)
    pid = postmaster_pid(places.data)
    if pid is None:
        _write_settings(places, account)
        words = ["-D", str(places.data), "-k", str(runtime), "-p", "5432"]
        pid = launch([software.tool("postgres"), *words], account=account, log=places.log)
    deadline = time.monotonic() + RECOVERY_S
    while is_alive(pid) and not is_ready(places.data) and time.monotonic() < deadline:
        time.sleep(0.005)
    return _said_since(places.log, begin)


def _write_settings(places: Places, account: Account) -> None:
    """Give the server this version's settings, and the access file that goes with them."""
    for name, content in ((SETTINGS_FILE, SETTINGS), ("pg_hba.conf", HOST_BASED_ACCESS)):
        path = places.data / name
        if not path.exists() or path.read_text(encoding="utf-8", errors="replace") != content:
            account.write(path, content)


def _said_since(log: Path, begin: int) -> str:
    """Give what was appended to the server's log."""
    try:
        with log.open("rb") as file:
            file.seek(begin)
            return file.read().decode(errors="replace")
    except FileNotFoundError:
        return ""


def _raise_if_full(output: str) -> None:
    """Name a full disk where PostgreSQL's words do."""
    if any(words in output for words in DISK_FULL_WORDS):
        raise DiskFullError


def _reason(output: str) -> str:
    """Pick the line that says why: the last of the gravest kind, else the last that is no tidying up."""
    lines = [line.strip() for line in output.splitlines() if line.strip() and "removing" not in line]
    grave = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "error:", "ERROR"))]
    return (grave or lines or ["-"])[-1]

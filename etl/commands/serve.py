"""`campus serve`: the web process and the worker, side by side, until someone stops them.

The web process is started by name, with an environment that holds the credentials of the app and the auditor
and of nobody else, and how people sign in (`data.gate_settings`). The worker keeps the whole environment: it
loads and builds.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from data.gate_settings import (
    CERT_VARIABLE,
    KEY_VARIABLE,
    LOCAL_HOSTS,
    TLS_VARIABLE,
    read_settings,
)
from data.gate_settings import WEB_VARIABLES as GATE_VARIABLES
from data.migrate import ensure_database
from data.repositories.accounts import set_mode
from data.settings import DATABASE_VARIABLE, HOME_VARIABLE, DbRole, repository_root, role_url
from data.spool import SPOOL_VARIABLE
from data.spool import folder as spool_folder
from etl.commands.user import first_admin
from etl.interrupts import postponed
from etl.language import say
from geo.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import FrameType

WEB_ROLES = (DbRole.APP, DbRole.AUDITOR)
WEB_VARIABLES = frozenset(
    {
        "PATH",
        "HOME",
        "LANG",
        "LC_ALL",
        "TZ",
        "TMPDIR",
        "USER",
        "LOGNAME",
        "SYSTEMROOT",
        "CAMPUS_LANG",
        "VIRTUAL_ENV",
    }
)
"""What the web process inherits beside its credentials: nothing that could lead to another role."""
START_WITHIN_S = 60.0
END_WITHIN_S = 10.0
PAUSE_S = 0.2
WORKER_PAUSE_S = 2.0
"""A worker that cannot start, for want of a database, is not started a hundred times a minute."""


class OpenHostError(CampusError):
    """Pages are offered to other machines in the clear; ``host`` was asked for."""

    key = "pages.serve.open_host"
    exit_code = 2


class BadTlsError(CampusError):
    """Certificate or key is missing or cannot be read."""

    key = "users.serve.bad_tls"
    exit_code = 2


class TakenPortError(CampusError):
    """Something else listens on the ``port``."""

    key = "pages.serve.taken_port"


class BadPortError(CampusError):
    """No number of a ``port``."""

    key = "pages.serve.bad_port"
    exit_code = 2


class EndedError(CampusError):
    """The web process ended by itself; ``code`` is its exit code."""

    key = "pages.serve.ended"


def serve(*, host: str, port: int) -> None:
    """Serve the pages and run the worker until Ctrl-C or TERM.

    Parameters
    ----------
    host
        A loopback address; with TLS or a listed proxy any.
    port
        TCP port.

    Raises
    ------
    OpenHostError, BadTlsError, BadPortError, TakenPortError, data.errors.DataError
        Nothing was started.
    EndedError
        The web process ended by itself.
    """
    settings, tls = read_settings(os.environ), tls_files(os.environ)
    check_place(host, port, is_secure=bool(tls or settings.proxies))
    ensure_database()
    set_mode(settings.mode)
    made = first_admin()
    if made is not None:
        sys.stderr.write(say("users.first_admin", name=made[0], password=made[1]) + "\n")
    environment = web_environment(os.environ) | ({TLS_VARIABLE: "1"} if tls else {})
    with _told_to_stop(), _child(web_command(host, port, tls), environment) as web:
        _wait_until_up(web, host, port)
        scheme = "https" if tls else "http"
        sys.stderr.write(say("pages.serve.ready", url=f"{scheme}://{_in_url(host)}:{port}") + "\n")
        _keep_working(web)
        raise EndedError(code=web.returncode)


def tls_files(given: Mapping[str, str]) -> tuple[str, str] | None:
    """Give certificate and key for TLS; None where neither is named.

    Raises
    ------
    BadTlsError
        One is missing or cannot be read.
    """
    names = given.get(CERT_VARIABLE, ""), given.get(KEY_VARIABLE, "")
    if names == ("", ""):
        return None
    if not all(name and os.access(name, os.R_OK) for name in names):
        raise BadTlsError
    return names


def check_place(host: str, port: int, *, is_secure: bool = False) -> None:
    """Refuse a host that others can reach in the clear, and a port that is no port or taken."""
    if host not in LOCAL_HOSTS and not (host and is_secure):
        raise OpenHostError(host=host)
    if not 0 < port < 1 << 16:
        raise BadPortError(port=port)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise TakenPortError(port=port) from error


def web_command(host: str, port: int, tls: tuple[str, str] | None = None) -> list[str]:
    """Give the web process's command line: the application is found by name, never imported here.

    The gate itself believes the headers of listed proxies: the server rewrites nothing, or the gate could not
    see who a request comes from.
    """
    secured = ["--ssl-certfile", tls[0], "--ssl-keyfile", tls[1]] if tls else []
    return [
        sys.executable, "-P", "-m", "uvicorn", "dashboard.main:app", "--host", host, "--port", str(port),
        "--log-level", "warning", "--no-access-log", "--no-server-header", "--no-proxy-headers",
        "--timeout-graceful-shutdown", "3", *secured,
    ]  # fmt: skip


def web_environment(ours: Mapping[str, str]) -> dict[str, str]:
    """Give the web process's environment.

    Parameters
    ----------
    ours
        The environment of this process.

    Returns
    -------
    dict
        A few harmless variables, how people sign in, one URL for each of `WEB_ROLES`, and the folder into
        which pages put files; neither the owner's URL nor the folder of passwords.
    """
    kept = {name: value for name, value in ours.items() if name in WEB_VARIABLES or name in GATE_VARIABLES}
    kept |= {role.variable: role_url(role) for role in WEB_ROLES}
    assert DATABASE_VARIABLE not in kept and HOME_VARIABLE not in kept  # noqa: S101, PT018 -- the promise of DESIGN 5
    return {**kept, SPOOL_VARIABLE: str(spool_folder())}


@contextmanager
def _child(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a child in a session of its own, and end it when the block ends, however it ends."""
    process: subprocess.Popen[bytes] | None = None
    try:
        # a signal between the start and the name would leave a child that nobody ends
        with postponed():
            process = subprocess.Popen(  # noqa: S603 -- the words are the product's own
                command,
                env=environment,
                cwd=repository_root(),
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        yield process
    finally:
        if process is not None:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask a child to end, and end it when it does not; its own children go with it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        os.killpg(process.pid, number)
        try:
            process.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            continue


@contextmanager
def _told_to_stop() -> Iterator[None]:
    """Turn TERM into the same as Ctrl-C."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _wait_until_up(web: subprocess.Popen[bytes], host: str, port: int) -> None:
    """Wait until the web process listens."""
    until = time.monotonic() + START_WITHIN_S
    while time.monotonic() < until:
        if web.poll() is not None:
            raise EndedError(code=web.returncode)
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(PAUSE_S)
        else:
            return
    raise EndedError(code=web.poll())


def _keep_working(web: subprocess.Popen[bytes]) -> None:
    """Run the worker for as long as the web process lives; one that ends by itself is started again."""
    while web.poll() is None:
        with _child([sys.executable, "-P", "-m", "etl.cli", "worker"], dict(os.environ)) as worker:
            while web.poll() is None and worker.poll() is None:
                time.sleep(PAUSE_S)
        time.sleep(WORKER_PAUSE_S)


def _in_url(host: str) -> str:
    """Write a host as an address has it."""
    return f"[{host}]" if ":" in host else host

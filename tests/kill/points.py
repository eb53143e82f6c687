"""The points of a command at which it can be killed, found by hooks, never by marks in the product's code.

Two families, and every point is the instant *between* two operations:

- the driver: every round trip of psycopg passes `Connection.wait`, so one patch there sees each statement, each
  block of a COPY, each commit and rollback, whoever sent it (SQLAlchemy, `data.bulk` ...). The point lies *after*
  the server has answered. Reading on in a result that the server has already computed is no operation.
- the operating system: the interpreter's audit events for files that are opened for writing, renamed, removed,
  truncated, for folders, modes, links and for programs that are started. An audit event fires *before* its
  operation; the state after it is the state before the next point, and the point ``end`` closes the list. What has
  no audit event is hooked on its own, with the point after it: `os.write`, `os.fsync`, and write, flush and close
  of files opened for writing (each is flushed first, so that the half-written file really is on the disk).

This module is used in a forked child that runs one command and ends; nothing is ever unhooked.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from collections.abc import Callable

READING = ("_read_gen", "_read_row_gen", "_stream_fetchone_gen", "notifies")
"""Round trips that only read on in a result: the server does nothing more."""

BEFORE_EVENTS = {
    "os.rename": "rename",
    "os.remove": "remove",
    "os.mkdir": "mkdir",
    "os.rmdir": "rmdir",
    "os.truncate": "truncate",
    "os.chmod": "chmod",
    "os.chown": "chown",
    "os.link": "link",
    "os.symlink": "symlink",
    "subprocess.Popen": "program",
    "os.posix_spawn": "program",
    "os.system": "program",
}
"""Audit events that change something outside the process, and the name of their point."""

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
NOT_FILES = ("/dev/", "/proc/", "/sys/")


@dataclass
class Strike:
    """What is killed, and where.

    Parameters
    ----------
    victim
        ``none``, ``client``, ``backend``, ``postmaster``, ``shutdown`` (the server is stopped in good order),
        ``interrupt`` (Ctrl-C) or ``disk`` (the operation fails since the disk is full).
    at
        Number of the point, from 0; ``None`` kills nowhere.
    postmaster
        Process id of the server, for the victims that need it.
    """

    victim: str = "none"
    at: int | None = None
    postmaster: int = 0


@dataclass
class Points:
    """The counter behind all hooks of one child."""

    strike: Strike
    log: int
    count: int = 0
    backend: int = 0
    busy: threading.local = field(default_factory=threading.local)

    def reach(self, name: str) -> None:
        """Count a point, write it down and strike if it is the one."""
        if getattr(self.busy, "here", False):
            return
        self.busy.here = True
        try:
            number, self.count = self.count, self.count + 1
            REAL_WRITE(self.log, f"{self.backend}\t{' '.join(name.split())}\n".encode())
            if number == self.strike.at:
                kill(self.strike, self.backend)
        finally:
            self.busy.here = False


REAL_WRITE = os.write


def kill(strike: Strike, backend: int) -> None:
    """Kill the victim and return when it is gone (the client never returns)."""
    if strike.victim == "client":
        os.kill(os.getpid(), signal.SIGKILL)
    elif strike.victim == "interrupt":
        signal.raise_signal(signal.SIGINT)
    elif strike.victim == "disk":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    elif strike.victim == "backend" and backend:
        end(backend, signal.SIGKILL)
    elif strike.victim == "postmaster":
        end(strike.postmaster, signal.SIGKILL)
    elif strike.victim == "shutdown":
        end(strike.postmaster, signal.SIGINT)


def end(pid: int, number: int, *, patience_s: float = 20.0) -> None:
    """Send a signal to a process and wait until it runs no more."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
    until = time.monotonic() + patience_s
    while is_running(pid) and time.monotonic() < until:
        time.sleep(0.001)


def is_running(pid: int) -> bool:
    """Tell whether a process runs; one that only waits to be buried does not."""
    try:
        with REAL_OPEN(f"/proc/{pid}/stat", "rb") as file:
            stat: bytes = file.read()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(b")")[2].split()[0] != b"Z"


REAL_OPEN = io.open


def install(points: Points) -> None:
    """Hook the driver and the operating system."""
    hook_driver(points)
    hook_streams(points)
    hook_calls(points)
    sys.addaudithook(lambda event, arguments: on_event(points, event, arguments))


def hook_driver(points: Points) -> None:
    """Put a point after each round trip to the server and after each connect."""
    real_wait: Callable[..., Any] = psycopg.Connection.wait
    real_connect: Callable[..., Any] = psycopg.Connection.connect.__func__

    def wait(self: psycopg.Connection[Any], gen: Any, *args: Any, **options: Any) -> Any:
        name = round_trip(gen)
        result = real_wait(self, gen, *args, **options)
        if name:
            points.backend = self.pgconn.backend_pid
            points.reach(name)
        return result

    def connect(cls: type[psycopg.Connection[Any]], *args: Any, **options: Any) -> Any:
        connection = real_connect(cls, *args, **options)
        points.backend = connection.pgconn.backend_pid
        points.reach("sql connect")
        return connection

    psycopg.Connection.wait = wait
    psycopg.Connection.connect = classmethod(connect)
    psycopg.connect = psycopg.Connection.connect


def round_trip(gen: Any) -> str:
    """Name what a generator of the driver is about to do; empty if it only reads on."""
    kind = getattr(gen, "__name__", type(gen).__name__)
    if kind in READING:
        return ""
    frame = getattr(gen, "gi_frame", None)
    local = frame.f_locals if frame is not None else {}
    query = local.get("query", local.get("statement", ""))
    word = kind.removeprefix("_").removesuffix("_gen")
    return f"sql {word} {statement(query)}".strip()


def statement(query: object) -> str:
    """Give the opening of a statement as text."""
    if isinstance(query, bytes):
        return query[:90].decode("utf-8", "replace")
    if isinstance(query, psycopg.sql.Composable):
        return query.as_string()[:90]
    return str(query)[:90]


def on_event(points: Points, event: str, arguments: tuple[Any, ...]) -> None:
    """Put a point before what an audit event announces."""
    if event == "open":
        path, _mode, flags = arguments
        if isinstance(flags, int) and flags & WRITING and is_file_name(path):
            points.reach(f"file open for writing {short(path)}")
    elif event in BEFORE_EVENTS:
        points.reach(f"file {BEFORE_EVENTS[event]} {' '.join(short(one) for one in arguments[:2])}")


def is_file_name(path: object) -> bool:
    """Tell a path on a disk from descriptors and devices."""
    return isinstance(path, str | bytes | os.PathLike) and not os.fsdecode(path).startswith(NOT_FILES)


def short(value: object) -> str:
    """Give a path's last name, or nothing for other arguments."""
    return Path(os.fsdecode(value)).name if isinstance(value, str | bytes | os.PathLike) else ""


def hook_calls(points: Points) -> None:
    """Put a point after the calls on descriptors, which have no audit event."""
    for name in ("write", "fsync", "fdatasync", "ftruncate"):
        setattr(os, name, followed(points, f"file {name}", getattr(os, name)))


def followed(points: Points, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a call so that a point follows it."""

    def hooked(*args: Any, **options: Any) -> Any:
        result = call(*args, **options)
        if not (args and args[0] in (1, 2)):  # what goes to the terminal is no file
            points.reach(name)
        return result

    return hooked


def hook_streams(points: Points) -> None:
    """Make each file that Python code opens for writing report its writes, flushes and closing."""

    def opened(file: Any, mode: str = "r", *args: Any, **options: Any) -> Any:
        stream = REAL_OPEN(file, mode, *args, **options)
        if set(mode) & set("wax+") and is_followed(file, stream):
            follow(points, stream)
        return stream

    io.open = opened
    builtins.open = opened


def is_followed(file: object, stream: Any) -> bool:
    """Follow files on a disk, by name or by descriptor, but not pipes and terminals."""
    if isinstance(file, int):
        return file > 2 and bool(stream.seekable())
    return is_file_name(file)


def follow(points: Points, stream: Any) -> None:
    """Put points after a stream's write, flush and close; what was written is on the disk by then."""
    write, flush, close, name = stream.write, stream.flush, stream.close, short(getattr(stream, "name", ""))

    def written(content: Any) -> Any:
        size = write(content)
        flush()
        points.reach(f"file write {name}")
        return size

    def closed() -> None:
        first = not stream.closed
        close()
        if first:
            points.reach(f"file close {name}")

    stream.write, stream.close = written, closed

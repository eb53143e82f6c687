"""The server's processes: which run, how one is started and ended, and what a killed one leaves behind."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from data.cluster_account import Account
    from data.cluster_places import Places

ORPHAN_STEPS = ((1.0, None), (5.0, signal.SIGQUIT), (10.0, signal.SIGKILL))
"""Orphans notice within a second, most of them; then they are told, then they are made to."""
STOP_STEPS = ((90.0, signal.SIGINT), (20.0, signal.SIGQUIT), (10.0, signal.SIGKILL))
"""Fast shutdown writes a checkpoint; one that hangs is ended as a crash, which the next start repairs."""
STATUS_LINE = 7
"""Line of postmaster.pid, counted from 0, that says starting, stopping or ready."""
PAUSE_S = 0.01
LAUNCH = 'umask 077; log=$1; shift; setsid "$@" >>"$log" 2>&1 </dev/null & echo $!'
"""Leaves the server behind as nobody's child, so that it never becomes a zombie of a long-lived caller."""


def _lock_lines(path: Path) -> list[str]:
    """Read a lock file's lines; none where there is no such file."""
    with suppress(OSError):
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    return []


def _works_in(pid: int, folder: Path) -> bool:
    """Whether a process is PostgreSQL on this data folder: every server process works in its data folder."""
    with suppress(OSError):
        at_home = Path(f"/proc/{pid}/cwd").readlink() == folder.resolve()
        return at_home and Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip() == "postgres"
    return False


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    with suppress(OSError, IndexError):
        state = (
            Path(f"/proc/{pid}/stat")
            .read_text(encoding="utf-8", errors="replace")
            .rpartition(")")[2]
            .split()[0]
        )
        return state not in {"Z", "X"}
    return False


def postmaster_pid(data: Path) -> int | None:
    """Give the process number of the server on this data folder; None where the lock file is stale."""
    with suppress(IndexError, ValueError):
        pid = int(_lock_lines(data / "postmaster.pid")[0])
        return pid if _works_in(pid, data) else None
    return None


def is_ready(data: Path) -> bool:
    """Whether the server says that it takes connections."""
    lines = _lock_lines(data / "postmaster.pid")
    return (
        len(lines) > STATUS_LINE
        and lines[STATUS_LINE].strip() == "ready"
        and postmaster_pid(data) is not None
    )


def clear_remains(places: Places, runtime: Path) -> None:
    """End a killed server's orphans and remove its lock files, if no server runs.

    PostgreSQL looks only whether the number in a lock file is alive, and after a reboot it often names
    another process. Orphans go first: the lock file is what keeps a second server off their shared memory.
    """
    if postmaster_pid(places.data) is not None:
        return
    end_orphans(places.data)
    for path in (places.pid_file, *runtime.glob(".s.PGSQL.*")):
        path.unlink(missing_ok=True)


def server_processes(data: Path) -> Iterator[int]:
    """Give the numbers of all server processes on this data folder."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _works_in(int(entry.name), data):
            yield int(entry.name)


def end_orphans(data: Path) -> None:
    """Wait for backends whose postmaster was killed, then end them: they hold the shared memory."""
    for patience_s, sign in ORPHAN_STEPS:
        orphans = list(server_processes(data))
        for pid in orphans if sign else []:
            _send(pid, sign)
        if not orphans or _wait_until(lambda: not any(server_processes(data)), patience_s, pause_s=0.05):
            return


def launch(command: list[str], *, account: Account, log: Path) -> int:
    """Leave a program behind that holds none of our files open.

    Returns
    -------
    int
        Its process number.
    """
    done = account.run(["/bin/sh", "-c", LAUNCH, "sh", str(log), *command])
    return int(done.stderr.split()[-1])


def end_server(data: Path) -> bool:
    """Stop the server on a data folder; False where none runs."""
    pid = postmaster_pid(data)
    if pid is None:
        return False
    for patience_s, sign in STOP_STEPS:
        _send(pid, sign)
        if _wait_until(lambda: not _works_in(pid, data), patience_s):
            break
    return True


def _send(pid: int, sign: signal.Signals | None) -> None:
    """Send a signal to a process that may be gone."""
    if sign is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, sign)


def _wait_until(condition: Callable[[], bool], patience_s: float, *, pause_s: float = PAUSE_S) -> bool:
    """Wait for a condition; False when patience ends first."""
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause_s)
    return True

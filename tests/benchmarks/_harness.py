"""What every benchmark is measured with: CPU seconds of this process and of PostgreSQL, in turn with the peer.

The machine is shared, so wall time says nothing: the figure is processor time, project and peer take turns in one
process, several rounds, and the least of each counts. The goal is the ratio.

A benchmark is a module of this folder with a function ``run(measure) -> Iterator[Row]``; its name is the module's with
dashes. A peer is a file of its own, ``*_peer*.py``, that imports nothing of the product.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import threading
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from sqlalchemy import Engine, create_engine

from data import cluster
from data.cluster_databases import superuser_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MEGABYTE = 1_000_000
SAMPLE_S = 0.02
TICKS = os.sysconf("SC_CLK_TCK")
SCRATCH = "campus_bench"
MET, NOT_MET = "met", "not met"


@dataclass(frozen=True)
class Row:
    """One line of the table; ``ours`` and ``peer`` in ``unit``."""

    workload: str
    n: int
    ours: float
    peer: float | None
    goal: float
    unit: str = "CPU s"
    peak_mb: float | None = None

    @property
    def ratio(self) -> float:
        """What is held against the goal: ours to the peer, or ours alone where there is no peer."""
        return self.ours if self.peer is None else self.ours / self.peer

    @property
    def met(self) -> bool:
        """Whether the goal holds, before anything is rounded."""
        return self.ratio <= self.goal


@dataclass
class Measure:
    """Takes the time of callables; ``backends`` are the PostgreSQL processes whose time counts, or all of ``server``."""

    backends: list[int] = field(default_factory=list)
    server: int | None = None
    rounds: int = 5

    def compare(
        self,
        workload: str,
        n: int,
        *,
        ours: Callable[[], Any],
        peer: Callable[[], Any],
        goal: float,
        before: Callable[[], Any] | None = None,
        agree: Callable[[Any, Any], bool] | None = None,
        rounds: int | None = None,
    ) -> Row:
        """Let project and peer do the same work in turn; ``before`` runs untimed ahead of each."""
        mine: list[float] = []
        theirs: list[float] = []
        peaks: list[float] = []
        for turn in range(rounds or self.rounds):
            # whoever goes second finds warm caches: they take turns at that too
            for side in (0, 1) if turn % 2 == 0 else (1, 0):
                (before or _nothing)()
                if side == 0:
                    result, seconds, peak = self.timed(ours)
                    mine.append(seconds)
                    peaks.append(peak)
                    own = result
                else:
                    other, seconds, _ = self.timed(peer)
                    theirs.append(seconds)
                del seconds
            if turn == 0 and agree is not None and not agree(own, other):
                raise AssertionError(f"{workload}: project and peer disagree")
            own = other = result = None
        return Row(workload, n, min(mine), min(theirs), goal, peak_mb=max(peaks))

    def limit(self, workload: str, n: int, value: float, *, goal: float, unit: str) -> Row:
        """Hold one figure against an absolute goal, such as milliseconds or megabytes."""
        return Row(workload, n, value, None, goal, unit=unit)

    def timed(self, work: Callable[[], Any]) -> tuple[Any, float, float]:
        """Give a result, its CPU seconds here and in PostgreSQL, and how many MB memory rose over its start."""
        gc.collect()
        with peak_memory() as peak:
            start = self.cpu_seconds()
            result = work()
            seconds = self.cpu_seconds() - start
        return result, seconds, peak[0]

    def cpu_seconds(self) -> float:
        """Give the processor time used so far by this process, all its threads, and by the backends."""
        server = 0.0 if self.server is None else server_seconds(self.server)
        return time.process_time() + sum(backend_seconds(pid) for pid in self.backends) + server

    def watch(self, connection: psycopg.Connection[Any]) -> None:
        """Count the time of a connection's backend too."""
        self.backends.append(connection.info.backend_pid)

    def watch_server(self, postmaster: int | None) -> None:
        """Count the time of all of a server's processes, those that have ended too: work that makes its own connections."""
        self.server = postmaster


def backend_seconds(pid: int) -> float:
    """Read a process's user and system time from the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def server_seconds(postmaster: int) -> float:
    """Add up the time of a server's first process, of its children, and of the children that it has seen end."""
    total = 0.0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except OSError:  # ended while we looked
            continue
        if path.parent.name == str(postmaster):
            total += sum(int(field) for field in fields[11:15])
        elif fields[1] == str(postmaster):
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


@contextmanager
def peak_memory() -> Iterator[list[float]]:
    """Give how many MB this process's resident memory rose at most over its start.

    The kernel's own high-water mark where it can be set back; else samples, which miss short peaks.
    """
    start = _memory("VmRSS")
    peak = [0.0]
    stop = threading.Event()
    marked = _reset_peak()
    sampler = threading.Thread(target=_sample, args=(peak, start, stop), daemon=True)
    if not marked:
        sampler.start()
    try:
        yield peak
    finally:
        stop.set()
        if marked:
            peak[0] = max(0.0, _memory("VmHWM") - start)
        else:
            sampler.join()


def _reset_peak() -> bool:
    """Set the kernel's high-water mark to what is resident now."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return False
    return True


def _sample(peak: list[float], start: float, stop: threading.Event) -> None:
    while not stop.wait(SAMPLE_S):
        peak[0] = max(peak[0], _memory("VmRSS") - start)


def _memory(name: str) -> float:
    """Read one of the kernel's figures about this process, in MB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024 / MEGABYTE
    raise LookupError(name)


def _nothing() -> None:
    """Do nothing."""


@contextmanager
def scratch_database() -> Iterator[Engine]:
    """Give an engine on an empty PostGIS database of the embedded server, dropped at the end."""
    os.environ.pop("CAMPUS_DATABASE_URL", None)
    cluster.ensure_running()
    name = sql.Identifier(SCRATCH)
    with psycopg.connect(_plain(superuser_url(database="postgres")), autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        admin.execute(sql.SQL("CREATE DATABASE {}").format(name))
        engine = create_engine(superuser_url(database=SCRATCH))
        try:
            with psycopg.connect(_plain(superuser_url(database=SCRATCH)), autocommit=True) as inside:
                inside.execute("CREATE EXTENSION postgis")
            yield engine
        finally:
            engine.dispose()
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


def _plain(url: str) -> str:
    """Write a URL as libpq reads it."""
    return url.replace("postgresql+psycopg", "postgresql", 1)


def write_report(name: str, rows: Sequence[Row], folder: Path) -> Path:
    """Write a benchmark's rows, and what they were measured on, as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    part = path.with_suffix(".part")
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "machine": platform.machine()}
    listed = [{**asdict(row), "ratio": row.ratio, "met": row.met} for row in rows]
    part.write_text(
        json.dumps({"name": name, "machine": machine, "rows": listed}, indent=1), encoding="utf-8"
    )
    part.replace(path)
    return path


HEADINGS = ("workload", "n", "ours", "peer", "ratio", "goal", "peak MB", "goal met")


def table(rows: Sequence[Row]) -> str:
    """Set rows as text; the last column reads exactly ``met`` or ``not met``."""
    cells = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def _cells(row: Row) -> tuple[str, ...]:
    """Write one row's figures."""
    alone = row.peer is None
    return (
        row.workload,
        f"{row.n:,}",
        f"{row.ours:.3f} {row.unit}",
        "-" if alone else f"{row.peer:.3f} {row.unit}",
        "-" if alone else f"{row.ratio:.3f}",
        f"<= {row.goal:g} {row.unit}" if alone else f"<= {row.goal:g}",
        "-" if row.peak_mb is None else f"+{row.peak_mb:.0f}",
        MET if row.met else NOT_MET,
    )

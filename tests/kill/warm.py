"""A process that has imported everything once and forks a child for each run of a command.

Starting Python and importing the geometry libraries takes seconds; a fork takes milliseconds, and a suite of some
hundred kills is only affordable with the second. The process itself opens no connection and starts no thread, so
its children begin as clean as a new program. It reads one order a line from standard input (see `Order`) and
answers each with one line (see `Outcome`). Run as ``python -m tests.kill.warm``.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.kill import points

HEAVY = (
    "geopandas",
    "openpyxl",
    "pandera.pandas",
    "psycopg",
    "pyogrio",
    "rich.progress",
    "scipy.spatial",
    "shapely",
    "sqlalchemy.dialects.postgresql.psycopg",
    "typer",
    "yaml",
)
"""Libraries; the product's own modules are found on disk."""

PRODUCT = ("geo", "data", "etl")
LEFT_OUT = ("migrations.versions", "migrations.env", "__main__", "etl.training")
PLACE = Path(__file__).anchor + "dev/shm"

OUTPUTS = ("points", "out", "err")
PATIENCE_S = 240.0


@dataclass(frozen=True)
class Order:
    """One run of a command.

    Parameters
    ----------
    target
        ``module:function``; called with `words`, gives the exit code.
    words
        The command line.
    victim, at
        What to kill and at which point; see `tests.kill.points.Strike`.
    after_s
        Kill after this many seconds instead, wherever the command is then.
    postmaster
        Process id of the server.
    environment
        Variables that the child has beside those of all.
    """

    target: str
    words: list[str]
    victim: str = "none"
    at: int | None = None
    after_s: float | None = None
    postmaster: int = 0
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Parameters
    ----------
    code
        Exit code; negative: the signal it died of.
    points
        The points it passed, in order.
    out, err
        Its standard output and error.
    seconds
        Wall time.
    """

    code: int
    points: list[str]
    out: str
    err: str
    seconds: float


def main() -> None:
    """Import, say so, then serve orders until the input ends."""
    import_all()
    gc.collect()
    gc.freeze()  # what was imported is never garbage: no child needs to look through it again
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints must not stand between the answers
    answer.write("ready\n")
    answer.flush()
    while line := sys.stdin.readline():
        outcome = serve(Order(**json.loads(line)))
        answer.write(json.dumps(asdict(outcome)) + "\n")
        answer.flush()


def import_all() -> None:
    """Import the libraries and every module of the product that the command line can reach."""
    for name in HEAVY:
        importlib.import_module(name)
    root = Path(__file__).parents[2]
    for package in PRODUCT:
        for path in sorted((root / package).rglob("*.py")):
            name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
            if not any(part in name for part in LEFT_OUT):
                with contextlib.suppress(ImportError):  # the child tells, if it needs it
                    importlib.import_module(name)


def serve(order: Order) -> Outcome:
    """Run one order in a child and tell how it ended."""
    place = Path(tempfile.mkdtemp(dir=PLACE))  # a TemporaryDirectory would be removed when the child exits
    try:
        for name in OUTPUTS:
            (place / name).touch()
        begun = time.monotonic()
        pid = os.fork()
        if pid == 0:
            child(order, place)
        status = watch(pid, order, place)
        seconds = time.monotonic() - begun
        texts = {name: (place / name).read_text("utf-8", "replace") for name in OUTPUTS}
    finally:
        shutil.rmtree(place)
    passed = [line.partition("\t")[2] for line in texts["points"].splitlines()]
    return Outcome(os.waitstatus_to_exitcode(status), passed, texts["out"], texts["err"], seconds)


def child(order: Order, place: Path) -> None:
    """Run the command with the hooks in place and end the process with its exit code."""
    code = 70
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number, name in ((1, "out"), (2, "err")):
            redirect(number, place / name)
        counter = points.Points(
            points.Strike(order.victim, order.at, order.postmaster), log=redirect(None, place / "points")
        )
        os.environ.update(order.environment)
        points.install(counter)
        code = call(order)
        counter.reach("end")
        atexit._run_exitfuncs()
    except BaseException:  # noqa: BLE001 -- a child must never go on as a second parent
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def redirect(number: int | None, path: Path) -> int:
    """Open a file for writing, at a given descriptor if one is named."""
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    if number is None:
        return opened
    os.dup2(opened, number)
    os.close(opened)
    return number


def call(order: Order) -> int:
    """Call the target as the interpreter's main program would be called."""
    module, _, function = order.target.partition(":")
    try:
        return int(getattr(importlib.import_module(module), function)(order.words) or 0)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)


def watch(pid: int, order: Order, place: Path) -> int:
    """Wait for the child; strike on the clock if the order says so; end a child that hangs."""
    begun, struck = time.monotonic(), order.after_s is None
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return status
        spent = time.monotonic() - begun
        if not struck and order.after_s is not None and spent >= order.after_s:
            struck = True
            strike_from_outside(pid, order, place)
        if spent > PATIENCE_S:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.001)


def strike_from_outside(pid: int, order: Order, place: Path) -> None:
    """Kill while the child is in the middle of whatever it does."""
    lines = (place / "points").read_text().splitlines()
    backend = int(lines[-1].partition("\t")[0]) if lines else 0
    if order.victim in ("client", "interrupt"):
        os.kill(pid, signal.SIGKILL if order.victim == "client" else signal.SIGINT)
    else:
        points.kill(points.Strike(order.victim, None, order.postmaster), backend)


class Warm:
    """The client's side: starts the process and sends it orders."""

    def __init__(self, environment: dict[str, str]) -> None:
        import subprocess

        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.kill.warm"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            env=environment,
            text=True,
        )
        if self._answer() != "ready":
            self.close()
            raise RuntimeError("the warm process did not start")

    def run(self, order: Order) -> Outcome:
        """Run one order and wait for its end."""
        if self.process.stdin is None:
            raise RuntimeError("the warm process has no input")
        self.process.stdin.write(json.dumps(asdict(order)) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._answer())
        return Outcome(**answer)

    def close(self) -> None:
        """End the process."""
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        self.process.wait(timeout=30)

    def _answer(self) -> str:
        if self.process.stdout is None:
            raise RuntimeError("the warm process has no output")
        return self.process.stdout.readline().strip()


if __name__ == "__main__":
    main()

"""`campus test` and `campus bench`: all that says whether the product keeps its promises, in one word."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from rich.console import Console
from rich.table import Table

from data.settings import repository_root
from etl.language import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FULL_VARIABLE = "CAMPUS_TEST_FULL"
FULL_FACTOR = 20
"""The large simulations may take so many times as long."""
STUCK = 4
"""All suites together may take so many times their budgets: a busy machine is slow, a stuck suite endless."""


@dataclass(frozen=True)
class Suite:
    """One group of checks.

    Attributes
    ----------
    name
        What it is called in the table.
    budget_s
        Seconds that it takes on two cores, with some to spare; longer is said. A suite that would leave the
        later ones less than their budgets of what `STUCK` gives them all is ended and has failed.
    command
        The program and its words; for pytest the folders.
    """

    name: str
    budget_s: int
    command: tuple[str, ...]

    @property
    def is_pytest(self) -> bool:
        """Whether it counts tests, rather than being one check."""
        return self.command[0] == "pytest"


@dataclass(frozen=True)
class Result:
    """How a suite ended."""

    suite: Suite
    seconds: float
    passed: int
    failed: int
    skipped: int


BY_MODULE = ("-n", "2", "--dist", "loadscope")
BY_GROUP = ("-n", "2", "--dist", "loadgroup")
"""Two workers for two cores, each with a server of its own; a module, or a group, stays with one worker."""
CHECKS = (
    Suite("format", 3, ("ruff", "format", "--check", "--quiet", ".")),
    Suite("lint", 3, ("ruff", "check", "--quiet", ".")),
    Suite("types", 42, ("mypy",)),
    Suite("imports", 3, ("lint-imports", "--no-cache")),
    Suite("architecture", 20, ("pytest", "tests/architecture")),
    Suite("unit", 55, ("pytest", "tests/unit", *BY_MODULE)),
    Suite("properties", 125, ("pytest", "tests/properties", *BY_MODULE)),
)
SYSTEM = (
    Suite("database", 245, ("pytest", "tests/database", *BY_MODULE)),
    Suite("launcher", 72, ("pytest", "tests/launcher")),
    Suite("app", 88, ("pytest", "tests/app", *BY_MODULE)),
    Suite("attack", 90, ("pytest", "tests/attack", *BY_MODULE)),
    Suite("browser", 260, ("pytest", "tests/browser", *BY_MODULE)),
    Suite("kill", 193, ("pytest", "tests/kill", *BY_GROUP)),
)
"""Together under twenty minutes on two cores."""
LATE = 124
"""The exit code of a program that was ended for being late, as coreutils' ``timeout`` gives it."""
PATIENCE_S = 30
"""How long a suite that is late may take to end what it started."""


def test(words: list[str]) -> int:
    """Run all suites, the quick ones (``unit``), the long ones too (``full``), or what pytest is told.

    Returns
    -------
    int
        0 when everything passed, 1 when something failed, pytest's own code for its words.
    """
    full = words == ["full"]
    if words and words not in (["unit"], ["full"]):
        return _run([sys.executable, "-P", "-m", "pytest", *words])
    if full:
        os.environ[FULL_VARIABLE] = "1"
    suites = CHECKS if words == ["unit"] else (*CHECKS, *SYSTEM)
    results = list(_run_all(suites, factor=FULL_FACTOR if full else 1))
    _show(results)
    return 1 if any(result.failed for result in results) else 0


def bench(words: list[str]) -> int:
    """Run the named benchmarks, or all; 1 when a goal is missed."""
    return _run([sys.executable, "-P", "-m", "tests.benchmarks", *words], path=True)


def _run(command: list[str], *, path: bool = False, timeout: float | None = None) -> int:
    """Run a program in the repository; its output goes where ours goes."""
    environment = {**os.environ, "PYTHONPATH": str(repository_root())} if path else None
    with subprocess.Popen(command, cwd=repository_root(), env=environment) as process:  # noqa: S603 -- our own words
        try:
            return process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            _await_end(process)
            return LATE
        except KeyboardInterrupt:
            _await_end(process)  # the terminal interrupted it too
            raise


def _await_end(process: subprocess.Popen[Any]) -> None:
    """Let an interrupted program end its servers and browsers; kill it where that takes too long."""
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()


def _run_all(suites: Sequence[Suite], *, factor: int) -> Iterator[Result]:
    """Run suites one after the other."""
    left = [suite.budget_s * factor for suite in suites]
    until = time.monotonic() + STUCK * sum(left)
    for number, suite in enumerate(suites):
        latest = until - time.monotonic() - sum(left[number + 1 :])
        yield _run_suite(suite, budget=left[number], latest=max(latest, left[number]))


def _run_suite(suite: Suite, *, budget: int, latest: float) -> Result:
    """Run one suite; say so when it took longer than its budget, end it when it is stuck."""
    sys.stderr.write(f"\n== {suite.name} ({budget} s)\n")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="campus-junit-") as folder:
        report = Path(folder) / "junit.xml"
        code = _run(_command(suite, report), timeout=latest)
        seconds = time.monotonic() - started
        passed, failed, skipped = _counts(report) if suite.is_pytest else (int(code == 0), int(code != 0), 0)
    if code and not failed:
        failed = 1
    if seconds > budget:
        sys.stderr.write(
            say("server.over_budget", suite=suite.name, seconds=round(seconds), budget=budget) + "\n"
        )
    return Result(suite, seconds, passed, failed, skipped)


def _command(suite: Suite, report: Path) -> list[str]:
    """Give the command line of a suite, with the tools of our own environment."""
    tools = Path(sys.executable).parent
    if not suite.is_pytest:
        return [str(tools / suite.command[0]), *suite.command[1:]]
    return [sys.executable, "-P", "-m", "pytest", "-q", f"--junitxml={report}", *suite.command[1:]]


def _counts(report: Path) -> tuple[int, int, int]:
    """Read passed, failed and skipped from pytest's report; one failure where there is none."""
    if not report.exists():
        return 0, 1, 0
    suites = list(ET.parse(report).getroot().iter("testsuite"))  # noqa: S314 - pytest wrote it a moment ago
    total, failures, errors, skipped = (
        sum(int(suite.get(name, 0)) for suite in suites)
        for name in ("tests", "failures", "errors", "skipped")
    )
    failed = failures + errors
    return total - failed - skipped, failed, skipped


def _show(results: list[Result]) -> None:
    """Print a table of suites, and the one line that machines read."""
    table = Table(title=say("server.suites"))
    for key in ("suite", "passed", "failed", "skipped", "seconds"):
        table.add_column(say(f"server.column.{key}"), justify="left" if key == "suite" else "right")
    for result in results:
        numbers = (result.passed, result.failed, result.skipped)
        table.add_row(result.suite.name, *(str(number) for number in numbers), f"{result.seconds:.1f}")
    Console().print(table)
    passed, failed, skipped = (
        sum(getattr(result, name) for result in results) for name in ("passed", "failed", "skipped")
    )
    sys.stdout.write(f"{passed} passed, {failed} failed, {skipped} skipped\n")

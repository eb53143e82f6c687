"""One command killed in one way, and what must hold afterwards."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tests.kill import state
from tests.kill.operations import REPORT_KEYS, Operation
from tests.kill.warm import Order, Outcome, Warm

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.kill.server import Server

KILLED = -9
INTERRUPTED = 130
NEEDS_ROOM = ("file open", "file write", "file fsync", "file close", "file mkdir", "file rename")
SERVER_VICTIMS = ("backend", "postmaster", "shutdown")


@dataclass(frozen=True)
class Ground:
    """Where trials take place.

    Parameters
    ----------
    warm
        Runs commands.
    server
        The cluster that they use.
    start
        Starts the server by the product's own code if it is down, as any command does.
    files
        Input files; they never change.
    work
        Reports and the temporary folder of the commands.
    home
        `CAMPUS_HOME`.
    cluster
        Folders below `home` that belong to the running server.
    """

    warm: Warm
    server: Server
    start: Callable[[], None]
    files: Path
    work: Path
    home: Path
    cluster: tuple[Path, ...] = ()

    def names(self) -> set[str]:
        """Name all files but those of the server."""
        return state.names_below((self.home, self.work), leave_out=self.cluster)

    def words(self, words: tuple[str, ...]) -> list[str]:
        """Fill the folders into a command line."""
        return [word.format(files=self.files, work=self.work) for word in words]

    def state(self) -> state.State:
        """Read the digests of the product's database."""
        return state.read_state(self.server.url)


@dataclass
class Trials:
    """The trials of one operation; made by `prepare`.

    Parameters
    ----------
    template
        Where the state before is kept.
    before
        State in which each trial begins.
    after
        State after one run that nothing disturbed.
    names
        Files that may be there after undisturbed runs.
    points
        The points of an undisturbed run.
    seconds
        How long an undisturbed run takes.
    """

    ground: Ground
    operation: Operation
    template: str
    before: state.State
    after: state.State
    names: set[str]
    points: list[str]
    seconds: float

    def run(self, **strike: object) -> Outcome:
        """Run the command, with a kill if one is asked for."""
        return run(self.ground, self.operation, **strike)

    @cached_property
    def after_again(self) -> state.State:
        """State after two runs that nothing disturbed; the database is left in it."""
        self.reset()
        for _ in range(2):
            self.run()
        return self.ground.state()

    def reset(self) -> None:
        """Go back to the state before."""
        self.ground.server.restore(self.template)
        for path in self.ground.work.iterdir():
            path.unlink() if path.is_file() else shutil.rmtree(path)

    def sample(self, victim: str, step: int) -> list[int]:
        """Choose points for a victim: every so many, and always the commits and what follows them.

        A backend can only be killed when there is one, a disk can only be full for a file, and after the end
        nobody listens to Ctrl-C.
        """
        numbers = range(len(self.points))
        if victim == "backend":
            numbers = range(self.points.index("sql connect"), len(self.points))
        if victim == "interrupt":
            numbers = range(len(self.points) - 1)
        if victim == "disk":
            return [at for at in numbers if self.points[at].startswith(NEEDS_ROOM)]
        commits = {at for at in numbers if "sql commit" in self.points[max(at - 1, 0) : at + 1]}
        return sorted(commits | set(numbers[::step]))

    def trial(self, victim: str, *, at: int | None = None, after_s: float | None = None) -> list[str]:
        """Kill a victim once and give all faults that show, each with the place of the kill."""
        place = (
            f"{victim} at point {at} ({self.points[at]})"
            if at is not None
            else f"{victim} after {after_s:.2f} s"
        )
        postmaster = self.ground.server.postmaster() if victim in SERVER_VICTIMS else 0
        outcome = self.run(victim=victim, at=at, after_s=after_s, postmaster=postmaster)
        if victim in SERVER_VICTIMS:
            self.ground.start()
        left = self.ground.state()
        done = not left.changed_in_meaning(self.after)
        faults = [*self._faults_of_end(victim, outcome, timed=at is None), *self._faults_of_state(left)]
        if at is not None:
            faults += self._faults_of_way(outcome, at)
            faults += faults_of_truth(outcome, done=done)
        faults += [*self._faults_of_report(), *self._faults_of_next(done=done)]
        self.reset()
        return [f"{place}: {fault}" for fault in faults]

    def _faults_of_end(self, victim: str, outcome: Outcome, *, timed: bool) -> list[str]:
        """Check the exit code and the one sentence."""
        allowed = {"client": {KILLED}, "interrupt": {0, INTERRUPTED}}.get(victim, {0, 1})
        faults = []
        if outcome.code not in (allowed | {0} if timed else allowed):
            faults.append(f"ended with {outcome.code}: {outcome.err.strip()[-300:]}")
        if outcome.code in (1, INTERRUPTED):
            faults += faults_of_sentence(outcome.err)
        return faults

    def _faults_of_way(self, outcome: Outcome, at: int) -> list[str]:
        """Check that the run came to the point as an undisturbed one does."""
        same = kinds(outcome.points[: at + 1]) == kinds(self.points[: at + 1])
        return [] if same else ["the run did not pass the same points as an undisturbed one"]

    def _faults_of_report(self) -> list[str]:
        if not self.operation.report:
            return []
        fault = state.fault_of_report(self.ground.work / self.operation.report, set(REPORT_KEYS))
        return [fault] if fault else []

    def _faults_of_state(self, left: state.State) -> list[str]:
        """Check that every table is as before, or every table as after."""
        changed, missing = left.changed(self.before), left.changed_in_meaning(self.after)
        if not changed or not missing:
            return []
        return [f"something between: differs from before in {changed}, from after in {missing}"]

    def _faults_of_next(self, *, done: bool) -> list[str]:
        """Check that the next run succeeds, ends in the state after, and leaves no stray file."""
        outcome = self.run()
        wanted = 1 if done and self.operation.once else 0
        faults = [] if outcome.code == wanted else [f"the next run failed: {outcome.err.strip()[-300:]}"]
        now = self.ground.state()
        names = self.ground.names()
        wrong = now.changed_in_meaning(self.after_again if done else self.after)
        faults += [f"the next run left other rows in {wrong}"] if wrong else []
        stray = names - self.names
        faults += [f"stray files stay: {sorted(stray)}"] if stray else []
        return faults + self._faults_of_report()


def kinds(points: list[str]) -> list[str]:
    """Give the kinds of points, without names that may be random."""
    return [" ".join(point.split()[:2]) for point in points]


def faults_of_truth(outcome: Outcome, *, done: bool) -> list[str]:
    """Check that the exit code says what became of the database; a killed command has none."""
    if outcome.code == KILLED or (outcome.code == 0) == done:
        return []
    return [
        f"said {outcome.code} and the database is {'changed' if done else 'as it was'}: {outcome.err.strip()[-300:]}"
    ]


def faults_of_sentence(said: str) -> list[str]:
    """Check that a failed command said one sentence for people and nothing for programmers."""
    lines = said.strip().splitlines()
    if "Traceback" in said or len(lines) != 1:
        return [f"said {len(lines)} lines instead of one sentence: {said.strip()[-600:]}"]
    return ["called its end a fault of the program: " + lines[0]] if "fault" in lines[0] else []


def run(ground: Ground, operation: Operation, **strike: object) -> Outcome:
    """Run an operation once."""
    return ground.warm.run(Order(operation.target, ground.words(operation.words), **strike))  # type: ignore[arg-type]  # fields of Order


def prepare(ground: Ground, operation: Operation, *, empty: str) -> Trials:
    """Make the state before, and learn from undisturbed runs what after means.

    Parameters
    ----------
    ground
        Where.
    operation
        What.
    empty
        Template database to begin with.
    """
    ground.server.restore(empty)
    for words in operation.leading:
        lead(ground, words)
    template = f"before_{operation.name}"
    ground.server.keep(template)
    before = ground.state()
    outcome = run(ground, operation)
    if outcome.code != 0:
        raise RuntimeError(f"{operation.name} fails undisturbed: {outcome.err}")
    found = ground.state(), ground.names(), outcome.points, outcome.seconds
    trials = Trials(ground, operation, template, before, *found)
    trials.reset()
    return trials


def lead(ground: Ground, words: tuple[str, ...]) -> None:
    """Run one of the commands that lead up to the operation."""
    outcome = ground.warm.run(Order("etl.cli:run", ground.words(words)))
    if outcome.code != 0:
        raise RuntimeError(f"{json.dumps(words, ensure_ascii=False)}: {outcome.err}")

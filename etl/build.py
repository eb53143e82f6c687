"""`build`: run jobs over all partitions; results are those of before or those of now, nothing between.

Partitions are taken together up to a district's size and committed at once; only a whole province or country
is committed district by district. A run's row in the audit stands in the same transaction as its results.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from data.migrate import ensure_database
from data.repositories import packaged, rules
from data.repositories import settings as settings_repository
from data.repositories.facts import Facts, present_facts
from data.repositories.provenance import newest_batches
from data.repositories.results import drop_other_partitions
from data.repositories.runs import finish_run, start_run
from data.repositories.situation import instance
from data.repositories.snapshots import begin_snapshot, lock_builds
from data.rule_book import shipped_rules
from data.session import open_local_session, unit_of_work, viewer_transaction
from data.settings import DbRole
from data.terms import Instance
from etl.interrupts import finishing
from etl.jobs import JOBS
from etl.jobs.task import Task, Whole
from etl.notes import Note
from etl.progress import silent
from geo.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    from sqlalchemy import Connection

    from data.config import Settings
    from etl.progress import ProgressCallback

ALL = "all"
TOGETHER_SCHOOLS = 20_000
"""Partitions with fewer schools than this in all are committed at once."""


class UnknownJobNameError(CampusError):
    """There is no job of that name; ``known`` lists those there are."""

    key = "build.unknown_job"
    exit_code = 2


class FutureDayError(CampusError):
    """A build can look back, not ahead; ``day`` is after ``today``."""

    key = "build.future_day"
    exit_code = 2


@dataclass(frozen=True, slots=True)
class JobResult:
    """What one job did in one run."""

    job: str
    run_id: int
    districts: tuple[str, ...]
    schools: int
    rows: int
    seconds: float
    notes: tuple[Note, ...] = ()
    """What there is to say beside the numbers."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did, in the order in which it was done."""

    results: tuple[JobResult, ...]

    @property
    def rows(self) -> int:
        """Rows written in all."""
        return sum(result.rows for result in self.results)


@dataclass(frozen=True, slots=True)
class _Partition:
    district: str
    schools: int


def build(
    jobs: Sequence[str],
    *,
    as_of: date | None = None,
    only_changed: bool = False,
    progress: ProgressCallback = silent,
) -> BuildReport:
    """Compute results of the facts of today, or of those of an earlier day.

    Parameters
    ----------
    jobs
        Names of jobs, or ``all``; none means all.
    as_of
        A local date that has passed: its facts are read, its results go to `out_asof`, `out` is not touched.
    only_changed
        Leave the schools alone whose results depend on the same as when they were last built; with ``as_of``
        there is nothing to leave alone.
    progress
        Told how many schools are done in each step.

    Returns
    -------
    BuildReport
        Without schools every job wrote 0 rows, and rows of earlier partitions are gone.

    Raises
    ------
    UnknownJobNameError
        A word is no job's name.
    FutureDayError
        ``as_of`` has not come yet.
    """
    names = job_names(jobs)
    ensure_database()
    # The guard is a transaction of its own: a snapshot taken while waiting for the lock would be out of date.
    with finishing() as no_return, unit_of_work(DbRole.LOADER) as guard:
        lock_builds(guard)
        batches = _batches(_facts(guard, settings_repository.read(guard), as_of))
        told = _Telling(progress, sum(part.schools for batch in batches for part in batch))
        results = [
            result
            for number, batch in enumerate(batches, start=1)
            for result in _build_batch(
                batch,
                names,
                as_of=as_of,
                told=told,
                only_changed=only_changed,
                at_last=no_return if number == len(batches) else None,
            )
        ]
    return BuildReport(tuple(results))


def job_names(words: Iterable[str]) -> list[str]:
    """Give the jobs that are meant, in the order in which they run.

    Raises
    ------
    UnknownJobNameError
        A word is no job's name.
    """
    wanted = set(words) or {ALL}
    unknown = sorted(wanted - JOBS.keys() - {ALL})
    if unknown:
        raise UnknownJobNameError(job=unknown[0], known=", ".join([*JOBS, ALL]))
    return [name for name in JOBS if name in wanted or ALL in wanted]


def _batches(facts: Facts) -> list[list[_Partition]]:
    """Take partitions together as long as they are few schools; at least one batch, so that old rows go."""
    found = facts.partitions()
    schools = dict(zip(found["district_code"], found["schools"].astype(int), strict=True))
    batches: list[list[_Partition]] = [[]]
    for district in sorted({*schools, *facts.event_partitions()}):
        partition = _Partition(str(district), int(schools.get(district, 0)))
        if batches[-1] and sum(part.schools for part in batches[-1]) + partition.schools > TOGETHER_SCHOOLS:
            batches.append([])
        batches[-1].append(partition)
    return batches


class _Telling:
    """Adds up how many schools are done, over partitions and batches."""

    def __init__(self, progress: ProgressCallback, total: int) -> None:
        self.progress, self.total = progress, total
        self.before: dict[str, int] = {}

    def tell(self, job: str, done: int) -> None:
        self.progress(f"build.step.{job}", self.before.get(job, 0) + done, self.total)

    def end(self, job: str, schools: int) -> None:
        self.before[job] = self.before.get(job, 0) + schools
        self.tell(job, 0)


def _build_batch(
    batch: list[_Partition],
    names: list[str],
    *,
    as_of: date | None,
    told: _Telling,
    only_changed: bool,
    at_last: Callable[[], None] | None,
) -> Iterator[JobResult]:
    """Run all jobs on some partitions in one transaction; ``at_last`` is called before the last commit."""
    with unit_of_work(DbRole.LOADER) as connection:
        begin_snapshot(connection)
        rules.ship(connection, shipped_rules())
        settings = settings_repository.read(connection)
        facts, day = _facts(connection, settings, as_of), _day(settings, as_of)
        digest, taken = facts.digest(), _taken(connection)
        results = []
        for name in names:
            begun = time.monotonic()
            run_id = _start(connection, name, settings, day, digest)
            notes: list[Note] = []
            task = partial(
                Task, facts=facts, settings=settings, day=day, run_id=run_id, only_changed=only_changed,
                notes=notes, taken=taken,
            )  # fmt: skip
            parts = [part for part in batch if part.schools or JOBS[name].of_events]
            rows = sum(_run(name, part, task, told) for part in parts)
            if at_last and (once := JOBS[name].once):
                rows += once(Whole(facts, day, run_id, notes))
            if not rows and not only_changed and (nothing := JOBS[name].nothing):
                notes.append(Note(nothing, {}))
            finish_run(connection, run_id)
            schools = sum(part.schools for part in parts)
            districts = tuple(part.district for part in parts)
            seconds = time.monotonic() - begun
            results.append(JobResult(name, run_id, districts, schools, rows, seconds, tuple(notes)))
        if at_last:
            _drop_gone(facts, names)
            at_last()
        connection.commit()
    yield from results


def _taken(connection: Connection) -> frozenset[tuple[str, str]]:
    """Give what packages brought to the joint instance: it is newer knowledge than what is known here."""
    found = instance(connection)
    if found is None or found.instance is not Instance.JOINT:
        return frozenset()
    with viewer_transaction(open_local_session()) as viewer:
        return packaged.standing(viewer)


def _run(name: str, part: _Partition, task: Callable[..., Task], told: _Telling) -> int:
    rows = JOBS[name].run(task(district=part.district, done=lambda done: told.tell(name, done)))
    told.end(name, part.schools)
    return rows


def _drop_gone(facts: Facts, names: list[str]) -> None:
    """Remove the rows of partitions that have no schools any more."""
    with_schools = [str(district) for district in facts.partitions()["district_code"]]
    with_events = facts.event_partitions()
    for name in names:
        kept = [*with_schools, *with_events] if JOBS[name].of_events else with_schools
        for table in JOBS[name].tables:
            drop_other_partitions(facts.connection, table, kept, as_of=facts.day)


def _start(connection: Connection, name: str, settings: Settings, day: date, digest: str) -> int:
    params = {**settings.model_dump(mode="json"), "day": day.isoformat()}
    params["batches"] = newest_batches(connection)
    return start_run(connection, name, day, params, code_version=code_version(), input_hash=digest)


def _facts(connection: Connection, settings: Settings, as_of: date | None) -> Facts:
    """Give the facts of an earlier day, or those of today."""
    return (
        present_facts(connection, _today(settings), for_build=True)
        if as_of is None
        else Facts(connection, as_of)
    )


def _today(settings: Settings) -> date:
    return datetime.now(tz=ZoneInfo(settings.timezone)).date()


def _day(settings: Settings, as_of: date | None) -> date:
    """Give the day whose timetable counts."""
    today = _today(settings)
    if as_of is not None and as_of > today:
        raise FutureDayError(day=as_of.isoformat(), today=today.isoformat())
    return as_of or today


def code_version() -> str:
    """Give the version of the code that computes."""
    try:
        return version("campus-perimeter")
    except PackageNotFoundError:
        return "0"

"""The worker: takes jobs from `work.job`, one at a time, each in a process of its own.

Pages never load or build; they put a row in the queue. A job is one transaction and idempotent, so a worker
that is killed loses nothing: its job is still marked as running, and half a minute after its last sign the
next worker runs it again. A reader that crashes costs its own process, not the worker. What pages ask for
beside builds is `etl.tasks`.
"""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from data import spool
from data.migrate import ensure_database
from data.repositories import campaign_facts, job_files
from data.repositories import jobs as queue
from data.repositories import settings as settings_repository
from data.session import unit_of_work
from data.settings import DbRole
from etl.audit_chain import Sealer
from etl.schedule import Nightly
from etl.tasks import errands
from geo.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

T = TypeVar("T")

PAUSE_S = 1.0
HEARTBEAT_S = 5.0
LONGEST_S = 2 * 3600.0
"""A process that works longer than that is ended: one file must not keep everybody waiting."""
TIDY_EVERY_S = 3600.0
NIGHTLY_KIND = "build"


class UnknownJobError(CampusError):
    """A row of the queue asks for something the worker does not do."""

    key = "cli.unknown_job"


def command_of(job: queue.Job) -> list[str]:
    """Give the command line that does a job.

    Raises
    ------
    UnknownJobError
        The worker knows no such kind of job, or cannot read what it is to do.
    """
    names = job.args.get("jobs", ["all"])
    if job.kind != "build" or not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UnknownJobError(kind=job.kind)
    only_changed = ["--changed"] if job.args.get("changed") is True else []
    # a page's words are names of jobs, never options
    return [sys.executable, "-P", "-m", "etl.cli", "build", *only_changed, "--", *names]


def do(job: queue.Job) -> queue.Outcome:
    """Run a job to its end in a process of its own, with a heartbeat while it runs."""
    try:
        errand = errands.errand_of(job)
        command = errand.command if errand else command_of(job)
    except CampusError as error:
        return errands.failed(error)
    with subprocess.Popen(  # noqa: S603 -- the words are the product's own
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        said = _wait(process, beat=lambda: _in_queue(lambda c: queue.beat(c, job.id)))
    if errand:
        return errand.ended(process.returncode)
    status = "done" if process.returncode == 0 else "failed"
    return queue.Outcome(status=status, result={"exit_code": process.returncode, "said": said})


def _wait(process: subprocess.Popen[str], *, beat: Callable[[], None]) -> str:
    """Wait for a process to end, beating; give the last line it said."""
    until = time.monotonic() + LONGEST_S
    while True:
        try:
            _, said = process.communicate(timeout=HEARTBEAT_S)
        except subprocess.TimeoutExpired:
            beat()
            if time.monotonic() > until:
                process.kill()
        else:
            lines = said.strip().splitlines()
            return lines[-1] if lines else ""


def _in_queue(action: Callable[[Connection], T]) -> T:
    """Do one thing with the queue in a transaction of its own."""
    with unit_of_work(DbRole.LOADER) as connection:
        result = action(connection)
        connection.commit()
    return result


def step() -> bool:
    """Take the oldest queued job, run it, write down how it ended; False where none waits."""
    job = _in_queue(queue.take)
    if job is None:
        return False
    outcome = do(job)
    _in_queue(lambda connection: _finish(connection, job, outcome))
    errands.clear(job)
    return True


def _finish(connection: Connection, job: queue.Job, outcome: queue.Outcome) -> None:
    """Write down how a job ended, with its files; facts that changed want a build."""
    if errands.wants_build(job, outcome):
        campaign_facts.renew(connection)
        build = queue.add_waiting(connection, "build", errands.build_of(job), created_by="schedule")
        outcome = replace(outcome, result={**outcome.result, "build_job": build})
    queue.finish(connection, job.id, outcome)
    job_files.keep(connection, job.id, outcome.files)


def tidy() -> None:
    """Delete what nobody will come for: files of pages that were closed, and those of a month ago."""

    def act(connection: Connection) -> None:
        waiting = queue.open_jobs(connection)
        job_files.expire(connection)
        spool.sweep(
            waiting={str(job.args.get("token")) for job in waiting}, rooms={job.id for job in waiting}
        )

    _in_queue(act)


def plan_nightly(now: datetime) -> None:
    """Put the nightly build in the queue once a day, from the hour that the settings name."""
    with unit_of_work(DbRole.LOADER) as connection:
        settings = settings_repository.read(connection)
        local = now.astimezone(ZoneInfo(settings.timezone))
        if local.time() >= settings.nightly_build_at:
            queue.add_once(connection, NIGHTLY_KIND, {"jobs": ["all"]}, token=f"nightly-{local.date()}")
            connection.commit()


def turn(now: datetime) -> bool:
    """Put lost jobs back, plan the night's build, run one job; False where none waited."""
    _in_queue(queue.requeue_lost)
    plan_nightly(now)
    return step()


def run() -> None:
    """Work until the process is told to stop; a lost database is waited for."""
    ensure_database()
    Sealer().start()
    tidied = float("-inf")
    nightly = Nightly()
    while True:
        try:
            if time.monotonic() - tidied >= TIDY_EVERY_S:
                tidy()
                now = datetime.now(tz=ZoneInfo("UTC"))
                nightly.expire_register(now)
                nightly.tend_audit(now)
                tidied = time.monotonic()
            busy = turn(datetime.now(tz=ZoneInfo("UTC")))
        except CampusError:
            busy = False
        if not busy:
            time.sleep(PAUSE_S)

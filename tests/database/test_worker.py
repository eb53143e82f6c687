"""The queue hands each job to one worker; a worker that dies, and a job that fails, leave word of it."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data.messages import LANGS
from data.messages import text as sentence
from data.repositories import jobs as queue
from data.repositories import settings as settings_repository
from data.session import open_local_session, set_viewer, unit_of_work
from data.settings import DbRole
from etl import worker
from tests.database.viewers import as_owner

SHANGHAI = ZoneInfo("Asia/Shanghai")
EVENING = dt.datetime(2026, 9, 1, 0, 30, tzinfo=SHANGHAI)
"""An hour at which no nightly build is due yet."""
PERIMETERS = {"jobs": ["perimeters"]}


@pytest.fixture(autouse=True)
def empty_queue(shared_database: str) -> None:
    """Begin each test without jobs, runs and settings."""
    as_owner("TRUNCATE work.job, core.setting")
    as_owner("DELETE FROM audit.run")


def add(kind: str = "build", args: dict[str, Any] | None = None) -> int:
    with unit_of_work(DbRole.LOADER) as connection:
        number = queue.add(connection, kind, PERIMETERS if args is None else args)
        connection.commit()
    return number


def take() -> queue.Job | None:
    with unit_of_work(DbRole.LOADER) as connection:
        job = queue.take(connection)
        connection.commit()
    return job


def job(number: int) -> Any:
    with unit_of_work(DbRole.LOADER) as connection:
        return connection.execute(text("SELECT * FROM work.job WHERE id = :id"), {"id": number}).one()


def listed() -> list[tuple[Any, ...]]:
    with unit_of_work(DbRole.LOADER) as connection:
        return [
            tuple(row)
            for row in connection.execute(
                text("SELECT kind, status, args, created_by FROM work.job ORDER BY id")
            )
        ]


def silent_for(number: int, seconds: int) -> None:
    """Make a job look as if its worker had said nothing for so long."""
    as_owner(
        "UPDATE work.job SET heartbeat_at = now() - make_interval(secs => :s) WHERE id = :id",
        id=number,
        s=seconds,
    )


# --- the queue


def test_the_oldest_job_is_taken_first_and_marked() -> None:
    first, second = add(), add()
    taken = take()
    assert taken == queue.Job(first, "build", PERIMETERS, created_by="cli")
    assert (job(first).status, job(second).status) == ("running", "queued")
    assert job(first).started_at == job(first).heartbeat_at
    assert job(first).started_at is not None


def test_two_workers_at_once_never_take_the_same_job() -> None:
    first, second = add(), add()
    with unit_of_work(DbRole.LOADER) as one, unit_of_work(DbRole.LOADER) as other:
        taken = [queue.take(one), queue.take(other), queue.take(other)]
        assert [found.id if found else None for found in taken] == [first, second, None]
        one.rollback()
        other.commit()
    again = take()
    assert again is not None
    assert again.id == first


def test_many_workers_share_many_jobs() -> None:
    numbers = [add() for _ in range(20)]
    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(lambda _: take(), range(30)))
    assert sorted(found.id for found in taken if found) == numbers


def test_a_beat_is_a_sign_of_life() -> None:
    number = add()
    take()
    silent_for(number, 100)
    with unit_of_work(DbRole.LOADER) as connection:
        queue.beat(connection, number)
        assert queue.requeue_lost(connection) == 0
        connection.commit()
    assert job(number).status == "running"


@pytest.mark.parametrize(("seconds", "status"), [(25, "running"), (35, "queued")])
def test_a_job_whose_worker_gave_no_sign_for_half_a_minute_goes_back(seconds: int, status: str) -> None:
    number = add()
    take()
    silent_for(number, seconds)
    with unit_of_work(DbRole.LOADER) as connection:
        assert queue.requeue_lost(connection) == (status == "queued")
        connection.commit()
    found = job(number)
    assert found.status == status
    assert (found.started_at is None) is (status == "queued")


@pytest.mark.parametrize("status", ["done", "failed", "queued"])
def test_a_job_that_is_not_running_is_never_put_back(status: str) -> None:
    number = add()
    take()
    silent_for(number, 1000)
    as_owner("UPDATE work.job SET status = :status WHERE id = :id", id=number, status=status)
    with unit_of_work(DbRole.LOADER) as connection:
        assert queue.requeue_lost(connection) == 0


@pytest.mark.parametrize("args", ["[]", '"all"', "1", "null"])
def test_the_words_of_a_job_are_an_object(args: str) -> None:
    with pytest.raises(DBAPIError, match="ck_job_args"):
        as_owner(
            "INSERT INTO work.job (kind, args, created_by) VALUES ('build', CAST(:a AS jsonb), 'x')", a=args
        )


# --- the worker


def test_a_job_is_done_in_a_process_of_its_own_while_its_worker_gives_signs_of_life(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "HEARTBEAT_S", 0.1)
    number = add()
    assert worker.step()
    found = job(number)
    assert (found.status, found.result["exit_code"]) == ("done", 0)
    assert found.started_at < found.heartbeat_at < found.finished_at
    assert as_owner("SELECT count(*) FROM audit.run WHERE job = 'perimeters' AND status = 'done'") == 1


def test_an_empty_queue_is_no_work() -> None:
    assert not worker.step()
    assert listed() == []


def test_a_job_that_fails_says_why_in_the_data() -> None:
    number = add(args={"jobs": ["nonsense"]})
    assert worker.step()
    found = job(number)
    assert (found.status, found.result["exit_code"]) == ("failed", 2)
    assert "nonsense" in found.result["said"]


@pytest.mark.parametrize(
    ("kind", "args"),
    [("conquest", {}), ("build", {"jobs": "all"}), ("build", {"jobs": 5}), ("build", {"jobs": [5]})],
)
def test_a_job_that_nobody_knows_fails_with_a_sentence_in_both_languages(
    kind: str, args: dict[str, Any]
) -> None:
    number = add(kind, args)
    assert worker.step()
    found = job(number)
    assert found.status == "failed"
    for lang in LANGS:
        assert kind in sentence(found.result["key"], lang, **found.result["params"])


def test_the_words_of_a_job_are_never_options() -> None:
    number = add(args={"jobs": ["--as-of=2020-01-01"]})
    worker.step()
    assert (job(number).status, job(number).result["exit_code"]) == ("failed", 2)
    assert as_owner("SELECT count(*) FROM audit.run") == 0


def test_a_lost_job_is_taken_by_the_next_worker_also_when_that_started_before_it_was_lost(
    database: str,
) -> None:
    number = add("conquest")
    take()
    assert not worker.turn(EVENING)
    silent_for(number, queue.LOST_AFTER_S + 1)
    assert worker.turn(EVENING)
    assert job(number).status == "failed"


def test_a_page_puts_a_job_in_the_queue_and_the_running_worker_does_it() -> None:
    with unit_of_work(DbRole.APP) as connection:
        set_viewer(connection, open_local_session())
        number = queue.add(connection, "build", PERIMETERS, created_by="0")
        connection.commit()
    with subprocess.Popen([sys.executable, "-P", "-m", "etl.cli", "worker"]) as process:
        try:
            until = time.monotonic() + 60
            while job(number).status in {"queued", "running"} and time.monotonic() < until:
                time.sleep(0.05)
        finally:
            process.send_signal(signal.SIGTERM)
    assert job(number).status == "done"


# --- the schedule


def nightly() -> list[str]:
    return [args["token"] for kind, _, args, by in listed() if kind == "build" and by == "schedule"]


def test_the_nightly_build_is_planned_once_a_night_from_its_hour_on() -> None:
    for hour, minute in [(0, 0), (2, 29)]:
        worker.plan_nightly(dt.datetime(2026, 9, 1, hour, minute, tzinfo=SHANGHAI))
    assert nightly() == []
    for hour, minute in [(2, 30), (2, 31), (12, 0), (23, 59)]:
        worker.plan_nightly(dt.datetime(2026, 9, 1, hour, minute, tzinfo=SHANGHAI))
    assert nightly() == ["nightly-2026-09-01"]
    worker.plan_nightly(dt.datetime(2026, 9, 2, 2, 30, tzinfo=SHANGHAI))
    assert nightly() == ["nightly-2026-09-01", "nightly-2026-09-02"]
    assert listed()[0] == ("build", "queued", {"jobs": ["all"], "token": "nightly-2026-09-01"}, "schedule")


def test_a_nightly_build_that_is_done_is_not_planned_again() -> None:
    night = dt.datetime(2026, 9, 1, 3, 0, tzinfo=SHANGHAI)
    worker.plan_nightly(night)
    as_owner("UPDATE work.job SET status = 'failed'")
    worker.plan_nightly(night)
    assert len(nightly()) == 1


def test_the_night_is_that_of_the_settings() -> None:
    moment = dt.datetime(2026, 9, 1, 20, 0, tzinfo=dt.UTC)
    with unit_of_work(DbRole.LOADER) as connection:
        settings_repository.write(connection, "nightly_build_at", "04:00", set_by="cli")
        connection.commit()
    worker.plan_nightly(moment - dt.timedelta(seconds=1))
    assert nightly() == []
    worker.plan_nightly(moment)
    assert nightly() == ["nightly-2026-09-02"]


def test_many_workers_plan_one_night_once() -> None:
    night = dt.datetime(2026, 9, 1, 3, 0, tzinfo=SHANGHAI)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(worker.plan_nightly, [night] * 12))
    assert nightly() == ["nightly-2026-09-01"]

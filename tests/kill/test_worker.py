"""The worker killed at every step of a load and an undo: the next worker ends the job, once.

Steps are the worker's own transactions with the queue, before and after each commit, and the moment at which its
child has begun: then child and next worker load side by side.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from data import spool
from data.repositories import jobs as queue
from data.session import unit_of_work
from data.settings import DbRole
from etl import worker

if TYPE_CHECKING:
    from pathlib import Path

ROWS = "编码,学校名称,经度,纬度\n"
FIRST = ROWS + "a,训练一小,119.51,31.71\nb,训练二小,119.53,31.72\n"
NEXT = ROWS + "a,训练一小（新）,119.51,31.71\nc,训练三小,119.55,31.73\n"
DEFINITION = {
    "name": "bureau", "kind": "school", "crs": "cgcs2000", "columns": {"code": "编码", "name": "学校名称"},
    "geometry": {"lon": "经度", "lat": "纬度"},
}  # fmt: skip
KILLED = """
import os, signal, sys
from etl import worker

at, when = int(sys.argv[1]), sys.argv[2]
calls = 0
inner = worker._in_queue


def counted(action):
    global calls
    calls += 1
    if calls == at and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = inner(action)
    if calls == at and when == "after":
        os.kill(os.getpid(), signal.SIGKILL)
    return result


def begun(process, *, beat):
    os.kill(os.getpid(), signal.SIGKILL)


worker._in_queue = counted
if when == "begun":
    worker._wait = begun
worker.step()
"""
TAKEN, WRITTEN = 1, 2
"""The two transactions of a step: taking the job, and writing down how it ended; its child works between them."""
POINTS = [
    pytest.param("load", TAKEN, "before", marks=pytest.mark.full),
    pytest.param("load", TAKEN, "after"),
    pytest.param("load", TAKEN, "begun"),
    pytest.param("load", WRITTEN, "before"),
    pytest.param("load", WRITTEN, "after", marks=pytest.mark.full),
    pytest.param("undo", TAKEN, "before", marks=pytest.mark.full),
    pytest.param("undo", TAKEN, "after", marks=pytest.mark.full),
    pytest.param("undo", TAKEN, "begun"),
    pytest.param("undo", WRITTEN, "before"),
    pytest.param("undo", WRITTEN, "after", marks=pytest.mark.full),
]
FACTS = "SELECT code, name, valid_to IS NULL AND ended_by IS NULL FROM core.school WHERE ended_by IS NULL ORDER BY 1, 2"
PATIENCE_S = 60


@pytest.fixture(autouse=True)
def own_spool(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a database and a spool of its own."""
    monkeypatch.setenv("CAMPUS_SPOOL", str(tmp_path / "spool"))


def rows(statement: str) -> list[Any]:
    with unit_of_work(DbRole.LOADER) as connection:
        return list(connection.execute(text(statement)))


def ask(kind: str, args: dict[str, Any]) -> int:
    with unit_of_work(DbRole.LOADER) as connection:
        number = queue.add(connection, kind, args, created_by="0")
        connection.commit()
    return number


def a_load(content: str) -> int:
    token = spool.put(content.encode(), ".csv")
    return ask("load", {"token": token, "suffix": ".csv", "definition": DEFINITION, "force": True})


def an_undo() -> int:
    return ask("undo", {"batch": int(rows("SELECT max(id) FROM raw.batch")[0][0])})


def state(number: int) -> str:
    return str(rows(f"SELECT status FROM work.job WHERE id = {number}")[0][0])


def work() -> None:
    """Do all that waits but the builds, which other tests kill."""
    with unit_of_work(DbRole.LOADER) as connection:
        connection.execute(text("DELETE FROM work.job WHERE kind = 'build'"))
        connection.commit()
    while worker.step():
        pass


def lose_the_worker() -> None:
    """Let half a minute pass since the last sign of the worker that was killed."""
    with unit_of_work(DbRole.LOADER) as connection:
        connection.execute(
            text("UPDATE work.job SET heartbeat_at = now() - interval '1 hour' WHERE status = 'running'")
        )
        connection.commit()
        queue.requeue_lost(connection)
        connection.commit()


def kill_at(at: int, when: str) -> None:
    command = [sys.executable, "-P", "-c", KILLED, str(at), when]
    with subprocess.Popen(command, env={**os.environ}, stderr=subprocess.DEVNULL) as process:
        assert process.wait(PATIENCE_S) == -signal.SIGKILL


def wait_for_orphans() -> None:
    """Wait until no child of a killed worker holds the load lock or waits for it."""
    until = time.monotonic() + PATIENCE_S
    busy = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    while rows(busy + " AND state <> 'idle'")[0][0]:
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.parametrize(("job", "at", "when"), POINTS)
def test_the_next_worker_ends_the_job_and_nothing_is_done_twice(job: str, at: int, when: str) -> None:
    a_load(FIRST)
    work()
    before = rows(FACTS)
    number = a_load(NEXT) if job == "load" else an_undo()
    kill_at(at, when)
    lose_the_worker()
    work()
    wait_for_orphans()
    assert state(number) == "done"
    assert rows(FACTS) != before
    whole = rows(FACTS)
    assert [row.code for row in whole if row[2]] == ([] if job == "undo" else ["a", "c"])
    assert len({row.code for row in whole if row[2]}) == len([row for row in whole if row[2]])
    worker.tidy()
    waiting = {path.name for path in spool.folder().iterdir() if path.suffix == ".csv"}
    assert not waiting or (at, when) == (WRITTEN, "after")

"""A server that was killed, is away or has no room: the next command starts it, or says so in one sentence."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.kill import inputs, points
from tests.kill.operations import CAMPUS, LEADING, SMALL
from tests.kill.trials import Ground, faults_of_sentence, prepare
from tests.kill.warm import Order

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROOM_MIB = 96
BUSY = "SELECT count(*) FROM generate_series(1, 100000000000)"
"""Computes for hours and never looks whether its server still lives."""


@pytest.fixture
def small(ground: Ground) -> Ground:
    """The small files, and a database in which nothing has been loaded."""
    inputs.write_all(ground.files)
    ground.server.restore("migrated")
    return ground


@pytest.fixture
def computing(small: Ground) -> Iterator[int]:
    """The process id of a backend that is busy with a long computation."""

    def compute(connection: psycopg.Connection[tuple[object, ...]]) -> None:
        with pytest.raises(psycopg.OperationalError):
            connection.execute(BUSY)

    with small.server.admin() as connection:
        thread = threading.Thread(target=compute, args=(connection,))
        thread.start()
        yield connection.pgconn.backend_pid
        thread.join(timeout=60)


def test_a_load_starts_a_killed_server_past_a_backend_that_still_computes(
    small: Ground, computing: int
) -> None:
    time.sleep(0.2)
    points.end(small.server.postmaster(), 9)
    assert points.is_running(computing), "the backend should have outlived its server"
    outcome = small.warm.run(Order(CAMPUS, small.words(LEADING[0])))
    assert (outcome.code, points.is_running(computing)) == (0, False), outcome.err


def test_a_lock_file_that_names_a_stranger_does_not_keep_the_server_from_starting(small: Ground) -> None:
    with small.server.admin() as connection:
        lock = small.cluster[0] / "data" / "postmaster.pid"
        folder = connection.execute("SHOW data_directory").fetchall()[0][0]
    assert str(lock.parent) == folder
    pid = small.server.postmaster()
    content = lock.read_text()
    points.end(pid, 9)
    lock.write_text(content.replace(str(pid), str(os.getpid()), 1))
    outcome = small.warm.run(Order(CAMPUS, small.words(LEADING[0])))
    assert outcome.code == 0, outcome.err


@pytest.mark.parametrize("words", [LEADING[0], ("build", "perimeters", "coverage")], ids=["load", "build"])
def test_a_database_that_is_not_there_is_one_sentence(small: Ground, words: tuple[str, ...]) -> None:
    nowhere = {"CAMPUS_DATABASE_URL": "postgresql://campus_owner:x@127.0.0.1:1/campus"}
    outcome = small.warm.run(Order(CAMPUS, small.words(words), environment=nowhere))
    assert outcome.code == 1
    assert faults_of_sentence(outcome.err) == []


def test_a_report_on_a_full_disk_leaves_the_database_as_it_was(small: Ground) -> None:
    trials = prepare(small, SMALL[1], empty="migrated")
    with small_disk(small.work / "disk", mib=1) as disk:
        fill(disk / "ballast")
        words = [*small.words(SMALL[1].words)[:-1], str(disk / "posts.json")]
        outcome = small.warm.run(Order(CAMPUS, words))
        assert outcome.code == 1
        assert faults_of_sentence(outcome.err) == []
        assert sorted(path.name for path in disk.iterdir()) == ["ballast"]
    assert small.state().changed(trials.before) == []


def test_a_database_without_room_is_one_sentence_and_stays_as_it_was(small: Ground) -> None:
    trials = prepare(small, SMALL[0], empty="migrated")
    database = small.server.database
    with small_disk(small.home / "disk", mib=ROOM_MIB) as disk:
        owner = (small.cluster[0] / "data").stat()
        os.chown(disk, owner.st_uid, owner.st_gid)
        with small.server.admin() as connection:
            connection.execute(f"CREATE TABLESPACE tiny LOCATION '{disk}'")
            connection.execute(f"ALTER DATABASE {database} SET TABLESPACE tiny")
        fill(disk / "ballast")
        outcome = small.warm.run(Order(CAMPUS, small.words(SMALL[0].words)))
        (disk / "ballast").unlink()
        left = small.state()
        again = small.warm.run(Order(CAMPUS, small.words(SMALL[0].words)))
        with small.server.admin() as connection:
            connection.execute(f"ALTER DATABASE {database} SET TABLESPACE pg_default")
            connection.execute("DROP TABLESPACE tiny")
    assert (outcome.code, faults_of_sentence(outcome.err)) == (1, [])
    assert left.changed(trials.before) == []
    assert (again.code, small.state().changed_in_meaning(trials.after)) == (0, [])


class small_disk:  # noqa: N801 -- reads as a function where it is used
    """A file system of few megabytes while the block runs."""

    def __init__(self, place: Path, *, mib: int) -> None:
        self.place, self.mib = place, mib

    def __enter__(self) -> Path:
        self.place.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={self.mib}m", "tmpfs", str(self.place)]
        if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
            self.place.rmdir()
            pytest.skip("only root can mount a small disk, and not in every container")
        return self.place

    def __exit__(self, *raised: object) -> None:
        subprocess.run(["umount", "--lazy", str(self.place)], check=True)
        self.place.rmdir()


def fill(path: Path) -> None:
    """Write until there is no room left."""
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                continue
        except OSError:
            return

"""What pages ask the worker for: words are checked, files come and go by the spool, a crash costs one job."""

from __future__ import annotations

import os
import signal
import stat
import sys
import time
from typing import Any

import pytest

from data import spool
from data.messages import LANGS
from data.repositories import job_files
from data.repositories import jobs as queue
from data.session import unit_of_work
from data.settings import DbRole
from etl import worker
from etl.tasks import errands
from tests.database.viewers import as_owner

SCHOOLS = "学校名称,学段,经度,纬度\n训练一小,小学,119.51,31.71\n训练二小,小学,119.53,31.72\n训练三小,小学,五,31.73\n"
DEFINITION = {
    "name": "bureau", "kind": "school", "crs": "cgcs2000",
    "columns": {"name": "学校名称", "stage": {"from": "学段", "map": {"小学": "primary"}}},
    "geometry": {"lon": "经度", "lat": "纬度"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def own_spool(database: str, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a database and a spool of its own; no build is asked for in between."""
    monkeypatch.setenv("CAMPUS_SPOOL", str(tmp_path / "spool"))


def ask(kind: str, args: dict[str, Any]) -> int:
    with unit_of_work(DbRole.LOADER) as connection:
        number = queue.add(connection, kind, args, created_by="0")
        connection.commit()
    return number


def done(kind: str, args: dict[str, Any]) -> queue.JobState:
    number = ask(kind, args)
    assert worker.step()
    with unit_of_work(DbRole.LOADER) as connection:
        found = queue.state(connection, number)
    assert found is not None
    return found


def load(content: str = SCHOOLS, **more: Any) -> queue.JobState:
    token = spool.put(content.encode(), ".csv")
    return done("load", {"token": token, "suffix": ".csv", "definition": DEFINITION, **more})


def left() -> list[str]:
    return sorted(path.name for path in spool.folder().iterdir())


def schools() -> int:
    return as_owner("SELECT count(*) FROM core.school WHERE valid_to IS NULL AND ended_by IS NULL")


# --- the spool


def test_a_file_in_the_spool_is_this_accounts_alone_and_has_no_name_of_its_senders() -> None:
    token = spool.put(b"x", spool.suffix_of("张三 13812345678 名单.XLSX"))
    path = spool.file_of(token, ".xlsx")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(spool.folder().stat().st_mode) == 0o700
    assert left() == [f"{token}.xlsx"]


@pytest.mark.parametrize("name", ["x", "x.exe", "x.shp", "..", ".xlsx", "xlsx"])
def test_a_file_that_nothing_reads_is_not_taken(name: str) -> None:
    with pytest.raises(spool.UnknownSuffixError):
        spool.suffix_of(name)


def test_a_file_over_the_limit_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "MAX_BYTES", 3)
    spool.put(b"xyz", ".csv")
    with pytest.raises(spool.TooLargeFileError):
        spool.put(b"xyzx", ".csv")


@pytest.mark.parametrize("token", ["../../etc/passwd", "", "a" * 31, "A" * 32, "a" * 32 + "/../x"])
def test_no_word_but_a_token_is_ever_part_of_a_path(token: str) -> None:
    (spool.folder().parent / "passwd.csv").write_text("x")
    with pytest.raises(spool.GoneFileError):
        spool.file_of(token, ".csv")
    with pytest.raises(spool.GoneFileError):
        spool.take_reply(token)
    spool.remove(token)
    assert (spool.folder().parent / "passwd.csv").exists()


def test_a_reply_is_taken_once() -> None:
    token = spool.reply({"headings": ["学校名称"]})
    assert spool.take_reply(token) == {"headings": ["学校名称"]}
    with pytest.raises(spool.GoneFileError):
        spool.take_reply(token)


def test_what_nobody_will_come_for_is_swept_and_what_waits_stays() -> None:
    old, waiting, young = (spool.put(b"x", ".csv") for _ in range(3))
    reply = spool.reply({})
    ask("load", {"token": waiting, "suffix": ".csv", "definition": DEFINITION})
    spool.room(12345)
    for name in (f"{old}.csv", f"{waiting}.csv", f"{reply}.reply", "12345.room"):
        day = time.time() - spool.KEEP_FILE_S - 60
        os.utime(spool.folder() / name, (day, day))
    worker.tidy()
    assert left() == sorted([f"{waiting}.csv", f"{young}.csv"])


# --- loads


def test_a_dry_run_tells_everything_and_keeps_nothing_but_its_files() -> None:
    found = load(dry_run=True)
    assert found.status == "done"
    report = found.result["report"]
    assert (report["read"], report["accepted"], report["rejected"], report["added"]) == (3, 2, 1, 2)
    assert report["batch_id"] is None
    assert report["rows"][0]["reason"] == "not_a_coordinate"
    assert schools() == 0
    assert left() == []
    with unit_of_work(DbRole.LOADER) as connection:
        assert job_files.names(connection, found.id) == set(errands.REPORTS)
        sheet = job_files.read(connection, found.id, "rejected.xlsx")
    assert sheet is not None
    assert sheet.content.startswith(b"PK")
    assert "build_job" not in found.result


def test_a_load_is_applied_once_however_often_it_runs_and_asks_for_one_build() -> None:
    first = load()
    assert first.status == "done"
    assert schools() == 2
    waiting = as_owner("SELECT count(*) FROM work.job WHERE kind = 'build' AND status = 'queued'")
    assert waiting == 1
    assert first.result["build_job"] > first.id
    as_owner("UPDATE work.job SET status = 'done' WHERE kind = 'build'")
    again = load()
    assert again.result["report"]["unchanged"] == 2
    assert "build_job" not in again.result
    assert schools() == 2


def test_two_loads_before_a_build_want_one_build() -> None:
    first = load()
    number = first.result["build_job"]
    as_owner("UPDATE work.job SET kind = 'wait', status = 'done' WHERE id = :id", id=number)
    other = {**DEFINITION, "name": "other"}
    token = spool.put(SCHOOLS.replace("119.", "118.").replace("训练", "另").encode(), ".csv")
    ask("build", {"jobs": ["all"]})
    number = as_owner("SELECT max(id) FROM work.job")
    load_id = ask("load", {"token": token, "suffix": ".csv", "definition": other})
    as_owner("UPDATE work.job SET id = id + 100 WHERE id = :id", id=number)
    assert worker.step()
    with unit_of_work(DbRole.LOADER) as connection:
        found = queue.state(connection, load_id)
    assert found is not None
    assert found.result["build_job"] == number + 100


def test_a_load_that_fails_says_why_in_both_languages_and_leaves_no_file() -> None:
    found = load("学校,经度\nx,1\n")
    assert found.status == "failed"
    assert found.result["key"].startswith("intake.")
    assert set(found.result["said"]) == set(LANGS)
    assert found.result["said"]["zh"] != found.result["said"]["en"]
    assert left() == []
    assert schools() == 0


def test_a_reader_that_crashes_costs_its_job_a_sentence_and_nobody_else_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crash = [sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"]
    real = errands.errand_of
    with monkeypatch.context() as patch:
        patch.setattr(errands, "errand_of", lambda job: errands.Errand(job.kind, crash, real(job).room))
        found = load()
    assert found.status == "failed"
    assert found.result["key"] == "intake_page.crashed"
    assert str(int(signal.SIGSEGV)) in found.result["said"]["zh"]
    assert left() == []
    assert load().status == "done"
    assert schools() == 2


def test_a_process_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "HEARTBEAT_S", 0.1)
    monkeypatch.setattr(worker, "LONGEST_S", 0.3)
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    real = errands.errand_of
    monkeypatch.setattr(errands, "errand_of", lambda job: errands.Errand(job.kind, sleep, real(job).room))
    assert load().result["key"] == "intake_page.crashed"


def test_a_job_whose_file_is_gone_says_so() -> None:
    found = done("load", {"token": "0" * 32, "suffix": ".csv", "definition": DEFINITION})
    assert (found.status, found.result["key"]) == ("failed", "intake_page.gone")


TOKEN = "0123456789abcdef" * 2


@pytest.mark.parametrize(("kind", "args"), [
    ("load", {}),
    ("load", {"token": "../x", "suffix": ".csv", "definition": DEFINITION}),
    ("load", {"token": TOKEN, "suffix": ".sh", "definition": DEFINITION}),
    ("load", {"token": TOKEN, "suffix": ".csv", "definition": "name: x"}),
    ("load", {"token": TOKEN, "suffix": ".csv", "definition": DEFINITION, "force": "yes"}),
    ("load", {"token": TOKEN, "suffix": ".csv", "definition": DEFINITION, "dry_run": 1}),
    ("load", {"token": TOKEN, "suffix": ".csv", "definition": DEFINITION, "crs": "x\n--force"}),
    ("load", {"token": TOKEN, "suffix": ".csv", "definition": DEFINITION, "valid_from": "--force"}),
    ("load", {"token": TOKEN, "suffix": ".csv", "definition": DEFINITION, "report": "/etc/x"}),
    ("undo", {}), ("undo", {"batch": "1"}), ("undo", {"batch": 0}), ("undo", {"batch": 1, "force": True}),
    ("override", {"kind": "--undo=1"}), ("override", {"kinds": []}),
    ("draft", {"token": TOKEN, "suffix": ".csv"}),
    ("draft", {"token": TOKEN, "suffix": ".csv", "kind": "people"}),
])  # fmt: skip
def test_words_that_are_not_those_of_the_job_fail_with_a_sentence_and_run_nothing(
    kind: str, args: dict[str, Any]
) -> None:
    found = done(kind, args)
    assert found.status == "failed"
    assert found.result["key"] == "intake_page.bad_words"
    assert set(found.result["said"]) == set(LANGS)
    assert left() == []


def test_a_crs_is_a_value_and_never_an_option() -> None:
    found = load(crs="--dry-run")
    assert found.status == "failed"
    assert schools() == 0


def test_a_killed_workers_load_runs_again_and_changes_nothing_twice() -> None:
    token = spool.put(SCHOOLS.encode(), ".csv")
    number = ask("load", {"token": token, "suffix": ".csv", "definition": DEFINITION})
    with unit_of_work(DbRole.LOADER) as connection:
        job = queue.take(connection)
        connection.commit()
    assert job is not None
    worker.do(job)  # killed after its child committed, before anyone wrote that down
    as_owner("UPDATE work.job SET heartbeat_at = now() - interval '1 hour' WHERE id = :id", id=number)
    with unit_of_work(DbRole.LOADER) as connection:
        assert queue.requeue_lost(connection) == 1
        connection.commit()
    assert spool.file_of(token, ".csv").exists()
    assert worker.step()
    with unit_of_work(DbRole.LOADER) as connection:
        found = queue.state(connection, number)
    assert found is not None
    assert (found.status, found.result["report"]["unchanged"]) == ("done", 2)
    assert schools() == 2
    assert left() == []


def test_files_of_jobs_go_after_a_month() -> None:
    found = load(dry_run=True)
    as_owner("UPDATE work.job_file SET created_at = now() - interval '31 days' WHERE name = 'report.html'")
    worker.tidy()
    with unit_of_work(DbRole.LOADER) as connection:
        assert job_files.names(connection, found.id) == set(errands.REPORTS) - {"report.html"}


def test_what_a_job_leaves_is_cut_short_and_counted() -> None:
    rows = "".join(f"训练{n}小,小学,五,31.7\n" for n in range(700))
    good = "".join(f"训{n}小,小学,119.5,31.{n:04}\n" for n in range(900))
    report = load(SCHOOLS + rows + good, dry_run=True).result["report"]
    assert len(report["rows"]) == errands.MOST_ROWS
    assert report["lengths"]["rows"] == 701


def test_the_points_of_incidents_are_in_no_file() -> None:
    args = {"token": spool.put(b"x", ".csv"), "suffix": ".csv", "definition": {"kind": "incident"}}
    errand = errands.errand_of(queue.Job(1, "load", args))
    assert errand is not None
    assert not [word for word in errand.command if "geojson" in word]


# --- corrections and undoing


def test_an_undo_is_done_once_however_often_it_runs() -> None:
    batch = load().result["report"]["batch_id"]
    as_owner("UPDATE work.job SET status = 'done'")
    first = done("undo", {"batch": batch})
    assert first.status == "done"
    assert "build_job" in first.result
    assert schools() == 0
    as_owner("UPDATE work.job SET status = 'done'")
    assert done("undo", {"batch": batch}).status == "done"
    as_owner("UPDATE work.job SET status = 'done'")
    unknown = done("undo", {"batch": 10_000})
    assert (unknown.status, unknown.result["key"]) == ("failed", "history.unknown_batch")


@pytest.mark.parametrize(("value", "pupils", "unusable"), [("321", 321, 0), ('"许多"', None, 1)])
def test_a_correction_is_applied_or_named_as_one_that_the_kind_cannot_hold(
    value: str, pupils: int | None, unusable: int
) -> None:
    load()
    as_owner("UPDATE work.job SET status = 'done'")
    code = as_owner("SELECT min(code) FROM core.school")
    as_owner(
        "INSERT INTO work.override (district_code, kind, code, field, value, set_by) "
        "VALUES ('unassigned', 'school', :code, 'pupils', CAST(:value AS jsonb), 0)", code=code, value=value,
    )  # fmt: skip
    found = done("override", {"kind": "school"})
    assert found.status == "done"
    assert len(found.result["unusable"]) == unusable
    assert ("build_job" in found.result) is (unusable == 0)
    now = as_owner(
        "SELECT pupils FROM core.school WHERE code = :code AND valid_to IS NULL AND ended_by IS NULL",
        code=code,
    )
    assert now == pupils


def test_the_spool_takes_what_the_intake_reads_and_no_more_than_the_page_may_send() -> None:
    import tomllib
    from pathlib import Path

    from etl.readers import FORMATS, OTHER_WORKBOOKS

    assert set(spool.SUFFIXES) == {*FORMATS, *OTHER_WORKBOOKS} - {".shp"}
    config = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text())
    assert config["server"]["maxUploadSize"] << 20 == spool.MAX_BYTES


# --- the datum


def test_a_load_of_another_datum_than_declared_is_refused_and_may_be_overruled() -> None:
    from geo.datums import wgs84_to_gcj02

    places = [(119.4 + 0.02 * (n % 6), 31.6 + 0.02 * (n // 6)) for n in range(30)]
    codes = {"code": "编码", **DEFINITION["columns"]}
    known = {**DEFINITION, "columns": codes}
    sheet = "编码,学校名称,学段,经度,纬度\n"
    right = sheet + "".join(f"S{n},第{n}校,小学,{x},{y}\n" for n, (x, y) in enumerate(places))
    moved = [tuple(map(float, wgs84_to_gcj02(x, y))) for x, y in places]
    wrong = sheet + "".join(f"S{n},第{n}校,小学,{x:.7f},{y:.7f}\n" for n, (x, y) in enumerate(moved))

    def again(content: str, **more: Any) -> queue.JobState:
        as_owner("UPDATE work.job SET status = 'done'")
        token = spool.put(content.encode(), ".csv")
        return done("load", {"token": token, "suffix": ".csv", "definition": known, **more})

    assert again(right).status == "done"
    refused = again(wrong, dry_run=True)
    assert refused.status == "failed"
    assert refused.result["key"].startswith("forensics.")
    assert refused.result["report"]["datum"]["looks_like"] == "gcj02"
    assert again(wrong, accept_datum=True, force=True).status == "done"

"""Stewards ask where rows came from; the web's role reads nothing of `raw`, and other roles are told nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from data.repositories import corrections, intake_history, job_files
from data.repositories import jobs as queue
from data.repositories.job_files import JobFile
from data.session import open_local_session, set_viewer, unit_of_work, viewer_transaction
from data.settings import DbRole
from etl.intake import Options
from etl.intake import load as load_file
from etl.undo import undo
from tests.database.viewers import account_of, as_owner, sign_in

OTHERS = ("commander", "committee", "bureau", "school", "unit", "auditor", "admin")
SOURCE = "name: bureau\nkind: school\ncrs: cgcs2000\ncolumns: {code: code, name: name}\ngeometry: {lon: lon, lat: lat}\n"


@pytest.fixture
def loaded(database: str, tmp_path) -> str:
    """Two loads of one source, the second of which changes a name; give the name of the database."""
    source = tmp_path / "bureau.yml"
    source.write_text(SOURCE, encoding="utf-8")
    for number, name in enumerate(("旧校名", "新校名")):
        file = tmp_path / f"{number}.csv"
        file.write_text(
            f"code,name,lon,lat\nS1,{name},119.5,31.7\nS2,别校,119.6,31.8\n,无码,五,31.7\n", encoding="utf-8"
        )
        load_file(file, source, Options(force=True))
    return database


def test_a_steward_sees_sources_batches_and_traces_without_any_cell(loaded: str) -> None:
    token = sign_in(sees_all=True, role="steward")
    with viewer_transaction(token) as connection:
        (source,) = intake_history.sources(connection)
        batches = intake_history.batches(connection, most=10)
        traced = intake_history.trace(connection, "school", "S1")
    assert (source["name"], source["batch_id"], source["counts"]["rejected"]) == (
        "bureau",
        batches[0]["id"],
        1,
    )
    assert [each["counts"]["read"] for each in batches] == [3, 3]
    assert [(each["is_current"], each["batch_id"], each["row"]) for each in traced] == [
        (True, batches[0]["id"], 2), (False, batches[1]["id"], 2),
    ]  # fmt: skip
    assert traced[0]["file_sha256"] == batches[0]["file_sha256"]
    assert "校名" not in str([source["counts"], batches, traced])


def test_the_viewer_of_a_database_without_accounts_is_a_steward_too(loaded: str) -> None:
    with viewer_transaction(open_local_session()) as connection:
        assert intake_history.sources(connection)
        assert len(intake_history.batches(connection, most=1)) == 1


@pytest.mark.parametrize("role", OTHERS)
def test_no_other_role_is_told_anything(loaded: str, role: str) -> None:
    keep_a_file()
    with viewer_transaction(sign_in(sees_all=True, role=role)) as connection:
        assert intake_history.sources(connection) == []
        assert intake_history.batches(connection, most=10) == []
        assert intake_history.trace(connection, "school", "S1") == []
        assert job_files.read(connection, 1, "report.html") is None


@pytest.mark.parametrize("token", ["", "forged"])
def test_nobody_is_told_nothing(loaded: str, token: str) -> None:
    with viewer_transaction(token) as connection:
        assert intake_history.sources(connection) == []
        assert intake_history.batches(connection, most=10) == []
        assert intake_history.trace(connection, "school", "S1") == []


def test_a_trace_stays_within_the_stewards_districts(loaded: str) -> None:
    as_owner("UPDATE core.school SET district_code = 'd2' WHERE code = 'S2'")
    with viewer_transaction(sign_in("d2", role="steward")) as connection:
        assert intake_history.trace(connection, "school", "S1") == []
        assert len(intake_history.trace(connection, "school", "S2")) == 1


@pytest.mark.parametrize(
    "kind", ["incident", "nothing", "setting", "school; DROP TABLE core.school", "", "School"]
)
def test_a_trace_of_no_kind_or_of_events_is_empty(loaded: str, kind: str) -> None:
    with viewer_transaction(open_local_session()) as connection:
        assert intake_history.trace(connection, kind, "S1") == []


def test_a_load_that_was_undone_is_no_sources_last_load(loaded: str) -> None:
    with viewer_transaction(open_local_session()) as connection:
        last, first = intake_history.batches(connection, most=10)
    undo(last["id"])
    with viewer_transaction(open_local_session()) as connection:
        (source,) = intake_history.sources(connection)
        undoing, *_ = intake_history.batches(connection, most=10)
    assert source["batch_id"] == first["id"]
    assert undoing["undoes"] == last["id"]


@pytest.mark.parametrize("table", ["raw.source", "raw.batch", "raw.row"])
def test_the_webs_role_reads_nothing_of_raw(loaded: str, table: str) -> None:
    with pytest.raises(ProgrammingError), viewer_transaction(open_local_session()) as connection:
        connection.execute(text(f"SELECT * FROM {table}"))


def keep_a_file() -> None:
    with unit_of_work(DbRole.LOADER) as connection:
        job_files.keep(connection, 1, [JobFile("report.html", "text/html", b"x")])
        connection.commit()


def test_files_of_jobs_are_for_stewards_and_nobody_but_the_worker_writes_them(loaded: str) -> None:
    keep_a_file()
    token = sign_in(role="steward")
    with viewer_transaction(token) as connection:
        found = job_files.read(connection, 1, "report.html")
    assert found is not None
    assert found.content == b"x"
    with unit_of_work(DbRole.APP) as connection:
        set_viewer(connection, token)
        with pytest.raises(ProgrammingError):
            job_files.keep(connection, 1, [JobFile("report.html", "text/html", b"y")])


def test_a_page_asks_in_its_viewers_name_alone(loaded: str) -> None:
    token = sign_in(role="steward", sees_all=True)
    with unit_of_work(DbRole.APP) as connection:
        set_viewer(connection, token)
        number = queue.add_as_viewer(connection, "undo", {"batch": 1})
        connection.commit()
    assert as_owner("SELECT created_by FROM work.job WHERE id = :id", id=number) == str(account_of(token))


def test_a_correction_takes_the_place_of_the_one_that_stands_and_is_taken_back_once(loaded: str) -> None:
    token = sign_in(role="steward", sees_all=True)
    for pupils in (10, 20):
        with unit_of_work(DbRole.APP) as connection:
            set_viewer(connection, token)
            given = {"kind": "school", "code": "S1", "field": "pupils", "district_code": "unassigned"}
            corrections.correct(connection, value=pupils, **given)
            connection.commit()
    with viewer_transaction(token) as connection:
        (standing,) = corrections.standing(connection)
        assert corrections.find(connection, "school", "S1")["name"] == "新校名"
        assert corrections.find(connection, "school", "S9") is None
    assert standing["value"] == 20
    with unit_of_work(DbRole.APP) as connection:
        set_viewer(connection, token)
        corrections.take_back(connection, standing["id"])
        connection.commit()
    with viewer_transaction(token) as connection:
        assert corrections.standing(connection) == []
    assert as_owner("SELECT count(*) FROM work.override WHERE revoked_by = :id", id=account_of(token)) == 2

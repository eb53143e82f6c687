"""Each day has its own answer, before and after changes, undos and pages; and every number leads to its row."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from data.repositories.provenance import trace
from data.session import unit_of_work, viewer_transaction
from data.settings import DbRole
from etl.build import build
from etl.intake import Options, load
from etl.overrides import run as bring_into_line
from etl.undo import undo
from tests.database.viewers import sign_in

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("database")

TODAY = datetime.now(tz=ZoneInfo("Asia/Shanghai")).date()
LAST_MONTH, LAST_WEEK, TOMORROW = (TODAY + timedelta(days=days) for days in (-30, -7, 1))
SOURCE = "name: schools\nkind: school\ncrs: wgs84\ncolumns: {code: c, name: n}\ngeometry: {lon: x, lat: y}\n"


class Desk:
    """Loads small tables of schools."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "s.yml").write_text(SOURCE, encoding="utf-8")

    def load(self, day: date, *codes: str) -> int:
        lines = [f"{code},{code}校,119.{500 + 10 * at},31.7" for at, code in enumerate(codes)]
        (self.folder / "s.csv").write_text("c,n,x,y\n" + "\n".join(lines) + "\n", encoding="utf-8")
        report = load(self.folder / "s.csv", self.folder / "s.yml", Options(valid_from=day, force=True))
        return report.batch_id or 0


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def rows(query: str, **values: Any) -> list[tuple[Any, ...]]:
    with unit_of_work(DbRole.LOADER) as connection:
        found = [tuple(row) for row in connection.execute(text(query), values)]
        connection.commit()
    return found


def built(as_of: date | None = None) -> set[str]:
    build(["perimeters"], as_of=as_of)
    if as_of is None:
        return {code for (code,) in rows("SELECT school_code FROM out.perimeter")}
    then = "SELECT school_code FROM out_asof.perimeter WHERE as_of = :day"
    return {code for (code,) in rows(then, day=as_of)}


def test_days_before_and_after_a_change_keep_their_answers_through_an_undo(desk: Desk) -> None:
    desk.load(LAST_MONTH, "a", "b")
    batch = desk.load(LAST_WEEK, "a", "c")
    before, after = LAST_WEEK - timedelta(days=1), LAST_WEEK
    assert (built(before), built(after), built()) == ({"a", "b"}, {"a", "c"}, {"a", "c"})
    undo(batch)
    assert (built(before), built(after), built()) == ({"a", "b"}, {"a", "b"}, {"a", "b"})
    desk.load(LAST_WEEK, "a", "c")
    assert (built(before), built(after), built()) == ({"a", "b"}, {"a", "c"}, {"a", "c"})


def test_what_holds_from_tomorrow_is_not_in_todays_answer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.load(LAST_MONTH, "a", "b")
    batch = desk.load(TOMORROW, "a", "c")
    assert built() == {"a", "b"}
    with monkeypatch.context() as patch:
        patch.setattr("etl.build._today", lambda _settings: TOMORROW)
        assert built() == {"a", "c"}
    assert built() == {"a", "b"}
    undo(batch)
    assert built() == {"a", "b"}


def test_a_school_that_begins_tomorrow_is_not_there_today(desk: Desk) -> None:
    desk.load(TOMORROW, "a")
    assert built() == set()


def test_every_run_names_the_newest_batch_of_each_source_that_stands(desk: Desk) -> None:
    first = desk.load(LAST_MONTH, "a")
    second = desk.load(LAST_WEEK, "a", "b")
    newest = "SELECT params -> 'batches' FROM audit.run ORDER BY id DESC LIMIT 1"
    for number in (second, first):
        built()
        with unit_of_work(DbRole.OWNER) as connection:
            assert connection.execute(text(newest)).scalar_one() == {"schools": number}
        if number == second:
            undo(second)


def test_every_version_is_traced_to_batch_file_and_row(desk: Desk) -> None:
    first = desk.load(LAST_MONTH, "a", "b")
    digest = sha256((desk.folder / "s.csv").read_bytes()).hexdigest()
    desk.load(LAST_WEEK, "a", "b", "c")
    with unit_of_work(DbRole.LOADER) as connection:
        found = trace(connection, "school", "b")
        assert trace(connection, "school", "nobody") is None
        assert trace(connection, "setting", "b") is None
        assert trace(connection, "school; DROP TABLE x", "b") is None
    assert found is not None
    assert (found.batch_id, found.recorded_by, found.source) == (first, first, "schools")
    assert (found.file_sha256, found.row, found.verdict, found.changed) == (digest, 3, "accepted", ())


def test_a_change_made_on_a_page_is_traced_to_the_file_beneath_it_and_back(desk: Desk) -> None:
    first = desk.load(LAST_MONTH, "a", "b")
    add = (
        "INSERT INTO work.override (district_code, kind, code, field, value, set_by) "
        "VALUES ('unassigned', 'school', 'b', 'name', '\"改\"', 1) RETURNING id"
    )
    rows(add)
    bring_into_line()
    with unit_of_work(DbRole.LOADER) as connection:
        found = trace(connection, "school", "b")
    assert found is not None
    assert (found.batch_id, found.row, found.changed) == (first, 3, ("name",))
    assert found.recorded_by > first
    rows("UPDATE work.override SET revoked_at = now(), revoked_by = 1 RETURNING id")
    bring_into_line()
    with unit_of_work(DbRole.LOADER) as connection:
        again = trace(connection, "school", "b")
    assert again is not None
    assert (again.batch_id, again.row, again.changed) == (first, 3, ())


def test_a_viewer_traces_what_the_viewer_sees(desk: Desk) -> None:
    desk.load(LAST_MONTH, "a", "b")
    for token, wanted in (
        (sign_in(sees_all=True, role="steward"), True),
        (sign_in("unassigned", role="steward"), True),
        (sign_in("d9", role="steward"), False),
        (sign_in(sees_all=True), False),
        ("forged", False),
    ):
        with viewer_transaction(token) as connection:
            assert (trace(connection, "school", "a") is not None) is wanted
            assert trace(connection, "incident", "a") is None

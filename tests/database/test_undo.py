"""A load taken back leaves everything as if it had never been, or is refused with the reason."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely
from sqlalchemy import text

from data.session import unit_of_work
from data.settings import DbRole
from etl.cli import run
from etl.history_errors import (
    AlreadyUndoneError,
    BuiltOnError,
    StillReferredError,
    UndoOfUndoError,
    UnknownBatchError,
)
from etl.intake import Options, load
from etl.undo import undo

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("database")

SCHOOLS = "name: schools\nkind: school\ncrs: wgs84\ncolumns: {code: c, name: n}\ngeometry: {lon: x, lat: y}\n"
GATES = (
    "name: gates\nkind: gate\ncrs: wgs84\ncolumns: {school_code: c, name: n}\ngeometry: {lon: x, lat: y}\n"
)
AREAS = "name: areas\nkind: area\ncolumns: {code: code, name: code, level: level}\n"
SEPTEMBER, OCTOBER, NOVEMBER = (date(2026, month, 1) for month in (9, 10, 11))


def rows(query: str, **values: Any) -> list[tuple[Any, ...]]:
    with unit_of_work(DbRole.LOADER) as connection:
        return [tuple(row) for row in connection.execute(text(query), values)]


def held(kind: str = "school") -> list[tuple[Any, ...]]:
    """Give every version that holds or held, without the numbers that each load gives anew."""
    return rows(
        f"SELECT to_jsonb(c) - 'version_id' - 'id' - 'recorded_by' - 'closed_by' FROM core.{kind} c "
        f"WHERE ended_by IS NULL ORDER BY code, valid_from"
    )


class Desk:
    """Loads small tables."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, source: str, day: date, *lines: str, force: bool = True) -> int:
        table, description = self.folder / "file.csv", self.folder / "source.yml"
        table.write_text("c,n,x,y\n" + "\n".join(lines) + "\n", encoding="utf-8")
        description.write_text(source, encoding="utf-8")
        report = load(table, description, Options(valid_from=day, force=force))
        assert report.batch_id is not None
        return report.batch_id


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def areas(folder: Path, *boxes: tuple[str, float, float]) -> int:
    frame = gpd.GeoDataFrame(
        {"code": [code for code, *_ in boxes], "level": ["district"] * len(boxes)},
        geometry=[shapely.box(west, 31, east, 32) for _, west, east in boxes],
        crs=4326,
    )
    frame.to_file(folder / "areas.gpkg")
    (folder / "areas.yml").write_text(AREAS, encoding="utf-8")
    batch = load(folder / "areas.gpkg", folder / "areas.yml", Options(force=True)).batch_id
    assert batch is not None
    return batch


def test_an_undo_brings_back_what_was_and_loading_again_gives_the_same(desk: Desk) -> None:
    desk.load(SCHOOLS, SEPTEMBER, "a,一小,119.5,31.7", "b,二小,119.6,31.7")
    before = held()
    ids = rows("SELECT DISTINCT code, id FROM core.school")
    second = ("a,新一小,119.5,31.7", "c,三小,119.7,31.7")
    batch = desk.load(SCHOOLS, OCTOBER, *second)
    after = held()
    done = undo(batch)
    assert (done.withdrawn, done.reopened) == (2, 2)
    assert held() == before
    again = desk.load(SCHOOLS, OCTOBER, *second)
    assert held() == after
    assert set(ids) <= set(rows("SELECT DISTINCT code, id FROM core.school WHERE code <> 'c'"))
    assert len(rows("SELECT DISTINCT id FROM core.school")) == 3
    assert rows(
        "SELECT undone_by, counts ->> 'undone', counts ->> 'read' FROM raw.batch WHERE id = :b", b=batch
    ) == [(done.undone_by, "true", "2")]
    assert rows("SELECT count(*) FROM raw.row WHERE batch_id = :b", b=batch) == [(2,)]
    assert undo(again).reopened == 2


def test_a_version_replaced_on_its_own_first_day_holds_again(desk: Desk) -> None:
    desk.load(SCHOOLS, SEPTEMBER, "a,甲,119.5,31.7", "b,乙,119.6,31.7")
    before = held()
    batch = desk.load(SCHOOLS, SEPTEMBER, "a,丙,119.5,31.7")
    undo(batch)
    assert held() == before


def test_later_loads_that_touched_the_rows_come_first(desk: Desk) -> None:
    first = desk.load(SCHOOLS, SEPTEMBER, "a,甲,119.5,31.7", "b,乙,119.6,31.7")
    second = desk.load(SCHOOLS, OCTOBER, "a,丙,119.5,31.7", "b,乙,119.6,31.7")
    third = desk.load(SCHOOLS, NOVEMBER, "a,丁,119.5,31.7", "b,乙,119.6,31.7")
    with pytest.raises(BuiltOnError) as caught:
        undo(first)
    assert caught.value.params == {"batch": first, "later": f"{third}, {second}"}
    for batch in (third, second, first):
        undo(batch)
    assert held() == []


def test_a_code_that_came_back_keeps_its_end_from_being_undone(desk: Desk) -> None:
    desk.load(SCHOOLS, SEPTEMBER, "a,甲,119.5,31.7", "b,乙,119.6,31.7")
    ended = desk.load(SCHOOLS, OCTOBER, "a,甲,119.5,31.7")
    desk.load(SCHOOLS, NOVEMBER, "a,甲,119.5,31.7", "b,乙,119.6,31.7")
    with pytest.raises(BuiltOnError):
        undo(ended)


def test_a_load_that_touched_other_rows_does_not_stand_in_the_way(desk: Desk) -> None:
    append = SCHOOLS.replace("kind: school", "kind: school\nmode: append")
    first = desk.load(append, SEPTEMBER, "a,甲,119.5,31.7")
    desk.load(append, OCTOBER, "b,乙,119.6,31.7")
    undo(first)
    assert [code for (code,) in rows("SELECT code FROM core.school WHERE ended_by IS NULL")] == ["b"]


def test_each_batch_that_cannot_be_undone_is_a_sentence_of_its_own(desk: Desk) -> None:
    batch = desk.load(SCHOOLS, SEPTEMBER, "a,甲,119.5,31.7")
    for number in (0, -1, 999, 2**70):
        with pytest.raises(UnknownBatchError):
            undo(number)
    done = undo(batch)
    with pytest.raises(AlreadyUndoneError):
        undo(batch)
    with pytest.raises(UndoOfUndoError):
        undo(done.undone_by or 0)


def test_schools_that_gates_name_stay(desk: Desk) -> None:
    schools = desk.load(SCHOOLS, SEPTEMBER, "a,甲,119.5,31.7")
    gates = desk.load(GATES, SEPTEMBER, "a,东门,119.5,31.7")
    with pytest.raises(StillReferredError) as caught:
        undo(schools)
    assert caught.value.params["kind"] == "gate"
    assert len(held()) == 1
    undo(gates)
    undo(schools)
    assert (held(), held("gate")) == ([], [])


def test_areas_taken_back_leave_the_districts_of_before(desk: Desk, tmp_path: Path) -> None:
    desk.load(SCHOOLS, SEPTEMBER, "a,甲,119.5,31.7", "b,乙,119.9,31.7")
    desk.load(GATES, SEPTEMBER, "a,东门,119.5,31.7", "b,,119.9,31.7")
    areas(tmp_path, ("d1", 119, 120))
    before = held(), held("gate")
    districts = "SELECT district_code FROM core.gate ORDER BY code, version_id"
    assert set(rows(districts)) == {("d1",)}
    batch = areas(tmp_path, ("d1", 119, 119.7), ("d2", 119.7, 120))
    assert set(rows(districts)) == {("d1",), ("d2",)}
    undo(batch)
    assert (held(), held("gate")) == before


def test_rows_that_hold_again_lie_in_the_areas_of_now(desk: Desk, tmp_path: Path) -> None:
    desk.load(SCHOOLS, SEPTEMBER, "a,甲,119.5,31.7", "b,乙,119.6,31.7")
    ended = desk.load(SCHOOLS, OCTOBER, "a,甲,119.5,31.7")
    gates = desk.load(GATES, OCTOBER, "a,东门,119.5,31.7", "a,西门,119.5,31.7")
    gone = desk.load(GATES, NOVEMBER, "a,东门,119.5,31.7")
    areas(tmp_path, ("d1", 119, 120))
    undo(ended)
    undo(gone)
    current = "SELECT code, district_code FROM core.{} WHERE valid_to IS NULL AND ended_by IS NULL"
    assert set(rows(current.format("school"))) == {("a", "d1"), ("b", "d1")}
    assert {district for _, district in rows(current.format("gate"))} == {"d1"}
    assert len(rows(current.format("gate"))) == 2
    assert gates < gone


def test_a_dry_run_takes_nothing_back(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    batch = desk.load(SCHOOLS, SEPTEMBER, "a,甲,119.5,31.7")
    assert run(["load", "--undo", str(batch), "--dry-run", "--lang", "zh"]) == 0
    assert "撤回 1 条" in capsys.readouterr().out
    assert len(held()) == 1
    assert run(["load", "--undo", str(batch), "--lang", "en"]) == 0
    assert "is undone: 1 versions" in capsys.readouterr().out
    assert held() == []
    assert run(["load", "--undo", str(batch), "--lang", "en"]) == 1
    assert "already" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["load", "x.csv", "--undo", "1"],
        ["load", "--source", "s.yml", "--undo", "1"],
        ["load", "--undo", "1", "--force"],
        ["load", "--undo", "one"],
        ["load"],
        ["load", "x.csv"],
    ],
)
def test_an_undo_stands_alone_and_a_load_needs_its_words(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*words, "--lang", "en"]) == 2
    assert capsys.readouterr().err.strip()

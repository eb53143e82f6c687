"""A change made on a page stands over every file, is said to where they differ, and leaves no trace when it goes."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely
from sqlalchemy import text

from data.session import unit_of_work
from data.settings import DbRole
from etl.cli import run
from etl.history_errors import PageBatchError
from etl.intake import Options, load
from etl.overrides import run as bring_into_line
from etl.undo import undo

if TYPE_CHECKING:
    from pathlib import Path

    from etl.report import LoadReport

pytestmark = pytest.mark.usefixtures("database")

SCHOOLS = (
    "name: schools\nkind: school\ncrs: wgs84\ncolumns: {code: c, name: n, pupils: p}\n"
    "geometry: {lon: x, lat: y}\n"
)
GATES = (
    "name: gates\nkind: gate\ncrs: wgs84\ncolumns: {school_code: c, name: n}\ngeometry: {lon: x, lat: y}\n"
)
DUTIES = "name: duties\nkind: duty\ncolumns: {post_code: c, weekdays: n, start: p, end: x}\n"
POSTS = "name: posts\nkind: post\ncrs: wgs84\ncolumns: {code: c, name: n}\ngeometry: {lon: x, lat: y}\n"
SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
ONE = ("a,一小,500,119.5,31.7", "b,二小,600,119.6,31.7")
OUTLINE = {
    "type": "Polygon",
    "coordinates": [[[119.8, 31.7], [119.801, 31.7], [119.801, 31.701], [119.8, 31.701], [119.8, 31.7]]],
}


def execute(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    with unit_of_work(DbRole.LOADER) as connection:
        result = connection.execute(text(statement), values)
        found = [tuple(row) for row in result] if result.returns_rows else []
        connection.commit()
    return found


def change(field: str, value: Any, code: str = "a", kind: str = "school", at: str = "2026-09-15") -> None:
    execute(
        "INSERT INTO work.override (district_code, kind, code, field, value, set_by, set_at) "
        "VALUES ('unassigned', :kind, :code, :field, CAST(:value AS jsonb), 1, :at)",
        kind=kind, code=code, field=field, value=json.dumps(value), at=f"{at} 12:00+08",
    )  # fmt: skip


def revoke(field: str, code: str = "a", at: str = "2026-09-20") -> None:
    execute(
        "UPDATE work.override SET revoked_by = 1, revoked_at = :at WHERE field = :field AND code = :code "
        "AND revoked_at IS NULL",
        field=field, code=code, at=f"{at} 12:00+08",
    )  # fmt: skip


def current(columns: str = "code, name, pupils", kind: str = "school") -> list[tuple[Any, ...]]:
    return execute(
        f"SELECT {columns} FROM core.{kind} WHERE valid_to IS NULL AND ended_by IS NULL ORDER BY code"
    )


def on(day: date, columns: str = "code, name, pupils") -> list[tuple[Any, ...]]:
    return execute(
        f"SELECT {columns} FROM core.school WHERE valid_from <= :day AND (valid_to IS NULL OR :day < valid_to) "
        f"AND ended_by IS NULL ORDER BY code",
        day=day,
    )


class Desk:
    """Loads small tables."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, *lines: str, day: date = SEPTEMBER, source: str = SCHOOLS, **options: Any) -> LoadReport:
        table, description = self.folder / "file.csv", self.folder / "source.yml"
        table.write_text("c,n,p,x,y\n" + "\n".join(lines) + "\n", encoding="utf-8")
        description.write_text(source, encoding="utf-8")
        return load(table, description, Options(valid_from=day, force=True, **options))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def told(report: LoadReport) -> list[tuple[Any, ...]]:
    return [(one.code, one.field, one.page, one.file, one.reason) for one in report.conflicts]


def test_a_change_survives_the_next_file_and_is_listed_as_a_conflict(desk: Desk) -> None:
    desk.load(*ONE)
    change("name", "实验小学")
    change("pupils", 777)
    planned = desk.load(*ONE, day=OCTOBER, dry_run=True)
    assert current() == [("a", "一小", 500), ("b", "二小", 600)]
    done = desk.load(*ONE, day=OCTOBER)
    for report in (planned, done):
        assert told(report) == [("a", "name", "实验小学", "一小", None), ("a", "pupils", "777", "500", None)]
        assert (report.changed, report.unchanged) == (1, 1)
        assert report.changes[0].fields == {"name": ["一小", "实验小学"], "pupils": ["500", "777"]}
        assert report.conflicts[0].set_at.startswith("2026-09-15")
    assert current() == [("a", "实验小学", 777), ("b", "二小", 600)]
    again = desk.load(*ONE, day=OCTOBER)
    assert (again.unchanged, again.changed, len(again.conflicts)) == (2, 0, 2)
    assert on(SEPTEMBER) == [("a", "一小", 500), ("b", "二小", 600)]


def test_what_the_file_says_stays_in_raw_and_the_page_agreeing_is_no_conflict(desk: Desk) -> None:
    desk.load(*ONE)
    change("name", "实验小学")
    report = desk.load("a,实验小学,500,119.5,31.7", ONE[1], day=OCTOBER)
    assert told(report) == []
    assert current() == [("a", "实验小学", 500), ("b", "二小", 600)]
    desk.load("a,第一小学,500,119.5,31.7", ONE[1], day=OCTOBER)
    assert execute("SELECT payload ->> 'n' FROM raw.row WHERE code = 'a' ORDER BY batch_id") == [
        ("一小",), ("实验小学",), ("第一小学",)
    ]  # fmt: skip
    assert current() == [("a", "实验小学", 500), ("b", "二小", 600)]


def test_a_change_is_in_force_at_once_and_taking_it_back_brings_the_newest_file(desk: Desk) -> None:
    desk.load(*ONE)
    change("name", "实验小学")
    assert bring_into_line("school").changed == 1
    assert bring_into_line().changed == 0
    assert current() == [("a", "实验小学", 500), ("b", "二小", 600)]
    assert on(date(2026, 9, 14)) == [("a", "一小", 500), ("b", "二小", 600)]
    desk.load("a,第一小学,510,119.5,31.7", ONE[1], day=date(2026, 9, 18))
    assert current() == [("a", "实验小学", 510), ("b", "二小", 600)]
    revoke("name")
    assert bring_into_line().changed == 1
    assert current() == [("a", "第一小学", 510), ("b", "二小", 600)]
    assert on(date(2026, 9, 19)) == [("a", "实验小学", 510), ("b", "二小", 600)]
    assert desk.load("a,第一小学,510,119.5,31.7", ONE[1], day=date(2026, 9, 25)).unchanged == 2
    assert execute("SELECT mode, definition ->> 'name' FROM raw.source") == [("snapshot", "schools")]
    assert execute("SELECT file_sha256, counts FROM raw.batch WHERE jsonb_exists(counts, 'overrides')") == [
        ("", {"overrides": 1}), ("", {"overrides": 1})
    ]  # fmt: skip


def test_a_place_that_a_page_has_moved_asks_nobody_for_force(desk: Desk) -> None:
    desk.load(*ONE)
    change("geometry", {"type": "Point", "coordinates": [119.9, 31.7]})
    table, source = desk.folder / "file.csv", desk.folder / "source.yml"
    assert load(table, source, Options(valid_from=OCTOBER)).changed == 1
    assert current("round(ST_X(geom)::numeric, 1)::text") == [("119.9",), ("119.6",)]


def test_a_changed_outline_takes_its_district_along_and_back(desk: Desk, tmp_path: Path) -> None:
    desk.load(*ONE)
    desk.load("a,东门,,119.5,31.7", source=GATES)
    boxes = [shapely.box(119, 31, 119.7, 32), shapely.box(119.7, 31, 120, 32)]
    frame = gpd.GeoDataFrame({"code": ["d1", "d2"], "level": ["district"] * 2}, geometry=boxes, crs=4326)
    frame.to_file(tmp_path / "areas.gpkg")
    (tmp_path / "areas.yml").write_text(
        "name: areas\nkind: area\ncolumns: {code: code, name: code, level: level}\n", encoding="utf-8"
    )
    load(tmp_path / "areas.gpkg", tmp_path / "areas.yml")
    change("geometry", OUTLINE)
    bring_into_line("school")
    places = (
        "code, district_code, is_boundary_estimated, round(ST_X(ST_PointOnSurface(geom))::numeric, 1)::text"
    )
    assert current(places) == [("a", "d2", False, "119.8"), ("b", "d1", True, "119.6")]
    assert current("district_code", "gate") == [("d2",)]
    report = desk.load(*ONE, day=OCTOBER)
    assert told(report) == [("a", "geometry", None, None, None)]
    assert report.unchanged == 2
    desk.load("a,改,500,119.5,31.7", ONE[1], day=OCTOBER)
    assert current(places)[0] == ("a", "d2", False, "119.8")
    revoke("geometry")
    bring_into_line()
    assert current(places) == [("a", "d1", True, "119.5"), ("b", "d1", True, "119.6")]
    assert current("district_code", "gate") == [("d1",)]


@pytest.mark.parametrize(
    ("kind", "field", "value", "reason"),
    [
        ("school", "stage", "university", "unknown_value"),
        ("school", "pupils", "many", "not_a_number"),
        ("school", "pupils", -3, "out_of_range"),
        ("school", "name", None, "missing_value"),
        ("school", "name", {"a": 1}, None),
        ("school", "name", "x" * 2000, "too_long"),
        ("school", "name", "李老师 1380000" + "0000", "personal_data"),
        ("school", "code", "z", "not_changeable"),
        ("school", "digest", "z", "no_such_field"),
        ("school", "'; DROP TABLE core.school; --", "z", "no_such_field"),
        ("school", "geometry", {"type": "Nonsense"}, "unreadable_geometry"),
        ("school", "geom", {"type": "Point", "coordinates": [0, 0]}, "null_island"),
        ("school", "geometry", "POINT(1 1)", "unreadable_geometry"),
        ("school", "geometry", None, "missing_value"),
        ("gate", "school_code", "nobody", "unknown_school"),
        ("gate", "geometry", OUTLINE, "wrong_geometry_type"),
    ],
)
def test_what_a_kind_cannot_hold_is_left_out_and_said(
    desk: Desk, kind: str, field: str, value: Any, reason: str | None
) -> None:
    desk.load(*ONE)
    desk.load("a,东门,,119.5,31.7", source=GATES)
    ((gate,),) = current("code", "gate")
    before = current(), current("school_code, ST_AsText(geom)", "gate")
    change(field, value, code="a" if kind == "school" else gate, kind=kind)
    assert len(bring_into_line().unusable) == (reason is not None)
    if kind == "school":
        report = desk.load(*ONE, day=OCTOBER)
    else:
        report = desk.load("a,东门,,119.5,31.7", source=GATES, day=OCTOBER)
    (conflict,) = report.conflicts
    assert conflict.reason == reason
    if reason is not None:
        assert (current(), current("school_code, ST_AsText(geom)", "gate")) == before
        assert conflict.page is None


def test_hours_that_do_not_hold_together_are_left_out_whole(desk: Desk) -> None:
    desk.load("p,岗,,119.5,31.7", source=POSTS)
    desk.load("p,1-5,07:00,08:30,", source=DUTIES)
    ((code,),) = current("code", "duty")
    change("start", "8:30", code=code, kind="duty")
    change("weekdays", [0, 2], code=code, kind="duty")
    report = desk.load("p,1-5,07:00,08:30,", source=DUTIES, day=OCTOBER)
    assert {one.reason for one in report.conflicts} == {"bad_hours"}
    assert current("weekdays, start::text", "duty") == [([0, 1, 2, 3, 4], "07:00:00")]
    revoke("start", code=code)
    bring_into_line()
    assert current("weekdays, start::text", "duty") == [([0, 2], "07:00:00")]


def test_a_reference_that_a_page_gives_is_followed(desk: Desk) -> None:
    desk.load(*ONE)
    desk.load("a,东门,,119.5,31.7", source=GATES)
    ((gate,),) = current("code", "gate")
    change("school_code", "b", code=gate, kind="gate")
    bring_into_line("gate")
    assert current("school_code", "gate") == [("b",)]
    assert desk.load("a,东门,,119.5,31.7", source=GATES, day=OCTOBER).unchanged == 1


def test_a_row_with_changes_that_the_file_leaves_out_ends(desk: Desk) -> None:
    desk.load(*ONE)
    change("name", "实验小学")
    bring_into_line()
    assert desk.load(ONE[1], day=OCTOBER).ended == 1
    assert current() == [("b", "二小", 600)]
    assert bring_into_line().changed == 0


def test_an_undo_leaves_changes_in_force(desk: Desk) -> None:
    desk.load(*ONE)
    second = desk.load("a,第一小学,510,119.5,31.7", ONE[1], "c,三小,1,119.7,31.7", day=date(2026, 9, 10))
    change("name", "实验小学")
    change("pupils", 5, code="b")
    bring_into_line()
    (page,) = {
        batch for (batch,) in execute("SELECT id FROM raw.batch WHERE jsonb_exists(counts, 'overrides')")
    }
    with pytest.raises(PageBatchError):
        undo(page)
    undo(second.batch_id or 0)
    assert current() == [("a", "实验小学", 500), ("b", "二小", 5)]
    assert on(date(2026, 9, 12)) == [("a", "一小", 500), ("b", "二小", 600)]
    revoke("name")
    bring_into_line()
    assert current() == [("a", "一小", 500), ("b", "二小", 5)]


def test_an_undo_of_the_file_that_came_after_a_change_gives_the_change_over_the_file_before(
    desk: Desk,
) -> None:
    desk.load(*ONE)
    change("name", "实验小学")
    bring_into_line()
    second = desk.load("a,第一小学,510,119.5,31.7", ONE[1], day=OCTOBER)
    revoke("name", at="2026-10-05")
    bring_into_line()
    assert current() == [("a", "第一小学", 510), ("b", "二小", 600)]
    undo(second.batch_id or 0)
    assert current() == [("a", "一小", 500), ("b", "二小", 600)]
    assert on(OCTOBER) == [("a", "实验小学", 500), ("b", "二小", 600)]


def test_the_command_brings_kinds_into_line(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.load(*ONE)
    change("name", "实验小学")
    change("stage", "大学")
    assert run(["load", "--overrides", "all", "--lang", "zh"]) == 0
    assert "更新 1 条，无法使用 1 条" in capsys.readouterr().out
    assert current("name")[0] == ("实验小学",)
    assert run(["load", "--overrides", "nothing", "--lang", "en"]) == 1
    assert run(["load", "--overrides", "school", "--undo", "1", "--lang", "en"]) == 2


def test_conflicts_are_told_on_the_terminal_and_in_the_reports(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.load(*ONE)
    change("name", "<b>实验小学</b>")
    place = tmp_path / "r.html"
    words = [
        "load",
        str(tmp_path / "file.csv"),
        "--source",
        str(tmp_path / "source.yml"),
        "--report",
        str(place),
    ]
    assert run([*words, "--dry-run", "--lang", "zh"]) == 0
    err = capsys.readouterr().err
    assert "与页面修改不一致 1 处" in err
    assert "页面为 <b>实验小学</b>" in err
    assert "&lt;b&gt;实验小学" in place.read_text(encoding="utf-8")

"""A load takes a file in whole or not at all, says what became of every row, and keeps history."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from sqlalchemy import text

from data.repositories import settings as settings_repository
from data.session import unit_of_work
from data.settings import DbRole
from etl.errors import (
    AllRejectedError,
    BackdatedError,
    KindChangedError,
    NeedsForceError,
    TooManyRejectedError,
    TrainingSourceError,
)
from etl.intake import Options, load

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("database")

SCHOOLS = """
name: bureau
kind: school
crs: wgs84
columns:
  code: 编码
  name: 名称
  stage: {from: 学段, map: {小学: primary, 幼儿园: kindergarten}}
  pupils: 学生数
geometry: {lon: 经度, lat: 纬度}
"""
HEADING = "编码,名称,学段,学生数,经度,纬度\n"
POSTS = "name: posts\nkind: post\ncrs: wgs84\ncolumns: {code: code, name: name}\ngeometry: {lon: x, lat: y}\n"


def rows(query: str, **values: Any) -> list[tuple[Any, ...]]:
    with unit_of_work(DbRole.LOADER) as connection:
        return [tuple(row) for row in connection.execute(text(query), values)]


def current(kind: str = "school", columns: str = "code, name") -> list[tuple[Any, ...]]:
    return rows(
        f"SELECT {columns} FROM core.{kind} WHERE valid_to IS NULL AND ended_by IS NULL ORDER BY code"
    )


class Desk:
    """Writes small files and loads them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def source(self, content: str, name: str = "source.yml") -> Path:
        path = self.folder / name
        path.write_text(content, encoding="utf-8")
        return path

    def table(self, *lines: str, heading: str = HEADING, name: str = "file.csv") -> Path:
        path = self.folder / name
        path.write_text(heading + "".join(line + "\n" for line in lines), encoding="utf-8")
        return path

    def schools(self, *lines: str, **options: Any) -> Any:
        return load(self.table(*lines), self.source(options.pop("source", SCHOOLS)), Options(**options))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def school(code: str, name: str = "一小", pupils: str = "500", lon: str = "119.5", lat: str = "31.7") -> str:
    return f"{code},{name},小学,{pupils},{lon},{lat}"


def test_a_file_becomes_rows_and_the_counts_add_up(desk: Desk) -> None:
    report = desk.schools(school("a"), school("b", "二小"))
    assert (report.read, report.accepted, report.added) == (2, 2, 2)
    assert current(columns="code, name, stage, pupils, is_boundary_estimated, district_code") == [
        ("a", "一小", "primary", 500, True, "unassigned"),
        ("b", "二小", "primary", 500, True, "unassigned"),
    ]


def test_the_same_file_twice_changes_nothing(desk: Desk) -> None:
    desk.schools(school("a"), school("b"))
    before = rows("SELECT * FROM core.school ORDER BY version_id")
    report = desk.schools(school("a"), school("b"))
    assert (report.unchanged, report.added, report.changed, report.ended) == (2, 0, 0, 0)
    assert rows("SELECT * FROM core.school ORDER BY version_id") == before


def test_every_row_has_a_verdict_with_row_reason_and_column(desk: Desk) -> None:
    report = desk.schools(
        school("a"),
        school("b", pupils="many"),
        school("a", "again"),
        "c,三小,大学,1,119.5,31.7",
        school("d", name=""),
        school("e", lon="31.7", lat="119.5"),
        school("f", lon="0", lat="0"),
        school("g", lon="there"),
        school("h", lon="", lat=""),
        school("i", pupils="１２３"),
        school("j"),
        school("k"),
        school("l"),
        school("m"),
        school("n"),
        school("o"),
    )
    found = [(row.row, row.verdict, row.code, row.reason, row.column) for row in report.rows]
    assert found == [
        (3, "rejected", "b", "not_a_number", "pupils"),
        (4, "rejected", "a", "duplicate_code", "code"),
        (5, "rejected", "c", "unknown_value", "stage"),
        (6, "rejected", "d", "missing_value", "name"),
        (7, "rejected", "e", "axes_swapped", "geometry"),
        (8, "rejected", "f", "null_island", "geometry"),
        (9, "rejected", "g", "not_a_coordinate", "geometry"),
        (10, "rejected", "h", "missing_value", "geometry"),
        (11, "repaired", "i", "fullwidth_folded", "pupils"),
    ]
    assert (report.read, report.accepted, report.repaired, report.rejected, report.added) == (16, 7, 1, 8, 8)
    assert rows("SELECT name, pupils FROM core.school WHERE code IN ('a', 'i') ORDER BY code") == [
        ("一小", 500),
        ("一小", 123),
    ]


def test_the_same_row_once_more_is_merged_and_another_of_its_code_refused(desk: Desk) -> None:
    report = desk.schools(
        school("a"), school("b"), school("a", "别名"), school("a"), school("a"), school("c")
    )
    assert [(row.row, row.verdict, row.code, row.reason, row.column) for row in report.rows] == [
        (4, "rejected", "a", "duplicate_code", "code"),
        (5, "repaired", "a", "duplicate_merged", "code"),
        (6, "repaired", "a", "duplicate_merged", "code"),
    ]
    assert (report.accepted, report.repaired, report.rejected, report.added) == (3, 2, 1, 3)
    assert rows("SELECT verdict, reason FROM raw.row WHERE code = 'a' ORDER BY row") == [
        ("accepted", None),
        ("rejected", "duplicate_code"),
        ("repaired", "duplicate_merged"),
        ("repaired", "duplicate_merged"),
    ]
    again = desk.schools(school("a"), school("a"), school("b"), school("c"))
    assert (again.unchanged, again.ended) == (3, 0)


def test_the_report_is_the_json_of_the_contract(desk: Desk, tmp_path: Path) -> None:
    place = tmp_path / "out.json"
    report = desk.schools(school("a"), school("b", pupils="x"), report=place)
    assert json.loads(place.read_text(encoding="utf-8")) == {
        "read": 2, "accepted": 1, "repaired": 0, "rejected": 1, "unchanged": 0, "added": 1, "changed": 0,
        "ended": 0, "batch_id": report.batch_id,
        "rows": [{"row": 3, "verdict": "rejected", "code": "b", "reason": "not_a_number", "column": "pupils"}],
        "changes": [{"row": 2, "code": "a", "action": "added", "fields": {}}], "conflicts": [], "datum": None,
        "quality": 60, "notes": [],
    }  # fmt: skip
    assert list(json.loads(place.read_text(encoding="utf-8")))[:10] == [
        "read", "accepted", "repaired", "rejected", "unchanged", "added", "changed", "ended", "batch_id", "rows"
    ]  # fmt: skip
    assert [path.name for path in tmp_path.iterdir() if ".part" in path.name] == []


def test_a_change_closes_the_old_version_on_the_day_and_keeps_the_number(desk: Desk) -> None:
    desk.schools(school("a"), school("b"), valid_from=date(2026, 9, 1))
    report = desk.schools(school("a", "新名"), school("b"), valid_from=date(2026, 10, 1))
    assert (report.changed, report.unchanged) == (1, 1)
    history = rows(
        "SELECT name, valid_from, valid_to, id FROM core.school WHERE code = 'a' ORDER BY version_id"
    )
    assert [row[:3] for row in history] == [
        ("一小", date(2026, 9, 1), date(2026, 10, 1)),
        ("新名", date(2026, 10, 1), None),
    ]
    assert history[0][3] == history[1][3]


def test_a_second_change_on_one_day_leaves_no_version_without_time(desk: Desk) -> None:
    day = date(2026, 9, 1)
    for name in ("甲", "乙", "甲"):
        desk.schools(school("a", name), valid_from=day)
    held = rows("SELECT name FROM core.school WHERE ended_by IS NULL")
    assert held == [("甲",)]
    assert rows("SELECT count(*) FROM core.school WHERE ended_by IS NOT NULL") == [(2,)]


def test_what_a_snapshot_leaves_out_ends_and_keeps_its_number_when_it_comes_back(desk: Desk) -> None:
    lines = [school(code) for code in "abcdef"]
    desk.schools(*lines, valid_from=date(2026, 9, 1))
    (first,) = rows("SELECT id FROM core.school WHERE code = 'f'")
    assert desk.schools(*lines[:5], valid_from=date(2026, 9, 2)).ended == 1
    assert [code for code, _ in current()] == list("abcde")
    desk.schools(*lines, valid_from=date(2026, 9, 3))
    assert rows("SELECT DISTINCT id FROM core.school WHERE code = 'f'") == [first]


def test_a_row_that_is_spoilt_in_the_new_file_keeps_its_old_version(desk: Desk) -> None:
    desk.schools(school("a"), school("b"))
    report = desk.schools(school("a"), school("b", pupils="x"))
    assert (report.rejected, report.ended) == (1, 0)
    assert [code for code, _ in current()] == ["a", "b"]


def test_append_never_ends_anything(desk: Desk) -> None:
    source = SCHOOLS.replace("kind: school", "kind: school\nmode: append")
    desk.schools(school("a"), source=source)
    report = desk.schools(school("b"), source=source)
    assert (report.ended, [code for code, _ in current()]) == (0, ["a", "b"])


def test_a_snapshot_with_a_scope_ends_only_rows_of_its_district(desk: Desk, tmp_path: Path) -> None:
    area_source = desk.source(
        "name: areas\nkind: area\ncolumns: {code: code, name: code, level: level}\n", "a.yml"
    )
    areas = gpd.GeoDataFrame(
        {"code": ["d1", "d2"], "level": ["district", "district"]},
        geometry=[shapely.box(119, 31, 119.4, 32), shapely.box(119.4, 31, 120, 32)],
        crs=4326,
    )
    areas.to_file(tmp_path / "areas.gpkg")
    load(tmp_path / "areas.gpkg", area_source)
    desk.schools(school("a", lon="119.2"), school("b", lon="119.7"), school("c", lon="119.8"))
    scoped = SCHOOLS.replace("kind: school", 'kind: school\nscope: {district_code: "d1"}')
    report = desk.schools(school("c", lon="119.8"), source=scoped, force=True)
    assert report.ended == 1
    assert [code for code, _ in current()] == ["b", "c"]


def test_a_load_that_ends_too_much_stops_and_force_applies_it(desk: Desk) -> None:
    lines = [school(code) for code in "abcd"]
    desk.schools(*lines)
    with pytest.raises(NeedsForceError) as caught:
        desk.schools(*lines[:3])
    assert caught.value.params == {"ended": 1, "moved": 0, "current": 4}
    assert len(current()) == 4
    assert desk.schools(*lines[:3], force=True).ended == 1


def test_a_fifth_of_the_rows_is_not_too_much_and_of_one_row_all_is(desk: Desk) -> None:
    lines = [school(code) for code in "abcde"]
    desk.schools(*lines)
    assert desk.schools(*lines[:4]).ended == 1
    one = SCHOOLS.replace("name: bureau", "name: other")
    desk.schools(school("z"), source=one)
    for lines in ([school("z", lon="119.6")], [school("y")]):
        with pytest.raises(NeedsForceError):
            desk.schools(*lines, source=one)
    assert desk.schools(school("z", "新名"), source=one).changed == 1


def test_how_much_is_too_much_is_a_setting(desk: Desk) -> None:
    lines = [school(code) for code in "abcd"]
    desk.schools(*lines)
    with unit_of_work(DbRole.LOADER) as connection:
        settings_repository.write(connection, "max_end_share", 0.25, set_by="test")
        connection.commit()
    assert desk.schools(*lines[:3]).ended == 1


def test_a_load_that_moves_too_much_stops(desk: Desk) -> None:
    desk.schools(*[school(code) for code in "abcd"])
    with pytest.raises(NeedsForceError):
        desk.schools(*[school(code, lon="119.505") for code in "abcd"])
    within_a_metre = desk.schools(*[school(code, lon="119.500005") for code in "abcd"])
    assert within_a_metre.changed == 4


def test_a_dry_run_says_what_would_be_done_and_does_nothing(desk: Desk) -> None:
    desk.schools(*[school(code) for code in "abcd"])
    report = desk.schools(school("a", "新名"), school("e"), dry_run=True)
    assert (report.added, report.changed, report.ended, report.batch_id) == (1, 1, 3, None)
    assert len(current()) == 4
    assert rows("SELECT count(*) FROM raw.batch") == [(1,)]


def test_too_many_refused_rows_keep_nothing_but_the_report(desk: Desk, tmp_path: Path) -> None:
    place = tmp_path / "out.json"
    with pytest.raises(TooManyRejectedError):
        desk.schools(school("a"), school("b", pupils="x"), school("c", pupils="x"), report=place)
    assert json.loads(place.read_text(encoding="utf-8"))["rejected"] == 2
    with pytest.raises(AllRejectedError) as caught:
        desk.schools(school("b", pupils="x"))
    assert caught.value.params["reason"] == "not_a_number"
    assert rows("SELECT count(*) FROM raw.row") == [(0,)]
    assert current() == []


def test_a_code_belongs_to_the_source_that_brought_it_unless_another_owns_it(desk: Desk) -> None:
    desk.schools(school("a"), school("b"))
    other = SCHOOLS.replace("bureau", "other")
    report = desk.schools(school("a", "他"), school("c"), source=other)
    assert [(row.code, row.reason) for row in report.rows] == [("a", "code_of_other_source")]
    owner = other.replace("kind: school", "kind: school\nowner: true")
    assert desk.schools(school("a", "他"), school("c"), source=owner).changed == 1
    back = desk.schools(school("a"), school("b"))
    assert [(row.code, row.reason) for row in back.rows] == [("a", "code_of_other_source")]
    assert current() == [("a", "他"), ("b", "一小"), ("c", "一小")]


def test_what_names_an_unknown_school_or_post_is_refused(desk: Desk) -> None:
    desk.schools(school("a"))
    load(desk.table("p1,岗,119.5,31.7", heading="code,name,x,y\n", name="p.csv"), desk.source(POSTS, "p.yml"))
    duties = (
        "name: duties\nkind: duty\ncolumns: {post_code: p, school_code: s, start: b, end: e, weekdays: w}\n"
    )
    table = desk.table(
        "p1,a,07:00,08:00,周一至周五",
        "p1,,22:00,06:00,1-5",
        "p2,a,07:00,08:00,1",
        "p1,z,07:00,08:00,1",
        "p1,a,07:00,07:00,1",
        "p1,a,05:00,21:01,1",
        "p1,a,07:00,08:00,often",
        "p1,a,16:00,24:00,mon-fri",
        "p1,a,16:00,17:00,6、7",
        "p1,a,17:00,18:00,6、7",
        heading="p,s,b,e,w\n",
        name="d.csv",
    )
    report = load(table, desk.source(duties, "d.yml"))
    assert [(row.row, row.reason, row.column) for row in report.rows] == [
        (4, "unknown_post", "post_code"),
        (5, "unknown_school", "school_code"),
        (6, "bad_hours", "end"),
        (7, "bad_hours", "end"),
        (8, "not_weekdays", "weekdays"),
    ]
    assert rows('SELECT weekdays FROM core.duty ORDER BY start, "end"')[0] == ([0, 1, 2, 3, 4],)


def test_new_areas_give_all_rows_their_district_town_and_police_area(desk: Desk, tmp_path: Path) -> None:
    desk.schools(school("a", lon="119.2"), school("b", lon="119.4"), school("c", lon="121"))
    gates = "name: gates\nkind: gate\ncrs: wgs84\ncolumns: {school_code: s, name: n}\ngeometry: {lon: x, lat: y}\n"
    load(desk.table("a,东门,119.2,31.7", heading="s,n,x,y\n", name="g.csv"), desk.source(gates, "g.yml"))
    calendar = "name: days\nkind: calendar\ncolumns: {date: d, scope: s, is_school_day: f}\n"
    days = desk.table(
        "2026-10-01,d1,否", "2026-10-02,a,否", "2026-10-03,,否", heading="d,s,f\n", name="c.csv"
    )
    load(days, desk.source(calendar, "c.yml"))
    areas = gpd.GeoDataFrame(
        {
            "code": ["d2", "d1", "t1", "p1"],
            "level": ["district", "district", "town", "police_area"],
        },
        geometry=[
            shapely.box(119.4, 31, 120, 32),
            shapely.box(119, 31, 119.4, 32),
            shapely.box(119, 31, 119.3, 32),
            shapely.box(119.3, 31, 119.5, 32),
        ],
        crs=4326,
    )
    areas.to_file(tmp_path / "areas.gpkg")
    source = desk.source(
        "name: areas\nkind: area\ncolumns: {code: code, name: code, level: level}\n", "a.yml"
    )
    load(tmp_path / "areas.gpkg", source)
    assert current(columns="code, district_code, town_code, police_area_code") == [
        ("a", "d1", "t1", "unassigned"),
        ("b", "d1", "unassigned", "p1"),  # on the border: the smaller code
        ("c", "unassigned", "unassigned", "unassigned"),
    ]
    places = rows("SELECT district_code FROM core.calendar ORDER BY date")
    assert [district for (district,) in places] == ["d1", "d1", "unassigned"]
    assert current("gate", "district_code") == [("d1",)]
    assert current("area", "code, district_code") == [("d1", "d1"), ("d2", "d2"), ("p1", "d1"), ("t1", "d1")]
    report = desk.schools(
        school("a", lon="119.6"), school("b", lon="119.4"), school("c", lon="121"), force=True
    )
    assert report.changed == 1
    assert current("gate", "district_code") == [("d2",)]


def test_the_past_is_not_rewritten(desk: Desk) -> None:
    desk.schools(school("a"), valid_from=date(2026, 9, 10))
    with pytest.raises(BackdatedError):
        desk.schools(school("a", "新"), valid_from=date(2026, 9, 1))
    assert desk.schools(school("a"), valid_from=date(2026, 9, 1)).unchanged == 1


def test_made_up_rows_and_a_changed_kind_are_refused(desk: Desk) -> None:
    with pytest.raises(TrainingSourceError):
        desk.schools(school("a"), source=SCHOOLS + "training: true\n")
    desk.schools(school("a"))
    with pytest.raises(KindChangedError):
        load(desk.table("p,x,1,1", heading="code,name,x,y\n"), desk.source(POSTS.replace("posts", "bureau")))


def test_numbers_of_people_are_refused_and_masked_and_nothing_unmapped_is_kept(
    desk: Desk, tmp_path: Path
) -> None:
    heading = HEADING.strip() + ",联系人,电话\n"
    lines = [
        school("a") + ",张训练,13800000000",
        school("b", "校长 李某 １３８００００００００") + ",x,y",
        school("320482199003077217") + ",x,y",
        school("d", pupils="13900000000") + ",x,y",
        school("e") + ",x,y",
        school("f") + ",x,y",
        school("g") + ",x,y",
    ]
    place = tmp_path / "out.json"
    report = load(desk.table(*lines, heading=heading), desk.source(SCHOOLS), Options(report=place))
    assert [(row.row, row.code, row.reason, row.column) for row in report.rows] == [
        (3, "b", "personal_data", "name"),
        (4, None, "personal_data", "code"),
        (5, "d", "personal_data", "pupils"),
    ]
    kept = json.dumps(rows("SELECT to_jsonb(r)::text FROM raw.row r"), ensure_ascii=False)
    kept += place.read_text(encoding="utf-8")
    for secret in ("张训练", "李某", "13800000000", "１３８", "3204821990", "13900000000", "联系人"):
        assert secret not in kept
    assert "***" in kept


def test_a_feature_id_that_looks_like_a_number_of_somebody_is_never_a_code(
    desk: Desk, tmp_path: Path
) -> None:
    feature = {"type": "Feature", "properties": {"name": "一小"}, "geometry": {"type": "Point"}}
    ids = (320482199003077217, 13812345678, 7)
    features = [
        feature | {"id": one, "geometry": {"type": "Point", "coordinates": [119 + number / 10, 31]}}
        for number, one in enumerate(ids)
    ]
    path = tmp_path / "s.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    source = desk.source("name: g\nkind: school\ncolumns: {name: name}\n")
    assert load(path, source).accepted == 3
    kept = json.dumps(rows("SELECT to_jsonb(r)::text, code FROM raw.row r"))
    assert "g:7" in kept
    assert not any(str(one) in kept + str(current()) for one in ids[:2])


def test_heights_that_are_left_out_are_said_so_in_every_system(desk: Desk, tmp_path: Path) -> None:
    source = desk.source("name: g\nkind: school\ncolumns: {code: code, name: code}\n")
    for number, (epsg, x, y) in enumerate([(4326, 119.5, 31.7), (4549, 500_000, 3_500_000)]):
        point = shapely.Point(x, y, 8)
        frame = gpd.GeoDataFrame({"code": [f"a{number}"]}, geometry=[point], crs=epsg)
        frame.to_file(tmp_path / "s.gpkg")
        report = load(tmp_path / "s.gpkg", source, Options(force=True))
        assert [row.reason for row in report.rows] == ["z_dropped"]


def test_every_version_leads_to_its_batch_file_and_row(desk: Desk) -> None:
    report = desk.schools(school("a"), school("b"))
    desk.schools(school("a"), school("b"), school("c"))
    assert rows(
        "SELECT s.code, r.row, length(b.file_sha256) FROM core.school s JOIN raw.batch b ON b.id = s.recorded_by "
        "JOIN raw.row r ON r.batch_id = b.id AND r.code = s.code ORDER BY s.code"
    ) == [("a", 2, 64), ("b", 3, 64), ("c", 4, 64)]
    assert rows("SELECT payload ->> '名称', declared_crs FROM raw.row WHERE batch_id = :b ORDER BY row",
                b=report.batch_id) == [("一小", "wgs84"), ("一小", "wgs84")]  # fmt: skip


def test_gates_are_known_by_school_and_name_or_by_where_they_are(desk: Desk) -> None:
    desk.schools(school("a"))
    source = desk.source(
        "name: gates\nkind: gate\ncrs: wgs84\ncolumns: {school_code: s, name: n}\ngeometry: {text: p}\n",
        "g.yml",
    )
    heading = "s,n,p\n"
    load(desk.table('a,东门,"119.5,31.7"', 'a,,"31.7,119.6"', heading=heading, name="g.csv"), source)
    moved = load(
        desk.table('a,东门,"119.501,31.7"', 'a,,"119.6 31.7"', heading=heading, name="g.csv"),
        source,
        Options(force=True),
    )
    assert (moved.changed, moved.unchanged) == (1, 1)


def test_what_was_received_stays_with_its_declared_coordinates(desk: Desk, tmp_path: Path) -> None:
    outline = [shapely.box(119.5, 31.7, 119.51, 31.71)]
    frame = gpd.GeoDataFrame({"code": ["a"], "name": ["一小"]}, geometry=outline, crs=4326)
    frame.to_file(tmp_path / "s.gpkg")
    source = desk.source("name: g\nkind: school\ncrs: gcj02\ncolumns: {code: code, name: name}\n")
    load(tmp_path / "s.gpkg", source)
    ((payload, crs),) = rows("SELECT payload, declared_crs FROM raw.row")
    assert crs == "gcj02"
    assert shapely.from_wkb(bytes.fromhex(payload["geometry"])).bounds == (119.5, 31.7, 119.51, 31.71)
    ((west,),) = rows("SELECT ST_XMin(geom) FROM core.school")
    assert 119.49 < west < 119.4995


def test_a_workbook_loads_with_title_row_times_and_dates_as_cells(desk: Desk, tmp_path: Path) -> None:
    from datetime import time

    desk.schools(school("001"))
    path = tmp_path / "bells.xlsx"
    body = pd.DataFrame([["001", "进", time(7, 10), date(2026, 9, 1)], ["001", "出", "16：30", "2026/9/1"]])
    with pd.ExcelWriter(path) as book:
        pd.DataFrame([["上下学时间表"]]).to_excel(book, index=False, header=False)
        body.to_excel(book, index=False, header=["学校", "方向", "开始", "起"], startrow=2)
    source = desk.source(
        "name: bells\nkind: bell_slot\ncolumns:\n  school_code: 学校\n  direction: {from: 方向, map: {进: in, 出: out}}\n"
        "  start: 开始\n  date_from: 起\n"
    )
    report = load(path, source)
    assert (report.accepted, report.repaired) == (1, 1)
    assert [(row.row, row.reason) for row in report.rows] == [(5, "fullwidth_folded")]
    assert rows("SELECT start::text, date_from FROM core.bell_slot ORDER BY start") == [
        ("07:10:00", date(2026, 9, 1)),
        ("16:30:00", date(2026, 9, 1)),
    ]


def test_characters_that_no_text_has_cost_only_their_row(desk: Desk) -> None:
    report = desk.schools(school("a"), school("b", "一\x00小"), school("c", "一\u2028小\x85"))
    assert [(row.row, row.reason) for row in report.rows] == [(3, "control_character")]
    assert rows("SELECT count(*) FROM raw.row") == [(3,)]

"""Venues are known by code, licence or name and place; hazards by what they are and where, or by their school."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from data.session import unit_of_work
from data.settings import DbRole
from etl.errors import AllRejectedError, NoGeometryRuleError
from etl.intake import LoadReport, Options, load

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("database")

AREAS = "name: areas\nkind: area\ncolumns: {code: code, name: name, level: level}\n"
SCHOOLS = "name: s\nkind: school\ncrs: wgs84\ncolumns: {code: c, name: n}\ngeometry: {lon: x, lat: y}\n"
VENUES = """
name: market
kind: venue
crs: wgs84
columns:
  name: 名称
  category: 类别
  licence_no: 许可证号
  licence_from: 起
  licence_to: 止
geometry: {lon: x, lat: y}
"""
VENUE_HEADING = "名称,类别,许可证号,起,止,x,y"
HAZARDS = """
name: walk-round
kind: hazard
crs: wgs84
columns: {category: 隐患, party: 方, unit: 单位, deadline: 期限, school_code: 学校}
geometry: {lon: x, lat: y}
"""
HAZARD_HEADING = "隐患,方,单位,期限,学校,x,y"


class Desk:
    """Writes small files and loads them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, source: str, heading: str, *lines: str, **options: Any) -> LoadReport:
        description, file = self.folder / "source.yml", self.folder / "file.csv"
        description.write_text(source, encoding="utf-8")
        file.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
        return load(file, description, Options(**options))

    def places(self) -> None:
        """Two districts side by side at 119.5 E, a school in the western one."""
        squares = {"west": (119.4, 119.5), "east": (119.5, 119.6)}
        features = [
            {
                "type": "Feature",
                "properties": {"code": code, "name": code, "level": "district"},
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[w, 31.6], [e, 31.6], [e, 31.8], [w, 31.8], [w, 31.6]]],
                },
            }
            for code, (w, e) in squares.items()
        ]
        path = self.folder / "areas.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        source = self.folder / "areas.yml"
        source.write_text(AREAS, encoding="utf-8")
        load(path, source)
        self.load(SCHOOLS, "c,n,x,y", "s1,一小,119.45,31.7")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def rows(query: str) -> list[tuple[Any, ...]]:
    with unit_of_work(DbRole.LOADER) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def current(kind: str, columns: str) -> list[tuple[Any, ...]]:
    return rows(f"SELECT {columns} FROM core.{kind} WHERE valid_to IS NULL AND ended_by IS NULL ORDER BY 1")


def test_a_venue_keeps_its_code_when_its_licence_stays_and_name_and_place_change(desk: Desk) -> None:
    desk.load(VENUES, VENUE_HEADING, "新宇网吧,网吧,W1,2020-01-01,2030-01-01,119.45,31.7")
    (before,) = current("venue", "id, code")
    report = desk.load(
        VENUES, VENUE_HEADING, "大宇网吧,网吧,W1,2020-01-01,2030-01-01,119.46,31.7", force=True
    )
    assert (report.changed, report.added, report.ended) == (1, 0, 0)
    assert current("venue", "id, code, name") == [(*before, "大宇网吧")]
    assert before[1].startswith("market:")


def test_without_licence_a_venue_is_known_by_name_and_place_to_ten_metres(desk: Desk) -> None:
    desk.load(VENUES, VENUE_HEADING, "a,,,,,119.45001,31.70001", "b,,,,,119.45001,31.70001")
    moved = ("a,网吧,,,,119.45002,31.70001", "b,,,,,119.4512,31.70001")
    report = desk.load(VENUES, VENUE_HEADING, *moved, force=True)
    assert (report.changed, report.added, report.ended) == (1, 1, 1)


def test_one_licence_twice_in_a_file_is_a_duplicate(desk: Desk) -> None:
    report = desk.load(VENUES, VENUE_HEADING, "a,,W1,,,119.45,31.7", "b,,W1,,,119.46,31.7")
    assert [(row.row, row.reason) for row in report.rows] == [(3, "duplicate_code")]


def test_a_licence_that_ends_before_it_begins_is_refused(desk: Desk) -> None:
    report = desk.load(
        VENUES, VENUE_HEADING, "a,,W1,2030-01-01,2020-01-01,119.45,31.7", "b,,W2,2020-01-01,,119.4,31.7"
    )
    assert [(row.row, row.reason, row.column) for row in report.rows] == [(2, "dates_reversed", "licence_to")]


def test_a_venue_without_a_place_is_refused(desk: Desk) -> None:
    report = desk.load(VENUES, VENUE_HEADING, "a,,W1,,,,", "b,,W2,,,119.4,31.7")
    assert [(row.reason, row.column) for row in report.rows] == [("missing_value", "geometry")]


def test_a_hazard_may_be_at_a_place_or_at_a_school_but_not_nowhere(desk: Desk) -> None:
    desk.places()
    report = desk.load(
        HAZARDS,
        HAZARD_HEADING,
        "路面破损,locality,城管局,2026-12-01,,119.55,31.7",
        "围墙倒塌,school,一小,,s1,,",
        "消防通道堵塞,regulator,消防大队,,s1,119.55,31.71",
        "护栏缺失,department,交通局,,,119.55,31.72",
        "无处可寻,department,交通局,,,,",
        "坐标不清,department,交通局,,s1,东经,北纬",
        "学校不明,department,交通局,,s9,,",
        "责任不明,everyone,交通局,,s1,,",
    )
    assert [(row.row, row.reason, row.column) for row in report.rows] == [
        (6, "missing_value", "geometry"),
        (7, "not_a_coordinate", "geometry"),
        (8, "unknown_school", "school_code"),
        (9, "unknown_value", "party"),
    ]
    assert sorted(current("hazard", "category, district_code, party, geom IS NULL")) == [
        ("围墙倒塌", "west", "school", True),
        ("护栏缺失", "east", "department", False),
        ("消防通道堵塞", "east", "regulator", False),
        ("路面破损", "east", "locality", False),
    ]


def test_a_hazard_without_a_place_follows_its_school_and_one_with_a_place_does_not(desk: Desk) -> None:
    desk.places()
    desk.load(HAZARDS, HAZARD_HEADING, "a,,,,s1,,", "b,,,,s1,119.45,31.7")
    desk.load(SCHOOLS, "c,n,x,y", "s1,一小,119.55,31.7", force=True)
    assert current("hazard", "category, district_code") == [("a", "east"), ("b", "west")]


def test_hazards_of_schools_alone_need_neither_coordinates_nor_a_coordinate_system(desk: Desk) -> None:
    desk.places()
    source = "name: w\nkind: hazard\ncolumns: {category: a, school_code: b}\n"
    assert desk.load(source, "a,b", "围墙倒塌,s1").added == 1
    with pytest.raises(NoGeometryRuleError):
        desk.load("name: v\nkind: hazard\ncrs: wgs84\ncolumns: {category: a}\n", "a,b", "围墙倒塌,s1")
    with pytest.raises(AllRejectedError):
        desk.load(source, "a,b", "围墙倒塌,")


def test_hazards_are_told_apart_by_what_when_and_where(desk: Desk) -> None:
    desk.places()
    lines = ("a,,,,s1,,", "b,,,,s1,,", "a,,,,s1,119.45,31.7")
    assert desk.load(HAZARDS, HAZARD_HEADING, *lines, "a,,单位,,s1,,").rejected == 1
    assert desk.load(HAZARDS, HAZARD_HEADING, *lines).unchanged == 3

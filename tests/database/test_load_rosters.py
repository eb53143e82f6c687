"""A roster grid goes in as duties or one-day changes of known posts; no name and no phone of it is anywhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from sqlalchemy import text

from data.session import unit_of_work
from data.settings import DbRole
from etl.errors import AllRejectedError
from etl.intake import Options, load
from tests.unit.rosters import WEEK, table, workbook

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("database")

NAMES = ("张铁柱", "李翠花", "王建国", "赵五")
PHONE = "138" + "1234" + "5678"
SCHOOLS = """name: schools
kind: school
crs: wgs84
columns: {code: code, name: name}
geometry: {lon: x, lat: y}
"""
GATES = "name: gates\nkind: gate\ncrs: wgs84\ncolumns: {school_code: school, name: name}\ngeometry: {lon: x, lat: y}\n"
POSTS = """name: posts
kind: post
crs: wgs84
columns: {code: code, name: name, type: type}
geometry: {lon: x, lat: y}
"""
DUTIES = "name: plain\nkind: duty\ncolumns: {post_code: post, school_code: school, gate: gate, start: start, end: end}\n"


def rows(query: str) -> list[tuple[Any, ...]]:
    with unit_of_work(DbRole.LOADER) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def duties(columns: str = 'post_code, weekdays, start::text, "end"::text') -> list[tuple[Any, ...]]:
    return rows(
        f"SELECT {columns} FROM core.duty WHERE valid_to IS NULL AND ended_by IS NULL AND source <> 'plain' "
        f'ORDER BY post_code, weekdays, date_from, start, "end"'
    )


class Office:
    """Sends files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def source(self, content: str) -> Path:
        path = self.folder / "source.yml"
        path.write_text(content, encoding="utf-8")
        return path

    def known(self, source: str, *lines: str) -> None:
        path = self.folder / "known.csv"
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        load(path, self.source(source))

    def roster(self, path: Path, grid: str, kind: str = "duty", more: str = "", **options: Any) -> Any:
        source = f"name: roster\nkind: {kind}\ngrid: {{{grid}}}\n{more}"
        return load(path, self.source(source), Options(**options))


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Give an office whose district has three schools, their gates and five posts."""
    office = Office(tmp_path)
    office.known(SCHOOLS, "code,name,x,y", "S1,实验小学,119.50,31.70", "S2,城西小学,119.55,31.70",
                 "S3,河滨幼儿园,119.60,31.70", "S4,河滨幼儿园,119.65,31.70")  # fmt: skip
    office.known(GATES, "school,name,x,y", "S1,南门,119.50,31.70", "S1,北门,119.50,31.705", "S2,正门,119.55,31.70",
                 "S3,正门,119.60,31.70")  # fmt: skip
    office.known(POSTS, "code,name,type,x,y", "P1,实验小学南门岗,guard_post,119.50,31.7001",
                 "P2,北门护学岗,guard_post,119.52,31.71", "P3,城西小学护学岗,guard_post,119.5501,31.70",
                 "P4,河滨岗,guard_post,119.61,31.70", "P5,老城派出所,police_station,119.50,31.70")  # fmt: skip
    office.known(DUTIES, "post,school,gate,start,end", "P2,S1,北门,06:00,06:30")
    return office


def refused(report: Any) -> list[tuple[int, str, str | None]]:
    return [(row.row, row.reason, row.column) for row in report.rows if row.verdict == "rejected"]


def messy(folder: Path, kind: str) -> Path:
    """Write one roster in one of the formats in which it comes."""
    grid = [
        ["护学岗排班表", "", "", "", "", "", ""],
        ["岗位", *WEEK, "备注"],
        ["实验小学南门岗", f"7:10-7:50、16:20-17:10 {NAMES[0]}{PHONE}", "早 7:10—7:50 晚4:20—5:10", f"{NAMES[1]}\n7:10-7:50", "休", "/", NAMES[2]],
        ["Ｐ２", "同上", "07：10至07：50", "22:00-6:00", f"{NAMES[2]}（代）", "", ""],
        [NAMES[3], "7:10-7:50", "7:10-7:50", "", "", "", ""],
        ["P3", "7:70-8:00", "见附件7", "16:20-17:10", "", "", ""],
    ]  # fmt: skip
    if kind == "xlsx":
        return workbook(folder / "排班.xlsx", grid, [(0, 0, 0, 6)])
    return table(folder / "排班.csv", grid, kind)


@pytest.mark.parametrize("kind", ["xlsx", "utf-8-sig", "gbk"])
def test_a_grid_of_weekdays_and_posts_becomes_one_duty_an_interval(
    office: Office, tmp_path: Path, kind: str
) -> None:
    constants = 'columns: {date_from: {value: "2026-09-01"}}\n'
    report = office.roster(
        messy(tmp_path, kind), "rows: post, columns: weekday", more=constants, report=tmp_path / "r.json"
    )
    morning, afternoon = ("07:10:00", "07:50:00"), ("16:20:00", "17:10:00")
    assert duties() == [
        ("P1", [0], *morning), ("P1", [0], *afternoon), ("P1", [1], *morning), ("P1", [1], *afternoon),
        ("P1", [2], *morning), ("P2", [0], *morning), ("P2", [0], *afternoon), ("P2", [1], *morning),
        ("P2", [2], "22:00:00", "06:00:00"), ("P3", [2], *afternoon),
    ]  # fmt: skip
    assert set(duties("date_from::text, date_to, school_code, gate, district_code")) == {
        ("2026-09-01", None, None, None, "unassigned")
    }
    assert refused(report) == [
        (4, "no_hours", "start"),
        (5, "unknown_post", "post_code"),
        (5, "unknown_post", "post_code"),
        (6, "not_a_time", "start"),
        (6, "not_a_time", "start"),
    ]
    assert (report.read, report.accepted, report.rejected, report.added) == (15, 10, 5, 10)
    again = office.roster(messy(tmp_path, kind), "rows: post, columns: weekday", more=constants)
    assert (again.unchanged, again.added, again.changed, again.ended) == (10, 0, 0, 0)


@pytest.mark.parametrize("kind", ["xlsx", "gb18030"])
def test_names_phones_and_unknown_headings_are_nowhere_afterwards(
    office: Office, tmp_path: Path, kind: str
) -> None:
    report = office.roster(messy(tmp_path, kind), "rows: post, columns: weekday", report=tmp_path / "r.json")
    dumped = []
    with unit_of_work(DbRole.LOADER) as connection:
        for schema, name in connection.execute(
            text("SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('raw', 'core', 'work')")
        ).all():
            dumped += [
                str(tuple(row)) for row in connection.execute(text(f'SELECT * FROM "{schema}"."{name}"'))
            ]
    kept = "\n".join([*dumped, repr(report), (tmp_path / "r.json").read_text(encoding="utf-8")])
    assert "07:10:00" in kept
    assert [
        word for word in (*NAMES, PHONE, PHONE[-8:], "见附件", "7:70", "护学岗排班表") if word in kept
    ] == []


def test_what_is_kept_of_a_refused_cell_says_where_it_is_and_nothing_else(
    office: Office, tmp_path: Path
) -> None:
    office.roster(messy(tmp_path, "xlsx"), "rows: post, columns: weekday")
    kept = rows("SELECT row, part, payload FROM raw.row WHERE verdict = 'rejected' ORDER BY row, part")
    assert [(row, part, {k: v for k, v in payload.items() if v}) for row, part, payload in kept] == [
        (4, 4, {"post_code": "P2", "weekdays": "周四"}),
        (5, 0, {"weekdays": "周一", "start": "07:10:00", "end": "07:50:00"}),
        (5, 1, {"weekdays": "周二", "start": "07:10:00", "end": "07:50:00"}),
        (6, 0, {"post_code": "P3", "weekdays": "周一"}),
        (6, 1, {"post_code": "P3", "weekdays": "周二"}),
    ]
    (definition,) = rows("SELECT definition FROM raw.source WHERE name = 'roster'")
    assert "grid" in json.dumps(definition)


def test_a_school_means_the_post_that_serves_it_or_stands_at_its_gate(office: Office, tmp_path: Path) -> None:
    grid = [
        ["日期", "实验小学", "城西小学", "S3", "河滨幼儿园", "不知道小学", "合计"],
        ["9月1日（周二）", "7:10-7:50", "7:20-7:50", "7:30-7:50", "7:40-7:50", "7:45-7:50", "5"],
        ["9月2日", "16:20-17:10", "休", "", "", "", "1"],
    ]
    report = office.roster(workbook(tmp_path / "a.xlsx", grid), "rows: date, columns: school, year: 2026")
    # S1 is served by P2; P3 stands at S2's gate; no post is at S3; two schools are called 河滨幼儿园
    assert duties("post_code, school_code, gate, weekdays, date_from::text, date_to::text, start::text") == [
        ("P2", "S1", None, [1], "2026-09-01", "2026-09-01", "07:10:00"),
        ("P2", "S1", None, [2], "2026-09-02", "2026-09-02", "16:20:00"),
        ("P3", "S2", None, [1], "2026-09-01", "2026-09-01", "07:20:00"),
    ]
    assert refused(report) == [
        (2, "unknown_post", "post_code"),
        (2, "unknown_school", "school_code"),
        (2, "unknown_school", "school_code"),
    ]


def test_a_gate_is_found_by_its_school_and_name(office: Office, tmp_path: Path) -> None:
    grid = [["学校", "校门", "周一"], ["实验小学", "南门", "7:10-7:50"], ["", "北门", "7:20-7:50"],
            ["城西小学", "正 门", "7:30-7:50"], ["", "后门", "7:40-7:50"]]  # fmt: skip
    report = office.roster(table(tmp_path / "a.csv", grid), "rows: [school, gate], columns: weekday")
    assert duties("post_code, school_code, gate, start::text") == [
        ("P1", "S1", "南门", "07:10:00"), ("P2", "S1", "北门", "07:20:00"), ("P3", "S2", "正门", "07:30:00"),
    ]  # fmt: skip
    assert refused(report) == [(5, "unknown_post", "post_code")]
    joined = [["星期", "实验小学（南门）", "城西小学正门"], ["周一", "7:10-7:50", "7:30-7:50"]]
    office.roster(table(tmp_path / "b.csv", joined), "rows: weekday, columns: gate", force=True)
    assert duties("post_code, school_code, gate, start::text") == [
        ("P1", "S1", "南门", "07:10:00"), ("P3", "S2", "正门", "07:30:00"),
    ]  # fmt: skip


def test_what_the_source_says_a_heading_means_stands_before_names(office: Office, tmp_path: Path) -> None:
    grid = [["星期", "实小", "西小", "城西小学护学岗"], ["周一", "7:10-7:50", "7:20-7:50", "7:30-7:50"]]
    path = table(tmp_path / "a.csv", grid)
    office.roster(
        path,
        "rows: weekday, columns: school, posts: {实小: P4, 城西小学护学岗: P5}, schools: {西小: S2, 实小: S1}",
    )
    assert duties("post_code, school_code, start::text") == [
        ("P3", "S2", "07:20:00"), ("P4", "S1", "07:10:00"), ("P5", None, "07:30:00"),
    ]  # fmt: skip


def test_a_post_that_a_map_names_and_nobody_knows_is_refused(office: Office, tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", [["岗位", "周一"], ["甲", "7:10-7:50"], ["P1", "7:10-7:50"]])
    report = office.roster(path, "rows: post, columns: weekday, posts: {甲: P99}")
    assert refused(report) == [(2, "unknown_post", "post_code")]


def test_one_day_changes_take_one_interval_or_a_word_of_rest(office: Office, tmp_path: Path) -> None:
    grid = [
        ["岗位", "9月1日", "9月2日", "9月3日", "9月4日", "9月5日"],
        ["P1", f"7:10-7:50 {NAMES[0]}", "休", "", "/", "7:10-7:50、16:20-17:10"],
        ["P2", "×", "无", "7:70-8:00", "张铁柱休", NAMES[1]],
        ["P3", "停岗", "休", "—", "－", "22:00-次日6:00"],
    ]
    report = office.roster(
        workbook(tmp_path / "a.xlsx", grid),
        "rows: post, columns: date, month: 2026-09",
        kind="duty_exception",
    )
    found = 'SELECT date::text, post_code, change, start::text, "end"::text FROM core.duty_exception ORDER BY 1, 2'
    assert rows(found) == [
        ("2026-09-01", "P1", "hours", "07:10:00", "07:50:00"),
        ("2026-09-01", "P2", "absent", None, None),
        ("2026-09-01", "P3", "absent", None, None),
        ("2026-09-02", "P1", "absent", None, None),
        ("2026-09-02", "P3", "absent", None, None),
        ("2026-09-05", "P3", "hours", "22:00:00", "06:00:00"),
    ]
    assert refused(report) == [
        (2, "several_intervals", "start"),
        (3, "unclear_cell", "start"),
        (3, "not_a_time", "start"),
        (3, "unclear_cell", "start"),
        (3, "no_hours", "start"),
    ]


def test_a_day_with_a_morning_and_an_evening_column_is_several_intervals_too(
    office: Office, tmp_path: Path
) -> None:
    grid = [
        ["日期", "岗位", "早高峰（7:10-7:50）", "晚高峰（16:20-17:10）"],
        ["9月1日", "P1", NAMES[0], NAMES[1]],
        ["9月2日", "P1", "", NAMES[1]],
        ["9月2日", "P2", NAMES[1], ""],
    ]
    path, axes = table(tmp_path / "a.csv", grid), "rows: [date, post], columns: period, year: 2026"
    report = office.roster(path, axes, kind="duty_exception")
    assert refused(report) == [(2, "several_intervals", "start")] * 2
    assert rows("SELECT date::text, post_code, start::text FROM core.duty_exception ORDER BY 1, 2") == [
        ("2026-09-02", "P1", "16:20:00"), ("2026-09-02", "P2", "07:10:00"),
    ]  # fmt: skip
    as_duties = load(path, office.source(f"name: days\nkind: duty\ngrid: {{{axes}}}\n"))
    assert (as_duties.added, as_duties.rejected) == (4, 0), "as duties with one date nothing is lost"


def test_a_row_that_a_stray_comma_has_shifted_is_refused(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "岗位,周一,周二\nP1,7:10-7:50,16:20-17:10,8:00-9:00\nP2,7:10-7:50,7:10-7:50\n", encoding="utf-8"
    )
    report = office.roster(path, "rows: post, columns: weekday")
    assert refused(report) == [(2, "ragged_row", None)] * 2
    assert {post for post, *_ in duties()} == {"P2"}


def test_a_roster_of_which_no_heading_is_known_is_refused_whole(office: Office, tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", [["岗位", "周一"], [NAMES[0], "7:10-7:50"], [NAMES[1], "7:10-7:50"]])
    with pytest.raises(AllRejectedError) as caught:
        office.roster(path, "rows: post, columns: weekday")
    assert not any(name in str(caught.value) for name in NAMES)


def test_a_post_given_as_a_constant_needs_no_place_among_the_headings(office: Office, tmp_path: Path) -> None:
    path = table(
        tmp_path / "a.csv", [["星期", "早高峰（7:10-7:50）"], ["周一", NAMES[0]], ["周二至周五", NAMES[1]]]
    )
    office.roster(path, "rows: weekday, columns: period", more="columns: {post_code: {value: P1}}\n")
    assert duties() == [("P1", [0], "07:10:00", "07:50:00"), ("P1", [1, 2, 3, 4], "07:10:00", "07:50:00")]


def test_refused_cells_come_back_as_plain_rows_and_go_in_once_they_are_mended(
    office: Office, tmp_path: Path
) -> None:
    path = table(tmp_path / "a.csv", [["岗位", "周一", "周二"], ["P1", "7:10-7:50", "7:70-8:00"], [NAMES[0], "7:20-7:50", ""],
                                      ["P3", "7:30-7:50", "7:30-7:50"]])  # fmt: skip
    office.roster(path, "rows: post, columns: weekday", report=tmp_path / "refused.xlsx")
    book = openpyxl.load_workbook(tmp_path / "refused.xlsx")
    (sheet,) = book.worksheets
    headings = [cell.value for cell in sheet[1]]
    first, second = (dict(zip(headings, row, strict=True)) for row in sheet.iter_rows(min_row=2))
    assert [
        cell.value for name, cell in first.items() if name in ("post_code", "weekdays", "start", "end")
    ] == ["P1", None, None, "周二"]
    first["start"].value, first["end"].value, second["post_code"].value = "7:40", "8:00", "P2"
    book.save(tmp_path / "mended.xlsx")
    report = office.roster(tmp_path / "mended.xlsx", "rows: post, columns: weekday")
    assert (report.added, report.ended, report.rejected) == (2, 0, 0)
    assert duties("post_code, weekdays, start::text") == [
        ("P1", [0], "07:10:00"), ("P1", [1], "07:40:00"), ("P2", [0], "07:20:00"), ("P3", [0], "07:30:00"), ("P3", [1], "07:30:00"),
    ]  # fmt: skip


def test_two_people_at_one_post_are_one_duty(office: Office, tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", [["岗位", "周一（7:10-7:50）"], ["P1", NAMES[0]], ["P1", NAMES[1]]])
    report = office.roster(path, "rows: post, columns: weekday")
    assert (report.accepted, report.repaired, report.rejected, len(duties())) == (1, 1, 0, 1)


def test_signs_that_no_database_holds_are_no_post(office: Office, tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", [["岗位", "周一"], ["甲\x00", "7:10-7:50"], ["P1", "7:10-7:50"]])
    assert refused(office.roster(path, "rows: post, columns: weekday")) == [(2, "unknown_post", "post_code")]

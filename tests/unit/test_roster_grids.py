"""Rosters are read as the grids they are: headings over one row or two, merged cells, days, weekdays and places."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from etl.errors import (
    EmptyFileError,
    IntakeError,
    MissingColumnError,
    MissingColumnNearError,
    UnknownSheetError,
)
from etl.grids.errors import (
    BadDayError,
    DatedWeekdayError,
    NoGridError,
    NoMonthError,
    NoYearError,
    SeveralGridsError,
    UndatedColumnError,
    YearTurnsError,
)
from etl.readers import read_file
from tests.unit.rosters import WEEK, definition, entries, table, workbook

if TYPE_CHECKING:
    from pathlib import Path

BY_WEEKDAY = "rows: post, columns: weekday"
MORNING = {"start": "07:10:00", "end": "07:50:00"}
AFTERNOON = {"start": "16:20:00", "end": "17:10:00"}


# --- grids


def test_titles_numbers_remarks_and_other_columns_are_passed_over(tmp_path: Path) -> None:
    grid = [
        ["9月护学岗排班表", "", "", "", ""],
        ["", "", "", "", ""],
        ["序号", "岗位", "周一", "周二", "备注"],
        ["1", "南门", "7:10-7:50", "16:20-17:10", "张铁柱 7:00-8:00"],
        ["序号", "岗位", "周一", "周二", "备注"],
        ["2", "北门", "", "7:10-7:50", ""],
        ["备注：7:10-7:50 到岗", "", "", "", ""],
        ["", "合计", "1", "2", ""],
    ]
    expected = [
        {"row": 4, "post": "南门", "weekdays": "周一", **MORNING},
        {"row": 4, "post": "南门", "weekdays": "周二", **AFTERNOON},
        {"row": 6, "post": "北门", "weekdays": "周二", **MORNING},
    ]
    merges = [(0, 0, 0, 4), (6, 0, 6, 4)]
    assert entries(workbook(tmp_path / "a.xlsx", grid, merges), definition(BY_WEEKDAY)) == expected
    for encoding, sign in (("utf-8", ","), ("gbk", "\t"), ("utf-16", ";"), ("gb18030", "，")):
        assert entries(table(tmp_path / "a.csv", grid, encoding, sign), definition(BY_WEEKDAY)) == expected


def test_a_cell_merged_over_days_or_posts_holds_for_each_of_them(tmp_path: Path) -> None:
    grid = [["岗位", *WEEK], ["南门", "7:10-7:50", "", "", "", ""], ["北门", "", "", "", "", ""]]
    found = entries(workbook(tmp_path / "a.xlsx", grid, [(1, 1, 2, 3)]), definition(BY_WEEKDAY))
    assert [(one["row"], one["post"], one["weekdays"]) for one in found] == [
        (2, "南门", "周一"), (2, "南门", "周二"), (2, "南门", "周三"), (3, "北门", "周一"), (3, "北门", "周二"), (3, "北门", "周三"),
    ]  # fmt: skip


def test_headings_over_two_rows_are_one(tmp_path: Path) -> None:
    hours = ["早高峰（7:10-7:50）", "晚高峰（4:20-5:10）"]
    grid = [
        ["岗位", "周一", "", "周二", ""],
        ["", *hours, *hours],
        ["南门", "张铁柱", "", "√", "休"],
        ["北门", "", "4:30-5:10", "/", "李翠花"],
    ]
    expected = [
        {"row": 3, "post": "南门", "weekdays": "周一", **MORNING},
        {"row": 3, "post": "南门", "weekdays": "周二", **MORNING},
        {"row": 4, "post": "北门", "weekdays": "周一", "start": "16:30:00", "end": "17:10:00"},
        {"row": 4, "post": "北门", "weekdays": "周二", **AFTERNOON},
    ]
    merged = workbook(tmp_path / "a.xlsx", grid, [(0, 0, 1, 0), (0, 1, 0, 2), (0, 3, 0, 4)])
    assert entries(merged, definition(BY_WEEKDAY)) == expected
    plain = table(tmp_path / "a.csv", grid)
    assert entries(plain, definition(f"{BY_WEEKDAY}, header_rows: 2")) == expected


def test_a_row_of_weekdays_under_the_dates_is_part_of_the_heading(tmp_path: Path) -> None:
    grid = [["岗位", "9月1日", "9月2日"], ["", "周二", "星期三"], ["南门", "7:10-7:50", ""]]
    source = definition("rows: post, columns: date, year: 2026")
    assert entries(table(tmp_path / "a.csv", grid), source) == [
        {
            "row": 3,
            "post": "南门",
            "weekdays": "周二",
            "date_from": "2026-09-01",
            "date_to": "2026-09-01",
            **MORNING,
        }
    ]
    grid[1][1] = "周一"
    (wrong,) = entries(table(tmp_path / "b.csv", grid), source)
    assert wrong["reason"] == "weekday_mismatch"


def test_a_school_that_stands_once_is_meant_for_the_posts_below_it(tmp_path: Path) -> None:
    grid = [["学校", "岗位", "周一"], ["一小", "南门", "7:10-7:50"], ["", "北门", "7:10-7:50"], ["", "", "16:20-17:10"],
            ["二小", "", ""], ["", "东门", "7:10-7:50"]]  # fmt: skip
    found = entries(table(tmp_path / "a.csv", grid), definition("rows: [school, post], columns: weekday"))
    assert [(one["row"], one.get("school"), one.get("post")) for one in found] == [
        (2, "一小", "南门"), (3, "一小", "北门"), (4, None, None), (6, "二小", "东门"),
    ]  # fmt: skip


def test_the_headings_of_the_rows_may_stand_anywhere_when_they_are_named(tmp_path: Path) -> None:
    grid = [["周一", "值守点位", "周二", "校名"], ["7:10-7:50", "南门", "16:20-17:10", "一小"]]
    axes = "rows: [school, post], row_heading: [校名, 值守点位], columns: weekday"
    found = entries(table(tmp_path / "a.csv", grid), definition(axes))
    assert [(one["school"], one["post"], one["weekdays"]) for one in found] == [
        ("一小", "南门", "周一"),
        ("一小", "南门", "周二"),
    ]
    with pytest.raises(MissingColumnError) as missing:
        entries(table(tmp_path / "a.csv", grid), definition(axes.replace("值守点位", "岗位")))
    assert missing.value.params == {"column": "岗位"}
    with pytest.raises(MissingColumnNearError):
        entries(table(tmp_path / "a.csv", grid), definition(axes.replace("值守点位", "值守（点位）")))


def test_days_may_be_rows_and_places_columns(tmp_path: Path) -> None:
    grid = [["护学岗安排", "", "", ""], ["日期", "星期", "一小", "二小"], [dt.date(2026, 9, 1), "周二", "7:10-7:50", "休"],
            [dt.date(2026, 9, 2), "周三", "", "16:20-17:10"], ["待定", "", "7:10-7:50", ""]]  # fmt: skip
    found = entries(
        workbook(tmp_path / "a.xlsx", grid, [(0, 0, 0, 3)]), definition("rows: date, columns: school")
    )
    assert found == [
        {
            "row": 3,
            "school": "一小",
            "weekdays": "周二",
            "date_from": "2026-09-01",
            "date_to": "2026-09-01",
            **MORNING,
        },
        {
            "row": 4,
            "school": "二小",
            "weekdays": "周三",
            "date_from": "2026-09-02",
            "date_to": "2026-09-02",
            **AFTERNOON,
        },
        {"row": 5, "school": "一小", "reason": "not_a_date"},
    ]


def test_schools_over_gates_are_one_name(tmp_path: Path) -> None:
    grid = [
        ["星期", "一小", "", "二小"],
        ["", "南门", "北门", "正门"],
        ["周一", "7:10-7:50", "", "16:20-17:10"],
    ]
    path = workbook(tmp_path / "a.xlsx", grid, [(0, 0, 1, 0), (0, 1, 0, 2)])
    found = entries(path, definition("rows: weekday, columns: gate"))
    assert [one["gate"] for one in found] == ["一小 南门", "二小 正门"]


def test_ditto_is_what_it_points_at(tmp_path: Path) -> None:
    grid = [["岗位", *WEEK[:3]], ["南门", "7:10-7:50 张铁柱", "同左", "同上"], ["北门", "同上", "休", "16:20-17:10"],
            ["东门", "同上", "同上", "〃"], ["西门", "", "同左", "7:70-8:00"], ["后门", "/", "", "同上"]]  # fmt: skip
    found = entries(table(tmp_path / "a.csv", grid), definition(BY_WEEKDAY))
    assert [(one["row"], one["weekdays"], one.get("reason", one.get("start"))) for one in found] == [
        (2, "周一", "07:10:00"), (2, "周二", "07:10:00"), (2, "周三", "unclear_cell"),
        (3, "周一", "07:10:00"), (3, "周三", "16:20:00"),
        (4, "周一", "07:10:00"), (4, "周三", "16:20:00"),
        (5, "周二", "unclear_cell"), (5, "周三", "not_a_time"), (6, "周三", "not_a_time"),
    ]  # fmt: skip


def test_hours_may_stand_with_the_post_or_in_a_column_of_their_own(tmp_path: Path) -> None:
    grid = [
        ["岗位", "时段", "周一", "周二"],
        ["南门", "早 7:10-7:50", "张铁柱", ""],
        ["", "晚 4:20-5:10", "李翠花", "5:00-6:00"],
    ]
    found = entries(table(tmp_path / "a.csv", grid), definition("rows: [post, period], columns: weekday"))
    assert [(one["post"], one["weekdays"], one["start"], one["end"]) for one in found] == [
        ("南门", "周一", "07:10:00", "07:50:00"), ("南门", "周一", "16:20:00", "17:10:00"), ("南门", "周二", "17:00:00", "18:00:00"),
    ]  # fmt: skip
    grid = [["岗位", "周一"], ["南门（7:10-7:50）", "张铁柱"], ["北门", "李翠花"]]
    found = entries(table(tmp_path / "b.csv", grid), definition(BY_WEEKDAY))
    assert found == [
        {"row": 2, "post": "南门", "weekdays": "周一", **MORNING},
        {"row": 3, "post": "北门", "weekdays": "周一", "reason": "no_hours"},
    ]


def test_two_headings_with_different_hours_leave_it_open_which_are_meant(tmp_path: Path) -> None:
    grid = [["岗位", "周一（7:10-7:50）"], ["南门（8:00-9:00）", "张铁柱"], ["北门（7:10-7:50）", "李翠花"]]
    found = entries(table(tmp_path / "a.csv", grid), definition(BY_WEEKDAY))
    assert [one.get("reason") for one in found] == ["unclear_cell", None]


@pytest.mark.parametrize(
    ("headings", "axes", "error", "cell"),
    [
        (["岗位", "9月1日"], "rows: post, columns: date", NoYearError, "B1"),
        (["岗位", "1日"], "rows: post, columns: date, year: 2026", NoMonthError, "B1"),
        (["岗位", "9月1日", "9月31日"], "rows: post, columns: date, year: 2026", BadDayError, "C1"),
        (["岗位", "9月1日", "周三"], "rows: post, columns: date, year: 2026", UndatedColumnError, "C1"),
        (["岗位", "周一", "周二\n9月1日"], BY_WEEKDAY, DatedWeekdayError, "C1"),
        (["岗位", "周一", "周二7:10-7:5"], BY_WEEKDAY, BadDayError, "C1"),
        (["岗位", "12月31日", "1月1日"], "rows: post, columns: date, year: 2026", YearTurnsError, None),
    ],
)  # fmt: skip
def test_a_day_that_is_not_certain_refuses_the_file(
    tmp_path: Path, headings: list[str], axes: str, error: type[IntakeError], cell: str | None
) -> None:
    path = table(tmp_path / "a.csv", [headings, ["南门", *["7:10-7:50"] * (len(headings) - 1)]])
    with pytest.raises(error) as caught:
        entries(path, definition(axes))
    assert caught.value.params == ({"cell": cell} if cell else {})


def test_days_in_rows_are_not_guessed_either(tmp_path: Path) -> None:
    grid = [["日期", "一小"], ["12月31日", "7:10-7:50"], ["1月1日", "7:10-7:50"]]
    with pytest.raises(YearTurnsError):
        entries(table(tmp_path / "a.csv", grid), definition("rows: date, columns: school, year: 2026"))
    with pytest.raises(NoYearError) as caught:
        entries(table(tmp_path / "a.csv", grid), definition("rows: date, columns: school"))
    assert caught.value.params == {"cell": "A2"}


def test_a_grid_that_is_not_there_is_missed(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", [["岗位", "张铁柱"], ["南门", "7:10-7:50"]])
    with pytest.raises(NoGridError) as caught:
        entries(path, definition(BY_WEEKDAY))
    assert caught.value.params == {"what": "weekday"}
    with pytest.raises(EmptyFileError):
        entries(table(tmp_path / "b.csv", [[""], [" "]]), definition(BY_WEEKDAY))


def test_several_rosters_in_one_workbook_are_not_chosen_from(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    for name in ("第1周", "第2周", "说明"):
        page = book.add_worksheet(name)
        page.write_row(0, 0, ["岗位", "周一"] if name != "说明" else ["说明"])
        page.write_row(1, 0, ["南门", "7:10-7:50"])
    book.close()
    with pytest.raises(SeveralGridsError) as caught:
        entries(tmp_path / "a.xlsx", definition(BY_WEEKDAY))
    assert caught.value.params == {"count": 2}
    assert len(entries(tmp_path / "a.xlsx", definition(BY_WEEKDAY, more="sheet: 第2周\n"))) == 1
    with pytest.raises(UnknownSheetError):
        entries(tmp_path / "a.xlsx", definition(BY_WEEKDAY, more="sheet: 第3周\n"))
    every = entries(tmp_path / "a.xlsx", definition(BY_WEEKDAY, more='sheet: "*"\n'))
    assert [one["row"] for one in every] == [10_000_002, 20_000_002]


def test_parts_number_the_rows_that_one_row_of_the_sheet_gives(tmp_path: Path) -> None:
    grid = [
        ["岗位", "周一", "周二"],
        ["南门", "7:10-7:50、16:20-17:10", "7:70-8:00"],
        ["北门", "", "7:10-7:50"],
    ]
    (chunk,) = read_file(table(tmp_path / "a.csv", grid), definition(BY_WEEKDAY))
    assert list(zip(chunk.rows.tolist(), chunk.numbered_parts.tolist(), strict=True)) == [
        (2, 0),
        (2, 1),
        (2, 2),
        (3, 0),
    ]

"""Source descriptions of grids are read strictly, and a bad file costs one named error."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.declared import Declared
from etl.definitions import parse_definition
from etl.errors import (
    BadKeyError,
    IntakeError,
    OpenQuoteError,
    UnknownKeyNearError,
    UnreadableFileError,
    WrongEncodingError,
)
from etl.grids.errors import (
    GridColumnError,
    GridDateError,
    GridFileError,
    GridKindError,
    GridPlaceError,
    GridTargetError,
)
from tests.unit.rosters import definition, entries, table, workbook

if TYPE_CHECKING:
    from pathlib import Path

BY_WEEKDAY = "rows: post, columns: weekday"
MORNING = {"start": "07:10:00", "end": "07:50:00"}


# --- source descriptions


@pytest.mark.parametrize(
    ("grid", "kind", "columns", "error"),
    [
        (BY_WEEKDAY, "post", "columns: {name: x}\n", GridKindError),
        (BY_WEEKDAY, "duty", "columns: {start: {value: '7:10'}}\n", GridTargetError),
        (BY_WEEKDAY, "duty", "columns: {weekdays: {value: 周一}}\n", GridTargetError),
        (BY_WEEKDAY, "duty", "columns: {date_from: 起始}\n", GridColumnError),
        ("rows: weekday, columns: period", "duty", "", GridPlaceError),
        (BY_WEEKDAY, "duty_exception", "", GridDateError),
        ("rows: post, columns: period", "duty_exception", "", GridDateError),
        ("rows: post, columns: weekday, month: 9", "duty", "", BadKeyError),
        ("rows: post, columns: weekday, month: 2026-13", "duty", "", BadKeyError),
        ("rows: date, columns: weekday", "duty", "", BadKeyError),
        ("rows: post, columns: post", "duty", "", BadKeyError),
        ("rows: [school, post], row_heading: 校名, columns: weekday", "duty", "", BadKeyError),
        ("rows: name, columns: weekday", "duty", "", BadKeyError),
        ("rows: post, columns: weekday, cells: names", "duty", "", BadKeyError),
        ("rows: post, columns: date, month: 2026-09, year: 2026", "duty", "", BadKeyError),
    ],
)  # fmt: skip
def test_a_grid_that_does_not_fit_its_kind_is_refused(
    grid: str, kind: str, columns: str, error: type[IntakeError]
) -> None:
    with pytest.raises(error) as caught:
        definition(grid, kind, columns)
    assert caught.value.params["line"] in (3, 4)


def test_an_unknown_key_of_a_grid_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownKeyNearError) as caught:
        definition("rows: post, colums: weekday")
    assert caught.value.params == {"name": "grid.colums", "line": 3, "near": "columns"}


@pytest.mark.parametrize("kind", ["duty", "duty_exception"])
def test_a_description_that_was_kept_reads_as_what_it_was(kind: str) -> None:
    source = definition("rows: [school, gate], columns: date, year: 2026, posts: {甲: P1}", kind)
    kept = json.loads(json.dumps(source.model_dump(mode="json", by_alias=True, exclude_defaults=True)))
    assert parse_definition(Declared(kept, {})) == source


def test_a_file_of_places_holds_no_grid(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(GridFileError):
        entries(path, definition(BY_WEEKDAY))


# --- bad files


def test_damaged_files_cost_one_sentence(tmp_path: Path) -> None:
    for content in (b"PK\x03\x04 no workbook", b"nothing", b"PK\x05\x06" + b"\0" * 18):
        (tmp_path / "a.xlsx").write_bytes(content)
        with pytest.raises(UnreadableFileError):
            entries(tmp_path / "a.xlsx", definition(BY_WEEKDAY))
    (tmp_path / "a.csv").write_bytes("岗位,周一\n".encode() + b"\xff\xff\x80\x00")
    with pytest.raises(WrongEncodingError):
        entries(tmp_path / "a.csv", definition(BY_WEEKDAY))
    (tmp_path / "b.csv").write_text('岗位,周一\n南门,"7:10-7:50\n北门,7:10-7:50\n', encoding="utf-8")
    with pytest.raises(OpenQuoteError):
        entries(tmp_path / "b.csv", definition(BY_WEEKDAY))


def test_a_quote_that_another_separator_would_leave_open_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('岗位,周一\n南门,"7:10-7:50;"\n', encoding="utf-8")
    assert len(entries(tmp_path / "a.csv", definition(BY_WEEKDAY))) == 1


def test_empty_rows_without_end_and_merges_over_all_of_a_sheet_are_passed_quickly(tmp_path: Path) -> None:
    grid = [["岗位", "周一"], ["南门", "7:10-7:50"]]
    path = workbook(tmp_path / "a.xlsx", grid)
    rows = "".join(f'<row r="{number}"/>' for number in range(3, 300_000))
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    sheet = sheet.replace(
        "</sheetData>",
        f'{rows}</sheetData><mergeCells count="1"><mergeCell ref="C3:XFD1048576"/></mergeCells>',
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, sheet if name.endswith("sheet1.xml") else content)
    assert len(entries(path, definition(BY_WEEKDAY))) == 1


def test_formulas_give_what_was_saved_with_them_or_cost_their_cell(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    page = book.add_worksheet()
    page.write_row(0, 0, ["岗位", "周一（7:10-7:50）", "周二（7:10-7:50）", "周三（7:10-7:50）"])
    page.write(1, 0, "南门")
    page.write_formula(1, 1, '=HYPERLINK("http://example.invalid","x")', None, "张铁柱")
    page.write_formula(1, 2, "=B2", None, "unsaved")
    page.write_formula(1, 3, "=1/0", None, "#DIV/0!")
    book.close()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as saved:
        parts = {name: saved.read(name) for name in saved.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b"<v>unsaved</v>", b"")
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w", zipfile.ZIP_DEFLATED) as changed:
        for name, content in parts.items():
            changed.writestr(
                name, sheet.replace(b' t="str"><f>B2', b"><f>B2") if name.endswith("sheet1.xml") else content
            )
    found = entries(tmp_path / "b.xlsx", definition(BY_WEEKDAY))
    assert [(one["weekdays"], one.get("reason", one.get("start"))) for one in found] == [
        ("周一", "07:10:00"), ("周二", "unsaved_formula"), ("周三", "error_value"),
    ]  # fmt: skip


def test_merged_cells_that_lie_over_one_another_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["岗位", "周一"], ["南门", "7:10-7:50"]])
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    merges = "".join(f'<mergeCell ref="B1:Z{number}"/>' for number in range(2, 2_000))
    sheet = (
        parts["xl/worksheets/sheet1.xml"]
        .decode()
        .replace("</sheetData>", f"</sheetData><mergeCells>{merges}</mergeCells>")
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, sheet if name.endswith("sheet1.xml") else content)
    with pytest.raises(UnreadableFileError):
        entries(path, definition(BY_WEEKDAY))


WORDS = st.sampled_from(
    ["", "7:10-7:50", "16:20-17:10、22:00-6:00", "7:10-", "休", "/", "无", "同上", "同左", "周一", "星期二", "9月1日", "9月31日",
     "2026-09-01", "1日", "岗位", "南门", "合计", "备注", "早高峰（7:10-7:50）", "晚", "√", "张铁柱13812345678", '"', "\n", ",", "46266", "3"]
)  # fmt: skip
GRIDS = st.lists(st.lists(st.one_of(WORDS, st.text(max_size=6)), max_size=6), max_size=8)
AXES = st.sampled_from(
    [BY_WEEKDAY, "rows: post, columns: date, year: 2026", "rows: date, columns: school, month: 2026-09", "rows: [school, gate], columns: period",
     "rows: weekday, columns: gate", "rows: school, columns: post", "rows: [post, period], columns: weekday, header_rows: 2"]
)  # fmt: skip


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(grid=GRIDS, axes=AXES, header=st.sampled_from(["", "header_row: 1\n", "header_row: 3\n"]))
def test_any_table_gives_rows_of_hours_or_one_named_error(
    tmp_path: Path, grid: list[list[Any]], axes: str, header: str
) -> None:
    kept = [[cell.encode("utf-8", "ignore").decode().replace('"', "'") for cell in row] for row in grid]
    path = table(tmp_path / "a.csv", kept)
    try:
        found = entries(path, definition(axes, more=header))
    except IntakeError:
        return
    allowed = {
        "row",
        "school",
        "gate",
        "post",
        "weekdays",
        "date_from",
        "date_to",
        "start",
        "end",
        "reason",
        "ragged",
    }
    for one in found:
        assert one.keys() <= allowed
        assert "reason" in one or "ragged" in one or {"start", "end"} <= one.keys()
        told = " ".join(str(value) for name, value in one.items() if name not in ("school", "gate", "post"))
        assert "张铁柱" not in told
        assert "13812345678" not in told

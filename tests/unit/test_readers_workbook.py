"""Workbooks as bureaus make them: headings over two rows, merged cells, several sheets, formulas, and bad ones."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.declared import parse_yaml
from etl.definitions import Definition, parse_definition
from etl.errors import (
    ArchiveTooLargeError,
    IntakeError,
    MissingColumnError,
    RepeatedColumnError,
    UnknownFormatError,
    UnreadableFileError,
)
from etl.readers import read_file
from etl.readers.errors import (
    MarkupError,
    PartialSheetError,
    ProtectedFileError,
    SaveAsXlsxError,
    SeveralSheetsError,
)
from etl.readers.sheets import LONGEST_ROW_BYTES
from etl.readers.workbook import SHEET_STEP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BASE = "name: x\nkind: school\ncolumns: {code: 编码, name: 名称}\n"
PLACED = BASE + "geometry: {lon: 经度, lat: 纬度}\n"


def definition(text: str = BASE) -> Definition:
    return parse_definition(parse_yaml(text))


def read(path: Path, text: str = BASE) -> tuple[list[list[object]], list[int]]:
    chunks = list(read_file(path, definition(text)))
    frame = pd.concat([chunk.cells for chunk in chunks], ignore_index=True)
    rows = np.concatenate([chunk.rows for chunk in chunks]).tolist()
    return frame.astype(object).where(frame.notna(), None).to_numpy().tolist(), rows


def book(path: Path, *sheets: list[list[object]], merged: tuple[str, ...] = ()) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for number, rows in enumerate(sheets):
        page = made.create_sheet(f"表{number}")
        for row in rows:
            page.append(row)
        for one in merged:
            page.merge_cells(one)
    made.save(path)
    return path


def repacked(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, change(name, content))
    return path


def with_sheet(path: Path, xml: str) -> Path:
    """Write a workbook whose only sheet is the given markup."""
    head = (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    )
    book(path, [["编码"]])
    return repacked(
        path, lambda name, old: f"{head}{xml}</worksheet>".encode() if name.endswith("sheet1.xml") else old
    )


# --- headings


def test_a_heading_over_two_rows_is_read_by_its_lower_names(tmp_path: Path) -> None:
    rows = [
        ["学校位置一览表"],
        ["编码", "名称", "位置", None, "备注"],
        [None, None, "经度", "纬度", None],
        ["a", "一小", 119.5, 31.5, "x"],
        ["b", "二小", "119.6", "31.6", "x"],
    ]
    path = book(tmp_path / "a.xlsx", rows, merged=("A1:E1", "A2:A3", "B2:B3", "C2:D2", "E2:E3"))
    assert read(path, PLACED) == ([["a", "一小", "119.5", "31.5"], ["b", "二小", "119.6", "31.6"]], [4, 5])
    for row in (2, 3):
        assert read(path, PLACED + f"header_row: {row}\n")[1] == [4, 5]


def test_a_lower_name_that_is_not_clear_is_joined_to_its_upper_one(tmp_path: Path) -> None:
    rows = [
        ["学校", None, "岗亭", None],
        ["编码", "名称", "编码", "名称"],
        ["a", "一小", "p", "北门岗"],
    ]
    path = book(tmp_path / "a.xlsx", rows, merged=("A1:B1", "C1:D1"))
    assert read(path, BASE.replace("编码", "岗亭/编码").replace("名称", "岗亭/名称"))[0] == [["p", "北门岗"]]
    with pytest.raises(RepeatedColumnError):
        read(path)


def test_without_merged_cells_an_upper_name_belongs_to_its_own_column_only(tmp_path: Path) -> None:
    rows = [["学校", None, "岗亭", None], ["编码", "名称", "编码", "名称"], ["a", "一小", "p", "北门岗"]]
    path = book(tmp_path / "a.xlsx", rows)
    with pytest.raises(MissingColumnError):
        read(path, BASE.replace("编码", "岗亭/编码").replace("名称", "岗亭/名称"))


def test_a_heading_that_is_merged_downwards_gives_no_row_of_its_own(tmp_path: Path) -> None:
    rows = [["编码", "名称", "位置", None], [None, None, "经度", "纬度"], ["a", "一小", 119.5, 31.5]]
    path = book(tmp_path / "a.xlsx", rows, merged=("A1:A2", "B1:B2", "C1:D1"))
    assert read(path, BASE.replace("名称", "位置")) == ([["a", "119.5"]], [3])


def test_a_heading_merged_sideways_and_downwards_is_one_column(tmp_path: Path) -> None:
    rows = [
        ["编码", "名称", None, "位置", None],
        [None, None, None, "经度", "纬度"],
        ["a", "一小", None, 1, 2],
    ]
    path = book(tmp_path / "a.xlsx", rows, merged=("A1:A2", "B1:C2", "D1:E1"))
    assert read(path, PLACED)[0] == [["a", "一小", "1", "2"]]


# --- merged cells among the rows


def test_a_cell_merged_downwards_is_the_cell_of_each_row_it_covers(tmp_path: Path) -> None:
    rows = [
        ["编码", "名称", "门"],
        ["a", "一小", "南"],
        ["b", None, "北"],
        [None, None, "西"],
        ["c", None, "东"],
    ]
    path = book(tmp_path / "a.xlsx", rows, merged=("B2:B4",))
    # Row 4 has nothing of its own in the mapped columns; row 5 is not merged, and nothing is filled there.
    assert read(path) == ([["a", "一小"], ["b", "一小"], ["c", None]], [2, 3, 5])


def test_without_merged_cells_nothing_is_filled(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [["编码", "名称"], ["a", "一小"], ["b", None]])
    assert read(path)[0] == [["a", "一小"], ["b", None]]


def test_a_line_merged_across_the_sheet_fills_one_cell(tmp_path: Path) -> None:
    rows = [["编码", "名称"], ["一、小学", None], ["a", "一小"]]
    path = book(tmp_path / "a.xlsx", rows, merged=("A2:B2",))
    assert read(path)[0] == [["一、小学", None], ["a", "一小"]]


# --- sheets


def test_of_several_sheets_with_rows_none_is_left_out_in_silence(tmp_path: Path) -> None:
    one, two = [["编码", "名称"], ["a", "一小"]], [["x"], ["名称", "编码"], ["二小", "b"]]
    path = book(tmp_path / "a.xlsx", one, two, [["说明"]], [["编码", "名称"]])
    with pytest.raises(SeveralSheetsError) as caught:
        read(path)
    assert caught.value.params == {"count": 2}
    assert read(path, BASE + "sheet: 表1\n") == ([["b", "二小"]], [3])
    assert read(path, BASE + 'sheet: "*"\n') == (
        [["a", "一小"], ["b", "二小"]],
        [SHEET_STEP + 2, 2 * SHEET_STEP + 3],
    )


def test_an_empty_form_beside_the_table_does_not_count(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [["编码", "名称"]], [["编码", "名称"], ["a", "一小"]])
    assert read(path) == ([["a", "一小"]], [2])


def test_a_hidden_sheet_is_a_sheet(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    for page, state in ((made.active, "visible"), (made.create_sheet("旧"), "veryHidden")):
        page.append(["编码", "名称"])
        page.append(["a", "一小"])
        page.sheet_state = state
    made.save(tmp_path / "a.xlsx")
    with pytest.raises(SeveralSheetsError):
        read(tmp_path / "a.xlsx")


def test_a_sheet_that_lacks_one_column_is_not_passed_over(tmp_path: Path) -> None:
    whole, partial = [["编码", "名称"], ["a", "一小"]], [["编码", "校名"], ["b", "二小"]]
    path = book(tmp_path / "a.xlsx", whole, partial)
    assert read(path)[0] == [["a", "一小"]], "half of the columns is another table"
    with pytest.raises(PartialSheetError) as caught:
        read(path, BASE + 'sheet: "*"\n')
    assert caught.value.params == {"sheet": 2, "column": "名称"}
    three = [[*row, 1, 2] for row in partial]
    three[0][2:] = ["经度", "纬度"]
    four = [[*row, 1, 2] for row in whole]
    four[0][2:] = ["经度", "纬度"]
    with pytest.raises(PartialSheetError):
        read(book(tmp_path / "b.xlsx", four, three), PLACED)


# --- values


def test_values_are_as_a_person_would_type_them(tmp_path: Path) -> None:
    values = [
        12,
        12.0,
        0.5,
        True,
        date(2026, 9, 1),
        datetime(2026, 9, 1, 7, 30),  # noqa: DTZ001
        time(7, 10),
        " 全角１２ ",
        "'=1",
    ]
    path = book(tmp_path / "a.xlsx", [["编码", "名称"], *[["a", value] for value in values]])
    assert [row[1] for row in read(path)[0]] == [
        "12", "12", "0.5", "true", "2026-09-01", "2026-09-01 07:30:00", "07:10:00", " 全角１２ ", "=1",
    ]  # fmt: skip


def test_days_count_from_1904_where_the_workbook_says_so(tmp_path: Path) -> None:
    made = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"), {"date_1904": True})
    page = made.add_worksheet()
    page.write_row(0, 0, ["编码", "名称"])
    page.write(1, 0, "a")
    day = datetime(2026, 9, 1)  # noqa: DTZ001
    page.write_datetime(1, 1, day, made.add_format({"num_format": "yyyy-mm-dd"}))
    made.close()
    assert read(tmp_path / "a.xlsx")[0] == [["a", "2026-09-01"]]


def test_a_code_keeps_the_zeros_with_which_it_is_shown(tmp_path: Path) -> None:
    made = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    page = made.add_worksheet()
    page.write_row(0, 0, ["编码", "名称"])
    for row, form in enumerate(("000000", "0", "0000000", "@", "0.00"), start=1):
        page.write_number(row, 0, 3204, made.add_format({"num_format": form}))
    page.write_number(6, 0, 1.5, made.add_format({"num_format": "000000"}))
    made.close()
    found = [row[0] for row in read(tmp_path / "a.xlsx")[0]]
    assert found == ["003204", "3204", "0003204", "3204", "3204", "1.5"]


def test_error_values_and_formulas_never_computed_refuse_their_rows(tmp_path: Path) -> None:
    rows = [
        ["编码", "名称"],
        ["a", "一小"],
        ["b", "#N/A"],
        ["c", "=1+1"],
        ["d", "=HYPERLINK(1)"],
        ["e", "#REF"],
    ]
    (chunk,) = read_file(book(tmp_path / "a.xlsx", rows), definition())
    assert chunk.cells["名称"].tolist()[:2] == ["一小", "#N/A"]
    assert {name: found.tolist() for name, found in chunk.faults.items()} == {
        "名称": [None, "error_value", "unsaved_formula", "unsaved_formula", None]
    }


def test_a_formula_whose_saved_value_is_an_empty_text_is_an_empty_cell(tmp_path: Path) -> None:
    xml = (
        '<sheetData><row r="1"><c r="A1" t="str"><v>编码</v></c><c r="B1" t="str"><v>名称</v></c></row>'
        '<row r="2"><c r="A2" t="str"><v>a</v></c><c r="B2" t="str"><f>IF(1,"","")</f><v></v></c></row></sheetData>'
    )
    (chunk,) = read_file(with_sheet(tmp_path / "a.xlsx", xml), definition())
    assert (chunk.cells["名称"].isna().tolist(), chunk.faults) == ([True], {})


def test_a_text_file_made_of_a_sheet_has_its_error_values(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('编码,名称\na,#REF!\n"=""0012""",\'=1\n', encoding="utf-8")
    (chunk,) = read_file(tmp_path / "a.csv", definition())
    assert chunk.faults["名称"].tolist() == ["error_value", None]
    assert chunk.cells.to_numpy().tolist() == [["a", "#REF!"], ["0012", "=1"]]


# --- size and shape


def test_what_is_behind_many_empty_rows_is_read(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.active.append(["编码", "名称"])
    for row in (2, 9_000, 1_048_576):
        made.active.cell(row, 1, f"c{row}")
    made.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx")[1] == [2, 9_000, 1_048_576]


@pytest.mark.parametrize("row", ['<row r="{}"/>', '<row r="{}"><c r="A{}" s="0"/><c r="XFD{}" s="0"/></row>'])
def test_formatting_down_to_the_last_row_has_no_rows(tmp_path: Path, row: str) -> None:
    empty = "".join(row.replace("{}", str(number)) for number in range(3, 60_000))
    xml = (
        '<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1" t="str"><v>编码</v></c>'
        '<c r="B1" t="str"><v>名称</v></c></row><row r="2"><c r="A2" t="str"><v>a</v></c></row>'
    )
    path = with_sheet(tmp_path / "a.xlsx", f"{xml}{empty}</sheetData>")
    assert read(path) == ([["a", None]], [2])


def test_a_row_as_wide_as_a_sheet_costs_its_mapped_cells_only(tmp_path: Path) -> None:
    wide = ["编码", "名称", *[f"h{n}" for n in range(16_382)]]
    assert read(book(tmp_path / "a.xlsx", [wide, ["a", "一小", *range(16_382)]]))[0] == [["a", "一小"]]


def test_a_merged_cell_that_covers_the_sheet_makes_no_rows(tmp_path: Path) -> None:
    xml = (
        '<sheetData><row r="1"><c r="A1" t="str"><v>编码</v></c><c r="B1" t="str"><v>名称</v></c></row>'
        '<row r="2"><c r="A2" t="str"><v>a</v></c></row><row r="3"><c r="C3"><v>1</v></c></row></sheetData>'
        '<mergeCells><mergeCell ref="A2:XFD1048576"/></mergeCells>'
    )
    assert read(with_sheet(tmp_path / "a.xlsx", xml)) == ([["a", None]], [2])


def test_a_row_without_end_is_refused(tmp_path: Path) -> None:
    cells = '<c r="A2"><v>1</v></c>' * (LONGEST_ROW_BYTES // 22 + 50_000)
    xml = f'<sheetData><row r="1"><c r="A1" t="str"><v>编码</v></c></row><row r="2">{cells}</row></sheetData>'
    with pytest.raises(UnreadableFileError):
        read(with_sheet(tmp_path / "a.xlsx", xml))


@pytest.mark.parametrize("number", ["0", "-1", "1048577", "99999999999999999999", "x", "1e3"])
def test_rows_out_of_order_or_off_the_sheet_are_refused_not_dropped(tmp_path: Path, number: str) -> None:
    xml = (
        '<sheetData><row r="1"><c t="str"><v>编码</v></c><c t="str"><v>名称</v></c></row><row r="1000">'
        f'<c t="str"><v>a</v></c></row><row r="{number}"><c t="str"><v>b</v></c></row></sheetData>'
    )
    with pytest.raises(UnreadableFileError):
        read(with_sheet(tmp_path / "a.xlsx", xml))


def test_a_sheet_in_another_encoding_is_read_to_its_end(tmp_path: Path) -> None:
    rows = [["编码", "名称"], ["a", "一小"], *[[None, None]] * 3000, ["b", "二小"]]
    path = book(tmp_path / "a.xlsx", rows)

    def as_utf16(name: str, old: bytes) -> bytes:
        if not name.endswith("sheet1.xml"):
            return old
        body = old.decode().partition("?>")[2] if old.startswith(b"<?xml") else old.decode()
        return ('<?xml version="1.0" encoding="UTF-16"?>' + body).encode("utf-16")

    assert read(repacked(path, as_utf16))[0] == [["a", "一小"], ["b", "二小"]]


# --- files that are none, or hostile


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"])
@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "http://example.invalid/x.dtd">',
    ],
)
def test_markup_that_defines_or_refers_is_refused(tmp_path: Path, part: str, doctype: str) -> None:
    def change(name: str, old: bytes) -> bytes:
        return doctype.encode() + old.partition(b"?>")[2] if name == part else old

    made = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    made.add_worksheet().write_row(0, 0, ["编码", "名称"])
    made.close()
    with pytest.raises(MarkupError):
        read(repacked(tmp_path / "a.xlsx", change))


@pytest.mark.parametrize("part", ["xl/styles.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_markup_nested_without_end_brings_nothing_down(tmp_path: Path, part: str) -> None:
    deep = b"<a>" * 100_000 + b"</a>" * 100_000
    path = repacked(
        book(tmp_path / "a.xlsx", [["编码", "名称"]]), lambda name, old: deep if name == part else old
    )
    if part == "xl/styles.xml":
        assert read(path) == ([], [])
        return
    with pytest.raises(IntakeError):
        read(path)


def test_texts_that_unpack_to_a_gigabyte_are_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etl.readers.workbook.LARGEST_PART_BYTES", 10_000)
    path = book(tmp_path / "a.xlsx", [["编码", "名称"], *[["a", f"校{number}"] for number in range(2_000)]])
    with pytest.raises(ArchiveTooLargeError):
        read(path)


def test_texts_that_call_themselves_a_sheet_are_still_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etl.readers.workbook.LARGEST_PART_BYTES", 20_000)
    made = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    page = made.add_worksheet()
    page.write_row(0, 0, ["编码", "名称"])
    page.write_column(1, 0, [f"c{number}" for number in range(1_500)])
    made.close()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert len(parts["xl/sharedStrings.xml"]) > 20_000 < len(parts["xl/worksheets/sheet1.xml"])
    hidden = b"xl/worksheets/sharedStrings.xml"
    parts[hidden.decode()] = parts.pop("xl/sharedStrings.xml")
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"xl/sharedStrings.xml", hidden)
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(ArchiveTooLargeError):
        read(tmp_path / "a.xlsx")


def test_a_part_that_never_begins_is_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [["编码", "名称"]])
    late = b"<!--" + b" " * 2_000_000 + b"--><!DOCTYPE x [<!ENTITY a 'a'>]>"
    with pytest.raises(MarkupError):
        read(
            repacked(
                path, lambda name, old: late + old.partition(b"?>")[2] if name == "xl/styles.xml" else old
            )
        )


def ole(*names: str) -> bytes:
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 504
        + "".join(names).encode("utf-16-le").ljust(2048, b"\0")
    )


def test_a_workbook_with_a_password_and_an_old_one_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(ole("EncryptionInfo", "EncryptedPackage"))
    with pytest.raises(ProtectedFileError):
        read(tmp_path / "a.xlsx")
    (tmp_path / "b.xlsx").write_bytes(ole("Workbook"))
    with pytest.raises(SaveAsXlsxError):
        read(tmp_path / "b.xlsx")


@pytest.mark.parametrize("ending", ["xls", "et", "xlsb", "XLS", "ods", "xlsm"])
def test_other_workbooks_are_to_be_saved_as_xlsx(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"a.{ending}").write_bytes(ole("Workbook"))
    with pytest.raises(SaveAsXlsxError):
        read(tmp_path / f"a.{ending}")
    (tmp_path / "a.wps").write_bytes(ole("WordDocument"))
    with pytest.raises(UnknownFormatError):
        read(tmp_path / "a.wps")


def test_links_to_other_workbooks_give_what_was_last_saved(tmp_path: Path) -> None:
    made = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    page = made.add_worksheet()
    page.write_row(0, 0, ["编码", "名称"])
    page.write_formula(1, 0, "='[http://example.invalid/b.xlsx]Sheet1'!$A$1", None, "a")
    page.write_url(1, 1, "http://example.invalid/", None, "一小")
    made.close()
    assert read(tmp_path / "a.xlsx")[0] == [["a", "一小"]]


@given(
    rows=st.lists(
        st.lists(
            st.none() | st.integers(0, 9) | st.text("甲乙ab", min_size=1, max_size=3), min_size=2, max_size=2
        ),
        max_size=8,
    ),
    gap=st.integers(0, 3_000),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_row_with_a_value_comes_back(rows: list[list[Any]], gap: int, tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [["编码", "名称"], *rows, *[[None, None]] * gap, ["z", "末"]])
    filled = [(number, row) for number, row in enumerate(rows, start=2) if row != [None, None]]
    expected = [[None if value is None else str(value) for value in row] for _, row in filled]
    assert read(path) == (
        [*expected, ["z", "末"]], [*[number for number, _ in filled], len(rows) + gap + 2],
    )  # fmt: skip

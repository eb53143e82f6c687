"""A report says everything that became of a file, in the form that its ending asks for."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import openpyxl
import pytest
import shapely
from sqlalchemy import text

from data.session import unit_of_work
from data.settings import DbRole
from etl.cells import unescaped
from etl.cli import run
from etl.errors import NeedsForceError, TooManyRejectedError
from etl.intake import Options, load
from etl.report import LoadReport

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("database")

SOURCE = """
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
HEADING = "编码,名称,学段,学生数,经度,纬度,校长\n"
PHONE = "1380000" + "0000"
LINES = (
    "a,一小,小学,500,119.5,31.7,王某",
    "b,二小,小学,约五百,119.6,31.7,王某",
    f"c,三小{PHONE},小学,500,119.7,31.7,王某",
    "d,=HYPERLINK(1),大学,+1+1,119.8,31.7,王某",
    "e,<b>五小</b>,小学,１２３,119.9,31.7,王某",
    "e,<i>六小</i>,小学,123,119.9,31.7,王某",
    "f,七小,小学,1,31.7,119.5,王某",
    "g,八小,小学,1,-73.5,,王某",
    "h,九小,小学,1,119.3,31.7,王某",
    "i,十小,小学,1,119.3,31.8,王某",
    "j,十一小,小学,1,119.3,31.9,王某",
    "k,十二小,小学,1,119.3,31.6,王某",
)


class Desk:
    """Loads one table and keeps all of its reports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "s.yml").write_text(SOURCE, encoding="utf-8")

    def place(self, suffix: str) -> Path:
        return self.folder / f"report{suffix}"

    def load(self, *lines: str, source: str = SOURCE, **options: Any) -> LoadReport:
        (self.folder / "s.yml").write_text(source, encoding="utf-8")
        (self.folder / "s.csv").write_text(HEADING + "\n".join(lines) + "\n", encoding="utf-8")
        places = [self.place(suffix) for suffix in (".json", ".html", ".xlsx", ".geojson")]
        return load(self.folder / "s.csv", self.folder / "s.yml", Options(report=places, **options))

    def sheet(self) -> list[tuple[Any, ...]]:
        return list(openpyxl.load_workbook(self.place(".xlsx")).worksheets[0].iter_rows(values_only=True))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("CAMPUS_LANG", "zh")
    return Desk(tmp_path)


def test_refused_rows_come_back_under_their_own_headings_and_are_loaded_once_mended(desk: Desk) -> None:
    report = desk.load(*LINES)
    rows = desk.sheet()
    assert rows[0] == ("编码", "名称", "学段", "学生数", "经度", "纬度", "行号", "退回原因")
    assert [(row[0], row[6]) for row in rows[1:]] == [
        ("b", 3),
        ("c", 4),
        ("d", 5),
        ("e", 7),
        ("f", 8),
        ("g", 9),
    ]
    assert rows[1][3] == "约五百"
    assert rows[2][1] == "***"
    assert "学生数" in rows[1][7]
    assert rows[6][4] == "-73.5"
    for row in rows:
        for cell in row:
            assert not re.match(r"[=+@\t\r]", str(cell))
    book = openpyxl.load_workbook(desk.place(".xlsx"))
    sheet = book.worksheets[0]
    mended = {"b": (4, "500"), "c": (2, "三小"), "d": (3, "小学"), "f": (5, "119.2"), "g": (5, "119.1")}
    for at in range(2, sheet.max_row + 1):
        column, value = mended.get(sheet.cell(at, 1).value, (2, "六小"))
        sheet.cell(at, column).value = value
        sheet.cell(at, 6).value = "31.7"
        sheet.cell(at, 1).value = f"{sheet.cell(at, 1).value}2"
    sheet.cell(4, 4).value = "2"
    book.save(desk.folder / "mended.xlsx")
    again = load(desk.folder / "mended.xlsx", desk.folder / "s.yml")
    assert (again.read, again.rejected, again.added, again.ended) == (6, 0, 6, 0)
    whole = load(desk.folder / "s.csv", desk.folder / "s.yml", Options(dry_run=True))
    assert whole.ended == 6, "the source is a snapshot still"
    with unit_of_work(DbRole.LOADER) as connection:
        names = connection.execute(text("SELECT name FROM core.school WHERE code = 'd2'")).scalars().all()
    assert [unescaped(name) for name in names] == ["=HYPERLINK(1)"]
    assert report.rejected == 6


def test_the_sheet_has_its_heading_and_its_name_where_the_source_looks(desk: Desk) -> None:
    source = SOURCE.replace("kind: school", "kind: school\nsheet: 学校\nheader_row: 3")
    lines = ("标题", "说明", HEADING.strip(), *LINES)
    (desk.folder / "s.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (desk.folder / "s.yml").write_text(source, encoding="utf-8")
    load(desk.folder / "s.csv", desk.folder / "s.yml", Options(report=desk.place(".xlsx")))
    book = openpyxl.load_workbook(desk.place(".xlsx"))
    assert book.sheetnames == ["学校"]
    assert book["学校"].cell(3, 1).value == "编码"
    with pytest.raises(TooManyRejectedError):
        load(desk.place(".xlsx"), desk.folder / "s.yml", Options(valid_from=None))


def test_shapes_of_a_vector_file_come_back_as_text_in_their_own_coordinates(desk: Desk) -> None:
    source = "name: v\nkind: school\ncolumns: {code: code, name: name, pupils: n}\n"
    squares = [shapely.box(500_000 + at, 3_500_000, 500_100 + at, 3_500_100) for at in (0, 1000, 2000)]
    frame = gpd.GeoDataFrame(
        {"code": ["a", "b", "c"], "name": ["一小", "二小", "三小"], "n": ["1", "many", "lots"]},
        geometry=squares,
        crs=4549,
    )
    frame.to_file(desk.folder / "v.gpkg")
    (desk.folder / "v.yml").write_text(source, encoding="utf-8")
    with pytest.raises(TooManyRejectedError):
        load(desk.folder / "v.gpkg", desk.folder / "v.yml", Options(report=desk.place(".xlsx")))
    rows = desk.sheet()
    assert rows[0] == ("code", "name", "n", "geometry", "crs", "行号", "退回原因")
    assert shapely.from_wkt(rows[1][3]).equals(squares[1])
    assert "4549" in rows[1][4]
    book = openpyxl.load_workbook(desk.place(".xlsx"))
    book.worksheets[0]["C2"].value = "2"
    book.save(desk.folder / "mended.xlsx")
    again = load(desk.folder / "mended.xlsx", desk.folder / "v.yml", Options(report=desk.place(".xlsx")))
    assert (again.rejected, again.added) == (1, 1)
    assert shapely.from_wkt(desk.sheet()[1][3]).equals(squares[2])
    with unit_of_work(DbRole.LOADER) as connection:
        found = connection.execute(
            text("SELECT code, ST_X(ST_Centroid(geom)) FROM core.school ORDER BY code")
        )
        assert [(code, round(lon, 3)) for code, lon in found] == [("b", 120.011)]


class Page(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "style", "onclick")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize(("lang", "word"), [("zh", "退回的行"), ("en", "Rejected rows")])
def test_the_page_stands_alone_and_escapes_what_came(
    desk: Desk, lang: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPUS_LANG", lang)
    desk.load("a,旧名,幼儿园,500,119.5,31.7,王某", "h,九小,小学,1,119.3,31.7,x")
    desk.load(*LINES, force=True)
    content = desk.place(".html").read_text(encoding="utf-8")
    page = Page()
    page.feed(content)
    assert {"script", "link", "img", "iframe", "form", "b", "i"} & set(page.tags) == set()
    assert page.links == []
    assert "url(" not in content
    assert "http" not in content
    said = " ".join(page.words)
    assert word in said
    for told in ("旧名", "一小", "bureau", "学生数", "幼儿园"):
        assert told in said
    for secret in (PHONE, "王某", "校长", "s.csv"):
        assert secret not in content


def test_points_carry_verdicts_where_a_position_could_be_read(desk: Desk) -> None:
    desk.load(*LINES)
    content = json.loads(desk.place(".geojson").read_text(encoding="utf-8"))
    found = {
        (one["properties"]["row"], one["properties"]["verdict"]): one["geometry"]["coordinates"]
        for one in content["features"]
    }
    assert found[2, "accepted"] == [119.5, 31.7]
    assert found[3, "rejected"] == [119.6, 31.7]
    assert found[6, "repaired"] == [119.9, 31.7]
    assert {row for row, _ in found} == {2, 3, 4, 5, 6, 7, 10, 11, 12, 13}


def test_a_changed_row_is_told_field_by_field(desk: Desk) -> None:
    desk.load(*LINES[8:])
    report = desk.load(
        "h,新九小,小学,1,119.301,31.7,x",
        "i,十小,,2,119.3,31.8,x",
        LINES[10],
        "z,新,小学,1,119,31,x",
        dry_run=True,
    )
    changes = json.loads(desk.place(".json").read_text(encoding="utf-8"))["changes"]
    assert [(one["row"], one["code"], one["action"]) for one in changes] == [
        (2, "h", "changed"),
        (3, "i", "changed"),
        (None, "k", "ended"),
        (5, "z", "added"),
    ]
    fields = changes[0]["fields"]
    assert fields["name"] == ["九小", "新九小"]
    assert 94 < fields["geometry"]["moved_m"] < 96
    assert fields.keys() == {"name", "geometry"}
    assert changes[1]["fields"] == {"stage": ["primary", None], "pupils": ["1", "2"]}
    assert changes[2]["fields"] == changes[3]["fields"] == {}
    assert (report.changed, report.ended, report.added, report.batch_id) == (2, 1, 1, None)


def test_the_terminal_tells_ten_changed_rows(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"s{at},旧{at},小学,1,119.5,31.{at},x" for at in range(10, 22)]
    desk.load(*lines)
    (desk.folder / "s.csv").write_text(
        HEADING + "\n".join(lines).replace("旧", "新") + "\n", encoding="utf-8"
    )
    words = ["load", str(desk.folder / "s.csv"), "--source", str(desk.folder / "s.yml"), "--lang", "zh"]
    assert run([*words, "--dry-run"]) == 0
    out, err = capsys.readouterr()
    assert "变更 12" in out
    assert "旧10 改为 新10" in err
    assert len(err.splitlines()) == 11
    assert "其余 2 行" in err


def test_a_refused_load_says_so_in_every_report(desk: Desk) -> None:
    desk.load(*LINES[8:])
    with pytest.raises(NeedsForceError):
        desk.load(*LINES[8:9])
    assert json.loads(desk.place(".json").read_text(encoding="utf-8"))["batch_id"] is None
    assert "--force" in desk.place(".html").read_text(encoding="utf-8")
    assert len(desk.sheet()) == 1


def test_an_ending_without_a_form_is_wrong_usage_and_nothing_stays_beside(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.load(*LINES)
    assert sorted(path.name for path in desk.folder.iterdir()) == [
        "report.geojson", "report.html", "report.json", "report.xlsx", "s.csv", "s.yml"
    ]  # fmt: skip
    words = ["load", str(desk.folder / "s.csv"), "--source", str(desk.folder / "s.yml"), "--lang", "en"]
    for name in ("r.pdf", "r"):
        assert run([*words, "--report", str(desk.folder / name)]) == 2
        assert ".geojson" in capsys.readouterr().err


def test_quality_falls_with_refused_repaired_and_empty_cells() -> None:
    whole = LoadReport(read=10, accepted=10, filled=1.0)
    assert whole.quality == 100
    assert LoadReport(read=10, accepted=10).quality == 100
    assert LoadReport(read=10, accepted=9, repaired=1, filled=1.0).quality == 98
    assert LoadReport(read=10, accepted=10, filled=0.5).quality == 90
    assert LoadReport(read=10, accepted=5, rejected=5, filled=1.0).quality == 60
    assert LoadReport(read=10, rejected=10).quality == 0
    assert LoadReport().quality is None
    wrong = {"declared": "cgcs2000", "looks_like": "gcj02"}
    assert LoadReport(read=10, accepted=10, filled=1.0, datum=wrong).quality == 50


def test_the_quality_stays_with_the_batch(desk: Desk) -> None:
    report = desk.load(*LINES)
    with unit_of_work(DbRole.LOADER) as connection:
        counts = connection.execute(text("SELECT counts FROM raw.batch")).scalar_one()
    assert counts == report.counts | {"quality": report.quality}

"""A first description of a file: known headings are taken, guesses are marked, people and datums never proposed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import yaml

from data.describe import KINDS as MODELS
from etl.definitions import Definition
from etl.errors import IntakeError
from etl.kinds import KINDS, Holds
from etl.tasks import drafts
from tests.browser.bureau_file import HEADINGS, write_sheet

if TYPE_CHECKING:
    from pathlib import Path


def csv(folder: Path, head: str, encoding: str = "utf-8") -> Path:
    file = folder / "x.csv"
    file.write_text(f"{head}\n1,2,3,4\n", encoding=encoding)
    return file


def test_a_sheet_under_a_title_is_understood_to_its_last_known_column(tmp_path) -> None:
    write_sheet(tmp_path / "x.xlsx")
    draft = drafts.proposal(tmp_path / "x.xlsx", "school")
    columns = draft["definition"]["columns"]
    assert {"code": columns["code"], "name": columns["name"], "pupils": columns["pupils"]} == {
        "code": "学校标识码", "name": "学校名称", "pupils": "学生数",
    }  # fmt: skip
    assert columns["stage"]["map"]["幼儿园"] == "kindergarten"
    assert draft["definition"]["geometry"] == {"text": "位置"}
    assert draft["headings"] == [name for name in HEADINGS if name not in ("序号", "校长", "联系电话")]
    assert draft["others"] == 3
    assert all(draft["sure"].values())
    assert (draft["crs"], draft["crs_hint"]) == (None, None)
    assert "crs" not in draft["definition"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_text_table_is_understood_in_every_encoding_and_delimiter(tmp_path, encoding, delimiter) -> None:
    file = csv(tmp_path, delimiter.join(["岗位名称", "岗位类型", "经度", "纬度"]), encoding)
    draft = drafts.proposal(file, "post")
    assert draft["definition"]["geometry"] == {"lon": "经度", "lat": "纬度"}
    assert draft["definition"]["columns"]["name"] == "岗位名称"


def test_a_heading_that_only_holds_a_known_word_is_a_guess(tmp_path) -> None:
    draft = drafts.proposal(csv(tmp_path, "某区学校名称全称,本学期在校生数合计"), "school")
    assert draft["definition"]["columns"] == {"name": "某区学校名称全称", "pupils": "本学期在校生数合计"}
    assert draft["sure"] == {"name": False, "pupils": False}


@pytest.mark.parametrize(
    "head", ["校长姓名,联系人姓名,家长名称,负责人名称", "名称（联系电话）手机,身份证编码"]
)
def test_no_column_about_people_is_proposed(tmp_path, head) -> None:
    assert drafts.proposal(csv(tmp_path, head), "school")["definition"]["columns"] == {}


def test_a_heading_that_looks_like_somebodys_number_is_not_given_on(tmp_path) -> None:
    draft = drafts.proposal(csv(tmp_path, "学校名称,13812345678,110101199003074514"), "school")
    assert draft["headings"] == ["学校名称"]


@pytest.mark.parametrize(("head", "hint"), [
    ("名称,高德经度,高德纬度", "gcj02"), ("名称,经度（百度）,纬度（百度）", "bd09"), ("名称,经度(WGS84),纬度(WGS84)", "wgs84"),
    ("名称,经度,纬度", None), ("名称,高德经度,百度经度", None),
])  # fmt: skip
def test_a_datum_in_a_heading_is_a_hint_and_no_decision(tmp_path, head, hint) -> None:
    draft = drafts.proposal(csv(tmp_path, head), "school")
    assert draft["crs_hint"] == hint
    assert draft["crs"] is None
    assert "crs" not in draft["definition"]


def test_a_vector_file_says_its_own_system_and_needs_no_columns_of_place(tmp_path) -> None:
    feature = {
        "type": "Feature",
        "properties": {"校名": "x", "y": 1},
        "geometry": {"type": "Point", "coordinates": [119, 31]},
    }
    file = tmp_path / "x.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    draft = drafts.proposal(file, "school")
    assert draft["crs"] == "EPSG:4326"
    assert draft["definition"] == {"kind": "school", "columns": {"name": "校名"}}


@pytest.mark.parametrize("name", ["x.xlsx", "x.csv", "x.gpkg", "x.xls"])
def test_a_file_that_cannot_be_read_gets_a_sentence(tmp_path, name) -> None:
    (tmp_path / name).write_bytes(b"" if name.endswith("csv") else b"nothing of the kind")
    with pytest.raises(IntakeError):
        drafts.proposal(tmp_path / name, "school")


def test_a_heading_over_two_rows_is_named_where_it_is_clear(tmp_path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["学校名称", "学校位置", None])
    sheet.append([None, "经度", "纬度"])
    sheet.merge_cells("B1:C1")
    sheet.merge_cells("A1:A2")
    sheet.append(["一", 119, 31])
    book.save(tmp_path / "x.xlsx")
    draft = drafts.proposal(tmp_path / "x.xlsx", "school")
    assert draft["definition"]["geometry"] == {"lon": "经度", "lat": "纬度"}
    assert draft["definition"]["columns"]["name"] == "学校名称"


def test_what_is_known_of_values_are_words_of_the_kinds() -> None:
    known = yaml.safe_load((drafts.Path(drafts.__file__).with_name("headings.yml")).read_bytes())
    targets = {column.name for kind in KINDS.values() for column in kind.columns}
    assert set(known["columns"]) <= targets
    assert set(known["own"]) <= {model.__tablename__ for model in MODELS}
    for target, values in known["values"].items():
        words = {
            word for kind in KINDS.values() for column in kind.columns
            if column.name == target and column.holds is Holds.WORD for word in column.words
        }  # fmt: skip
        assert set(values.values()) <= words, target


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if not kind.in_register])
def test_every_draft_becomes_a_description_once_it_has_a_name(tmp_path, kind) -> None:
    heads = [word for column in KINDS[kind].columns for word in drafts._synonyms(kind, column.name)[:1]]
    draft = drafts.proposal(csv(tmp_path, ",".join(dict.fromkeys(heads))), kind)
    assert Definition.model_validate({**draft["definition"], "name": "x"}).source_columns


def test_headings_that_no_known_word_stands_in_are_counted_and_not_given_on(tmp_path) -> None:
    draft = drafts.proposal(csv(tmp_path, "学校名称,张三丰,王小明,经度,纬度"), "school")
    assert draft["headings"] == ["学校名称", "经度", "纬度"]
    assert draft["others"] == 2


def test_the_list_of_a_services_reply_is_found(tmp_path) -> None:
    file = tmp_path / "x.json"
    pois = [{"id": "B1", "name": "a", "location": "119.5,31.7", "tel": []}] * 3
    file.write_text(
        json.dumps({"status": "1", "regeo": {"roads": [{"id": "1"}], "pois": pois}}), encoding="utf-8"
    )
    definition = drafts.proposal(file, "venue")["definition"]
    assert definition["records"] == "regeo.pois"
    assert definition["columns"] == {"code": "id", "name": "name"}
    assert definition["geometry"] == {"text": "location"}


def drafted(folder: Path, head: str, *rows: str, kind: str = "school", name: str = "x.csv") -> dict[str, Any]:
    file = folder / name
    file.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return drafts.proposal(file, kind)


def test_a_column_that_numbers_the_rows_is_nobodys_code(tmp_path) -> None:
    rows = [f"{n},第{n}小学,119.5,31.7" for n in range(1, 30)]
    draft = drafted(tmp_path, "编号,学校名称,经度,纬度", *rows)
    assert "code" not in draft["definition"]["columns"]
    codes = [f"32041{n * 7},第{n}小学,119.5,31.7" for n in range(1, 30)]
    assert drafted(tmp_path, "编号,学校名称,经度,纬度", *codes)["definition"]["columns"]["code"] == "编号"


def test_addresses_are_no_places_and_names_are_no_codes(tmp_path) -> None:
    place = drafted(tmp_path, "学校名称,位置", "一小,解放路3号", "二小,建设路5号")
    assert "geometry" not in place["definition"]
    gate = drafted(tmp_path, "学校,校门名称,经度,纬度", "实验小学,南门,119.5,31.7", kind="gate")
    assert "school_code" not in gate["definition"]["columns"]


def test_columns_that_bear_each_others_values_are_turned_and_marked(tmp_path) -> None:
    draft = drafted(tmp_path, "学校名称,经度,纬度", "一小,31.7,119.5", "二小,31.8,119.6")
    assert draft["definition"]["geometry"] == {"lon": "纬度", "lat": "经度"}
    assert draft["sure"]["lon"] is draft["sure"]["lat"] is False


def test_some_cells_that_misfit_make_a_column_a_guess(tmp_path) -> None:
    rows = [f"第{n}小学,{n * 100 if n % 5 else '约五百'}" for n in range(1, 30)]
    assert drafted(tmp_path, "学校名称,学生数", *rows)["sure"] == {"name": True, "pupils": False}


@pytest.mark.parametrize(
    "head",
    [
        "法定代表人名称",
        "责任人",
        "值班人员名称",
        "当事人名称",
        "报警人名称",
        "Tel name",
        "contact name",
        "owner_name",
    ],
)
def test_columns_about_people_are_never_proposed_nor_named(tmp_path, head) -> None:
    for kind in (name for name, kind in KINDS.items() if not kind.in_register):
        draft = drafted(tmp_path, f"{head},张三", "a,b", kind=kind)
        assert draft["definition"]["columns"] == {}
        assert (draft["headings"], draft["others"]) == ([], 2)


def test_an_ending_in_capitals_is_the_same_ending(tmp_path) -> None:
    write_sheet(tmp_path / "x.xlsx")
    (tmp_path / "x.xlsx").rename(tmp_path / "Y.XLSX")
    assert drafts.proposal(tmp_path / "Y.XLSX", "school")["definition"]["columns"]["name"] == "学校名称"


@pytest.mark.parametrize("name", ["nothing.csv", "", "x.doc", "x.xls"])
def test_what_is_no_file_to_read_costs_a_sentence(tmp_path, name) -> None:
    (tmp_path / "x.doc").write_bytes(b"x")
    (tmp_path / "x.xls").write_bytes(b"x")
    with pytest.raises(IntakeError):
        drafts.proposal(tmp_path / name, "school")


def test_of_several_lists_the_one_that_is_understood_is_taken(tmp_path) -> None:
    file = tmp_path / "x.json"
    pois = [{"name": "a", "location": {"lng": 119.5, "lat": 31.7}}]
    file.write_text(json.dumps({"roads": [{"direction": "E"}] * 9, "pois": pois}), encoding="utf-8")
    definition = drafts.proposal(file, "venue")["definition"]
    assert definition["records"] == "pois"
    assert definition["geometry"] == {"lon": "location.lng", "lat": "location.lat"}

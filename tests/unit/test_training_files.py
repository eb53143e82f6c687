"""The made-up district's files: deterministic, in the formats and datums declared, dirty where the manifest says."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import openpyxl
import pyogrio
import pyproj
import pytest
import shapely

from etl.definitions import read_definition
from etl.kinds import KINDS
from etl.readers import read_file
from etl.training import Manifest, read_manifest, write_training_district
from etl.training.district import SEED, make_district
from etl.training.faults import PLANTED
from etl.training.land import ORIGIN
from etl.training.manifest import SOURCES
from geo.datums import gcj02_to_wgs84

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = date(2026, 11, 24)
NEEDS = {  # what must be loaded before a kind can name it
    "gate": {"school"}, "bell_slot": {"school"}, "calendar": {"school", "area"}, "duty": {"post", "school", "gate"},
    "duty_exception": {"post"}, "school": {"area"}, "hazard": {"school"},
}  # fmt: skip


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return write_training_district(tmp_path_factory.mktemp("training"), as_of=AS_OF)


def written(manifest: Manifest, source: str):
    return next(one for one in manifest.written if one.source == source)


def sheet_rows(path: Path) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(path)
    try:
        return list(book.worksheets[0].iter_rows(values_only=True))
    finally:
        book.close()


def test_the_same_seed_and_day_write_the_same_bytes(manifest: Manifest, tmp_path: Path) -> None:
    again = write_training_district(tmp_path / "again", as_of=AS_OF)
    assert again.written == manifest.written
    for one in (*(file.file for file in manifest.written), "manifest.json", manifest.register[0].name):
        assert (again.folder / one).read_bytes() == (manifest.folder / one).read_bytes(), one


def test_the_manifest_can_be_read_back(manifest: Manifest) -> None:
    assert read_manifest(manifest.folder) == manifest


def test_nothing_is_left_beside_the_files(manifest: Manifest) -> None:
    left = {path.name for path in manifest.folder.iterdir()}
    assert left == {one.file for one in manifest.written} | {"manifest.json", manifest.register[0].name}


def test_files_stand_in_an_order_in_which_they_load(manifest: Manifest) -> None:
    done: set[str] = set()
    for one in manifest.written:
        assert NEEDS.get(one.kind, set()) <= done | {one.kind}
        done.add(one.kind)
    assert done == {name for name, kind in KINDS.items() if not kind.in_register}


def test_every_source_says_that_it_is_training_and_whose_it_is(manifest: Manifest) -> None:
    used = {source for _, source in manifest.files}
    assert used | {manifest.register[1]} == set(SOURCES.glob("*.yml"))
    for path, source in manifest.files:
        definition = read_definition(source)
        assert definition.training
        assert definition.name == source.stem
        assert definition.name.startswith("training-")
        assert definition.kind == written(manifest, definition.name).kind, path


def test_every_file_is_read_with_as_many_rows_as_the_manifest_says(manifest: Manifest) -> None:
    for one, (path, source) in zip(manifest.written, manifest.files, strict=True):
        chunks = list(read_file(path, read_definition(source)))
        rows = np.concatenate([chunk.rows for chunk in chunks])
        assert len(rows) == one.read, one.file
        assert {row.row for row in one.planted} <= set(rows.tolist()), one.file


def test_what_is_not_known_is_an_empty_cell(manifest: Manifest) -> None:
    for path, source in manifest.files:
        for chunk in read_file(path, read_definition(source)):
            assert not chunk.cells.isin(["<NA>", "nan", "None", "NaN"]).to_numpy().any(), path.name


def test_counts_add_up(manifest: Manifest) -> None:
    for one in manifest.written:
        counts = one.counts
        assert counts["accepted"] + counts["repaired"] + counts["rejected"] == counts["read"] == one.read
        assert counts["rejected"] < 0.45 * one.read, "a file of which half is refused would not load"
    assert sum(one.counts["rejected"] for one in manifest.written) >= 40
    assert sum(one.counts["repaired"] for one in manifest.written) >= 3


def test_the_planted_faults_cover_what_bureaus_get_wrong(manifest: Manifest) -> None:
    reasons = {row.reason for one in manifest.written for row in one.planted}
    assert reasons >= {
        "axes_swapped", "null_island", "empty_geometry", "not_a_number", "duplicate_code", "duplicate_merged", "unknown_value",
        "missing_value", "unknown_school", "unknown_post", "bad_hours", "made_valid", "personal_data", "not_a_date",
        "not_a_time", "not_a_flag", "not_a_coordinate", "zero_length", "unreadable_geometry", "refused_category",
        "not_a_moment", "dates_reversed", "fullwidth_folded", "out_of_range",
    }  # fmt: skip
    for source, faults in PLANTED.items():
        assert [row.reason for row in written(manifest, source).planted] == [fault.reason for fault in faults]


def test_a_planted_row_stands_where_the_manifest_says_in_a_text_table(manifest: Manifest) -> None:
    one = written(manifest, "training-posts")
    with (manifest.folder / one.file).open(encoding="gb18030", newline="") as file:
        rows = list(csv.reader(file))
    at = {row.reason: rows[row.row - 1] for row in one.planted}
    assert rows[0][0] == "岗位编号"
    assert "瞭望塔" in at["unknown_value"]
    assert "两三人" in at["not_a_number"]
    assert at["null_island"][-2:] == ["0", "0"]
    assert float(at["axes_swapped"][-1]) > 90


def test_a_planted_row_stands_where_the_manifest_says_under_a_title(manifest: Manifest) -> None:
    one = written(manifest, "training-bells")
    rows = sheet_rows(manifest.folder / one.file)
    assert "训练数据·非真实" in rows[0][0]
    assert rows[1][0] == "学校标识码"
    at = {row.reason: rows[row.row - 1] for row in one.planted}
    assert "25:70" in at["not_a_time"]
    assert "路过" in at["unknown_value"]


def test_a_planted_feature_stands_where_the_manifest_says(manifest: Manifest) -> None:
    one = written(manifest, "training-schools")
    schools = pyogrio.read_dataframe(manifest.folder / one.file)
    at = {row.reason: schools.iloc[row.row - 1] for row in one.planted}
    assert at["not_a_number"]["学生数"] == "约五百人"
    assert at["duplicate_merged"]["学校标识码"] in set(schools["学校标识码"].iloc[: one.planted[3].row - 1])
    assert at["axes_swapped"].geometry.centroid.y > 90
    for row in one.planted:
        if row.reason == "made_valid":
            assert not schools.geometry.iloc[row.row - 1].is_valid


def test_positions_declared_as_gcj02_are_gcj02(manifest: Manifest) -> None:
    one = written(manifest, "training-posts")
    with (manifest.folder / one.file).open(encoding="gb18030", newline="") as file:
        rows = {row["岗位编号"]: row for row in csv.DictReader(file)}
    posts = make_district(SEED, AS_OF).posts
    given = np.array([[float(rows[post.code][name]) for name in ("经度", "纬度")] for post in posts])
    forth = pyproj.Transformer.from_crs("EPSG:4490", "EPSG:4549", always_xy=True)
    true = np.array([post.point for post in posts]) + np.array(ORIGIN)
    as_it_stands = np.column_stack(forth.transform(*given.T))
    undone = np.column_stack(forth.transform(*gcj02_to_wgs84(*given.T)))
    assert 200 < np.hypot(*(as_it_stands - true).T).mean() < 800
    assert np.hypot(*(undone - true).T).max() < 0.05


def test_datums_and_encodings_differ_between_files(manifest: Manifest) -> None:
    declared = {read_definition(source).crs for _, source in manifest.files}
    assert {"gcj02", "cgcs2000", "EPSG:4549"} <= declared
    assert {path.suffix for path, _ in manifest.files} == {".gpkg", ".geojson", ".csv", ".xlsx"}
    assert pyogrio.read_info(manifest.folder / "道路.gpkg")["crs"] == "EPSG:4549"
    assert pyogrio.read_info(manifest.folder / "学校边界.gpkg")["crs"] == "EPSG:4490"


def test_the_district_lies_in_the_open_sea_in_the_zone_of_the_first_district(manifest: Manifest) -> None:
    areas = pyogrio.read_dataframe(manifest.folder / "行政区划.gpkg")
    west, south, east, _ = areas.total_bounds
    assert 118.5 < west < east < 121.5
    assert (west, south) > (120.5, 34.0)
    assert shapely.area(areas.geometry.iloc[0]) > 0
    assert areas["区划代码"].iloc[0] == "320999"
    assert areas["区划名称"].str.startswith("训练").all()


def test_no_made_up_number_is_anybodys(manifest: Manifest) -> None:
    digits = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    one = written(manifest, "training-duties")
    rows = sheet_rows(manifest.folder / one.file)
    shaped = rows[next(row.row for row in one.planted if row.reason == "personal_data") - 1][3]
    check = "10X98765432"[sum(int(a) * b for a, b in zip(shaped, digits, strict=False)) % 11]
    assert len(shaped) == 18
    assert shaped[-1] != check

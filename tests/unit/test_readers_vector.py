"""GeoJSON, KML, kmz, GeoPackages and packed shapefiles in all their forms; nothing in them is followed."""

from __future__ import annotations

import json
import sqlite3
import stat
import threading
import zipfile
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from etl.declared import parse_yaml
from etl.definitions import parse_definition
from etl.errors import (
    ArchiveTooLargeError,
    EmptyFileError,
    IntakeError,
    MissingColumnError,
    NoShapefileError,
    SeveralLayersError,
    UnreadableFileError,
    UnsafeArchiveError,
)
from etl.intake.areas import Areas
from etl.intake.run import file_digest
from etl.intake.staging import Context, stage_chunk
from etl.readers import read_file
from etl.readers.errors import (
    FileTooLargeError,
    LinkedCrsError,
    LinkInArchiveError,
    LivelyDatabaseError,
    MarkupError,
    NetworkLinkError,
    NoKmlError,
    OpenElsewhereError,
    ProtectedFileError,
    RecordsNeededError,
    UnpackFirstError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from etl.readers import Chunk

BASE = "name: x\nkind: school\ncolumns: {code: 编码, name: 名称}\n"
CONSTANT = "name: x\nkind: school\ncolumns: {name: {value: 大寺小学}}\n"
PLACE = {"type": "Point", "coordinates": [119.5, 31.5]}


def chunks(path: Path, text: str = BASE) -> list[Chunk]:
    return list(read_file(path, parse_definition(parse_yaml(text))))


def cells(path: Path, text: str = BASE) -> list[list[object]]:
    frame = pd.concat([chunk.cells for chunk in chunks(path, text)], ignore_index=True)
    return frame.astype(object).where(frame.notna(), None).to_numpy().tolist()


def write(path: Path, content: Any) -> Path:
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path


def feature(code: str = "a", name: str = "一小", **more: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"编码": code, "名称": name}, "geometry": PLACE} | more


def collection(*features: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection"} | more | {"features": list(features)}


@pytest.fixture
def visits() -> Iterator[tuple[str, list[str]]]:
    """The address of a server on this machine, and what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


# --- GeoJSON


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}, "Polygon"),
        ({"type": "GeometryCollection", "geometries": [PLACE, PLACE]}, "GeometryCollection"),
        (PLACE, "Point"),
        (feature(), "Point"),
        (collection(feature()), "Point"),
    ],
)
def test_every_form_of_geojson_gives_its_shapes(tmp_path: Path, content: Any, kind: str) -> None:
    (chunk,) = chunks(write(tmp_path / "a.geojson", content), CONSTANT)
    assert chunk.shapes is not None
    assert [shape.geom_type for shape in chunk.shapes.geometries] == [kind]
    assert (len(chunk), list(chunk.cells.columns), chunk.crs) == (1, [], "EPSG:4326")


@pytest.mark.parametrize("name", ["a.geojson", "a.json"])
def test_json_needs_no_line_ends(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.readers.delimited.LONGEST_LINE", 10_000)
    many = [feature() | {"more": "x" * 1_000}] * 20
    records = {"pois": [{"编码": "a", "名称": "一小", "more": "x" * 1_000}] * 20}
    content, text = (collection(*many), BASE) if name == "a.geojson" else (records, BASE + "records: pois\n")
    assert cells(write(tmp_path / name, content), text) == [["a", "一小"]] * 20


def test_a_feature_without_a_place_is_still_a_row(tmp_path: Path) -> None:
    path = write(tmp_path / "a.geojson", collection(feature("a"), feature("b", geometry=None)))
    (chunk,) = chunks(path)
    assert chunk.shapes is not None
    assert [shape is None for shape in chunk.shapes.geometries] == [False, True]
    assert chunk.cells["编码"].tolist() == ["a", "b"]


@pytest.mark.parametrize("before", ["", "\x1e"])
def test_features_may_stand_one_a_line(tmp_path: Path, before: str) -> None:
    lines = [before + json.dumps(feature(code), ensure_ascii=False) + "\n" for code in "abc"]
    for name in ("a.geojson", "a.json"):
        path = write(tmp_path / name, lines[0] + "\n" + "".join(lines[1:]))
        assert [row[0] for row in cells(path)] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "line",
    [
        '{"type": "Feature", broken',
        "[1]",
        '{"a": 1} {"a": 2}',
        "x",
        '{"type": "FeatureCollection", "features": []}',
    ],
)
def test_a_line_that_is_no_feature_is_not_passed_over(tmp_path: Path, line: str) -> None:
    good = json.dumps(feature())
    for text in (f"{good}\n{line}\n{good}\n", f"{good}\n{line}"):
        with pytest.raises(UnreadableFileError):
            cells(write(tmp_path / "a.geojson", text))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("urn:ogc:def:crs:EPSG::4549", "EPSG:4549"),
        ("EPSG:4549", "EPSG:4549"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
    ],
)
@pytest.mark.parametrize("is_last", [False, True])
def test_a_crs_member_counts_wherever_it_stands(
    tmp_path: Path, name: str, expected: str, *, is_last: bool
) -> None:
    member = {"crs": {"type": "name", "properties": {"name": name}}}
    content = collection(feature()) | member if is_last else collection(feature(), **member)
    assert chunks(write(tmp_path / "a.geojson", content))[0].crs == expected


@pytest.mark.parametrize("is_last", [False, True])
@pytest.mark.parametrize(
    "member", [None, {}, {"type": "name"}, {"type": "name", "properties": {"name": "EPSG:999999"}}]
)
def test_a_crs_member_that_says_nothing_is_not_taken_for_wgs84(
    tmp_path: Path, member: Any, *, is_last: bool
) -> None:
    content = collection(feature()) | {"crs": member} if is_last else collection(feature(), crs=member)
    assert chunks(write(tmp_path / "a.geojson", content))[0].crs in ("crs", "EPSG:999999")


@pytest.mark.parametrize("name", ["王小明家", "13800000000", "x" * 100, "EPSG:320482199001011234"])
def test_what_stands_in_the_place_of_a_crs_is_not_repeated(tmp_path: Path, name: str) -> None:
    member = {"type": "name", "properties": {"name": name}}
    assert chunks(write(tmp_path / "a.geojson", collection(feature(), crs=member)))[0].crs == "crs"


def test_a_field_called_crs_is_a_field(tmp_path: Path) -> None:
    fields = {"编码": "a", "名称": "一小", "crs": None, "type": "link"}
    path = write(tmp_path / "a.geojson", collection(feature(properties=fields)))
    assert (cells(path), chunks(path)[0].crs) == ([["a", "一小"]], "EPSG:4326")


@pytest.mark.parametrize("kind", ["link", "LINK", "url", "Url"])
@pytest.mark.parametrize("is_last", [False, True])
def test_a_crs_that_is_an_address_is_never_followed(
    tmp_path: Path, visits: tuple[str, list[str]], kind: str, *, is_last: bool
) -> None:
    host, asked = visits
    member = {"type": kind, "properties": {"href": f"{host}/a", "url": f"{host}/b", "type": "proj4"}}
    content = collection(feature()) | {"crs": member} if is_last else collection(feature(), crs=member)
    with pytest.raises(LinkedCrsError):
        cells(write(tmp_path / "a.geojson", content))
    assert asked == []


def test_an_address_that_is_spelled_in_escapes_leads_nowhere(
    tmp_path: Path, visits: tuple[str, list[str]]
) -> None:
    host, asked = visits
    member = {"type": "link", "properties": {"href": f"{host}/a"}}
    text = json.dumps(collection(crs=member)).replace('"crs"', '"\\u0063rs"')
    with pytest.raises(IntakeError):
        cells(write(tmp_path / "a.geojson", text))
    assert asked == []


@pytest.mark.parametrize("name", ["a.geojson", "a.json"])
def test_a_file_that_tells_the_library_what_to_do_is_not_obeyed(
    tmp_path: Path, visits: tuple[str, list[str]], name: str
) -> None:
    host, asked = visits
    write(tmp_path / "secret.geojson", collection(feature("secret")))
    for place in (tmp_path / "secret.geojson", f"/vsicurl/{host}/x.geojson"):
        line = f"gdal vector pipeline ! read {place} ! reproject --dst-crs EPSG:4326"
        with pytest.raises(UnreadableFileError):
            cells(write(tmp_path / name, {"type": "gdal_streamed_alg", "command_line": line}))
    assert asked == []


@pytest.mark.parametrize(
    "content",
    [
        {"type": "Topology", "objects": {"x": {"type": "Point", "coordinates": [1, 2]}}, "arcs": []},
        {"status": "0", "info": "INVALID_USER_KEY"},
        {},
        {"type": "FeatureCollection"},
    ],
)
def test_json_that_is_no_geojson_is_refused(tmp_path: Path, content: Any) -> None:
    with pytest.raises(IntakeError):
        cells(write(tmp_path / "a.geojson", content))


def test_a_list_wants_a_word_on_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(RecordsNeededError):
        cells(write(tmp_path / "a.json", [{"编码": "a", "名称": "一小"}]))
    assert cells(tmp_path / "a.json", BASE + 'records: ""\n') == [["a", "一小"]]


# --- KML


def kml(*parts: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    return f'{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{"".join(parts)}</Document></kml>'


def placemark(
    code: str = "a", name: str = "一小", shape: str = "<Point><coordinates>119.5,31.5</coordinates></Point>"
) -> str:
    data = f'<ExtendedData><Data name="编码"><value>{code}</value></Data></ExtendedData>'
    return f"<Placemark><name>{name}</name><description><![CDATA[<b>13800000000</b>]]></description>{data}{shape}</Placemark>"


NAMED = BASE.replace("名称", "Name")


def kmz(path: Path, **entries: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def test_places_of_a_kml_are_rows_in_wgs84(tmp_path: Path) -> None:
    text = kml(placemark("a"), placemark("b", "二小", ""))
    for path in (
        write(tmp_path / "a.kml", text),
        kmz(tmp_path / "a.kmz", **{"doc.kml": text, "files/icon.png": "x"}),
    ):
        (chunk,) = chunks(path, NAMED)
        assert cells(path, NAMED) == [["a", "一小"], ["b", "二小"]]
        assert (chunk.crs, chunk.features, list(chunk.cells.columns)) == ("EPSG:4326", None, ["编码", "Name"])
        assert chunk.shapes is not None
        assert chunk.shapes.geometries[0] == shapely.Point(119.5, 31.5)
        assert chunk.shapes.geometries[1] is None


def test_fields_of_a_schema_are_columns(tmp_path: Path) -> None:
    schema = '<Schema name="s" id="s"><SimpleField name="编码" type="string"/></Schema>'
    data = '<ExtendedData><SchemaData schemaUrl="#s"><SimpleData name="编码">a</SimpleData></SchemaData></ExtendedData>'
    text = kml(schema, f"<Placemark><name>一小</name>{data}</Placemark>")
    assert cells(write(tmp_path / "a.kml", text), NAMED) == [["a", "一小"]]
    assert cells(kmz(tmp_path / "a.kmz", **{"x.kml": text}), NAMED) == [["a", "一小"]]


def test_folders_are_layers_and_none_is_left_out_in_silence(tmp_path: Path) -> None:
    inner = f"<Folder><name>乙</name>{placemark('b')}</Folder>"
    text = kml(
        placemark("0"),
        f"<Folder><name>甲</name>{placemark('a')}{inner}</Folder>",
        "<Folder><name>空</name></Folder>",
    )
    path = write(tmp_path / "a.kml", text)
    with pytest.raises(SeveralLayersError) as caught:
        cells(path, NAMED)
    assert caught.value.params == {"count": 3}, "a folder may be named after a person"
    assert cells(path, NAMED + "layers: 乙\n") == [["b", "一小"]]
    assert sorted(row[0] for row in cells(path, NAMED + 'layers: "*"\n')) == ["0", "a", "b"]  # type: ignore[type-var]


def test_one_folder_within_another_needs_no_word(tmp_path: Path) -> None:
    text = kml(f"<Folder><name>甲</name><Folder><name>乙</name>{placemark('b')}</Folder></Folder>")
    assert cells(write(tmp_path / "a.kml", text), NAMED) == [["b", "一小"]]


def test_places_behind_a_link_are_neither_followed_nor_passed_over(
    tmp_path: Path, visits: tuple[str, list[str]]
) -> None:
    host, asked = visits
    link = f"<NetworkLink><Link><href>{host}/x.kml</href></Link></NetworkLink>"
    style = f"<Placemark><styleUrl>{host}/s.kml#a</styleUrl><name>x</name></Placemark>"
    with pytest.raises(NetworkLinkError):
        cells(write(tmp_path / "a.kml", kml(link, placemark())), NAMED)
    assert len(cells(write(tmp_path / "b.kml", kml(style, placemark())), NAMED)) == 2
    assert asked == []


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE kml [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE kml SYSTEM "http://example.invalid/x.dtd">',
    ],
)
def test_a_kml_that_defines_or_refers_is_refused(tmp_path: Path, doctype: str) -> None:
    text = kml(placemark(name="&a;" if "ENTITY" in doctype else "x"), head='<?xml version="1.0"?>' + doctype)
    with pytest.raises(MarkupError):
        cells(write(tmp_path / "a.kml", text), NAMED)
    with pytest.raises(MarkupError):
        cells(kmz(tmp_path / "a.kmz", **{"doc.kml": text}), NAMED)


def test_a_kml_nested_without_end_is_refused(tmp_path: Path) -> None:
    for text in (kml("<Folder>" * 5_000 + placemark() + "</Folder>" * 5_000), kml("<MultiGeometry>" * 5_000)):
        with pytest.raises(MarkupError):
            cells(write(tmp_path / "a.kml", text), NAMED)


@pytest.mark.parametrize(
    "text",
    [
        '<?xml version="1.0" encoding="JUTF-8"?><kml/>',
        "<html/>",
        "<kml>",
        "",
        "x",
        "<kml xmlns='x'/><kml/>",
        "\x00",
    ],
)
def test_what_is_no_kml_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(IntakeError):
        cells(write(tmp_path / "a.kml", text), NAMED)


def test_a_kml_without_places_is_an_empty_file(tmp_path: Path) -> None:
    with pytest.raises((EmptyFileError, UnreadableFileError, MissingColumnError)):
        cells(write(tmp_path / "a.kml", kml()), NAMED)


def test_a_kmz_is_an_archive_like_any_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = kml(placemark())
    with pytest.raises(UnsafeArchiveError):
        cells(kmz(tmp_path / "a.kmz", **{"doc.kml": text, "../x": "x"}), NAMED)
    with pytest.raises(NoKmlError):
        cells(kmz(tmp_path / "b.kmz", **{"a.kml": text, "b.kml": text}), NAMED)
    with pytest.raises(NoKmlError):
        cells(kmz(tmp_path / "c.kmz", **{"a.txt": text}), NAMED)
    assert len(cells(kmz(tmp_path / "d.kmz", **{"doc.kml": text, "files/b.kml": text}), NAMED)) == 1
    with pytest.raises(ArchiveTooLargeError):
        cells(kmz(tmp_path / "e.kmz", **{"doc.kml": text + " " * 150_000_000}), NAMED)
    monkeypatch.setattr("etl.readers.kml.LARGEST_MB", 0)
    with pytest.raises(FileTooLargeError):
        cells(tmp_path / "d.kmz", NAMED)


# --- archives


def shapefile(folder: Path, *leave_out: str) -> dict[str, bytes]:
    frame = gpd.GeoDataFrame({"编码": ["a"], "名称": ["一小"]}, geometry=[shapely.Point(119, 31)], crs=4549)
    frame.to_file(folder / "s.shp", encoding="gb18030")
    return {path.name: path.read_bytes() for path in folder.glob("s.*") if path.suffix not in leave_out}


def packed(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def test_without_a_prj_a_shapefile_says_nothing_of_its_coordinates(tmp_path: Path) -> None:
    (chunk,) = chunks(packed(tmp_path / "a.zip", shapefile(tmp_path, ".prj", ".cpg")))
    assert (chunk.crs, chunk.cells.to_numpy().tolist()) == (None, [["a", "一小"]])


@pytest.mark.parametrize(
    "codepage",
    [
        "GBK",
        "GB2312",
        "936",
        "ANSI 936",
        "OEM 936",
        "x-gbk",
        "gb_2312-80",
        "54936",
        "LDID/77",
        "",
        "nonsense",
        "UTF-8",
    ],
)
@pytest.mark.parametrize("is_packed", [False, True])
def test_a_table_is_read_however_its_codepage_is_written(
    tmp_path: Path, codepage: str, *, is_packed: bool
) -> None:
    parts = shapefile(tmp_path) | {"s.cpg": codepage.encode()}
    (tmp_path / "s.cpg").write_text(codepage, encoding="utf-8")
    path = packed(tmp_path / "a.zip", parts) if is_packed else tmp_path / "s.shp"
    assert cells(path) == [["a", "一小"]]


@pytest.mark.parametrize(
    ("codepage", "encoding"),
    [("88591", "iso8859-1"), ("ISO-8859-1", "iso8859-1"), ("1252", "cp1252"), ("Big5", "big5")],
)
def test_other_codepages_are_read_as_what_they_say(tmp_path: Path, codepage: str, encoding: str) -> None:
    name = "小學" if encoding == "big5" else "Käpylä"
    frame = gpd.GeoDataFrame({"code": ["a"], "name": [name]}, geometry=[shapely.Point(25, 60)], crs=4326)
    frame.to_file(tmp_path / "s.shp", encoding=encoding)
    (tmp_path / "s.cpg").write_text(codepage, encoding="utf-8")
    assert cells(tmp_path / "s.shp", BASE.replace("编码", "code").replace("名称", "name")) == [["a", name]]


@pytest.mark.parametrize("name", ["s.shp", "s.gpkg"])
def test_a_text_that_is_cut_within_a_character_costs_its_row_only(tmp_path: Path, name: str) -> None:
    names = [f"第{number:02}小学" for number in range(20)]
    frame = gpd.GeoDataFrame({"编码": names, "名称": names}, geometry=[shapely.Point(1, 2)] * 20, crs=4326)
    frame.to_file(tmp_path / name, encoding="utf-8")
    table = tmp_path / name.replace(".shp", ".dbf")
    content, whole = table.read_bytes(), "第07小学".encode()
    at = content.rindex(whole)
    table.write_bytes(content[: at + len(whole) - 1] + b" " + content[at + len(whole) :])
    (chunk,) = chunks(tmp_path / name)
    assert {column: set(faults) for column, faults in chunk.faults.items()} == {"名称": {None, "broken_text"}}
    definition = parse_definition(parse_yaml(BASE))
    staged = stage_chunk(chunk, Context(definition, Areas(), "wgs84"))
    assert [(row, reason) for row, reason in zip(staged["row"], staged["reason"], strict=True) if reason] == [
        (8, "broken_text")
    ]


def test_endings_in_capitals_are_endings(tmp_path: Path) -> None:
    for name, content in shapefile(tmp_path).items():
        (tmp_path / f"学校[1].{name.rpartition('.')[2].upper()}").write_bytes(content)
    assert cells(tmp_path / "学校[1].SHP") == [["a", "一小"]]
    assert len(file_digest(tmp_path / "学校[1].SHP")) == 64


def test_what_a_mac_packs_beside_a_shapefile_does_not_count(tmp_path: Path) -> None:
    parts = shapefile(tmp_path)
    junk = {f"__MACOSX/数据/._{name}": b"x" for name in parts} | {"数据/.DS_Store": b"x"}
    path = packed(tmp_path / "a.zip", {f"数据/内/{name}": part for name, part in parts.items()} | junk)
    assert cells(path) == [["a", "一小"]]


def test_another_file_in_an_archive_is_to_be_unpacked_first(tmp_path: Path) -> None:
    for name in ("甲.gpkg", "a/b.GeoJSON", "a.xlsx", "a.kml", "in.zip"):
        with pytest.raises(UnpackFirstError) as caught:
            cells(packed(tmp_path / "a.zip", {name: b"x"}))
        assert caught.value.params == {"suffix": "." + name.rpartition(".")[2].lower()}
    with pytest.raises(NoShapefileError):
        cells(packed(tmp_path / "a.zip", {"a.doc": b"x"}))


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("s.cpg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = packed(tmp_path / "a.zip", shapefile(tmp_path, ".cpg"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(LinkInArchiveError):
        cells(path)


def test_an_archive_with_a_password_is_said_to_have_one(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", shapefile(tmp_path))
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + place] |= 1
            at = content.find(mark, at + 4)
    for name in ("a.zip", "a.xlsx", "a.kmz"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ProtectedFileError):
            cells(tmp_path / name)


@pytest.mark.parametrize("name", ["a.zip", "a.xlsx", "a.kmz"])
def test_an_entry_without_a_name_is_refused(tmp_path: Path, name: str) -> None:
    content = packed(tmp_path / name, {"Q": b"x"} | shapefile(tmp_path)).read_bytes()
    (tmp_path / name).write_bytes(content.replace(b"Q", b"\0"))
    with pytest.raises(UnreadableFileError):
        cells(tmp_path / name)


def test_an_entry_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", shapefile(tmp_path))
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("s.dbf", b"x")
    with pytest.raises(UnreadableFileError):
        cells(path)


@pytest.mark.parametrize("suffix", [".shp", ".dbf", ".shx"])
def test_a_packed_part_that_was_changed_is_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in shapefile(tmp_path).items():
            archive.writestr(name, content)
    whole = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo(f"s{suffix}")
    whole[entry.header_offset + 30 + len(entry.filename) + entry.file_size - 1] ^= 1
    path.write_bytes(whole)
    with pytest.raises(UnreadableFileError):
        cells(path)


# --- GeoPackage


def geopackage(path: Path) -> Path:
    gpd.GeoDataFrame({"编码": ["a"], "名称": ["一小"]}, geometry=[shapely.Point(119, 31)], crs=4490).to_file(
        path
    )
    return path


def test_a_geopackage_with_changes_in_a_journal_is_refused(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "a.gpkg")
    with closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA journal_mode = wal")
        base.execute("CREATE TABLE other (a)")
        base.commit()
        with pytest.raises(OpenElsewhereError):
            cells(path)
    assert cells(path) == [["a", "一小"]]
    assert [one.name for one in tmp_path.iterdir()] == ["a.gpkg"]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW v AS WITH recursive c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c",
        "CREATE VIRTUAL TABLE v USING VirtualOGR('/etc/passwd')",
    ],
)
def test_a_database_that_computes_or_reads_elsewhere_is_refused(tmp_path: Path, statement: str) -> None:
    path = geopackage(tmp_path / "a.gpkg")
    with closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA writable_schema = on")
        name = "view" if "VIEW" in statement else "table"
        base.execute("INSERT INTO sqlite_master VALUES (?, 'v', 'v', 0, ?)", (name, statement))
        base.commit()
    with pytest.raises(LivelyDatabaseError):
        cells(path)


def test_another_database_is_no_geopackage(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.gpkg")) as base:
        base.execute('CREATE TABLE t ("编码" TEXT, "名称" TEXT)')
        base.execute("INSERT INTO t VALUES ('a', '一小')")
        base.commit()
    with pytest.raises(UnreadableFileError):
        cells(tmp_path / "a.gpkg", "name: x\nkind: calendar\ncolumns: {date: 编码, is_school_day: 名称}\n")


def test_a_table_without_places_is_read_where_none_are_due(tmp_path: Path) -> None:
    frame = pd.DataFrame({"编码": ["2026-09-01"], "名称": ["是"]})
    pyogrio.write_dataframe(frame, tmp_path / "a.gpkg", layer="t", driver="GPKG")
    text = "name: x\nkind: calendar\ncolumns: {date: 编码, is_school_day: 名称}\n"
    assert cells(tmp_path / "a.gpkg", text) == [["2026-09-01", "是"]]


@pytest.mark.parametrize("application_id", [0, 1, 0x47503130, 0x47504B47])
def test_the_number_of_the_application_is_no_condition(tmp_path: Path, application_id: int) -> None:
    path = geopackage(tmp_path / "a.gpkg")
    with closing(sqlite3.connect(path)) as base:
        base.execute(f"PRAGMA application_id = {application_id}")
        base.commit()
    assert cells(path) == [["a", "一小"]]

"""Files that are made to hurt: each costs one sentence, little time and little memory, and is read by no other program than its own."""

from __future__ import annotations

import json
import resource
import sqlite3
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from data import spool
from etl.account_files import read_accounts
from etl.cli import run
from etl.definitions import Definition
from etl.register.reading import read_whole
from geo.errors import CampusError
from tests.database.register_files import source
from tests.database.viewers import as_owner

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_S = 20
MOST_KB = 700_000
PLANTED = "planted-word-77"
CSV = "name: hurt-table\nkind: post\ncrs: wgs84\ncolumns: {name: name, type: {value: guard_post}}\ngeometry: {lon: lon, lat: lat}\n"
SHAPES = "name: hurt-shapes\nkind: post\ncrs: wgs84\ncolumns: {name: name, type: {value: guard_post}}\n"
ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "' + "a" * 100 + '">'
    + "".join(f'<!ENTITY {now} "{f"&{before};" * 20}">' for before, now in zip("abcdefgh", "bcdefghi", strict=True)) + "]>"
)  # fmt: skip
FOREIGN = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file://{Path(__file__)}">]>'
PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "xl/workbook.xml": "<workbook/>",
}
VRT = """<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"""


def archive(path: Path, parts: dict[str, str | bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)


def sheet_of(content: str | bytes) -> dict[str, str | bytes]:
    return {**PARTS, "xl/worksheets/sheet1.xml": content}


def deep_json(path: Path) -> None:
    path.write_text('{"type":"FeatureCollection","features":' + "[" * 200_000 + "]" * 200_000 + "}")


def deep_property(path: Path) -> None:
    nested = '{"a":' * 50_000 + "1" + "}" * 50_000
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":'
        + nested
        + '},"geometry":null}]}'
    )


def gpkg_of_views(path: Path) -> None:
    """A table without end, by a recursive view."""
    base = sqlite3.connect(path)
    base.executescript(
        "PRAGMA application_id = 0x47504B47; CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT, identifier TEXT, srs_id INT);"
        "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INT, organization TEXT, organization_coordsys_id INT, definition TEXT);"
        "CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INT, z INT, m INT);"
        "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, 'x' AS name FROM n;"
        "INSERT INTO gpkg_contents VALUES ('v', 'attributes', 'v', 0)"
    )  # fmt: skip
    base.commit()
    base.close()


BOMBS: dict[str, tuple[str, str, Callable[[Path], object]]] = {
    "zeros in a workbook": (".xlsx", CSV, lambda p: archive(p, sheet_of(b"\0" * 150_000_000))),
    "entities in a workbook": (".xlsx", CSV, lambda p: archive(p, sheet_of(ENTITIES + "<worksheet><sheetData>&i;</sheetData></worksheet>"))),
    "entities in shared strings": (".xlsx", CSV, lambda p: archive(p, {**sheet_of("<worksheet/>"), "xl/sharedStrings.xml": ENTITIES + "<sst>&i;</sst>"})),
    "a file of this machine in a workbook": (".xlsx", CSV, lambda p: archive(p, sheet_of(FOREIGN + "<worksheet>&a;</worksheet>"))),
    "many parts": (".xlsx", CSV, lambda p: archive(p, {f"xl/{number}": b"" for number in range(10_001)})),
    "a workbook within itself": (".xlsx", CSV, lambda p: archive(p, {"../../x": b"x", **PARTS})),
    "a line without end": (".csv", CSV, lambda p: p.write_bytes(b"name,lon,lat\n" + b"a" * 45_000_000)),
    "columns without end": (".csv", CSV, lambda p: p.write_text("name,lon,lat" + ",x" * 3_000_000 + "\na,b,c" + "," * 3_000_000)),
    "a quote without end": (".csv", CSV, lambda p: p.write_bytes(b'name,lon,lat\n"' + b"a\n" * 20_000_000)),
    "nested without end": (".geojson", SHAPES, deep_json),
    "a property nested without end": (".geojson", SHAPES, deep_property),
    "entities in a kml": (".kml", SHAPES, lambda p: p.write_text(ENTITIES + '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>&i;</name></Document></kml>')),
    "zeros in a kmz": (".kmz", SHAPES, lambda p: archive(p, {"doc.kml": b" " * 150_000_000})),
    "zeros in a zip": (".zip", SHAPES, lambda p: archive(p, {"a.shp": b"\0" * 150_000_000, "a.dbf": b"", "a.shx": b""})),
    "rows without end": (".gpkg", SHAPES, gpkg_of_views),
    "zeros as a pbf": (".pbf", SHAPES, lambda p: p.write_bytes(b"\0" * 10_000_000)),
}  # fmt: skip
"""What it is: its ending, a description of its kind, and who makes it."""


@pytest.fixture
def spent() -> Callable[[], None]:
    """Give a check of the time and memory that a test took."""
    began, held = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def check() -> None:
        assert time.monotonic() - began < MOST_S
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held < MOST_KB

    return check


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_one_sentence(
    shared_database: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    spent: Callable[[], None],
    name: str,
) -> None:
    suffix, description, make = BOMBS[name]
    path = tmp_path / f"a{suffix}"
    make(path)
    (tmp_path / "a.yml").write_text(description)
    assert run(["load", str(path), "--source", str(tmp_path / "a.yml"), "--lang=en"]) == 1
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert "def test_a_bomb_costs_one_sentence" not in said
    assert len([line for line in said.splitlines() if line.strip()]) < 6
    spent()
    assert as_owner("SELECT count(*) FROM core.post") == 0


@pytest.mark.parametrize(
    "name", [name for name, bomb in BOMBS.items() if bomb[0] in (".xlsx", ".csv", ".geojson", ".gpkg")]
)
def test_a_bomb_that_says_it_is_of_the_register_costs_one_named_error(
    tmp_path: Path, spent: Callable[[], None], name: str
) -> None:
    suffix, _, make = BOMBS[name]
    path = tmp_path / f"a{suffix}"
    make(path)
    place = suffix not in (".geojson", ".gpkg")
    (tmp_path / "a.yml").write_text(source("a", place=place), encoding="utf-8")
    definition = Definition.model_validate(
        __import__("yaml").safe_load((tmp_path / "a.yml").read_text(encoding="utf-8"))
    )
    with pytest.raises(CampusError):
        read_whole(path, definition)
    spent()


@pytest.mark.parametrize("name", [name for name, bomb in BOMBS.items() if bomb[0] == ".xlsx"])
def test_a_bomb_of_accounts_costs_one_named_error(
    tmp_path: Path, spent: Callable[[], None], name: str
) -> None:
    path = tmp_path / "a.xlsx"
    BOMBS[name][2](path)
    with pytest.raises(CampusError):
        read_accounts(path)
    spent()


@pytest.mark.parametrize("suffix", [".kml", ".geojson", ".json", ".gpkg", ".pbf", ".zip", ".kmz", ".shp"])
def test_no_file_leads_ogr_to_another_file_or_program(
    shared_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    (tmp_path / "secret.csv").write_text(f"name,lon,lat\n{PLANTED},121.3,34.2\n")
    (tmp_path / "a.yml").write_text(SHAPES)
    contents = (
        VRT.format(tmp_path / "secret.csv"), VRT.format("/vsicurl/http://127.0.0.1:9/x"), VRT.format(f"CSV:{tmp_path / 'secret.csv'}"),
        json.dumps({"type": "STACTA", "href": str(tmp_path / "secret.csv")}), "PG:host=/tmp", "MYSQL:x", f"CSV:{tmp_path / 'secret.csv'}",
        f"name,lon,lat\n{PLANTED},121.3,34.2\n", "<GeoJSON xmlns='x'/>", f"<wfs><url>file://{tmp_path / 'secret.csv'}</url></wfs>",
    )  # fmt: skip
    for number, content in enumerate(contents):
        path = tmp_path / f"a{number}{suffix}"
        path.write_text(content)
        assert run(["load", str(path), "--source", str(tmp_path / "a.yml"), "--lang=en"]) == 1, content
        assert PLANTED not in "".join(capsys.readouterr())
    assert as_owner("SELECT count(*) FROM core.post") == 0


@pytest.mark.parametrize(
    "name", ["/vsicurl/http://127.0.0.1:9/x.geojson", "/vsizip/a.zip/x.shp", "/vsistdin/x.kml", "PG:host=x.geojson", "/dev/stdin",
             "/proc/self/environ", "http://127.0.0.1:9/x.geojson", "zip://a.zip!x.shp", "/vsimem/x.gpkg"],
)  # fmt: skip
def test_a_name_is_the_name_of_a_file_and_of_nothing_else(
    shared_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / "a.yml").write_text(SHAPES)
    assert run(["load", name, "--source", str(tmp_path / "a.yml"), "--lang=en"]) in (1, 2)
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "name",
    ["../a.csv", "a/../../b.csv", "C:\\a.csv", "a\0.csv", "a.csv/", "\u202egnp.csv", "x" * 300 + ".csv"],
)
def test_what_a_sender_calls_a_file_is_no_part_of_any_path(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(spool.SPOOL_VARIABLE, str(tmp_path / "spool"))
    token = spool.put(b"name\n", spool.suffix_of(name.rstrip("/")))
    stored = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert [each.parent for each in stored] == [tmp_path / "spool"]
    assert token in stored[0].name
    assert "a" not in stored[0].stem.replace(token, "")

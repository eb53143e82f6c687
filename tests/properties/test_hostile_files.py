"""Files of every format, cut, changed and put together wrongly: rows, or one named error, and nothing else.

Each example starts from a whole file of its format, so that the damage lies deep inside it. Packed files are
damaged in their parts and packed again, where a check sum would otherwise stop everything at the door.
"""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import openpyxl
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.declared import parse_yaml
from etl.definitions import parse_definition
from etl.intake.areas import Areas
from etl.intake.staging import Context, stage_chunk
from etl.readers import is_table, read_file
from geo.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from etl.definitions import Definition

QUICK = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SOURCE = "name: x\nkind: school\ncrs: wgs84\ncolumns: {code: 编码, name: 名称, stage: c, pupils: d}\n"
TABLE = parse_definition(parse_yaml(SOURCE + "geometry: {text: e}\n"))
RECORDS = parse_definition(parse_yaml(SOURCE + "records: a.pois\ngeometry: {text: e}\n"))
VECTOR = parse_definition(parse_yaml(SOURCE + 'layers: "*"\n'))
SHAPEFILE = parse_definition(parse_yaml(SOURCE))
HEAD = ["编码", "名称", "c", "d", "e"]
ROWS = [[f"c{n}", f"第{n}小学", "primary", n * 7, f"119.{n},31.{n}"] for n in range(12)]

Change = tuple[str, float, bytes]


@st.composite
def changes(draw: st.DrawFn) -> list[Change]:
    """Draw a few places in a file and what is done there."""
    kinds = st.sampled_from(["cut", "flip", "put", "drop", "repeat", "zero"])
    words = st.sampled_from(
        [
            b"\0",
            b"\xff" * 8,
            b"<",
            b">",
            b'"',
            b"&a;",
            b"]]>",
            b"{",
            b"[",
            b",",
            b"\n",
            b"../",
            b"9" * 30,
            b"-1",
            b"nan",
            b"\x80",
        ]
    ) | st.binary(min_size=1, max_size=6)
    one = st.tuples(kinds, st.floats(0, 1), words)
    return draw(st.lists(one, min_size=1, max_size=4))


def changed(content: bytes, made: list[Change]) -> bytes:
    for kind, place, word in made:
        at = int(place * len(content))
        if kind == "cut":
            content = content[:at]
        elif kind == "flip":
            content = content[:at] + bytes(byte ^ 0xFF for byte in content[at : at + 1]) + content[at + 1 :]
        elif kind == "put":
            content = content[:at] + word + content[at:]
        elif kind == "drop":
            content = content[:at] + content[at + len(word) :]
        elif kind == "repeat":
            content = content[:at] + content[at : at + 200] * 3 + content[at + 200 :]
        else:
            content = content[:at] + b"\0" * 16 + content[at + 16 :]
    return content


def take(path: Path, definition: Definition) -> None:
    """Read and stage a file; whatever is in it, each row of a chunk gets its verdict or the file one error."""
    with suppress(CampusError):
        for chunk in read_file(path, definition):
            staged = stage_chunk(chunk, Context(definition, Areas(), None))
            assert {len(column) for column in staged.values()} == {len(chunk)}


def repacked(content: bytes, which: int, made: list[Change]) -> bytes:
    """Change one part of an archive and pack it again."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w") as new:
        for number, name in enumerate(old.namelist()):
            part = old.read(name)
            new.writestr(name, changed(part, made) if number == which % len(old.namelist()) else part)
    return packed.getvalue()


# --- one whole file of each format


def _frame() -> gpd.GeoDataFrame:
    columns: dict[str, Any] = {title: [row[at] for row in ROWS] for at, title in enumerate(HEAD[:4])}
    shapes = [shapely.Point(119 + n / 10, 31).buffer(0.001, quad_segs=2) for n in range(len(ROWS))]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in [["一览"], ["编码", "名称", "学校", None, "e"], [None, None, "c", "d", None], *ROWS]:
        book.active.append(row)
    for cells in ("A1:E1", "A2:A3", "B2:B3", "C2:D2", "E2:E3", "C5:C8"):
        book.active.merge_cells(cells)
    book.active["D6"] = "=1+1"
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def _kml() -> bytes:
    places = "".join(
        "<Placemark><name>x</name><ExtendedData>"
        + "".join(
            f'<Data name="{title}"><value>{row[at]}</value></Data>' for at, title in enumerate(HEAD[:4])
        )
        + f"</ExtendedData><Point><coordinates>{row[4]},0</coordinates></Point></Placemark>"
        for row in ROWS
    )
    head = '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">'
    return f"{head}<Document><Folder><name>a</name>{places}</Folder></Document></kml>".encode()


def _packed(parts: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Whole files by their name."""
    folder = tmp_path_factory.mktemp("whole")
    text = "\n".join(",".join(f'"{value}"' for value in row) for row in [HEAD, *ROWS]) + "\n"
    records = [dict(zip(HEAD, row, strict=True)) for row in ROWS]
    frame = _frame()
    frame.to_file(folder / "a.gpkg")
    frame.to_file(folder / "a.geojson")
    frame.to_file(folder / "a.shp", encoding="gb18030")
    collection = json.loads((folder / "a.geojson").read_text(encoding="utf-8"))
    lines = "\n".join(json.dumps(feature, ensure_ascii=False) for feature in collection["features"])
    parts = {path.name: path.read_bytes() for path in folder.glob("a.*") if path.stem == "a"}
    shape = {name: part for name, part in parts.items() if name[2:] in ("shp", "shx", "dbf", "prj", "cpg")}
    return {
        "a.csv": text.encode(),
        "b.csv": text.encode("gb18030"),
        "c.csv": text.encode("utf-16"),
        "a.xlsx": _workbook(),
        "a.json": json.dumps({"a": {"pois": records}}, ensure_ascii=False).encode(),
        "a.gpkg": parts["a.gpkg"],
        "a.geojson": parts["a.geojson"],
        "b.geojson": lines.encode(),
        "a.kml": _kml(),
        "a.kmz": _packed({"doc.kml": _kml(), "files/a.png": b"x"}),
        "a.zip": _packed(shape),
        **{f"bare/{name}": part for name, part in shape.items()},
    }


def definition_for(name: str) -> Definition:
    if name.endswith(".json"):
        return RECORDS
    if name.endswith(".zip"):
        return SHAPEFILE
    return TABLE if name.endswith((".csv", ".xlsx")) else VECTOR


NAMES = (
    "a.csv",
    "b.csv",
    "c.csv",
    "a.xlsx",
    "a.json",
    "a.gpkg",
    "a.geojson",
    "b.geojson",
    "a.kml",
    "a.kmz",
    "a.zip",
)


@pytest.fixture
def no_journals(tmp_path: Path) -> Iterator[None]:
    yield
    assert not [path.name for path in tmp_path.iterdir() if path.name.endswith(("-wal", "-shm", "-journal"))]


@pytest.mark.parametrize("name", NAMES)
def test_the_whole_file_is_read(name: str, whole: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(whole[name])
    definition = definition_for(name)
    assert sum(len(chunk) for chunk in read_file(tmp_path / name, definition)) == len(ROWS)
    assert is_table(tmp_path / name, definition) == (definition in (TABLE, RECORDS))


@pytest.mark.parametrize("name", NAMES)
@given(made=changes())
@QUICK
def test_a_file_that_was_changed_is_read_or_refused(
    name: str, whole: dict[str, bytes], made: list[Change], tmp_path: Path, no_journals: None
) -> None:
    (tmp_path / name).write_bytes(changed(whole[name], made))
    take(tmp_path / name, definition_for(name))


@pytest.mark.parametrize("name", ["a.xlsx", "a.kmz", "a.zip"])
@given(which=st.integers(0, 20), made=changes())
@QUICK
def test_an_archive_with_a_changed_part_is_read_or_refused(
    name: str, which: int, whole: dict[str, bytes], made: list[Change], tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(repacked(whole[name], which, made))
    take(tmp_path / name, definition_for(name))


@given(which=st.sampled_from(["shp", "shx", "dbf", "prj", "cpg"]), made=changes())
@QUICK
def test_a_shapefile_with_a_changed_part_is_read_or_refused(
    which: str, whole: dict[str, bytes], made: list[Change], tmp_path: Path
) -> None:
    for name, part in whole.items():
        if name.startswith("bare/"):
            ending = name.rpartition(".")[2]
            (tmp_path / f"a.{ending}").write_bytes(changed(part, made) if ending == which else part)
    take(tmp_path / "a.shp", SHAPEFILE)


@given(name=st.sampled_from(NAMES), other=st.sampled_from(NAMES))
@QUICK
def test_a_file_under_another_ending_is_read_or_refused(
    name: str, other: str, whole: dict[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / f"x.{other.rpartition('.')[2]}"
    path.write_bytes(whole[name])
    take(path, definition_for(other))

"""Fifty made-up names, phones and ID numbers, files of every format with them all over, and a search for them.

Every string begins as all of its sort do, with what stands in nothing else, so that looking for a few
beginnings, in every writing in which a program could leave them, finds any of them.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.sax.saxutils import escape

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

NAME, PHONE, ID = "亓官曌", "138972461", "32048219870314"
BEGINNINGS = (NAME, PHONE, ID, "138-9724-61", "138 9724 61", "１３８９７２４６１")
NAMES = [NAME + sign for sign in "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往"]
PHONES = [f"{PHONE}{number:02d}" for number in range(11)] + [f"138-9724-61{number}" for number in (31, 32)]
PHONES += ["138 9724 6141", "１３８９７２４６１５１"]
IDS = [f"{ID}{number:03d}{check}" for number, check in zip(range(15), cycle("0123456789X"), strict=False)]
PLANTED = [*NAMES, *PHONES, *IDS]
UNMAPPED = [NAMES[0], f"{NAMES[1]}电话", f"联系{PHONES[0]}", IDS[0], "监护人"]
"""Headings that no source maps."""
MAPPED = ["编码", "名称", "学生数", "经度", "纬度"]
CLEAN = 14
TITLE = f"{NAMES[2]} {PHONES[1]} {IDS[1]}"
"""What files, sheets and layers are called."""


@dataclass(frozen=True)
class Made:
    """One file with the description through which it is loaded."""

    path: Path
    source: str
    rejected: int


def rows(mark: str) -> list[dict[str, str]]:
    """Clean rows with the fifty strings in their unmapped cells, and rows with some in mapped ones."""
    strings = cycle(PLANTED)
    made = []
    for number in range(CLEAN):
        mapped = [f"{mark}{number}", f"{mark}第{number}小学", "500", f"{119.5 + number / 100}", "31.7"]
        made.append(dict(zip(MAPPED, mapped, strict=True)))
    for column, cells in {
        "编码": [PHONES[2], IDS[2]],
        "名称": [f"{NAMES[3]} {PHONES[3]}", f"{NAMES[4]}（{IDS[3]}）", PHONES[11], PHONES[13], PHONES[14]],
        "学生数": [PHONES[4]],
    }.items():
        made += [
            made[0] | {"编码": f"{mark}x{column}{turn}", column: cell} for turn, cell in enumerate(cells)
        ]
    for row in made:
        row |= {heading: "；".join(next(strings) for _ in range(3)) for heading in UNMAPPED}
    assert {one for row in made for cell in row.values() for one in PLANTED if one in cell} == set(PLANTED)
    return made


def source(mark: str, *, table: bool, more: str = "") -> str:
    """Write the description of a source of schools."""
    place = "geometry: {lon: 经度, lat: 纬度}\n" if table else ""
    return f"name: {mark}\nkind: school\ncrs: wgs84\ncolumns: {{code: 编码, name: 名称, pupils: 学生数}}\n{place}{more}"


def _properties(row: dict[str, str]) -> dict[str, str]:
    return {name: cell for name, cell in row.items() if name not in ("经度", "纬度")}


def _frame(made: list[dict[str, str]]) -> gpd.GeoDataFrame:
    places = [shapely.Point(float(row["经度"]), float(row["纬度"])) for row in made]
    return gpd.GeoDataFrame([_properties(row) for row in made], geometry=places, crs="EPSG:4326")


def _delimited(path: Path, made: list[dict[str, str]]) -> None:
    pd.DataFrame(made).to_csv(path, index=False, sep="\t" if path.suffix == ".tsv" else ",")


def _gb18030(path: Path, made: list[dict[str, str]]) -> None:
    pd.DataFrame(made).to_csv(path, index=False, encoding="gb18030")


def _workbook(path: Path, made: list[dict[str, str]]) -> None:
    """Write a workbook whose first sheet and whose properties bear a name, and another sheet beside it."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"author": NAMES[5], "title": TITLE, "comments": IDS[4]})
        for name, content in ((NAMES[6], made), (f"{NAMES[7]}{PHONES[5]}", [{NAMES[8]: PHONES[6]}])):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, list(content[0]))
            for number, row in enumerate(content, start=1):
                sheet.write_row(number, 0, list(row.values()))
        sheet.write_comment(1, 0, TITLE)


def _geopackage(path: Path, made: list[dict[str, str]]) -> None:
    pyogrio.write_dataframe(_frame(made), path, layer=f"{NAMES[9]}{PHONES[7]}", driver="GPKG")


def _layers(path: Path, made: list[dict[str, str]]) -> None:
    """Write two layers with names, whose features have no codes but their own numbers."""
    for row in made[:CLEAN]:
        row["编码"] = ""
    for name, some in ((NAMES[15], made[::2]), (f"{NAMES[16]}{PHONES[9]}", made[1::2])):
        pyogrio.write_dataframe(_frame(some), path, layer=name, driver="GPKG")


def _geojson(path: Path, made: list[dict[str, str]]) -> None:
    """Write features of which one has a number of somebody for its id."""
    features = [
        {
            "type": "Feature",
            "id": int(PHONES[8]) if number == 1 else number + 1,
            "properties": _properties(row) | ({"编码": None} if number == 1 else {}),
            "geometry": {"type": "Point", "coordinates": [float(row["经度"]), float(row["纬度"])]},
        }
        for number, row in enumerate(made)
    ]
    content = {"type": "FeatureCollection", "name": TITLE, "features": features}
    path.write_text(json.dumps(content, ensure_ascii=path.suffix == ".json"), encoding="utf-8")


def _shapefile(folder: Path, made: list[dict[str, str]], stem: str) -> dict[str, bytes]:
    folder.mkdir(exist_ok=True)
    short = dict(zip(UNMAPPED, (NAME, PHONE, "X", "Y", "监护人"), strict=True))
    pyogrio.write_dataframe(_frame(made).rename(columns=short), folder / f"{stem}.shp", encoding="utf-8")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _zipped(path: Path, made: list[dict[str, str]]) -> None:
    parts = _shapefile(path.with_name("parts"), made, NAMES[10])
    with zipfile.ZipFile(path, "w") as archive:
        archive.comment = TITLE.encode()
        for name, content in parts.items():
            archive.writestr(f"{NAMES[11]}/{name}", content)
        archive.writestr(f"{TITLE}.txt", TITLE)


def _bare_shapefile(path: Path, made: list[dict[str, str]]) -> None:
    _shapefile(path.parent, made, path.stem)


def _kml_text(made: list[dict[str, str]]) -> str:
    marks = "".join(
        f"<Placemark><name>{escape(TITLE)}</name><description>{escape(TITLE)}</description><ExtendedData>"
        + "".join(
            f"<Data name='{escape(name)}'><value>{escape(cell)}</value></Data>"
            for name, cell in _properties(row).items()
        )
        + f"</ExtendedData><Point><coordinates>{row['经度']},{row['纬度']}</coordinates></Point></Placemark>"
        for row in made
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<name>{TITLE}</name><Folder><name>{NAMES[12]}</name>{marks}</Folder></Document></kml>"
    )


def _kml(path: Path, made: list[dict[str, str]]) -> None:
    path.write_text(_kml_text(made), encoding="utf-8")


def _kmz(path: Path, made: list[dict[str, str]]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{NAMES[13]}.kml", _kml_text(made))


def _records(path: Path, made: list[dict[str, str]]) -> None:
    content = {"联系人": TITLE, "data": {NAMES[14]: [], "pois": made}}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _part(number: int, content: bytes | int) -> bytes:
    """Write one field of a protocol buffer."""
    if isinstance(content, int):
        return _varint(number << 3) + _varint(content)
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _pbf(path: Path, made: list[dict[str, str]]) -> None:
    """Write an OSM pbf of nodes: plain blocks, as wiki.openstreetmap.org/wiki/PBF_Format has them."""
    texts: dict[str, int] = {"": 0}
    nodes = b""
    for number, row in enumerate(made, start=1):
        tags = {"amenity": "school", **_properties(row)}
        keys = b"".join(_varint(texts.setdefault(name, len(texts))) for name in tags)
        values = b"".join(_varint(texts.setdefault(cell, len(texts))) for cell in tags.values())
        lat, lon = (round(float(row[name]) * 1e7) * 2 for name in ("纬度", "经度"))
        node = _part(1, number * 2) + _part(2, keys) + _part(3, values) + _part(8, lat) + _part(9, lon)
        nodes += _part(1, node)
    strings = b"".join(_part(1, one.encode()) for one in texts)
    header = _part(4, b"OsmSchema-V0.6") + _part(16, TITLE.encode())
    data = _part(1, strings) + _part(2, nodes)
    with path.open("wb") as file:
        for kind, content in ((b"OSMHeader", header), (b"OSMData", data)):
            blob = _part(1, content)
            head = _part(1, kind) + _part(3, len(blob))
            file.write(struct.pack(">I", len(head)) + head + blob)


WRITERS: dict[str, Callable[[Path, list[dict[str, str]]], None]] = {
    ".csv": _delimited, ".tsv": _delimited, ".txt": _gb18030, ".xlsx": _workbook, ".gpkg": _geopackage,
    ".geojson": _geojson, ".json": _geojson, ".zip": _zipped, ".shp": _bare_shapefile, ".kml": _kml,
    ".kmz": _kmz, ".pbf": _pbf,
}  # fmt: skip
"""What writes a file of each ending; `etl.readers.FORMATS` has no other."""
TABLES = (".csv", ".tsv", ".txt", ".xlsx")
MORE = {".pbf": "layers: points\n", ".zip": "encoding: utf-8\n", ".shp": "encoding: utf-8\n"}


def make_files(folder: Path) -> Iterator[Made]:
    """Write a file of every format, each in a folder of its own and called by names and numbers."""
    for suffix, write in WRITERS.items():
        mark = f"s{suffix[1:]}"
        path = folder / mark / f"{TITLE}{suffix}"
        path.parent.mkdir()
        made = rows(mark)
        write(path, made)
        yield Made(path, source(mark, table=suffix in TABLES, more=MORE.get(suffix, "")), len(made) - CLEAN)
    path = folder / "records" / f"{TITLE}.json"
    path.parent.mkdir()
    made = rows("records")
    _records(path, made)
    yield Made(path, source("records", table=True, more="records: data.pois\n"), len(made) - CLEAN)
    path = folder / "layers" / f"{TITLE}.gpkg"
    path.parent.mkdir()
    made = rows("layers")
    _layers(path, made)
    yield Made(path, source("layers", table=False, more="layers: '*'\n"), len(made) - CLEAN)


def writings() -> dict[str, bytes]:
    """Every beginning in every writing in which it could have been left, by what it is."""
    found: dict[str, bytes] = {}
    for text in BEGINNINGS:
        for encoding in ("utf-8", "gb18030", "utf-16-le", "utf-16-be"):
            plain = text.encode(encoding)
            found |= {f"{text} {encoding}": plain, f"{text} {encoding} hex": plain.hex().encode()}
            found[f"{text} {encoding} HEX"] = plain.hex().upper().encode()
        found[f"{text} json"] = json.dumps(text)[1:-1].encode()
        found[f"{text} url"] = quote(text).encode()
        found[f"{text} xml"] = text.encode("ascii", "xmlcharrefreplace")
        found[f"{text} octal"] = "".join(f"\\{byte:03o}" for byte in text.encode()).encode()
    return found


def search(content: bytes, where: str) -> list[str]:
    """Say which beginnings stand in some bytes, and in what is packed in them."""
    found = [f"{where}: {what}" for what, sign in writings().items() if sign in content]
    packed = io.BytesIO(content)
    if content[:2] == b"PK" and zipfile.is_zipfile(packed):  # any page of a database may begin with PK
        with zipfile.ZipFile(packed) as archive:
            for name in archive.namelist():
                found += search(name.encode() + archive.read(name), f"{where}/packed")
    return found


def search_folders(folders: Iterable[Path]) -> tuple[int, list[str]]:
    """Search the names and contents of all files below some folders; give how many there were, and what."""
    count, found = 0, []
    for folder in folders:
        for path in folder.rglob("*"):
            found += search(str(path.relative_to(folder)).encode(), str(path))
            if path.is_file():
                count += 1
                found += search(path.read_bytes(), str(path))
    return count, found

"""Files for the register, made up: twenty that may go in, and sixty that carry more than they may."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import pyogrio
import shapely
import xlsxwriter

from tests.database import planted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TODAY = datetime.now(tz=UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()
SOON, LATE = (TODAY + timedelta(days=days) for days in (30, 300))
HEADINGS = ("case_ref", "address", "basis", "legal_ref", "review_due", "lon", "lat")
CHINESE = ("案件编号", "地点", "依据", "法律依据", "复核期限", "经度", "纬度")
MARK = "钱资荡测试路"
"""Begins every address of a file that goes in."""
SOURCE = """\
name: {name}
kind: key_person
crs: {crs}
columns: {{case_ref: {0}, address: {1}, basis: {2}, legal_ref: {3}, review_due: {4}}}
"""
PLACE = "geometry: {{lon: {5}, lat: {6}}}\n"


@dataclass(frozen=True)
class Table:
    """What is to be written: headings and rows of texts."""

    headings: tuple[str, ...] = HEADINGS
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Made:
    """A file and how it is loaded."""

    name: str
    write: Callable[[Path], None]
    suffix: str
    source: str
    says: str = ""
    """What the sentence must name: a place in the file."""
    about: str = ""
    """A word of the sentence that says what it is about."""
    hidden: tuple[str, ...] = field(default=())
    """What must not be repeated."""


def rows(mark: str, count: int = 3, **changed: str) -> tuple[tuple[str, ...], ...]:
    """Make good rows; ``changed`` replaces a cell of the second."""
    made = []
    for number in range(1, count + 1):
        row = {
            "case_ref": f"QZ-{mark}-{number:04d}", "address": f"{MARK}{number}号", "basis": "order_in_force",
            "legal_ref": "JBF-29", "review_due": LATE.isoformat(), "lon": f"119.5{number}", "lat": f"31.7{number}",
        }  # fmt: skip
        made.append(row | (changed if number == 2 else {}))
    return tuple(tuple(row[name] for name in HEADINGS) for row in made)


def text_of(table: Table, delimiter: str = ",") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([table.headings, *table.rows])
    return out.getvalue()


def as_csv(table: Table, encoding: str = "utf-8", delimiter: str = ",") -> Callable[[Path], None]:
    return lambda path: path.write_bytes(text_of(table, delimiter).encode(encoding)) and None


def as_xlsx(*tables: Table, **extra: Any) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with xlsxwriter.Workbook(path) as book:
            for table in tables:
                sheet = book.add_worksheet()
                for number, row in enumerate([table.headings, *table.rows]):
                    sheet.write_row(number, 0, row)
                if comment := extra.get("comment"):
                    sheet.write_comment(1, 0, comment)

    return write


def as_geojson(table: Table, **members: Any) -> Callable[[Path], None]:
    features = []
    for row in table.rows:
        cells = dict(zip(table.headings, row, strict=True))
        place = [float(cells.pop("lon")), float(cells.pop("lat"))]
        shape = {"type": "Point", "coordinates": place}
        features.append({"type": "Feature", "properties": cells, "geometry": shape})
    content = {"type": "FeatureCollection", "features": features, **members}
    return lambda path: path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8") and None


def as_gpkg(table: Table, crs: str = "EPSG:4490", layer: str = "cases") -> Callable[[Path], None]:
    def write(path: Path) -> None:
        cells = [dict(zip(table.headings, row, strict=True)) for row in table.rows]
        places = [shapely.Point(float(row.pop("lon")), float(row.pop("lat"))) for row in cells]
        frame = gpd.GeoDataFrame(cells, geometry=places, crs="EPSG:4490").to_crs(crs)
        pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG")

    return write


def source(name: str, headings: tuple[str, ...] = HEADINGS, *, crs: str = "wgs84", place: bool = True) -> str:
    text = SOURCE + (PLACE if place else "")
    return text.format(*(json.dumps(one, ensure_ascii=False) for one in headings), name=name, crs=crs)


def good() -> list[Made]:
    """Give twenty files that go in: formats, encodings, headings, datums, ways to write dates and words."""
    made: list[Made] = []

    def add(write: Callable[[Path], None], suffix: str, **words: Any) -> None:
        name = f"good{len(made)}"
        made.append(Made(name, write, suffix, source(name, **words)))

    def of(**changed: str) -> Table:
        return Table(rows=rows(f"{len(made):02d}", **changed))

    def chinese() -> Table:
        return Table(CHINESE, rows(f"{len(made):02d}"))

    add(as_csv(of()), ".csv")
    add(as_csv(of(), "utf-8-sig"), ".csv")
    add(as_csv(chinese(), "gb18030"), ".csv", headings=CHINESE)
    add(as_csv(chinese(), "utf-8-sig"), ".csv", headings=CHINESE)
    add(as_csv(chinese(), "utf-16"), ".csv", headings=CHINESE)
    add(as_csv(of(), delimiter="\t"), ".tsv")
    add(as_csv(of(), delimiter=";"), ".txt")
    add(as_csv(of(), delimiter="|"), ".csv")
    add(as_xlsx(of()), ".xlsx")
    add(as_xlsx(chinese()), ".xlsx", headings=CHINESE)
    add(as_xlsx(of(), Table((), ())), ".xlsx")
    add(as_geojson(of()), ".geojson", place=False)
    add(as_geojson(of()), ".json", place=False, crs="gcj02")
    add(as_gpkg(of()), ".gpkg", place=False)
    add(as_gpkg(of(), "EPSG:4549"), ".gpkg", place=False, crs="EPSG:4549")
    add(as_csv(of()), ".csv", crs="gcj02")
    add(as_csv(of(), "utf-8"), ".csv", crs="bd09")
    add(as_csv(of(review_due=f"{SOON.year}年{SOON.month}月{SOON.day}日")), ".csv")
    add(
        as_csv(of(basis="threat_under_investigation", legal_ref="XSF-112", review_due=SOON.isoformat())),
        ".csv",
    )
    add(as_csv(of(address="", case_ref="ＱＺ－１９－０００２")), ".csv")
    return made


HEADINGS_REFUSED = {
    "姓名": "name", "姓  名": "name", "Ｎａｍｅ": "name", "na\u200bme": "name", "n\u0430me": "name", "N\u00e0me": "name",
    "xing_ming": "name", "XingMing": "name", "曾用名": "name", "身份证": "identity", "身份證號碼": "identity",
    "idCardNo": "identity", "ID_NUMBER": "identity", "sfzh": "identity", "手机号": "reach", "聯繫電話": "reach",
    "tel": "reach", "lianxi-dianhua": "reach", "微信": "reach", "出生日期": "birth", "Date of Birth": "birth", "年齡": "birth",
    "csrq": "birth", "性别": "sex", "民族": "origin", "户籍地": "origin", "宗教信仰": "belief", "病史": "illness",
    "精神状况": "illness", "信访情况": "petition", "是否吸毒": "drug", "前科": "conviction", "刑滿釋放時間": "conviction",
    "就读学校": "school", "监护人": "school", "家属": "family", "照片": "picture", "车牌": "movement", "工作单位": "work",
    "风险等级": "label", "備註": "remarks",
}  # fmt: skip
"""Headings in many spellings, and a word of what the sentence says of them."""
CELLS_REFUSED = {
    ("address", f"测试路{planted.IDS[0]}号"): "ID number",
    ("address", "测试路１３８９７２４６１３１"): "ID number",
    ("address", "测试路12号李四"): "name",
    ("address", f"{planted.NAMES[0]}"): "name",
    ("address", "张某某住处"): "name",
    ("address", "电话:82345678"): "reach",
    ("address", "测试路12号 男 45岁"): "birth",
    ("address", "测试路12号 1985年3月12日"): "birth",
    ("address", "测试路12号 精神分裂症患者"): "illness",
    ("address", "信访人员住处"): "petition",
    ("address", "吸毒人员住处"): "drug",
    ("address", "测试路12号 刑满释放"): "conviction",
    ("address", "測試路12號 初中生"): "school",
    ("case_ref", "(2024)苏0413刑初12号"): "reference",
    ("basis", "前科人员"): "conviction",
    ("legal_ref", "XF-264"): "list of laws",
    ("review_due", (TODAY + timedelta(days=400)).isoformat()): "12 months",
}
"""Cells that refuse the file, and a word of what the sentence says."""


def bad() -> list[Made]:
    """Give sixty files that carry more, each with a planted name, phone or ID number somewhere."""
    made: list[Made] = []
    for number, (title, about) in enumerate(HEADINGS_REFUSED.items()):
        secret = planted.PLANTED[number % len(planted.PLANTED)]
        plain = rows(f"B{number}")
        at = number % 8
        table = Table(
            (*HEADINGS[:at], title, *HEADINGS[at:]), tuple((*row[:at], secret, *row[at:]) for row in plain)
        )
        write, suffix = (as_xlsx(table), ".xlsx") if number % 3 == 0 else (as_csv(table), ".csv")
        made.append(
            Made(f"bad{number}", write, suffix, source(f"bad{number}"), f"column {at + 1}", about, (secret,))
        )
    for number, ((column, cell), about) in enumerate(CELLS_REFUSED.items()):
        table = Table(rows=rows(f"C{number}", **{column: cell}))
        writer, suffix = ((as_csv, ".csv"), (as_xlsx, ".xlsx"))[number % 2]
        name = f"cell{number}"
        made.append(Made(name, writer(table), suffix, source(name), f"“{column}”", about, (cell,)))
    name = planted.NAMES[1]
    unknown = Table((*HEADINGS, name), tuple((*row, planted.PHONES[0]) for row in rows("D1")))
    second = Table((name,), ((planted.PHONES[1],),))
    made += [
        Made(
            "unknown",
            as_csv(unknown),
            ".csv",
            source("unknown"),
            "column 8",
            "mapped",
            (name, planted.PHONES[0]),
        ),
        Made(
            "sheet",
            as_xlsx(Table(rows=rows("D2")), second),
            ".xlsx",
            source("sheet"),
            "column 1",
            "mapped",
            (name,),
        ),
    ]
    return made

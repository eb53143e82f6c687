"""Sheets as files: in the format, encoding and datum that their source descriptions declare."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely
import xlsxwriter

from etl.training.faults import PLANTED, SHAPE, Fault
from etl.training.land import METRIC_CRS, ORIGIN
from etl.training.manifest import Planted, Written
from geo.datums import wgs84_to_gcj02

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from etl.training.chance import Floats
    from etl.training.sheets import Sheet

    Row = dict[str, Any]

_GEOGRAPHIC_CRS = "EPSG:4490"
_TO_DEGREES = pyproj.Transformer.from_crs(METRIC_CRS, _GEOGRAPHIC_CRS, always_xy=True)
_DIGITS = 7
"""Decimals of a degree: one centimetre."""
_TITLES = {
    "training-schools-west": "训练区西片学校基本情况表（训练数据·非真实）",
    "training-bells": "训练区中小学幼儿园上下学时间表（训练数据·非真实）",
    "training-venues": "训练区校园周边场所登记表（训练数据·非真实）",
}
"""Workbooks with a title above their heading."""
_PINCH_M = 0.5
_MADE_ON = datetime(2026, 9, 1)  # noqa: DTZ001  # workbooks know no zones


def write_sheet(folder: Path, sheet: Sheet) -> Written:
    """Write one sheet with its dirty rows.

    Parameters
    ----------
    folder
        Where to; it exists.
    sheet
        The clean rows, with shapes in metres from the origin.

    Returns
    -------
    Written
        What the load report must say.
    """
    places = _places(sheet) or [{}] * len(sheet.frame)
    cells = sheet.frame.itertuples(index=False, name=None)
    rows = [
        dict(zip(sheet.frame.columns, row, strict=True)) | place
        for row, place in zip(cells, places, strict=True)
    ]
    rows, dirty = _plant(rows, PLANTED.get(sheet.source, ()))
    path = folder / sheet.file
    part = path.with_name(f"part-{path.name}")
    first = _WRITERS[path.suffix](part, rows, sheet)
    part.replace(path)
    planted = tuple(Planted(first + at, fault.verdict, fault.reason, fault.column) for at, fault in dirty)
    return Written(sheet.file, sheet.source, sheet.kind, len(rows), planted)


def _places(sheet: Sheet) -> list[Row]:
    """Give each row's place in the file's datum, under the headings that hold it."""
    if sheet.shapes is None:
        return []
    shapes = shapely.transform(sheet.shapes, _transform_for(sheet.datum))
    # rounding can pinch a narrow shape; only the planted faults are to be invalid
    pinched = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
    shapes[pinched] = shapely.set_precision(sheet.shapes[pinched], _PINCH_M)
    shapes[pinched] = shapely.make_valid(shapely.transform(shapes[pinched], _transform_for(sheet.datum)))
    if not sheet.place:
        return [{SHAPE: shape} for shape in shapes]
    if len(sheet.place) == 1:
        return [{sheet.place[0]: text} for text in shapely.to_wkt(shapes, rounding_precision=_DIGITS)]
    positions = zip(shapely.get_x(shapes), shapely.get_y(shapes), strict=True)
    return [dict(zip(sheet.place, map(_degrees, position), strict=True)) for position in positions]


def _degrees(angle: float) -> str:
    """Write an angle; a row without a place has empty cells."""
    return "" if np.isnan(angle) else f"{angle:.{_DIGITS}f}"


def _transform_for(datum: str) -> Callable[[Floats], Floats]:
    """Give what takes metres from the origin to a file's coordinates, rounded to a centimetre."""

    def convert(points: Floats) -> Floats:
        metres = points + np.array(ORIGIN)
        if datum == "metres":
            rounded: Floats = np.round(metres, 3)
            return rounded
        lon, lat = _TO_DEGREES.transform(metres[:, 0], metres[:, 1])
        if datum == "gcj02":
            lon, lat = wgs84_to_gcj02(lon, lat)
        degrees: Floats = np.round(np.column_stack([lon, lat]), _DIGITS)
        return degrees

    return convert


def to_degrees(points: Floats) -> Floats:
    """Give longitudes and latitudes (EPSG:4490) of points in metres from the origin, shape (n, 2)."""
    return _transform_for("cgcs2000")(points)


def _plant(rows: list[Row], faults: tuple[Fault, ...]) -> tuple[list[Row], list[tuple[int, Fault]]]:
    """Put the dirty rows among the clean ones; give all, and where the dirty ones stand, from 0."""
    due: dict[int, list[Fault]] = defaultdict(list)
    for fault in faults:
        due[min(int(fault.after * len(rows)), len(rows) - 1)].append(fault)
    out: list[Row] = []
    dirty: list[tuple[int, Fault]] = []
    for number, row in enumerate(rows):
        out.append(row)
        for fault in due[number]:
            if fault.in_place:
                out[-1] = fault.change(row)
            else:
                out.append(fault.change(row))
            dirty.append((len(out) - 1, fault))
    return out, dirty


def _write_gpkg(path: Path, rows: list[Row], sheet: Sheet) -> int:
    crs = METRIC_CRS if sheet.datum == "metres" else _GEOGRAPHIC_CRS
    cells = {name: [_text(row[name]) for row in rows] for name in rows[0] if name != SHAPE}
    frame = gpd.GeoDataFrame(pd.DataFrame(cells), geometry=[row[SHAPE] for row in rows], crs=crs)
    layer = sheet.file.removesuffix(".gpkg")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{_MADE_ON.isoformat()}.000Z"})
    try:
        pyogrio.write_dataframe(frame, path, driver="GPKG", layer=layer, geometry_type="Unknown")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    return 1


def _text(cell: object) -> str | None:
    """Give a cell as text: a column that holds one word among its numbers is a column of text."""
    return None if cell is None else str(cell)


def _write_geojson(path: Path, rows: list[Row], sheet: Sheet) -> int:
    shapes = shapely.to_geojson(np.array([row[SHAPE] for row in rows], dtype=object))
    features = [
        {
            "type": "Feature",
            "properties": {name: cell for name, cell in row.items() if name != SHAPE},
            "geometry": None if shape is None else json.loads(shape),
        }
        for row, shape in zip(rows, shapes, strict=True)
    ]
    content = {"type": "FeatureCollection", "name": sheet.source, "features": features}
    path.write_text(json.dumps(content, ensure_ascii=False, default=int), encoding="utf-8")
    return 1


def _write_csv(path: Path, rows: list[Row], sheet: Sheet) -> int:
    encoding = "utf-8-sig" if sheet.datum == "cgcs2000" and sheet.shapes is not None else "gb18030"
    pd.DataFrame(rows).to_csv(path, index=False, encoding=encoding, lineterminator="\r\n")
    return 2


def _write_xlsx(path: Path, rows: list[Row], sheet: Sheet) -> int:
    """Write a workbook with a heading, below a title where bureaus put one."""
    title = _TITLES.get(sheet.source)
    top = 0 if title is None else 1
    headings = list(rows[0])
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False}) as book:
        book.set_properties({"created": _MADE_ON, "title": sheet.source})
        page = book.add_worksheet("Sheet1" if title is None else "汇总")
        bold = book.add_format({"bold": True, "align": "center"})
        if title is not None:
            page.merge_range(0, 0, 0, len(headings) - 1, title, bold)
        page.write_row(top, 0, headings, bold)
        for number, row in enumerate(rows, start=top + 1):
            page.write_row(number, 0, [row[heading] for heading in headings])
        page.set_column(0, len(headings) - 1, 16)
    return top + 2


_WRITERS = {".gpkg": _write_gpkg, ".geojson": _write_geojson, ".csv": _write_csv, ".xlsx": _write_xlsx}

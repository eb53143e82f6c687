"""A load whose coordinates are not what was declared is refused with the diagnosis; a mixed one row by row."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from sqlalchemy import text

from data.session import unit_of_work
from data.settings import DbRole
from etl.errors import AllRejectedError
from etl.forensics_errors import (
    AxesSwappedError,
    DatumError,
    DegreesError,
    DisplacedError,
    OtherZoneError,
    RowsSwappedError,
)
from etl.intake import Options, load
from geo.datums import wgs84_to_bd09, wgs84_to_gcj02

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("database")

COUNT = 40
TO_4549 = pyproj.Transformer.from_crs(4490, 4549, always_xy=True)
chance = np.random.default_rng(5)
LON, LAT = chance.uniform(119.35, 119.7, COUNT), chance.uniform(31.6, 31.85, COUNT)
SOURCE = """
name: {name}
kind: {kind}
crs: {crs}
columns: {columns}
geometry: {{lon: x, lat: y}}
"""
SCHOOLS = "{code: code, name: name}"


class Desk:
    """Writes tables of places and loads them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(
        self,
        x: Any,
        y: Any,
        *,
        crs: str = "cgcs2000",
        name: str = "bureau",
        codes: bool = True,
        **options: Any,
    ) -> Any:
        frame = pd.DataFrame({"code": [f"s{n}" for n in range(len(x))], "x": x, "y": y})
        frame["name"] = [f"第{n}小学" for n in range(len(x))]
        file, source = self.folder / "places.csv", self.folder / "source.yml"
        frame.to_csv(file, index=False)
        columns = SCHOOLS if codes else "{name: name}"
        source.write_text(SOURCE.format(name=name, kind="school", crs=crs, columns=columns), encoding="utf-8")
        return load(file, source, Options(report=self.report, **options))

    @property
    def report(self) -> Path:
        return self.folder / "report.json"

    def district(self) -> None:
        file, source = self.folder / "area.geojson", self.folder / "area.yml"
        ring = [[119.3, 31.55], [119.75, 31.55], [119.75, 31.9], [119.3, 31.9], [119.3, 31.55]]
        file.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}), encoding="utf-8")
        columns = "{code: {value: '320413'}, name: {value: 区}, level: {value: district}}"
        source.write_text(f"name: area\nkind: area\ncolumns: {columns}\n", encoding="utf-8")
        load(file, source)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def positions() -> int:
    with unit_of_work(DbRole.LOADER) as connection:
        return int(
            connection.execute(text("SELECT count(*) FROM core.school WHERE valid_to IS NULL")).scalar_one()
        )


@pytest.mark.parametrize(
    ("written", "crs", "error", "looks"),
    [
        (wgs84_to_gcj02, "cgcs2000", DatumError, "gcj02"),
        (wgs84_to_bd09, "cgcs2000", DatumError, "bd09"),
        (lambda x, y: (x, y), "gcj02", DatumError, "wgs84"),
        (lambda x, y: (y, x), "cgcs2000", AxesSwappedError, "swapped"),
        (TO_4549.transform, "EPSG:4548", OtherZoneError, "EPSG:4549"),
        (TO_4549.transform, "EPSG:4550", OtherZoneError, "EPSG:4549"),
        (lambda x, y: TO_4549.transform(x, y)[::-1], "EPSG:4549", AxesSwappedError, "swapped"),
        (lambda x, y: (x + 0.004, y - 0.008), "cgcs2000", DisplacedError, "none"),
    ],
)
@pytest.mark.parametrize("name", ["bureau", "another"])
def test_schools_that_are_known_are_refused_with_the_diagnosis(
    desk: Desk, written: Any, crs: str, error: Any, looks: str, name: str
) -> None:
    desk.load(LON, LAT)
    with pytest.raises(error) as refused:
        desk.load(*written(LON, LAT), crs=crs, name=name)
    assert refused.value.exit_code == 1
    assert positions() == COUNT
    told = json.loads(desk.report.read_text(encoding="utf-8"))["datum"]
    assert (told["looks_like"], told["matched"]) == (looks, COUNT)
    assert told["confidence"] > 0.8


def test_names_are_evidence_where_codes_are_new(desk: Desk) -> None:
    desk.load(LON, LAT)
    with pytest.raises(DatumError):
        desk.load(*wgs84_to_gcj02(LON, LAT), name="another", codes=False)


def test_a_true_file_says_that_it_is_true(desk: Desk) -> None:
    desk.load(LON, LAT)
    report = desk.load(LON + 0.0001, LAT, force=True)
    assert report.datum["looks_like"] == report.datum["declared"] == "cgcs2000"
    assert desk.load(*wgs84_to_gcj02(LON, LAT), crs="gcj02", force=True).datum["looks_like"] == "gcj02"


def test_a_mixed_file_is_refused_row_by_row(desk: Desk) -> None:
    desk.load(LON, LAT)
    x, y = LON.copy(), LAT.copy()
    x[:8], y[:8] = (axis[:8] for axis in wgs84_to_gcj02(LON, LAT))
    x[8:12], y[8:12] = (axis[8:12] for axis in wgs84_to_bd09(LON, LAT))
    x[20], y[20] = y[20], x[20]
    report = desk.load(x, y)
    assert report.datum["looks_like"] == "mixed"
    assert {row.row - 2 for row in report.rows if row.reason == "looks_like_gcj02"} == set(range(8))
    assert {row.row - 2 for row in report.rows if row.reason == "looks_like_bd09"} == set(range(8, 12))
    assert Counter(row.reason for row in report.rows)["axes_swapped"] == 1
    assert (report.rejected, report.unchanged, report.ended) == (13, 27, 0)


def test_who_insists_is_obeyed_and_the_report_still_says_it(desk: Desk) -> None:
    desk.load(LON, LAT)
    report = desk.load(*wgs84_to_gcj02(LON, LAT), accept_datum=True, force=True)
    assert (report.changed, report.rejected, report.datum["looks_like"]) == (COUNT, 0, "gcj02")


def test_the_district_alone_shows_zone_and_axes(desk: Desk) -> None:
    desk.district()
    for crs in ("EPSG:4548", "EPSG:4550"):
        with pytest.raises(OtherZoneError):
            desk.load(*TO_4549.transform(LON, LAT), crs=crs)
    with pytest.raises(AxesSwappedError):
        desk.load(*TO_4549.transform(LON, LAT)[::-1], crs="EPSG:4549")
    assert positions() == 0
    assert desk.load(*TO_4549.transform(LON, LAT), crs="EPSG:4549").added == COUNT


def test_with_nothing_known_swapped_axes_still_show(desk: Desk) -> None:
    with pytest.raises((RowsSwappedError, AxesSwappedError)):
        desk.load(LAT, LON)
    with pytest.raises(AxesSwappedError):
        desk.load(*TO_4549.transform(LON, LAT)[::-1], crs="EPSG:4549")
    with pytest.raises(AllRejectedError):
        desk.load(LAT, LON, accept_datum=True)


def test_with_nothing_known_nothing_is_claimed(desk: Desk) -> None:
    assert desk.load(*wgs84_to_gcj02(LON, LAT)).datum is None


def test_full_width_signs_and_spaces_make_no_other_name(desk: Desk) -> None:
    desk.load(LON, LAT)
    file, source = desk.folder / "wide.csv", desk.folder / "wide.yml"
    x, y = wgs84_to_gcj02(LON, LAT)
    wide = [
        f"第 {n} 小学".translate(str.maketrans("0123456789", "０１２３４５６７８９")) for n in range(COUNT)
    ]
    pd.DataFrame({"name": wide, "x": x, "y": y}).to_csv(file, index=False)
    source.write_text(SOURCE.format(name="wide", kind="school", crs="cgcs2000", columns="{name: name}"))
    with pytest.raises(DatumError):
        load(file, source)


def test_a_first_file_that_mixes_zones_or_axes_is_told_row_by_row(desk: Desk) -> None:
    desk.district()
    x, y = (np.array(axis) for axis in TO_4549.transform(LON, LAT))
    other = pyproj.Transformer.from_crs(4490, 4548, always_xy=True).transform(LON, LAT)
    x[:8], y[:8] = other[0][:8], other[1][:8]
    x[8:12], y[8:12] = y[8:12].copy(), x[8:12].copy()
    report = desk.load(x, y, crs="EPSG:4549")
    assert {(row.row - 2, row.reason) for row in report.rows} == {
        (n, "looks_like_other_zone") for n in range(8)
    } | {(n, "looks_swapped") for n in range(8, 12)}
    assert report.added == COUNT - 12
    assert report.datum["looks_like"] == "mixed"


def test_with_nothing_known_swapped_rows_of_a_plane_are_told_by_the_country(desk: Desk) -> None:
    x, y = (np.array(axis) for axis in TO_4549.transform(LON, LAT))
    x[:5], y[:5] = y[:5].copy(), x[:5].copy()
    report = desk.load(x, y, crs="EPSG:4549")
    assert {(row.row - 2, row.reason) for row in report.rows} == {(n, "looks_swapped") for n in range(5)}


STEP_M, STREETS = 400.0, 12


def plane(shape: Any) -> Any:
    """Bring a shape of metres from a corner of the district to degrees."""
    east, north = TO_4549.transform(119.4, 31.6)
    return shapely.transform(
        shape, lambda p: np.column_stack(TO_4549.transform(*np.add(p, [east, north]).T, direction="INVERSE"))
    )


def streets() -> list[Any]:
    """A grid of streets, cut at its crossings."""
    ends = [(n * STEP_M, (n + 1) * STEP_M) for n in range(STREETS)]
    lines = [[(a, m * STEP_M), (b, m * STEP_M)] for a, b in ends for m in range(STREETS + 1)]
    return [plane(shapely.LineString(way)) for line in lines for way in (line, [p[::-1] for p in line])]


def grounds() -> list[Any]:
    """School grounds that fill most of the blocks between them."""
    blocks = [(n * STEP_M, m * STEP_M) for n in range(0, STREETS, 2) for m in range(STREETS)]
    return [plane(shapely.box(x + 60, y + 60, x + STEP_M - 60, y + STEP_M - 60)) for x, y in blocks]


def displaced(shapes: list[Any]) -> list[Any]:
    return [shapely.transform(one, wgs84_to_gcj02, interleaved=False) for one in shapes]


def load_shapes(folder: Path, kind: str, shapes: list[Any], name: str) -> Any:
    file, source = folder / f"{name}.geojson", folder / f"{name}.yml"
    features = [
        {"type": "Feature", "properties": {"name": f"{name}{n}", "class": "building"}, "geometry": shape}
        for n, shape in enumerate(map(shapely.geometry.mapping, shapes))
    ]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    columns = "{name: name}" if kind == "school" else "{class: class}"
    source.write_text(f"name: {name}\nkind: {kind}\ncrs: cgcs2000\ncolumns: {columns}\n", encoding="utf-8")
    return load(file, source)


@pytest.mark.parametrize(
    ("beside", "known", "kind", "shapes"),
    [
        ("road", streets, "school", grounds),
        ("road", streets, "road", streets),
        ("basemap", grounds, "basemap", grounds),
    ],
)
def test_roads_and_buildings_tell_the_datum_where_no_row_is_known(
    tmp_path: Path, beside: str, known: Any, kind: str, shapes: Any
) -> None:
    assert load_shapes(tmp_path, beside, known(), "known").datum is None
    with pytest.raises(DatumError) as refused:
        load_shapes(tmp_path, kind, displaced(shapes()), "displaced")
    assert refused.value.params["looks_like"] == "GCJ-02"
    assert refused.value.params["shift_m"] == pytest.approx(535, abs=20)
    true = load_shapes(tmp_path, kind, [shapely.segmentize(one, 0.001) for one in shapes()], "true")
    assert (true.datum, true.rejected) == (None, 0)


def test_degrees_declared_as_metres_are_told_by_the_country_alone(desk: Desk) -> None:
    with pytest.raises(DegreesError):
        desk.load(LON, LAT, crs="EPSG:4549")
    assert positions() == 0


def test_gates_that_lie_off_their_schools_are_refused(desk: Desk) -> None:
    desk.load(LON, LAT)
    file, source = desk.folder / "gates.csv", desk.folder / "gates.yml"
    source.write_text(SOURCE.format(name="gates", kind="gate", crs="cgcs2000", columns="{school_code: code}"))
    gates = pd.DataFrame({"code": [f"s{n}" for n in range(COUNT)], "x": LON + 0.001, "y": LAT})
    gates.assign(x=gates["x"] + 0.003, y=LAT + 0.002).to_csv(file, index=False)
    with pytest.raises(DisplacedError):
        load(file, source)
    gates.assign(**dict(zip("xy", wgs84_to_gcj02(gates["x"], gates["y"]), strict=True))).to_csv(
        file, index=False
    )
    with pytest.raises(DatumError):
        load(file, source)
    gates.to_csv(file, index=False)
    assert load(file, source).added == COUNT

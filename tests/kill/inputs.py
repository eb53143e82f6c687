"""The small input files of the kill tests: made up, with a refused and a mended row in each."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import geopandas as gpd
import yaml
from shapely import Point, Polygon, box

if TYPE_CHECKING:
    from pathlib import Path

WEST, SOUTH = 119.5, 31.7
STEP = 0.01
"""About a kilometre: the rings of neighbours do not touch."""

SCHOOLS = {
    "name": "kill-schools",
    "kind": "school",
    "crs": "cgcs2000",
    "columns": {"code": "code", "name": "name", "stage": "stage", "pupils": "pupils"},
}
POSTS = {
    "name": "kill-posts",
    "kind": "post",
    "crs": "cgcs2000",
    "columns": {"code": "code", "name": "name", "type": "type", "mobility": "mobility"},
    "geometry": {"lon": "lon", "lat": "lat"},
}
DUTIES = {
    "name": "kill-duties",
    "kind": "duty",
    "columns": {"post_code": "post", "weekdays": "weekdays", "start": "start", "end": "end"},
}
AREAS = {
    "name": "kill-areas",
    "kind": "area",
    "crs": "cgcs2000",
    "columns": {"code": "code", "name": "name", "level": "level"},
}


def write_all(folder: Path) -> None:
    """Write the files of both small operations and what leads up to them."""
    for definition in (SCHOOLS, POSTS, DUTIES, AREAS):
        text = yaml.safe_dump(definition, allow_unicode=True, sort_keys=False)
        (folder / f"{definition['name']}.yml").write_text(text, encoding="utf-8")
    write_layer(folder / "areas.gpkg", areas())
    write_layer(folder / "schools-old.gpkg", old_schools())
    write_layer(folder / "schools-new.gpkg", new_schools())
    write_table(folder / "posts.csv", ["code", "name", "type", "mobility", "lon", "lat"], posts())
    write_table(folder / "duties.csv", ["post", "weekdays", "start", "end"], duties())


def write_layer(path: Path, rows: list[dict[str, object]]) -> None:
    """Write a GeoPackage."""
    gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4490").to_file(path, driver="GPKG")


def write_table(path: Path, header: list[str], rows: list[tuple[object, ...]]) -> None:
    """Write a table as text."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def ground(east: int, north: int, size: float = 0.001) -> Polygon:
    """Give a square school ground in a grid of places."""
    lon, lat = WEST + east * STEP, SOUTH + north * STEP
    return box(lon, lat, lon + size, lat + size)


def school(number: int, geometry: object, **other: object) -> dict[str, object]:
    """Give one school's row."""
    row = {"code": f"S{number}", "name": f"训练第{number}小学", "stage": "primary", "pupils": 300 + number}
    return {**row, **other, "geometry": geometry}


def old_schools() -> list[dict[str, object]]:
    """Seven schools; one of them closes later, one lies outside of the district."""
    inside = [school(number, ground(number % 3, number // 3)) for number in range(1, 7)]
    return [*inside, school(7, ground(40, 0))]


def new_schools() -> list[dict[str, object]]:
    """The next file of the same source: one changed, one gone, one new, one mended, one refused."""
    same = [school(number, ground(number % 3, number // 3)) for number in (1, 2, 3, 4)]
    lon, lat = WEST + 0.05, SOUTH + 0.05
    crossed = Polygon([(lon, lat), (lon + 0.001, lat + 0.001), (lon + 0.001, lat), (lon, lat + 0.001)])
    changed = school(5, ground(2, 1), pupils=999)
    return [*same, changed, school(7, ground(40, 0)), school(8, crossed), school(9, Point(0, 0))]


def posts() -> list[tuple[object, ...]]:
    """Posts at the schools' sides; one has no place."""
    places = [
        (f"P{n}", f"训练岗{n}", "guard_post", "foot", WEST + n % 3 * STEP, SOUTH + n // 3 * STEP)
        for n in range(1, 6)
    ]
    return [
        *places,
        ("P6", "训练岗6", "police_box", "car", WEST + STEP, SOUTH),
        ("P7", "训练岗7", "guard_post", "foot", "", ""),
    ]


def duties() -> list[tuple[object, ...]]:
    """Each guard post's morning."""
    return [(f"P{number}", "1-5", "07:00", "08:30") for number in range(1, 6)]


def areas() -> list[dict[str, object]]:
    """One district with one town."""
    whole = box(WEST - 0.1, SOUTH - 0.1, WEST + 0.2, SOUTH + 0.2)
    rows = (("320999", "训练区", "district"), ("320999001", "训练镇", "town"))
    return [{"code": code, "name": name, "level": level, "geometry": whole} for code, name, level in rows]

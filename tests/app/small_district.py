"""A few schools on a plain, put into the database by hand and built by the product."""

from __future__ import annotations

import hashlib
from datetime import date, time

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import text

from data.bulk import copy_frame
from data.session import unit_of_work
from data.settings import DbRole
from etl.build import build
from geo.terms import UNASSIGNED, UNNAMED

SINCE = date(2026, 1, 1)
WEST, SOUTH = 121.0, 34.0
STEP_DEG = 0.02
SIZE_DEG = 0.001
STAGES = ("primary", "kindergarten", "junior", "senior")


def put(kind: str, rows: pd.DataFrame) -> None:
    """Write current rows of a kind."""
    facts = rows.assign(
        digest=[hashlib.sha256(code.encode()).digest() for code in rows["code"]],
        district_code="999901", source="by-hand", valid_from=SINCE, recorded_by=1,
    )  # fmt: skip
    with unit_of_work(DbRole.OWNER) as connection:
        copy_frame(connection, f"core.{kind}", facts)
        connection.commit()


def place(number: int) -> tuple[float, float]:
    return WEST + STEP_DEG * (number % 10), SOUTH + STEP_DEG * (number // 10)


def put_areas() -> None:
    shape = shapely.MultiPolygon([shapely.box(WEST - 0.1, SOUTH - 0.1, WEST + 0.4, SOUTH + 0.4)])
    rows = {"code": ["999901", "T1"], "name": ["训练区", "训练一镇"], "level": ["district", "town"]}
    put("area", gpd.GeoDataFrame(rows, geometry=[shape, shape], crs="EPSG:4490"))


def put_schools(count: int, *, name: str = "训练第{}学校") -> list[str]:
    codes = [f"S{number:03}" for number in range(count)]
    shapes = [
        shapely.Point(place(number)) if number == 1 else shapely.MultiPolygon([shapely.box(x, y, x + SIZE_DEG, y + SIZE_DEG)])
        for number, (x, y) in enumerate(map(place, range(count)))
    ]  # fmt: skip
    rows = {
        "code": codes, "name": [name.format(number + 1) for number in range(count)],
        "stage": [STAGES[number % len(STAGES)] for number in range(count)],
        "is_boundary_estimated": [number == 1 for number in range(count)], "town_code": "T1",
    }  # fmt: skip
    put("school", gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4490"))
    bells = pd.DataFrame({"code": [f"B{code}" for code in codes], "school_code": codes, "direction": "in",
                          "weekdays": [[0, 1, 2, 3, 4]] * count, "start": time(7, 20), "end": time(7, 40)})  # fmt: skip
    put("bell_slot", bells)
    return codes


def put_bare_schools(count: int) -> list[str]:
    """Schools of which nothing is known but where they are: as an extract of a map gives them."""
    codes = [f"S{number:03}" for number in range(count)]
    shapes = [
        shapely.MultiPolygon([shapely.box(x, y, x + SIZE_DEG, y + SIZE_DEG)])
        for x, y in map(place, range(count))
    ]
    rows = {"code": codes, "name": UNNAMED, "is_boundary_estimated": False, "town_code": UNASSIGNED}
    put("school", gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4490"))
    return codes


def put_posts(count: int, *, name: str = "护学岗{}") -> None:
    """A post 50 m or so from each of the first schools; every second one is not on duty in the morning."""
    codes = [f"P{number:03}" for number in range(count)]
    points = [shapely.Point(x - 0.0005, y) for x, y in map(place, range(count))]
    rows = {"code": codes, "name": [name.format(number + 1) for number in range(count)], "type": "guard_post",
            "force": ["police", "school_guard"] * (count // 2) + ["police"] * (count % 2), "mobility": "foot"}  # fmt: skip
    put("post", gpd.GeoDataFrame(rows, geometry=points, crs="EPSG:4490"))
    starts = [time(7, 0) if number % 2 == 0 else time(16, 0) for number in range(count)]
    ends = [time(8, 0) if number % 2 == 0 else time(17, 0) for number in range(count)]
    duties = pd.DataFrame({"code": [f"D{code}" for code in codes], "post_code": codes,
                           "weekdays": [[0, 1, 2, 3, 4]] * count, "start": starts, "end": ends})  # fmt: skip
    put("duty", duties)


def make_district(*, schools: int, posts: int, built: bool = True) -> None:
    """Fill the database of this test."""
    put_areas()
    put_schools(schools)
    if posts:
        put_posts(posts)
    if built:
        build(["all"])


def mark_training() -> None:
    """Make the database one of made-up data."""
    with unit_of_work(DbRole.OWNER) as connection:
        connection.execute(text("UPDATE core.instance SET training = true"))
        connection.commit()

"""A made-up district for campaigns: sixty schools on a grid, events around them day by day."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.bulk import copy_frame
from data.session import unit_of_work
from data.settings import DbRole
from geo.hexagons import cell_ids

DISTRICT = "320413"
WEST, SOUTH, STEP_DEG = 119.5, 31.7, 0.03
SINCE, UNTIL = date(2025, 1, 1), date(2026, 9, 1)
START, END = date(2026, 6, 1), date(2026, 8, 31)
ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Planted:
    """What was put there."""

    codes: list[str]
    events: pd.DataFrame
    """``school`` (row), ``day``, ``lon``, ``lat``."""


def put(kind: str, rows: pd.DataFrame) -> None:
    facts = rows.assign(
        digest=[hashlib.sha256(code.encode()).digest() for code in rows["code"]],
        district_code=DISTRICT, source="by-hand", valid_from=date(2025, 1, 1), recorded_by=1,
    )  # fmt: skip
    with unit_of_work(DbRole.OWNER) as connection:
        copy_frame(connection, f"core.{kind}", facts)
        connection.commit()


def put_schools(count: int = 60) -> list[str]:
    codes = [f"S{number:03}" for number in range(count)]
    at = [(WEST + STEP_DEG * (number % 10), SOUTH + STEP_DEG * (number // 10)) for number in range(count)]
    shapes = [shapely.MultiPolygon([shapely.box(x, y, x + 0.001, y + 0.001)]) for x, y in at]
    rows = {"code": codes, "name": [f"训练第{number + 1}学校" for number in range(count)],
            "stage": [("primary", "junior")[number % 2] for number in range(count)],
            "pupils": [400 + 20 * number for number in range(count)], "is_boundary_estimated": False}  # fmt: skip
    put("school", gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4490"))
    return codes


def let_happen(schools: int, *, monthly: float, treated: int, ratio: float, seed: int = 2) -> pd.DataFrame:
    """Draw events within 100 m of schools; from START on those of the first ``treated`` by ``ratio``."""
    rng = np.random.default_rng(seed)
    days = np.arange(np.datetime64(SINCE), np.datetime64(UNTIL))
    rates = np.full((schools, len(days)), monthly / 30.4)
    rates[:treated, days >= np.datetime64(START)] *= ratio
    counts = rng.poisson(rates)
    school, day = np.nonzero(counts)
    school, day = (np.repeat(part, counts[school, day]) for part in (school, day))
    lon = WEST + STEP_DEG * (school % 10) + 0.0005 + rng.uniform(-0.001, 0.001, len(school))
    lat = SOUTH + STEP_DEG * (school // 10) + 0.0005 + rng.uniform(-0.001, 0.001, len(school))
    return pd.DataFrame({"school": school, "day": days[day], "lon": lon, "lat": lat})


def put_events(events: pd.DataFrame, *, prefix: str = "E", is_hidden: bool = False) -> None:
    at = [
        datetime.combine(day.date(), datetime.min.time(), ZONE) + timedelta(hours=8) for day in events["day"]
    ]
    cells = cell_ids(events["lon"].to_numpy(), events["lat"].to_numpy())
    points = [None] * len(events) if is_hidden else list(shapely.points(events["lon"], events["lat"]))
    rows = {"code": [f"{prefix}{number}" for number in range(len(events))], "category": "theft", "occurred_at": at,
            "cell_id": cells}  # fmt: skip
    put("incident", gpd.GeoDataFrame(rows, geometry=gpd.GeoSeries(points, crs="EPSG:4490")))


def plant(
    *, schools: int = 60, monthly: float = 4.0, treated: int = 12, ratio: float = 1.0, seed: int = 2
) -> Planted:
    codes = put_schools(schools)
    events = let_happen(schools, monthly=monthly, treated=treated, ratio=ratio, seed=seed)
    put_events(events)
    return Planted(codes, events)

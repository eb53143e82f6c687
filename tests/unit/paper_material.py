"""A small district for papers: zones that are sure, tied, without data and with few events."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from dashboard.papers.material import Backdrop, Imprint, Material, Wanted
from geo.terms import ZoneTerm

WEST, SOUTH = 119.50, 31.70
TODAY = date(2026, 11, 2)
SECRET_RATE, SECRET_SCORE, SECRET_PART, SECRET_SHARE = 73.319, 0.61773, 0.24691, 0.82117
WANTED = Wanted(date(2026, 11, 3), "校园周边安全整治会议", first=3)
IMPRINT = Imprint(
    account="政法委", made_at=datetime(2026, 11, 2, 9, 30, tzinfo=UTC), run_id=17, as_of=TODAY, is_training=True,
    attribution="训练数据", approval_no="训S(2026)001号",
)  # fmt: skip


def terms(events: int | None, **values: float | None) -> dict[str, dict[str, Any]]:
    """Terms as a build writes them; those not named are 0, and one that is None is not known."""
    given = {str(term): values.get(str(term), 0.0) for term in ZoneTerm} | {"incident_rate": SECRET_RATE}
    found = {
        term: {"value": value, "unit": "count", "share": SECRET_SHARE if term == "incident_rate" else 0.5,
               "part": 0.0 if not value else SECRET_PART if term == "incident_rate" else min(0.2, value / 1000),
               "known": value is not None, "counts": value is not None, "half": 1.0}
        for term, value in given.items()
    }  # fmt: skip
    found["incident_rate"] |= {"events": events, "km2": 0.5813, "days": 365}
    return found


def square(number: int, size: float = 0.004) -> shapely.MultiPolygon:
    x, y = WEST + 0.02 * (number % 4), SOUTH + 0.015 * (number // 4)
    return shapely.MultiPolygon([shapely.box(x, y, x + size, y + size)])


def zones() -> gpd.GeoDataFrame:
    way = {"first_places": 3, "below": 0.41234, "terms": {
        "incident_rate": {"amount": 37, "unit": "percent", "to": 46.19}, "findings": {"amount": 2, "unit": "count", "to": 1.0},
        "significant_cells": None, "hazards_open": None, "hazards_overdue": None, "uncovered_min": None}}  # fmt: skip
    rows = [
        ("T1:S0", ["S0"], 1, 1, 1, True, terms(7, findings=3, hazards_overdue=2, hazards_open=4), way, "decided"),
        ("T1:S1", ["S1", "S2", "S3"], 2, 2, 4, True, terms(23, uncovered_min=240, pupils=1500), way, None),
        ("T1:S4", ["S4"], 2, None, None, False, terms(None, findings=1, pupils=None), None, None),
        ("T1:S5", ["S5"], 4, 3, 5, True, terms(12), None, "declined"),
    ]  # fmt: skip
    columns = ["zone_id", "school_codes", "rank", "rank_low", "rank_high", "is_enough_data", "terms", "way_off", "decision"]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns).assign(
        town_name="训练一镇",
        score=SECRET_SCORE,
        weights=[{"weights": {"incident_rate": 0.6, "findings": 0.4}}] * 4,
    )
    frame["rank_low"], frame["rank_high"] = (
        frame["rank_low"].astype("Int64"),
        frame["rank_high"].astype("Int64"),
    )
    frame["weights_rank_low"], frame["weights_rank_high"] = frame["rank_low"], frame["rank_high"]
    return gpd.GeoDataFrame(
        frame, geometry=[square(number) for number in range(4)], crs="EPSG:4490"
    ).rename_geometry("geom")


def hazards() -> pd.DataFrame:
    rows = [
        ("H1", "T1:S0", "护栏缺失", "训练1学校", "交通运输局", date(2026, 10, 1), True, 32),
        ("H2", "T1:S0", "照明不足", None, None, date(2026, 12, 1), False, -29),
        ("H3", None, "斑马线磨损", "训练9学校", "交警大队", date(2026, 10, 31), True, 2),
        ("H4", None, "围墙破损", "训练9学校", "训练9学校", date(2026, 12, 31), False, -59),
    ]  # fmt: skip
    columns = [
        "hazard_code",
        "zone_id",
        "category",
        "school_name",
        "unit",
        "deadline",
        "is_overdue",
        "overdue_days",
    ]
    return pd.DataFrame(rows, columns=columns).assign(found_on=date(2026, 9, 1), stage="found")


def findings() -> pd.DataFrame:
    rows = [
        ("V1", "网吧甲", "S0", 186.2, "candidate"), ("V1", "网吧甲", "S1", 199.4, "needs_survey"),
        ("V2", "歌舞厅乙", "S0", 201.0, "needs_survey"),
    ]  # fmt: skip
    columns = ["venue_code", "venue_name", "school_code", "distance_straight_m", "status"]
    return pd.DataFrame(rows, columns=columns).assign(
        school_name=lambda frame: "训练" + frame["school_code"].str[1:] + "学校", distance_walk_m=float("nan"), why=None,
        document="训练条例", metres=200.0, metric="straight",
    )  # fmt: skip


def tasks() -> pd.DataFrame:
    rows = [
        (1, "清理校门前摊点", "城市管理局", ["交警大队"], date(2026, 11, 30), "meeting", "T1:S0", None, None, False, -28),
        (2, "补划斑马线", "交警大队", [], date(2026, 10, 20), "campaign", None, "秋季整治", None, True, 13),
        (3, "修路灯", "城市管理局", [], date(2026, 10, 1), "meeting", None, None, datetime(2026, 9, 30, tzinfo=UTC), False, 32),
    ]  # fmt: skip
    columns = ["id", "item", "lead_unit", "joint_units", "deadline", "origin", "zone_id", "campaign", "done_at", "is_overdue", "overdue_days"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).assign(created_on=date(2026, 9, 2))


def material() -> Material:
    schools = pd.DataFrame({"code": [f"S{n}" for n in range(6)], "name": [f"训练{n}学校" for n in range(6)]})
    uncovered = pd.DataFrame({"school_code": ["S1", "S2", "S3"], "uncovered_min": [200.0, 40.0, 0.0]})
    return Material(zones(), schools, findings(), hazards(), uncovered, tasks())


def backdrop() -> Backdrop:
    def frame(shapes: list[Any], **columns: list[str]) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4490").rename_geometry("geom")

    whole = shapely.box(WEST - 0.02, SOUTH - 0.02, WEST + 0.1, SOUTH + 0.05)
    pond = shapely.box(WEST + 0.03, SOUTH + 0.02, WEST + 0.05, SOUTH + 0.03).difference(
        shapely.box(WEST + 0.035, SOUTH + 0.022, WEST + 0.04, SOUTH + 0.027)
    )
    road = shapely.LineString([(WEST - 0.02, SOUTH), (WEST + 0.1, SOUTH + 0.01)])
    return Backdrop(
        district=frame([whole], code=["d"], name=["训练区"]), towns=frame([whole], code=["T1"], name=["训练一镇"]),
        basemap=frame([pond, pond.buffer(0.01)], **{"class": ["water", "green"]}), roads=frame([road], **{"class": ["primary"]}),
        schools=frame([square(n, 0.001) for n in range(6)], code=[f"S{n}" for n in range(6)], name=["x"] * 6),
    )  # fmt: skip

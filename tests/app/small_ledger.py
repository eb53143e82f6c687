"""Rows of the ledger, put into the database by hand for the schools of `small_district`."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import text

from data.repositories.results import replace_results
from data.session import unit_of_work
from data.settings import DbRole
from geo.ledger_sums import WEEKDAYS
from tests.app.small_district import place, put

WEDNESDAY, SATURDAY, SUNDAY = date(2026, 3, 4), date(2026, 3, 7), date(2026, 3, 8)
MORNING = "morning_in"
AFTERNOON = "afternoon_out"
GUARD = {  # uncovered minutes of any force, of police
    "covered": (0, 0), "no_post": (70, 70), "not_on_duty": (70, 70), "partly_on_duty": (20, 70),
    "shared_elsewhere": (70, 70), "no_data": (70, 70),
}  # fmt: skip
HELP = {"in_time": (100.0, 3), "too_far": (700.0, None), "unreachable": (None, None), "no_post": (None, None),
        "no_data": (None, None)}  # fmt: skip


def at(day: date, clock: str) -> datetime:
    """Give a moment of the district's day."""
    return datetime.combine(day, time.fromisoformat(clock), ZoneInfo("Asia/Shanghai"))


def put_gates(count: int) -> list[int]:
    """A gate named 东门 at each of the first schools; gives their ids."""
    codes = [f"G{number:03}" for number in range(count)]
    points = [shapely.Point(*place(number)) for number in range(count)]
    rows = {"code": codes, "name": "东门", "is_main": True, "school_code": [f"S{n:03}" for n in range(count)]}
    put("gate", gpd.GeoDataFrame(rows, geometry=points, crs="EPSG:4490"))
    with unit_of_work(DbRole.OWNER) as connection:
        return [int(row[0]) for row in connection.execute(text("SELECT id FROM core.gate ORDER BY code"))]


def row(
    gate: int, school: int, reason: str = "covered", answer: str = "in_time", **given: object
) -> dict[str, object]:
    """A gate's morning on a Wednesday."""
    uncovered, police = GUARD[reason]
    seconds, tier = HELP[answer]
    known = {
        "gate_id": gate, "bell_slot_id": -1, "date_type": "wed", "school_code": f"S{school:03}", "slot": MORNING,
        "window_start": time(7, 0), "window_end": time(8, 10), "required_min": 70.0,
        "guarded_min": 70.0 - uncovered, "uncovered_min": float(uncovered), "uncovered_police_min": float(police),
        "guard_depth": int(uncovered == 0), "guard_reason": reason, "response_s": seconds,
        "second_response_s": seconds and seconds + 60, "tier": tier, "response_reason": answer, "pupils": 400,
    }  # fmt: skip
    return known | given


def week(rows: list[dict[str, object]], days: str = "mon tue wed thu fri") -> list[dict[str, object]]:
    """The same on other weekdays as well."""
    return [{**each, "date_type": day} for day in WEEKDAYS if day in days.split() for each in rows]


def put_ledger(rows: list[dict[str, object]]) -> None:
    """Write the rows, in the place of those that the build wrote."""
    frame = pd.DataFrame(rows).astype(
        {"tier": "Int64", "pupils": "Int64", "response_s": float, "second_response_s": float}
    )
    with unit_of_work(DbRole.LOADER) as connection:
        run = connection.execute(text("SELECT max(run_id) FROM out.perimeter")).scalar_one()
        replace_results(connection, "gate_slot", "999901", frame, run_id=run)
        connection.commit()


def put_calendar(day: date, *, runs_as: int | None = None, is_school_day: bool = True) -> None:
    """Say what runs on a date."""
    put("calendar", pd.DataFrame({
        "code": [f"C{day}"], "date": [day], "scope": ["999901"], "is_school_day": [is_school_day],
        "runs_as_weekday": pd.array([runs_as], dtype="Int64"),
    }))  # fmt: skip

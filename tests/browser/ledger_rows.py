"""A fortnight whose days are known whatever day it is: school on weekdays, a make-up Saturday, rows of the ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import text

from data.bulk import read_frame
from data.models.base import CURRENT
from data.repositories.results import replace_results
from data.session import unit_of_work
from data.settings import DbRole
from geo.ledger_sums import WEEKDAYS

if TYPE_CHECKING:
    from sqlalchemy import Connection

SET_DAYS = f"""
    UPDATE core.calendar SET is_school_day = extract(isodow FROM date) < 6, runs_as_weekday = NULL
     WHERE {CURRENT} AND date BETWEEN :first AND :last;
"""
MAKE_UP = f"""
    UPDATE core.calendar SET is_school_day = true, runs_as_weekday = 4 WHERE {CURRENT} AND date = :day
"""
ADD_MAKE_UP = """
    INSERT INTO core.calendar (code, district_code, source, digest, valid_from, recorded_by, date, scope,
                               is_school_day, runs_as_weekday)
    VALUES ('make-up', (SELECT district_code FROM core.school LIMIT 1), 'by-hand', '', :today, 1, :day,
            (SELECT district_code FROM core.school LIMIT 1), true, 4)
"""
REASONS = ("covered", "covered", "no_post", "partly_on_duty", "shared_elsewhere", "no_data")
ANSWERS = ("in_time", "in_time", "too_far", "unreachable", "no_data")


def today() -> date:
    """Give the district's date."""
    return datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()


def next_day(weekday: int) -> date:
    """Give the first such day from today on, 0 = Monday."""
    return today() + timedelta(days=(weekday - today().weekday()) % 7)


def settle_days() -> None:
    """Make the next two weeks school weeks, with the first Saturday as a Friday."""
    with unit_of_work(DbRole.OWNER) as connection:
        connection.execute(text(SET_DAYS), {"first": today(), "last": today() + timedelta(days=14)})
        if not connection.execute(text(MAKE_UP), {"day": next_day(5)}).rowcount:
            connection.execute(text(ADD_MAKE_UP), {"day": next_day(5), "today": today()})
        connection.commit()


def fill_where_empty() -> None:
    """Write rows for every known gate, where the build wrote none."""
    with unit_of_work(DbRole.LOADER) as connection:
        if connection.execute(text("SELECT EXISTS (SELECT FROM out.gate_slot)")).scalar_one():
            return
        run = connection.execute(text("SELECT max(run_id) FROM out.perimeter")).scalar_one()
        gates = read_frame(connection, f"SELECT id, school_code FROM core.gate WHERE {CURRENT} ORDER BY code")
        _write(connection, gates, int(run))
        connection.commit()


def _write(connection: Connection, gates: pd.DataFrame, run: int) -> None:
    slots = (("morning_in", "07:00", "08:10", -1), ("afternoon_out", "16:00", "17:10", -2))
    rows = [
        _row(int(gate), school, number, slot, weekday)
        for number, (gate, school) in enumerate(gates.itertuples(index=False, name=None))
        for slot in slots
        for weekday in WEEKDAYS[:5]
    ]
    frame = pd.DataFrame(rows).astype({"tier": "Int64", "pupils": "Int64"})
    district = connection.execute(text("SELECT district_code FROM core.school LIMIT 1")).scalar_one()
    replace_results(connection, "gate_slot", district, frame, run_id=run)


def _row(
    gate: int, school: str, number: int, slot: tuple[str, str, str, int], weekday: str
) -> dict[str, object]:
    reason = REASONS[(number + slot[3]) % len(REASONS)]
    answer = ANSWERS[number % len(ANSWERS)]
    open_min = {"covered": 0.0, "partly_on_duty": 20.0}.get(reason, 70.0)
    seconds = {"in_time": 40.0 + number, "too_far": 700.0}.get(answer)
    tier = None if answer != "in_time" else 1 if number < 20 else 5 if number > 100 else 3
    return {
        "gate_id": gate, "bell_slot_id": slot[3], "date_type": weekday, "school_code": school, "slot": slot[0],
        "window_start": datetime.strptime(slot[1], "%H:%M").replace(tzinfo=UTC).time(),
        "window_end": datetime.strptime(slot[2], "%H:%M").replace(tzinfo=UTC).time(),
        "required_min": 70.0, "guarded_min": 70.0 - open_min, "uncovered_min": open_min,
        "uncovered_police_min": 70.0 if number % 2 else open_min, "guard_depth": int(open_min == 0),
        "guard_reason": reason, "response_s": seconds, "second_response_s": seconds and seconds + 60,
        "tier": tier, "response_reason": answer, "pupils": 300,
    }  # fmt: skip

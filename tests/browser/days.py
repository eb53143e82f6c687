"""A fortnight whose days are known whatever day it is: school on weekdays, one make-up Saturday."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text

from data.models.base import CURRENT
from data.session import unit_of_work
from data.settings import DbRole

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

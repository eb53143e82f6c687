"""The school year around a day: terms, holidays, make-up days and exams, every date of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from etl.training.chance import stream
from geo.terms import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from etl.training.schools import School

Terms = tuple[tuple[date, date], tuple[date, date]]
"""First and last day of both terms."""
_DAY = timedelta(days=1)
_NEW_MOON = datetime(2000, 1, 6, 22, 20, tzinfo=UTC)
"""The mean new moon, in China's clock time."""
_MONTH = timedelta(days=29.530588853)
_KNOWN = tuple(
    date.fromisoformat(day)
    for day in (
        "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03",
        "2025-05-31", "2026-06-19", "2027-06-09", "2028-05-28", "2029-06-16", "2030-06-05",
        "2025-10-06", "2026-09-25", "2027-09-15", "2028-10-03", "2029-09-22", "2030-09-12",
    )
)  # fmt: skip
"""Spring, Dragon Boat and Mid-Autumn festivals of the next years; the mean moon gives the others."""
SATURDAY = 5


@dataclass(frozen=True)
class Day:
    """One row of the calendar; weekdays 0 = Monday .. 6."""

    date: date
    is_school_day: bool
    runs_as: int | None
    note: str


@dataclass(frozen=True)
class OwnDay:
    """A day on which one school differs from its district: a sports day, an exam held in its rooms."""

    date: date
    school: int
    note: str


@dataclass(frozen=True)
class SchoolYear:
    """Terms (first and last day) and what every date is."""

    terms: Terms
    days: tuple[Day, ...]

    @property
    def name(self) -> str:
        """Name the year by its two calendar years: 2026-2027."""
        return f"{self.terms[0][0].year}-{self.terms[1][1].year}"

    def term_of(self, day: date) -> tuple[date, date]:
        """Give the term of a day, or the next one."""
        return next((term for term in self.terms if day <= term[1]), self.terms[-1])

    def school_days(self, since: date, count: int) -> list[date]:
        """Give the first `count` school days from a day on."""
        return [day.date for day in self.days if day.is_school_day and day.date >= since][:count]

    def weekday_of(self, day: date) -> int:
        """Give the weekday whose timetable runs on a day, 0 = Monday."""
        row = next((row for row in self.days if row.date == day), None)
        return day.weekday() if row is None or row.runs_as is None else row.runs_as


def plan_school_year(as_of: date) -> SchoolYear:
    """Plan the school year in which a day lies, so that the day itself falls into a term.

    Parameters
    ----------
    as_of
        The day that counts as today.

    Returns
    -------
    SchoolYear
        Every date from the first day of term to 31 August. Made up: holidays follow the usual rules,
        festivals of years far ahead the mean moon, which can be a day beside the official date. A term is
        stretched to hold `as_of`, so that training with the product does not pause in the holidays.
    """
    start = as_of.year if as_of.month >= 8 else as_of.year - 1  # noqa: PLR2004  # August belongs to the next year
    terms = _hold(as_of, _terms(start))
    off, made_up, notes = _holidays(start)
    first, last = min(terms[0][0], date(start, 9, 1)), date(start + 1, 8, 31)
    days = tuple(_describe(day, terms, off, made_up, notes) for day in _each(first, last))
    return SchoolYear(terms, days)


def plan_own_days(seed: int, year: SchoolYear, schools: list[School], as_of: date) -> list[OwnDay]:
    """Plan the days on which single schools have no lessons.

    Parameters
    ----------
    seed
        The district's seed.
    year
        For the school days.
    schools
        Some hold a sports day soon after `as_of`; exam rooms are closed to lessons in June.
    as_of
        The day that counts as today.
    """
    rng = stream(seed, "own days")
    soon = year.school_days(as_of, 12)
    chosen = rng.choice(len(schools), 4, replace=False).tolist()
    own = [OwnDay(soon[-1 - turn], number, "运动会") for turn, number in enumerate(chosen)]
    june = year.terms[1][1].year
    exams = {Stage.SENIOR: ("高考考点", (7, 8, 9)), Stage.JUNIOR: ("中考考点", (16, 17, 18))}
    for stage, (note, days) in exams.items():
        rooms = [number for number, school in enumerate(schools) if school.stage == stage][:3]
        own += [OwnDay(date(june, 6, day), number, note) for number in rooms for day in days]
    return own


def _terms(start: int) -> Terms:
    spring = _moon(date(start + 1, 1, 21))
    winter = spring - timedelta(days=14)
    winter -= timedelta(days=(winter.weekday() - SATURDAY) % 7)
    back = spring + timedelta(days=15)
    back += timedelta(days=(-back.weekday()) % 7)
    return (date(start, 9, 1), winter - _DAY), (back, date(start + 1, 6, 30))


def _hold(as_of: date, terms: Terms) -> Terms:
    """Stretch the nearer term so that it holds the week of a day."""
    monday = as_of - timedelta(days=as_of.weekday())
    (first, winter), (back, last) = terms
    if winter < as_of < back:
        nearer_end = as_of - winter <= back - as_of
        winter, back = (monday + timedelta(days=6), back) if nearer_end else (winter, monday)
    first = min(first, monday) if as_of < first else first
    last = max(last, monday + timedelta(days=6)) if as_of > last else last
    return (first, winter), (max(back, winter + _DAY), last)


def _moon(earliest: date, *, age: int = 0) -> date:
    """Give the first festival not before `earliest`: a known one, else by the mean moon's age in days."""
    known = next((day for day in sorted(_KNOWN) if timedelta() <= day - earliest < _MONTH), None)
    if known is not None:
        return known
    target = datetime(earliest.year, earliest.month, earliest.day, tzinfo=UTC) - timedelta(days=age)
    months = -((_NEW_MOON - target) // _MONTH)
    found = _NEW_MOON + months * _MONTH
    while (found + timedelta(days=age)).date() < earliest:
        found += _MONTH
    return (found + timedelta(days=age)).date()


def _holidays(start: int) -> tuple[set[date], dict[date, int], dict[date, str]]:
    """Give days off, make-up days with the weekday they run as, and notes."""
    off: set[date] = set()
    made_up: dict[date, int] = {}
    notes: dict[date, str] = {}
    spring = start + 1
    for name, first, length, legal in (
        ("国庆节", date(start, 10, 1), 7, 3),
        ("劳动节", date(spring, 5, 1), 5, 2),
        *(
            (name, *_weekend(day))
            for name, day in (
                ("中秋节", _moon(date(start, 9, 8), age=14)),
                ("元旦", date(spring, 1, 1)),
                ("清明节", date(spring, 4, 5 if spring % 4 in (2, 3) else 4)),
                ("端午节", _moon(date(spring, 5, 27), age=4)),
            )
        ),
    ):
        holiday = [first + timedelta(days=n) for n in range(length)]
        notes |= dict.fromkeys(holiday, name)
        off |= set(holiday)
        owed = [day for day in holiday if day.weekday() < SATURDAY][legal:]
        made_up |= dict(zip(_make_up_days(holiday, len(owed)), (day.weekday() for day in owed), strict=True))
    return off, {day: weekday for day, weekday in made_up.items() if day not in off}, notes


def _weekend(day: date) -> tuple[date, int, int]:
    """Join a festival to the weekend: first day, length, and legal weekdays off."""
    first, length = {
        0: (-2, 3), 1: (-2, 3), 2: (0, 1), 3: (0, 3), 4: (0, 3), 5: (0, 3), 6: (-1, 3),
    }[day.weekday()]  # fmt: skip
    return day + timedelta(days=first), length, 1


def _make_up_days(holiday: list[date], count: int) -> list[date]:
    """Give the Sunday before, then the Saturday after, then the Sunday after a holiday."""
    before = holiday[0] - timedelta(days=(holiday[0].weekday() + 1) % 7 or 7)
    after = holiday[-1] + timedelta(days=(SATURDAY - holiday[-1].weekday()) % 7 or 7)
    return [before, after, after + _DAY][:count]


def _each(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _DAY


def _describe(
    day: date,
    terms: Terms,
    off: set[date],
    made_up: dict[date, int],
    notes: dict[date, str],
) -> Day:
    if not any(first <= day <= last for first, last in terms):
        return Day(day, is_school_day=False, runs_as=None, note="寒假" if day.month < 6 else "暑假")  # noqa: PLR2004
    if day in off:
        return Day(day, is_school_day=False, runs_as=None, note=notes[day])
    if day in made_up:
        return Day(day, is_school_day=True, runs_as=made_up[day], note="调休上课")
    weekend = day.weekday() >= SATURDAY
    return Day(day, is_school_day=not weekend, runs_as=None, note="周末" if weekend else "")

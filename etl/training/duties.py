"""Who is on duty when: clustered at the schools' peaks, some late, some early gone, some split."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.training.bells import MON_THU, SIX, WEEK, minutes
from etl.training.chance import stream
from geo.terms import Change, Direction, PostType

if TYPE_CHECKING:
    from datetime import date

    import numpy as np

    from etl.training.bells import Bell
    from etl.training.gates import Gate
    from etl.training.posts import Post
    from etl.training.school_year import SchoolYear

_BEFORE, _AFTER = 20, 30
"""Minutes of a window before the first and after the last bell."""
_NOON, _MORNING_ENDS, _EVENING = minutes("15:00"), minutes("11:00"), minutes("18:30")
_DAILY = (0, 1, 2, 3, 4, 5, 6)
_ROSTERED = 0.75
"""So many stations, boxes and patrol points send a roster."""
_SHIFTS: dict[PostType, tuple[tuple[tuple[str, str], ...], ...]] = {
    PostType.POLICE_STATION: ((("06:00", "14:00"), ("14:00", "22:00"), ("22:00", "06:00")),),
    PostType.POLICE_BOX: ((("07:00", "19:00"),),),
    PostType.PATROL_POINT: ((("16:00", "21:30"),), (("06:30", "09:00"), ("19:00", "02:00"))),
}


@dataclass(frozen=True)
class Duty:
    """One row of the roster; minutes after midnight, `end` before `start` is the next day's."""

    post: int
    gate: int | None
    weekdays: tuple[int, ...]
    start: int
    end: int
    date_from: date | None = None
    date_to: date | None = None


@dataclass(frozen=True)
class OneDay:
    """One row of one-day changes."""

    date: date
    post: int
    change: Change
    replaced_by: int | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class _Peak:
    """What a school's gate needs at one time of the day."""

    slot: str
    weekdays: tuple[int, ...]
    start: int
    end: int


def write_roster(
    seed: int, posts: list[Post], gates: list[Gate], bells: list[Bell], year: SchoolYear, as_of: date
) -> list[Duty]:
    """Write the duty roster.

    Parameters
    ----------
    seed
        The district's seed.
    posts, gates, bells
        Who stands where, and when the bells ring.
    year
        For the days from which and to which rows hold.
    as_of
        The day that counts as today.

    Returns
    -------
    list of Duty
        By post. Some stations, boxes and patrol points have no rows.
    """
    rng = stream(seed, "duties")
    peaks = _peaks(bells)
    term = year.term_of(as_of)
    roster: list[Duty] = []
    for number, post in enumerate(posts):
        if post.gates:
            for rank, gate in enumerate(post.gates):
                roster += _guard_rows(rng, number, gate, peaks[gates[gate].school], term, second=rank > 0)
        else:
            roster += _watch_rows(rng, number, post.type)
    return roster


def _peaks(bells: list[Bell]) -> dict[int, list[_Peak]]:
    """Sum each school's bells up to its peaks: in the morning, at noon, in the afternoon, in the evening."""
    times: dict[tuple[int, str], list[Bell]] = defaultdict(list)
    for bell in bells:
        if bell.weekdays[0] < 5:  # noqa: PLR2004  # boarders' weekends need no roster of their own
            times[bell.school, _slot(bell)].append(bell)
    peaks: dict[int, list[_Peak]] = defaultdict(list)
    for (school, slot), rung in times.items():
        days = tuple(sorted({day for bell in rung for day in bell.weekdays}))
        start, end = min(bell.start for bell in rung), max(bell.end for bell in rung)
        peaks[school].append(_Peak(slot, days, start - _BEFORE, end + _AFTER))
    default = [
        _Peak("morning", WEEK, minutes("07:10"), minutes("08:30")),
        _Peak("afternoon", WEEK, minutes("15:50"), minutes("18:00")),
    ]
    return defaultdict(lambda: default, peaks)


def _slot(bell: Bell) -> str:
    if bell.direction == Direction.IN:
        return "morning" if bell.start < _MORNING_ENDS else "noon"
    return "noon" if bell.start < _NOON else "afternoon" if bell.start < _EVENING else "evening"


def _guard_rows(
    rng: np.random.Generator,
    post: int,
    gate: int,
    peaks: list[_Peak],
    term: tuple[date, date],
    *,
    second: bool,
) -> list[Duty]:
    """Roster one post at one gate for most of its school's peaks."""
    shares = {"morning": 0.97, "noon": 0.35, "afternoon": 0.88, "evening": 0.4}
    dated = bool(rng.random() < 0.5)  # noqa: PLR2004
    rows: list[Duty] = []
    for peak in peaks:
        if rng.random() < shares[peak.slot] * (0.9 if second else 1):
            days = peak.weekdays if rng.random() > 0.07 else (0, 2, 4) if rng.random() < 0.5 else MON_THU  # noqa: PLR2004
            for start, end in _hours(rng, peak):
                rows.append(Duty(post, gate, days, start, end, *(term if dated else (None, None))))
    return rows


def _hours(rng: np.random.Generator, peak: _Peak) -> list[tuple[int, int]]:
    """Cover a peak wholly, or come late, leave early, or split it with a break."""
    manner = rng.choice(["whole", "late", "early", "split"], p=[0.6, 0.17, 0.16, 0.07])
    start, end = peak.start - 5 * int(rng.integers(0, 3)), peak.end + 5 * int(rng.integers(0, 2))
    if manner == "late":
        return [(peak.start + 5 * int(rng.integers(2, 6)), end)]
    if manner == "early":
        return [(start, peak.end - 5 * int(rng.integers(2, 7)))]
    middle = (start + end) // 10 * 5
    return [(start, middle - 5), (middle + 10, end)] if manner == "split" else [(start, end)]


def _watch_rows(rng: np.random.Generator, post: int, kind: PostType) -> list[Duty]:
    """Roster stations round the clock, boxes by day, patrols in the evening; some send no roster."""
    plans = _SHIFTS.get(kind, ())
    if not plans or rng.random() >= _ROSTERED:
        return []
    shifts = plans[int(rng.integers(len(plans)))]
    days = _DAILY if kind != PostType.PATROL_POINT or rng.integers(2) else SIX
    return [Duty(post, None, days, minutes(start), minutes(end)) for start, end in shifts]


def change_days(
    seed: int, posts: list[Post], roster: list[Duty], year: SchoolYear, as_of: date
) -> list[OneDay]:
    """Write a few one-day changes for today and the school days after it.

    Parameters
    ----------
    seed
        The district's seed.
    posts, roster
        Who changes what; guard posts only.
    year
        For the school days.
    as_of
        The day that counts as today.

    Returns
    -------
    list of OneDay
        At most one for a post and day.
    """
    rng = stream(seed, "changes")
    days = year.school_days(as_of, 5)
    rostered = sorted({duty.post for duty in roster if posts[duty.post].type == PostType.GUARD_POST})
    chosen = rng.choice(rostered, 15, replace=False)
    changes: list[OneDay] = []
    for turn, post in enumerate(int(number) for number in chosen[:12]):
        day = days[min(turn // 3, len(days) - 1)]
        if turn % 3 == 0:
            changes.append(OneDay(day, post, Change.ABSENT))
        elif turn % 3 == 1:
            changes.append(OneDay(day, post, Change.REPLACED, replaced_by=int(chosen[12 + turn % 3])))
        else:
            first = min((duty for duty in roster if duty.post == post), key=lambda duty: duty.start)
            changes.append(OneDay(day, post, Change.HOURS, start=first.start + 15, end=first.end))
    return changes

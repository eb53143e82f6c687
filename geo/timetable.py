"""When a school's slots run and who is on duty then, in minutes of a week that begins on Monday at 00:00.

Bells become a school's slots; duties become each post's hours. A post counts for a slot when its hours hold
the whole of the slot on every weekday on which it runs; split duties that touch count as one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from geo.frames import BELLS, DUTIES, POSTS_ON_DUTY, SLOTS, checked
from geo.terms import DayType, Direction, PostType, Slot, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from geo.arrays import Flags, Integers

DAY_MIN = 24 * 60
WEEK_MIN = 7 * DAY_MIN
SCHOOL_WEEK = (0, 1, 2, 3, 4)
"""Monday to Friday: what a bell or a duty without weekdays means."""
WEEKEND = (5, 6)
ALWAYS_MANNED = (PostType.POLICE_STATION, PostType.POLICE_BOX, PostType.TRAFFIC_POST)
"""Without duty rows these count as on duty all day; others do not, for want of data."""


class DefaultBell(NamedTuple):
    """A bell time that is assumed where a school's own are not known; minutes of the day."""

    direction: Direction
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SlotRules:
    """How bells are named, and which are assumed; minutes of the day."""

    morning_in_before: int = 11 * 60
    noon_out_before: int = 13 * 60 + 30
    afternoon_out_before: int = 18 * 60 + 30
    default_bells: Mapping[Stage, tuple[DefaultBell, ...]] = field(default_factory=dict)

    def name(self, directions: Iterable[object], starts: Integers) -> list[Slot]:
        """Give the slot of each bell by its direction and the minute at which it starts."""
        return [self._name(str(way), int(start)) for way, start in zip(directions, starts, strict=True)]

    def _name(self, direction: str, start: int) -> Slot:
        if direction == Direction.IN:
            return Slot.MORNING_IN if start < self.morning_in_before else Slot.NOON_IN
        if start < self.noon_out_before:
            return Slot.NOON_OUT
        return Slot.AFTERNOON_OUT if start < self.afternoon_out_before else Slot.EVENING_OUT


class Spans(NamedTuple):
    """Distinct stretches of clock time on sets of weekdays; each array has shape (spans,)."""

    weekdays: Integers
    """Set of weekdays as bits: 1 = Monday .. 64 = Sunday."""
    start: Integers
    """Minute of the day."""
    end: Integers
    """Minute of the day, over 1440 when it ends on the next one; equal to ``start`` for an instant."""


@dataclass(frozen=True, slots=True)
class Roster:
    """The hours of every post of a frame, each distinct pattern of hours kept once."""

    pattern: Integers
    """Row in the patterns of each post; shape (posts,)."""
    is_assumed: Flags
    """On duty all day by assumption, for want of duty rows; shape (posts,)."""
    has_no_data: Flags
    """No duty rows, and not assumed; shape (posts,)."""
    owner: Integers
    """Pattern of each stretch, ascending; shape (stretches,)."""
    start: Integers
    """First minute of each stretch of the week, ascending within a pattern; the week before and after
    included."""
    stop: Integers
    """Last minute of each stretch."""


def in_force(rows: pd.DataFrame, as_of: date) -> Flags:
    """Tell which rows hold on a day; ``date_from`` and ``date_to`` are included, missing ones are open."""
    day = pd.Timestamp(as_of)
    since, until = (pd.to_datetime(rows[name], errors="coerce") for name in ("date_from", "date_to"))
    holds: Flags = ((since.isna() | (since <= day)) & (until.isna() | (day <= until))).to_numpy(dtype=bool)
    return holds


def weekday_bits(weekdays: Iterable[object]) -> Integers:
    """Write sets of weekdays (0 = Monday) as bits; missing means Monday to Friday."""
    return np.array([sum(1 << day for day in set(_days(given))) for given in weekdays], dtype=np.int64)


def _days(given: object) -> tuple[int, ...]:
    if isinstance(given, (list, tuple, np.ndarray)):
        return tuple(int(day) for day in given)
    return SCHOOL_WEEK


def school_slots(
    schools: pd.DataFrame, bells: pd.DataFrame, *, as_of: date, rules: SlotRules
) -> pd.DataFrame:
    """Give the slots of each school, `Slot.ALL` apart.

    Parameters
    ----------
    schools
        ``school_code``, ``stage``.
    bells
        Bells of these schools (`geo.frames.BELLS`), in force or not.
    as_of
        The local date whose bells count.
    rules
        Names of the slots and default bells by stage.

    Returns
    -------
    pandas.DataFrame
        `geo.frames.SLOTS`: one row a school and slot, from its earliest start to its latest end, on all
        weekdays on which one of its bells rings. A school without any bell row, in force or not, has those
        of its stage (``is_estimated``); one without bells and without a stage has none.
    """
    bells = checked(bells, BELLS)
    missing = schools[~schools["school_code"].isin(bells["school_code"])]
    own = bells[in_force(bells, as_of) & bells["school_code"].isin(schools["school_code"]).to_numpy()]
    rung = pd.concat([_own_bells(own), _default_bells(missing, rules)], ignore_index=True)
    rung["slot"] = [str(slot) for slot in rules.name(rung["direction"], rung["start"].to_numpy())]
    return checked(_spread(rung), SLOTS)


_BELL_TYPES: dict[str, Any] = {"start": "int64", "end": "int64", "weekdays": "int64", "is_estimated": bool}


def _own_bells(bells: pd.DataFrame) -> pd.DataFrame:
    start = bells["start"].to_numpy(dtype=np.int64)
    end = bells["end"].fillna(bells["start"]).to_numpy(dtype=np.int64)
    return pd.DataFrame(
        {
            "school_code": bells["school_code"].to_numpy(dtype=object),
            "direction": bells["direction"].to_numpy(dtype=object),
            "start": start,
            "end": np.where(end < start, end + DAY_MIN, end),
            "weekdays": weekday_bits(bells["weekdays"]),
            "is_estimated": bells["is_estimated"].to_numpy(dtype=bool),
        }
    )


def _default_bells(schools: pd.DataFrame, rules: SlotRules) -> pd.DataFrame:
    school_week = int(weekday_bits([SCHOOL_WEEK])[0])
    rows = [
        (code, str(bell.direction), bell.start, bell.end, school_week, True)
        for code, stage in zip(schools["school_code"], schools["stage"], strict=True)
        for bell in rules.default_bells.get(stage, ())
    ]
    columns = ["school_code", "direction", "start", "end", "weekdays", "is_estimated"]
    return pd.DataFrame(rows, columns=columns).astype(_BELL_TYPES)


def _spread(rung: pd.DataFrame) -> pd.DataFrame:
    """Stretch each school's slot over all its bells."""
    rung = rung.sort_values(["school_code", "slot"], ignore_index=True)
    heads = np.flatnonzero(~rung.duplicated(["school_code", "slot"]).to_numpy())
    first = rung.iloc[heads]
    if not len(heads):
        return first
    return first.assign(
        end=np.maximum.reduceat(rung["end"].to_numpy(), heads),
        start=np.minimum.reduceat(rung["start"].to_numpy(), heads),
        weekdays=np.bitwise_or.reduceat(rung["weekdays"].to_numpy(), heads),
        is_estimated=np.logical_and.reduceat(rung["is_estimated"].to_numpy(), heads),
    ).reset_index(drop=True)


def school_cases(schools: pd.DataFrame, slots: pd.DataFrame) -> tuple[pd.DataFrame, Spans]:
    """List what is asked of each school: `Slot.ALL` and every slot that it has, on both day types.

    Parameters
    ----------
    schools
        ``school_code``, each once.
    slots
        What `school_slots` gives for them.

    Returns
    -------
    tuple
        A frame ``school`` (row number of ``schools``), ``day_type``, ``slot``, ``span`` (row of the spans,
        -1 for `Slot.ALL`), ordered by school; and the distinct spans.
    """
    row_of = pd.Series(np.arange(len(schools)), index=schools["school_code"].to_numpy())
    owner = row_of.reindex(slots["school_code"]).to_numpy(dtype=np.int64)
    rest = int(weekday_bits([WEEKEND])[0])
    start, end = (slots[name].to_numpy(dtype=np.int64) for name in ("start", "end"))
    weekdays = slots["weekdays"].to_numpy(dtype=np.int64)
    wanted = np.concatenate(
        [np.column_stack([weekdays, start, end]), np.column_stack([np.full_like(start, rest), start, end])]
    )
    distinct, span = np.unique(wanted, axis=0, return_inverse=True)
    cases = pd.concat(
        [
            _cases(np.arange(len(schools)), str(Slot.ALL), DayType.SCHOOL_DAY, -1),
            _cases(np.arange(len(schools)), str(Slot.ALL), DayType.REST_DAY, -1),
            _cases(owner, slots["slot"].to_numpy(), DayType.SCHOOL_DAY, span[: len(slots)]),
            _cases(owner, slots["slot"].to_numpy(), DayType.REST_DAY, span[len(slots) :]),
        ],
        ignore_index=True,
    )
    spans = Spans(*(distinct[:, column].astype(np.int64) for column in range(3)))
    return cases.sort_values(["school", "day_type", "slot"], ignore_index=True), spans


def _cases(school: Integers, slot: object, day_type: DayType, span: Integers | int) -> pd.DataFrame:
    columns = {"school": school, "day_type": str(day_type), "slot": slot, "span": span}
    cases = pd.DataFrame(columns, index=np.arange(len(school)))
    return cases.astype({"school": "int64", "span": "int64"})


def roster(
    posts: pd.DataFrame, duties: pd.DataFrame, *, as_of: date, manned: Iterable[str] = ALWAYS_MANNED
) -> Roster:
    """Give the hours of each post.

    Parameters
    ----------
    posts
        ``post_code``, ``type``; one row a post.
    duties
        Duty rows (`geo.frames.DUTIES`), in force or not; those of other posts are left aside.
    as_of
        The local date whose duties count.
    manned
        Types of post that count as on duty all day while they have no duty rows.

    Returns
    -------
    Roster
        A post that has duty rows, none of which is in force, is not on duty: it is known when it stands.
    """
    posts, duties = checked(posts, POSTS_ON_DUTY), checked(duties, DUTIES)
    row_of = pd.Series(np.arange(len(posts)), index=posts["post_code"].to_numpy())
    owner = row_of.reindex(duties["post_code"]).to_numpy()
    known = ~np.isnan(owner.astype(float))
    has_rows = np.zeros(len(posts), dtype=bool)
    has_rows[owner[known].astype(np.int64)] = True
    kept = posts["type"].isin([str(kind) for kind in manned]).to_numpy(dtype=bool)
    in_use = duties[known & in_force(duties, as_of)]
    hours = _week_hours(in_use, owner[known & in_force(duties, as_of)].astype(np.int64))
    assumed = kept & ~has_rows
    return _patterns(len(posts), _with_assumed(hours, assumed), assumed, ~has_rows & ~kept)


class _Hours(NamedTuple):
    owner: Integers
    start: Integers
    stop: Integers


def _week_hours(duties: pd.DataFrame, post: Integers) -> _Hours:
    """Lay duties out on the week: one stretch a duty and weekday."""
    start, end = (duties[name].to_numpy(dtype=np.int64) for name in ("start", "end"))
    length = np.where(end < start, end + DAY_MIN, end) - start
    bits = weekday_bits(duties["weekdays"])
    row, day = np.nonzero((bits[:, np.newaxis] >> np.arange(7)) & 1)
    kept = length[row] > 0
    row, day = row[kept], day[kept]
    begin = day.astype(np.int64) * DAY_MIN + start[row]
    return _Hours(post[row], begin, begin + length[row])


def _with_assumed(hours: _Hours, assumed: Flags) -> _Hours:
    posts = np.flatnonzero(assumed)
    return _Hours(
        np.concatenate([hours.owner, posts]),
        np.concatenate([hours.start, np.zeros(len(posts), dtype=np.int64)]),
        np.concatenate([hours.stop, np.full(len(posts), WEEK_MIN)]),
    )


def _patterns(count: int, hours: _Hours, assumed: Flags, no_data: Flags) -> Roster:
    """Join what touches, and keep each distinct pattern of hours once."""
    joined = _joined(hours)
    edges = np.searchsorted(joined.owner, np.arange(count + 1))
    table = np.column_stack([joined.start, joined.stop])
    numbers: dict[bytes, int] = {}
    first: list[int] = []
    pattern = np.empty(count, dtype=np.int64)
    for post in range(count):
        hours_of_post = table[edges[post] : edges[post + 1]].tobytes()
        if hours_of_post not in numbers:
            numbers[hours_of_post] = len(first)
            first.append(post)
        pattern[post] = numbers[hours_of_post]
    lengths = np.array([edges[post + 1] - edges[post] for post in first], dtype=np.int64)
    rows = np.concatenate(
        [np.arange(edges[post], edges[post + 1]) for post in first] or [np.empty(0, np.int64)]
    )
    owner = np.repeat(np.arange(len(first)), lengths)
    return Roster(pattern, assumed, no_data, owner, joined.start[rows], joined.stop[rows])


_AXIS = 8 * WEEK_MIN
"""Distance at which the posts lie one behind the other on one axis, so that all are joined in one pass."""


def _joined(hours: _Hours) -> _Hours:
    """Join stretches of a post that overlap or touch, over the end of the week as well."""
    shifts = np.array([-WEEK_MIN, 0, WEEK_MIN])
    owner = np.repeat(hours.owner, 3)
    start = (hours.start[:, np.newaxis] + shifts).ravel() + owner * _AXIS
    stop = (hours.stop[:, np.newaxis] + shifts).ravel() + owner * _AXIS
    order = np.argsort(start, kind="stable")
    start, stop, owner = start[order], stop[order], owner[order]
    if not len(start):
        return _Hours(owner, start, stop)
    reached = np.maximum.accumulate(stop)
    heads = np.flatnonzero(np.concatenate([[True], start[1:] > reached[:-1]]))
    tails = np.concatenate([heads[1:], [len(start)]]) - 1
    owner = owner[heads]
    return _Hours(owner, start[heads] - owner * _AXIS, reached[tails] - owner * _AXIS)


def on_duty(hours: Roster, spans: Spans) -> Flags:
    """Tell which posts are on duty for the whole of each span, on each of its weekdays.

    Parameters
    ----------
    hours
        What `roster` gives.
    spans
        What `school_cases` gives.

    Returns
    -------
    numpy.ndarray
        Shape (spans, posts). A span without weekdays has nobody.
    """
    patterns = int(hours.pattern.max(initial=-1)) + 1
    held = (spans.weekdays > 0)[:, np.newaxis] & np.ones(patterns, dtype=bool)
    for day in range(7):
        runs = np.flatnonzero((spans.weekdays >> day) & 1)
        held[runs] &= _holds(
            hours, patterns, day * DAY_MIN + spans.start[runs], day * DAY_MIN + spans.end[runs]
        )
    return held[:, hours.pattern]


def _holds(hours: Roster, patterns: int, begin: Integers, end: Integers) -> Flags:
    """Tell which patterns hold [begin, end] in one stretch; shape (len(begin), patterns)."""
    axis = hours.start + hours.owner * _AXIS
    sought = begin[:, np.newaxis] + np.arange(patterns) * _AXIS
    place = np.searchsorted(axis, sought, side="right") - 1
    found = place >= 0
    if not len(axis):
        return found
    place = np.maximum(place, 0)
    own = found & (hours.owner[place] == np.arange(patterns))
    holds: Flags = own & (hours.stop[place] >= end[:, np.newaxis])
    return holds

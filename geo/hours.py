"""Who is on duty at which minute of which day: rosters, duties over midnight, one-day exceptions.

A *state* is a weekday's timetable on a day: a plain weekday of the roster in force, or a date, on which
exceptions count and schools may run different weekdays. Minutes count from the midnight with which the day
begins; what began the day before is negative there, what ends the day after is beyond 1440.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo.terms import Change
from geo.timetable import DAY_MIN, weekday_bits

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geo.arrays import Flags, Integers

_OFFSETS = (-1, 0, 1)
_EVERY_DAY = 127
NOBODY = -1


class State(NamedTuple):
    """A weekday's timetable as it runs on a day."""

    weekday: int
    """0 = Monday .. 6."""
    day: date
    """The date whose rows are in force."""
    is_date: bool
    """Whether the exceptions of that date count; else it stands for every such weekday."""


@dataclass(frozen=True, slots=True)
class Roster:
    """Duties as columns, those that are assumed included; each array has shape (duties,)."""

    post: Integers
    """Row of the post."""
    source: Integers
    """Row of the duty frame, -1 for an assumed one."""
    bits: Integers
    """Weekdays as bits, 1 = Monday .. 64 = Sunday."""
    start: Integers
    """Minute of the day."""
    length: Integers
    """Minutes."""
    since: Integers
    """First day on which it is in force, as `datetime.date.toordinal` has it."""
    until: Integers
    """Last day."""
    has_rows: Flags
    """Which posts have duty rows, in force or not; shape (posts,)."""
    is_assumed: Flags
    """Which posts are on duty all day for want of rows; shape (posts,)."""

    @property
    def has_hours(self) -> Flags:
        """Which posts' hours are known; of the others nobody can say when they stand. Shape (posts,)."""
        known: Flags = self.has_rows | self.is_assumed
        return known


class Stretches(NamedTuple):
    """Stretches of duty; each array has shape (stretches,)."""

    state: Integers
    """Number of the state."""
    who: Integers
    """Row of the post whose people stand there."""
    place: Integers
    """Row of the post at whose place they stand: another one when they stand in."""
    duty: Integers
    """Row of the duty frame that sends them to a school or gate; -1 where none does."""
    start: Integers
    stop: Integers
    """Minutes of the day, ``start < stop``."""


def roster_of(posts: pd.DataFrame, duties: pd.DataFrame, *, manned: Iterable[str]) -> Roster:
    """Lay duties out as columns.

    Parameters
    ----------
    posts
        ``post_code``, ``type``; one row a post.
    duties
        ``post_code``, ``weekdays``, ``start``, ``end`` (minutes of the day; an end before the start is on the
        next day), ``date_from``, ``date_to``; those of unknown posts are left aside.
    manned
        Types of post that count as on duty all day while they have no duty rows.
    """
    row_of = pd.Series(np.arange(len(posts)), index=posts["post_code"].to_numpy(dtype=object))
    owner = row_of.reindex(duties["post_code"].to_numpy(dtype=object)).fillna(NOBODY).to_numpy(dtype=np.int64)
    source = np.flatnonzero(owner != NOBODY)
    start, end = (duties[name].to_numpy(dtype=np.int64)[source] for name in ("start", "end"))
    has_rows = np.zeros(len(posts), dtype=bool)
    has_rows[owner[source]] = True
    assumed = posts["type"].isin([str(kind) for kind in manned]).to_numpy(dtype=bool) & ~has_rows
    extra = np.flatnonzero(assumed)
    bits = weekday_bits(duties["weekdays"].iloc[source])
    always = np.full(len(extra), 0), np.full(len(extra), date.max.toordinal())
    return Roster(
        post=np.concatenate([owner[source], extra]),
        source=np.concatenate([source, np.full(len(extra), -1)]),
        bits=np.concatenate([bits, np.full(len(extra), _EVERY_DAY)]),
        start=np.concatenate([start, np.zeros(len(extra), dtype=np.int64)]),
        length=np.concatenate(
            [np.where(end < start, end + DAY_MIN, end) - start, np.full(len(extra), DAY_MIN)]
        ),
        since=np.concatenate([ordinals(duties["date_from"], missing=0)[source], always[0]]),
        until=np.concatenate([ordinals(duties["date_to"], missing=date.max.toordinal())[source], always[1]]),
        has_rows=has_rows,
        is_assumed=assumed,
    )


def ordinals(days: pd.Series, *, missing: int) -> Integers:
    """Give dates as whole numbers, as `datetime.date.toordinal` does."""
    return np.array([missing if pd.isna(day) else day.toordinal() for day in days], dtype=np.int64)


def stretches(
    roster: Roster, posts: pd.DataFrame, exceptions: pd.DataFrame, states: Sequence[State]
) -> Stretches:
    """Give all stretches of duty of some states.

    Parameters
    ----------
    roster
        What `roster_of` gives.
    posts
        The posts that it speaks of.
    exceptions
        ``date``, ``post_code``, ``change``, ``replaced_by``, ``start``, ``end`` (minutes); one row a date and
        post.
    states
        The days.

    Returns
    -------
    Stretches
        By state. Each holds what begins the day before, on the day and the day after. A post that is
        replaced is stood in for at its place, and whoever stands in is not at its own place meanwhile; a
        stand-in that is unknown, or absent itself, leaves the place empty.
    """
    parts = [
        _of_day(roster, state, number, offset) for number, state in enumerate(states) for offset in _OFFSETS
    ]
    plain = _joined([part for part in parts if part is not None])
    if exceptions.empty or not any(state.is_date for state in states):
        return plain
    return _changed(plain, roster, posts, exceptions, states)


def _of_day(roster: Roster, state: State, number: int, offset: int) -> Stretches | None:
    """Give the stretches that begin so many days from a state's day."""
    weekday = (state.weekday + offset) % 7
    rows = np.flatnonzero(
        ((roster.bits >> weekday) & 1) & _holds(roster, state, offset) & (roster.length > 0)
    )
    start = roster.start[rows] + offset * DAY_MIN
    stop = start + roster.length[rows]
    near = stop > 0 if offset < 0 else np.ones(len(rows), dtype=bool)
    rows, start, stop = rows[near], start[near], stop[near]
    post = roster.post[rows]
    return Stretches(np.full(len(rows), number), post, post, roster.source[rows], start, stop)


def _holds(roster: Roster, state: State, offset: int) -> Flags:
    """Tell which duties are in force; a plain weekday is of one day's roster all through."""
    day = state.day.toordinal() + (offset if state.is_date else 0)
    holds: Flags = (roster.since <= day) & (day <= roster.until)
    return holds


def _joined(parts: Sequence[Stretches]) -> Stretches:
    if not parts:
        return Stretches(*(np.empty(0, dtype=np.int64) for _ in range(6)))
    return Stretches(*(np.concatenate([part[column] for part in parts]) for column in range(6)))


def _kept(given: Stretches, keep: Flags) -> Stretches:
    return Stretches(*(column[keep] for column in given))


class _OneDay(NamedTuple):
    """One exception, read: posts by row, minutes of its day."""

    post: int
    change: str
    stand_in: int
    start: int
    stop: int


def _changed(
    plain: Stretches, roster: Roster, posts: pd.DataFrame, exceptions: pd.DataFrame, states: Sequence[State]
) -> Stretches:
    """Bring the exceptions into the stretches of the dates."""
    by_day = _by_day(posts, exceptions)
    parts = []
    for number, state in enumerate(states):
        own = _kept(plain, plain.state == number)
        if state.is_date:
            for offset in _OFFSETS:
                changes = by_day.get(state.day + timedelta(days=offset), ())
                own = _apply(own, changes, (number, offset * DAY_MIN), roster) if changes else own
            own = _not_twice(own)
        parts.append(own)
    return _joined(parts)


def _by_day(posts: pd.DataFrame, exceptions: pd.DataFrame) -> dict[date, list[_OneDay]]:
    """Read the exceptions, by date."""
    row_of = {code: number for number, code in enumerate(posts["post_code"])}
    found: dict[date, list[_OneDay]] = {}
    columns = ["date", "post_code", "change", "replaced_by", "start", "end"]
    for day, code, change, by, start, end in exceptions[columns].itertuples(index=False, name=None):
        if code not in row_of:
            continue
        begin, stop = (NOBODY if pd.isna(minute) else int(minute) for minute in (start, end))
        stop += DAY_MIN if stop < begin else 0
        stand_in = row_of.get(by, NOBODY) if isinstance(by, str) else NOBODY
        found.setdefault(day, []).append(_OneDay(row_of[code], str(change), stand_in, begin, stop))
    return found


def _apply(own: Stretches, changes: Sequence[_OneDay], where: tuple[int, int], roster: Roster) -> Stretches:
    """Bring the exceptions of one date, of whose midnight ``where`` tells, into a state's stretches."""
    _, midnight = where
    away = {each.post for each in changes if each.change == Change.ABSENT}
    for each in changes:
        starts_here = (own.start >= midnight) & (own.start < midnight + DAY_MIN)
        mine = (own.place == each.post) & starts_here
        if each.change == Change.HOURS:
            own = _rehoured(own, mine, each, where, roster)
        elif each.change == Change.REPLACED and each.stand_in != NOBODY and each.stand_in not in away:
            own = own._replace(who=np.where(mine, each.stand_in, own.who))
        else:
            own = _kept(own, ~mine)
    return own


def _rehoured(
    own: Stretches, mine: Flags, change: _OneDay, where: tuple[int, int], roster: Roster
) -> Stretches:
    """Put a post's other hours in the place of its own, at the gates that it serves that day, or usually."""
    rest = _kept(own, ~mine)
    if change.start == NOBODY or change.stop <= change.start:
        return rest
    duty = own.duty[mine] if mine.any() else roster.source[roster.post == change.post]
    duty = np.unique(duty) if len(duty) else np.array([NOBODY])
    state, midnight = where
    filled = [np.full(len(duty), value) for value in (state, change.post, change.post)]
    times = [np.full(len(duty), midnight + minute) for minute in (change.start, change.stop)]
    added = Stretches(filled[0], filled[1], filled[2], duty, times[0], times[1])
    return _joined([rest, added])


def _not_twice(own: Stretches) -> Stretches:
    """Take whoever stands in for another away from their own place meanwhile.

    Last of all: what is left of a duty then begins later, and would be taken for the next day's.
    """
    moved = own.who != own.place
    rest = _kept(own, ~moved)
    for who, start, stop in zip(own.who[moved], own.start[moved], own.stop[moved], strict=True):
        rest = _without(rest, int(who), int(start), int(stop))
    return _joined([rest, _kept(own, moved)])


def _without(own: Stretches, post: int, start: int, stop: int) -> Stretches:
    """Take a while out of a post's duty at its own place."""
    cut = (own.who == post) & (own.place == post) & (own.start < stop) & (own.stop > start)
    before, after = _kept(own, cut & (own.start < start)), _kept(own, cut & (own.stop > stop))
    return _joined(
        [
            _kept(own, ~cut),
            before._replace(stop=np.full(len(before.stop), start)),
            after._replace(start=np.full(len(after.start), stop)),
        ]
    )

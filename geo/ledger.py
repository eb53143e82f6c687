"""The gate-slot ledger: for every school gate and bell slot, who is there, who can come, what is left open.

The unit is the uncovered gate-minute. A row stands for a weekday's timetable, or for a date that differs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from geo import guards, responses
from geo.bell_slots import bell_slots
from geo.calendars import timetable_weekdays
from geo.eligible import Eligible, at_gates, eligible
from geo.hours import Roster, State, Stretches, roster_of, stretches
from geo.terms import Force, GuardReason, ResponseReason
from geo.timetable import DAY_MIN, SlotRules

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geo.arrays import Flags, Floats, Integers, Objects

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
POLICE = frozenset({Force.POLICE, Force.TRAFFIC, Force.PATROL_SWAT})
KEY = ["gate_id", "bell_slot_id", "date_type"]
COLUMNS = [
    *KEY, "school_code", "slot", "window_start", "window_end", "required_min", "guarded_min", "uncovered_min",
    "uncovered_police_min", "guard_depth", "guard_reason", "response_s", "second_response_s", "tier",
    "response_reason", "pupils",
]  # fmt: skip
_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class LedgerRules:
    """How the ledger counts; minutes, metres and seconds."""

    slots: SlotRules = field(default_factory=SlotRules)
    before_min: int = 20
    """A window opens so long before the bell."""
    after_min: int = 30
    """It closes so long after it."""
    guard_radius_m: float = 50
    """A post so near stands at the gate."""
    counts_school_guards: bool = False
    """Whether the school's own guards guard it and come to others' help."""
    police: frozenset[str] = POLICE
    """The forces that count as police; the others, and posts of no known force, as any force."""
    responders: frozenset[str] = frozenset(Force)
    """The forces whose posts come; those of no known force do."""
    manned: frozenset[str] = frozenset()
    """Types of post that count as on duty all day for want of duty rows."""
    tiers_min: tuple[float, ...] = (1, 3, 5)
    in_time_min: float = 5
    """Help that takes longer is not in time."""


@dataclass(frozen=True, slots=True)
class LedgerFacts:
    """What is known of one partition, in metres of one plane.

    Parameters
    ----------
    gates
        ``gate_id``, ``school_code``, ``name``, ``x``, ``y``.
    schools
        ``school_id``, ``school_code``, ``stage``, ``pupils``.
    bells
        ``bell_slot_id``, ``school_code``, ``gate``, ``direction``, ``weekdays``, ``start``, ``end``
        (minutes), ``date_from``, ``date_to``.
    posts
        ``post_id``, ``post_code``, ``type``, ``force``, ``mobility``, ``x``, ``y``.
    duties
        ``post_code``, ``school_code``, ``gate``, ``weekdays``, ``start``, ``end``, ``date_from``,
        ``date_to``.
    exceptions
        ``date``, ``post_code``, ``change``, ``replaced_by``, ``start``, ``end``.
    calendar
        ``date``, ``scope``, ``is_school_day``, ``runs_as_weekday``.
    travel_s
        Seconds by road from each post to each gate, inf where there is no way; None where no roads are known.
    """

    gates: pd.DataFrame
    schools: pd.DataFrame
    bells: pd.DataFrame
    posts: pd.DataFrame
    duties: pd.DataFrame
    exceptions: pd.DataFrame
    calendar: pd.DataFrame
    travel_s: Floats | None


class Scene(NamedTuple):
    """What some days ask of the posts, and who could stand where then."""

    asked: pd.DataFrame
    """A row a window: ``gate`` (row), ``gate_id``, ``bell_slot_id``, ``school_code``, ``slot``, ``state``,
    ``day``, ``begin``, ``end`` (minutes of the day, -1440 to 2880), ``pupils`` and what the table has."""
    windows: guards.Windows
    roster: Roster
    on_duty: Stretches
    pairs: Eligible
    stand: guards.AtGates
    """Where each stretch of duty could be spent, whatever the force."""
    counts: Flags
    """Posts that count as guards; shape (posts,)."""


class _Days(NamedTuple):
    """The days that are looked at: what runs on each, and how the rows call it."""

    states: list[State]
    day_of_state: Integers
    names: list[str]
    """By day."""
    runs: Integers
    """Weekday that runs, -1 for none; shape (schools, days)."""
    state_of: Integers
    """State by school and day, -1 for none; shape (schools, days)."""


def gate_slots(
    facts: LedgerFacts, *, as_of: date, days: Sequence[date] = (), weekdays: Sequence[int] = range(7),
    rules: LedgerRules,
) -> pd.DataFrame:  # fmt: skip
    """Keep the ledger of some weekdays and dates.

    Parameters
    ----------
    facts
        What is known.
    as_of
        The date whose bells and duties make the weekdays' timetable.
    days
        Dates of their own: with the bells, duties and exceptions of that date, and no row where there is no
        school. Each is given in full; which of them differ from their weekday is `geo.ledger_days`'s.
    weekdays
        0 = Monday .. 6.
    rules
        How it counts.

    Returns
    -------
    pandas.DataFrame
        `COLUMNS`, in the order of gates, days and windows. ``window_start`` and ``window_end`` are
        minutes of the day, 0 to 1439; ``response_s`` and ``second_response_s`` are NaN, ``tier`` and
        ``pupils`` missing where there are none.
    """
    seen = scene(facts, as_of=as_of, days=days, weekdays=weekdays, rules=rules)
    guarded = _guard(facts, seen, rules)
    answered = _respond(facts, seen, rules)
    table = pd.concat([seen.asked.reset_index(drop=True), guarded, answered], axis=1)
    return table[COLUMNS]


def scene(
    facts: LedgerFacts, *, as_of: date, days: Sequence[date] = (), weekdays: Sequence[int] = range(7),
    rules: LedgerRules,
) -> Scene:  # fmt: skip
    """Lay out what is asked and who could stand where; parameters as for `gate_slots`."""
    plan = _days(facts, as_of, days, weekdays)
    asked = _asked(facts, plan, rules)
    roster = roster_of(facts.posts, facts.duties, manned=rules.manned)
    on_duty = stretches(roster, facts.posts, facts.exceptions, plan.states)
    pairs = eligible(facts.posts, facts.gates, facts.duties, within_m=rules.guard_radius_m)
    school = rows_of(facts.schools["school_code"], facts.gates["school_code"])
    windows = guards.Windows(
        asked["day"].to_numpy(dtype=np.int64), asked["gate"].to_numpy(dtype=np.int64),
        asked["begin"].to_numpy(dtype=np.int64), asked["end"].to_numpy(dtype=np.int64),
        asked["pupils"].fillna(0).to_numpy(dtype=np.float64),
    )  # fmt: skip
    stand = at_gates(on_duty, pairs, plan.day_of_state, plan.state_of[school])
    force = facts.posts["force"].to_numpy(dtype=object)
    counts = np.array(
        [rules.counts_school_guards or word != Force.SCHOOL_GUARD for word in force], dtype=bool
    )
    return Scene(asked, windows, roster, on_duty, pairs, stand, counts)


def _days(facts: LedgerFacts, as_of: date, days: Sequence[date], weekdays: Sequence[int]) -> _Days:
    """List states: one a weekday, and for each date one a weekday that runs somewhere."""
    dated = timetable_weekdays(facts.schools, facts.calendar, days)
    plain = np.tile(np.array(weekdays, dtype=np.int64), (len(facts.schools), 1))
    runs = np.concatenate([plain, dated], axis=1)
    states, day_of_state = (
        [State(int(day), as_of, is_date=False) for day in weekdays],
        [*range(len(weekdays))],
    )
    state_of = np.tile(np.arange(len(weekdays)), (len(facts.schools), 1))
    columns = [state_of]
    for number, day in enumerate(days):
        own = np.full((len(facts.schools), 1), -1)
        for weekday in np.unique(dated[:, number][dated[:, number] >= 0]):
            own[dated[:, number] == weekday] = len(states)
            states.append(State(int(weekday), day, is_date=True))
            day_of_state.append(len(weekdays) + number)
        columns.append(own)
    names = [WEEKDAYS[day] for day in weekdays] + [day.isoformat() for day in days]
    return _Days(states, np.array(day_of_state, dtype=np.int64), names, runs, np.concatenate(columns, axis=1))


def _asked(facts: LedgerFacts, plan: _Days, rules: LedgerRules) -> pd.DataFrame:
    """List the windows of every gate, day by day, with `bell_slots`' columns and those of the table."""
    rows = bell_slots(facts.schools, facts.gates, facts.bells, plan.states, rules.slots)
    school = rows_of(facts.schools["school_code"], rows["school_code"])
    own = plan.state_of[school, plan.day_of_state[rows["state"]]] == rows["state"]
    rows = pd.DataFrame(rows[own].reset_index(drop=True))
    day = plan.day_of_state[rows["state"].to_numpy(dtype=np.int64)]
    begin = rows["start"].to_numpy(dtype=np.int64) - rules.before_min
    end = rows["end"].to_numpy(dtype=np.int64) + rules.after_min
    return rows.assign(
        day=day,
        begin=begin,
        end=end,
        date_type=np.array(plan.names, dtype=object)[day],
        window_start=begin % DAY_MIN,
        window_end=end % DAY_MIN,
        required_min=(end - begin).astype(np.float64),
    )


def rows_of(codes: pd.Series, wanted: pd.Series) -> Integers:
    """Give the row of each wanted code."""
    place = pd.Series(np.arange(len(codes)), index=codes.to_numpy(dtype=object))
    found: Integers = place.loc[wanted.to_numpy(dtype=object)].to_numpy(dtype=np.int64)
    return found


def _guard(facts: LedgerFacts, seen: Scene, rules: LedgerRules) -> pd.DataFrame:
    """Guard the windows by any force and by the police alone."""
    police = np.array([word in rules.police for word in facts.posts["force"]], dtype=bool)
    gate_ids = facts.gates["gate_id"].to_numpy(dtype=np.int64)
    both = [only(seen.stand, chosen) for chosen in (seen.counts, police)]
    anyone, officers = (guards.guard(seen.windows, each, gate_ids) for each in both)
    known = _known(seen.pairs, seen.counts, seen.roster)
    required = seen.asked["required_min"].to_numpy(dtype=np.float64)
    return pd.DataFrame(
        {
            "guarded_min": anyone.guarded_min,
            "uncovered_min": required - anyone.guarded_min,
            "uncovered_police_min": required - officers.guarded_min,
            "guard_depth": anyone.depth,
            "guard_reason": _guard_reasons(anyone, required, known, seen.windows.gate),
        }
    )


def only(stand: guards.AtGates, posts: Flags) -> guards.AtGates:
    """Leave out the stretches of other posts; ``posts`` has shape (posts,)."""
    kept = posts[stand.post]
    return guards.AtGates(*(column[kept] for column in stand))


class _Known(NamedTuple):
    """Whether a gate has posts at all, and any whose hours are known; shape (gates,)."""

    has_post: Flags
    has_hours: Flags


def _known(pairs: Eligible, counts: Flags, roster: Roster) -> _Known:
    """Look at the posts of each gate, on duty or not."""
    post, gate = pairs.post[counts[pairs.post]], pairs.gate[counts[pairs.post]]
    has_post, has_hours = np.zeros((2, pairs.gates), dtype=bool)
    has_post[gate] = True
    has_hours[gate[roster.has_hours[post]]] = True
    return _Known(has_post, has_hours)


def _guard_reasons(found: guards.Guarded, required: Floats, known: _Known, gate: Integers) -> Objects:
    """Say why; the first that holds."""
    cases = [
        (required <= 0, GuardReason.NO_DATA),
        (found.guarded_min >= required, GuardReason.COVERED),
        (~known.has_post[gate], GuardReason.NO_POST),
        (found.shared_min > 0, GuardReason.SHARED_ELSEWHERE),
        (found.guarded_min > 0, GuardReason.PARTLY_ON_DUTY),
        (~known.has_hours[gate], GuardReason.NO_DATA),
    ]
    return _first(cases, GuardReason.NOT_ON_DUTY)


def _first(cases: Sequence[tuple[Flags, Any]], default: Any) -> Objects:
    words: Objects = np.select(
        [case for case, _ in cases], [str(word) for _, word in cases], default=str(default)
    ).astype(object)
    return words


def _respond(facts: LedgerFacts, seen: Scene, rules: LedgerRules) -> pd.DataFrame:
    """Find who comes, how soon, and whether that is in time."""
    asked, on_duty = seen.asked, seen.on_duty
    comes = coming(facts.posts, rules)
    kept = comes[on_duty.who]
    crew = responses.OnDuty(on_duty.state[kept], on_duty.place[kept], on_duty.start[kept], on_duty.stop[kept])
    windows = responses.Windows(
        *(asked[name].to_numpy(dtype=np.int64) for name in ("state", "gate", "begin", "end"))
    )
    shape = (len(facts.posts), len(facts.gates))
    travel = np.full(shape, np.inf) if facts.travel_s is None else facts.travel_s
    found = responses.respond(windows, crew, travel)
    nearest, second = (
        np.where(np.isfinite(each), each, np.nan) for each in (found.nearest_s, found.second_s)
    )
    limits = np.array(rules.tiers_min) * _MINUTE_S
    place = np.searchsorted(limits, nearest)
    tier = [int(rules.tiers_min[i]) if i < len(limits) else None for i in place]
    no_minutes = (asked["required_min"] <= 0).to_numpy(dtype=bool)
    is_known = bool((comes & seen.roster.has_hours).any())
    cases = [
        (no_minutes, ResponseReason.NO_DATA),
        (np.full(len(asked), not comes.any()), ResponseReason.NO_POST),
        (np.full(len(asked), facts.travel_s is None), ResponseReason.NO_DATA),
        (~found.is_manned, ResponseReason.NO_POST if is_known else ResponseReason.NO_DATA),
        (np.isnan(nearest), ResponseReason.UNREACHABLE),
        (nearest <= rules.in_time_min * _MINUTE_S, ResponseReason.IN_TIME),
    ]
    return pd.DataFrame(
        {
            "response_s": nearest,
            "second_response_s": second,
            "tier": pd.array(tier, dtype="Int64"),
            "response_reason": _first(cases, ResponseReason.TOO_FAR),
        }
    )


def hours_with_help(
    facts: LedgerFacts, *, as_of: date, days: Sequence[date], rules: LedgerRules
) -> dict[str, bytes]:
    """Give the minutes at which any post at all is on duty that comes to others' help.

    Parameters
    ----------
    facts, as_of, days, rules
        As for `gate_slots`.

    Returns
    -------
    dict of bytes
        By weekday, and by date and weekday where that differs from the weekday's: a bit a minute, from
        midnight of the day before to that of the second day after.
    """
    states = _days(facts, as_of, days, range(len(WEEKDAYS))).states
    roster = roster_of(facts.posts, facts.duties, manned=rules.manned)
    on_duty = stretches(roster, facts.posts, facts.exceptions, states)
    comes = coming(facts.posts, rules)[on_duty.who]
    edges = np.zeros((len(states), 4 * DAY_MIN + 1), dtype=np.int64)
    for minute, step in ((on_duty.start, 1), (on_duty.stop, -1)):
        at = np.clip(minute[comes] + DAY_MIN, 0, 4 * DAY_MIN)
        np.add.at(edges, (on_duty.state[comes], at), step)
    manned = np.packbits(np.cumsum(edges, axis=1) > 0, axis=1)
    found = {WEEKDAYS[number]: manned[number].tobytes() for number in range(len(WEEKDAYS))}
    for state, minutes in zip(states[len(WEEKDAYS) :], manned[len(WEEKDAYS) :], strict=True):
        if minutes.tobytes() != found[WEEKDAYS[state.weekday]]:
            found[f"{state.day.isoformat()} {WEEKDAYS[state.weekday]}"] = minutes.tobytes()
    return found


def coming(posts: pd.DataFrame, rules: LedgerRules) -> Flags:
    """Tell which posts come to others' help: those of the forces that do, and of no known force."""
    force = posts["force"].to_numpy(dtype=object)
    return np.array([not isinstance(word, str) or _comes(word, rules) for word in force], dtype=bool)


def _comes(force: str, rules: LedgerRules) -> bool:
    """Tell whether a force's posts come; school guards do where they count as guards."""
    return force in rules.responders and (rules.counts_school_guards or force != Force.SCHOOL_GUARD)

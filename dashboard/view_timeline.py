"""A gate's day and week as stretches of time: windows, guarded and uncovered minutes, the posts' hours.

Pure: frames in, stretches in minutes of the day out. The ledger says how many minutes of a window are
guarded, not which. Where the hours of the posts that serve the gate give the same number, they say which;
where they do not, a share is all that is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dashboard.view_ledger import POLICE, UNCOVERED_OF
from geo.ledger_sums import add_up
from geo.terms import Change, Force, GuardReason
from geo.timetable import DAY_MIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    Span = tuple[float, float]

FIRST_MIN, LAST_MIN = 6 * 60, 22 * 60 + 30
HALF_HOUR = 30
POLICE_FORCES = frozenset({str(Force.POLICE), str(Force.TRAFFIC), str(Force.PATROL_SWAT)})
LENT = "lent"
"""The change of a post that stands in elsewhere for another one."""
SAME_MIN = 0.5
"""Minutes by which hours and ledger may differ and mean the same."""


@dataclass(frozen=True, slots=True)
class Window:
    """A window of a gate.

    Parameters
    ----------
    slot, grade
        Word of the slot; the grade whose bell it is, None for all.
    start, end
        Minutes of the day.
    required_min, uncovered_min
        Minutes of the window, and those in which nobody of the chosen force stands there.
    guarded
        When somebody does; None where only the number of minutes is known.
    is_unknown
        Whether nobody can say.
    is_estimated
        Whether the bell is assumed by stage.
    """

    slot: str
    grade: str | None
    start: float
    end: float
    required_min: float
    uncovered_min: float
    guarded: tuple[Span, ...] | None
    is_unknown: bool
    is_estimated: bool


@dataclass(frozen=True, slots=True)
class PostHours:
    """A post that serves the gate, and when on that day.

    Parameters
    ----------
    code, name, force
        Of the post.
    distance_m
        Straight distance to the gate, m.
    spans
        Hours of that day; empty when off duty.
    change
        Word of `geo.terms.Change` where a one-day change counts, or `LENT`.
    other
        Code of the post that stands in, or that is stood in for.
    """

    code: str
    name: str
    force: str | None
    distance_m: float
    spans: tuple[Span, ...]
    change: str | None = None
    other: str | None = None


@dataclass(frozen=True, slots=True)
class DayOfGate:
    """A gate's sums of one day of a week."""

    day: date
    gate_slots: int
    open: int
    unknown: int
    uncovered_min: float
    required_min: float


def hours_of_posts(posts: pd.DataFrame, exceptions: pd.DataFrame, day: date, weekday: int) -> list[PostHours]:
    """Give the posts that serve a gate, and their hours of a day.

    Parameters
    ----------
    posts
        What `data.repositories.ledger.read_gate_posts` gives.
    exceptions
        The day's rows of `data.repositories.facts.Facts.exceptions`.
    day
        Local date.
    weekday
        The weekday whose timetable runs, 0 = Monday.

    Returns
    -------
    list of PostHours
        The nearest first; a post whose duties hold on other dates alone is left out.
    """
    if posts.empty:
        return []
    changes = exceptions.set_index("post_code")
    lent = exceptions[exceptions["change"] == Change.REPLACED].set_index("replaced_by")["post_code"]
    found = []
    for code, rows in posts.groupby("post_code", sort=False):
        held = rows[_in_force(rows, day)]
        if held.empty:
            continue
        on_day = held[[_runs(days, weekday) for days in held["weekdays"]]].dropna(subset=["start", "end"])
        spans = union(zip(on_day["start"], on_day["end"], strict=True))
        first = rows.iloc[0]
        force = first["force"] if isinstance(first["force"], str) else None
        post = PostHours(str(code), str(first["name"]), force, float(first["distance_m"]), spans)
        found.append(_changed(post, changes, lent))
    return found


def _in_force(rows: pd.DataFrame, day: date) -> list[bool]:
    return [
        (pd.isna(since) or since <= day) and (pd.isna(until) or day <= until)
        for since, until in zip(rows["date_from"], rows["date_to"], strict=True)
    ]


def _runs(weekdays: object, weekday: int) -> bool:
    """Whether a duty runs on a weekday; without weekdays it is one of Monday to Friday."""
    return weekday in weekdays if isinstance(weekdays, (list, np.ndarray)) else weekday < 5  # noqa: PLR2004 -- Saturday


def _changed(post: PostHours, changes: pd.DataFrame, lent: pd.Series) -> PostHours:
    """Apply the one-day change of a post."""
    if post.code in lent.index:
        return replace(post, spans=(), change=LENT, other=str(lent.loc[[post.code]].iloc[0]))
    if post.code not in changes.index:
        return post
    row = changes.loc[[post.code]].iloc[0]
    change = str(row["change"])
    if change == Change.REPLACED:
        return replace(post, change=change, other=str(row["replaced_by"]))
    if change == Change.ABSENT or pd.isna(row["start"]) or pd.isna(row["end"]):
        return replace(post, spans=(), change=change)
    start, end = float(row["start"]), float(row["end"])
    return replace(post, spans=((start, end if start < end else end + DAY_MIN),), change=change)


def windows_of(rows: pd.DataFrame, posts: Sequence[PostHours], force: str) -> list[Window]:
    """Give the windows of a gate's day, in order of time.

    Parameters
    ----------
    rows
        The gate's rows of that day, all slots.
    posts
        Who serves it; empty where that may not be seen.
    force
        Whose minutes count, of `dashboard.view_ledger.FORCES`.
    """
    counting = [post for post in posts if force != POLICE or post.force in POLICE_FORCES]
    hours = union(span for post in counting for span in post.spans)
    made = []
    for row in rows.sort_values(["window_start", "window_end"]).to_dict("records"):
        start, end = float(row["window_start"]), float(row["window_end"])
        uncovered, required = float(row[UNCOVERED_OF[force]]), float(row["required_min"])
        made.append(Window(
            slot=str(row["slot"]), grade=row["grade"] if isinstance(row["grade"], str) else None,
            start=start, end=end, required_min=required, uncovered_min=uncovered,
            guarded=_guarded(hours, start, end, required - uncovered),
            is_unknown=row["guard_reason"] == GuardReason.NO_DATA,
            is_estimated=bool(row["is_bell_estimated"]),
        ))  # fmt: skip
    return made


def _guarded(hours: Sequence[Span], start: float, end: float, minutes: float) -> tuple[Span, ...] | None:
    """Say when a window is guarded, where hours and ledger agree."""
    if minutes < SAME_MIN:
        return ()
    if minutes > end - start - SAME_MIN:
        return ((start, end),)
    inside = tuple((max(a, start), min(b, end)) for a, b in hours if a < end and b > start)
    return inside if abs(sum(b - a for a, b in inside) - minutes) <= SAME_MIN else None


def union(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Join stretches that touch or overlap; ascending."""
    joined: list[Span] = []
    for start, end in sorted((float(a), float(b)) for a, b in spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def axis_of(windows: Sequence[Window]) -> Span:
    """Give the stretch of the day to draw: 06:00 to 22:30, wider where a window is, in half hours."""
    first = min((window.start for window in windows), default=FIRST_MIN)
    last = max((window.end for window in windows), default=LAST_MIN)
    return (
        float(min(FIRST_MIN, first // HALF_HOUR * HALF_HOUR)),
        float(max(LAST_MIN, -(-last // HALF_HOUR) * HALF_HOUR)),
    )


def lanes_of(windows: Sequence[Window]) -> list[list[Window]]:
    """Lay windows into as few lanes as keep them from overlapping."""
    lanes: list[list[Window]] = []
    for window in windows:
        free = next((lane for lane in lanes if lane[-1].end <= window.start), None)
        if free is None:
            lanes.append([window])
        else:
            free.append(window)
    return lanes


def week_of(rows: pd.DataFrame, days: Sequence[date], force: str) -> list[DayOfGate]:
    """Add up a gate's rows day by day.

    Parameters
    ----------
    rows
        The gate's rows that hold on these days.
    days
        Local dates; one without rows has no window.
    force
        Whose minutes count.
    """
    sums = add_up(rows.assign(uncovered_min=rows[UNCOVERED_OF[force]]), by=["date"]).set_index("date")
    return [_day_of(sums, day) for day in days]


def _day_of(sums: pd.DataFrame, day: date) -> DayOfGate:
    if day not in sums.index:
        return DayOfGate(day, 0, 0, 0, 0.0, 0.0)
    row = sums.loc[[day]].iloc[0]
    return DayOfGate(
        day, int(row["gate_slots"]), int(row["open_gate_slots"]), int(row["unknown_gate_slots"]),
        float(row["uncovered_min"]), float(row["required_min"]),
    )  # fmt: skip

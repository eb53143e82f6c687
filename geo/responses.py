"""Response cover: how long the nearest post on duty takes to a gate, at the worst moment of a window.

Within a window people come on duty and go; what holds for the window is what holds at each of its moments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from geo.arrays import Flags, Floats, Integers

_NEVER = np.inf


class Windows(NamedTuple):
    """Windows in which help may be wanted; each array has shape (windows,)."""

    state: Integers
    """Number of the state (`geo.hours.State`) whose roster runs."""
    gate: Integers
    """Row of the gate."""
    start: Integers
    stop: Integers
    """Minutes of the day, ``start < stop``."""


class OnDuty(NamedTuple):
    """Stretches in which a place is manned; each array has shape (stretches,)."""

    state: Integers
    place: Integers
    """Row of the post."""
    start: Integers
    stop: Integers


class Responses(NamedTuple):
    """What help each window has; each array has shape (windows,)."""

    nearest_s: Floats
    """Seconds from the nearest post on duty at the worst moment; inf where at some moment none can come."""
    second_s: Floats
    """The same for the second nearest; inf where at some moment only one can come, or none."""
    is_manned: Flags
    """Whether at every moment of the window any post at all is on duty."""


def respond(windows: Windows, on_duty: OnDuty, travel_s: Floats) -> Responses:
    """Give the travel times that hold all through each window.

    Parameters
    ----------
    windows
        What is asked.
    on_duty
        Who is on duty when.
    travel_s
        Seconds from each post to each gate, inf where there is no way; shape (posts, gates).
    """
    moments = _moments(windows, on_duty, posts=len(travel_s))
    gate = windows.gate[moments.window]
    pair, row = np.unique(np.stack([moments.crew, gate]), axis=1, return_inverse=True)
    first, second = _two_nearest(pair[0], pair[1], moments.crews, travel_s)
    count = len(windows.gate)
    return Responses(
        _worst(moments.window, first[row], count),
        _worst(moments.window, second[row], count),
        _worst(moments.window, np.where(moments.crews.any(axis=1), 0.0, _NEVER)[moments.crew], count) == 0,
    )


class _Moments(NamedTuple):
    """The moments of each window at which the crew changes: row of the window, row of the crew."""

    window: Integers
    crew: Integers
    crews: Flags
    """Which posts are on duty, each distinct crew once; shape (crews, posts)."""


def _moments(windows: Windows, on_duty: OnDuty, *, posts: int) -> _Moments:
    """Find the distinct crews of each window."""
    parts = [_of_state(windows, on_duty, int(state), posts) for state in np.unique(windows.state)]
    masks = np.concatenate([part[2] for part in parts] or [np.zeros((0, posts), dtype=bool)])
    shift = np.cumsum([0, *(len(part[2]) for part in parts)])
    crews, number = np.unique(np.packbits(masks, axis=1), axis=0, return_inverse=True)
    window = np.concatenate([part[0] for part in parts] or [np.empty(0, np.int64)])
    row = np.concatenate(
        [part[1] + start for part, start in zip(parts, shift, strict=False)] or [np.empty(0, np.int64)]
    )
    return _Moments(window, number.ravel()[row], np.unpackbits(crews, axis=1, count=posts).astype(bool))


def _of_state(windows: Windows, on_duty: OnDuty, state: int, posts: int) -> tuple[Integers, Integers, Flags]:
    """Cut one state's day where the crew changes: windows, their moments, and who is on duty at each."""
    asked = np.flatnonzero(windows.state == state)
    own = np.flatnonzero(on_duty.state == state)
    start, stop = on_duty.start[own], on_duty.stop[own]
    cuts = np.unique(np.concatenate([start, stop, windows.start[asked]]))
    manned = np.zeros((len(cuts) + 1, posts), dtype=np.int64)
    np.add.at(manned, (np.searchsorted(cuts, start), on_duty.place[own]), 1)
    np.add.at(manned, (np.searchsorted(cuts, stop), on_duty.place[own]), -1)
    crew = np.cumsum(manned, axis=0)[:-1] > 0
    first = np.searchsorted(cuts, windows.start[asked])
    size = np.searchsorted(cuts, windows.stop[asked]) - first
    step = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
    return np.repeat(asked, size), np.repeat(first, size) + step, crew


def _two_nearest(crew: Integers, gate: Integers, crews: Flags, travel_s: Floats) -> tuple[Floats, Floats]:
    """Give the two smallest times to a gate of each (crew, gate); pairs come in order of the crews."""
    first, second = np.full(len(crew), _NEVER), np.full(len(crew), _NEVER)
    edges = np.searchsorted(crew, np.arange(len(crews) + 1))
    for number, members in enumerate(crews):
        rows = slice(edges[number], edges[number + 1])
        posts = np.flatnonzero(members)
        if not len(posts) or rows.start == rows.stop:
            continue
        times = travel_s[np.ix_(posts, gate[rows])]
        if len(posts) > 1:
            times = np.partition(times, 1, axis=0)
            second[rows] = times[1]
        first[rows] = times[0]
    return first, second


def _worst(window: Integers, value: Floats, count: int) -> Floats:
    """Give the largest value of each window; inf for one without moments."""
    worst = np.full(count, -1.0)
    np.maximum.at(worst, window, value)
    worst[worst < 0] = _NEVER
    return worst

"""Which posts could stand at which gates: those assigned to one, and those that are near enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from geo.arrays import points_of
from geo.disc_sets import ranges
from geo.guards import AtGates

if TYPE_CHECKING:
    from geo.arrays import Flags, Integers
    from geo.hours import Stretches

_TOUCH_M = 1e-6
"""Room for the last bits of a distance that is exactly the radius."""


class Eligible(NamedTuple):
    """Who could stand where."""

    post: Integers
    """Post of each pair, assigned or near; shape (pairs,), each pair once."""
    gate: Integers
    near_first: Integers
    """Where the gates near each post begin in ``near``; shape (posts + 1,)."""
    near: Integers
    """Gates near posts, one post after the other."""
    sent_first: Integers
    """Where the gates that each duty serves begin in ``sent``; shape (duties + 1,)."""
    sent: Integers
    """Gates that duties serve, one duty after the other."""
    gates: int
    """Number of gates."""


def eligible(posts: pd.DataFrame, gates: pd.DataFrame, duties: pd.DataFrame, *, within_m: float) -> Eligible:
    """Find who could stand where.

    Parameters
    ----------
    posts, gates
        ``x``, ``y`` in metres; ``post_code``; ``school_code``, ``name``.
    duties
        ``post_code``, ``school_code``, ``gate``: a duty serves the gate that it names, any gate of the school
        where it names none or one that the school has not, and no certain gate where it names no school.
    within_m
        A post so near a gate stands at it, whatever it is assigned to; a straight line.
    """
    near_post, near = _near(posts, gates, within_m)
    duty, sent = _sent(duties, gates)
    row_of = pd.Series(np.arange(len(posts)), index=posts["post_code"].to_numpy(dtype=object))
    owner = row_of.reindex(duties["post_code"].to_numpy(dtype=object)).fillna(-1).to_numpy(dtype=np.int64)
    known = owner[duty] >= 0
    pairs = np.concatenate([np.stack([near_post, near]), np.stack([owner[duty[known]], sent[known]])], axis=1)
    post, gate = np.unique(pairs, axis=1)
    return Eligible(
        post, gate,
        np.searchsorted(near_post, np.arange(len(posts) + 1)), near,
        np.searchsorted(duty, np.arange(len(duties) + 1)), sent,
        len(gates),
    )  # fmt: skip


def _near(posts: pd.DataFrame, gates: pd.DataFrame, within_m: float) -> tuple[Integers, Integers]:
    """Pair posts with the gates near them, by post."""
    if posts.empty or gates.empty:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    found = shapely.STRtree(points_of(gates)).query(
        points_of(posts), predicate="dwithin", distance=within_m + _TOUCH_M
    )
    post, gate = found[:, np.lexsort(found[::-1])].astype(np.int64)
    return post, gate


def _sent(duties: pd.DataFrame, gates: pd.DataFrame) -> tuple[Integers, Integers]:
    """Pair duties with the gates that they serve, by duty."""
    asked = pd.DataFrame(
        {"duty": np.arange(len(duties)), "school": duties["school_code"].to_numpy(dtype=object),
         "wanted": duties["gate"].to_numpy(dtype=object)}
    )  # fmt: skip
    there = pd.DataFrame(
        {"row": np.arange(len(gates)), "school": gates["school_code"].to_numpy(dtype=object),
         "own": gates["name"].to_numpy(dtype=object)}
    )  # fmt: skip
    pairs = asked[asked["school"].notna()].merge(there, on="school", how="inner")
    duty, row = (pairs[name].to_numpy(dtype=np.int64) for name in ("duty", "row"))
    exact = (pairs["wanted"].notna() & (pairs["wanted"] == pairs["own"])).to_numpy(dtype=bool)
    names_one = np.zeros(len(duties), dtype=bool)
    names_one[duty[exact]] = True
    kept = exact | ~names_one[duty]
    duty, row = duty[kept], row[kept]
    order = np.lexsort((row, duty))
    return duty[order], row[order]


def at_gates(on_duty: Stretches, pairs: Eligible, day_of_state: Integers, state_of: Integers) -> AtGates:
    """Say at which gates each stretch of duty could be spent.

    Parameters
    ----------
    on_duty
        Who is on duty, state by state.
    pairs
        What `eligible` gives.
    day_of_state
        Number of the day of each state.
    state_of
        The state that runs at each gate on each day, -1 for none; shape (gates, days).
    """
    sends = on_duty.duty >= 0
    near_size = np.diff(pairs.near_first)[on_duty.place]
    sent_size = np.where(sends, _size(pairs.sent_first, on_duty.duty), 0)
    near = ranges(pairs.near_first[on_duty.place], near_size)
    sent = ranges(pairs.sent_first[np.where(sends, on_duty.duty, 0)], sent_size)
    row = np.concatenate([np.repeat(np.arange(len(sends)), size) for size in (near_size, sent_size)])
    gate = np.concatenate([pairs.near[near], pairs.sent[sent]])
    day = day_of_state[on_duty.state[row]]
    runs: Flags = state_of[gate, day] == on_duty.state[row]
    row, gate, day = row[runs], gate[runs], day[runs]
    return AtGates(day, on_duty.who[row], gate, on_duty.start[row], on_duty.stop[row])


def _size(first: Integers, duty: Integers) -> Integers:
    sizes: Integers = np.append(np.diff(first), 0)[duty]
    return sizes

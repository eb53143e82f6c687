"""Which post stands at which gate, when one post could stand at several: solved exactly.

The sets of gates that posts can guard at once form a transversal matroid (Edmonds and Fulkerson 1965), so
taking the gates in the order of their weight, each if the posts can be moved to make room for it, gives the
heaviest set, whatever the weights: here uncovered minutes first, then pupils, then the smaller id.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.arrays import Integers

NOWHERE = -1


def assign(post: Integers, gate: Integers, order: Sequence[int]) -> Integers:
    """Place every post at one of the gates that it can stand at.

    Parameters
    ----------
    post, gate
        Pairs of a post and a gate that it can stand at: numbers from 0, shape (pairs,). A post of a smaller
        number is taken first.
    order
        All gates, the one that matters most first.

    Returns
    -------
    numpy.ndarray
        Gate of each post, `NOWHERE` for a number without pairs. The gates with a post are the best set that
        can be guarded at once, by ``order``; a post that is not needed for that stands where fewest stand,
        at the first such gate of ``order``.
    """
    able = _lists(gate, post, len(order))
    place = np.full(int(post.max(initial=-1)) + 1, NOWHERE, dtype=np.int64)
    for wanted in order:
        _make_room(int(wanted), able, place)
    _add_the_rest(_lists(post, gate, len(place)), place, order)
    return place


def _lists(key: Integers, value: Integers, count: int) -> list[list[int]]:
    """Give the values of each key, ascending."""
    lists: list[list[int]] = [[] for _ in range(count)]
    for number, each in sorted(zip(key.tolist(), value.tolist(), strict=True)):
        lists[number].append(each)
    return lists


def _make_room(wanted: int, able: list[list[int]], place: Integers) -> None:
    """Guard one more gate where posts can be moved so that all guarded ones stay so: an augmenting path."""
    asked_by: dict[int, int] = {}
    waiting = deque([wanted])
    while waiting:
        asking = waiting.popleft()
        for post in able[asking]:
            if post in asked_by:
                continue
            asked_by[post] = asking
            if place[post] == NOWHERE:
                _move(post, asked_by, place, wanted)
                return
            waiting.append(int(place[post]))


def _move(post: int, asked_by: dict[int, int], place: Integers, wanted: int) -> None:
    """Move posts along the path that was found, from its free end to the gate that is wanted."""
    while True:
        gate = asked_by[post]
        leaving = int(np.flatnonzero(place == gate)[0]) if gate != wanted else NOWHERE
        place[post] = gate
        if gate == wanted:
            return
        post = leaving


def _add_the_rest(choices: list[list[int]], place: Integers, order: Sequence[int]) -> None:
    """Let the posts that are not needed stand where fewest stand."""
    rank = {int(gate): number for number, gate in enumerate(order)}
    standing = np.bincount(place[place != NOWHERE], minlength=len(order))
    for post in np.flatnonzero(place == NOWHERE):
        if choices[post]:
            chosen = min(choices[post], key=lambda gate: (standing[gate], rank[gate]))
            place[post] = chosen
            standing[chosen] += 1

"""What a post that leaves its place for another gate opens: the guards of all gates it shares, placed anew.

Many departures are weighed at once: each is a day of its own to `geo.guards`, with the gates that it touches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo import guards
from geo.disc_sets import ranges
from geo.ledger import only

if TYPE_CHECKING:
    from geo.arrays import Flags, Floats, Integers
    from geo.ledger import LedgerFacts, Scene

_ROOM = 1e-6
_AT_ONCE = 4000
"""Departures that are weighed together; bounds the memory."""


class Trips(NamedTuple):
    """Posts sent to gates; each array has shape (trips,), minutes of the day."""

    slot: Integers
    """Row of the window that each is sent for."""
    who: Integers
    gate: Integers
    begin: Integers
    end: Integers
    """While it stands at the gate."""
    leaves: Integers
    back: Integers
    """While it is not at its own place."""

    def kept(self, rows: Flags | Integers) -> Trips:
        """Give some of them."""
        return Trips(*(column[rows] for column in self))


@dataclass(frozen=True, slots=True)
class Leaving:
    """A day's windows and guards, and what they come to as things stand."""

    windows: guards.Windows
    stand: guards.AtGates
    gate_ids: Integers
    guarded: Floats
    """Minutes of each window in which somebody stands there."""
    uncovered: Floats
    of_gate: Integers
    """Number of the component of each gate."""
    of_post: Integers
    """Number of the component of each post; one that could stand nowhere has its own."""

    @classmethod
    def of(cls, facts: LedgerFacts, seen: Scene) -> Self:
        """Look at the day of a scene, which has one."""
        stand = only(seen.stand, seen.counts)
        gate_ids = facts.gates["gate_id"].to_numpy(dtype=np.int64)
        guarded = guards.guard(seen.windows, stand, gate_ids).guarded_min
        required = (seen.windows.stop - seen.windows.start).astype(np.float64)
        gates, size = len(gate_ids), len(gate_ids) + len(facts.posts)
        ones = np.ones(len(stand.post), dtype=bool)
        links = coo_array((ones, (stand.gate, gates + stand.post)), shape=(size, size))
        labels = connected_components(links, directed=False)[1].astype(np.int64)
        return cls(seen.windows, stand, gate_ids, guarded, required - guarded, labels[:gates], labels[gates:])

    def opens_nothing(self, trips: Trips) -> Flags:
        """Tell of each trip, taken alone, whether no window loses a minute; shape (trips,)."""
        parts = [
            self._weighed(trips.kept(np.arange(start, min(start + _AT_ONCE, len(trips.who)))))
            for start in range(0, len(trips.who), _AT_ONCE)
        ]
        return np.concatenate([np.empty(0, dtype=bool), *parts])

    def surely_opens(self, trips: Trips) -> Flags:
        """Tell which trips open something already by the time at the gate, whichever gate of elsewhere it is.

        Most posts stand where they are needed, and most gates have their windows at the same times: each post
        is asked once a window's times instead of once a gate. Trips among gates that share posts are left to
        `opens_nothing`.
        """
        elsewhere = self.of_gate[trips.gate] != self.of_post[trips.who]
        rows = np.flatnonzero(elsewhere)
        names = np.stack([trips.who, trips.begin, trips.end])[:, rows]
        which, first, same = np.unique(names, axis=1, return_index=True, return_inverse=True)
        who, begin, end = which
        nowhere = np.full(len(first), -1)
        opens = ~self.opens_nothing(Trips(nowhere, who, nowhere, begin, end, begin, end))
        found = np.zeros(len(trips.who), dtype=bool)
        found[rows] = opens[same.ravel()]
        return found

    def opens_nothing_together(self, trips: Trips) -> bool:
        """Tell whether no window loses a minute if all of them go."""
        touched = np.union1d(self.of_post[trips.who], self.of_gate[trips.gate])
        window = np.flatnonzero(np.isin(self.of_gate[self.windows.gate], touched))
        row = np.flatnonzero(np.isin(self.of_gate[self.stand.gate], touched))
        asked = _windows(self.windows, window)
        own = guards.AtGates(*(column[row] for column in self.stand))
        for who, leaves, back in zip(trips.who, trips.leaves, trips.back, strict=True):
            size = np.full(len(own.post), 1)
            own = _without(own, own.post == who, leaves * size, back * size)
        sent = _sent(trips, np.zeros(len(trips.who), dtype=np.int64))
        guarded = guards.guard(asked, _joined(own, sent), self.gate_ids).guarded_min
        return not (guarded < self.guarded[window] - _ROOM).any()

    def _weighed(self, trips: Trips) -> Flags:
        """Weigh some trips, each on a day of its own."""
        trip, window = self._pairs(trips, self.of_gate[self.windows.gate])
        cut_trip, row = self._pairs(trips, self.of_gate[self.stand.gate])
        asked = _windows(self.windows, window)._replace(day=trip)
        own = guards.AtGates(*(column[row] for column in self.stand))._replace(day=cut_trip)
        sent = _sent(trips, np.arange(len(trips.who)))
        goes = trips.gate >= 0
        sent = guards.AtGates(*(column[goes] for column in sent))
        guarded = guards.guard(asked, _joined(_cut(own, trips), sent), self.gate_ids).guarded_min
        lost = guarded < self.guarded[window] - _ROOM
        opens = np.zeros(len(trips.who), dtype=bool)
        opens[trip[lost]] = True
        return ~opens

    def _pairs(self, trips: Trips, component: Integers) -> tuple[Integers, Integers]:
        """Pair each trip with the rows of the components that it leaves and goes to."""
        order = np.argsort(component, kind="stable")
        leaves, goes = self.of_post[trips.who], np.where(trips.gate < 0, -1, self.of_gate[trips.gate])
        trip = np.concatenate([np.arange(len(leaves)), np.flatnonzero((goes >= 0) & (goes != leaves))])
        wanted = np.concatenate([leaves, goes[(goes >= 0) & (goes != leaves)]])
        first = np.searchsorted(component[order], wanted)
        size = np.searchsorted(component[order], wanted, side="right") - first
        return np.repeat(trip, size), order[ranges(first, size)]


def one_each(leaving: Leaving, trips: Trips, order: Integers) -> list[int]:
    """Choose at most one trip a slot so that nobody is away twice at once and all together open nothing.

    Parameters
    ----------
    leaving
        The day.
    trips
        Slot by slot, the best of each first.
    order
        Rows of the slots, the one that matters most first; a slot whose gate is helped all through by a trip
        that was chosen before needs none.

    Returns
    -------
    list of int
        Rows of ``trips``, in order of the slots.
    """
    chosen: list[int] = []
    for slot in order.tolist():
        for row in np.flatnonzero(trips.slot == slot).tolist():
            taken = trips.kept(np.array(chosen, dtype=np.int64))
            if _is_helped(taken, trips, row):
                break
            if not _is_away(taken, trips, row) and _agree(leaving, trips, chosen, row):
                chosen.append(row)
                break
    return chosen


def _is_helped(taken: Trips, trips: Trips, row: int) -> bool:
    """Tell whether somebody who was sent stands at the gate all through."""
    there = (taken.gate == trips.gate[row]) & (taken.begin <= trips.begin[row])
    return bool((there & (taken.end >= trips.end[row])).any())


def _is_away(taken: Trips, trips: Trips, row: int) -> bool:
    """Tell whether the post was sent elsewhere for a part of the time."""
    same = (taken.who == trips.who[row]) & (taken.leaves < trips.back[row])
    return bool((same & (taken.back > trips.leaves[row])).any())


def _agree(leaving: Leaving, trips: Trips, chosen: list[int], row: int) -> bool:
    """Tell whether a trip opens nothing together with those chosen that touch the same guards."""
    group, rest = [row], list(chosen)
    components = {leaving.of_post[trips.who[row]], leaving.of_gate[trips.gate[row]]}
    while near := [each for each in rest if components & _touched(leaving, trips, each)]:
        group += near
        rest = [each for each in rest if each not in near]
        components = components.union(*(_touched(leaving, trips, each) for each in near))
    return len(group) == 1 or leaving.opens_nothing_together(trips.kept(np.array(group)))


def _touched(leaving: Leaving, trips: Trips, row: int) -> set[int]:
    return {int(leaving.of_post[trips.who[row]]), int(leaving.of_gate[trips.gate[row]])}


def _windows(windows: guards.Windows, rows: Integers) -> guards.Windows:
    day, gate, start, stop, pupils = windows
    return guards.Windows(day[rows], gate[rows], start[rows], stop[rows], pupils[rows])


def _joined(one: guards.AtGates, other: guards.AtGates) -> guards.AtGates:
    return guards.AtGates(*(np.concatenate(pair) for pair in zip(one, other, strict=True)))


def _sent(trips: Trips, day: Integers) -> guards.AtGates:
    """Say where the posts stand that were sent."""
    return guards.AtGates(day, trips.who, trips.gate, trips.begin, trips.end)


def _cut(stretches: guards.AtGates, trips: Trips) -> guards.AtGates:
    """Take its absence out of the stretches of the post that each day's trip sends."""
    own = stretches.post == trips.who[stretches.day]
    return _without(stretches, own, trips.leaves[stretches.day], trips.back[stretches.day])


def _without(stretches: guards.AtGates, own: Flags, start: Integers, stop: Integers) -> guards.AtGates:
    """Cut [start, stop) out of some stretches."""
    cut = own & (stretches.start < stop) & (stretches.stop > start)
    before, after = cut & (stretches.start < start), cut & (stretches.stop > stop)
    rest, left, right = (
        guards.AtGates(*(column[rows] for column in stretches)) for rows in (~cut, before, after)
    )
    return _joined(_joined(rest, left._replace(stop=start[before])), right._replace(start=stop[after]))

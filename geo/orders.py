"""Who can be sent to a gate that stands open: by road, in time, and without opening another.

A post that is sent leaves so that it is there when the window opens, stays until it closes, and needs as long
for the way back. It is on duty from its departure to the end of the window. It may be sent if, with it there
and not at its own place meanwhile, no other gate-slot of that day has more uncovered minutes than before:
the posts are placed anew, exactly, as the ledger does it (`geo.guards`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.leaving import Leaving, Trips, one_each
from geo.ledger import coming, scene

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from geo.arrays import Flags, Floats, Integers
    from geo.hours import Stretches
    from geo.ledger import LedgerFacts, LedgerRules, Scene

MOST = 3
COLUMNS = ["gate_id", "bell_slot_id", "date_type", "rank", "post_code", "travel_s", "leaves_min", "back_min"]
SLOT_COLUMNS = ["gate_id", "bell_slot_id", "date_type", "school_code", "slot", "begin", "end", "pupils"]
_MINUTE_S = 60.0
_LEAST_MIN = 1e-6


class _Offers(NamedTuple):
    """Who could be there in time, not yet asked what that opens; each array has shape (offers,)."""

    slot: Integers
    """Row of the uncovered slot."""
    who: Integers
    """Post that is sent."""
    travel_s: Floats
    """From where it stands that day."""


class Orders(NamedTuple):
    """What a day's open gates could be helped with."""

    slots: pd.DataFrame
    """The gate-slots that are not covered all through: ``gate_id``, ``bell_slot_id``, ``date_type``,
    ``school_code``, ``slot``, ``begin``, ``end`` (minutes of the day), ``uncovered_min``, ``pupils``."""
    proposals: pd.DataFrame
    """`COLUMNS`: for each slot who could be sent, ``rank`` from 1, nearest first, ties by code;
    ``leaves_min`` and ``back_min`` are whole minutes of the day, rounded to the longer absence."""
    chosen: pd.DataFrame
    """`COLUMNS`: at most one of the proposals for a slot, so that all of them can be followed at once."""


def day_orders(
    facts: LedgerFacts, day: date, *, rules: LedgerRules, not_before: int | None = None, most: int = MOST
) -> Orders:
    """Propose for each gate-slot of a day that is not covered all through who could be sent there.

    Parameters
    ----------
    facts
        Of one partition.
    day
        The local date, with its exceptions and the timetable that runs on it.
    rules
        How the ledger counts; posts of the forces that come to others' help (`geo.ledger.coming`) are sent.
    not_before
        Minute of the day before which nobody can leave any more; None: no limit.
    most
        How many to propose for a slot.

    Returns
    -------
    Orders
        A slot that nobody can help has no proposal; without roads there is none at all.
    """
    seen = scene(facts, as_of=day, days=[day], weekdays=(), rules=rules)
    leaving = Leaving.of(facts, seen)
    rows = np.flatnonzero(leaving.uncovered > _LEAST_MIN)
    slots = seen.asked[SLOT_COLUMNS].iloc[rows].assign(uncovered_min=leaving.uncovered[rows])
    offers = _offers(facts, seen, rows, coming(facts.posts, rules) & seen.counts)
    trips = _trips(seen, offers)
    in_time = trips.leaves >= (-np.inf if not_before is None else not_before)
    offers, trips = _kept(offers, in_time), trips.kept(in_time)
    accepted = _accepted(leaving, offers, trips, most)
    offers, trips = _kept(offers, accepted), trips.kept(accepted)
    table = _table(facts, seen, offers, trips)
    chosen = one_each(leaving, trips, _by_weight(slots))
    return Orders(slots.reset_index(drop=True), table, table.iloc[chosen].reset_index(drop=True))


def _by_weight(slots: pd.DataFrame) -> Integers:
    """Give the rows of the slots, that with the most uncovered pupil-minutes first; unknown pupils last."""
    minutes = slots["uncovered_min"].to_numpy(dtype=np.float64)
    pupils = slots["pupils"].fillna(0).to_numpy(dtype=np.float64)
    order = np.lexsort((slots["bell_slot_id"], slots["gate_id"], -minutes, -minutes * pupils))
    rows: Integers = slots.index.to_numpy(dtype=np.int64)[order]
    return rows


def _offers(facts: LedgerFacts, seen: Scene, slots: Integers, may_go: Flags) -> _Offers:
    """Pair uncovered slots with the posts that are on duty from departure to the end, nearest first."""
    runs = _runs(seen.on_duty, may_go)
    shape = (len(facts.posts), len(facts.gates))
    travel_s = np.full(shape, np.inf) if facts.travel_s is None else facts.travel_s
    asked = seen.asked
    slot, run = np.nonzero(asked["state"].to_numpy(dtype=np.int64)[slots][:, np.newaxis] == runs.state)
    row = slots[slot]
    begin, end, gate = (asked[name].to_numpy(dtype=np.int64)[row] for name in ("begin", "end", "gate"))
    travel = travel_s[runs.place[run], gate]
    fits = np.isfinite(travel) & (runs.stop[run] >= end) & (end > begin)
    fits &= runs.start[run] * _MINUTE_S + travel <= begin * _MINUTE_S
    row, who, travel = row[fits], runs.who[run[fits]], travel[fits]
    code = np.argsort(np.argsort(facts.posts["post_code"].to_numpy(dtype=object), kind="stable"))
    order = np.lexsort((code[who], travel, row))
    found = _Offers(row[order], who[order], travel[order])
    # who stands at two places that day is offered once, from the nearer one
    _, first = np.unique(np.stack([found.slot, found.who]), axis=1, return_index=True)
    return _kept(found, np.isin(np.arange(len(found.slot)), first))


class _Runs(NamedTuple):
    """Stretches of duty of one post at one place, joined where they overlap or touch."""

    state: Integers
    who: Integers
    place: Integers
    start: Integers
    stop: Integers


def _runs(on_duty: Stretches, may_go: Flags) -> _Runs:
    """Join the stretches of posts that may go."""
    kept = np.flatnonzero(may_go[on_duty.who])
    if not len(kept):
        return _Runs(*(np.empty(0, dtype=np.int64) for _ in range(5)))
    names = np.stack([on_duty.state, on_duty.who, on_duty.place])[:, kept]
    _, group = np.unique(names, axis=1, return_inverse=True)
    group = group.ravel()
    axis = 1 << 16
    start, stop = on_duty.start[kept] + group * axis, on_duty.stop[kept] + group * axis
    order = np.argsort(start, kind="stable")
    start, stop = start[order], np.maximum.accumulate(stop[order])
    heads = np.flatnonzero(np.concatenate([[True], start[1:] > stop[:-1]]))
    tails = np.append(heads[1:], len(order)) - 1
    first = order[heads]
    shift = group[first] * axis
    state, who, place = names[:, first]
    return _Runs(state, who, place, start[heads] - shift, stop[tails] - shift)


def _kept(offers: _Offers, keep: Flags) -> _Offers:
    return _Offers(offers.slot[keep], offers.who[keep], offers.travel_s[keep])


def _trips(seen: Scene, offers: _Offers) -> Trips:
    """Say of each offer where it goes and how long it is away, in whole minutes: the longer absence."""
    begin, end, gate = (
        seen.asked[name].to_numpy(dtype=np.int64)[offers.slot] for name in ("begin", "end", "gate")
    )
    way = np.ceil(offers.travel_s / _MINUTE_S).astype(np.int64)
    return Trips(offers.slot, offers.who, gate, begin, end, begin - way, end + way)


def _accepted(leaving: Leaving, offers: _Offers, trips: Trips, most: int) -> Flags:
    """Take for each slot the nearest offers that open nothing, a few at a time until it has enough."""
    accepted = np.zeros(len(offers.slot), dtype=bool)
    waiting = ~leaving.surely_opens(trips)
    while waiting.any():
        rows = np.flatnonzero(waiting)
        has = np.bincount(offers.slot[accepted], minlength=len(leaving.uncovered))[offers.slot[rows]]
        rank = _rank(offers.slot[rows])
        asked = rows[rank < most - has]
        accepted[asked[leaving.opens_nothing(trips.kept(asked))]] = True
        waiting[asked] = False
        done = np.bincount(offers.slot[accepted], minlength=len(leaving.uncovered)) >= most
        waiting &= ~done[offers.slot]
    return accepted


def _rank(slot: Integers) -> Integers:
    """Count the rows of each slot from 0; slots come one after the other."""
    first = np.flatnonzero(np.concatenate([[True], slot[1:] != slot[:-1]])) if len(slot) else slot
    size = np.diff(np.append(first, len(slot)))
    ranks: Integers = np.arange(len(slot)) - np.repeat(first, size)
    return ranks


def _table(facts: LedgerFacts, seen: Scene, offers: _Offers, trips: Trips) -> pd.DataFrame:
    """Write the proposals with their slots' keys."""
    keys = seen.asked[["gate_id", "bell_slot_id", "date_type"]].iloc[offers.slot].reset_index(drop=True)
    return keys.assign(
        rank=_rank(offers.slot) + 1,
        post_code=facts.posts["post_code"].to_numpy(dtype=object)[offers.who],
        travel_s=offers.travel_s,
        leaves_min=trips.leaves,
        back_min=trips.back,
    )[COLUMNS]

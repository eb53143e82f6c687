"""What the ledger would be if posts were added, moved, given up, or stood at other hours.

Nothing is saved here: the facts of a district go in, those that a plan makes of them come out, and the
difference between two ledgers is told in gates and minutes won and lost.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.eligible import eligible
from geo.errors import GeoError
from geo.ledger import gate_slots
from geo.plan_changes import AddPost, MovePost, RemovePost
from geo.terms import PostType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from geo.arrays import Flags, Floats, Integers, Objects
    from geo.eligible import Eligible
    from geo.ledger import LedgerFacts, LedgerRules
    from geo.plan_changes import Change, GateName, Hours, SetHours


class Placed(NamedTuple):
    """A place in the partition's plane, and how long a post there needs to each gate."""

    x: float
    y: float
    """Metres."""
    travel_s: Floats | None
    """Seconds, inf where there is no way; shape (gates,). None where no roads are known."""


if TYPE_CHECKING:
    Locate = Callable[[float, float, str | None], Placed]


class Week(NamedTuple):
    """What a week comes to as things are, kept to hold many plans against."""

    rows: pd.DataFrame
    """Columns of `geo.ledger.gate_slots`."""
    pairs: Eligible
    """Who could stand at which gate."""


class Considered(NamedTuple):
    """The ledger before and after a plan; columns of `geo.ledger.gate_slots`."""

    before: pd.DataFrame
    """Of the gates that the plan can touch."""
    after: pd.DataFrame
    """The same gate-slots, in another order."""
    unchanged: pd.DataFrame
    """Of all other gates."""


class PlanPostError(GeoError):
    """A plan changes a post ``code`` that there is not, or adds one that there is."""

    key = "plan.post"


def apply(facts: LedgerFacts, changes: Sequence[Change], *, locate: Locate) -> LedgerFacts:
    """Give the facts as a plan would make them.

    Parameters
    ----------
    facts
        As they are; left as they are.
    changes
        In the order in which they are made.
    locate
        Longitude, latitude and mobility (None: the default one) of a post -> its place in the facts' plane
        and its travel times.

    Returns
    -------
    LedgerFacts
        Posts that are added stand last, with ids below zero.

    Raises
    ------
    PlanPostError
        A change names a post that there is not (any more), or adds one that there is.
    """
    for change in changes:
        facts = _apply(facts, change, locate)
    return facts


def _apply(facts: LedgerFacts, change: Change, locate: Locate) -> LedgerFacts:
    """Make one change."""
    if isinstance(change, AddPost):
        return _added(facts, change, locate)
    row = _row_of(facts.posts, change.code)
    if isinstance(change, MovePost):
        return _moved(facts, row, change, locate)
    if isinstance(change, RemovePost):
        keep = np.arange(len(facts.posts)) != row
        return replace(
            facts,
            posts=facts.posts[keep].reset_index(drop=True),
            duties=_without(facts.duties, change.code),
            travel_s=None if facts.travel_s is None else facts.travel_s[keep],
        )
    return replace(facts, duties=_rehoured(facts.duties, change))


def _row_of(posts: pd.DataFrame, code: str) -> int:
    """Find a post."""
    found = np.flatnonzero(posts["post_code"].to_numpy(dtype=object) == code)
    if not len(found):
        raise PlanPostError(code=code)
    return int(found[0])


def _added(facts: LedgerFacts, change: AddPost, locate: Locate) -> LedgerFacts:
    """Put a post behind the others."""
    if (facts.posts["post_code"] == change.code).any():
        raise PlanPostError(code=change.code)
    at = locate(change.lon, change.lat, str(change.mobility))
    lowest = int(facts.posts["post_id"].min()) if len(facts.posts) else 0
    post = {
        "post_id": min(lowest, 0) - 1, "post_code": change.code, "type": str(PostType.GUARD_POST),
        "force": str(change.force), "mobility": str(change.mobility), "x": at.x, "y": at.y,
    }  # fmt: skip
    served = [_names(change.serves)]
    return replace(
        facts,
        posts=_with_rows(facts.posts, [post]),
        duties=_with_rows(facts.duties, _duties(change.code, change.hours, change.weekdays, served)),
        travel_s=_with_row(facts.travel_s, len(facts.posts), at.travel_s),
    )


def _moved(facts: LedgerFacts, row: int, change: MovePost, locate: Locate) -> LedgerFacts:
    """Put a post elsewhere, with its hours; it serves the gate that the change names, or none."""
    given = facts.posts["mobility"].iloc[row]
    at = locate(change.lon, change.lat, given if isinstance(given, str) else None)
    posts, duties = facts.posts.copy(), facts.duties.copy()
    posts.loc[posts.index[row], ["x", "y"]] = [at.x, at.y]
    own = duties["post_code"].to_numpy(dtype=object) == change.code
    for name, value in zip(("school_code", "gate"), _names(change.serves), strict=True):
        named = duties[name].to_numpy(dtype=object, copy=True)
        named[own] = value
        duties[name] = named
    return replace(facts, posts=posts, duties=duties, travel_s=_with_row(facts.travel_s, row, at.travel_s))


def _with_row(travel_s: Floats | None, row: int, own: Floats | None) -> Floats | None:
    """Put a post's travel times in their row, or behind the last."""
    if travel_s is None or own is None:
        return travel_s
    return np.vstack([travel_s[:row], own[np.newaxis], travel_s[row + 1 :]])


def _rehoured(duties: pd.DataFrame, change: SetHours) -> pd.DataFrame:
    """Put other hours in the place of a post's own, at each gate that it serves."""
    own = duties[duties["post_code"] == change.code]
    served = own[["school_code", "gate"]].drop_duplicates().astype(object)
    names = [(None if pd.isna(school) else school, None if pd.isna(gate) else gate)
             for school, gate in served.itertuples(index=False, name=None)] or [(None, None)]  # fmt: skip
    rows = _duties(change.code, change.hours, change.weekdays, names)
    return _with_rows(_without(duties, change.code), rows)


def _duties(
    code: str,
    hours: Sequence[Hours],
    weekdays: Sequence[int],
    served: Sequence[tuple[str | None, str | None]],
) -> list[dict[str, Any]]:
    """Write duty rows: each of the hours at each gate that is served, by school and name."""
    return [
        {
            "post_code": code, "school_code": school, "gate": gate, "weekdays": list(weekdays),
            "start": each.start, "end": each.end, "date_from": None, "date_to": None,
        }
        for school, gate in served for each in hours
    ]  # fmt: skip


def _names(serves: GateName | None) -> tuple[str | None, str | None]:
    """Give school and gate as duty rows have them."""
    return (None, None) if serves is None else (serves.school_code, serves.gate)


def _without(duties: pd.DataFrame, code: str) -> pd.DataFrame:
    """Leave out a post's duties."""
    return duties[duties["post_code"] != code].reset_index(drop=True)


def _with_rows(frame: pd.DataFrame, rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Put rows behind those of a frame, in its columns, with its types where they hold any."""
    columns = {name: [*frame[name].tolist(), *(row.get(name) for row in rows)] for name in frame.columns}
    made = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
    numbers = {name: kind for name, kind in frame.dtypes.items() if kind.kind in "iuf"}
    return made.astype(numbers)


def week_of(facts: LedgerFacts, *, as_of: date, rules: LedgerRules) -> Week:
    """Keep the week's ledger as things are."""
    pairs = eligible(facts.posts, facts.gates, facts.duties, within_m=rules.guard_radius_m)
    return Week(gate_slots(facts, as_of=as_of, rules=rules), pairs)


def consider(
    facts: LedgerFacts, changes: Sequence[Change], week: Week, *, locate: Locate, as_of: date,
    rules: LedgerRules,
) -> Considered:  # fmt: skip
    """Keep the ledger of a plan's week, working only on gates that the plan can touch.

    Parameters
    ----------
    facts, changes, locate
        As for `apply`.
    week
        ``week_of(facts, as_of=as_of, rules=rules)``.
    as_of, rules
        As there.

    Returns
    -------
    Considered
        ``after`` and ``unchanged`` are what ``gate_slots(apply(...), as_of=as_of, rules=rules)`` would give.

    Raises
    ------
    PlanPostError
        As by `apply`.
    """
    planned = apply(facts, changes, locate=locate)
    codes = {change.code for change in changes}
    rows = np.flatnonzero(touched(facts, planned, codes, week, rules=rules))
    gates = pd.DataFrame(planned.gates.iloc[rows]).reset_index(drop=True)
    # a week of weekdays asks no calendar, so that the other schools need not be known
    schools = planned.schools[planned.schools["school_code"].isin(gates["school_code"])]
    travel = None if planned.travel_s is None else planned.travel_s[:, rows]
    part = replace(planned, gates=gates, schools=schools.reset_index(drop=True), travel_s=travel)
    after = gate_slots(part, as_of=as_of, rules=rules)
    own = week.rows["gate_id"].isin(gates["gate_id"])
    return Considered(week.rows[own], after, week.rows[~own])


def touched(
    facts: LedgerFacts, planned: LedgerFacts, codes: set[str], week: Week, *, rules: LedgerRules
) -> Flags:
    """Tell which gates a plan can touch that changes some posts; all gates of a school go together.

    A gate is touched if it shares guards, however many gates apart, with a post that changed, or if such a
    post is no farther than the second nearest is at its worst: what is farther never comes first or second.

    Returns
    -------
    numpy.ndarray
        Shape (gates,); may hold gates that stay as they are, never leaves out one that changes.
    """
    found = np.zeros(len(facts.gates), dtype=bool)
    worst = _worst_second(facts.gates, week.rows)
    for each in (facts, planned):
        own = each.posts["post_code"].isin(codes).to_numpy(dtype=bool)
        if each.travel_s is None:
            found |= own.any()
        else:
            found |= (each.travel_s[own] <= worst).any(axis=0)
    found |= _sharing(week.pairs, facts.posts["post_code"], _moved_pairs(planned, codes, rules), codes)
    schools = facts.gates["school_code"]
    whole: Flags = schools.isin(schools[found]).to_numpy(dtype=bool)
    return whole


def _worst_second(gates: pd.DataFrame, before: pd.DataFrame) -> Floats:
    """Give the longest time of each gate's second nearest; inf where there is none at times."""
    second = before["second_response_s"].fillna(np.inf).groupby(before["gate_id"]).max()
    found: Floats = second.reindex(gates["gate_id"]).fillna(np.inf).to_numpy(dtype=np.float64)
    return found


def _moved_pairs(planned: LedgerFacts, codes: set[str], rules: LedgerRules) -> tuple[Objects, Integers]:
    """Give the gates at which the posts that changed could stand then: codes of posts, gates."""
    posts, duties = (
        pd.DataFrame(frame[frame["post_code"].isin(codes)]) for frame in (planned.posts, planned.duties)
    )
    pairs = eligible(posts, planned.gates, duties, within_m=rules.guard_radius_m)
    return posts["post_code"].to_numpy(dtype=object)[pairs.post], pairs.gate


def _sharing(before: Eligible, posts: pd.Series, moved: tuple[Objects, Integers], codes: set[str]) -> Flags:
    """Tell which gates share guards with the posts that changed, as they were or as they will be."""
    number = {code: row for row, code in enumerate(dict.fromkeys([*posts, *moved[0], *codes]))}
    own = np.array([number[code] for code in moved[0]], dtype=np.int64)
    gate, post = np.concatenate([before.gate, moved[1]]), np.concatenate([before.post, own])
    size = before.gates + len(number)
    links = coo_array((np.ones(len(gate), dtype=bool), (gate, before.gates + post)), shape=(size, size))
    labels = connected_components(links, directed=False)[1]
    changed = [before.gates + number[code] for code in codes]
    shared: Flags = np.isin(labels[: before.gates], labels[changed])
    return shared

"""What a school's results depend on, as a hash: where it is the same as before, nothing needs to be computed.

Each mark takes in everything that the computation reads for that school, and as little else as can be told
without computing.
"""

from __future__ import annotations

import hashlib
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.coverage import nearest_posts
from geo.eligible import eligible
from geo.hours import roster_of
from geo.ledger import coming, hours_with_help, rows_of
from geo.ledger_days import special_days

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from geo.arrays import Geometries, Integers
    from geo.ledger import LedgerFacts, LedgerRules
    from geo.reach import Reach
    from geo.roads import Network
    from geo.travel import Sites

_SIZE = 16
_ROOM_M = 1.0
"""Room for corners, when the shapes that may touch a ring are looked for."""
_WIDER = 1.02


def mark_of(*parts: object) -> bytes:
    """Hash some values; bytes as they are, the rest as Python writes them."""
    made = hashlib.blake2b(digest_size=_SIZE)
    for part in parts:
        written = part if isinstance(part, bytes) else repr(part).encode()
        made.update(len(written).to_bytes(8, "big"))
        made.update(written)
    return made.digest()


def ground_marks(schools: Geometries, *more: object) -> list[bytes]:
    """Mark what depends on a school's own ground alone.

    Parameters
    ----------
    schools
        As stored, shape (n,).
    *more
        What else it depends on, the same for all.
    """
    common = mark_of(*more)
    return [mark_of(common, shape) for shape in shapely.to_wkb(schools)]


def cover_marks(
    ground: Geometries, radii: Sequence[int], posts: Reach, cases: pd.DataFrame, *more: object
) -> list[bytes]:
    """Mark what a school's perimeter cover depends on.

    Parameters
    ----------
    ground, radii, posts, cases
        As for `geo.coverage.cover`, in metres.
    *more
        What else it depends on, the same for all.
    """
    common = mark_of(list(radii), posts.quad_segs, *more)
    found = _touching(ground, posts, max(radii) * _WIDER + _ROOM_M)
    first = np.searchsorted(found[0], np.arange(len(ground) + 1))
    edges = np.searchsorted(cases["school"].to_numpy(), np.arange(len(ground) + 1))
    nearest = nearest_posts(ground, posts, cases)
    span = cases["span"].to_numpy(dtype=np.int64)
    words = (cases["day_type"].astype(str) + cases["slot"].astype(str)).tolist()
    shape, reach = shapely.to_wkb(ground), shapely.to_wkb(posts.discs)
    marks = []
    for school in range(len(ground)):
        own, discs = slice(edges[school], edges[school + 1]), found[1][first[school] : first[school + 1]]
        counts = posts.posts[np.ix_(span[own], discs)]
        on_duty = [
            mark_of(reach[disc], counts[:, column].tobytes())
            for column, disc in enumerate(discs)
            if counts[:, column].any()
        ]
        marks.append(mark_of(common, shape[school], words[own], nearest[own].tobytes(), *sorted(on_duty)))
    return marks


def _touching(ground: Geometries, posts: Reach, within_m: float) -> Integers:
    """Pair schools with the reaches that may touch their rings, by school."""
    found = posts.tree.query(ground, predicate="dwithin", distance=within_m)
    pairs: Integers = found[:, np.lexsort(found[::-1])]
    return pairs


def area_marks(
    network: Network, sites: Sites, *each: Sequence[object], common: Sequence[object]
) -> list[bytes]:
    """Mark what the service areas of posts depend on: the roads that hang together with theirs, no others.

    Parameters
    ----------
    network
        In metres.
    sites
        Where the posts meet the road, shape (n,).
    *each
        What else each of them depends on, shape (n,).
    common
        What all of them do.
    """
    roads = _component_marks(network)
    known, shape = sites.edge >= 0, np.empty(len(sites.edge), dtype=object)
    shape[known] = shapely.to_wkb(network.lines[sites.edge[known]])
    at = network.component[network.tail[sites.edge]] if len(network.tail) else np.zeros(len(known), np.int64)
    on = zip(sites.along_m.tolist(), sites.off_m.tolist(), *each, strict=True)
    shared = mark_of(*common)
    return [
        mark_of(shared, *own, *((roads[at[row]], shape[row]) if known[row] else ()))
        for row, own in enumerate(on)
    ]


def _component_marks(network: Network) -> dict[int, bytes]:
    """Mark the roads of each component."""
    label = network.component[network.tail]
    order = np.argsort(label, kind="stable")
    names, first = np.unique(label[order], return_index=True)
    parts = zip(
        names.tolist(),
        np.split(shapely.to_wkb(network.lines[order]), first[1:]),
        np.split(network.car_ms[order], first[1:]),
        np.split(network.oneway[order], first[1:]),
        strict=False,
    )
    return {name: mark_of(*lines, ms.tobytes(), one.tobytes()) for name, lines, ms, one in parts}


def ledger_marks(facts: LedgerFacts, *, as_of: date, rules: LedgerRules) -> list[bytes]:
    """Mark what a school's part of the ledger depends on.

    Parameters
    ----------
    facts, as_of, rules
        As for `geo.ledger_days.whole_ledger`.

    Returns
    -------
    list of bytes
        By school: its own facts and those of the schools with which it shares posts, the posts that they
        share, and every post that can come, with its time. Of the others, whether there are any on duty.
    """
    schools = len(facts.schools)
    post_marks = _post_marks(facts)
    school_of_gate = rows_of(facts.schools["school_code"], facts.gates["school_code"])
    own = _school_marks(facts)
    labels = components(facts, school_of_gate, rules)
    shared: dict[int, list[bytes]] = {}
    for label, mark in zip(labels.tolist(), [*own, *post_marks], strict=True):
        shared.setdefault(label, []).append(mark)
    groups = {label: mark_of(*sorted(members)) for label, members in shared.items()}
    days = special_days(facts, as_of)
    with_help = hours_with_help(facts, as_of=as_of, days=days, rules=rules)
    known = roster_of(facts.posts, facts.duties, manned=rules.manned).has_hours
    comes = coming(facts.posts, rules)
    common = mark_of(
        _rules(rules), as_of, _written(facts.calendar), facts.travel_s is None,
        bool(comes.any()), bool((comes & known).any()), sorted(with_help.items()),
    )  # fmt: skip
    help_marks = _help_marks(facts, post_marks, school_of_gate)
    return [
        mark_of(common, own[row], groups[int(labels[row])], *help_marks.get(row, ()))
        for row in range(schools)
    ]


def _rules(rules: LedgerRules) -> list[str]:
    """Write rules as text; a set is written in the order of its words, not in that of the hour."""
    values = ((each.name, getattr(rules, each.name)) for each in fields(rules))
    return [f"{name} {sorted(value) if isinstance(value, frozenset) else value!r}" for name, value in values]


def _written(rows: pd.DataFrame) -> list[str]:
    """Write rows as text, in an order of their own."""
    return sorted(repr(tuple(map(_plain, row))) for row in rows.itertuples(index=False, name=None))


def _plain(value: object) -> object:
    """Give a value as Python has it, whatever array it comes from; missing ones alike."""
    if isinstance(value, (list, tuple, np.ndarray)):
        return tuple(int(each) for each in value)
    return None if pd.isna(value) else str(value)  # type: ignore[call-overload]  # any scalar


def _by_code(rows: pd.DataFrame, column: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code, row in zip(rows[column], rows.itertuples(index=False, name=None), strict=True):
        if isinstance(code, str):
            found.setdefault(code, []).append(repr(tuple(map(_plain, row))))
    return found


def _post_marks(facts: LedgerFacts) -> list[bytes]:
    """Mark each post with its duties and exceptions, and with those that stand in for it or it for them."""
    duties, exceptions = _by_code(facts.duties, "post_code"), _by_code(facts.exceptions, "post_code")
    rows = facts.posts.itertuples(index=False, name=None)
    own = {
        code: mark_of(tuple(map(_plain, row)), sorted(duties.get(code, ())), sorted(exceptions.get(code, ())))
        for code, row in zip(facts.posts["post_code"], rows, strict=True)
    }
    others: dict[str, list[bytes]] = {}
    for code, other in zip(facts.exceptions["post_code"], facts.exceptions["replaced_by"], strict=True):
        if code in own and other in own:
            others.setdefault(code, []).append(own[other])
            others.setdefault(other, []).append(own[code])
    return [mark_of(mark, *sorted(others.get(code, ()))) for code, mark in own.items()]


def _school_marks(facts: LedgerFacts) -> list[bytes]:
    """Mark each school with its gates and bells."""
    gates, bells = _by_code(facts.gates, "school_code"), _by_code(facts.bells, "school_code")
    rows = facts.schools.itertuples(index=False, name=None)
    return [
        mark_of(tuple(map(_plain, row)), sorted(gates.get(code, ())), sorted(bells.get(code, ())))
        for code, row in zip(facts.schools["school_code"], rows, strict=True)
    ]


def components(facts: LedgerFacts, school_of_gate: Integers, rules: LedgerRules) -> Integers:
    """Group the schools and posts that have to do with each other.

    Parameters
    ----------
    facts, rules
        As for `ledger_marks`.
    school_of_gate
        Row of each gate's school.

    Returns
    -------
    numpy.ndarray
        Number of the group of each school, then of each post; shape (schools + posts,).
    """
    schools, posts = len(facts.schools), len(facts.posts)
    pairs = eligible(facts.posts, facts.gates, facts.duties, within_m=rules.guard_radius_m)
    row_of = {code: number for number, code in enumerate(facts.posts["post_code"])}
    changed = zip(facts.exceptions["post_code"], facts.exceptions["replaced_by"], strict=True)
    stand_ins = [(row_of[code], row_of[by]) for code, by in changed if code in row_of and by in row_of]
    one = np.array([each[0] for each in stand_ins], dtype=np.int64) + schools
    other = np.array([each[1] for each in stand_ins], dtype=np.int64) + schools
    left = np.concatenate([school_of_gate[pairs.gate], one])
    right = np.concatenate([pairs.post + schools, other])
    size = schools + posts
    links = coo_array((np.ones(len(left), dtype=bool), (left, right)), shape=(size, size))
    return connected_components(links, directed=False)[1].astype(np.int64)


def _help_marks(
    facts: LedgerFacts, post_marks: Sequence[bytes], school_of_gate: Integers
) -> dict[int, Iterable[bytes]]:
    """Mark who can come to each school's gates, and how soon."""
    if facts.travel_s is None:
        return {row: sorted(post_marks) for row in range(len(facts.schools))}
    found: dict[int, list[bytes]] = {}
    for gate, school in enumerate(school_of_gate.tolist()):
        times = facts.travel_s[:, gate]
        comes = np.flatnonzero(np.isfinite(times))
        marks = sorted(mark_of(post_marks[post], times[post].tobytes()) for post in comes.tolist())
        found.setdefault(school, []).append(mark_of(len(facts.posts) > 0, *marks))
    return {school: sorted(marks) for school, marks in found.items()}

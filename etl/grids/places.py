"""The headings of a grid -> posts, schools and gates that are known; the headings themselves go no further.

A heading that is nothing known may be somebody's name: its row is refused, and the heading is not kept.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from data.repositories import roster as repository
from data.repositories import settings as settings_repository
from etl.grids.reasons import GridReason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection

    from etl.definitions import Definition
    from etl.grids.rule import GridRule
    from etl.readers.chunk import Chunk
    from geo.arrays import Flags

HEADINGS = {"@school": "school", "@gate": "gate", "@post": "post"}
"""Columns of a grid's chunk that hold headings of places, and where they stand in an entry."""
_SIGNS = str.maketrans("", "", repository.LEFT_OUT)


class Names(NamedTuple):
    """The headings of places around a cell."""

    school: str | None
    gate: str | None
    post: str | None

    @property
    def joined(self) -> str:
        """Give them as one name: 实验小学 and 南门 are 实验小学南门."""
        return folded("".join(name for name in self if name))

    @property
    def last(self) -> str:
        """Give the one that says most."""
        return folded(self.post or self.gate or self.school or "")


class Found(NamedTuple):
    """What headings mean, or why their rows are refused."""

    post: str | None = None
    school: str | None = None
    gate: str | None = None
    reason: str | None = None
    column: str | None = None


_NO_POST = Found(reason=GridReason.UNKNOWN_POST, column="post_code")
_NO_SCHOOL = Found(reason=GridReason.UNKNOWN_SCHOOL, column="school_code")


def folded(name: str) -> str:
    """Give a name without what writing adds: width, case, blanks, brackets and punctuation."""
    return _storable(unicodedata.normalize("NFKC", name)).translate(_SIGNS).lower()


def with_places(chunks: Iterable[Chunk], connection: Connection, definition: Definition) -> Iterator[Chunk]:
    """Put codes in the place of a grid's headings; chunks of other files go by untouched.

    Parameters
    ----------
    chunks
        As the reader gives them.
    connection
        In the transaction of the load.
    definition
        The source.

    Yields
    ------
    Chunk
        The columns that the source maps, and nothing of a heading that is not known.
    """
    if definition.grid is None:
        yield from chunks
        return
    finder = _Finder(connection, definition, definition.grid)
    for chunk in chunks:
        yield finder.placed(chunk)


class _Finder:
    """Looks headings up, each once a load."""

    def __init__(self, connection: Connection, definition: Definition, rule: GridRule) -> None:
        self.connection, self.definition, self.rule = connection, definition, rule
        self.radius = settings_repository.read(connection).guard_radius_m
        self.posts = {folded(name): code for name, code in rule.posts.items()}
        self.schools = {folded(name): code for name, code in rule.schools.items()}
        constant = definition.columns.get("school_code")
        self.school = constant.value if constant is not None else None
        self.known: dict[Names, Found] = {}

    def placed(self, chunk: Chunk) -> Chunk:
        """Give a chunk with codes for its headings."""
        if not self.rule.places:
            return replace(chunk, cells=chunk.cells.drop(columns=list(HEADINGS)))
        headings = chunk.cells[list(HEADINGS)].astype(object)
        names = [Names(*row) for row in headings.where(headings.notna(), None).itertuples(index=False)]
        self._look_up([one for one in dict.fromkeys(names) if one not in self.known])
        found = [self.known[one] for one in names]
        cells = chunk.cells.assign(
            post_code=_texts(one.post for one in found),
            school_code=_texts(one.school for one in found),
            gate=_texts(one.gate for one in found),
        )[list(self.definition.source_columns)]
        faults = {(one.reason, one.column) for one in found if one.reason is not None}
        refused = [
            (
                np.array([(one.reason, one.column) == fault for one in found], dtype=bool),
                str(fault[0]),
                fault[1],
            )
            for fault in sorted(faults)
        ]
        if self.definition.kind == "duty_exception":
            refused.append((_several(chunk.rows.tolist(), cells), GridReason.SEVERAL_INTERVALS, "start"))
        return replace(chunk, cells=cells, row_faults=(*refused, *chunk.row_faults))

    def _look_up(self, names: Sequence[Names]) -> None:
        """Find out what headings mean that were not met before."""
        if not names:
            return
        book = _Book(self.connection, names, self)
        self.known |= {one: book.meaning(one) for one in names}


class _Book:
    """What the database knows about some headings."""

    def __init__(self, connection: Connection, names: Sequence[Names], finder: _Finder) -> None:
        self.finder = finder
        words = {word for one in names for word in (one.joined, one.last) if word}
        self.posts = _by_name(
            repository.find_named(connection, "post", list(words), _codes(n.post for n in names))
        )
        own = [name for one in names if (name := one.school) is not None]
        given = repository.find_named(connection, "school", [folded(name) for name in own], _codes(own))
        self.schools = _by_name(given)
        codes = {code for found in self.schools.values() for code in found} | set(finder.schools.values())
        codes |= {finder.school} if finder.school else set()
        alone = [one.joined for one in names if one.gate and not one.school and not finder.school]
        gates = repository.find_gates(connection, sorted(codes), alone)
        self.whole_gates: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self.gates: dict[tuple[str, str], set[str]] = defaultdict(set)
        for gate in gates:
            self.whole_gates[gate.folded].add((gate.school, gate.gate))
            self.gates[gate.school, gate.folded].add(gate.gate)
        codes |= {gate.school for gate in gates}
        self.guards = [
            _by_gate(repository.read_serving(connection, sorted(codes))),
            _by_gate(repository.read_near(connection, sorted(codes), finder.radius)),
        ]

    def meaning(self, names: Names) -> Found:
        """Tell what some headings mean together."""
        if not names.joined:
            return Found(reason=GridReason.MISSING_VALUE, column="post_code")
        school, gate, is_certain = self._place(names)
        if not is_certain:
            return _NO_SCHOOL
        post = self._named_post(names)
        is_known = gate is not None or (names.gate is None and names.post is None)
        if post is None and school is not None and is_known:
            post = self._guard(school, gate)
        if post is not None:
            return Found(post, school, gate)
        return _NO_SCHOOL if names.school is not None and school is None else _NO_POST

    def _place(self, names: Names) -> tuple[str | None, str | None, bool]:
        """Give school and gate as far as they are known, and whether they are not one of several."""
        school = self.finder.school
        if names.school is not None:
            mapped = self.finder.schools.get(folded(names.school))
            found = {mapped} if mapped else self._known_codes(self.schools, names.school)
            if len(found) > 1:
                return None, None, False
            school = next(iter(found), None)
        elif school is None and names.gate is not None:
            whole = self.whole_gates.get(folded(names.gate), set())
            one = next(iter(whole)) if len(whole) == 1 else (None, None)
            return *one, len(whole) <= 1
        word = names.gate or names.post
        gates = self.gates.get((school, folded(word)), set()) if school and word else set()
        return school, next(iter(gates)) if len(gates) == 1 else None, True

    def _named_post(self, names: Names) -> str | None:
        """Give the post that the headings name together, or the last of them where it names posts."""
        words = [names.joined]
        if names.post is not None or sum(name is not None for name in names) == 1:
            words.append(names.last)
        for word in words:
            if word in self.finder.posts:
                return self.finder.posts[word]
        if names.post is not None and _as_code(names.post) in self.posts:
            words.insert(0, _as_code(names.post))
        for word in words:
            if found := self.posts.get(word, set()):
                return next(iter(found)) if len(found) == 1 else None
        return None

    def _guard(self, school: str, gate: str | None) -> str | None:
        """Give the only guard post that serves a school or gate, else the only one that is near."""
        for guards in self.guards:
            if found := guards.get((school, gate), set()):
                return next(iter(found)) if len(found) == 1 else None
        return None

    @staticmethod
    def _known_codes(known: dict[str, set[str]], name: str) -> set[str]:
        return known.get(_as_code(name)) or known.get(folded(name), set())


def _by_name(found: Iterable[repository.Named]) -> dict[str, set[str]]:
    names: dict[str, set[str]] = defaultdict(set)
    for one in found:
        names[one.name].add(one.code)
    return names


def _by_gate(guards: Iterable[repository.Guard]) -> dict[tuple[str, str | None], set[str]]:
    """Gather guard posts by school and gate, and by school alone (gate None)."""
    gathered: dict[tuple[str, str | None], set[str]] = defaultdict(set)
    for guard in guards:
        gathered[guard.school, None].add(guard.post)
        if guard.gate is not None:
            gathered[guard.school, guard.gate].add(guard.post)
    return gathered


def _codes(names: Iterable[str | None]) -> list[str]:
    return sorted({_as_code(name) for name in names if name is not None})


def _as_code(name: str) -> str:
    return _storable(unicodedata.normalize("NFKC", name)).strip()


def _storable(name: str) -> str:
    """Leave out what the database has no signs for: NUL, and halves of others."""
    return name.replace("\x00", "").encode("utf-8", "ignore").decode()


def _texts(values: Iterable[str | None]) -> pd.Series[str]:
    return pd.Series(list(values), dtype="str")


def _several(rows: Sequence[int], cells: pd.DataFrame) -> Flags:
    """Find one-day changes of which one row of the sheet has several for a post and day."""
    keys = [name for name in ("date", "post_code") if name in cells.columns]
    frame = cells.assign(row=rows).fillna("")
    different = frame.drop_duplicates().groupby(["row", *keys]).size()
    counts = different.reindex(pd.MultiIndex.from_frame(frame[["row", *keys]]) if keys else frame["row"])
    flags: Flags = counts.to_numpy() > 1
    return flags

"""What a job is given and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from data.repositories.built import read_marks, write_marks
from data.repositories.results import replace_results
from geo.arrays import shapes_of
from geo.planes import planes
from geo.terms import UNASSIGNED

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from datetime import date

    import pandas as pd

    from data.config import Settings
    from data.repositories.facts import Facts
    from etl.notes import Note
    from geo.arrays import Flags, Integers


class Todo(NamedTuple):
    """Which schools or posts are to be computed."""

    rows: Flags
    """Of those whose marks were given."""
    replaced: set[str] | None
    """Codes of those whose rows are replaced, those that are gone included; None: the whole partition."""


@dataclass(frozen=True, slots=True)
class Task:
    """One job on one partition.

    Parameters
    ----------
    facts
        What holds, and the transaction to read and write in.
    district
        The partition, a district's code or ``unassigned``.
    settings
        The parameters in force.
    day
        The local date whose timetable counts.
    run_id
        The run that its rows carry.
    done
        Called with the number of schools that are done so far in this partition.
    """

    facts: Facts
    district: str
    settings: Settings
    day: date
    run_id: int
    done: Callable[[int], None]
    only_changed: bool = False
    """Whether schools whose results depend on the same as before are left alone."""
    notes: list[Note] = field(default_factory=list)
    """What there is to say; jobs add to it."""

    def planes(self, schools: pd.DataFrame) -> list[tuple[int, Integers]]:
        """Group the partition's schools by the metric CRS that they are measured in."""
        if self.district == UNASSIGNED:
            return planes(shapes_of(schools))
        return planes(shapes_of(schools), area=shapes_of(self.facts.district_areas(self.district)))

    def replace(
        self, table: str, frame: pd.DataFrame, *, only: Collection[str] | None, by: str = "school_code"
    ) -> int:
        """Put rows in the place of the partition's, or of some schools' or posts'; gives their number."""
        if only is not None and not only:
            return 0
        return replace_results(
            self.facts.connection,
            table,
            self.district,
            frame,
            run_id=self.run_id,
            as_of=self.facts.day,
            only=only,
            by=by,
        )

    def begin(
        self, part: str, codes: Sequence[str], marked: Iterable[tuple[Integers, Sequence[bytes]]]
    ) -> Todo:
        """Say which schools' or posts' results are to be computed, and keep the marks of what they depend on.

        Parameters
        ----------
        part
            Name of the results.
        codes
            Of every school, or every post, of the partition.
        marked
            Their marks (`geo.marks`), plane by plane, with their rows.
        """
        marks = [b""] * len(codes)
        for rows, found in marked:
            for row, mark in zip(rows.tolist(), found, strict=True):
                marks[row] = mark
        if self.facts.day is not None:
            return Todo(np.ones(len(codes), dtype=bool), None)
        connection = self.facts.connection
        known = read_marks(connection, self.district, part) if self.only_changed else {}
        if known != dict(zip(codes, marks, strict=True)) or not known:
            write_marks(connection, self.district, part, codes, marks)
        if not self.only_changed:
            return Todo(np.ones(len(codes), dtype=bool), None)
        touched = np.array(
            [known.get(code) != mark for code, mark in zip(codes, marks, strict=True)], dtype=bool
        )
        gone = known.keys() - set(codes)
        return Todo(
            touched, {code for code, is_touched in zip(codes, touched, strict=True) if is_touched} | gone
        )


class Whole(NamedTuple):
    """What a job is given for the part that it does once a build, over all partitions."""

    facts: Facts
    day: date
    """The local date that is built for."""
    run_id: int
    notes: list[Note]


@dataclass(frozen=True, slots=True)
class Job:
    """A job: what it runs and which tables are its own."""

    run: Callable[[Task], int]
    """Computes one partition, replaces its rows and gives their number."""
    tables: tuple[str, ...]
    of_events: bool = False
    """Whether partitions that have events and no school are computed too."""
    nothing: str | None = None
    """Key of the sentence for a build in which it wrote no row."""
    once: Callable[[Whole], int] | None = None
    """What it does beside, once a build after the last partition; gives the number of its rows."""

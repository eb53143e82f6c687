"""What a job is given and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from data.repositories.results import replace_results
from geo.planes import planes
from geo.terms import UNASSIGNED

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import pandas as pd

    from data.config import Settings
    from data.repositories.facts import Facts
    from geo.arrays import Geometries, Integers


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

    def planes(self, schools: pd.DataFrame) -> list[tuple[int, Integers]]:
        """Group the partition's schools by the metric CRS that they are measured in."""
        if self.district == UNASSIGNED:
            return planes(shapes(schools))
        return planes(shapes(schools), area=shapes(self.facts.district_areas(self.district)))

    def replace(self, table: str, frame: pd.DataFrame) -> int:
        """Put rows in the place of those that the partition had; gives their number."""
        return replace_results(
            self.facts.connection, table, self.district, frame, run_id=self.run_id, as_of=self.facts.day
        )


@dataclass(frozen=True, slots=True)
class Job:
    """A job: what it runs and which tables are its own."""

    run: Callable[[Task], int]
    """Computes one partition, replaces its rows and gives their number."""
    tables: tuple[str, ...]


def shapes(frame: pd.DataFrame) -> Geometries:
    """Give a frame's geometries as an array."""
    return np.array([*frame["geom"], None], dtype=object)[:-1]

"""Events counted for education: by nearest school and school year, told as a class, never as a number.

One case near a school can be one child's, so education sees the class of `geo.terms.CountClass` alone. An
event belongs to one school only, the nearest within `NEAR_M`: sums over schools would otherwise differ by the
events that two of them share, and tell those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.campaign_events import nearest_schools
from geo.disclosure import classes_of_counts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geo.arrays import Flags, Geometries, Integers

FIRST_MONTH = 9
"""A school year begins on 1 September and has the number of the year in which it begins."""
NEAR_M = 500.0
"""From the school's boundary, or its point; an event on the ground lies at 0."""
COLUMNS = ("school", "school_year", "class")


def school_year_of(day: date) -> int:
    """Give the year in which the school year of a local date began."""
    return day.year if day.month >= FIRST_MONTH else day.year - 1


def class_rows(
    schools: Geometries,
    own: Flags,
    events: tuple[Geometries, Integers, Integers],
    years: Sequence[int],
) -> pd.DataFrame:
    """Give the class of every own school in every school year that has events.

    Parameters
    ----------
    schools
        Boundaries or points in metres of one plane, in the order of their codes, also those of neighbouring
        partitions: an event there belongs to the nearer one; shape (n,).
    own
        Which of them have rows, shape (n,).
    events
        Points in the same plane, of a hidden one the centre of its hexagon; the year in which their school
        year began; how many each stands for; shapes (e,).
    years
        School years that have rows whether or not any of these events fall in them.

    Returns
    -------
    pandas.DataFrame
        ``school`` (row of ``schools``), ``school_year``, ``class``; schools in order, then years.
    """
    points, year_of, number = events
    school = nearest_schools(schools, points, within_m=NEAR_M)
    counted = (school >= 0) & own[np.maximum(school, 0)] if len(schools) else school >= 0
    all_years = np.union1d(np.array(years, dtype=np.int64), year_of[counted])
    counts = np.zeros((len(schools), len(all_years)), dtype=np.int64)
    np.add.at(counts, (school[counted], np.searchsorted(all_years, year_of[counted])), number[counted])
    rows = np.flatnonzero(own)
    return pd.DataFrame(
        {
            "school": np.repeat(rows, len(all_years)),
            "school_year": np.tile(all_years, len(rows)),
            "class": classes_of_counts(counts[rows].ravel()),
        },
        columns=list(COLUMNS),
    )

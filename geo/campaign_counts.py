"""What a campaign is judged by: counts of schools and periods, who was treated, and which days count.

A campaign has days before it, days that count after it, and perhaps days between that count as neither: the
caller says whether the days of the campaign itself count. A period is used where it lies in one of the two as
a whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.errors import CampaignDatesError, CampaignNumberError, CampaignOverlapError, CampaignShapeError

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from geo.arrays import Flags, Floats, Integers, Objects

CONTROL_FROM_M = 1_000.0
"""A school nearer than this to a treated zone may have got what was driven out of it: it compares nothing."""
MONTH_DAYS = 365.25 / 12


class CampaignDates(NamedTuple):
    """The days that count: [before_from, start) and [after_from, after_to)."""

    before_from: dt.date
    start: dt.date
    after_from: dt.date
    after_to: dt.date


class PeriodTotal(NamedTuple):
    """Events of a group of schools in the days before or after, and the number of these days."""

    events: int
    days: int

    @property
    def per_month(self) -> float:
        """Events in a month of 30.4 days, NaN without days."""
        return self.events / self.days * MONTH_DAYS if self.days else float("nan")


@dataclass(frozen=True)
class PeriodCounts:
    """Events counted by school and period.

    Attributes
    ----------
    counts
        Whole numbers from 0, shape (n, t); every event at one school only.
    starts
        First day of each period, ascending, shape (t,), ``datetime64[D]``.
    days
        Days of each period, shape (t,), at least 1; periods do not overlap.
    """

    counts: Integers
    starts: NDArray[np.datetime64]
    days: Integers


@dataclass(frozen=True)
class CampaignUnits:
    """The schools (or zones) that are counted, in the order of the counts, shape (n,) each.

    Attributes
    ----------
    is_treated
        Whether the campaign is for this school.
    zone_distance_m
        Metres to the nearest treated zone, 0 inside.
    pupils
        Number, NaN where unknown.
    stage
        `geo.terms.Stage` or `None`.
    """

    is_treated: Flags
    zone_distance_m: Floats
    pupils: Floats
    stage: Objects

    @property
    def is_candidate(self) -> Flags:
        """Whether a school can be a control: not treated, and far enough from what is."""
        candidates: Flags = ~self.is_treated & (self.zone_distance_m >= CONTROL_FROM_M)
        return candidates


class Phases(NamedTuple):
    """Counts of the days before and after; shorter periods are added up by the month in which they begin.

    Attributes
    ----------
    before, after
        Shape (n, blocks), no columns where there are no such days.
    before_days, after_days
        Days counted.
    """

    before: Floats
    after: Floats
    before_days: int
    after_days: int


def check_counts(counted: PeriodCounts, units: CampaignUnits) -> None:
    """Refuse counts that do not fit.

    Raises
    ------
    CampaignShapeError
        Arrays do not agree in length.
    CampaignNumberError
        An event count or a number of days is no whole number, or too small.
    CampaignOverlapError
        Periods overlap or are not in order.
    """
    sizes = {len(part) for part in (units.is_treated, units.zone_distance_m, units.pupils, units.stage)}
    periods = len(counted.starts)
    shapes = {counted.counts.shape[1:], counted.days.shape}
    if sizes != {len(counted.counts)} or shapes != {(periods,)}:
        raise CampaignShapeError
    if not _are_whole(counted.counts, 0) or not _are_whole(counted.days, 1):
        raise CampaignNumberError
    if periods > 1 and (counted.starts[1:] < _ends(counted)[:-1]).any():
        raise CampaignOverlapError


def _are_whole(numbers: Integers, least: int) -> bool:
    return bool((np.isfinite(numbers) & (numbers == np.floor(numbers)) & (numbers >= least)).all())


def _ends(counted: PeriodCounts) -> NDArray[np.datetime64]:
    ends: NDArray[np.datetime64] = counted.starts + counted.days.astype("timedelta64[D]")
    return ends


def split_phases(counted: PeriodCounts, dates: CampaignDates) -> Phases:
    """Give the counts before and after.

    Raises
    ------
    CampaignDatesError
        The dates are not in order; equal ones are: they leave no days.
    """
    if not dates.before_from <= dates.start <= dates.after_from <= dates.after_to:
        raise CampaignDatesError
    chosen = [periods_between(counted, *days) for days in (dates[:2], dates[2:])]
    before, after = (_blocks(counted, periods) for periods in chosen)
    return Phases(before, after, *(int(counted.days[periods].sum()) for periods in chosen))


def periods_between(counted: PeriodCounts, first: dt.date, last: dt.date) -> Flags:
    """Find the periods that lie in [first, last) as a whole, shape (t,)."""
    inside: Flags = (counted.starts >= np.datetime64(first)) & (_ends(counted) <= np.datetime64(last))
    return inside


def _blocks(counted: PeriodCounts, periods: Flags) -> Floats:
    """Add up periods by calendar month: what varies from month to month hides in single days."""
    counts = counted.counts[:, periods].astype(np.float64)
    if not counts.shape[1]:
        return counts
    _, first = np.unique(counted.starts[periods].astype("datetime64[M]"), return_index=True)
    blocks: Floats = np.add.reduceat(counts, first, axis=1)
    return blocks


def plain_number(value: float) -> str:
    """Write a number for a sentence, with one decimal where it has any; a dash where it is unknown."""
    return f"{round(value, 1):g}" if np.isfinite(value) else "-"

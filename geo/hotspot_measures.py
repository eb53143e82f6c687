"""What is said of a period's events beside its hotspots: concentration, clusters, change; and foresight.

Everything is plain numbers, words and ids, ready to be written as JSON; nothing of it is a position.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.concentration import concentration, fewest_places
from geo.event_change import LEAST_COUNT, event_change
from geo.event_clusters import event_clusters
from geo.event_periods import comparison, first_day, foreseen_blocks, month_end
from geo.foresight import LEAST_EVENTS, foresight
from geo.hotspots import ALL, hot_cells
from geo.terms import UNASSIGNED, ChangeWord, NoForesight

if TYPE_CHECKING:
    from scipy import sparse

    from geo.arrays import Integers
    from geo.event_periods import Comparison

HALF = 0.5
LATE_START = timedelta(days=6)
"""A file whose first event is no later than this in a period is taken to hold all of the period."""
LEAST_TO_CONCENTRATE = 20
"""With fewer events nothing is said of how they are concentrated."""
_YEAR = 4


@dataclass(frozen=True, slots=True)
class Counted:
    """The events of one grid.

    Parameters
    ----------
    events
        ``cell`` (row among the cells), ``month``, ``category``, ``day`` (local date as datetime64), ``lon``,
        ``lat`` (degrees, EPSG:4490) and ``town`` (code, or unassigned); a row an event.
    cells
        How many cells the grid has.
    epsg, radius_m
        The grid.
    day
        The last local date of which events are counted.
    """

    events: pd.DataFrame
    cells: int
    epsg: int
    radius_m: int
    day: date

    @property
    def first(self) -> date:
        """Give the local date of the first event."""
        first: date = self.events["day"].min().date()
        return first

    def of(self, period: str, category: str) -> pd.DataFrame:
        """Give the events of a period and category."""
        month = self.events["month"].to_numpy(dtype=str)
        chosen = month == period if len(period) > _YEAR else np.strings.startswith(month, period)
        if category != ALL:
            chosen &= self.events["category"].to_numpy(dtype=str) == category
        return self.events[chosen]

    def counts(self, events: pd.DataFrame) -> Integers:
        """Count some of the events by cell, shape (cells,)."""
        return np.bincount(events["cell"].to_numpy(), minlength=self.cells).astype(np.int64)


def period_measures(counted: Counted, period: str, category: str) -> dict[str, Any]:
    """Measure a period and category.

    Parameters
    ----------
    counted
        The events.
    period, category
        A row of its labels.

    Returns
    -------
    dict
        ``concentration`` and ``clusters`` of years, and of months all categories together (else `None`);
        ``change`` of the district (`None` where the events do not go back so far) and, all categories
        together, of each of its ``towns``.
    """
    events = counted.of(period, category)
    is_told = len(period) == _YEAR or category == ALL
    asked = comparison(period, counted.day)
    earlier = _cut(counted.of(asked.before, category), asked)
    known = counted.first <= first_day(asked.before) + LATE_START
    return {
        "concentration": _concentration(counted, events) if is_told else None,
        "clusters": _clusters(counted, events) if is_told else None,
        "change": _change(asked, earlier, events, is_told=is_told) if known else None,
        "towns": _towns(asked, earlier, events) if known and category == ALL else [],
    }


def _concentration(counted: Counted, events: pd.DataFrame) -> dict[str, Any] | None:
    """Say in how few cells half of the events and most of them lie, and how few of the latter by chance."""
    if len(events) < LEAST_TO_CONCENTRATE:
        return None
    counts = counted.counts(events)
    most = concentration(counts)
    return {
        "held_by": most.held_by,
        "share": most.places_share,
        "by_chance": list(most.by_chance),
        "is_concentrated": bool(most.is_concentrated),
        "half_held_by": fewest_places(counts, HALF),
    }


def _clusters(counted: Counted, events: pd.DataFrame) -> dict[str, Any]:
    """List the clusters as cells with their number of events, and count the events in none."""
    found = event_clusters(
        events["lon"].to_numpy(dtype=float),
        events["lat"].to_numpy(dtype=float),
        epsg=counted.epsg,
        radius_m=counted.radius_m,
    )
    pairs = zip(found.events.tolist(), found.cells, strict=True)
    return {
        "found": [{"events": int(number), "cells": list(ids)} for number, ids in pairs],
        "alone": found.alone,
    }


def _cut(earlier: pd.DataFrame, asked: Comparison) -> pd.DataFrame:
    """Leave out what came later in the year than the period that is not over yet."""
    if asked.until is None:
        return earlier
    days = earlier["day"].dt
    in_time = days.month * 100 + days.day <= asked.until.month * 100 + asked.until.day
    kept: pd.DataFrame = earlier.loc[in_time]
    return kept


def _change(
    asked: Comparison, earlier: pd.DataFrame, later: pd.DataFrame, *, is_told: bool
) -> dict[str, Any]:
    """Compare a district with itself a year before: counts, word, and the ratio where there are enough.

    One category of one month is only compared where there are enough of both.
    """
    both = (len(earlier), len(later))
    if is_told or min(both) >= LEAST_COUNT:
        told = _compared(asked, np.array([both]))[0]
    else:
        told = {"before": both[0], "after": both[1], "word": str(ChangeWord.TOO_FEW)}
    return told | {"period": asked.before, "until": asked.until.isoformat() if asked.until else None}


def _towns(asked: Comparison, earlier: pd.DataFrame, later: pd.DataFrame) -> list[dict[str, Any]]:
    """Compare each town that had events with itself a year before."""
    counts = pd.DataFrame({"b": earlier["town"].value_counts(), "a": later["town"].value_counts()}).fillna(0)
    counts = counts[counts.index != UNASSIGNED].sort_index().astype(np.int64)
    told = _compared(asked, counts[["b", "a"]].to_numpy())
    return [{"code": str(code), **row} for code, row in zip(counts.index, told, strict=True)]


def _compared(asked: Comparison, pairs: Integers) -> list[dict[str, Any]]:
    """Compare places; where either count is too small there are only the counts."""
    if not len(pairs):
        return []
    found = event_change(pairs[:, 0], pairs[:, 1], days=asked.days)
    # A ratio is a percentage written otherwise.
    found.loc[found["percent"].isna(), ["ratio", "low", "high"]] = np.nan
    plain = found.astype(object).where(found.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]


def foresight_measures(counted: Counted, neighbours: sparse.csr_array) -> dict[str, Any]:
    """Say how well the hot cells of one period foresaw the events of the next.

    Parameters
    ----------
    counted
        The events, one at least.
    neighbours
        As `geo.getis.neighbourhoods`.

    Returns
    -------
    dict
        Of the shortest period of which the next one has at least 50 events: ``chosen_by`` and ``held_out``
        (their names), and `geo.foresight.Foresight`; else its ``reason`` with ``held_out``.
    """
    last = min(counted.day, month_end(counted.events["month"].max()))
    told: dict[str, Any] = {"reason": str(NoForesight.TOO_FEW_EVENTS), "events": 0, "least": LEAST_EVENTS}
    for earlier, later in foreseen_blocks(last):
        before, after = (counted.events[counted.events["month"].isin(b.months)] for b in (earlier, later))
        chosen = hot_cells(counted.counts(before), neighbours)
        found = foresight(chosen, counted.counts(after))
        told = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in found._asdict().items()
        }
        told |= {
            "chosen_by": earlier.name,
            "held_out": later.name,
            "least": LEAST_EVENTS,
            "reason": str(found.reason) if found.reason else None,
        }
        if found.reason is None:
            return told
    return _without_nan(told)


def _without_nan(told: dict[str, Any]) -> dict[str, Any]:
    """Leave out indices that are not defined: JSON has no word for them."""
    return {name: value for name, value in told.items() if not name.startswith(("pai", "pei"))}

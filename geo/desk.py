"""A district laid out for planning: its facts in metres, its roads, and its week as things are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.crs import to_metric
from geo.ledger_difference import Difference, difference
from geo.what_if import Placed, Week, consider, week_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geo.layouts import Roads
    from geo.ledger import LedgerFacts, LedgerRules
    from geo.plan_changes import Change


@dataclass(frozen=True, slots=True)
class Desk:
    """A district laid out.

    Parameters
    ----------
    facts
        In metres of ``epsg``, without one-day changes.
    roads
        None where no roads are known.
    epsg
        The metric CRS.
    as_of
        The date whose timetable makes the week.
    rules
        How the ledger counts.
    week
        What it comes to as things are.
    """

    facts: LedgerFacts
    roads: Roads | None
    epsg: int
    as_of: date
    rules: LedgerRules
    week: Week

    def locate(self, lon: float, lat: float, mobility: str | None) -> Placed:
        """Find a place, degrees EPSG:4490, and how long it takes from there to each gate."""
        point = to_metric(np.array([shapely.Point(lon, lat)], dtype=object), self.epsg)
        times = (
            None if self.roads is None else self.roads.times(point, pd.Series([mobility], dtype=object))[0]
        )
        return Placed(float(shapely.get_x(point[0])), float(shapely.get_y(point[0])), times)

    def considered(self, changes: Sequence[Change]) -> Difference:
        """Say what a plan would win and lose in a week.

        Raises
        ------
        geo.what_if.PlanPostError
            The plan does not fit the posts that there are.
        """
        rows = consider(
            self.facts, changes, self.week, locate=self.locate, as_of=self.as_of, rules=self.rules
        )
        return difference(rows.before, rows.after, unchanged=rows.unchanged)

    def facts_with(self, exceptions: pd.DataFrame) -> LedgerFacts:
        """Give the facts with one-day changes."""
        return replace(self.facts, exceptions=exceptions)


def desk_of(facts: LedgerFacts, roads: Roads | None, *, epsg: int, as_of: date, rules: LedgerRules) -> Desk:
    """Lay a district's facts on the desk (`geo.layouts.laid_out`), with its week as things are."""
    return Desk(facts, roads, epsg, as_of, rules, week_of(facts, as_of=as_of, rules=rules))

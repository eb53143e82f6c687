"""A district laid out for planning: its facts in metres, its roads, and its week as things are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.crs import to_metric
from geo.ledger import LedgerFacts, gate_slots
from geo.ledger_difference import Difference, difference
from geo.roads import build_network
from geo.travel import snap, travel_times
from geo.what_if import Placed, consider

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geo.arrays import Floats, Geometries, Objects
    from geo.ledger import LedgerRules
    from geo.plan_changes import Change
    from geo.roads import Network, RoadSpeeds
    from geo.travel import Sites


@dataclass(frozen=True, slots=True)
class RoadRules:
    """How one gets about."""

    speeds: RoadSpeeds
    tolerance_m: float
    """Ends of roads so near are one junction."""
    limit_m: float
    """A point farther from every road has none."""
    default_mobility: str
    """How a post moves that says nothing."""


@dataclass(frozen=True, slots=True)
class Roads:
    """The network of a district, and where its gates meet it."""

    network: Network
    gates: Sites
    rules: RoadRules

    def times(self, points: Geometries, mobility: Objects) -> Floats:
        """Give the seconds from some places to each gate; shape (points, gates)."""
        moves = np.array(
            [word if isinstance(word, str) else self.rules.default_mobility for word in mobility],
            dtype=object,
        )
        sites = snap(self.network, points, limit_m=self.rules.limit_m)
        return travel_times(self.network, sites, moves, self.gates, speeds=self.rules.speeds)


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
        ``gate_slots(facts, as_of=as_of, rules=rules)``.
    """

    facts: LedgerFacts
    roads: Roads | None
    epsg: int
    as_of: date
    rules: LedgerRules
    week: pd.DataFrame

    def locate(self, lon: float, lat: float, mobility: str | None) -> Placed:
        """Find a place, degrees EPSG:4490, and how long it takes from there to each gate."""
        point = to_metric(np.array([shapely.Point(lon, lat)], dtype=object), self.epsg)
        times = None if self.roads is None else self.roads.times(point, np.array([mobility], dtype=object))[0]
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


def lay_out(
    frames: dict[str, pd.DataFrame],
    roads: pd.DataFrame,
    *,
    epsg: int,
    as_of: date,
    rules: LedgerRules,
    road_rules: RoadRules,
) -> Desk:
    """Lay a district out.

    Parameters
    ----------
    frames
        ``gates``, ``schools``, ``bells``, ``posts``, ``duties``, ``exceptions``, ``calendar`` as
        `geo.ledger.LedgerFacts` has them, gates and posts with ``geom`` in EPSG:4490 instead of ``x``, ``y``.
    roads
        ``class``, ``speed_kmh``, ``oneway``, ``geom``.
    epsg
        The metric CRS to measure in.
    as_of, rules, road_rules
        As for `Desk`.
    """
    gates, posts = (to_metric(_shapes(frames[name]), epsg) for name in ("gates", "posts"))
    network = _roads(roads, gates, epsg, road_rules)
    travel = (
        None if network is None else network.times(posts, frames["posts"]["mobility"].to_numpy(dtype=object))
    )
    placed = {"gates": _placed(frames["gates"], gates), "posts": _placed(frames["posts"], posts)}
    facts = LedgerFacts(**{**frames, **placed}, travel_s=travel)
    return Desk(facts, network, epsg, as_of, rules, gate_slots(facts, as_of=as_of, rules=rules))


def _roads(roads: pd.DataFrame, gates: Geometries, epsg: int, rules: RoadRules) -> Roads | None:
    """Make a network of the roads, if there are any."""
    if roads.empty:
        return None
    network = build_network(
        to_metric(_shapes(roads), epsg), roads["class"].to_numpy(dtype=object),
        roads["speed_kmh"].to_numpy(dtype=np.float64), roads["oneway"].fillna(False).to_numpy(dtype=bool),
        speeds=rules.speeds, tolerance_m=rules.tolerance_m,
    )  # fmt: skip
    return Roads(network, snap(network, gates, limit_m=rules.limit_m), rules)


def _shapes(frame: pd.DataFrame) -> Geometries:
    return np.array([*frame["geom"], None], dtype=object)[:-1]


def _placed(frame: pd.DataFrame, points: Geometries) -> pd.DataFrame:
    """Write positions in the place of shapes."""
    rest = pd.DataFrame(frame.drop(columns="geom")).reset_index(drop=True)
    return rest.assign(x=shapely.get_x(points), y=shapely.get_y(points))

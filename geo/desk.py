"""A district laid out for planning: its facts in metres, its roads, and its week as things are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.crs import in_plane, to_metric
from geo.gates import with_estimated
from geo.ledger import LedgerFacts
from geo.ledger_difference import Difference, difference
from geo.roads import build_network
from geo.travel import snap, travel_times
from geo.what_if import Placed, Week, consider, week_of

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
    """Lay a district out, as a build does.

    Parameters
    ----------
    frames
        ``gates``, ``schools``, ``bells``, ``posts``, ``duties``, ``exceptions``, ``calendar`` as
        `geo.ledger.LedgerFacts` has them; gates, schools and posts with ``geom`` in EPSG:4490. A school
        without a gate gets one (`geo.gates.with_estimated`); posts and roads that the plane cannot hold are
        left out.
    roads
        ``class``, ``speed_kmh``, ``oneway``, ``geom``.
    epsg
        The metric CRS to measure in.
    as_of, rules, road_rules
        As for `Desk`.
    """
    posts = _within(frames["posts"], epsg)
    network = _network(roads, epsg, road_rules)
    given = _placed(frames["gates"], epsg)
    schools = frames["schools"]
    grounds = to_metric(_shapes(schools), epsg)
    gates = with_estimated(schools, grounds, given, network, limit_m=road_rules.limit_m)
    made = None
    if len(network.lines):
        made = Roads(network, snap(network, _points(gates), limit_m=road_rules.limit_m), road_rules)
    travel = None if made is None else made.times(_points(posts), posts["mobility"].to_numpy(dtype=object))
    plain = pd.DataFrame(schools.drop(columns="geom")).reset_index(drop=True)
    placed = {"gates": gates, "posts": posts, "schools": plain}
    facts = LedgerFacts(**{**frames, **placed}, travel_s=travel)
    return Desk(facts, made, epsg, as_of, rules, week_of(facts, as_of=as_of, rules=rules))


def _network(roads: pd.DataFrame, epsg: int, rules: RoadRules) -> Network:
    """Make a network of the roads that the plane holds."""
    kept = roads if roads.empty else roads[in_plane(_shapes(roads), epsg)]
    empty = np.empty(0, dtype=object)
    columns = [kept[name].to_numpy() if len(kept) else empty for name in ("class", "speed_kmh", "oneway")]
    return build_network(
        to_metric(_shapes(kept), epsg) if len(kept) else empty,
        columns[0].astype(object), columns[1].astype(np.float64), columns[2].astype(bool),
        speeds=rules.speeds, tolerance_m=rules.tolerance_m,
    )  # fmt: skip


def _shapes(frame: pd.DataFrame) -> Geometries:
    return np.array([*frame["geom"], None], dtype=object)[:-1]


def _within(frame: pd.DataFrame, epsg: int) -> pd.DataFrame:
    """Keep what the plane holds, with its places in metres."""
    return _placed(pd.DataFrame(frame[in_plane(_shapes(frame), epsg)]), epsg)


def _placed(frame: pd.DataFrame, epsg: int) -> pd.DataFrame:
    """Write positions in metres in the place of shapes."""
    points = to_metric(_shapes(frame), epsg)
    rest = pd.DataFrame(frame.drop(columns="geom")).reset_index(drop=True)
    return rest.assign(x=shapely.get_x(points), y=shapely.get_y(points))


def _points(frame: pd.DataFrame) -> Geometries:
    points: Geometries = np.empty(len(frame), dtype=object)
    shapely.points(frame[["x", "y"]].to_numpy(dtype=np.float64), out=points)
    return points

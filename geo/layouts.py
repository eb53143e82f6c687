"""A district's facts as stored, laid out in the metres of a plane: one way for builds and for plans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.arrays import points_of, shapes_of
from geo.calendars import without_schools
from geo.crs import in_plane, to_metric
from geo.gates import with_estimated
from geo.ledger import LedgerFacts
from geo.roads import build_network
from geo.travel import snap, travel_times

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.arrays import Floats, Geometries, Integers, Objects
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

    def moves(self, mobility: pd.Series) -> Objects:
        """Give how each post moves, or is assumed to."""
        words: Objects = mobility.fillna(self.default_mobility).to_numpy(dtype=object)
        return words


@dataclass(frozen=True, slots=True)
class Roads:
    """The network of a district, and where its gates meet it."""

    network: Network
    gates: Sites
    rules: RoadRules

    def times(self, points: Geometries, mobility: pd.Series) -> Floats:
        """Give the seconds from some places to each gate; shape (points, gates)."""
        sites = snap(self.network, points, limit_m=self.rules.limit_m)
        moves = self.rules.moves(mobility)
        return travel_times(self.network, sites, moves, self.gates, speeds=self.rules.speeds)


def network_of(roads: pd.DataFrame, epsg: int, rules: RoadRules) -> Network:
    """Make a network of the roads that a plane holds.

    Parameters
    ----------
    roads
        ``class``, ``speed_kmh``, ``oneway``, ``geom`` in EPSG:4490.
    epsg
        The plane; roads too far away to be drawn in it are none.
    rules
        Speeds, and what is one junction.

    Returns
    -------
    Network
        In metres of the plane; without edges where there are no roads.
    """
    lines = shapes_of(roads)
    near = in_plane(lines, epsg)
    own = roads[near]
    return build_network(
        to_metric(lines[near], epsg),
        own["class"].to_numpy(dtype=object),
        own["speed_kmh"].to_numpy(dtype=np.float64),
        own["oneway"].to_numpy(dtype=bool),
        speeds=rules.speeds,
        tolerance_m=rules.tolerance_m,
    )


def laid_out(
    frames: Mapping[str, pd.DataFrame], rows: Integers, network: Network, *, epsg: int, rules: RoadRules
) -> tuple[LedgerFacts, Roads | None]:
    """Lay out what the ledger of some of a partition's schools is kept from.

    Parameters
    ----------
    frames
        The partition's ``gates``, ``schools``, ``bells``, ``posts``, ``duties``, ``exceptions``, ``calendar``
        as `geo.ledger.LedgerFacts` has them; gates, schools and posts with ``geom`` in EPSG:4490.
    rows
        The schools that are measured in this plane.
    network
        The roads in it.
    epsg
        The plane; posts that it cannot hold are left out.
    rules
        How one gets about.

    Returns
    -------
    LedgerFacts
        A school without a gate has one that is estimated (`geo.gates.with_estimated`).
    Roads or None
        None where there are no roads.
    """
    schools = frames["schools"].iloc[rows].reset_index(drop=True)
    elsewhere = set(frames["schools"]["school_code"]) - set(schools["school_code"])
    given, bells = (_of(frames[name], schools) for name in ("gates", "bells"))
    grounds = to_metric(shapes_of(schools), epsg)
    gates = with_estimated(schools, grounds, _placed(given, epsg), network, limit_m=rules.limit_m)
    near = in_plane(shapes_of(frames["posts"]), epsg)
    posts = _placed(pd.DataFrame(frames["posts"][near]), epsg)
    roads = None
    if len(network.lines):
        roads = Roads(network, snap(network, points_of(gates), limit_m=rules.limit_m), rules)
    facts = LedgerFacts(
        gates=gates, schools=pd.DataFrame(schools.drop(columns="geom")), bells=bells, posts=posts,
        duties=frames["duties"], exceptions=frames["exceptions"],
        calendar=without_schools(frames["calendar"], elsewhere),
        travel_s=None if roads is None else roads.times(points_of(posts), posts["mobility"]),
    )  # fmt: skip
    return facts, roads


def _of(rows: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows of some schools."""
    return pd.DataFrame(rows[rows["school_code"].isin(schools["school_code"])]).reset_index(drop=True)


def _placed(frame: pd.DataFrame, epsg: int) -> pd.DataFrame:
    """Write positions in metres in the place of shapes."""
    points = to_metric(shapes_of(frame), epsg)
    rest = pd.DataFrame(frame.drop(columns="geom")).reset_index(drop=True)
    return rest.assign(x=shapely.get_x(points), y=shapely.get_y(points))

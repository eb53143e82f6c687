"""What the pages of distance checks and of the rule book read and ask for, as the session's viewer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
import streamlit as st

from dashboard.queries import KEEP, KEEP_S
from dashboard.viewer import viewer_token
from data.repositories import finding_reads, map_layers, rules, settings
from data.repositories import jobs as queue
from data.repositories.facts import Box, Facts
from data.road_rules import road_rules
from data.session import kept_transaction, viewer_transaction, viewer_work
from geo.arrays import as_geometries, shapes_of
from geo.crs import to_metric
from geo.dispute import measured
from geo.gates import with_estimated
from geo.layouts import network_of
from geo.planes import planes
from geo.rule_distances import Sides
from geo.terms import RuleMetric, SchoolSide
from geo.venue_categories import categories_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from dashboard.queries import Situation
    from geo.dispute import Measured

ROUND_M = 1500.0
"""Roads are looked at so far round venue and school, and as far again as the way is long."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The distance checks of a state of the data.

    Parameters
    ----------
    findings
        `data.repositories.finding_reads.read_findings`.
    venues
        ``id, code, name, category`` (ours, or missing), in the order of the map's features.
    unchecked
        ``word`` (missing: none was given), ``venues``: those whose category no list knows.
    """

    findings: pd.DataFrame
    venues: pd.DataFrame
    unchecked: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Case:
    """One finding, with everything that its sheet shows.

    Parameters
    ----------
    row
        Of `data.repositories.finding_reads.read_findings`.
    sides, measured
        Shapes in metres, and the lines that were measured.
    gate_names
        Of the gates of ``sides``, None where one is assumed.
    """

    row: Mapping[str, Any]
    sides: Sides
    measured: Measured
    gate_names: tuple[str | None, ...]


def checked(now: Situation) -> Checked:
    """Give the distance checks as they are."""
    return _checked(now.stamp, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _checked(stamp: str, *, _token: str) -> Checked:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        found = pd.DataFrame(finding_reads.read_findings(connection))
        venues = pd.DataFrame(finding_reads.read_venue_points(connection).drop(columns="geom"))
        words = finding_reads.read_venue_words(connection)
    known = np.array([category is not None for category in categories_of(words["word"])], dtype=bool)
    ours = categories_of(venues["category"])
    return Checked(found, venues.assign(category=ours), words[~known].reset_index(drop=True))


def history(now: Situation) -> pd.DataFrame:
    """Give every version of every rule, by code, the newest first."""
    return _history(now.stamp, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _history(stamp: str, *, _token: str) -> pd.DataFrame:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        return rules.history(connection)


def district_codes(now: Situation) -> list[str]:
    """List the districts that the viewer's schools are in."""
    return _district_codes(now.stamp, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _district_codes(stamp: str, *, _token: str) -> list[str]:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        return [str(code) for code in map_layers.districts(connection)["district_code"]]


def ask_for(words: Mapping[str, Any]) -> int:
    """Ask the worker to write in the rule book, in the viewer's name; gives the job's number."""
    with viewer_work(viewer_token()) as connection:
        number = queue.add_as_viewer(connection, "rule", dict(words))
        connection.commit()
    return number


def case_of(venue: str, school: str, rule_id: int) -> Case | None:
    """Read one finding anew and measure it; None where the viewer sees none, or its shapes are gone."""
    with viewer_transaction(viewer_token()) as connection:
        found = finding_reads.read_finding(connection, venue, school, rule_id)
        pair = pd.DataFrame(finding_reads.read_pair(connection, venue, school)).set_index("what")["geom"]
        if found.empty or len(pair) < 2:  # noqa: PLR2004 -- venue and school
            return None
        row = {str(name): value for name, value in found.iloc[0].items()}
        sides, names = _sides(connection, row, pair)
    side, limit = SchoolSide(row["school_side"]), row["metres"]
    straight_limit = None if row["metric"] == RuleMetric.WALK or pd.isna(limit) else float(limit)
    return Case(row, sides, measured(sides, side, straight_limit), names)


def _sides(
    connection: Connection, row: Mapping[str, Any], pair: pd.Series
) -> tuple[Sides, tuple[str | None, ...]]:
    """Lay venue, school, gates and roads out in the plane in which the build measured."""
    facts, used = Facts(connection), settings.read(connection)
    district = str(row["district_code"])
    school = as_geometries([pair["school"]])
    ((epsg, _),) = planes(school, area=shapes_of(facts.district_areas(district)))
    rules_of_roads = road_rules(used)
    west, south, east, north = shapely.union_all(as_geometries(pair.tolist())).bounds
    walk = row["distance_walk_m"]
    round_m = ROUND_M + (0.0 if pd.isna(walk) else float(walk))
    network = network_of(facts.roads(Box(west, south, east, north).widened(round_m)), epsg, rules_of_roads)
    every = facts.gates_with_rank(district)
    own = every[every["school_code"] == row["school_code"]].reset_index(drop=True)
    points = to_metric(shapes_of(own), epsg)
    placed = pd.DataFrame(own.drop(columns="geom")).assign(x=shapely.get_x(points), y=shapely.get_y(points))
    ground = to_metric(school, epsg)
    named = pd.DataFrame({"school_id": [1], "school_code": [row["school_code"]]})
    gates = with_estimated(named, ground, placed, network, limit_m=rules_of_roads.limit_m).assign(school=0)
    names = tuple(None if pd.isna(name) else str(name) for name in gates["name"])
    venue = to_metric(as_geometries([pair["venue"]]), epsg)
    return Sides(venue, ground, gates, network, rules_of_roads.limit_m), names

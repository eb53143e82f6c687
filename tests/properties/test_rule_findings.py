"""Findings in random towns are those of brute force, and what they promise holds whatever the town."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.arrays import as_geometries, points_of
from geo.dispute import measured
from geo.rule_distances import Sides, doors
from geo.rule_findings import Checking, findings
from geo.terms import FindingStatus, SchoolSide
from geo.travel import snap
from geo.walks import Pairs, walking_m, walking_route
from tests.properties.amount import examples
from tests.unit.road_grids import STEP_M, cost_to, costs, network_of, town

SEEDS = st.integers(0, 2**32 - 1)
LIMIT_M = 60.0
SIDE = 5
DAY = date(2026, 11, 2)


def random_case(seed: int):
    """A town with schools that are grounds or points, gates on them, venues that are points or outlines."""
    chance = np.random.default_rng(seed)
    network = network_of(town(chance, SIDE, kept=0.7))
    corners = chance.uniform(0, SIDE * STEP_M, (3, 2))
    grounds = [shapely.box(x, y, x + 60, y + 40) for x, y in corners[:2]] + [shapely.Point(corners[2])]
    gates = pd.DataFrame(
        [
            {
                "school": 0,
                "x": corners[0, 0],
                "y": corners[0, 1] + 20,
                "is_main": True,
                "is_estimated": False,
            },
            {
                "school": 0,
                "x": corners[0, 0] + 60,
                "y": corners[0, 1],
                "is_main": None,
                "is_estimated": False,
            },
            {"school": 1, "x": corners[1, 0], "y": corners[1, 1], "is_main": None, "is_estimated": False},
            {
                "school": 1,
                "x": corners[1, 0],
                "y": corners[1, 1] + 40,
                "is_main": None,
                "is_estimated": False,
            },
            {"school": 2, "x": corners[2, 0], "y": corners[2, 1], "is_main": True, "is_estimated": True},
        ]
    )
    spots = chance.uniform(-50, SIDE * STEP_M + 50, (12, 2))
    places = [
        shapely.Point(spot) if n % 3 else shapely.box(*spot, *(spot + 12)) for n, spot in enumerate(spots)
    ]
    return chance, Sides(as_geometries(places), as_geometries(grounds), gates, network, LIMIT_M)


def rules_of(chance: np.random.Generator) -> pd.DataFrame:
    kinds = [
        (side, metric) for side in ("boundary", "any_gate", "main_gate") for metric in ("straight", "walk")
    ]
    return pd.DataFrame(
        {
            "rule_id": number, "venue_category": "bar", "stages": ["primary"], "metres": float(chance.integers(20, 300)),
            "is_inclusive": bool(chance.random() < 0.5), "school_side": side, "metric": metric, "valid_from": None,
        }
        for number, (side, metric) in enumerate(kinds[1:] if chance.random() < 0.5 else kinds)
        if (side, metric) != ("boundary", "walk")
    )  # fmt: skip


def check(sides: Sides, rules: pd.DataFrame, band_m: float, margin_m: float) -> pd.DataFrame:
    venues = pd.DataFrame(
        {"venue_code": [f"V{n:02}" for n in range(len(sides.venues))], "category": "bar", "licence_from": None,
         "licence_to": None, "established_on": None}
    )  # fmt: skip
    schools = pd.DataFrame({"school_code": ["S0", "S1", "S2"], "stage": "primary"})
    return findings(sides, venues, schools, rules, Checking(band_m, margin_m, DAY))


def by_hand(sides: Sides, venue: int, school: int, side: str) -> tuple[float, float]:
    """Both distances of one pair, one gate after the other, ways by networkx."""
    gates = sides.gates[sides.gates["school"] == school]
    if side == "main_gate" and gates["is_main"].fillna(value=False).any():
        gates = gates[gates["is_main"].fillna(value=False).astype(bool)]
    points = [shapely.Point(x, y) for x, y in zip(gates["x"], gates["y"], strict=True)]
    place = sides.venues[venue]
    straight = min(place.distance(point) for point in points)
    if side == "boundary":
        straight = place.distance(sides.schools[school])
    door = doors(sides)[[venue]]
    walks = [walk_by_hand(sides, door, point) for point in points]
    return round(straight, 3), round(min(walks), 3)


def walk_by_hand(sides: Sides, door, point: shapely.Point) -> float:
    start = snap(sides.network, door, limit_m=LIMIT_M)
    goal = snap(sides.network, as_geometries([point]), limit_m=LIMIT_M)
    if -1 in (start.edge[0], goal.edge[0]):
        return float("inf")
    paid = costs(sides.network, "foot", in_metres=True)
    on_road = cost_to(sides.network, start, 0, int(goal.edge[0]), float(goal.along_m[0]), paid)
    return float(on_road + goal.off_m[0])


@given(SEEDS)
@settings(max_examples=examples(12), deadline=None)
def test_every_pair_is_as_by_hand_and_absent_ones_are_far(seed: int) -> None:
    chance, sides = random_case(seed)
    rules = rules_of(chance)
    band_m, margin_m = float(chance.choice([0, 15])), float(chance.choice([0, 60]))
    found = check(sides, rules, band_m, margin_m).set_index(["venue_code", "school_code", "rule_id"])
    assert found.index.is_unique
    for rule in rules.to_dict("records"):
        for venue in range(len(sides.venues)):
            for school in range(3):
                straight, walk = by_hand(sides, venue, school, rule["school_side"])
                measure = walk if rule["metric"] == "walk" and np.isfinite(walk) else straight
                key = (f"V{venue:02}", f"S{school}", rule["rule_id"])
                edge = rule["metres"] + band_m + margin_m
                if abs(measure - edge) > 0.001:
                    assert (key in found.index) == (measure < edge)
                if key in found.index:
                    row = found.loc[key]
                    assert row["distance_straight_m"] == pytest.approx(straight, abs=0.0011)
                    assert np.isnan(row["distance_walk_m"]) == np.isinf(walk)
                    if np.isfinite(walk):
                        assert row["distance_walk_m"] == pytest.approx(walk, abs=0.0011)


@given(SEEDS)
@settings(max_examples=examples(40), deadline=None)
def test_a_longer_rule_never_takes_a_finding_away_and_a_wider_band_never_makes_a_candidate(seed: int) -> None:
    chance, sides = random_case(seed)
    rules = rules_of(chance)
    order = {FindingStatus.CLEAR: 0, FindingStatus.NEEDS_SURVEY: 1, FindingStatus.CANDIDATE: 2}
    key = ["venue_code", "school_code", "rule_id"]
    short = check(sides, rules, 10.0, 900.0).set_index(key)["status"].map(order)
    long = (
        check(sides, rules.assign(metres=rules["metres"] + 25), 10.0, 900.0)
        .set_index(key)["status"]
        .map(order)
    )
    assert (long.reindex(short.index) >= short).all()
    wide = check(sides, rules, 40.0, 900.0).set_index(key)["status"]
    narrow = check(sides, rules, 10.0, 900.0).set_index(key)["status"].reindex(wide.index)
    assert not ((wide == "candidate") & (narrow.notna()) & (narrow != "candidate")).any()


@given(SEEDS)
@settings(max_examples=examples(40), deadline=None)
def test_findings_do_not_depend_on_the_order_of_venues_and_gates(seed: int) -> None:
    chance, sides = random_case(seed)
    rules = rules_of(chance)
    order = chance.permutation(len(sides.venues))
    gates = sides.gates.iloc[chance.permutation(len(sides.gates))].reset_index(drop=True)
    turned = Sides(sides.venues[order], sides.schools, gates, sides.network, LIMIT_M)
    names = {f"V{new:02}": f"V{old:02}" for new, old in enumerate(order)}
    again = check(turned, rules, 15.0, 60.0)
    again = again.assign(venue_code=again["venue_code"].map(names))
    key = ["venue_code", "school_code", "rule_id"]
    left = check(sides, rules, 15.0, 60.0)
    again = again.sort_values(key, ignore_index=True)
    pd.testing.assert_frame_equal(left, again, check_dtype=False)


@given(SEEDS)
@settings(max_examples=examples(60), deadline=None)
def test_a_way_is_as_long_as_said_and_runs_along_roads(seed: int) -> None:
    _, sides = random_case(seed)
    door = doors(sides)
    gates = points_of(sides.gates)
    starts, goals = (snap(sides.network, points, limit_m=LIMIT_M) for points in (door, gates))
    whole = np.array([(venue, gate) for venue in range(len(door)) for gate in range(len(gates))])
    metres = walking_m(sides.network, starts, goals, Pairs(whole[:, 0], whole[:, 1]))
    for (venue, gate), length in zip(whole, metres, strict=True):
        ends = (door[venue], gates[gate])
        route = walking_route(sides.network, starts.at(np.array([venue])), goals.at(np.array([gate])), ends)
        assert (route is None) == np.isinf(length)
        if route is not None:
            assert route.length == pytest.approx(length, abs=1e-6)
            assert length >= ends[0].distance(ends[1]) - 1e-6
            assert (shapely.Point(route.coords[0]), shapely.Point(route.coords[-1])) == ends
            inner = shapely.MultiPoint(route.coords[1:-1])
            roads = shapely.union_all(sides.network.lines)
            assert max(roads.distance(point) for point in inner.geoms) < 1e-6


@given(SEEDS)
@settings(max_examples=examples(40), deadline=None)
def test_the_sheet_draws_what_the_check_measured(seed: int) -> None:
    chance, sides = random_case(seed)
    rules = rules_of(chance)
    for row in check(sides, rules, 15.0, 60.0).to_dict("records"):
        rule = rules.set_index("rule_id").loc[row["rule_id"]]
        venue, school = int(row["venue_code"][1:]), int(row["school_code"][1:])
        gates = sides.gates[sides.gates["school"] == school].assign(school=0).reset_index(drop=True)
        alone = Sides(sides.venues[[venue]], sides.schools[[school]], gates, sides.network, LIMIT_M)
        drawn = measured(alone, SchoolSide(rule["school_side"]), float(rule["metres"]))
        assert drawn.straight_m == pytest.approx(row["distance_straight_m"], abs=0.0011)
        assert (drawn.walk_m is None) == np.isnan(row["distance_walk_m"])
        if drawn.walk_m is not None:
            assert drawn.walk_m == pytest.approx(row["distance_walk_m"], abs=0.0011)
        inside = drawn.limit.buffer(0.01).intersects(sides.venues[venue])
        assert inside >= (drawn.straight_m < rule["metres"] * np.cos(np.pi / 128))

"""What posts reach by road is exactly what networkx says can be reached, and cover by road is never more than straight."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.coverage import cover
from geo.reach import reach_of, reach_within
from geo.service_areas import Beside, Straight, road_reach, service_areas, widened
from geo.stretches import ONE_METRE_A_SECOND, Stretches, cut, reached, substrings, without_engines
from geo.strokes import in_strokes
from geo.travel import Sites, snap
from tests.unit.road_grids import SPEEDS, STEP_M, Way, cost_to, costs, network_of, town

MOBILITIES = ("foot", "ebike", "car")
NOBODY = np.zeros((0, 0), dtype=bool)
WIDE = Beside(25.0)


def array(*geometries: shapely.Geometry) -> np.ndarray:
    made = np.empty(len(geometries), dtype=object)
    made[:] = geometries
    return made


def words(*given: str) -> np.ndarray:
    return np.array(given, dtype=object)


def straight_road(*, is_oneway: bool = False) -> list[Way]:
    """One road of 4 km in forty pieces, from west to east."""
    return [Way(shapely.LineString([(x, 0), (x + 100, 0)]), is_oneway, 36.0) for x in range(-2000, 2000, 100)]


def some_sites(network, chance: np.random.Generator, count: int) -> Sites:
    edge = chance.integers(0, len(network.lines), count)
    return Sites(edge, chance.uniform(0, 1, count) * network.length_m[edge], chance.uniform(0, 60, count))


@pytest.mark.parametrize("unit", ["seconds", "metres"])
@pytest.mark.parametrize("mobility", MOBILITIES)
def test_a_place_is_within_reach_exactly_where_networkx_comes_within_the_budget(
    mobility: str, unit: str
) -> None:
    chance = np.random.default_rng(len(mobility) + len(unit))
    network = network_of(town(chance))
    sites = some_sites(network, chance, 6)
    budgets = np.array([20.0, 60.0, 120.0]) if unit == "seconds" else np.array([40.0, 180.0, 400.0])
    movers = words(*[mobility] * 6)
    movers, speeds = (movers, SPEEDS) if unit == "seconds" else (without_engines(movers), ONE_METRE_A_SECOND)
    found = reached(network, sites, movers, np.broadcast_to(budgets, (6, 3)), speeds=speeds)
    paid = costs(network, mobility, in_metres=unit == "metres")
    told = np.zeros(2, dtype=int)
    for post, edge in zip(
        np.repeat(np.arange(6), 25), chance.integers(0, len(network.lines), 150), strict=True
    ):
        along = float(chance.uniform(0, network.length_m[edge]))
        cost = cost_to(network, sites, int(post), int(edge), along, paid)
        for number, part in enumerate(found):
            own = (part.post == post) & (part.edge == edge)
            inside = bool((own & (part.start_m <= along) & (along <= part.stop_m)).any())
            assert inside == (cost <= budgets[number]), (post, edge, along, cost)
            told[int(inside)] += 1
    assert told.min() > 20


@pytest.mark.parametrize("mobility", MOBILITIES)
def test_a_service_area_holds_the_roads_that_are_reached_in_time_and_no_others(mobility: str) -> None:
    chance = np.random.default_rng(7)
    network = network_of(town(chance))
    sites = some_sites(network, chance, 4)
    areas = service_areas(
        network, sites, words(*[mobility] * 4), np.array([90.0]), speeds=SPEEDS, beside=Beside(0.5)
    )
    assert areas.shape == (4, 1)
    paid = costs(network, mobility, in_metres=False)
    for post, edge in zip(
        np.repeat(np.arange(4), 60), chance.integers(0, len(network.lines), 240), strict=True
    ):
        along = float(chance.uniform(3, network.length_m[edge] - 3))
        cost = cost_to(network, sites, int(post), int(edge), along, paid)
        if abs(cost - 90) > paid.per_m[edge]:
            place = network.lines[edge].interpolate(along)
            assert areas[post, 0].intersects(place) == (cost < 90)


@pytest.mark.parametrize(
    ("mobility", "metres_a_second", "seconds"), [("foot", 3, 60), ("ebike", 20 / 3.6, 60), ("car", 10, 30)]
)
def test_on_a_straight_road_the_area_is_a_capsule(
    mobility: str, metres_a_second: float, seconds: float
) -> None:
    network = network_of(straight_road())
    sites = snap(network, array(shapely.Point(30, 0)), limit_m=500)
    area = service_areas(network, sites, words(mobility), np.array([60.0]), speeds=SPEEDS, beside=WIDE)[0, 0]
    far = metres_a_second * seconds
    capsule = shapely.LineString([(30 - far, 0), (30 + far, 0)]).buffer(25, quad_segs=16)
    assert area.symmetric_difference(capsule).area == pytest.approx(0, abs=1e-6)
    assert area.geom_type == "MultiPolygon"


def test_the_way_to_the_road_is_part_of_the_budget_and_a_oneway_is_left_on_foot_only() -> None:
    network = network_of(straight_road(is_oneway=True))
    sites = snap(network, array(*[shapely.Point(30, 60)] * 2), limit_m=500)
    areas = service_areas(
        network, sites, words("foot", "ebike"), np.array([50.0]), speeds=SPEEDS, beside=WIDE
    )[:, 0]
    assert areas[0].bounds == pytest.approx((30 - 90 - 25, -25, 30 + 90 + 25, 25))
    assert areas[1].bounds == pytest.approx((30 - 25, -25, 30 + 30 * 20 / 3.6 + 25, 25))


def test_longer_times_reach_at_least_as_much() -> None:
    chance = np.random.default_rng(3)
    network = network_of(town(chance))
    sites = some_sites(network, chance, 9)
    areas = service_areas(
        network, sites, words(*MOBILITIES * 3), np.array([60.0, 180.0]), speeds=SPEEDS, beside=WIDE
    )
    assert shapely.area(shapely.difference(areas[:, 0], areas[:, 1])).max() < 1e-6
    assert (shapely.area(areas[:, 1]) > shapely.area(areas[:, 0])).any()


def test_without_a_road_the_area_is_empty_and_other_posts_keep_theirs() -> None:
    network = network_of(straight_road())
    positions = array(shapely.Point(0, 0), shapely.Point(0, 900), shapely.Point(0, 300))
    sites = snap(network, positions, limit_m=500)
    areas = service_areas(
        network, sites, words("foot", "foot", "foot"), np.array([60.0]), speeds=SPEEDS, beside=WIDE
    )[:, 0]
    assert shapely.is_empty(areas).tolist() == [False, True, True]
    within = road_reach(
        network, sites, words(*["foot"] * 3), Straight(positions, np.full(3, 180.0)), beside=WIDE
    )
    assert shapely.is_empty(within).tolist() == [False, True, True]


def test_no_roads_at_all_leave_every_area_empty() -> None:
    network = network_of([])
    positions = array(shapely.Point(0, 0))
    sites = snap(network, positions, limit_m=500)
    assert service_areas(network, sites, words("car"), np.array([60.0]), speeds=SPEEDS, beside=WIDE)[
        0, 0
    ].is_empty
    assert road_reach(network, sites, words("car"), Straight(positions, np.array([800.0])), beside=WIDE)[
        0
    ].is_empty


def test_what_no_road_joins_is_not_reached() -> None:
    network = network_of([*straight_road(), Way(shapely.LineString([(0, 60), (100, 60)]), False, 36.0)])
    sites = snap(network, array(shapely.Point(50, 0)), limit_m=500)
    area = service_areas(network, sites, words("foot"), np.array([60.0]), speeds=SPEEDS, beside=WIDE)[0, 0]
    assert not area.intersects(shapely.Point(50, 60))


def test_a_road_reached_from_both_ends_keeps_the_gap_in_its_middle() -> None:
    ring = [(0, 0), (1000, 0), (1000, 1000), (0, 1000), (0, 0)]
    ways = [Way(shapely.LineString(ring[number : number + 2]), False, 36.0) for number in range(4)]
    network = network_of(ways)
    sites = snap(network, array(shapely.Point(500, 0)), limit_m=10)
    limit = np.array([[1900.0]])
    (found,) = reached(network, sites, words("foot"), limit, speeds=ONE_METRE_A_SECOND)
    lines = shapely.union_all(cut(network, found))
    assert lines.length == pytest.approx(3800)
    assert lines.distance(shapely.Point(500, 1000)) == pytest.approx(100)


def test_substrings_are_those_of_shapely() -> None:
    from shapely.ops import substring

    chance = np.random.default_rng(5)
    lines = array(
        *(shapely.LineString(chance.uniform(0, 100, (chance.integers(2, 9), 2))) for _ in range(50))
    )
    ends = np.sort(chance.uniform(0, 1, (2, 50)), axis=0) * shapely.length(lines)
    for made, line, start, stop in zip(substrings(lines, *ends), lines, *ends, strict=True):
        wanted = substring(line, start, stop)
        assert shapely.hausdorff_distance(made, wanted) < 1e-9
        assert made.length == pytest.approx(wanted.length)


def everyone(posts: int) -> np.ndarray:
    return np.zeros((0, posts), dtype=bool)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_cover_by_road_is_never_more_than_straight_and_both_add_up(seed: int) -> None:
    chance = np.random.default_rng(seed)
    network = network_of(town(chance, 6))
    spots = chance.uniform(-50, 6 * STEP_M, (5, 2))
    schools = array(*(shapely.box(x, y, x + 60, y + 50) for x, y in spots[:3]), shapely.Point(spots[3]))
    positions = shapely.points(chance.uniform(-100, 6 * STEP_M, (8, 2)))
    mobility = words(*chance.choice(MOBILITIES, 8))
    reach_m = np.select([mobility == "foot", mobility == "ebike"], [90.0, 180.0], 300.0)
    shapes = road_reach(
        network, snap(network, positions, limit_m=80), mobility, Straight(positions, reach_m), beside=WIDE
    )
    cases = pd.DataFrame({"school": np.arange(4), "day_type": "school_day", "slot": "all", "span": -1})
    (straight,) = cover(schools, [50, 200], reach_of(positions, reach_m, everyone(8)), cases)
    (road,) = cover(schools, [50, 200], reach_within(positions, reach_m, shapes, everyone(8)), cases)
    assert (road.table["covered_area_m2"] <= straight.table["covered_area_m2"] + 1e-6).all()
    assert (road.table["post_count"] <= straight.table["post_count"]).all()
    assert road.table["nearest_post_m"].tolist() == straight.table["nearest_post_m"].tolist()
    whole = road.table["covered_area_m2"] + road.table["gap_area_m2"]
    np.testing.assert_allclose(whole, road.table["ring_area_m2"], atol=1e-3)
    for number, row in road.table.iterrows():
        ring = schools[row["school"]].buffer(row["ring_m"], quad_segs=16).difference(schools[row["school"]])
        assert row["covered_area_m2"] == pytest.approx(
            ring.intersection(shapely.union_all(shapes)).area, abs=1e-3
        ), number
        assert row["post_count"] == shapely.intersects(shapes, ring).sum()


def test_thousands_of_posts_at_one_spot_are_one_shape_and_are_all_counted() -> None:
    network = network_of(straight_road())
    positions = np.repeat(array(shapely.Point(0, 0)), 3000)
    mobility, reach_m = words(*["foot"] * 3000), np.full(3000, 180.0)
    shapes = road_reach(
        network, snap(network, positions, limit_m=80), mobility, Straight(positions, reach_m), beside=WIDE
    )
    reach = reach_within(positions, reach_m, shapes, everyone(3000))
    assert len(reach.discs) == 1
    cases = pd.DataFrame({"school": [0], "day_type": "school_day", "slot": "all", "span": -1})
    (made,) = cover(array(shapely.box(-20, 30, 20, 60)), [50], reach, cases)
    assert made.table["post_count"].tolist() == [3000]
    assert made.table["covered_area_m2"].tolist() > [0]


def test_posts_without_a_road_cover_nothing_by_road_but_are_near() -> None:
    network = network_of([])
    positions, reach_m = array(shapely.Point(100, 0)), np.array([180.0])
    shapes = road_reach(
        network,
        snap(network, positions, limit_m=80),
        words("foot"),
        Straight(positions, reach_m),
        beside=WIDE,
    )
    cases = pd.DataFrame({"school": [0], "day_type": "school_day", "slot": "all", "span": -1})
    (made,) = cover(
        array(shapely.box(-20, 30, 20, 60)),
        [50],
        reach_within(positions, reach_m, shapes, everyone(1)),
        cases,
    )
    row = made.table.iloc[0]
    assert (row["covered_area_m2"], row["post_count"], row["gap_area_m2"]) == (0, 0, row["ring_area_m2"])
    assert row["nearest_post_m"] == pytest.approx(math.hypot(80, 30))


def test_strokes_leave_the_areas_as_they_are_and_join_roads_through_junctions() -> None:
    chance = np.random.default_rng(4)
    network = network_of(town(chance, 9))
    drawn = in_strokes(network)
    apart = shapely.hausdorff_distance(network.lines, drawn.lines)
    assert 0 < apart.max() < 1e-5
    whole = Stretches(
        np.zeros(len(network.lines), dtype=np.int64), np.arange(len(network.lines)),
        np.zeros(len(network.lines)), network.length_m,
    )  # fmt: skip
    joined = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(drawn.lines)))
    assert len(joined) < len(network.lines) / 2
    area = widened(drawn, whole, 1, WIDE)[0]
    plain = shapely.union_all(shapely.buffer(network.lines, 25.0, quad_segs=16))
    assert area.symmetric_difference(plain).area < 1e-3 * plain.area

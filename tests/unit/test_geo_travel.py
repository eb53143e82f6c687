"""Times by road in cases that one can check by hand; foot runs 3 m/s."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely

from geo import searches
from geo.road_reach import nearest_times, reach_sets
from geo.travel import NO_ROAD, snap, travel_times
from tests.unit.road_speeds import SPEEDS, moving, network

LINE = [(0, 0), (300, 0)]
SQUARE = [(0, 0), (300, 0), (300, 300), (0, 300), (0, 0)]


def seconds(roads, start, goal, how="foot"):
    starts, goals = (snap(roads, shapely.points([place]), limit_m=500) for place in (start, goal))
    return travel_times(roads, starts, moving(how), goals, speeds=SPEEDS)[0, 0]


def test_points_meet_the_road_along_it_and_the_way_off_it_is_run_at_both_ends() -> None:
    roads = network(LINE)
    found = snap(roads, shapely.points([(30, 12), (-4, 3)]), limit_m=500)
    assert found.edge.tolist() == [0, 0]
    assert found.along_m.tolist() == [30, 0]
    assert found.off_m.tolist() == [12, 5]
    assert seconds(roads, (30, 12), (240, -9)) == pytest.approx((12 + 210 + 9) / 3)
    assert seconds(roads, (30, 12), (240, -9), "ebike") == pytest.approx(21 / 3 + 210 * 3.6 / 20)
    assert seconds(roads, (30, 12), (240, -9), "car") == pytest.approx(30 + 21 / 3 + 210 * 3.6 / 25)


def test_of_roads_equally_near_the_first_is_taken() -> None:
    roads = network([(0, 10), (100, 10)], [(0, -10), (100, -10)], [(100, -10), (0, -10)], tolerance_m=0)
    assert snap(roads, shapely.points([(50, 0), (50, -11)]), limit_m=500).edge.tolist() == [0, 1]


@pytest.mark.parametrize("how", ["ebike", "car"])
def test_a_oneway_is_obeyed_along_one_edge_and_round_about(how: str) -> None:
    roads = network(SQUARE, oneway=(0,))
    ahead, back = seconds(roads, (100, 0), (200, 0), how), seconds(roads, (200, 0), (100, 0), how)
    ms = 20 / 3.6 if how == "ebike" else 25 / 3.6
    assert back - ahead == pytest.approx(1000 / ms)
    assert seconds(roads, (200, 0), (100, 0), "foot") == pytest.approx(100 / 3)


def test_on_a_ring_the_shorter_way_counts() -> None:
    roads = network(SQUARE)
    assert seconds(roads, (0, 10), (10, 0)) == pytest.approx(20 / 3)
    assert seconds(roads, (290, 0), (300, 20)) == pytest.approx(30 / 3)


def test_a_place_at_a_crossing_is_on_all_its_roads() -> None:
    roads = network([(0, 0), (100, 0)], [(100, 0), (100, 80)], oneway=(0, 1))
    assert seconds(roads, (100, 0), (100, 80), "ebike") == pytest.approx(80 * 3.6 / 20)
    assert seconds(roads, (0, 0), (100, 0), "ebike") == pytest.approx(100 * 3.6 / 20)
    assert seconds(roads, (100, 80), (100, 0), "ebike") == np.inf


def test_a_pair_of_oneways_that_leads_nowhere_isolates_a_node() -> None:
    out = network([(0, 0), (100, 0)], [(100, 0), (200, 0)], [(100, 0), (100, 50)], oneway=(0, 1))
    into = network([(100, 0), (0, 0)], [(200, 0), (100, 0)], [(100, 0), (100, 50)], oneway=(0, 1))
    assert seconds(out, (100, 50), (0, 0), "car") == np.inf
    assert np.isfinite(seconds(out, (0, 0), (100, 50), "car"))
    assert seconds(into, (100, 50), (200, 0), "car") == np.inf
    assert np.isfinite(seconds(into, (100, 50), (200, 0), "foot"))


def test_another_component_is_unreachable_however_near() -> None:
    roads = network([(0, 0), (100, 0)], [(0, 5), (100, 5)])
    assert seconds(roads, (50, 1), (50, 4), "foot") == np.inf


def test_a_point_two_kilometres_from_any_road_has_none() -> None:
    roads = network(LINE)
    points = shapely.points([(150, 2000), (150, 500), (150, 500.01)])
    nowhere = [None, shapely.Point(), shapely.Point(np.inf, 0), shapely.Point(1e300, 0)]
    sites = snap(roads, np.append(points, nowhere), limit_m=500)
    assert sites.edge.tolist() == [NO_ROAD, 0, *[NO_ROAD] * 5]
    assert np.isnan(sites.off_m[[0, 2, 3, 4, 5, 6]]).all()
    times = travel_times(roads, sites, moving("car", 7), sites, speeds=SPEEDS)
    assert np.isfinite(times).tolist() == [[a == b == 1 for a in range(7)] for b in range(7)]
    assert reach_sets(roads, sites, moving("car", 7), 1e6, speeds=SPEEDS).owner.tolist() == [1, 1]
    assert reach_sets(roads, sites, moving("car", 7), 100, speeds=SPEEDS).owner.tolist() == []


def test_without_roads_everything_is_out_of_reach() -> None:
    roads = network()
    sites = snap(roads, shapely.points([(0, 0), (1, 1)]), limit_m=500)
    assert sites.edge.tolist() == [NO_ROAD, NO_ROAD]
    assert np.isinf(travel_times(roads, sites, moving("foot", 2), sites, speeds=SPEEDS)).all()
    assert nearest_times(roads, sites, moving("foot", 2), speeds=SPEEDS).shape == (0,)
    assert reach_sets(roads, sites, moving("foot", 2), 300, speeds=SPEEDS).owner.shape == (0,)


def test_without_posts_or_gates_there_are_no_times() -> None:
    roads = network(LINE)
    none, one = (snap(roads, shapely.points(np.zeros((count, 2))), limit_m=500) for count in (0, 1))
    assert travel_times(roads, none, moving("foot", 0), one, speeds=SPEEDS).shape == (0, 1)
    assert travel_times(roads, one, moving("foot"), none, speeds=SPEEDS).shape == (1, 0)
    assert np.isinf(nearest_times(roads, none, moving("foot", 0), speeds=SPEEDS)).all()


def test_posts_at_one_point_have_the_same_times() -> None:
    roads = network(SQUARE, [(300, 300), (500, 300)])
    posts = snap(roads, shapely.points([(10, 5)] * 3), limit_m=500)
    gates = snap(roads, shapely.points([(450, 300), (10, 5)]), limit_m=500)
    times = travel_times(roads, posts, moving("foot", 3), gates, speeds=SPEEDS)
    assert (times == times[0]).all()
    assert times[0, 1] == pytest.approx(10 / 3)


def test_edges_from_a_millimetre_to_a_thousand_kilometres_are_exact() -> None:
    reach = np.concatenate([[0], np.cumsum(np.logspace(-3, 6, 10))])
    roads = network(*([(a, 0), (b, 0)] for a, b in pairwise(reach)))
    assert seconds(roads, (0, 0), (reach[-1], 0)) == pytest.approx(reach[-1] / 3, rel=1e-9)


def test_a_mobility_that_is_none_is_refused() -> None:
    roads = network(LINE)
    site = snap(roads, shapely.points([(0, 0)]), limit_m=500)
    with pytest.raises(ValueError, match="horse"):
        travel_times(roads, site, moving("horse"), site, speeds=SPEEDS)


def test_a_district_sixteen_times_costs_sixteen_times_one(monkeypatch: pytest.MonkeyPatch) -> None:
    touched = []
    search = searches.dijkstra

    def counted(graph, *, indices, **rest):
        touched.append(graph.shape[0] * np.size(indices))
        return search(graph, indices=indices, **rest)

    monkeypatch.setattr(searches, "dijkstra", counted)
    costs = []
    for copies in (1, 16):
        touched.clear()
        shifts = [np.array([1000.0 * copy, 0]) for copy in range(copies)]
        roads = network(*(np.array(SQUARE) + shift for shift in shifts), *(
            np.array([(300, y), (400, y), (500, 300)]) + shift for shift in shifts for y in (0, 300)
        ))  # fmt: skip
        points = np.concatenate([shapely.points(np.array([(20, 9), (380, 2), (9, 200)]) + s) for s in shifts])
        sites = snap(roads, points, limit_m=500)
        times = travel_times(roads, sites, moving("foot", len(points)), sites, speeds=SPEEDS)
        assert np.isfinite(times).sum() == 9 * copies
        costs.append(sum(touched))
    assert costs[1] == 16 * costs[0]

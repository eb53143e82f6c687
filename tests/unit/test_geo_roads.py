"""Lines become a network: where they meet, what is cut, what vanishes."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from tests.unit.road_speeds import network


def edges(found):
    return sorted(
        (*map(tuple, sorted([found.nodes[t].tolist(), found.nodes[h].tolist()])), round(m, 6))
        for t, h, m in zip(found.tail, found.head, found.length_m, strict=True)
    )


def test_roads_meet_at_vertices_that_they_share_and_keep_their_shape_between() -> None:
    found = network([(0, 0), (50, 50), (100, 0), (150, 50), (200, 0)], [(100, 100), (100, 0), (100, -100)])
    assert len(found.nodes) == 5
    assert len(found.tail) == 4
    bent = found.lines[0]
    assert shapely.get_coordinates(bent).tolist() == [[0, 0], [50, 50], [100, 0]]
    assert found.length_m[0] == pytest.approx(2 * np.hypot(50, 50))
    assert found.road.tolist() == [0, 0, 1, 1]
    assert found.component.tolist() == [0] * 5


def test_a_bridge_is_no_crossing() -> None:
    found = network([(0, 0), (100, 0)], [(50, -50), (50, 50)])
    assert len(found.tail) == 2
    assert len(set(found.component.tolist())) == 2


def test_an_end_on_the_middle_of_a_line_cuts_it_and_no_join_is_needed() -> None:
    found = network([(0, 0), (100, 0)], [(30, 0), (30, 50)])
    assert edges(found) == [
        ((0.0, 0.0), (30.0, 0.0), 30.0),
        ((30.0, 0.0), (30.0, 50.0), 50.0),
        ((30.0, 0.0), (100.0, 0.0), 70.0),
    ]


def test_an_end_near_a_line_is_joined_over_the_distance_that_there_is() -> None:
    found = network([(0, 0), (100, 0)], [(30, 0.4), (30, 50)])
    assert ((30.0, 0.0), (30.0, 0.4), 0.4) in edges(found)
    assert found.component.tolist() == [0] * len(found.nodes)
    assert found.length_m.sum() == pytest.approx(100 + 49.6 + 0.4)


@pytest.mark.parametrize(("gap", "parts"), [(0.0, 1), (0.0004, 1), (0.3, 1), (0.5, 1), (0.51, 2), (0.7, 2)])
def test_ends_are_joined_up_to_the_tolerance(gap: float, parts: int) -> None:
    found = network([(0, 0), (100, 0)], [(100 + gap, 0), (200, 0)])
    assert len(set(found.component.tolist())) == parts


def test_without_a_tolerance_ends_that_touch_still_meet() -> None:
    found = network([(0, 0), (100, 70)], [(30, 21), (30, 50)], tolerance_m=0)
    assert len(set(found.component.tolist())) == 1
    assert len(found.tail) == 3


def test_many_ends_near_each_other_do_not_swallow_the_way_between_them() -> None:
    steps = [[(x, 0.0), (x + 0.3, 0.0)] for x in np.arange(0, 30, 0.3).round(3)]
    found = network(*steps)
    assert found.nodes[:, 0].min() == 0
    assert found.nodes[:, 0].max() == pytest.approx(30)
    assert np.all(found.length_m > 0)


def test_what_has_no_length_vanishes_and_repeated_vertices_too() -> None:
    nothing = shapely.LineString([(7, 7), (7, 7)])
    found = network(nothing, None, [(0, 0), (0, 0), (10, 0), (10, 0.0002), (10, 0)], [(5, 5), (5.0003, 5)])
    assert found.road.tolist() == [2]
    assert found.length_m.tolist() == [10.0]


def test_rings_and_loops_keep_their_length() -> None:
    ring = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]
    alone = network(ring)
    assert (len(alone.nodes), alone.length_m.tolist()) == (1, [400.0])
    lollipop = network([(-50, 0), *ring])
    assert sorted(lollipop.length_m.tolist()) == [50.0, 400.0]
    hung = network(ring, [(100, 100), (200, 200)])
    assert sorted(hung.length_m.round(3).tolist()) == [141.421, 200.0, 200.0]


def test_a_line_that_comes_back_to_its_own_vertex_meets_itself_there() -> None:
    eight = network([(0, 0), (10, 10), (20, 0), (10, -10), (0, 0), (-10, 10), (-20, 0)])
    assert [0.0, 0.0] in eight.nodes.tolist()
    assert len(eight.tail) == 2


def test_a_road_given_twice_is_one_and_one_way_each_way_is_both_ways() -> None:
    line = [(0, 0), (50, 0), (100, 0)]
    assert network(line, line).length_m.sum() == 100
    both = network(line, line[::-1], oneway=(0, 1))
    assert both.length_m.sum() == 100
    assert not both.oneway.any()
    assert network(line, line, oneway=(0, 1)).oneway.all()
    assert network(line, line, speed_kmh=[30, 60]).length_m.sum() == 200


def test_speeds_are_the_roads_own_else_by_class_else_as_unclassified() -> None:
    lines = [[(0, y), (10, y)] for y in range(0, 60, 10)]
    found = network(
        *lines,
        classes=["primary", "primary", "cycleway", None, "residential", "primary"],
        speed_kmh=[np.nan, 72, np.nan, np.nan, 0, np.inf],
    )
    assert (found.car_ms * 3.6).round(6).tolist() == [45, 72, 25, 25, 25, 45]


def test_no_roads_are_an_empty_network() -> None:
    found = network()
    assert (len(found.nodes), len(found.tail), len(found.lines), len(found.component)) == (0, 0, 0, 0)
    assert found.arcs.first.tolist() == [0]


def test_positions_without_numbers_are_left_out() -> None:
    with np.errstate(invalid="ignore"):
        found = network([(0, 0), (np.nan, 5), (10, 0)])
    assert found.length_m.tolist() == [10.0]

"""A gate that no file gives lies where the boundary comes nearest to a road."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.gates import estimated_gates, with_estimated
from tests.unit.road_grids import Way, network_of, town

LIMIT_M = 500.0


def array(*geometries: shapely.Geometry) -> np.ndarray:
    made = np.empty(len(geometries), dtype=object)
    made[:] = geometries
    return made


def road(*xy: tuple[float, float]) -> Way:
    return Way(shapely.LineString(xy), False, 30.0)


def test_the_gate_is_the_nearest_point_of_the_boundary_by_brute_force() -> None:
    chance = np.random.default_rng(1)
    ways = town(chance)
    turn = np.sort(chance.uniform(0, 2 * np.pi, (40, 9)), axis=1)
    middles = chance.uniform(-200, 900, (40, 1, 2))
    grounds = shapely.polygons(np.stack([30 * np.cos(turn), 25 * np.sin(turn)], axis=-1) + middles)
    gates = estimated_gates(grounds, network_of(ways), limit_m=LIMIT_M)
    for ground, gate in zip(grounds, gates, strict=True):
        nearest = min(way.line.distance(ground.exterior) for way in ways)
        assert ground.exterior.distance(gate) < 1e-9
        assert min(way.line.distance(gate) for way in ways) == pytest.approx(nearest, abs=1e-9)


def test_a_gate_does_not_depend_on_the_order_of_the_roads() -> None:
    chance = np.random.default_rng(2)
    ways = [
        road((-50, 60), (-200, 60)),
        road((70, -50), (70, -200)),
        road((30, -50), (30, -200)),
        road((60, 150), (60, 300)),
    ]
    gate = shapely.Point(30, 0)  # four roads end 50 m before the wall: the southernmost, then the westernmost
    for _ in range(5):
        chance.shuffle(ways)
        assert estimated_gates(array(shapely.box(0, 0, 100, 100)), network_of(ways), limit_m=LIMIT_M)[
            0
        ].equals(gate)


def test_a_road_through_the_ground_makes_a_gate_where_it_leaves_it() -> None:
    gates = estimated_gates(
        array(shapely.box(0, 0, 100, 100)), network_of([road((50, 50), (50, 300))]), limit_m=LIMIT_M
    )
    assert gates[0].equals(shapely.Point(50, 100))


def test_a_school_that_is_a_point_has_its_gate_there() -> None:
    spot = shapely.Point(3, 4)
    assert estimated_gates(array(spot), network_of([road((0, 0), (9, 0))]), limit_m=LIMIT_M)[0].equals(spot)


@pytest.mark.parametrize("ways", [[], [road((0, 5000), (100, 5000))]], ids=["no roads", "far roads"])
def test_without_a_road_near_the_gate_is_the_southernmost_point(ways: list[Way]) -> None:
    ground = shapely.Polygon([(0, 10), (40, -5), (80, -5), (100, 60)])
    assert estimated_gates(array(ground), network_of(ways), limit_m=LIMIT_M)[0].equals(shapely.Point(40, -5))


def test_a_courtyard_has_no_gate_and_every_part_of_a_campus_may_have_it() -> None:
    yard = shapely.box(0, 0, 300, 300) - shapely.box(100, 100, 200, 200)
    campus = shapely.MultiPolygon([shapely.box(0, 0, 50, 50), shapely.box(400, 0, 450, 50)])
    network = network_of([road((150, 120), (150, 180)), road((470, 10), (470, 40))])
    gates = estimated_gates(array(yard, campus), network, limit_m=LIMIT_M)
    assert yard.exterior.distance(gates[0]) < 1e-9
    assert gates[1].x == 450


def test_no_schools_have_no_gates() -> None:
    assert len(estimated_gates(np.empty(0, dtype=object), network_of([]), limit_m=LIMIT_M)) == 0


def test_only_schools_without_a_gate_get_one_with_their_negative_number() -> None:
    schools = pd.DataFrame({"school_id": [7, 8], "school_code": ["A", "B"]})
    given = pd.DataFrame({"gate_id": [1], "school_code": ["A"], "name": ["东门"], "x": [1.0], "y": [2.0]})
    grounds = array(shapely.box(0, 0, 10, 10), shapely.box(100, 0, 110, 10))
    gates = with_estimated(
        schools, grounds, given, network_of([road((100, -5), (90, -200))]), limit_m=LIMIT_M
    )
    assert gates["gate_id"].tolist() == [1, -8]
    assert gates["school_code"].tolist() == ["A", "B"]
    assert gates["is_estimated"].tolist() == [False, True]
    assert gates["code"].iloc[1] == "est:B"
    assert (gates["x"].iloc[1], gates["y"].iloc[1]) == (100.0, 0.0)

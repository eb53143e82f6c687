"""Cover and gaps are right for every awkward layout of schools and posts."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import shapely

from geo import crs, overlays
from geo.coverage import Covered, cover, coverage
from geo.errors import BadRadiusError
from geo.reach import reach_of

DISC = 64 * math.sin(math.pi / 32) / (2 * math.pi)
SQUARE = shapely.box(0, 0, 200, 150)


def array(*geometries: shapely.Geometry) -> np.ndarray:
    made = np.empty(len(geometries), dtype=object)
    made[:] = geometries
    return made


def all_day(schools: int) -> pd.DataFrame:
    return pd.DataFrame({"school": np.arange(schools), "day_type": "school_day", "slot": "all", "span": -1})


def covered(
    grounds: list, radii: list[int], posts: list[tuple[float, float, float]]
) -> tuple[pd.DataFrame, list]:
    spots = np.array(posts, dtype=float).reshape(-1, 3)
    reach = reach_of(array(*shapely.points(spots[:, :2])), spots[:, 2], np.zeros((0, len(spots)), dtype=bool))
    return joined(list(cover(array(*grounds), radii, reach, all_day(len(grounds)))))


def joined(chunks: list[Covered]) -> tuple[pd.DataFrame, list]:
    shapes = [[chunk.gaps[row] if row >= 0 else None for row in chunk.table["gap"]] for chunk in chunks]
    tables = [chunk.table for chunk in chunks]
    return pd.concat(tables, ignore_index=True), [shape for chunk in shapes for shape in chunk]


def adds_up(table: pd.DataFrame) -> bool:
    return bool(((table["covered_area_m2"] + table["gap_area_m2"] - table["ring_area_m2"]).abs() < 0.1).all())


def test_without_posts_the_whole_ring_is_a_gap_and_no_post_is_near() -> None:
    table, gaps = covered([SQUARE], [200], [])
    row = table.iloc[0]
    assert row["covered_area_m2"] == 0
    assert row["gap_area_m2"] == row["ring_area_m2"] == pytest.approx(gaps[0].area)
    assert (row["covered_share"], row["post_count"]) == (0, 0)
    assert math.isnan(row["nearest_post_m"])


def test_a_foot_post_at_the_gate_covers_a_good_quarter_of_the_200_m_ring_and_a_sixteenth_of_the_500_m_ring() -> (
    None
):
    table, _ = covered([SQUARE], [200, 500], [(100, 0, 180)])
    assert table["covered_share"].tolist() == pytest.approx([0.27, 0.06], abs=0.03)


def test_a_post_whose_reach_holds_the_ring_leaves_no_gap() -> None:
    table, gaps = covered([SQUARE], [50], [(100, 75, 800)])
    assert table["covered_share"].tolist() == [1.0]
    assert table["gap_area_m2"].tolist() == pytest.approx([0.0], abs=1e-6)
    assert table["nearest_post_m"].tolist() == [0.0]
    assert gaps == [None]


def test_a_post_inside_a_large_campus_that_reaches_no_ring_is_near_but_counts_for_none() -> None:
    table, _ = covered([shapely.box(0, 0, 1000, 1000)], [200], [(500, 500, 180)])
    assert table["post_count"].tolist() == [0]
    assert table["nearest_post_m"].tolist() == [0.0]
    assert table["covered_area_m2"].tolist() == [0.0]


def test_the_nearest_post_is_measured_from_the_boundary_however_far_it_is() -> None:
    table, _ = covered([SQUARE, shapely.Point(100, 0)], [200], [(100, -5000, 180), (100, -9000, 800)])
    assert table["nearest_post_m"].tolist() == pytest.approx([5000, 5000])
    assert table["post_count"].tolist() == [0, 0]


def test_a_point_schools_ring_is_the_disc_round_it() -> None:
    table, _ = covered([shapely.Point(0, 0)], [200], [(0, 0, 180)])
    assert table["ring_area_m2"].tolist() == pytest.approx([math.pi * 200**2 * DISC])
    assert table["covered_share"].tolist() == pytest.approx([(180 / 200) ** 2])


def test_thousands_of_posts_at_one_point_cover_what_one_covers_and_are_all_counted() -> None:
    table, gaps = covered([SQUARE], [200], [(100, -20, 180)] * 5000)
    alone, gap = covered([SQUARE], [200], [(100, -20, 180)])
    assert table["post_count"].tolist() == [5000]
    assert table["covered_area_m2"].tolist() == alone["covered_area_m2"].tolist()
    assert gaps[0].equals(gap[0])


def test_thousands_of_posts_round_one_school_are_united() -> None:
    random = np.random.default_rng(2)
    posts = [(x, y, 20.0) for x, y in random.uniform(-300, 500, (3000, 2))]
    table, _ = covered([SQUARE], [200], posts)
    assert adds_up(table)
    assert 0.9 < table["covered_share"].iloc[0] <= 1.0


def test_thousands_of_posts_that_nearly_share_a_point_are_counted_and_united() -> None:
    random = np.random.default_rng(3)
    spots = random.normal((100, -20), 2.0, (6000, 2))
    reaches = random.choice([180.0, 400.0, 800.0], 6000)
    table, _ = covered([SQUARE], [200, 500], [(x, y, r) for (x, y), r in zip(spots, reaches, strict=True)])
    assert table["post_count"].tolist() == [6000, 6000]
    assert table["covered_share"].tolist() == [1.0, 1.0]
    assert adds_up(table)


def test_a_hole_in_the_ground_is_part_of_the_ring_and_can_be_covered() -> None:
    ground = shapely.box(0, 0, 600, 600) - shapely.box(200, 200, 400, 400)
    table, gaps = covered([ground], [200], [(300, 300, 20)])
    assert table["covered_area_m2"].tolist() == pytest.approx([math.pi * 20**2 * DISC])
    assert gaps[0].contains(shapely.Point(205, 205))
    assert not gaps[0].contains(shapely.Point(300, 300))
    assert adds_up(table)


def test_schools_that_overlap_or_are_the_same_are_each_answered() -> None:
    other = shapely.box(100, 50, 300, 200)
    table, _ = covered([SQUARE, SQUARE, other], [200], [(250, 100, 180)])
    assert table["covered_area_m2"].iloc[0] == table["covered_area_m2"].iloc[1]
    assert adds_up(table)


def test_a_school_inside_anothers_ring_takes_nothing_away_from_it() -> None:
    inner = shapely.box(250, 50, 280, 80)
    alone, _ = covered([SQUARE], [200], [(250, 60, 180)])
    both, _ = covered([SQUARE, inner], [200], [(250, 60, 180)])
    assert both["covered_area_m2"].iloc[0] == alone["covered_area_m2"].iloc[0]
    assert adds_up(both)


def test_two_parts_of_a_campus_have_one_ring() -> None:
    ground = shapely.MultiPolygon([shapely.box(0, 0, 100, 100), shapely.box(150, 0, 250, 100)])
    table, gaps = covered([ground], [50], [(125, 50, 24)])
    assert adds_up(table)
    assert not gaps[0].intersects(shapely.Point(125, 50))
    assert not gaps[0].intersects(shapely.Point(50, 50))


def test_a_post_without_reach_covers_nothing_but_is_near() -> None:
    table, _ = covered([SQUARE], [200], [(100, -50, 0)])
    assert table[["covered_area_m2", "post_count", "nearest_post_m"]].to_numpy().tolist() == [[0, 0, 50]]


def test_slots_with_other_posts_on_duty_have_other_answers() -> None:
    positions = array(shapely.Point(100, -10), shapely.Point(100, 160))
    stands = np.array([[True, False], [False, True], [False, False], [True, True]])
    reach = reach_of(positions, np.array([180.0, 180.0]), stands)
    slots = ["all", "morning_in", "noon_out", "noon_in", "afternoon_out"]
    cases = pd.DataFrame({"school": 0, "day_type": "school_day", "slot": slots, "span": [-1, 0, 1, 2, 3]})
    table, gaps = joined(list(cover(array(SQUARE), [200], reach, cases)))
    table = table.assign(gap_shape=gaps).set_index("slot")
    assert table["post_count"].to_dict() == {
        "all": 2,
        "morning_in": 1,
        "noon_out": 1,
        "noon_in": 0,
        "afternoon_out": 2,
    }
    assert table.loc["all", "gap"] == table.loc["afternoon_out", "gap"]
    assert table.loc["noon_in", "covered_share"] == 0
    assert math.isnan(table.loc["noon_in", "nearest_post_m"])
    assert table.loc["morning_in", "nearest_post_m"] == pytest.approx(10)
    assert not table.loc["morning_in", "gap_shape"].intersects(shapely.Point(100, -10))
    assert table.loc["morning_in", "gap_shape"].intersects(shapely.Point(100, 200))


def test_no_schools_and_no_cases_give_no_rows() -> None:
    reach = reach_of(np.empty(0, dtype=object), np.empty(0), np.zeros((2, 0), dtype=bool))
    assert list(cover(np.empty(0, dtype=object), [200], reach, all_day(0))) == []
    (chunk,) = cover(array(SQUARE), [200], reach, all_day(0))
    assert chunk.table.empty


def test_a_radius_that_is_no_distance_is_refused() -> None:
    reach = reach_of(np.empty(0, dtype=object), np.empty(0), np.zeros((0, 0), dtype=bool))
    with pytest.raises(BadRadiusError):
        list(cover(array(SQUARE), [0], reach, all_day(1)))


def test_the_whole_way_gives_stored_gaps_that_measure_the_same() -> None:
    random = np.random.default_rng(11)
    schools = shapely.points(random.uniform([119.4, 31.6], [119.5, 31.7], (1_500, 2)))
    posts = crs.to_metric(shapely.points(random.uniform([119.4, 31.6], [119.5, 31.7], (900, 2))), 4549)
    reach = reach_of(posts, random.choice([180.0, 400.0], 900), np.zeros((0, 900), dtype=bool))
    table, gaps = joined(list(coverage(schools, [50, 200], reach, all_day(1_500), epsg=4549)))
    drawn = table["gap"].to_numpy() >= 0
    shapes = crs.to_metric(np.array(gaps, dtype=object)[drawn], 4549)
    assert adds_up(table)
    assert table.groupby("ring_m")["school"].apply(lambda rows: rows.tolist() == list(range(1_500))).all()
    assert shapely.is_valid(np.array(gaps, dtype=object)[drawn]).all()
    np.testing.assert_allclose(shapely.area(shapes), table["gap_area_m2"][drawn], atol=0.01)


def test_one_pair_that_geos_gives_up_on_is_mended_and_costs_no_other() -> None:
    broken = shapely.from_wkt("POLYGON ((0 0, 10 10, 10 0, 0 10, 0 0), (4 1, 6 1, 5 20, 4 1))")
    whole = shapely.box(0, 0, 10, 10)
    cutter = shapely.box(0, 0, 10, 2)
    left = overlays.difference(array(whole, broken, whole), array(cutter, cutter, broken))
    assert left[0].area == pytest.approx(80)
    assert shapely.is_valid(left).all()
    kept = overlays.intersection(array(whole, broken), array(cutter, cutter))
    assert kept[0].area == pytest.approx(20)
    united = overlays.unions(np.array([[whole, broken], [whole, None]], dtype=object))
    assert united[1].area == pytest.approx(100)
    assert united[0].is_valid

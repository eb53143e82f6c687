"""What a build says of roads: rows by road exist where roads do, and nothing is mixed with the straight line."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from data.repositories import map_layers
from data.session import open_local_session, viewer_transaction
from etl.build import build
from geo import crs
from tests.database.test_build import Facts, rows

pytestmark = pytest.mark.usefixtures("database")
LON, LAT = 119.5, 31.7
FIRST_METRIC = "SELECT * FROM out.coverage WHERE metric = '{}' ORDER BY school_id, ring_m, day_type, slot"


@pytest.fixture
def facts() -> Facts:
    return Facts()


def street(facts: Facts, *, lat: float = LAT - 0.0011, **columns: object) -> str:
    """A road of some 4 km from west to east, that passes the southern wall of the school at 10 m."""
    line = shapely.LineString([(LON - 0.02, lat), (LON, lat), (LON + 0.02, lat)])
    return facts.add("road", geom=line, **{"class": "tertiary", **columns})


def test_without_roads_there_is_no_row_by_road_and_no_service_area(facts) -> None:
    facts.school()
    facts.post()
    build([])
    assert rows("SELECT DISTINCT metric FROM out.coverage")["metric"].tolist() == ["straight"]
    assert rows("SELECT * FROM out.service_area").empty


def test_roads_that_are_far_from_every_school_make_no_row_by_road(facts) -> None:
    facts.school()
    facts.post()
    street(facts, lat=LAT + 0.05)
    build([])
    assert rows("SELECT DISTINCT metric FROM out.coverage")["metric"].tolist() == ["straight"]


def test_with_roads_every_row_stands_by_road_too_and_adds_up_and_covers_no_more(facts) -> None:
    school = facts.school()
    facts.school(LON + 0.01, LAT + 0.003)
    facts.add("bell_slot", school_code=school, direction="in", start="07:30", end="07:50")
    facts.post()
    facts.post(LON + 0.004, LAT - 0.0012, mobility="car", type="police_station")
    facts.post(LON, LAT + 0.03, mobility="car", code="nowhere")
    street(facts)
    build([])
    straight, road = (rows(FIRST_METRIC.format(metric)) for metric in ("straight", "road"))
    key = ["school_id", "ring_m", "day_type", "slot"]
    pd.testing.assert_frame_equal(straight[key], road[key])
    assert (road["covered_area_m2"] <= straight["covered_area_m2"] + 1e-6).all()
    assert (road["covered_area_m2"] < straight["covered_area_m2"] - 1000).any()
    assert (road["covered_area_m2"] > 1000).any()
    whole = road["covered_area_m2"] + road["gap_area_m2"]
    np.testing.assert_allclose(whole, road["ring_area_m2"], atol=0.1)
    np.testing.assert_allclose(road["nearest_post_m"], straight["nearest_post_m"], equal_nan=True)
    gaps = rows("SELECT * FROM out.coverage_gap WHERE metric = 'road'")
    areas = shapely.area(crs.to_metric(gaps["geom"].to_numpy(), 4549))
    np.testing.assert_allclose(areas, gaps["area_m2"], atol=0.01)


def test_a_foot_post_by_a_straight_road_covers_a_band_of_50_m_along_it(facts) -> None:
    facts.school()
    facts.post(LON, LAT - 0.0011)
    street(facts)
    build(["coverage"])
    row = rows(
        "SELECT * FROM out.coverage WHERE metric = 'road' AND ring_m = 500 AND slot = 'all' AND day_type = 'school_day'"
    )
    south = LAT - 0.0011
    line = shapely.LineString([(LON - 0.02, south), (LON, south), (LON + 0.02, south)])
    (road,) = crs.to_metric([line], 4549)
    (post,) = crs.to_metric([shapely.Point(LON, LAT - 0.0011)], 4549)
    (ground,) = crs.to_metric([shapely.Point(LON, LAT).buffer(0.001, cap_style="square")], 4549)
    along = shapely.intersection(road, post.buffer(180, quad_segs=64)).buffer(25, quad_segs=64)
    band = along.intersection(post.buffer(180, quad_segs=16)).difference(ground)
    assert row["covered_area_m2"].tolist() == pytest.approx([band.area], rel=0.001)
    assert row["post_count"].tolist() == [1]


def test_service_areas_of_a_partitions_own_posts_grow_with_the_tier_and_go_with_the_partition(facts) -> None:
    facts.school(district="d1")
    facts.post(LON, LAT - 0.0011, code="here", mobility=None)
    facts.post(LON, LAT - 0.0011, code="car", mobility="car")
    facts.post(LON, LAT - 0.0011, code="other", district="d2")
    facts.post(LON, LAT + 0.03, code="nowhere")
    street(facts)
    build(["coverage"])
    made = rows("SELECT * FROM out.service_area ORDER BY post_code, minutes")
    assert made["post_code"].tolist() == ["car"] * 3 + ["here"] * 3
    assert made["minutes"].tolist() == [1, 3, 5] * 2
    assert made["mobility"].tolist() == ["car"] * 3 + ["foot"] * 3
    reached_m = np.array([min(3.0 * 60 * minutes, 1895) for minutes in (1, 3, 5)])
    capsules = 2 * reached_m * 50 + np.pi * 25**2
    np.testing.assert_allclose(made["area_m2"][3:], capsules, rtol=0.01)
    assert set(rows("SELECT district_code FROM out.service_area")["district_code"]) == {"d1"}


def test_a_map_reads_one_metric_at_a_time(facts) -> None:
    facts.school()
    facts.post()
    street(facts)
    build([])
    view = {"ring_m": 200, "day_type": "school_day", "slot": "all"}
    with viewer_transaction(open_local_session()) as connection:
        assert len(map_layers.read_coverage(connection, **view)) == 1
        assert len(map_layers.read_coverage(connection, **view, metric="road")) == 1
        straight = map_layers.read_gaps(connection, **view)
        road = map_layers.read_gaps(connection, **view, metric="road")
    assert (len(straight), len(road)) == (1, 1)
    assert road["area_m2"][0] > straight["area_m2"][0]

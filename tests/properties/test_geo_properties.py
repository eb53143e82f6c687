"""What holds for every district, roster and outline, not only for those somebody thought of."""

from __future__ import annotations

import importlib.util
import math
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo import crs, datums
from geo.coverage import cover
from geo.perimeters import rings, zones
from geo.reach import reach_of
from geo.timetable import Spans, on_duty, roster, weekday_bits
from geo.validity import mend

if TYPE_CHECKING:
    from types import ModuleType

TODAY = date(2026, 11, 24)
SLOW = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def reference(name: str) -> ModuleType:
    path = Path(__file__).parents[1] / "references" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


by_hand = reference("cover_by_hand")
by_the_minute = reference("duty_by_the_minute")

metres = st.floats(0, 1500, allow_nan=False).map(lambda value: round(value, 3))
spots = st.tuples(metres, metres)


@st.composite
def grounds(draw: st.DrawFn) -> shapely.Geometry:
    """A school's ground: a point, a star, one with a hole, in two parts, or what is left of a bow tie."""
    x, y = draw(spots)
    kind = draw(st.sampled_from(["point", "star", "hole", "parts", "bow"]))
    if kind == "point":
        return shapely.Point(x, y)
    corners = draw(st.lists(st.floats(20, 200), min_size=3, max_size=9))
    turns = np.linspace(0, 2 * np.pi, len(corners), endpoint=False)
    star = shapely.Polygon(np.column_stack([x + corners * np.cos(turns), y + corners * np.sin(turns)]))
    if kind == "hole":
        star = shapely.box(x - 300, y - 300, x + 300, y + 300) - star
    elif kind == "parts":
        star = shapely.MultiPolygon([star, shapely.box(x + 250, y, x + 300, y + 50)])
    elif kind == "bow":
        star = shapely.make_valid(
            shapely.Polygon([(x, y), (x + 90, y + 80), (x + 90, y), (x, y + 80)]),
            method="structure",
            keep_collapsed=False,
        )
    return star


posts_at = st.tuples(metres, metres, st.sampled_from([0.0, 25.0, 180.0, 400.0, 800.0]))


@st.composite
def districts(draw: st.DrawFn):
    schools = draw(st.lists(grounds(), min_size=1, max_size=5))
    posts = draw(st.lists(posts_at, max_size=12))
    if posts and draw(st.booleans()):
        posts += posts[:1] * 3
    stands = draw(
        st.lists(st.lists(st.booleans(), min_size=len(posts), max_size=len(posts)), min_size=1, max_size=3)
    )
    return schools, posts, np.array(stands, dtype=bool).reshape(len(stands), len(posts))


@SLOW
@given(districts(), st.lists(st.sampled_from([10, 50, 200, 500]), min_size=1, max_size=3, unique=True))
def test_cover_equals_the_plain_way_and_covered_and_gap_add_up(district, radii) -> None:
    schools, posts, stands = district
    ground = np.array([*schools, None], dtype=object)[:-1]
    positions = np.array([*(shapely.Point(x, y) for x, y, _ in posts), None], dtype=object)[:-1]
    reach = reach_of(positions, np.array([r for *_, r in posts], dtype=float), stands)
    slots = ["all", "morning_in", "noon_out", "noon_in"][: len(stands) + 1]
    cases = pd.DataFrame(
        [
            (school, "school_day", slot, span - 1)
            for school in range(len(schools))
            for span, slot in enumerate(slots)
        ],
        columns=["school", "day_type", "slot", "span"],
    )
    (chunk,) = cover(ground, radii, reach, cases)
    assert len(chunk.table) == len(cases) * len(radii)
    for row in chunk.table.itertuples():
        span = slots.index(row.slot) - 1
        there = [by_hand.Post(*post) for at, post in enumerate(posts) if span < 0 or stands[span, at]]
        expected = by_hand.cover(schools[row.school], row.ring_m, there)
        assert abs(row.covered_area_m2 + row.gap_area_m2 - row.ring_area_m2) < 0.1
        assert row.ring_area_m2 == pytest.approx(expected.ring_m2, abs=0.01)
        assert row.covered_area_m2 == pytest.approx(expected.covered_m2, abs=0.05)
        assert row.gap_area_m2 == pytest.approx(expected.gap_m2, abs=0.05)
        assert row.post_count == expected.posts
        assert row.nearest_post_m == pytest.approx(expected.nearest_m, abs=1e-6, nan_ok=True)
        drawn = chunk.gaps[row.gap].area if row.gap >= 0 else 0.0
        assert drawn == pytest.approx(row.gap_area_m2, abs=0.011)


@SLOW
@given(grounds(), st.floats(1, 400), st.floats(1, 400))
def test_a_wider_zone_holds_a_narrower_one_and_both_hold_the_ground(ground, one, other) -> None:
    given_ground = np.array([ground, None], dtype=object)[:-1]
    narrow, wide = zones(given_ground, sorted([one, other]))[:, 0]
    assert narrow.area <= wide.area + 1e-6
    assert narrow.difference(wide.buffer(1e-6)).area < 1e-3
    assert ground.difference(narrow).area < 1e-6
    ring = rings(zones(given_ground, [one])[0], given_ground)[0]
    assert ring.is_valid
    assert ring.intersection(ground).area < 1e-6


minutes = st.integers(0, 1439)
weekday_sets = st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True)
dates = st.none() | st.integers(-2, 2).map(lambda days: TODAY + timedelta(days=days))
duty_rows = st.tuples(st.none() | weekday_sets, minutes, minutes, dates, dates)


@st.composite
def near_duties(draw: st.DrawFn):
    """Duties that often touch: drawn from few clock times."""
    clock = draw(st.lists(minutes, min_size=2, max_size=4, unique=True))
    times = st.sampled_from(clock)
    rows = st.tuples(st.none() | weekday_sets, times, times, dates, dates)
    return clock, draw(st.lists(rows | duty_rows, max_size=6))


@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(near_duties(), weekday_sets, st.data())
def test_who_is_on_duty_equals_walking_through_the_week(drawn, weekdays, data) -> None:
    clock, rows = drawn
    start = data.draw(st.sampled_from(clock) | minutes)
    end = start + data.draw(st.sampled_from([0, 1, 5]) | st.integers(0, 300))
    rows = [row for row in rows if row[1] != row[2]]
    frame = pd.DataFrame(rows, columns=["weekdays", "start", "end", "date_from", "date_to"]).assign(
        post_code="p"
    )
    frame = frame.astype({"start": "int64", "end": "int64"})
    posts = pd.DataFrame({"post_code": ["p"], "type": ["guard_post"]})
    spans = Spans(weekday_bits([weekdays]), np.array([start]), np.array([end]))
    stands = on_duty(roster(posts, frame, as_of=TODAY), spans)[0, 0]
    plain = [by_the_minute.Duty(*row) for row in rows]
    assert stands == by_the_minute.is_on_duty(plain, TODAY, weekdays=weekdays, start=start, end=end)


china_lon, china_lat = st.floats(73.0, 136.0), st.floats(3.0, 54.0)


@given(china_lon, china_lat)
def test_every_displaced_position_in_china_comes_back(lon, lat) -> None:
    for there, back in (
        (datums.wgs84_to_gcj02, datums.gcj02_to_wgs84),
        (datums.gcj02_to_bd09, datums.bd09_to_gcj02),
        (datums.wgs84_to_bd09, datums.bd09_to_wgs84),
    ):
        x, y = back(*there(lon, lat))
        assert math.hypot(x - lon, y - lat) < 2e-9


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_every_place_on_the_globe_has_a_plane_and_comes_back_from_it(lon, lat) -> None:
    epsg = crs.metric_epsg(lon, lat)
    place = np.array([shapely.Point(lon, lat), None], dtype=object)[:-1]
    back = crs.to_storage(crs.to_metric(place, epsg), epsg)[0]
    turn = math.remainder(back.x - lon, 360.0) * math.cos(math.radians(lat))
    assert abs(back.y - lat) < 1e-8
    assert abs(turn) < 1e-8


anything = st.lists(st.tuples(st.floats(118, 121), st.floats(30, 33)), min_size=3, max_size=10)


@SLOW
@given(anything, st.sampled_from(["polygon", "place", "any"]))
def test_whatever_is_mended_is_valid_and_the_rest_is_refused(corners, wanted) -> None:
    result = mend([shapely.Polygon(corners)], wanted)
    if result.refusals[0] is None:
        assert result.geometries[0].is_valid
        assert result.geometries[0].geom_type == "MultiPolygon"
        assert result.geometries[0].area > 0
    else:
        assert result.geometries[0] is None
        assert result.repairs[0] == ()


@SLOW
@given(anything)
def test_mending_what_is_mended_changes_nothing(corners) -> None:
    once = mend([shapely.Polygon(corners)], "polygon")
    if once.refusals[0] is None:
        twice = mend(once.geometries, "polygon")
        assert twice.repairs[0] == ()
        assert twice.geometries[0].equals(once.geometries[0])


def test_parts_that_share_an_edge_are_joined() -> None:
    corners = [(119.0, 31.0), (118.0, 30.0), (119.0, 30.0), (119.0, 31.0), (118.0, 30.0), (118.0, 31.0)]
    result = mend([shapely.Polygon(corners)], "polygon")
    assert result.geometries[0].is_valid
    assert result.geometries[0].area == pytest.approx(1.0)

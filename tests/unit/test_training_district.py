"""The made-up district looks like one: land, roads, schools, gates, posts and duties fit together."""

from __future__ import annotations

from collections import Counter
from datetime import date

import numpy as np
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from etl.training.district import SEED, District, make_district
from etl.training.network import RANK
from geo.terms import IncidentCategory, Party, PostType, Stage

AS_OF = date(2026, 11, 24)
STAGE_METRES = {Stage.KINDERGARTEN: (30, 95), Stage.PRIMARY: (45, 200), Stage.SENIOR: (170, 330)}


@pytest.fixture(scope="module")
def district() -> District:
    return make_district(SEED, AS_OF)


@pytest.fixture(scope="module")
def grounds(district: District) -> np.ndarray:
    return np.array([school.ground for school in district.schools], dtype=object)


def ends_of(lines: np.ndarray) -> np.ndarray:
    """Number the different end points of lines, shape (n, 2), from their coordinates alone."""
    first = shapely.get_coordinates(shapely.get_point(lines, 0))
    last = shapely.get_coordinates(shapely.get_point(lines, -1))
    numbers = np.unique(np.vstack([first, last]), axis=0, return_inverse=True)[1]
    return numbers.reshape(2, -1).T


def greatest_share(ends: np.ndarray, *, connection: str) -> float:
    count = ends.max() + 1
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    part = connected_components(graph, directed=True, connection=connection)[1]
    return float(np.bincount(part).max() / count)


def test_the_district_has_the_size_of_a_county_and_a_natural_outline(district: District) -> None:
    outline = district.areas.district
    assert outline.geom_type == "Polygon"
    assert outline.area == pytest.approx(976e6, rel=0.015)
    assert outline.area / outline.convex_hull.area < 0.95
    assert shapely.get_num_coordinates(outline) > 500


def test_ten_towns_and_twelve_police_areas_tile_the_district_without_gap_or_overlap(
    district: District,
) -> None:
    areas = district.areas
    assert (len(areas.towns), len(areas.police)) == (10, 12)
    for parts in (areas.towns, areas.police):
        assert all(part.geom_type == "Polygon" and part.is_valid for part in parts)
        assert sum(part.area for part in parts) == pytest.approx(areas.district.area, abs=1)
        assert shapely.union_all(parts).symmetric_difference(areas.district).area < 1


def test_about_twenty_thousand_road_segments_meet_at_their_ends(district: District) -> None:
    lines = district.roads.lines
    assert 18_000 <= len(lines) <= 22_000
    assert greatest_share(ends_of(lines), connection="weak") == 1
    crossing = shapely.STRtree(lines).query(lines, predicate="crosses")[0]
    assert len(np.unique(crossing)) < 0.003 * len(lines)


def test_one_way_streets_lock_nearly_nobody_in(district: District) -> None:
    ends, sense = ends_of(district.roads.lines), district.roads.oneway
    assert 80 < (sense != 0).sum() < 600
    forth, back = ends[sense >= 0], ends[sense <= 0][:, ::-1]
    assert greatest_share(np.vstack([forth, back]), connection="strong") > 0.97


def test_all_classes_of_road_are_there_in_the_order_of_their_frequency(district: District) -> None:
    count = Counter(district.roads.rank.tolist())
    assert set(count) == set(RANK.values())
    assert count[RANK["residential"]] > count[RANK["tertiary"]] > count[RANK["trunk"]]
    assert len(np.unique(district.roads.speeds)) >= 5


def test_only_some_roads_cross_wide_water(district: District) -> None:
    lake = shapely.buffer(district.land.water.lake, -5)
    wide = shapely.buffer(district.land.water.wide, -2)
    assert shapely.intersects(lake, district.roads.lines).sum() <= 3
    assert 20 < shapely.intersects(wide, district.roads.lines).sum() < 0.02 * len(district.roads.lines)


def test_the_seat_is_dense_and_the_country_is_not(district: District) -> None:
    middles = shapely.get_coordinates(
        shapely.line_interpolate_point(district.roads.lines, 0.5, normalized=True)
    )
    seat = district.settlements[0].shape
    inside = shapely.contains_xy(seat, middles).sum() / seat.area
    country = shapely.difference(
        district.areas.district, shapely.union_all([place.shape for place in district.settlements])
    )
    assert inside > 10 * shapely.contains_xy(country, middles).sum() / country.area


def test_a_hundred_and_twenty_schools_stand_on_ground_of_their_own(
    district: District, grounds: np.ndarray
) -> None:
    assert len(grounds) == 120
    assert shapely.is_valid(grounds).all()
    assert len(shapely.STRtree(grounds).query(grounds, predicate="intersects")[0]) == 120
    assert not len(shapely.STRtree(district.roads.lines).query(grounds, predicate="intersects")[0])
    assert not shapely.intersects(district.land.water.wide, grounds).any()
    assert shapely.contains(district.areas.district, grounds).all()


def test_schools_stand_along_roads(district: District, grounds: np.ndarray) -> None:
    far = shapely.STRtree(district.roads.lines).query_nearest(
        grounds, return_distance=True, all_matches=False
    )[1]
    assert far.max() < 25


@pytest.mark.parametrize("stage", STAGE_METRES)
def test_grounds_are_as_large_as_the_stage_needs(district: District, stage: Stage) -> None:
    least, most = STAGE_METRES[stage]
    sides = [np.sqrt(school.ground.area) for school in district.schools if school.stage == stage]
    assert least <= min(sides)
    assert max(sides) <= most


def test_grounds_are_irregular(grounds: np.ndarray) -> None:
    boxed = shapely.area(grounds) / shapely.area(shapely.oriented_envelope(grounds))
    assert np.percentile(boxed, 90) < 0.985
    assert boxed.min() > 0.6


def test_stages_pupils_and_staff_are_like_a_countys(district: District) -> None:
    count = Counter(school.stage for school in district.schools)
    assert set(count) == set(Stage)
    assert count[Stage.KINDERGARTEN] > count[Stage.PRIMARY] > count[Stage.JUNIOR] > count[Stage.SENIOR]
    assert 60_000 < sum(school.pupils for school in district.schools) < 130_000
    assert all(0 <= school.boarders <= school.pupils for school in district.schools)
    assert all(
        4 < school.pupils / school.staff < 20 for school in district.schools if school.stage == Stage.PRIMARY
    )
    assert sum(school.is_point for school in district.schools) == 6


def test_codes_and_names_are_unique_and_plainly_made_up(district: District) -> None:
    for things in (district.schools, district.posts):
        assert len({thing.code for thing in things}) == len(things)
        assert len({thing.name for thing in things}) == len(things)
        assert all(thing.name.startswith("训练") for thing in things)


def test_gates_lie_on_the_boundary_that_faces_a_road(district: District) -> None:
    gates = district.gates
    points = shapely.points([gate.point for gate in gates])
    own = [district.schools[gate.school].ground.exterior for gate in gates]
    assert shapely.distance(points, own).max() < 0.02
    far = shapely.STRtree(district.roads.lines).query_nearest(
        points, return_distance=True, all_matches=False
    )[1]
    assert np.median(far) < 20
    assert far.max() < 80


def test_schools_have_about_one_gate_and_three_quarters_with_one_main_gate_each(district: District) -> None:
    bounded = [number for number, school in enumerate(district.schools) if not school.is_point]
    assert 1.5 <= len(district.gates) / len(bounded) <= 1.95
    assert sorted(gate.school for gate in district.gates if gate.is_main) == bounded
    names = [(gate.school, gate.name) for gate in district.gates]
    assert len(set(names)) == len(names)


def test_a_hundred_and_eighty_posts_most_of_them_at_gates(district: District) -> None:
    count = Counter(post.type for post in district.posts)
    assert len(district.posts) == 180
    assert set(count) == set(PostType)
    assert count[PostType.POLICE_STATION] == 12
    assert count[PostType.GUARD_POST] > 100
    for post in district.posts:
        if post.type == PostType.GUARD_POST:
            assert np.hypot(*(post.point - district.gates[post.gates[0]].point)) < 15


def test_every_police_area_has_its_station_inside(district: District) -> None:
    stations = np.array([post.point for post in district.posts if post.type == PostType.POLICE_STATION])
    assert sorted(district.areas.police_of(stations).tolist()) == list(range(12))


def test_most_gates_but_not_all_have_somebody_in_the_morning(district: District) -> None:
    served = {duty.gate for duty in district.roster if duty.gate is not None and duty.start < 9 * 60}
    assert 0.70 <= len(served) / len(district.gates) <= 0.85


def test_duties_cluster_at_the_peaks_and_have_every_fault_of_planning(district: District) -> None:
    guard = [duty for duty in district.roster if duty.gate is not None]
    peak = [duty for duty in guard if duty.start < 9 * 60 or 15 * 60 < duty.start < 18 * 60]
    assert len(peak) > 0.75 * len(guard)
    assert all(0 < (duty.end - duty.start) % 1440 <= 16 * 60 for duty in district.roster)
    assert any(duty.end < duty.start for duty in district.roster), "a shift over midnight"
    times = Counter((duty.post, duty.gate, duty.start < 9 * 60) for duty in guard)
    assert max(times.values()) >= 2, "a split duty"
    assert any(len({duty.gate for duty in guard if duty.post == post}) == 2 for post in range(180)), (
        "two gates"
    )


def test_windows_are_covered_wholly_late_and_early(district: District) -> None:
    first = {}
    for bell in district.bells:
        if bell.direction == "in" and bell.start < 11 * 60 and bell.weekdays[0] < 5:
            first[bell.school] = min(first.get(bell.school, 1440), bell.start - 20)
    late = [
        duty.start - first[district.gates[duty.gate].school]
        for duty in district.roster
        if duty.gate is not None and duty.start < 9 * 60 and district.gates[duty.gate].school in first
    ]
    assert 0.5 < np.mean(np.array(late) <= 0) < 0.9


def test_bells_are_staggered_by_grade_and_some_schools_have_none(district: District) -> None:
    schools = {bell.school for bell in district.bells}
    assert 110 <= len(schools) < 120
    assert all(bell.start <= bell.end for bell in district.bells)
    junior = next(
        n for n, school in enumerate(district.schools) if school.stage == Stage.JUNIOR and n in schools
    )
    assert (
        len({bell.start for bell in district.bells if bell.school == junior and bell.direction == "in"}) >= 3
    )
    assert any(bell.gate for bell in district.bells)


def test_one_day_changes_lie_on_school_days_from_today_on(district: District) -> None:
    days = {day.date for day in district.year.days if day.is_school_day}
    assert 8 <= len(district.changes) <= 20
    assert all(change.date >= AS_OF and change.date in days for change in district.changes)
    assert len({(change.date, change.post) for change in district.changes}) == len(district.changes)


def test_events_lie_in_the_two_years_before_today_and_gather_at_a_few_places(district: District) -> None:
    events = district.events
    assert len(events) == 1_500
    assert {(AS_OF - event.at.date()).days for event in events} <= set(range(1, 731))
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert {event.category for event in events} == set(IncidentCategory)
    squares = Counter(tuple((event.point // 160).astype(int)) for event in events)
    fullest = sum(count for _, count in squares.most_common(40))
    assert 0.3 < fullest / len(events) < 0.7, "hotspots there are, and not all is one"
    assert len(squares) > 400


def test_some_events_happen_on_school_grounds(district: District, grounds: np.ndarray) -> None:
    points = np.array([event.point for event in district.events])
    inside = shapely.STRtree(shapely.points(points)).query(grounds, predicate="intersects")[1]
    assert 50 < len(set(inside.tolist())) < 400


def test_four_hundred_venues_of_nine_categories_some_near_schools_with_old_licences(
    district: District, grounds: np.ndarray
) -> None:
    venues = district.venues
    assert len(venues) == 400
    assert len({venue.name for venue in venues}) == 400
    assert len({venue.category for venue in venues}) == 9
    licences = [venue.licence_no for venue in venues if venue.licence_no]
    assert len(licences) == len(set(licences)) == 336
    assert sum(venue.licence_from < date(2002, 11, 15) for venue in venues if venue.licence_from) >= 5
    assert all(venue.licence_from < venue.licence_to for venue in venues if venue.licence_from)
    near = shapely.STRtree(shapely.buffer(grounds, 200)).query(
        shapely.points(np.array([venue.point for venue in venues])), predicate="intersects"
    )[0]
    assert 60 < len(set(near.tolist())) < 300


def test_hazards_have_party_unit_and_deadline_and_a_place_or_a_school(district: District) -> None:
    hazards = district.hazards
    assert len(hazards) == 150
    assert all(hazard.unit and hazard.found_at.date() < hazard.deadline for hazard in hazards)
    assert {hazard.party for hazard in hazards} == set(Party)
    assert any(hazard.deadline < AS_OF for hazard in hazards)
    assert any(hazard.deadline > AS_OF for hazard in hazards)
    placeless = [hazard for hazard in hazards if hazard.point is None]
    assert 15 < len(placeless) < 70
    assert all(hazard.names_school for hazard in placeless)
    assert any(not hazard.names_school for hazard in hazards)


def test_another_seed_gives_another_district(district: District) -> None:
    other = make_district(SEED + 1, AS_OF)
    assert other.areas.district.symmetric_difference(district.areas.district).area > 10e6
    assert len(other.schools) == 120
    assert len(other.posts) == 180

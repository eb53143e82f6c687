"""Events count at one school each, the nearest within 200 m; the ring holds what lies from 500 to 1000 m around."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
import shapely

from geo.campaign_events import CampaignGround, count_events, nearest_schools, treated_ground, zone_distances

FIRST = date(2026, 1, 1)
NOWHERE = np.empty(0, dtype=object)


def squares(*corners: tuple[float, float], side: float = 100.0) -> np.ndarray:
    return np.array([shapely.box(x, y, x + side, y + side) for x, y in corners], dtype=object)


def counted(
    schools: np.ndarray, treated: shapely.Geometry, places: np.ndarray, days: list[int], *, length: int = 10
):
    points = np.asarray(shapely.points(places), dtype=object)
    when = np.array([np.datetime64(FIRST) + day for day in days], dtype="datetime64[D]")
    ground = CampaignGround(schools, treated)
    return count_events(ground, points, when, first=FIRST, end=FIRST + timedelta(days=length))


@pytest.mark.parametrize("seed", range(20))
def test_counts_are_those_of_a_plain_loop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    schools = squares(*rng.uniform(0, 3000, (12, 2)).tolist())
    zones = squares(*rng.uniform(0, 3000, (1, 2)).tolist(), side=300.0)
    treated = treated_ground(schools[:2], zones)
    places, days = rng.uniform(-500, 3500, (400, 2)), rng.integers(-3, 14, 400)
    found = counted(schools, treated, places, days.tolist())
    counts, ring = np.zeros((12, 10), dtype=int), np.zeros(10, dtype=int)
    for place, day in zip(places, days, strict=True):
        point = shapely.Point(place)
        far = [point.distance(school) for school in schools]
        if 0 <= day < 10 and min(far) <= 200:
            counts[int(np.argmin(far)), day] += 1
        if 0 <= day < 10 and 500 <= point.distance(treated) <= 1000:
            ring[day] += 1
    np.testing.assert_array_equal(found.periods.counts, counts)
    np.testing.assert_array_equal(found.ring, ring)
    assert counts.sum() > 0
    assert ring.sum() > 0


def test_an_event_as_near_to_two_schools_counts_at_the_first() -> None:
    schools = squares((0, 0), (200, 0))
    assert nearest_schools(schools, np.array([shapely.Point(150, 50)], dtype=object)).tolist() == [0]
    assert nearest_schools(schools[::-1], np.array([shapely.Point(150, 50)], dtype=object)).tolist() == [0]


@pytest.mark.parametrize(("off", "row"), [(199.9, 0), (200.0, 0), (200.1, -1)])
def test_a_schools_zone_ends_at_200_metres_of_its_boundary(off: float, row: int) -> None:
    at = np.array([shapely.Point(100 + off, 50)], dtype=object)
    assert nearest_schools(squares((0, 0)), at).tolist() == [row]


@pytest.mark.parametrize(("off", "is_in"), [(499.9, 0), (500.0, 1), (1000.0, 1), (1000.1, 0)])
def test_the_ring_begins_at_500_and_ends_at_1000_metres_of_what_is_treated(off: float, is_in: int) -> None:
    treated = shapely.box(0, 0, 100, 100)
    assert counted(squares((5000, 5000)), treated, np.array([[100 + off, 50]]), [0]).ring.sum() == is_in


def test_without_days_schools_or_anything_treated_there_is_nothing() -> None:
    empty = treated_ground(NOWHERE, NOWHERE)
    assert counted(squares((0, 0)), empty, np.array([[50.0, 50.0]]), [0], length=0).periods.counts.shape == (
        1,
        0,
    )
    found = counted(NOWHERE, empty, np.array([[50.0, 50.0]]), [0])
    assert found.periods.counts.shape == (0, 10)
    assert found.ring.sum() == 0
    assert zone_distances(CampaignGround(squares((0, 0)), empty)).tolist() == [np.inf]

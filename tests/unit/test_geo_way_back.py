"""The polynomial way back from a plane is PROJ's to a micrometre, or it is not taken."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely

from geo import crs
from geo.perimeters import perimeters
from geo.way_back import TOLERANCE_DEG, WORTH_FROM, circle_round, find_way_back

PLACES = [
    (4549, 500_000, 3_500_000, 20_000),
    (4549, 500_000, 3_500_000, 250_000),
    (4534, 430_000, 4_360_000, 30_000),
    (32635, 400_000, 6_700_000, 30_000),
    (32633, 500_000, 9_200_000, 30_000),
    (32733, 300_000, 6_200_000, 5_000),
    (4549, 600_000, 3_500_000, 50),
    (4549, 500_000, 3_500_000, 0),
]


def proj(epsg: int):
    return pyproj.Transformer.from_crs(epsg, 4490 if epsg < 5000 else 4326, always_xy=True).transform


def spread(east: float, north: float, half: float) -> np.ndarray:
    return np.random.default_rng(8).uniform(-half, half, (5_000, 2)) + np.array([east, north])


@pytest.mark.parametrize("place", PLACES)
def test_it_agrees_with_proj_to_a_micrometre(place) -> None:
    epsg, *where = place
    positions = spread(*where)
    way = find_way_back(*circle_round(positions), proj(epsg), eccentricity=0.0818191910428)
    expected = np.column_stack(proj(epsg)(*positions.T))
    assert way is not None
    np.testing.assert_allclose(way(positions), expected, rtol=0, atol=TOLERANCE_DEG)


@pytest.mark.parametrize(
    "place",
    [
        pytest.param((32760, 800_000, 8_100_000, 40_000), id="over the antimeridian"),
        pytest.param((32633, 500_000, 9_997_000, 5_000), id="round the pole"),
        pytest.param((4549, 500_000, 3_500_000, 6_000_000), id="over a hemisphere"),
    ],
)
def test_where_no_polynomial_is_good_there_is_none(place) -> None:
    epsg, *where = place
    assert find_way_back(*circle_round(spread(*where)), proj(epsg), eccentricity=0.0818191910428) is None


def test_positions_that_are_no_numbers_have_no_circle() -> None:
    assert circle_round(np.array([[0.0, 1.0], [np.nan, 2.0]])) is None


@pytest.mark.parametrize("count", [50, WORTH_FROM + 1])
def test_many_come_back_as_few_do(count) -> None:
    places = shapely.points(np.random.default_rng(1).uniform([119.3, 31.5], [119.7, 31.9], (count, 2)))
    back = crs.to_storage(crs.to_metric(places, 4549), 4549)
    assert shapely.distance(places, back).max() < 2 * TOLERANCE_DEG


def test_many_zones_over_the_antimeridian_are_cut_there() -> None:
    fiji = shapely.points(np.random.default_rng(1).uniform([179.95, -17.2], [180.0, -17.0], (300, 2)))
    (zones, *_) = perimeters(fiji, [500], epsg=32760)
    widths = [part.bounds[2] - part.bounds[0] for zone in zones.geometries[0] for part in zone.geoms]
    assert max(widths) < 0.02
    assert any(len(zone.geoms) == 2 for zone in zones.geometries[0])
    assert shapely.is_valid(zones.geometries).all()

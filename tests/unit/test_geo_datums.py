"""Positions of map services come back to where they are."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import Geod

from geo import datums

GEOD = Geod(ellps="WGS84")
# Published with the implementations that others use; their ellipsoid differs by up to 1.2 cm.
PUBLISHED = [
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
]


def jintan(count: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(7)
    return random.uniform(119.2993, 119.7487, count), random.uniform(31.5609, 31.8873, count)


@pytest.mark.parametrize(("wgs84", "gcj02"), PUBLISHED)
def test_published_positions_are_displaced_as_published(wgs84, gcj02) -> None:
    moved = datums.wgs84_to_gcj02(*wgs84)
    assert GEOD.inv(moved[0], moved[1], *gcj02)[2] < 0.02


def test_gcj02_at_jintan_lies_521_to_552_m_to_the_east_south_east() -> None:
    lon, lat = jintan()
    bearing, _, metres = GEOD.inv(lon, lat, *datums.wgs84_to_gcj02(lon, lat))
    assert metres.min() == pytest.approx(521, abs=1)
    assert metres.max() == pytest.approx(552, abs=1)
    assert bearing.min() == pytest.approx(111, abs=0.5)
    assert bearing.max() == pytest.approx(117, abs=0.5)


def test_bd09_at_jintan_lies_1155_to_1233_m_to_the_east_north_east() -> None:
    lon, lat = jintan()
    bearing, _, metres = GEOD.inv(lon, lat, *datums.wgs84_to_bd09(lon, lat))
    assert metres.min() == pytest.approx(1155, abs=2)
    assert metres.max() == pytest.approx(1233, abs=2)
    assert bearing.min() == pytest.approx(66, abs=0.5)
    assert bearing.max() == pytest.approx(71, abs=0.6)


def test_bd09_lies_882_to_933_m_from_gcj02_at_jintan() -> None:
    lon, lat = jintan()
    metres = GEOD.inv(*datums.wgs84_to_gcj02(lon, lat), *datums.wgs84_to_bd09(lon, lat))[2]
    assert metres.min() == pytest.approx(882, abs=1)
    assert metres.max() == pytest.approx(933, abs=1)


def test_the_way_back_from_gcj02_is_true_to_a_twentieth_of_a_millimetre() -> None:
    lon, lat = jintan()
    back = datums.gcj02_to_wgs84(*datums.wgs84_to_gcj02(lon, lat))
    assert GEOD.inv(lon, lat, *back)[2].max() < 5e-5


def test_the_way_back_from_bd09_to_gcj02_is_exact() -> None:
    lon, lat = jintan()
    back = datums.bd09_to_gcj02(*datums.gcj02_to_bd09(lon, lat))
    assert np.abs(back[0] - lon).max() < 1e-12
    assert np.abs(back[1] - lat).max() < 1e-12


@pytest.mark.parametrize(
    "convert",
    [
        datums.wgs84_to_gcj02,
        datums.gcj02_to_wgs84,
        datums.gcj02_to_bd09,
        datums.bd09_to_gcj02,
        datums.wgs84_to_bd09,
        datums.bd09_to_wgs84,
    ],
)
def test_what_is_not_in_china_or_no_number_stays_as_it_is(convert) -> None:
    lon = np.array([24.94, -122.4, np.nan, np.inf, 119.5, 0.0])
    lat = np.array([60.17, 37.8, 31.7, 31.7, np.nan, 0.0])
    x, y = convert(lon, lat)
    np.testing.assert_array_equal(x, lon)
    np.testing.assert_array_equal(y, lat)


def test_one_position_and_arrays_of_any_shape_are_taken() -> None:
    x, y = datums.wgs84_to_gcj02(119.5, 31.7)
    many = datums.wgs84_to_gcj02(np.full((2, 3), 119.5), np.full((2, 3), 31.7))
    assert many[0].shape == (2, 3)
    assert (many[0] == x).all()
    assert (many[1] == y).all()

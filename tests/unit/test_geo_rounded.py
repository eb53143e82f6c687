"""Rounded positions are found and said without naming one; others are left alone."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import libpysal
import numpy as np
import pytest

from geo.rounded import finest_radius, rounding_of

GEODANET = Path(libpysal.__file__).parent / "examples" / "geodanet"
FOOT_M = 0.304800609601219


def somewhere(count: int, seed: int = 1, spread: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    return tuple(np.random.default_rng(seed).normal([119.6, 31.7], spread, (count, 2)).T)


@pytest.mark.parametrize("count", [0, 1, 2, 50, 20_000])
@pytest.mark.parametrize("spread", [0.0005, 0.1])
def test_positions_as_they_fell_give_nothing(count: int, spread: float) -> None:
    found = rounding_of(*somewhere(count, spread=spread))
    assert not found.is_rounded
    assert found.step_m is None
    assert found.finest_radius_m == 100


def test_positions_with_six_decimals_give_nothing() -> None:
    assert not rounding_of(*np.round(somewhere(20_000), 6)).is_rounded


@pytest.mark.parametrize(
    ("decimals", "step", "radius"),
    [(1, 11_132, None), (2, 1_113.2, None), (3, 111.32, 200), (4, 11.132, 100)],
)
def test_decimals_of_degrees_are_counted(decimals: int, step: float, radius: int | None) -> None:
    found = rounding_of(*np.round(somewhere(300, spread=2.0), decimals))
    assert found.step_m == pytest.approx(step)
    assert found.finest_radius_m == radius
    assert found.is_rounded


@pytest.mark.parametrize(("step", "radius"), [(10, 100), (50, 100), (100, 100), (500, 500), (1_000, 1_000)])
def test_metres_rounded_to_a_step_are_found(step: int, radius: int) -> None:
    flat = np.random.default_rng(step).uniform(400_000, 440_000, (200, 2))
    found = rounding_of(*(np.round(flat / step) * step).T, metres_per_unit=1.0)
    assert found.step_m == step
    assert found.finest_radius_m == radius
    assert not rounding_of(*np.round(flat).T, metres_per_unit=1.0).is_rounded


def test_a_file_of_which_half_is_rounded_is_said_to_be() -> None:
    lon, lat = somewhere(400)
    lon[:260], lat[:260] = np.round(lon[:260], 3), np.round(lat[:260], 3)
    assert rounding_of(lon, lat).step_m == pytest.approx(111.32)
    lon, lat = somewhere(400)
    lon[:40], lat[:40] = np.round(lon[:40], 3), np.round(lat[:40], 3)
    assert rounding_of(lon, lat).step_m is None


def test_geodanet_is_stacked_and_its_grid_can_stay() -> None:
    frame = gpd.read_file(GEODANET / "crimes.shp").geometry
    found = rounding_of(frame.x.to_numpy(), frame.y.to_numpy(), metres_per_unit=FOOT_M)
    # 127 events share a point; on these points 93 came after the first.
    assert (found.events, found.events - found.positions, found.stacked) == (287, 93, 127)
    assert found.largest == (28, 10, 9)
    assert found.is_stacked
    assert found.step_m is None
    assert found.finest_radius_m == 100


def test_events_matched_to_a_few_points_ask_for_a_grid_as_coarse_as_those() -> None:
    chance = np.random.default_rng(3)
    snap = chance.uniform(0, 20_000, (900, 2))
    found = rounding_of(*snap[chance.integers(0, 900, 9_000)].T + 0.123456, metres_per_unit=1.0)
    assert found.is_stacked
    assert found.stacked_share > 0.9
    assert found.finest_radius_m == 500
    assert len(found.largest) == 3
    assert list(found.largest) == sorted(found.largest, reverse=True)


def test_all_at_one_point_has_no_grid() -> None:
    found = rounding_of(np.full(80, 119.5), np.full(80, 31.5))
    assert (found.stacked, found.largest, found.is_stacked) == (80, (80,), True)
    assert found.step_m is None
    assert found.finest_radius_m is None


def test_two_events_at_one_house_in_a_thousand_are_no_rounding() -> None:
    lon, lat = somewhere(1_000)
    lon[1], lat[1] = lon[0], lat[0]
    found = rounding_of(lon, lat)
    assert (found.stacked, found.largest) == (2, (2,))
    assert not found.is_rounded


def test_no_position_is_among_what_is_said() -> None:
    lon, lat = np.full(80, 119.5123), np.full(80, 31.5678)
    assert "119.5" not in str(rounding_of(lon, lat))
    assert "31.5" not in str(rounding_of(lon, lat))


@pytest.mark.parametrize(
    ("step", "radius"), [(0, 100), (100, 100), (100.1, 200), (1_000, 1_000), (1_001, None)]
)
def test_cells_are_not_smaller_than_the_step(step: float, radius: int | None) -> None:
    assert finest_radius(step) == radius

"""The density surface is the sum of a Gaussian over all events, cut off where nobody sees it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import KernelDensity

from geo.density import Raster, density_surface, raster_over
from geo.errors import BadBandwidthError

RASTER = Raster(1_000.0, 2_000.0, 50.0, 60, 40)


def middles(raster: Raster) -> np.ndarray:
    east = raster.west + (np.arange(raster.columns) + 0.5) * raster.cell_m
    north = raster.south + (np.arange(raster.rows) + 0.5) * raster.cell_m
    return np.column_stack([np.tile(east, raster.rows), np.repeat(north, raster.columns)])


def scattered(seed: int, count: int, beyond: float = 0.0) -> np.ndarray:
    low, high = np.array([1_000, 2_000]) - beyond, np.array([4_000, 4_000]) + beyond
    return np.random.default_rng(seed).uniform(low, high, (count, 2))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([150.0, 250.0, 400.0]))
def test_the_surface_is_scikit_learns_within_half_a_percent_of_the_peak(seed: int, bandwidth: float) -> None:
    spots = np.vstack(
        [scattered(seed, 2_000, 500.0), np.random.default_rng(seed).normal([3_000, 3_000], 100, (500, 2))]
    )
    model = KernelDensity(bandwidth=bandwidth, kernel="gaussian").fit(spots)
    truth = np.exp(model.score_samples(middles(RASTER))) * len(spots) * 1e6
    off = density_surface(*spots.T, RASTER, bandwidth).ravel() - truth
    assert np.sqrt(np.mean(off**2)) <= 0.005 * truth.max()


def test_every_event_well_inside_counts_as_one() -> None:
    spots = np.random.default_rng(1).uniform([2_000, 2_900], [3_000, 3_100], (500, 2))
    surface = density_surface(*spots.T, RASTER, 150.0)
    assert surface.sum() * RASTER.cell_m**2 / 1e6 == pytest.approx(500)
    assert surface.shape == (40, 60)


def test_rows_run_north_and_columns_east() -> None:
    surface = density_surface(np.array([3_900.0]), np.array([2_100.0]), RASTER, 100.0)
    row, column = np.unravel_index(surface.argmax(), surface.shape)
    assert (row, column) == (2, 58) or (row, column) == (1, 57)
    assert surface[0, 0] == 0


def test_events_far_outside_and_no_events_leave_nothing() -> None:
    assert not density_surface(np.array([0.0]), np.array([9_000.0]), RASTER, 100.0).any()
    assert not density_surface(np.empty(0), np.empty(0), RASTER, 100.0).any()


@pytest.mark.parametrize("bandwidth", [49.0, 0.0, -5.0, np.nan, np.inf])
def test_a_bandwidth_under_a_cell_is_refused(bandwidth: float) -> None:
    with pytest.raises(BadBandwidthError):
        density_surface(np.array([1.0]), np.array([1.0]), RASTER, bandwidth)


def test_rasters_over_two_boxes_have_the_same_cells() -> None:
    one, other = raster_over((10, 20, 990, 990), 100.0), raster_over((250, -30, 410, 55), 100.0)
    assert one == Raster(0.0, 0.0, 100.0, 10, 10)
    assert other == Raster(200.0, -100.0, 100.0, 3, 2)

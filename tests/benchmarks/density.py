"""The density of 50,000 and of 1,000,000 incidents on a raster of 120,000 cells, against KDEpy's FFTKDE.

Both give the surface at the middles of the same cells; scikit-learn's sum over all events, at some of the cells,
says how far each is from the truth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.density import Raster, density_surface
from tests.benchmarks import density_peer_kdepy, density_peer_sklearn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks._harness import Measure, Row

RASTER = Raster(450_000.0, 3_500_000.0, 100.0, 400, 300)
BANDWIDTH_M = 300.0
COUNTS = (50_000, 1_000_000)
GOAL, RMSE_PERCENT = 0.3, 0.5
CHECKED = 1_000
CLUSTERS = 60


def incidents(count: int) -> np.ndarray:
    """Scatter events: most in clusters of all widths, the others anywhere, well inside the raster."""
    chance = np.random.default_rng(count)
    size = np.array([RASTER.columns, RASTER.rows]) * RASTER.cell_m
    centres = chance.uniform(0.1, 0.9, (CLUSTERS, 2)) * size
    widths = chance.uniform(100.0, 1_500.0, CLUSTERS)
    own = chance.integers(0, CLUSTERS, count)
    spots = centres[own] + chance.normal(size=(count, 2)) * widths[own, None]
    anywhere = chance.random(count) < 0.3
    spots[anywhere] = chance.uniform(0.02, 0.98, (int(anywhere.sum()), 2)) * size
    # KDEpy takes events between the outermost middles only.
    margin = RASTER.cell_m * 0.6
    return np.array([RASTER.west, RASTER.south]) + np.clip(spots, margin, size - margin)


def middles() -> tuple[np.ndarray, np.ndarray]:
    """Give the middles of the columns and of the rows."""
    return (
        RASTER.west + (np.arange(RASTER.columns) + 0.5) * RASTER.cell_m,
        RASTER.south + (np.arange(RASTER.rows) + 0.5) * RASTER.cell_m,
    )


def run(measure: Measure) -> Iterator[Row]:
    """Hold time against KDEpy's, and the surface against scikit-learn's."""
    east, north = middles()
    cells = RASTER.columns * RASTER.rows
    for count in COUNTS:
        spots = incidents(count)

        def ours(spots: np.ndarray = spots) -> np.ndarray:
            return density_surface(spots[:, 0], spots[:, 1], RASTER, BANDWIDTH_M)

        def peer(spots: np.ndarray = spots) -> np.ndarray:
            return density_peer_kdepy.surface(spots, east, north, BANDWIDTH_M)

        yield measure.compare(f"{count:,} incidents, against KDEpy", cells, ours=ours, peer=peer, goal=GOAL)
        surface = ours()
        at = np.random.default_rng(1).choice(cells, CHECKED, replace=False)
        at[0] = surface.argmax()
        places = np.column_stack([np.tile(east, len(north)), np.repeat(north, len(east))])[at]
        truth = density_peer_sklearn.density(spots, places, BANDWIDTH_M)
        off = float(np.sqrt(np.mean((surface.ravel()[at] - truth) ** 2)) / truth.max() * 100.0)
        yield measure.limit(
            f"{count:,} incidents, RMSE to scikit-learn", CHECKED, off, goal=RMSE_PERCENT, unit="% of peak"
        )

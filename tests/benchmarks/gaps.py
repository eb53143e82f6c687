"""Cover and gaps of 200 and 500 m: schools in towns as a district has them, 1.5 posts a school near their gates.

Project and peers give the same: each gap, covered and gap area, number of posts, distance to the nearest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from geo.coverage import cover
from geo.reach import reach_of
from tests.benchmarks import gaps_peer_overlay, gaps_peer_postgis
from tests.benchmarks._harness import Measure, Row, scratch_database

if TYPE_CHECKING:
    from collections.abc import Iterator

EPSG = 4549
RADII = (200, 500)
COUNTS = (2_000, 10_000)
ROUNDS = 3
POSTGIS_GOAL, OVERLAY_GOAL = 0.5, 0.25
SCHOOLS_A_TOWN = 60
KM2_A_SCHOOL = 8


class District(NamedTuple):
    """Grounds in metres, posts and their reach."""

    ground: np.ndarray
    positions: np.ndarray
    reach_m: np.ndarray


def district(count: int) -> District:
    """Make towns of 60 schools, 8 km2 a school in all, with posts of foot, ebike and car."""
    chance = np.random.default_rng(12)
    side = np.sqrt(count * KM2_A_SCHOOL) * 1000
    towns = chance.uniform(0, side, (max(1, count // SCHOOLS_A_TOWN), 2)) + np.array([400_000, 3_400_000])
    middle = towns[chance.integers(0, len(towns), count)] + chance.normal(0, 2000, (count, 2))
    turn = np.sort(chance.uniform(0, 2 * np.pi, (count, 8)), axis=1)
    ground = shapely.polygons(
        np.stack([80 * np.cos(turn), 60 * np.sin(turn)], axis=-1) + middle[:, np.newaxis]
    )
    posts = count * 3 // 2
    spots = middle[chance.integers(0, count, posts)] + chance.normal(0, 150, (posts, 2))
    return District(
        ground, shapely.points(spots), chance.choice([180.0, 400.0, 800.0], posts, p=[0.6, 0.25, 0.15])
    )


def ours(given: District) -> tuple[float, ...]:
    """Give the sums that the peers give."""
    count = len(given.ground)
    cases = pd.DataFrame({"school": np.arange(count), "day_type": "school_day", "slot": "all", "span": -1})
    posts = reach_of(given.positions, given.reach_m, np.zeros((0, len(given.positions)), dtype=bool))
    names = ["gap_area_m2", "covered_area_m2", "post_count", "nearest_post_m"]
    sums = [
        chunk.table[names].sum().to_numpy(dtype=float) for chunk in cover(given.ground, RADII, posts, cases)
    ]
    return tuple(np.sum(sums, axis=0))


def run(measure: Measure) -> Iterator[Row]:
    """Compare with PostGIS and with geopandas."""
    for count in COUNTS:
        given = district(count)
        with scratch_database() as engine, engine.connect() as connection:
            driver = connection.connection.driver_connection
            measure.watch(driver)  # type: ignore[arg-type]  # psycopg's own
            with driver.cursor() as cursor:
                gaps_peer_postgis.fill(
                    cursor, hexes(given.ground), zip(given.reach_m, hexes(given.positions), strict=True)
                )
                yield measure.compare(
                    "against PostGIS",
                    count,
                    ours=lambda own=given: ours(own),
                    peer=lambda own=cursor: gaps_peer_postgis.cover(own, RADII),
                    goal=POSTGIS_GOAL,
                    rounds=ROUNDS,
                    agree=np.allclose,
                )
            measure.backends.remove(driver.info.backend_pid)
        yield measure.compare(
            "against overlay",
            count,
            ours=lambda own=given: ours(own),
            peer=lambda own=given: gaps_peer_overlay.cover(*own, RADII),
            goal=OVERLAY_GOAL,
            rounds=ROUNDS,
            agree=np.allclose,
        )


def hexes(geometries: np.ndarray) -> Iterator[str]:
    """Write geometries as hexadecimal EWKB."""
    return iter(shapely.to_wkb(shapely.set_srid(geometries, EPSG), hex=True, include_srid=True))

"""Rings of 50, 200 and 500 m of up to 500,000 schools: in the plane, and the whole way from and to EPSG:4490."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo import crs
from geo.perimeters import perimeters
from tests.benchmarks import rings_peer_geos, rings_peer_postgis
from tests.benchmarks._harness import Measure, Row, scratch_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

EPSG = 4549
RADII = (50, 200, 500)
ROUNDS = {5_000: 5, 50_000: 3, 500_000: 1}
PLANE_GOAL, COMPLETE_GOAL, PEAK_GOAL_MB = 1.15, 0.75, 150


def grounds(count: int) -> np.ndarray:
    """Make school grounds of 8 corners in metres, spread over the plane's zone from 30 to 34 degrees north."""
    chance = np.random.default_rng(11)
    turn = np.sort(chance.uniform(0, 2 * np.pi, (count, 8)), axis=1)
    middle = chance.uniform((360_000, 3_320_000), (640_000, 3_760_000), (count, 1, 2))
    return shapely.polygons(middle + np.stack([80 * np.cos(turn), 60 * np.sin(turn)], axis=-1))


def run(measure: Measure) -> Iterator[Row]:
    """Compare with plain buffers in the plane, and with PostGIS the whole way; hold the peak of memory."""
    with scratch_database() as engine, engine.connect() as connection:
        driver = connection.connection.driver_connection
        measure.watch(driver)  # type: ignore[arg-type]  # psycopg's own
        for count, rounds in ROUNDS.items():
            ground = grounds(count)
            yield plane(measure, ground, rounds)
            yield from complete(measure, driver, crs.to_storage(ground, EPSG), rounds)


def plane(measure: Measure, ground: np.ndarray, rounds: int) -> Row:
    """Compare with the three pure GEOS calls."""

    def ours() -> float:
        return sum(float(zones.areas.sum()) for zones in perimeters(ground, RADII, epsg=None))

    def peer() -> float:
        return rings_peer_geos.buffers(ground, RADII)

    return measure.compare(
        "plane", len(ground), ours=ours, peer=peer, goal=PLANE_GOAL, rounds=rounds, agree=np.isclose
    )


def complete(measure: Measure, driver: psycopg.Connection, schools: np.ndarray, rounds: int) -> Iterator[Row]:
    """Compare with there, buffer and back in PostGIS; then hold the memory of the same work."""

    def ours() -> int:
        return sum(zones.geometries.size for zones in perimeters(schools, RADII, epsg=EPSG))

    with driver.cursor() as cursor:
        rings_peer_postgis.fill(
            cursor,
            (
                shapely.to_wkb(s, hex=True, include_srid=True)
                for s in shapely.set_srid(schools, crs.STORAGE_EPSG)
            ),
        )
        row = measure.compare(
            "complete",
            len(schools),
            ours=ours,
            peer=lambda: rings_peer_postgis.buffers(cursor, RADII),
            goal=COMPLETE_GOAL,
            rounds=rounds,
            agree=lambda mine, theirs: mine == theirs,
        )
        cursor.execute("DROP TABLE bench_school")
    yield row
    yield measure.limit("peak memory", len(schools), row.peak_mb or 0.0, goal=PEAK_GOAL_MB, unit="MB")

"""Write and read 200,000 polygons: binary COPY and binary cursor against `to_postgis` and `read_postgis`.

Both sides write into the same table, made beforehand and without an index, so that only the way there is compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from sqlalchemy import Connection, text

from data.bulk import copy_frame, read_frame
from tests.benchmarks import db_io_peer
from tests.benchmarks._harness import Measure, Row, scratch_database

if TYPE_CHECKING:
    from collections.abc import Iterator

POLYGONS = 200_000
TABLE = "bench_polygon"
GOAL = 0.25
LAYOUT = f"""
    CREATE TABLE {TABLE} (
        id bigint, code text, name text, pupils integer, area_m2 double precision, geom geometry(Polygon, 4490)
    )
"""


def polygons(count: int) -> gpd.GeoDataFrame:
    """Make school-like grounds of 5 to 20 corners with a few attributes."""
    chance = np.random.default_rng(20231)
    corners = chance.integers(5, 21, count)
    owner = np.repeat(np.arange(count), corners)
    turn = chance.random(corners.sum())
    turn = turn[np.lexsort((turn, owner))] * 2 * np.pi
    middle = chance.uniform((119.3, 31.56), (119.75, 31.89), (count, 2))
    xy = middle[owner] + 0.001 * np.column_stack([np.cos(turn), np.sin(turn)])
    ground = shapely.polygons(shapely.linearrings(xy, indices=owner))
    number = np.arange(count)
    columns = {
        "id": number,
        "code": [f"S{value:06d}" for value in number],
        "name": [f"训练第{value}小学" for value in number],
        "pupils": chance.integers(50, 3000, count),
        "area_m2": chance.uniform(2e3, 9e4, count),
    }
    return gpd.GeoDataFrame({**columns, "geom": ground}, geometry="geom", crs=4490)


def same(ours: gpd.GeoDataFrame, peer: gpd.GeoDataFrame) -> bool:
    """Whether both read the same rows."""
    pairs = all(
        (ours[name].to_numpy() == peer[name].to_numpy()).all() for name in ("id", "code", "name", "pupils")
    )
    return pairs and bool(shapely.equals_exact(ours.geom.to_numpy(), peer.geom.to_numpy()).all())


def run(measure: Measure) -> Iterator[Row]:
    """Write, then read."""
    frame = polygons(POLYGONS)
    with scratch_database() as engine, engine.connect() as connection:
        measure.watch(connection.connection.driver_connection)  # type: ignore[arg-type]  # psycopg's own
        connection.execute(text(LAYOUT))
        connection.commit()
        yield write(measure, connection, frame)
        yield read(measure, connection)


def write(measure: Measure, connection: Connection, frame: gpd.GeoDataFrame) -> Row:
    """Compare the ways in."""

    def empty() -> None:
        connection.rollback()
        connection.execute(text(f"TRUNCATE {TABLE}"))
        connection.commit()

    def ours() -> int:
        written = copy_frame(connection, TABLE, frame)
        connection.commit()
        return written

    def peer() -> int:
        written = db_io_peer.write(connection, TABLE, frame)
        connection.commit()
        return written

    return measure.compare(
        "write", len(frame), ours=ours, peer=peer, goal=GOAL, before=empty, agree=lambda a, b: a == b
    )


def read(measure: Measure, connection: Connection) -> Row:
    """Compare the ways out."""
    return measure.compare(
        "read",
        POLYGONS,
        ours=lambda: read_frame(connection, f"SELECT * FROM {TABLE}"),
        peer=lambda: db_io_peer.read(connection, TABLE),
        goal=GOAL,
        agree=same,
    )

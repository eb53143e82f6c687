"""Frames into PostGIS and out of it the way geopandas documents: `to_postgis` and `read_postgis`."""

from __future__ import annotations

import geopandas as gpd


def write(connection, table, frame) -> int:
    """Append a frame's rows to a table and give their number."""
    frame.to_postgis(table, connection, if_exists="append", index=False)
    return len(frame)


def read(connection, table):
    """Read a whole table."""
    return gpd.read_postgis(f"SELECT * FROM {table}", connection, geom_col="geom")

"""A file into PostGIS the way geopandas documents: `read_file` and `to_postgis`."""

from __future__ import annotations

import geopandas as gpd


def load(file, engine, table) -> int:
    """Read a whole file, append its rows to a table and give their number."""
    frame = gpd.read_file(file).rename_geometry("geom")
    frame["geom"] = frame.geometry.force_2d()
    frame.to_postgis(table, engine, if_exists="append", index=False)
    return len(frame)

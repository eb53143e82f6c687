"""The right plane for every place, there and back, and names of coordinates as people write them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import shapely

from geo import crs
from geo.errors import OutsidePlaneError, RoundPoleError, UnknownCrsError, UnusableCrsError

CHINESE_TOWNS = {
    "Kashgar": (75.99, 39.47), "Tashkurgan": (75.23, 37.77), "Ngari": (80.1, 32.5), "Purang": (81.18, 30.29),
    "Yadong": (88.9, 27.49), "Motuo": (95.33, 29.33), "Ruili": (97.85, 24.01), "Mengla": (101.57, 21.48),
    "Hekou": (103.96, 22.53), "Dongxing": (107.97, 21.54), "Sanya": (109.5, 18.25), "Yongxing": (112.34,
    16.83), "Hong Kong": (114.17, 22.3), "Taipei": (121.5, 25.05), "Kaohsiung": (120.3, 22.6), "Zhoushan":
    (122.7, 30.7), "Dandong": (124.38, 40.12), "Hunchun": (130.36, 42.86), "Fuyuan": (134.3, 48.36),
    "Heihe": (127.5, 50.25), "Mohe": (122.54, 52.97), "Manzhouli": (117.45, 49.6), "Erenhot": (111.98,
    43.65), "Ejina": (101.06, 41.96), "Altay": (88.14, 47.85), "Tacheng": (82.98, 46.75), "Horgos": (80.4,
    44.2), "Jintan": (119.6, 31.7),
}  # fmt: skip
FOREIGN_TOWNS = {
    "Seoul": (127.0, 37.5), "Pyongyang": (125.75, 39.03), "Ulaanbaatar": (106.9, 47.92), "Kathmandu": (85.3,
    27.7), "Thimphu": (89.64, 27.47), "Dhaka": (90.4, 23.8), "Vladivostok": (131.9, 43.1), "Khabarovsk":
    (135.07, 48.48), "Manila": (121.0, 14.6), "Hanoi": (105.8, 21.0), "Almaty": (76.9, 43.2), "Delhi":
    (77.2, 28.6), "Tokyo": (139.7, 35.7), "Naha": (127.7, 26.2), "Helsinki": (24.9, 60.2), "Da Nang":
    (108.2, 16.05),
}  # fmt: skip


@pytest.mark.parametrize("town", CHINESE_TOWNS)
def test_a_chinese_town_is_measured_in_its_cgcs2000_zone(town) -> None:
    lon, lat = CHINESE_TOWNS[town]
    epsg = crs.metric_epsg(lon, lat)
    meridian = 75 + 3 * (epsg - 4534)
    assert 4534 <= epsg <= 4554
    assert abs(lon - meridian) <= 1.5


@pytest.mark.parametrize("town", FOREIGN_TOWNS)
def test_a_town_elsewhere_is_measured_in_its_utm_zone(town) -> None:
    lon, lat = FOREIGN_TOWNS[town]
    epsg = crs.metric_epsg(lon, lat)
    assert epsg // 100 == (326 if lat >= 0 else 327)
    assert abs(lon - (epsg % 100 * 6 - 183)) <= 3


def test_jintan_is_measured_in_epsg_4549() -> None:
    assert crs.metric_epsg(119.6, 31.7) == 4549


def test_the_edges_of_the_globe_have_a_plane() -> None:
    lon, lat = [180.0, -180.0, 0.0, 0.0, 179.99], [5.0, 5.0, 90.0, -90.0, -17.0]
    assert crs.metric_epsgs(lon, lat).tolist() == [32660, 32601, 32631, 32731, 32760]


def test_schools_on_both_sides_of_the_antimeridian_share_a_plane() -> None:
    fiji = np.array([shapely.Point(179.9, -17.0), shapely.Point(-179.7, -17.0)])
    assert crs.common_metric_epsg(fiji) in (32701, 32760)


def test_an_exclave_does_not_move_the_plane() -> None:
    areas = np.array([shapely.box(119.3, 31.5, 119.7, 31.9), shapely.box(116.0, 31.0, 116.01, 31.01)])
    assert crs.common_metric_epsg(areas) == 4549


def test_the_way_to_metres_and_back_is_true_to_a_micrometre() -> None:
    places = shapely.points([[119.3, 31.6], [119.74, 31.88], [119.5, 31.7]])
    back = crs.to_storage(crs.to_metric(places, 4549), 4549)
    assert shapely.distance(places, back).max() < 1e-11


def test_a_kilometre_at_jintan_is_a_kilometre() -> None:
    ends = crs.to_metric(shapely.points([[119.5, 31.7], [119.5, 31.7 + 1 / 110.88]]), 4549)
    assert shapely.distance(*ends) == pytest.approx(1000, rel=1e-3)


def test_missing_and_empty_geometries_stay_so() -> None:
    moved = crs.to_metric([None, shapely.Point(), shapely.Point(119.5, 31.7)], 4549)
    assert moved[0] is None
    assert moved[1].is_empty
    assert crs.to_storage(moved, 4549)[0] is None


def test_a_ring_over_the_antimeridian_is_cut_there() -> None:
    school = crs.to_metric([shapely.Point(179.9995, -17.0)], 32760)
    zone = shapely.buffer(school, 200.0)
    stored = crs.to_storage(zone, 32760)[0]
    assert stored.geom_type == "MultiPolygon"
    assert stored.is_valid
    widths = [part.bounds[2] - part.bounds[0] for part in stored.geoms]
    assert max(widths) < 0.01
    assert crs.to_metric([stored], 32760)[0].area == pytest.approx(zone[0].area, abs=0.1)


@pytest.mark.parametrize("lat", [90.0, 89.9999, -89.9999])
def test_a_ring_round_a_pole_is_refused_by_name(lat) -> None:
    epsg = crs.metric_epsg(10.0, lat)
    zone = shapely.buffer(crs.to_metric([shapely.Point(10.0, lat)], epsg), 200.0)
    with pytest.raises(RoundPoleError):
        crs.to_storage(zone, epsg)


def test_a_ring_near_a_pole_is_drawn() -> None:
    epsg = crs.metric_epsg(10.0, 84.5)
    zone = shapely.buffer(crs.to_metric([shapely.Point(10.0, 84.5)], epsg), 200.0)
    stored = crs.to_storage(zone, epsg)[0]
    assert stored.is_valid
    assert stored.contains(shapely.Point(10.0, 84.5))


@pytest.mark.parametrize(("lon", "lat"), [(-60.0, 31.0), (139.7, 35.7), (60.0, 31.0)])
def test_what_is_too_far_for_a_plane_is_refused_rather_than_measured_wrong(lon, lat) -> None:
    with pytest.raises(OutsidePlaneError):
        crs.to_metric([shapely.Point(lon, lat)], 4549)


def test_planes_work_from_many_threads_at_once() -> None:
    places = shapely.points(np.random.default_rng(3).uniform([119.3, 31.5], [119.7, 31.9], (500, 2)))
    alone = crs.to_metric(places, 4549)
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda _: crs.to_metric(places, 4549), range(40)))
    assert all((shapely.equals_exact(alone, each)).all() for each in together)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("EPSG:4549", "EPSG:4549"),
        (" epsg:4490 ", "EPSG:4490"),
        ("ESRI:102649", "ESRI:102649"),
        ("wgs84", "wgs84"),
        ("WGS-84", "wgs84"),
        ("CGCS2000", "cgcs2000"),
        ("gcj02", "gcj02"),
        ("GCJ-02", "gcj02"),
        ("BD-09", "bd09"),
    ],
)
def test_coordinates_are_known_by_the_names_people_use(text, name) -> None:
    assert crs.parse_crs(text).name == name


@pytest.mark.parametrize("text", ["", "Beijing 54", "EPSG:", "EPSG:99999", "4326", "gcj-03", "+proj=longlat"])
def test_an_unknown_name_is_a_named_error(text) -> None:
    with pytest.raises(UnknownCrsError):
        crs.parse_crs(text)


@pytest.mark.parametrize("text", ["EPSG:5773", "EPSG:4978"])
def test_a_height_or_geocentric_system_is_refused(text) -> None:
    with pytest.raises(UnusableCrsError):
        crs.parse_crs(text)


def test_a_files_own_definition_is_read_and_named() -> None:
    wkt = crs.pyproj.CRS.from_epsg(4549).to_wkt()
    assert crs.read_crs(wkt).name == "EPSG:4549"
    with pytest.raises(UnknownCrsError):
        crs.read_crs("PROJCS[nonsense")


def test_declared_coordinates_come_to_wgs84() -> None:
    place = shapely.Point(119.5, 31.7)
    metric = crs.to_metric([place], 4549)
    assert shapely.distance(crs.parse_crs("EPSG:4549").to_wgs84(metric)[0], place) < 1e-9
    for name, convert in (("gcj02", crs.datums.wgs84_to_gcj02), ("bd09", crs.datums.wgs84_to_bd09)):
        moved = shapely.points(*convert(119.5, 31.7))
        assert shapely.distance(crs.parse_crs(name).to_wgs84([moved, None])[0], place) < 1e-9
    assert crs.parse_crs("cgcs2000").to_wgs84([place])[0] == place


def test_us_feet_are_taken_for_what_they_are() -> None:
    school = shapely.Point(727082.046, 879863.261)
    lon, lat = shapely.get_coordinates(crs.parse_crs("ESRI:102649").to_wgs84([school]))[0]
    assert (lon, lat) == pytest.approx((-111.9, 33.4), abs=0.2)

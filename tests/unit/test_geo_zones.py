"""Eastings get or lose the number of their zone, and never that of another."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely

from geo.crs import parse_crs, read_crs
from geo.zones import Zone, find_zone, fit_numbers, is_northing

BARE, NUMBERED, SIX = "EPSG:4549", "EPSG:4528", "EPSG:4498"
FIELD = shapely.Polygon(
    [(503_000, 3_512_000), (503_400, 3_512_000), (503_400, 3_512_300)],
    [[(503_300, 3_512_050), (503_350, 3_512_050), (503_350, 3_512_100)]],
)


def shifted(shape: object, number: int) -> object:
    return shapely.transform(shape, lambda x, y: (x + number * 1e6, y), interleaved=False)


@pytest.mark.parametrize(
    ("crs", "zone"),
    [
        (BARE, Zone((40,), 0)), (NUMBERED, Zone((40,), 40)), ("EPSG:2385", Zone((40,), 0)), ("EPSG:2364", Zone((40,), 40)),
        ("EPSG:2437", Zone((40,), 0)), ("EPSG:21420", Zone((39, 20), 20)), (SIX, Zone((39, 20), 20)),
        ("EPSG:4508", Zone((37, 19), 0)), ("EPSG:4534", Zone((25, 13), 0)), ("EPSG:4554", Zone((45, 23), 0)),
        ("EPSG:32650", None), ("EPSG:3857", None), ("EPSG:4490", None), ("EPSG:28418", None), ("nothing", None),
        ("EPSG:4479", None),
    ],
)  # fmt: skip
def test_the_zone_of_a_plane_is_known(crs: str, zone: Zone | None) -> None:
    assert find_zone(crs) == zone


@pytest.mark.parametrize("code", [4534, 4549, 4528, 4508, 2385, 2437])
def test_a_shapefiles_own_words_for_a_plane_mean_the_same_zone(code: int) -> None:
    words = read_crs(pyproj.CRS.from_epsg(code).to_wkt("WKT1_ESRI"))
    assert find_zone(words.definition) == find_zone(f"EPSG:{code}") is not None


def test_every_plane_of_china_has_the_number_that_its_name_says() -> None:
    for code in range(4513, 4534):
        name, zone = pyproj.CRS.from_epsg(code).name, find_zone(f"EPSG:{code}")
        assert zone is not None
        assert zone.prefix == int(name.rsplit("zone ")[1])
        assert zone.numbers[0] == zone.prefix


@pytest.mark.parametrize(
    ("crs", "own", "given"), [(BARE, 0, 40), (NUMBERED, 40, 0), (BARE, 0, 0), (NUMBERED, 40, 40)]
)
def test_shapes_with_and_without_the_number_end_at_one_place(crs: str, own: int, given: int) -> None:
    zone = find_zone(crs)
    assert zone is not None
    rows = [
        shifted(FIELD, given),
        None,
        shifted(shapely.Point(503_210.25, 3_512_345.5), given),
        shapely.Polygon(),
    ]
    fitted = fit_numbers(rows, zone)
    moved = [own != given, False, own != given, False]
    nothing = [False] * 4
    assert fitted.removed.tolist() == (moved if own == 0 else nothing)
    assert fitted.added.tolist() == (moved if own else nothing)
    assert fitted.other.tolist() == nothing
    assert fitted.geometries[1] is None
    wanted = [shifted(FIELD, own), shifted(shapely.Point(503_210.25, 3_512_345.5), own)]
    assert shapely.equals_exact(fitted.geometries[[0, 2]], wanted, tolerance=1e-6).all()


def test_the_place_on_the_ground_does_not_depend_on_how_it_was_written() -> None:
    places = []
    for crs, number in ((BARE, 0), (BARE, 40), (NUMBERED, 0), (NUMBERED, 40)):
        zone = find_zone(crs)
        assert zone is not None
        fitted = fit_numbers([shifted(FIELD, number)], zone)
        places.append(parse_crs(crs).to_wgs84(fitted.geometries)[0])
    assert all(shapely.equals_exact(places[0], place, tolerance=1e-9) for place in places)
    assert shapely.get_x(shapely.centroid(places[0])) == pytest.approx(120.03, abs=0.01)


def test_either_number_of_a_shared_meridian_is_its_own() -> None:
    zone = find_zone(SIX)
    assert zone is not None
    fitted = fit_numbers([shapely.Point(39_503_210, 3_512_345), shapely.Point(20_503_210, 3_512_345)], zone)
    assert shapely.get_x(fitted.geometries).tolist() == [20_503_210, 20_503_210]
    assert not fitted.other.any()
    assert (fitted.removed | fitted.added).tolist() == [True, False]


def test_the_number_of_another_zone_is_told_and_nothing_else_is_touched() -> None:
    zone = find_zone(BARE)
    assert zone is not None
    half = shapely.LineString([(40_503_210, 3_512_345), (39_503_210, 3_512_345)])
    rows = [shapely.Point(39_503_210, 3_512_345), half, shapely.Point(3_512_345, 503_210), shapely.Point(119.5, 31.7),
            shapely.Point(np.nan, 1), shapely.Point(-40_503_210, 1), shapely.Point(60_503_210, 1)]  # fmt: skip
    fitted = fit_numbers(rows, zone)
    assert fitted.other.tolist() == [True, True, False, False, False, False, False]
    assert not (fitted.removed | fitted.added).any()
    assert shapely.equals_exact(fitted.geometries, rows)[[0, 1, 2, 3, 5, 6]].all()
    numbered = find_zone(NUMBERED)
    assert numbered is not None
    assert not fit_numbers(rows, numbered).added.any()


def test_northings_are_told_from_eastings() -> None:
    metres = np.array([3_512_345.0, 503_210.0, 40_503_210.0, np.nan])
    assert is_northing(metres).tolist() == [True, False, False, False]

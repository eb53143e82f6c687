"""A displaced batch is recognised for what it is, a true one is left alone, a mixed one is told row by row."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest

from geo import datums
from geo.crs import parse_crs
from geo.forensics import Box, diagnose, diagnose_by_areas, median_vector, wilson_low
from geo.neighbours import diagnose_beside
from geo.readings import Looks, readings

TO_4549 = pyproj.Transformer.from_crs(4490, 4549, always_xy=True)


def places(count: int, *, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    return chance.uniform(119.33, 119.72, count), chance.uniform(31.6, 31.86, count)


def box(lon: np.ndarray, lat: np.ndarray, half_m: float = 0.0) -> Box:
    return Box(np.asarray(lon), np.asarray(lat), np.full(len(lon), half_m))


def diagnosed(received: tuple[np.ndarray, np.ndarray], known: tuple[np.ndarray, np.ndarray], crs: str):
    count = len(known[0])
    return diagnose(box(*received), box(*known, 60.0), parse_crs(crs), sure=np.ones(count, dtype=bool))


@pytest.mark.parametrize(
    ("declared", "written", "looks"),
    [
        ("cgcs2000", datums.wgs84_to_gcj02, Looks.GCJ02),
        ("cgcs2000", datums.wgs84_to_bd09, Looks.BD09),
        ("EPSG:4326", datums.wgs84_to_gcj02, Looks.GCJ02),
        ("gcj02", lambda x, y: (x, y), Looks.WGS84),
        ("gcj02", datums.wgs84_to_bd09, Looks.BD09),
        ("bd09", datums.wgs84_to_gcj02, Looks.GCJ02),
        ("cgcs2000", lambda x, y: (y, x), Looks.SWAPPED),
        ("gcj02", lambda x, y: datums.wgs84_to_gcj02(x, y)[::-1], Looks.SWAPPED),
        ("EPSG:4548", TO_4549.transform, Looks.OTHER_ZONE),
        ("EPSG:4550", TO_4549.transform, Looks.OTHER_ZONE),
        ("EPSG:4549", lambda x, y: TO_4549.transform(x, y)[::-1], Looks.SWAPPED),
        ("EPSG:4549", lambda x, y: TO_4549.transform(*datums.wgs84_to_gcj02(x, y)), Looks.GCJ02),
        ("EPSG:4549", lambda x, y: (x, y), Looks.DEGREES),
        ("EPSG:4549", datums.wgs84_to_gcj02, Looks.DEGREES),
    ],
)
@pytest.mark.parametrize("count", [3, 40])
def test_a_wrong_declaration_is_named(declared: str, written, looks: Looks, count: int) -> None:
    known = places(count)
    found = diagnosed(written(*known), known, declared)
    assert (found.looks, found.explained, found.matched, found.rows) == (looks, count, count, {})


@pytest.mark.parametrize(("declared", "zone"), [("EPSG:4548", "EPSG:4549"), ("EPSG:4550", "EPSG:4549")])
def test_the_right_zone_is_named(declared: str, zone: str) -> None:
    known = places(10)
    assert diagnosed(TO_4549.transform(*known), known, declared).name == zone


def test_shift_and_bearing_are_those_of_the_displacement() -> None:
    known = places(200)
    found = diagnosed(datums.wgs84_to_gcj02(*known), known, "cgcs2000")
    assert 521 < found.shift_m < 552
    assert 111 < found.bearing_deg < 117
    found = diagnosed(datums.wgs84_to_bd09(*known), known, "cgcs2000")
    assert 1155 < found.shift_m < 1233
    assert 66 < found.bearing_deg < 71


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("count", [5, 40, 300])
def test_true_rows_with_noise_and_some_schools_that_moved_are_left_alone(seed: int, count: int) -> None:
    chance = np.random.default_rng(seed)
    known = places(count, seed=seed)
    noise = chance.normal(0, 30, (2, count)) / 111_320
    moved = chance.random(count) < 0.1
    noise[:, moved] += chance.uniform(-2000, 2000, (2, int(moved.sum()))) / 111_320
    found = diagnosed((known[0] + noise[0], known[1] + noise[1]), known, "cgcs2000")
    assert found.looks is None
    assert sum(len(rows) for rows in found.rows.values()) <= max(1, count // 50)


def test_a_mixed_file_is_told_row_by_row() -> None:
    known = places(40)
    lon, lat = (axis.copy() for axis in known)
    gcj, bd = datums.wgs84_to_gcj02(*known), datums.wgs84_to_bd09(*known)
    lon[:10], lat[:10] = gcj[0][:10], gcj[1][:10]
    lon[10:15], lat[10:15] = bd[0][10:15], bd[1][10:15]
    lon[20], lat[20] = lat[20], lon[20]
    found = diagnosed((lon, lat), known, "cgcs2000")
    assert found.looks is None
    assert {looks: rows.tolist() for looks, rows in found.rows.items()} == {
        Looks.GCJ02: list(range(10)), Looks.BD09: list(range(10, 15)), Looks.SWAPPED: [20],
    }  # fmt: skip


def test_a_batch_that_lies_off_for_no_known_reason_is_told_so() -> None:
    lon, lat = places(30)
    found = diagnosed((lon + 0.01, lat + 0.004), (lon, lat), "cgcs2000")
    assert found.looks is Looks.UNKNOWN
    assert 1000 < found.shift_m < 1100


def test_two_known_rows_are_no_evidence() -> None:
    known = places(2)
    assert diagnosed(datums.wgs84_to_bd09(*known), known, "cgcs2000").looks is None


def test_areas_tell_axes_and_zones_and_keep_silent_on_the_rest() -> None:
    known = places(30)

    def inside(lon, lat):
        return (lon > 119.3) & (lon < 119.75) & (lat > 31.55) & (lat < 31.9)

    def looks(received, crs: str):
        return diagnose_by_areas(box(*received), parse_crs(crs), inside).looks

    assert looks(TO_4549.transform(*known), "EPSG:4550") is Looks.OTHER_ZONE
    assert looks(TO_4549.transform(*known), "EPSG:4549") is None
    assert looks(known[::-1], "cgcs2000") is Looks.SWAPPED
    assert looks(datums.wgs84_to_gcj02(*known), "cgcs2000") is None
    assert looks((known[0] - 5, known[1]), "cgcs2000") is None


def test_the_median_vector_and_the_interval_are_the_books() -> None:
    assert median_vector(np.array([100.0, 100.0, 5000.0]), np.array([90.0, 90.0, 0.0])) == pytest.approx(
        (100.0, 90.0)
    )
    # Wilson's interval of 8 of 10 at 95 %: 0.490 to 0.943 (Newcombe 1998, method 3)
    assert wilson_low(8, 10) == pytest.approx(0.490, abs=5e-4)
    assert wilson_low(0, 0) == 0.0


def test_rows_without_a_place_in_any_reading_prove_nothing() -> None:
    known = places(30)
    found = diagnosed(TO_4549.transform(*known), known, "gcj02")
    assert (found.looks, found.rows) == (None, {})


def test_schools_that_moved_have_no_say() -> None:
    known = places(10)
    lon, lat = datums.wgs84_to_gcj02(*known)
    lon[:4] += [0.02, -0.03, 0.05, 0.04]
    found = diagnosed((lon, lat), known, "cgcs2000")
    assert (found.looks, found.explained, found.matched) == (Looks.GCJ02, 6, 10)


def test_neighbours_must_speak_with_one_voice() -> None:
    """Twenty rows that only GCJ-02 puts right are evidence; beside ten that it puts wrong they are none."""
    tried = [one for one in readings(parse_crs("cgcs2000")) if one.looks in (None, Looks.GCJ02)]
    lon, lat = np.array([one.read(*places(40)) for one in tried]).transpose(1, 0, 2)
    good = np.array([[False] * 20 + [True] * 20, [True] * 40])
    found = diagnose_beside(tried, good, lon, lat, least=0.8)
    assert (found.looks, found.explained, found.matched) == (Looks.GCJ02, 40, 40)
    # as declared the rows lie where GCJ-02 would have displaced them
    assert 521 < found.shift_m < 552
    good[1, 20:30] = False
    assert diagnose_beside(tried, good, lon, lat, least=0.6).looks is None
    assert diagnose_beside(tried, good[:, :0], lon[:, :0], lat[:, :0], least=0.6).looks is None

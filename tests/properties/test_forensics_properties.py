"""True files are left alone whatever honest noise they carry; displaced ones are told, by batch or by row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import datums
from geo.coincidence import chance_of
from geo.crs import parse_crs
from geo.forensics import Box, Diagnosis, diagnose
from geo.readings import Looks

GLOBE = pyproj.Geod(ellps="GRS80")
TO_4549 = pyproj.Transformer.from_crs(4490, 4549, always_xy=True)
WRITTEN = {
    Looks.GCJ02: ("cgcs2000", datums.wgs84_to_gcj02),
    Looks.BD09: ("cgcs2000", datums.wgs84_to_bd09),
    Looks.WGS84: ("gcj02", lambda x, y: (x, y)),
    Looks.SWAPPED: ("EPSG:4549", lambda x, y: TO_4549.transform(x, y)[::-1]),
    Looks.OTHER_ZONE: ("EPSG:4548", TO_4549.transform),
}
LARGE = settings(max_examples=60, deadline=None)
many = st.integers(0, 2**32 - 1).map(np.random.default_rng)
counts = st.integers(5, 400)
jitters = st.floats(0, 60)


@dataclass(frozen=True)
class Schools:
    """Schools as they are known, and as an honest file has them."""

    known: Box
    lon: np.ndarray
    lat: np.ndarray
    half_m: np.ndarray
    moved: np.ndarray


def made_up(
    chance: np.random.Generator, count: int, jitter_m: float, forms: str, *, moved: float = 0.1
) -> Schools:
    """Make schools round Jintan; the first letter of ``forms`` says how they are known: p(oint) or g(round)."""
    lon, lat = chance.uniform(119.3, 119.7, count), chance.uniform(31.55, 31.85, count)
    half = chance.uniform(50, 200, count)
    known_half, half_m = (half if form == "g" else np.zeros(count) for form in forms)
    way, azimuth = jitter_m * np.sqrt(chance.random(count)), chance.uniform(0, 360, count)
    if forms in ("gp", "pg"):  # a pin anywhere on the ground
        way += chance.uniform(0, 0.7, count) * half
    gone = np.arange(count) < int(moved * count)
    way[gone] = chance.uniform(150, 5000, int(gone.sum()))
    x, y, _ = GLOBE.fwd(lon, lat, azimuth, way)
    return Schools(Box(lon, lat, known_half), np.asarray(x), np.asarray(y), half_m, gone)


def judged(schools: Schools, x: np.ndarray, y: np.ndarray, crs: str) -> Diagnosis:
    return diagnose(
        Box(x, y, schools.half_m), schools.known, parse_crs(crs), sure=np.ones(len(x), dtype=bool)
    )


@pytest.mark.parametrize("forms", ["pp", "gp", "pg", "gg"])
@given(chance=many, count=counts, jitter_m=jitters)
@LARGE
def test_true_files_are_left_alone(
    forms: str, chance: np.random.Generator, count: int, jitter_m: float
) -> None:
    schools = made_up(chance, count, jitter_m, forms)
    found = judged(schools, schools.lon, schools.lat, "cgcs2000")
    assert found.looks is None
    # One school in a thousand files may move to where GCJ-02 would put it; one that stayed never does.
    assert not [row for rows in found.rows.values() for row in rows if not schools.moved[row]]


@pytest.mark.parametrize("forms", ["pp", "gp", "pg", "gg"])
@pytest.mark.parametrize("looks", WRITTEN)
@given(chance=many, count=counts, jitter_m=jitters)
@LARGE
def test_displaced_files_are_told_for_what_they_are(
    forms: str, looks: Looks, chance: np.random.Generator, count: int, jitter_m: float
) -> None:
    schools = made_up(chance, count, jitter_m, forms)
    declared, write = WRITTEN[looks]
    found = judged(schools, *write(schools.lon, schools.lat), declared)
    assert found.looks is looks
    assert found.matched == count


@given(chance=many, count=st.integers(20, 400), jitter_m=jitters, share=st.floats(0.2, 0.5))
@LARGE
def test_mixed_files_are_told_row_by_row(
    chance: np.random.Generator, count: int, jitter_m: float, share: float
) -> None:
    schools = made_up(chance, count, jitter_m, "pp", moved=0)
    other = np.arange(count) < int(share * count)
    gcj = datums.wgs84_to_gcj02(schools.lon, schools.lat)
    x, y = np.where(other, gcj[0], schools.lon), np.where(other, gcj[1], schools.lat)
    found = judged(schools, x, y, "cgcs2000")
    assert found.looks is None
    assert {looks: rows.tolist() for looks, rows in found.rows.items()} == {
        Looks.GCJ02: np.flatnonzero(other).tolist()
    }


@given(chance=many, count=counts)
@LARGE
def test_names_that_mean_other_schools_prove_nothing(chance: np.random.Generator, count: int) -> None:
    schools = made_up(chance, count, 0.0, "pp", moved=0)
    order = chance.permutation(count)
    found = judged(schools, schools.lon[order], schools.lat[order], "cgcs2000")
    assert found.looks is None


def test_the_chance_is_that_of_the_circle_in_its_ring() -> None:
    """Held against a simulation: rows displaced by about 535 m in any direction."""
    chance = np.random.default_rng(3)
    count, radius, apart = 200_000, 100.0, 535.0
    area = np.pi * ((apart + radius) ** 2 - (apart - radius) ** 2)
    way = np.sqrt((apart - radius) ** 2 + chance.random(count) * area / np.pi)
    azimuth = chance.uniform(0, 2 * np.pi, count)
    near = np.hypot(way * np.sin(azimuth), way * np.cos(azimuth) - apart)
    share = float(np.mean(near <= radius))
    one = chance_of(np.array([True]), np.array([radius]), np.array([apart]), np.array([apart]))
    assert one == pytest.approx(share, rel=0.05)


def test_no_rows_and_rows_without_a_place_are_the_two_ends() -> None:
    nothing, some = np.zeros(3, dtype=bool), np.ones(3, dtype=bool)
    ways = np.full(3, 10.0)
    assert chance_of(nothing, ways, ways, ways) == 1.0
    assert chance_of(some, ways, np.full(3, np.inf), np.full(3, np.inf)) == 0.0

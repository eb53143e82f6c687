"""Gi*, the binomial tail and the false-discovery rate are those of the libraries that others trust."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import libpysal
import numpy as np
import pytest
import scipy.sparse
import scipy.stats
from esda.getisord import G_Local
from hypothesis import given
from hypothesis import strategies as st
from libpysal.weights import WSP, DistanceBand

from geo import hexagons
from geo.crs import parse_crs
from geo.getis import benjamini_hochberg, binomial_tail, gi_star, neighbourhoods, sizes_of

# The published case of esda's own tests: six points, neighbours within 15, binary weights.
POINTS = [(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)]
VALUES = [2, 3, 3.2, 5, 8, 7]
PUBLISHED = [-1.3972762620115442, -0.2891776156271273, 0.6506496351610379,
             -0.2891776156271273, 1.2345208835198738, 2.024243309389896]  # fmt: skip
GEODANET = Path(libpysal.__file__).parent / "examples" / "geodanet"


def patch(columns: int, rows: int) -> np.ndarray:
    """Give the ids of a patch of cells at Jintan."""
    q, r = (part.ravel() for part in np.meshgrid(np.arange(columns) - 300, np.arange(rows) + 20_400))
    full = np.full(len(q), 4549), np.full(len(q), 100)
    return hexagons.write_ids(hexagons.Cells(*full, q, r - (q + 300) // 2))


def around(ids: np.ndarray):
    return neighbourhoods(hexagons.neighbour_pairs(ids), len(ids))


def esda_star(neighbours, counts) -> np.ndarray:
    weights = WSP(scipy.sparse.csr_matrix(neighbours)).to_W(silence_warnings=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return G_Local(counts, weights, transform="B", permutations=0, star=True).Zs


def test_z_is_the_published_one() -> None:
    pairs = DistanceBand(POINTS, 15, silence_warnings=True).sparse.tocoo()
    assert gi_star(neighbourhoods((pairs.row, pairs.col), 6), VALUES) == pytest.approx(PUBLISHED, abs=1e-9)


def test_z_equals_esda_on_geodanet() -> None:
    crimes = gpd.read_file(GEODANET / "crimes.shp").geometry.to_numpy()
    places = parse_crs("ESRI:102649").to_wgs84(crimes)
    lon, lat = [place.x for place in places], [place.y for place in places]
    own = hexagons.cell_ids(lon, lat)
    ids = hexagons.cells_around(own, 5)
    counts = np.bincount(np.searchsorted(ids, own), minlength=len(ids))
    assert counts.sum() == 287
    neighbours = around(ids)
    assert np.abs(gi_star(neighbours, counts) - esda_star(neighbours, counts.astype(float))).max() < 1e-9


@pytest.mark.parametrize("mean", [0.02, 1.0, 40.0])
def test_z_equals_esda_on_20_000_random_cells(mean: float) -> None:
    neighbours = around(patch(200, 100))
    counts = np.random.default_rng(5).poisson(mean, 20_000)
    assert np.abs(gi_star(neighbours, counts) - esda_star(neighbours, counts.astype(float))).max() < 1e-9


def test_many_columns_at_once_give_what_each_gives_alone() -> None:
    neighbours = around(patch(20, 15))
    counts = np.random.default_rng(1).poisson(0.3, (300, 6))
    alone = np.column_stack([gi_star(neighbours, column) for column in counts.T])
    assert np.array_equal(gi_star(neighbours, counts), alone)
    assert np.array_equal(gi_star(neighbours, scipy.sparse.csr_array(counts)), alone)


def test_a_neighbourhood_is_the_cell_and_those_it_touches() -> None:
    neighbours = around(patch(9, 9))
    assert (neighbours.diagonal() == 1).all()
    assert (neighbours != neighbours.T).nnz == 0
    assert set(sizes_of(neighbours).tolist()) <= set(range(1, 8))
    assert sizes_of(neighbours).max() == 7


@pytest.mark.parametrize("counts", [[4] * 9, [0] * 9])
def test_z_is_not_defined_where_nothing_varies(counts: list[int]) -> None:
    assert np.isnan(gi_star(around(patch(3, 3)), counts)).all()


def test_z_is_not_defined_for_one_cell_or_for_a_neighbourhood_of_everything() -> None:
    assert np.isnan(gi_star(around(patch(1, 1)), [3])).all()
    assert gi_star(around(patch(1, 1)[:0]), np.zeros(0)).shape == (0,)
    three = around(patch(1, 3))
    z = gi_star(three, [1, 2, 3])
    assert np.isnan(z).tolist() == [False, True, False]


@given(st.integers(0, 2**32 - 1))
def test_z_follows_the_cells_and_not_their_order_or_unit(seed: int) -> None:
    chance = np.random.default_rng(seed)
    ids = patch(8, 7)
    counts = chance.poisson(1.0, len(ids))
    order = chance.permutation(len(ids))
    z = gi_star(around(ids), counts)
    assert np.allclose(gi_star(around(ids[order]), counts[order]), z[order], atol=1e-9, equal_nan=True)
    assert np.allclose(gi_star(around(ids), counts * 7), z, atol=1e-9, equal_nan=True)
    assert np.allclose(gi_star(around(ids), counts + 3), z, atol=1e-9, equal_nan=True)


@given(st.integers(0, 3_000), st.integers(1, 7), st.integers(7, 40_000), st.data())
def test_p_is_the_tail_of_a_binomial(total: int, size: int, cells: int, data: st.DataObject) -> None:
    held = data.draw(st.integers(0, total))
    expected = scipy.stats.binom.sf(held - 1, total, size / cells)
    (found,) = binomial_tail(np.array([held]), total, np.array([size]), cells)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-280)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_q_is_that_of_benjamini_and_hochberg(p: list[float]) -> None:
    q = benjamini_hochberg(np.array(p))
    assert q == pytest.approx(scipy.stats.false_discovery_control(p), rel=1e-12)
    assert (q >= np.array(p)).all()
    order = np.argsort(p)
    assert (np.diff(q[order]) >= 0).all()


@given(st.lists(st.floats(0, 0.99), min_size=1, max_size=40), st.integers(0, 200))
def test_tests_whose_p_is_1_can_be_left_out(p: list[float], others: int) -> None:
    whole = benjamini_hochberg(np.array(p + [1.0] * others))
    assert np.array_equal(benjamini_hochberg(np.array(p), tests=len(p) + others), whole[: len(p)])
    assert (whole[len(p) :] == 1.0).all()


def test_each_column_is_a_family_of_its_own() -> None:
    p = np.random.default_rng(2).uniform(size=(30, 4)) ** 3
    alone = np.column_stack([benjamini_hochberg(column) for column in p.T])
    assert np.array_equal(benjamini_hochberg(p), alone)

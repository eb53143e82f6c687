"""Clusters are DBSCAN's, and all that leaves of them is whole hexagons."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from sklearn.cluster import DBSCAN

from geo import hexagons
from geo.crs import to_metric, to_storage
from geo.event_clusters import event_clusters

EPSG = 4549
HERE = shapely.get_coordinates(to_metric([shapely.Point(119.6, 31.7)], EPSG))[0]


def degrees(flat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return shapely.get_coordinates(to_storage(shapely.points(HERE + flat), EPSG)).T


def made_up(seed: int) -> np.ndarray:
    chance = np.random.default_rng(seed)
    return np.vstack(
        [
            chance.normal((0, 0), 60, (40, 2)),
            chance.normal((1_500, 300), 40, (15, 2)),
            np.full((6, 2), 3_000.0),
            chance.uniform(-4_000, 4_000, (30, 2)),
        ]
    )


@pytest.mark.parametrize("seed", range(5))
def test_clusters_are_those_of_scikit_learn(seed: int) -> None:
    flat = made_up(seed)
    labels = DBSCAN(eps=150, min_samples=5).fit_predict(flat)
    expected = sorted(np.bincount(labels[labels >= 0]).tolist(), reverse=True)
    found = event_clusters(*degrees(flat), epsg=EPSG)
    assert found.events.tolist() == expected
    assert found.alone == (labels < 0).sum()


def test_hulls_are_whole_hexagons_that_hold_the_events() -> None:
    flat = made_up(1)
    found = event_clusters(*degrees(flat), epsg=EPSG)
    labels = DBSCAN(eps=150, min_samples=5).fit_predict(flat)
    own = hexagons.cell_ids(*degrees(flat))
    for cells, shape in zip(found.cells, found.geometries, strict=True):
        assert shape.equals(shapely.union_all(hexagons.cell_polygons(cells)))
        assert shape.is_valid
        corners = {tuple(at) for at in shapely.get_coordinates(hexagons.cell_polygons(cells))}
        assert {tuple(at) for at in shapely.get_coordinates(shape)} <= corners
    held = [set(own[labels == label]) for label in range(labels.max() + 1)]
    assert all(any(cells <= set(hull) for hull in found.cells) for cells in held)


def test_the_order_of_events_changes_nothing() -> None:
    flat = made_up(2)
    one = event_clusters(*degrees(flat), epsg=EPSG)
    other = event_clusters(*degrees(np.random.default_rng(0).permutation(flat)), epsg=EPSG)
    assert one.events.tolist() == other.events.tolist()
    assert [cells.tolist() for cells in one.cells] == [cells.tolist() for cells in other.cells]


def test_all_at_one_point_is_one_cluster_of_one_cell() -> None:
    found = event_clusters(*degrees(np.full((5_000, 2), 7.0)), epsg=EPSG)
    assert found.events.tolist() == [5_000]
    assert len(found.cells[0]) == 1


@pytest.mark.parametrize("count", [0, 4])
def test_too_few_events_have_no_cluster(count: int) -> None:
    found = event_clusters(*degrees(np.zeros((count, 2))), epsg=EPSG)
    assert len(found.events) == len(found.cells) == len(found.geometries) == 0
    assert found.alone == count


def test_distance_and_number_are_parameters() -> None:
    flat = np.column_stack([np.arange(10) * 200.0, np.zeros(10)])
    assert len(event_clusters(*degrees(flat), epsg=EPSG).events) == 0
    assert event_clusters(*degrees(flat), epsg=EPSG, eps_m=210, min_events=3).events.tolist() == [10]


@pytest.mark.parametrize("count", [5, 8, 24])
def test_events_in_a_row_have_the_hexagons_that_they_lie_in(count: int) -> None:
    lon, lat = 121.0 - 0.0007 - 1e-5 * np.arange(count), np.full(count, 34.0)
    for turn in range(40):
        found = event_clusters(lon + 0.02 * (turn % 8), lat + 0.013 * turn, epsg=4549)
        own = set(hexagons.cell_ids(lon + 0.02 * (turn % 8), lat + 0.013 * turn))
        assert found.events.tolist() == [count]
        assert own <= set(found.cells[0])

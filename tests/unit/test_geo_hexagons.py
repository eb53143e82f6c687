"""The hexagon grid is one for ever: every position has one cell, and cells fill the plane without overlap."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import hexagons
from geo.crs import metric_epsgs, to_metric
from geo.errors import BadCellError, BadRadiusError

TOWNS = {
    "Jintan": (119.6, 31.7), "Kashgar": (75.99, 39.47), "Fuyuan": (134.3, 48.36), "Tokyo": (139.7, 35.7),
    "Sydney": (151.2, -33.87), "Quito": (-78.5, -0.2), "Fiji": (179.99, -17.8), "Longyearbyen": (15.6, 78.2),
}  # fmt: skip
JINTAN = TOWNS["Jintan"]
PUBLISHED = ["4549_100_-253_20384", "4549_100_0_20257", "4534_100_568_24953",
             "32654_100_-784_23206", "32756_100_-1110_-21091"]  # fmt: skip


def around(lon: float, lat: float, count: int, seed: int = 1, spread: float = 0.02) -> np.ndarray:
    chance = np.random.default_rng(seed)
    spots = np.array([lon, lat]) + chance.uniform(-spread, spread, (count, 2))
    spots[:, 0] = (spots[:, 0] + 180.0) % 360.0 - 180.0
    return spots


@pytest.mark.parametrize("town", TOWNS)
def test_every_position_lies_in_its_cell_and_in_no_other_nearby(town: str) -> None:
    spots = around(*TOWNS[town], 400)
    ids = hexagons.cell_ids(*spots.T)
    nearby = hexagons.cells_around(ids, rings=2)
    shapes = hexagons.cell_polygons(nearby)
    for spot, own in zip(shapely.points(spots), ids, strict=True):
        holding = nearby[shapely.distance(shapes, spot) < 1e-9]
        same_zone = [one for one in holding if one.split("_")[0] == own.split("_")[0]]
        assert own in same_zone
        # On a border two cells touch a position; off it there is one.
        assert len(same_zone) <= 2


@pytest.mark.parametrize("town", TOWNS)
@pytest.mark.parametrize("radius", [1, 50, 100, 2_000])
def test_the_nearest_centre_is_the_cells_own(town: str, radius: int) -> None:
    spots = around(*TOWNS[town], 300, seed=radius)
    own = hexagons.read_ids(hexagons.cell_ids(*spots.T, radius))
    centres = np.column_stack(hexagons._centres(own))
    steps = hexagons.steps_around(1)
    for epsg in np.unique(own.epsg):
        rows = np.flatnonzero(own.epsg == epsg)
        flat = shapely.get_coordinates(to_metric(shapely.points(spots[rows]), int(epsg)))
        to_own = np.hypot(*(flat - centres[rows]).T)
        assert (to_own <= radius + 1e-6).all()
        for q, r in steps:
            others = own.take(rows)._replace(q=own.q[rows] + q, r=own.r[rows] + r)
            assert (to_own <= np.hypot(*(flat - np.column_stack(hexagons._centres(others))).T) + 1e-6).all()


def test_ids_are_what_was_published() -> None:
    """A cell's id is kept in databases: these must never change."""
    lon, lat = [119.6, 120.0, 75.99, 139.7, 151.2], [31.7, 31.7, 39.47, 35.7, -33.87]
    assert hexagons.cell_ids(lon, lat).tolist() == PUBLISHED
    assert hexagons.cell_ids([120.0], [0.0001]).tolist() == ["32651_100_-2226_1113"]


def test_the_origin_is_where_the_central_meridian_meets_the_equator() -> None:
    (centre,) = hexagons.cell_centres(["4549_100_0_0"])
    assert centre.x == pytest.approx(120.0, abs=1e-9)
    assert centre.y == pytest.approx(0.0, abs=1e-9)
    north, south = hexagons.cell_centres(["32756_100_0_0", "32656_100_0_0"])
    assert north.x == pytest.approx(153.0, abs=1e-9)
    assert north.equals_exact(south, 1e-9)


@pytest.mark.parametrize("radius", [1, 100, 750])
def test_a_cell_has_the_area_and_corners_of_a_regular_hexagon(radius: int) -> None:
    ids = hexagons.cell_ids(*around(*JINTAN, 50).T, radius)
    flat = to_metric(hexagons.cell_polygons(ids), 4549)
    area = 1.5 * np.sqrt(3) * radius**2
    assert shapely.area(flat) == pytest.approx(area, rel=1e-5, abs=1e-3)
    assert (shapely.get_num_coordinates(flat) == 7).all()
    assert shapely.is_valid(hexagons.cell_polygons(ids)).all()
    assert shapely.is_ccw(shapely.get_exterior_ring(flat)).all()
    tops = np.isclose(
        shapely.get_coordinates(flat)[:, 1].reshape(-1, 7), shapely.bounds(flat)[:, [3]], rtol=0, atol=0.01
    )
    assert (tops.sum(axis=1) == 2).all(), "the top is a side, not a corner"


def test_neighbours_share_a_whole_side_to_the_last_digit() -> None:
    ids = hexagons.cells_around(hexagons.cell_ids(*around(*JINTAN, 30).T), rings=2)
    shapes = hexagons.cell_polygons(ids)
    corners = [{tuple(corner) for corner in shapely.get_coordinates(shape)} for shape in shapes]
    first, second = hexagons.neighbour_pairs(ids)
    assert len(first) > 100
    assert all(len(corners[a] & corners[b]) == 2 for a, b in zip(first, second, strict=True))
    together = shapely.union_all(shapes)
    assert shapely.area(shapes).sum() == pytest.approx(together.area, rel=1e-12), "no gap, no overlap"


def test_centres_lie_in_the_cells_they_came_from() -> None:
    for town, radius in ((town, radius) for town in TOWNS for radius in (5, 100)):
        ids = hexagons.cell_ids(*around(*TOWNS[town], 100).T, radius)
        again = hexagons.cell_ids(*shapely.get_coordinates(hexagons.cell_centres(ids)).T, radius)
        stayed = again == ids
        # Only at a seam may the middle of a cell belong to the other zone.
        assert stayed.all() or town == "Fiji"


def brute_pairs(ids: np.ndarray, rings: int) -> set[tuple[int, int]]:
    cells = hexagons.read_ids(ids)
    east, north = hexagons._centres(cells)
    found = set()
    for a in range(len(ids)):
        for b in range(len(ids)):
            same = cells.epsg[a] == cells.epsg[b] and cells.radius_m[a] == cells.radius_m[b]
            if a != b and same:
                q, r = cells.q[a] - cells.q[b], cells.r[a] - cells.r[b]
                if max(abs(q), abs(r), abs(q + r)) <= rings:
                    found.add((a, b))
                    reach = rings * np.sqrt(3) * cells.radius_m[a]
                    assert np.hypot(east[a] - east[b], north[a] - north[b]) <= reach + 1e-6
    return found


@given(seed=st.integers(0, 99), rings=st.integers(0, 4))
def test_pairs_are_those_of_brute_force(seed: int, rings: int) -> None:
    spots = np.vstack([around(*JINTAN, 40, seed, 0.004), around(121.5, 31.7, 30, seed, 0.003)])
    ids = np.unique(np.concatenate([hexagons.cell_ids(*spots.T), hexagons.cell_ids(*spots[:9].T, 50)]))
    np.random.default_rng(seed).shuffle(ids)
    first, second = hexagons.neighbour_pairs(ids, rings)
    found = list(zip(first.tolist(), second.tolist(), strict=True))
    assert found == sorted(brute_pairs(ids, rings))


@pytest.mark.parametrize("rings", range(5))
def test_a_cell_has_three_k_times_k_plus_one_cells_around_it(rings: int) -> None:
    around_one = hexagons.cells_around(["4549_100_-10_20000"], rings)
    assert len(around_one) == 3 * rings * (rings + 1) + 1
    assert len(hexagons.steps_around(rings)) == 3 * rings * (rings + 1)


def test_nothing_gives_nothing() -> None:
    assert len(hexagons.cell_ids([], [])) == 0
    assert len(hexagons.cell_polygons([])) == 0
    assert len(hexagons.cells_around([])) == 0
    assert len(hexagons.neighbour_pairs([])[0]) == 0
    assert len(hexagons.cells_touching(shapely.Polygon())) == 0


def test_all_cells_that_touch_a_shape_are_found_and_no_other() -> None:
    lon, lat = JINTAN
    shape = shapely.Point(lon, lat).buffer(0.01).difference(shapely.Point(lon, lat).buffer(0.004))
    found = hexagons.cells_touching(shape)
    wider = hexagons.cells_around(found, rings=3)
    touched = shapely.intersects(hexagons.cell_polygons(wider), shape)
    assert found.tolist() == wider[touched].tolist()


@pytest.mark.parametrize("place", [(121.5, 31.7), (-78.0, 0.0), (123.35, 28.55)])
def test_at_a_seam_every_position_of_a_shape_lies_in_a_cell_that_was_found(
    place: tuple[float, float],
) -> None:
    shape = shapely.box(place[0] - 0.02, place[1] - 0.02, place[0] + 0.02, place[1] + 0.02)
    found = set(hexagons.cells_touching(shape, 300))
    spots = around(*place, 3_000)
    assert len(np.unique(metric_epsgs(*spots.T))) > 1, "not at a seam"
    assert set(hexagons.cell_ids(*spots.T, 300)) <= found


def test_a_point_touches_its_cell() -> None:
    assert hexagons.cells_touching(shapely.Point(*JINTAN)).tolist() == hexagons.cell_ids(*JINTAN).tolist()


@given(st.integers(1, 999_999), st.integers(-9_999_999, 9_999_999), st.integers(-9_999_999, 9_999_999))
def test_ids_are_read_as_they_were_written(radius: int, q: int, r: int) -> None:
    cells = hexagons.Cells(*(np.array([number]) for number in (4549, radius, q, r)))
    again = hexagons.read_ids(hexagons.write_ids(cells))
    assert [part.tolist() for part in again] == [part.tolist() for part in cells]


@pytest.mark.parametrize("text", ["", "4549", "4549_100_1", "4549_0_1_1", "4549_100_1.5_2", "4549_100_1_2_3",
                                  "a_100_1_2", "4549_100_1_2\n", "../4549_100_1_2"])  # fmt: skip
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(BadCellError):
        hexagons.cell_polygons([text])


@pytest.mark.parametrize("radius", [0, -1, 99.5, 1_000_000])
def test_a_radius_that_is_none_is_refused(radius: float) -> None:
    with pytest.raises(BadRadiusError):
        hexagons.cell_ids([119.6], [31.7], radius)  # type: ignore[arg-type]
    with pytest.raises(BadRadiusError):
        hexagons.cells_touching(shapely.Point(119.6, 31.7), radius)  # type: ignore[arg-type]

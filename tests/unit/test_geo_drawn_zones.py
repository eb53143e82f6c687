"""Drawn zones become whole hexagons."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from data.messages import LANGS, sentence
from geo.crs import to_storage
from geo.drawn_zones import snap_zone
from geo.errors import DrawnZoneError, DrawnZoneTooLargeError
from geo.hexagons import cell_centres, cell_ids, cell_polygons, cells_around

EAST, NORTH = 460_000.0, 3_510_000.0
"""Metres of EPSG:4549, near Jintan."""


def drawn(*corners: tuple[float, float]) -> shapely.Polygon:
    (zone,) = to_storage([shapely.Polygon([(EAST + x, NORTH + y) for x, y in corners])], 4549)
    return zone


def random_zone(seed: int) -> shapely.Polygon:
    chance = np.random.default_rng(seed)
    turns = np.sort(chance.uniform(0, 2 * np.pi, 12))
    reach = chance.uniform(100, 1500, 12)
    return drawn(*zip(reach * np.cos(turns), reach * np.sin(turns), strict=True))


@pytest.mark.parametrize("seed", range(8))
def test_the_cells_are_those_whose_centre_lies_in_the_zone(seed: int) -> None:
    zone = random_zone(seed)
    middle = cell_ids(*shapely.get_coordinates(zone.centroid)[0])
    nearby = cells_around(middle, rings=25)
    inside = [
        cell for cell, centre in zip(nearby, cell_centres(nearby), strict=True) if zone.contains(centre)
    ]
    assert snap_zone(zone).tolist() == inside


def test_a_zone_snapped_twice_stays_as_it_is() -> None:
    cells = snap_zone(random_zone(3))
    assert snap_zone(shapely.union_all(cell_polygons(cells), grid_size=1e-9)).tolist() == cells.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_the_smallest_zone_is_one_whole_cell(seed: int) -> None:
    x, y = np.random.default_rng(seed).uniform(0, 500, 2)
    zone = drawn((x, y), (x + 1, y), (x + 1, y + 1))
    (cell,) = snap_zone(zone)
    assert shapely.intersects(cell_polygons([cell])[0], zone)


def test_a_zone_of_several_parts_keeps_them_all() -> None:
    far = [drawn((at, 0), (at + 600, 0), (at + 600, 600), (at, 600)) for at in (0, 5000)]
    both = snap_zone(shapely.MultiPolygon(far))
    assert set(both) == set(snap_zone(far[0])) | set(snap_zone(far[1]))


@pytest.mark.parametrize(
    "shape",
    [
        None,
        shapely.Polygon(),
        shapely.Point(119.6, 31.7),
        shapely.LineString([(119.6, 31.7), (119.7, 31.8)]),
        shapely.Polygon([(119.6, 31.7), (119.61, 31.71), (119.61, 31.7), (119.6, 31.71)]),
        shapely.Polygon([(119.6, 31.7), (119.61, 31.7), (119.62, 31.7)]),
        shapely.Polygon([(460_000, 3_510_000), (460_100, 3_510_000), (460_100, 3_510_100)]),
    ],
    ids=["none", "empty", "point", "line", "crossing", "flat", "metres"],
)
def test_what_is_no_area_is_refused(shape: shapely.Geometry | None) -> None:
    with pytest.raises(DrawnZoneError) as caught:
        snap_zone(shape)
    assert all(sentence(caught.value, lang) for lang in LANGS)


@pytest.mark.parametrize(("side", "is_refused"), [(14_100, False), (14_200, True), (150_000, True)])
def test_more_than_200_square_kilometres_are_refused(side: float, *, is_refused: bool) -> None:
    zone = drawn((0, 0), (side, 0), (side, side), (0, side))
    if not is_refused:
        assert len(snap_zone(zone)) == pytest.approx(side**2 / 25_980.8, rel=0.01)
        return
    with pytest.raises(DrawnZoneTooLargeError) as caught:
        snap_zone(zone)
    assert all("200" in sentence(caught.value, lang) for lang in LANGS)


def test_a_thin_band_across_a_country_is_refused() -> None:
    with pytest.raises(DrawnZoneTooLargeError):
        snap_zone(shapely.box(119.0, 31.0, 121.0, 31.0001))

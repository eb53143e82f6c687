"""Ways and areas agree with the ellipsoid's own to a thousandth."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely

from geo.displacement import areas_m2, moved_m

GEOD = pyproj.Geod(ellps="GRS80")


def objects(*shapes: object) -> np.ndarray:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array


@pytest.mark.parametrize("lon", [119.5, 114.0, 24.9, -112.0])
def test_the_way_is_that_on_the_ellipsoid(lon: float) -> None:
    ends = np.array([[lon, 31.7], [lon + 0.004, 31.703]])
    wanted = GEOD.inv(*ends[0], *ends[1])[2]
    found = moved_m(objects(shapely.Point(ends[0])), objects(shapely.Point(ends[1])))
    assert found[0] == pytest.approx(wanted, rel=1e-3)


def test_areas_are_those_on_the_ellipsoid_and_missing_shapes_have_none() -> None:
    small, large = shapely.box(119.5, 31.7, 119.501, 31.701), shapely.box(119.5, 31.7, 119.502, 31.701)
    before, after = areas_m2(objects(small, None, small), objects(large, large, None))
    wanted = [abs(GEOD.geometry_area_perimeter(shape)[0]) for shape in (small, large)]
    assert [before[0], after[0]] == pytest.approx(wanted, rel=1e-3)
    assert np.isnan([before[1], after[2]]).all()
    assert np.isnan(moved_m(objects(small, None), objects(None, large))).all()

"""Zones join what touches within a town, and count events for what they are."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import crs
from geo.errors import FrameError
from geo.focus_zones import focus_zones, within_zones
from geo.perimeters import zones
from geo.terms import UNASSIGNED
from geo.zone_scores import UnknownTermError

GEODANET = Path(str(files("libpysal"))) / "examples" / "geodanet"


def schools(codes: list[str], towns: list[object], **columns: object) -> pd.DataFrame:
    return pd.DataFrame(
        {"school_code": codes, "town_code": towns, "police_area_code": "P1", "pupils": 100.0} | columns
    )


def discs(*places: tuple[float, float]) -> np.ndarray:
    return zones(shapely.points(np.array(places, dtype=np.float64).reshape(-1, 2)), [200])[0]


def chained(shapes: np.ndarray, towns: list[str]) -> list[int]:
    """Join by hand: every school starts alone; whoever touches takes the smaller number, until nobody does."""
    label = list(range(len(shapes)))
    changed = True
    while changed:
        changed = False
        for one in range(len(shapes)):
            for other in range(one):
                if (
                    towns[one] == towns[other]
                    and label[one] != label[other]
                    and shapes[one].intersects(shapes[other])
                ):
                    label[one] = label[other] = min(label[one], label[other])
                    changed = True
    return label


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8), st.sampled_from("AB")), min_size=1, max_size=25),
    st.randoms(use_true_random=False),
)
def test_zones_are_the_chains_of_touching_schools_of_one_town(places, chance) -> None:
    shapes = discs(*[(x * 250, y * 250) for x, y, _ in places])
    towns = [town for *_, town in places]
    codes = [f"S{row:02}" for row in range(len(places))]
    label = chained(shapes, towns)
    wanted = {}
    for code, town, own in zip(codes, towns, label, strict=True):
        wanted.setdefault((town, own), []).append(code)
    order = list(range(len(places)))
    chance.shuffle(order)

    found = focus_zones(schools([codes[row] for row in order], [towns[row] for row in order]), shapes[order])

    frame = found.frame
    assert dict(zip(frame["zone_id"], frame["school_codes"], strict=True)) == {
        f"{town}:{members[0]}": members for (town, _), members in wanted.items()
    }
    assert frame["zone_id"].is_monotonic_increasing
    assert [codes[row] in frame["school_codes"][found.zone_of[at]] for at, row in enumerate(order)] == [
        True
    ] * len(order)
    for members, shape in zip(frame["school_codes"], found.geometries, strict=True):
        united = shapely.union_all([shapes[codes.index(code)] for code in members])
        assert shape.symmetric_difference(united).area == pytest.approx(0, abs=1e-6)
    assert (frame["pupils"] == [100.0 * len(members) for members in frame["school_codes"]]).all()


def test_a_chain_through_another_town_joins_nobody() -> None:
    found = focus_zones(schools(["1", "2", "3"], ["A", "B", "A"]), discs((0, 0), (300, 0), (600, 0)))
    assert found.frame["zone_id"].tolist() == ["A:1", "A:3", "B:2"]


def test_zones_that_touch_in_one_point_are_one() -> None:
    left, right = shapely.box(0, 0, 100, 100), shapely.box(100, 100, 200, 200)
    shapes = np.array([left, right], dtype=object)
    assert focus_zones(schools(["1", "2"], ["A", "A"]), shapes).frame["school_codes"].tolist() == [["1", "2"]]


def test_what_is_missing_is_said_and_not_guessed() -> None:
    frame = schools(
        ["1", "2", "3"],
        [None, np.nan, "A"],
        police_area_code=["P2", UNASSIGNED, None],
        pupils=[100.0, np.nan, 50.0],
    )
    found = focus_zones(frame, discs((0, 0), (100, 0), (100, 50))).frame
    assert found["zone_id"].tolist() == ["A:3", f"{UNASSIGNED}:1"]
    assert found["police_area_codes"].tolist() == [[], ["P2"]]
    assert found["pupils"][0] == 50
    assert np.isnan(found["pupils"][1])


def test_pupils_may_be_the_integers_of_the_database_and_codes_stay_plain_text() -> None:
    frame = schools(["1", "2"], ["A", "A"], pupils=pd.array([100, None], dtype="Int64"))
    found = focus_zones(frame.set_index(np.array([7, 3])), discs((0, 0), (5000, 0))).frame
    assert found["pupils"][0] == 100
    assert np.isnan(found["pupils"][1])
    texts = [
        *found["zone_id"],
        *found["town_code"],
        *found["school_codes"][0],
        *found["police_area_codes"][0],
    ]
    assert {type(text) for text in texts} == {str}


def test_no_school_gives_no_zone_and_no_event() -> None:
    found = focus_zones(schools([], []), discs())
    counted = within_zones(discs(), found.zone_of, shapely.points([[0.0, 0.0]]))
    assert (len(found.frame), len(found.geometries), counted.distinct, len(counted.per_zone)) == (0, 0, 0, 0)


def test_geodanet_has_45_distinct_events_near_schools_and_53_counted_per_school() -> None:
    read = crs.parse_crs("ESRI:102649")
    ground, events = (
        crs.to_metric(read.to_wgs84(gpd.read_file(GEODANET / name).geometry.to_numpy()), 32612)
        for name in ("schools.shp", "crimes.shp")
    )
    near = zones(ground, [200])[0]
    names = [f"S{row}" for row in range(len(ground))]
    one_town = focus_zones(schools(names, ["A"] * len(names)), near)
    counted = within_zones(near, one_town.zone_of, events)
    assert counted.distinct == 45
    assert counted.per_school.tolist() == [6, 6, 8, 9, 6, 6, 7, 5]
    assert counted.per_school.sum() == 53
    inside = [int(shapely.intersects(shape, events).sum()) for shape in one_town.geometries]
    assert counted.per_zone.tolist() == inside
    assert counted.per_zone.sum() == 45


def test_an_event_between_two_towns_counts_once_for_each_of_their_zones() -> None:
    near = discs((0, 0), (300, 0))
    found = focus_zones(schools(["1", "2"], ["A", "B"]), near)
    counted = within_zones(near, found.zone_of, shapely.points([[150.0, 0.0], [-100.0, 0.0], [9e3, 0.0]]))
    assert counted.distinct == 2
    assert counted.per_zone.tolist() == counted.per_school.tolist() == [2, 1]


@pytest.mark.parametrize("column", ["area_person_class", "person", "class", "restricted", "name"])
def test_schools_come_with_nothing_else(column: str) -> None:
    with pytest.raises(UnknownTermError, match=column):
        focus_zones(schools(["1"], ["A"], **{column: "<10"}), discs((0, 0)))


def test_schools_are_checked_at_the_door() -> None:
    with pytest.raises(FrameError, match="school_code"):
        focus_zones(schools(["1", "1"], ["A", "A"]), discs((0, 0), (0, 0)))
    with pytest.raises(FrameError, match="pupils"):
        focus_zones(schools(["1"], ["A"], pupils=-1.0), discs((0, 0)))

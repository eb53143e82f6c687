"""What lies in zones is counted once a zone; what nobody loaded or knows is not made 0."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.terms import ZoneTerm
from geo.zone_terms import EVENTS, KM2, Around, zone_counts

SCHOOLS = pd.DataFrame(
    {
        "school_code": ["a", "b", "c", "d"], "town_code": ["t", "t", "t", "u"],
        "police_area_code": [None, "p", "q", "p"], "pupils": [100.0, np.nan, np.nan, 40.0],
    }
)  # fmt: skip
# a and b touch; d touches c, but in another town
ZONES = shapely.buffer(shapely.points([[0, 0], [300, 0], [2_000, 0], [2_300, 0]]).reshape(4), 200)
NOTHING = Around(None, None, None, None, np.empty(0, dtype=object), None)
NAMES = ["t:a", "t:c", "u:d"]


def counts(around: Around) -> pd.DataFrame:
    zones, frame = zone_counts(SCHOOLS, ZONES, around)
    assert frame["zone_id"].tolist() == zones.frame["zone_id"].tolist() == NAMES
    return frame


def points(*places: tuple[float, float]) -> np.ndarray:
    return shapely.points(np.array(places, dtype=float)).reshape(len(places))


def test_what_was_never_loaded_is_not_known_of_any_zone() -> None:
    frame = counts(NOTHING)
    unknown = [
        EVENTS,
        *(str(term) for term in ZoneTerm if term not in (ZoneTerm.INCIDENT_RATE, ZoneTerm.PUPILS)),
    ]
    assert frame[unknown].isna().all(axis=None)
    assert str(ZoneTerm.INCIDENT_RATE) not in frame


def test_pupils_are_those_that_are_known_and_unknown_where_none_are() -> None:
    np.testing.assert_array_equal(counts(NOTHING)["pupils"], [100.0, np.nan, 40.0])


def test_area_is_that_of_the_zones_together() -> None:
    alone = np.pi * 0.2**2
    assert counts(NOTHING)[KM2].tolist()[1:] == pytest.approx([alone] * 2, rel=0.01)
    assert alone < counts(NOTHING)[KM2][0] < 2 * alone


def test_an_event_between_two_schools_happened_once_and_one_on_a_border_of_towns_in_both() -> None:
    around = replace(NOTHING, events=points((150, 0), (150, 0), (2_150, 0), (5_000, 0)))
    assert counts(around)[EVENTS].tolist() == [2, 1, 1]
    assert counts(replace(NOTHING, events=points((5_000, 0))))[EVENTS].tolist() == [0, 0, 0]


def test_a_hexagon_counts_where_it_touches() -> None:
    cells = shapely.buffer(points((150, 0), (2_150, 240)), 100)
    assert counts(replace(NOTHING, hot_cells=cells))["significant_cells"].tolist() == [1, 1, 1]


def test_a_hazard_counts_in_its_schools_zone_alone_else_where_it_lies() -> None:
    hazards = pd.DataFrame(
        {"school_code": ["c", None, None, "gone", "a"], "is_overdue": [True, False, True, False, False]}
    )
    places = np.array([*points((2_150, 0), (2_150, 0), (150, 0), (2_300, 0)), None], dtype=object)
    frame = counts(replace(NOTHING, hazards=hazards, hazard_places=places))
    assert frame["hazards_open"].tolist() == [2, 2, 2]
    assert frame["hazards_overdue"].tolist() == [1, 1, 0]


def test_a_venue_is_one_visit_whatever_the_rules_and_schools() -> None:
    findings = pd.DataFrame(
        {"venue_code": ["v", "v", "w", "v", "x"], "school_code": ["a", "b", "b", "c", "gone"]}
    )
    assert counts(replace(NOTHING, findings=findings))["findings"].tolist() == [2, 1, 0]


def test_minutes_of_schools_without_a_ledger_are_not_made_up() -> None:
    minutes = pd.DataFrame({"school_code": ["b", "d", "gone"], "uncovered_min": [70.0, 0.0, 9.0]})
    np.testing.assert_array_equal(
        counts(replace(NOTHING, uncovered=minutes))["uncovered_min"], [70.0, np.nan, 0.0]
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_schools_changes_nothing(seed: int) -> None:
    around = replace(
        NOTHING, events=points((150, 0), (2_150, 0)),
        findings=pd.DataFrame({"venue_code": ["v", "w"], "school_code": ["a", "d"]}),
    )  # fmt: skip
    order = np.random.default_rng(seed).permutation(4)
    shuffled = zone_counts(SCHOOLS.iloc[order].reset_index(drop=True), ZONES[order], around)[1]
    pd.testing.assert_frame_equal(shuffled, counts(around), check_exact=False, rtol=1e-12)

"""What a district lacks or gives oddly: the ledger says so in a word, never by an error or a figure that is none."""

from __future__ import annotations

from datetime import time
from typing import Any

import pandas as pd
import pytest
import shapely

from etl.build import build
from tests.database.test_build import Facts, rows

pytestmark = pytest.mark.usefixtures("database")
LON, LAT = 119.5, 31.7
SOUTH = LAT - 0.0011


@pytest.fixture
def facts() -> Facts:
    return Facts()


def street(facts: Facts, *, lat: float = SOUTH, east: float = LON + 0.02, **columns: Any) -> None:
    """A road from west to east; by default it passes the school's southern wall at 10 m."""
    facts.add(
        "road",
        geom=shapely.LineString([(LON - 0.02, lat), (LON, lat), (east, lat)]),
        **{"class": "tertiary", **columns},
    )


def school(facts: Facts, **gate: Any) -> str:
    """A school with a gate to the south, and a bell at 07:50 from Monday to Friday."""
    code = facts.school(stage="primary", pupils=300)
    facts.add("gate", school_code=code, name="south", geom=shapely.Point(LON, SOUTH + 0.0001), **gate)
    facts.add("bell_slot", school_code=code, direction="in", start="07:50")
    return code


def guard(
    facts: Facts, school_code: str | None, *, start: str = "07:30", end: str = "08:20", **post: Any
) -> str:
    code = facts.post(LON, SOUTH, force="police", **post)
    facts.add("duty", post_code=code, school_code=school_code, start=start, end=end)
    return code


def ledger(where: str = "date_type = 'mon'") -> pd.DataFrame:
    build([])
    return rows(f"SELECT * FROM out.gate_slot WHERE {where} ORDER BY gate_id, window_start")


def only(where: str = "date_type = 'mon'") -> pd.Series:
    (row,) = ledger(where).to_dict("records")
    return pd.Series(row)


def test_without_roads_nobody_knows_who_can_come_and_no_straight_line_stands_in(facts) -> None:
    guard(facts, school(facts))
    row = only()
    assert (row["guard_reason"], row["uncovered_min"]) == ("covered", 0)
    assert row["response_reason"] == "no_data"
    assert row[["response_s", "second_response_s", "tier"]].isna().all()


def test_a_gate_two_kilometres_from_any_road_is_unreachable(facts) -> None:
    guard(facts, school(facts))
    street(facts, lat=LAT - 0.02)
    row = only()
    assert (row["response_reason"], row["guard_reason"]) == ("unreachable", "covered")
    assert row[["response_s", "tier"]].isna().all()


def test_a_oneway_pair_that_isolates_a_node_keeps_cars_out_and_lets_people_run(facts) -> None:
    school(facts)
    # both roads lead away from the crossing at the school's gate
    facts.add("road", geom=shapely.LineString([(LON, SOUTH), (LON - 0.02, SOUTH)]), oneway=True)
    facts.add("road", geom=shapely.LineString([(LON, SOUTH), (LON + 0.02, SOUTH)]), oneway=True)
    facts.post(LON + 0.01, SOUTH, type="police_station", mobility="car", force="police")
    assert only()["response_reason"] == "unreachable"
    facts.post(LON + 0.01, SOUTH, type="police_station", mobility="foot", force="police")
    row = only()
    assert (row["response_reason"], row["tier"]) == ("too_far", None) or row["response_s"] > 300
    assert row["response_s"] == pytest.approx(948 / 3.0 + 11 / 3, rel=0.02)


def test_a_post_of_another_district_guards_and_comes_all_the_same(facts) -> None:
    code = school(facts)
    street(facts)
    guard(facts, code, district="d2")
    row = only()
    assert (row["guard_reason"], row["response_reason"]) == ("covered", "in_time")
    assert row["district_code"] == "d1"


def test_a_duty_over_midnight_covers_both_days_of_it(facts) -> None:
    code = facts.school(stage="primary")
    facts.add("gate", school_code=code, name="south", geom=shapely.Point(LON, SOUTH))
    facts.add("bell_slot", school_code=code, direction="out", start="22:00", end="23:40", weekdays=[0])
    facts.add("bell_slot", school_code=code, direction="in", start="00:30", weekdays=[1])
    guard(facts, code, start="21:30", end="01:30")
    found = ledger("date_type IN ('mon', 'tue') AND guard_reason <> ''")
    assert found["guard_reason"].tolist() == ["covered", "covered"]
    assert found["window_end"].tolist() == [time(1, 0), time(0, 10)]


def test_overlapping_slots_are_each_counted_and_each_guarded(facts) -> None:
    code = school(facts)
    facts.add("bell_slot", school_code=code, direction="in", start="08:00")
    guard(facts, code, end="08:30")
    found = ledger()
    assert found["uncovered_min"].tolist() == [0, 0]
    assert found["required_min"].tolist() == [50, 50]
    assert found["pupils"].tolist() == [150, 150]


def test_two_posts_at_one_point_are_two(facts) -> None:
    code = school(facts)
    street(facts)
    guard(facts, code)
    guard(facts, code)
    row = only()
    assert row["guard_depth"] == 2
    assert row["response_s"] == row["second_response_s"]


def test_a_window_without_minutes_says_no_data_and_not_covered(facts) -> None:
    from data.repositories import settings
    from data.session import unit_of_work
    from data.settings import DbRole

    guard(facts, school(facts))
    street(facts)
    with unit_of_work(DbRole.LOADER) as connection:
        for key in ("window_before_min", "window_after_min"):
            settings.write(connection, key, 0, set_by="cli")
        connection.commit()
    row = only()
    assert (row["required_min"], row["guard_reason"], row["response_reason"]) == (0, "no_data", "no_data")


def test_a_district_without_posts_has_none_and_is_uncovered_all_through(facts) -> None:
    school(facts)
    street(facts)
    row = only()
    assert (row["guard_reason"], row["response_reason"]) == ("no_post", "no_post")
    assert row["uncovered_min"] == row["required_min"] == 50
    assert pd.isna(row["response_s"])


def test_a_school_without_bells_keeps_its_stages_and_one_without_stage_those_of_any(facts) -> None:
    for number, stage in enumerate(("kindergarten", None)):
        code = facts.school(LON + number * 0.005, stage=stage)
        facts.add("gate", school_code=code, geom=shapely.Point(LON + number * 0.005, SOUTH))
    found = ledger()
    assert (found["bell_slot_id"] < 0).all()
    assert found.groupby("school_code").size().min() >= 2


def test_a_school_without_gate_and_without_road_has_one_that_is_estimated(facts) -> None:
    code = facts.school(point=True, stage="primary")
    found = ledger()
    number = rows(f"SELECT id FROM core.school WHERE code = '{code}'")["id"][0]
    assert set(found["gate_id"]) == {-number}
    assert set(found["response_reason"]) == {"no_post"}


def test_a_post_off_the_globes_plane_and_a_duty_of_nobody_are_left_aside(facts) -> None:
    code = school(facts)
    street(facts)
    facts.post(-60.0, -30.0, force="police", type="police_station")
    facts.add("duty", post_code="nobody", school_code=code, start="07:00", end="09:00")
    facts.add("duty_exception", date="2026-11-02", post_code="nobody", change="absent")
    row = only()
    assert (row["guard_reason"], row["response_reason"]) == ("no_post", "no_post")

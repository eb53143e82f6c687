"""Zones on the page's side: who sees and sets what, what is refused; and districts with next to nothing in them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import libpysal
import pytest
import shapely
from sqlalchemy.exc import ProgrammingError

from data.bulk import read_frame
from data.repositories import focus_zones, map_layers
from data.repositories.focus_zones import (
    BUILD,
    LongReasonError,
    PersonalReasonError,
    WeightRangeError,
    ZoneGoneError,
)
from data.session import set_viewer, unit_of_work, viewer_transaction
from data.settings import DbRole
from etl.build import build
from etl.intake import load
from geo.hexagons import cell_ids
from geo.terms import ZoneDecision
from geo.zone_scores import TERMS, BadWeightsError, UnknownTermError
from tests.app.small_district import SOUTH, WEST, make_district, put, put_schools
from tests.database.viewers import account_of, as_owner, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

HERE, ELSEWHERE = "999901", "999902"
LOOKERS = ("committee", "commander")
OTHERS = ("bureau", "school", "unit", "steward", "auditor", "admin")
NOON = datetime.now(ZoneInfo("Asia/Shanghai")).replace(hour=12, minute=0, second=0, microsecond=0)


def act(token: str, action: Callable[..., Any], *words: Any) -> Any:
    """Do something as a viewer and keep it."""
    with unit_of_work(DbRole.APP) as connection:
        set_viewer(connection, token)
        result = action(connection, *words)
        connection.commit()
    return result


def look(token: str, action: Callable[..., Any], *words: Any) -> Any:
    with viewer_transaction(token) as connection:
        return action(connection, *words)


def put_events(days: list[int], *, at: tuple[float, float] = (WEST, SOUTH), hidden: bool = False) -> None:
    """Put events so many days back."""
    count = len(days)
    point = None if hidden else shapely.Point(at)
    rows = {
        "code": [f"E{n}{day}{hidden}" for n, day in enumerate(days)], "category": "theft",
        "occurred_at": [NOON - timedelta(days=day) for day in days], "cell_id": list(cell_ids([at[0]], [at[1]])) * count,
    }  # fmt: skip
    put("incident", gpd.GeoDataFrame(rows, geometry=[point] * count, crs="EPSG:4490"))


def published() -> pd.DataFrame:
    with unit_of_work(DbRole.OWNER) as connection:
        return read_frame(connection, "SELECT * FROM out.focus_zone ORDER BY zone_id")


def rate(row: int = 0) -> dict[str, Any]:
    return dict(published()["terms"][row]["incident_rate"])


# --- districts with next to nothing


@pytest.mark.usefixtures("database")
def test_without_schools_there_are_no_zones_and_old_ones_go() -> None:
    make_district(schools=2, posts=0)
    assert len(published()) == 2
    as_owner("DELETE FROM core.school")
    assert build(["zones"]).rows == 0
    assert published().empty


@pytest.mark.usefixtures("database")
def test_one_school_of_which_nothing_is_known_is_a_zone_without_a_verdict() -> None:
    put_schools(1)
    build(["zones"])
    made = published()
    assert made["rank"].tolist() == [1]
    assert not made["is_enough_data"].any()
    assert made[["rank_low", "rank_high", "weights_rank_low"]].isna().all(axis=None)
    assert made["score"].tolist() == [0]
    assert made["way_off"].tolist() == [None]
    assert {term: made["terms"][0][term]["value"] for term in TERMS} == dict.fromkeys(TERMS)
    assert rate()["events"] is None
    assert shapely.is_valid(made["geom"].to_numpy()).all()


@pytest.mark.usefixtures("database")
def test_without_any_event_the_rate_is_unknown_and_not_zero() -> None:
    make_district(schools=4, posts=2)
    assert (rate()["value"], rate()["known"], rate()["counts"], rate()["days"]) == (None, False, False, 0)
    assert len(published()) == 4
    assert published()["terms"][0]["uncovered_min"]["known"]


@pytest.mark.usefixtures("database")
def test_events_at_one_point_put_their_zone_first_and_the_rest_share_a_place() -> None:
    make_district(schools=4, posts=0, built=False)
    as_owner("DELETE FROM core.bell_slot")
    put_events(list(range(1, 41)))
    build(["zones"])
    made = published()
    assert [row["incident_rate"]["events"] for row in made["terms"]] == [40, 0, 0, 0]
    assert made["rank"][0] == 1
    assert made.loc[made["rank"] == 1, "is_enough_data"].all()
    assert made["rank_low"][0] == made["rank_high"][0] == 1


@pytest.mark.usefixtures("database")
def test_days_that_have_not_come_or_are_long_past_do_not_count() -> None:
    make_district(schools=2, posts=0, built=False)
    put_events([-3, -1, 0, 1, 2, 100, 365, 366, 700])
    build(["zones"])
    assert (rate()["events"], rate()["days"]) == (4, 365)
    as_owner("DELETE FROM core.incident WHERE occurred_at < now() - interval '99 days'")
    build(["zones"])
    # a history that is shorter than the setting is counted as what it is
    assert (rate()["events"], rate()["days"]) == (2, 2)
    as_owner("UPDATE core.incident SET occurred_at = occurred_at - interval '3 years'")
    build(["zones"])
    assert (rate()["events"], rate()["known"]) == (None, False)


@pytest.mark.usefixtures("database")
def test_an_event_without_a_point_counts_where_its_hexagon_has_its_middle() -> None:
    make_district(schools=2, posts=0, built=False)
    put_events([5, 6])
    put_events([7, 8, 9], hidden=True)
    put_events([10], at=(WEST + 0.0105, SOUTH), hidden=True)
    build(["zones"])
    assert rate()["events"] == 5


# --- the committee


@pytest.fixture
def zones(database: str) -> list[str]:
    """Four zones of one district, and a district without any."""
    make_district(schools=4, posts=0)
    return [str(zone) for zone in published()["zone_id"]]


@pytest.mark.parametrize("role", LOOKERS)
def test_commanders_and_committee_see_zones_of_their_districts_alone(zones: list[str], role: str) -> None:
    seen = look(sign_in(HERE, role=role), focus_zones.read_zones)
    assert seen["zone_id"].tolist() == zones
    assert set(seen["town_name"]) == {"训练一镇"}
    assert look(sign_in(HERE, role=role), focus_zones.read_shapes)["zone_id"].tolist() == zones
    assert look(sign_in(ELSEWHERE, role=role), focus_zones.read_zones).empty


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_sees_or_writes_any_of_it(zones: list[str], role: str) -> None:
    act(sign_in(HERE, role="committee"), focus_zones.choose, zones[0], ZoneDecision.DECIDED, "")
    act(sign_in(HERE, role="committee"), focus_zones.set_weights, HERE, {"pupils": 1})
    token = sign_in(HERE, role=role)
    assert look(token, focus_zones.read_zones).empty
    assert look(token, focus_zones.read_shapes).empty
    assert look(token, focus_zones.choices) == []
    assert look(token, focus_zones.read_weighting, HERE) is None
    with pytest.raises(ProgrammingError, match="row-level security"):
        act(token, focus_zones.set_weights, HERE, {"pupils": 1})
    with pytest.raises(ZoneGoneError):
        act(token, focus_zones.choose, zones[0], ZoneDecision.DECLINED, "")
    assert as_owner("SELECT count(*) FROM work.weighting") == 1


def test_a_commander_looks_but_does_not_decide(zones: list[str]) -> None:
    committee, commander = sign_in(HERE, role="committee"), sign_in(HERE)
    act(committee, focus_zones.choose, zones[0], ZoneDecision.DECIDED, "校门口占道")
    act(committee, focus_zones.set_weights, HERE, {"pupils": 3, "findings": 1})
    assert [row["reason"] for row in look(commander, focus_zones.choices)] == ["校门口占道"]
    assert look(commander, focus_zones.read_weighting, HERE).weights == {"pupils": 3, "findings": 1}
    for deed in (
        lambda: act(commander, focus_zones.set_weights, HERE, {"pupils": 1}),
        lambda: act(commander, focus_zones.choose, zones[1], ZoneDecision.DECIDED, ""),
    ):
        with pytest.raises(ProgrammingError, match="row-level security"):
            deed()
    number = look(commander, focus_zones.choices)[0]["id"]
    assert not act(commander, focus_zones.take_back, number)


def test_weights_are_kept_with_who_set_them_and_a_build_follows(zones: list[str]) -> None:
    token = sign_in(HERE, role="committee")
    job = act(token, focus_zones.set_weights, HERE, dict.fromkeys(TERMS, 100))
    assert as_owner("SELECT args FROM work.job WHERE id = :id", id=job) == BUILD
    act(token, focus_zones.set_weights, HERE, {"pupils": 1})
    held = look(token, focus_zones.read_weighting, HERE)
    assert (held.weights, held.set_by) == ({"pupils": 1}, account_of(token))
    build(["zones"])
    used = published()["weights"][0]
    assert (used["weights"]["pupils"], used["set_by"], used["set_role"]) == (
        1,
        account_of(token),
        "committee",
    )
    assert as_owner("SELECT count(*) FROM work.weighting") == 2


@pytest.mark.parametrize(
    ("weights", "error"),
    [
        (dict.fromkeys(TERMS, 0), BadWeightsError),
        ({}, BadWeightsError),
        ({"pupils": -1, "findings": 2}, BadWeightsError),
        ({"pupils": float("nan")}, BadWeightsError),
        ({"pupils": 101}, WeightRangeError),
        ({"key_person": 1}, UnknownTermError),
    ],
)
def test_weights_that_make_no_order_are_refused(
    database: str, weights: dict[str, float], error: type
) -> None:
    with pytest.raises(error):
        act(sign_in(HERE, role="committee"), focus_zones.set_weights, HERE, weights)
    assert as_owner("SELECT count(*) FROM work.weighting") + as_owner("SELECT count(*) FROM work.job") == 0


def test_a_decision_replaces_the_standing_one_and_rewrites_nothing(zones: list[str]) -> None:
    one, other = sign_in(HERE, role="committee"), sign_in(HERE, role="committee")
    versions = [look(one, map_layers.data_version)]
    for token, word in ((one, ZoneDecision.DECIDED), (other, ZoneDecision.DECLINED)):
        act(token, focus_zones.choose, zones[2], word, f" {word} ")
        versions.append(look(one, map_layers.data_version))
    (standing,) = look(one, focus_zones.choices)
    assert (standing["decision"], standing["reason"], standing["set_by"]) == (
        "declined",
        "declined",
        account_of(other),
    )
    assert standing["school_codes"] == published()["school_codes"][2]
    assert as_owner("SELECT array_agg(decision || (revoked_by IS NOT NULL) ORDER BY id) FROM work.zone_choice") == [
        "decidedtrue", "declinedfalse"
    ]  # fmt: skip
    assert act(one, focus_zones.take_back, standing["id"])
    versions.append(look(one, map_layers.data_version))
    assert not act(one, focus_zones.take_back, standing["id"])
    assert look(one, focus_zones.choices) == []
    assert len(set(versions)) == 4


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("字" * 201, LongReasonError),
        ("找老板 138 1234 5678", PersonalReasonError),
        ("涉及32048219900307123X", PersonalReasonError),
    ],
)
def test_reasons_about_persons_or_too_long_ones_are_not_kept(
    zones: list[str], reason: str, error: type
) -> None:
    token = sign_in(HERE, role="committee")
    act(token, focus_zones.choose, zones[0], ZoneDecision.DECIDED, "字" * 200)
    with pytest.raises(error):
        act(token, focus_zones.choose, zones[0], ZoneDecision.DECLINED, reason)
    assert [row["reason"] for row in look(token, focus_zones.choices)] == ["字" * 200]


def test_a_zone_that_is_not_there_cannot_be_decided(zones: list[str]) -> None:
    with pytest.raises(ZoneGoneError):
        act(sign_in(HERE, role="committee"), focus_zones.choose, "T1:none", ZoneDecision.DECIDED, "")


@pytest.mark.usefixtures("database")
def test_events_of_geodanet_are_told_once_and_for_each_school_that_they_are_near(tmp_path: Path) -> None:
    folder = Path(libpysal.__file__).parent / "examples" / "geodanet"
    day = (NOON - timedelta(days=30)).isoformat()
    for name, columns in (
        ("schools", "kind: school\ncolumns: {code: POLYID, name: POLYID}"),
        (
            "crimes",
            f"kind: incident\ncolumns: {{code: POLYID, category: {{value: theft}}, occurred_at: {{value: '{day}'}}}}",
        ),
    ):
        source = tmp_path / f"{name}.yml"
        source.write_text(f"name: {name}\n{columns}\n", encoding="utf-8")
        load(folder / f"{name}.shp", source)
    report = build(["zones"])
    (note,) = report.results[0].notes
    assert note.given == {"distinct": 45, "by_school": 53}
    with unit_of_work(DbRole.OWNER) as connection:
        terms = read_frame(connection, "SELECT terms FROM out.focus_zone")["terms"]
    assert sum(each["incident_rate"]["events_by_school"] for each in terms) == 53

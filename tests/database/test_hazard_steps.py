"""Steps on a hazard's way: allowed ones by those who may, one of two at once, never rewritten; and what builds read."""

from __future__ import annotations

import threading
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data.repositories import hazards as reads
from data.repositories.facts import Facts
from data.repositories.hazard_steps import (
    LongTextError,
    MovedMeanwhileError,
    MoveError,
    NoReasonError,
    NotYourStepError,
    PersonalTextError,
    Round,
    RoundError,
    Step,
    UnknownHazardError,
    add_round,
    steps_of,
    take_step,
)
from data.repositories.places import pass_districts_on
from data.session import set_viewer, unit_of_work, viewer_transaction
from data.settings import DbRole
from geo.hazards import STAGES
from geo.terms import HazardStep, RoundKind
from tests.database.viewers import account_of, as_owner, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

ZONE = "Asia/Shanghai"
ROLES = ("commander", "committee", "bureau", "unit", "school", "steward", "auditor", "admin")
HAZARD = """
    INSERT INTO core.hazard (code, district_code, category, found_at, deadline, party, unit, school_code, geom,
                             source, digest, valid_from, recorded_by)
    VALUES (:code, :district, '护栏缺失', '2026-10-01 09:00+08', '2026-10-20', 'department', '交通局', :school,
            CAST(:place AS geometry), 's', '', '2026-01-01', 1)
"""
SCHOOL = """
    INSERT INTO core.school (code, district_code, name, geom, is_boundary_estimated, source, digest, valid_from, recorded_by)
    VALUES ('S1', 'd1', '一小', 'SRID=4490;POINT(119.5 31.7)', false, 's', '', '2026-01-01', 1)
"""
TOWN = """
    INSERT INTO core.area (code, district_code, name, level, geom, source, digest, valid_from, recorded_by)
    VALUES (:code, 'd1', :code, 'town', ST_Multi(ST_MakeEnvelope(:west, 31, :west + 0.2, 32, 4490)), 's', '',
            '2026-01-01', 1)
"""
RAW = """
    INSERT INTO work.hazard_step (district_code, hazard_code, step, note, done_by, follows, came_from)
    VALUES (:district, :code, :step, 'n', :by, :follows, :came_from)
"""
DATED = """
    INSERT INTO work.hazard_step (district_code, hazard_code, step, done_by, done_at, follows, came_from)
    VALUES ('d1', 'H1', :step, 1, :at, (SELECT max(id) FROM work.hazard_step),
            (SELECT step FROM work.hazard_step ORDER BY id DESC LIMIT 1))
"""


@pytest.fixture
def place(database: str) -> None:
    """District d1 has a school, H1 beside it, H2 at it; d2 has H3."""
    as_owner(SCHOOL)
    for code, west in (("T1", 119.4), ("T2", 119.6)):
        as_owner(TOWN, code=code, west=west)
    rows = (
        ("H1", "d1", None, "SRID=4490;POINT(119.7 31.7)"), ("H2", "d1", "S1", None),
        ("H3", "d2", None, "SRID=4490;POINT(119.7 31.7)"),
    )  # fmt: skip
    for code, district, school, point in rows:
        as_owner(HAZARD, code=code, district=district, school=school, place=point)


def act(token: str, action: Callable[..., Any], *words: Any) -> Any:
    """Do something as a viewer and keep it."""
    with unit_of_work(DbRole.APP) as connection:
        set_viewer(connection, token)
        result = action(connection, *words)
        connection.commit()
    return result


def steps(token: str) -> list[tuple[Any, ...]]:
    with viewer_transaction(token) as connection:
        frame = reads.read_steps(connection, ZONE)
    return list(frame[["hazard_code", "step"]].itertuples(index=False, name=None))


def go(token: str, stage: str, step: str, seen: int | None, code: str = "H1", **more: Any) -> int:
    return int(act(token, take_step, Step(code, HazardStep(step), stage, seen, **more)))


@pytest.mark.usefixtures("place")
def test_a_hazard_goes_its_way_back_and_round_again_and_each_step_asks_for_one_build() -> None:
    token, seen, stage = sign_in("d1", role="committee"), None, "found"
    for step in (
        "assigned",
        "assigned",
        "rectified",
        "assigned",
        "rectified",
        "verified",
        "closed",
        "assigned",
    ):
        seen = go(token, stage, step, seen, unit="城管局", deadline=date(2026, 12, 1), note=" 仍 有\n缺口 ")
        stage = step
    assert [step for _, step in steps(token)][-3:] == ["verified", "closed", "assigned"]
    assert as_owner("SELECT note FROM work.hazard_step ORDER BY id DESC LIMIT 1") == "仍 有 缺口"
    assert as_owner("SELECT every(done_by = :me) FROM work.hazard_step", me=account_of(token))
    assert as_owner("SELECT count(*) FROM work.job WHERE kind = 'build'") == 1


@pytest.mark.usefixtures("place")
def test_no_step_is_skipped_whatever_the_page_says() -> None:
    token = sign_in("d1")
    for stage in STAGES:
        for step in HazardStep:
            if (stage, step) == ("found", HazardStep.ASSIGNED):
                continue
            # the hazard stands at the beginning, so every other step is one that does not fit
            with pytest.raises((MoveError, NoReasonError)):
                go(token, stage, step, None)
    assert steps(token) == []


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("role", ROLES)
def test_units_and_schools_say_what_they_put_right_and_others_oversee(role: str) -> None:
    # H1 was given to the unit, and lies at the school
    token = sign_in("d1", role=role, unit="交通局", schools=["S1"])
    overseer = sign_in("d1", role="committee")
    as_owner("UPDATE core.hazard SET school_code = 'S1' WHERE code = 'H1'")
    stage, seen = "found", None
    for step in HazardStep:
        if step in steps_of(role):
            go(token, stage, step, seen)
            as_owner("DELETE FROM work.hazard_step WHERE id = (SELECT max(id) FROM work.hazard_step)")
        else:
            # who keeps accounts or audits does not even see the hazard
            with pytest.raises((NotYourStepError, UnknownHazardError)):
                go(token, stage, step, seen)
        seen, stage = go(overseer, stage, step, seen), step
    expected = {"unit": 1, "school": 1, "commander": 4, "committee": 4, "bureau": 4}
    assert len(steps_of(role)) == expected.get(role, 0)


@pytest.mark.usefixtures("place")
def test_of_two_who_take_the_same_step_at_once_one_wins_and_the_other_is_told() -> None:
    tokens, ready, ends = [sign_in("d1"), sign_in("d1")], threading.Barrier(2), []

    def race(token: str) -> None:
        with unit_of_work(DbRole.APP) as connection:
            set_viewer(connection, token)
            ready.wait()
            try:
                take_step(connection, Step("H1", HazardStep.ASSIGNED, "found", None))
                connection.commit()
                ends.append("won")
            except MovedMeanwhileError:
                ends.append("told")

    runners = [threading.Thread(target=race, args=(token,)) for token in tokens]
    for each in runners:
        each.start()
    for each in runners:
        each.join(30)
    assert sorted(ends) == ["told", "won"]
    assert steps(tokens[0]) == [("H1", "assigned")]


@pytest.mark.usefixtures("place")
def test_who_looked_before_another_took_a_step_is_told() -> None:
    token = sign_in("d1")
    first = go(token, "found", "assigned", None)
    for stage, step, seen in (("found", "assigned", None), ("assigned", "rectified", first + 7)):
        with pytest.raises(MovedMeanwhileError):
            go(token, stage, step, seen)
    go(token, "assigned", "assigned", first)
    with pytest.raises(MovedMeanwhileError):
        go(token, "assigned", "assigned", first)


@pytest.mark.usefixtures("place")
def test_texts_that_must_not_be_kept_and_hazards_of_others_are_refused() -> None:
    token = sign_in("d1")
    for more in ({"note": "联系 138 1234 5678"}, {"unit": "13812345678"}, {"note": "320413199001011234"}):
        with pytest.raises(PersonalTextError):
            go(token, "found", "assigned", None, **more)
    for more in ({"note": "长" * 201}, {"unit": "长" * 61}):
        with pytest.raises(LongTextError):
            go(token, "found", "assigned", None, **more)
    for code in ("H3", "nobody"):
        with pytest.raises(UnknownHazardError):
            go(token, "found", "assigned", None, code=code)
    for seen, (stage, step) in zip(
        (None, 0), (("found", "assigned"), ("assigned", "rectified")), strict=True
    ):
        last = go(
            token, stage, step, seen if seen is None else as_owner("SELECT max(id) FROM work.hazard_step")
        )
    with pytest.raises(NoReasonError):
        go(token, "rectified", "assigned", last, note="  ")


@pytest.mark.usefixtures("place")
def test_the_database_holds_author_district_chain_and_time_by_itself() -> None:
    token = sign_in("d1", "d2")
    me = account_of(token)

    def raw(**given: Any) -> int:
        values = {
            "district": "d1",
            "code": "H1",
            "step": "assigned",
            "by": me,
            "follows": None,
            "came_from": None,
        }
        with unit_of_work(DbRole.APP) as connection:
            set_viewer(connection, token)
            found = connection.execute(text(RAW), values | given).rowcount
            connection.commit()
        return found

    for wrong in ({"by": me + 1}, {"district": "d2"}, {"code": "H9"}):
        with pytest.raises(DBAPIError, match="row-level security"):
            raw(**wrong)
    assert raw() == 1
    first = as_owner("SELECT id FROM work.hazard_step")
    for wrong in (
        {}, {"follows": first}, {"follows": first, "came_from": "rectified", "step": "verified"},
        {"follows": first, "came_from": "assigned", "step": "closed"}, {"step": "rectified"},
        {"follows": first + 1, "came_from": "assigned"}, {"code": "H2", "follows": first, "came_from": "assigned"},
    ):  # fmt: skip
        with pytest.raises(DBAPIError, match=r"uq_hazard_step_follows|ck_hazard_step|fk_hazard_step_follows"):
            raw(**wrong)
    assert raw(follows=first, came_from="assigned", step="rectified") == 1
    dated = "INSERT INTO work.hazard_step (done_at) VALUES ('2020-01-01')"
    with unit_of_work(DbRole.APP) as connection, pytest.raises(DBAPIError, match="permission denied"):
        connection.execute(text(dated))


@pytest.mark.usefixtures("place")
def test_hazards_are_read_at_their_place_else_at_their_school_with_its_town() -> None:
    token = sign_in("d1")
    with viewer_transaction(token) as connection:
        found = reads.read_hazards(connection, ZONE)
        points = reads.read_hazard_points(connection)
    columns = ["hazard_code", "lon", "has_place", "school_name", "town_code", "found_on"]
    assert found[columns].astype(object).where(found[columns].notna(), None).to_numpy().tolist() == [
        ["H1", 119.7, True, None, "T2", date(2026, 10, 1)], ["H2", 119.5, False, "一小", "T1", date(2026, 10, 1)]
    ]  # fmt: skip
    assert points["code"].tolist() == ["H1", "H2"]
    assert points.geometry.x.tolist() == [119.7, 119.5]


@pytest.mark.usefixtures("place")
def test_a_build_sees_every_step_and_one_as_of_a_day_those_before_it() -> None:
    for step, at in (("assigned", "2026-10-02 08:00+08"), ("rectified", "2026-10-10 23:30+08"),
                     ("verified", "2026-10-11 00:30+08"), ("closed", "2026-10-12 08:00+08")):  # fmt: skip
        as_owner(DATED, step=step, at=at)

    def stage_of(as_of: date | None, day: date) -> dict[str, tuple[Any, ...]]:
        with unit_of_work(DbRole.LOADER) as connection:
            frame = reads.hazard_states(Facts(connection, day=as_of), "d1", day)
        assert tuple(frame.columns) == reads.STATE_COLUMNS
        return {row[0]: row[3:] for row in frame.itertuples(index=False)}

    late = date(2026, 11, 2)
    assert stage_of(None, late) == {"H1": ("closed", False, False), "H2": ("found", True, True)}
    days = {10: "assigned", 11: "rectified", 12: "verified", 13: "closed"}
    for day, stage in days.items():
        as_of = date(2026, 10, day)
        assert stage_of(as_of, as_of)["H1"][0] == stage
    assert stage_of(date(2026, 10, 20), date(2026, 10, 20))["H2"] == ("found", True, False)
    assert stage_of(date(2026, 10, 1), date(2026, 10, 1)) == {}


@pytest.mark.usefixtures("place")
def test_a_round_is_made_by_those_who_oversee_and_seen_by_all_in_the_district() -> None:
    made = Round("秋季开学", RoundKind.TERM_START, date(2026, 8, 20), date(2026, 9, 10))
    token, other = sign_in("d1", role="bureau"), sign_in("d1", role="school")
    act(token, add_round, made)
    with viewer_transaction(other) as connection:
        found = reads.read_rounds(connection)
    assert found[["name", "kind", "starts_on"]].to_numpy().tolist() == [
        ["秋季开学", "term_start", made.starts_on]
    ]
    with viewer_transaction(sign_in("d2")) as connection:
        assert reads.read_rounds(connection).empty
    with pytest.raises(NotYourStepError):
        act(other, add_round, made)
    for wrong in (
        Round("", made.kind, made.starts_on, made.ends_on),
        Round("甲", made.kind, made.ends_on, made.starts_on),
    ):
        with pytest.raises(RoundError):
            act(token, add_round, wrong)
    with pytest.raises(PersonalTextError):
        act(token, add_round, Round("13812345678", made.kind, made.starts_on, made.ends_on))


@pytest.mark.usefixtures("place")
def test_steps_follow_their_hazard_into_another_district() -> None:
    go(sign_in("d1"), "found", "assigned", None)
    as_owner("UPDATE core.hazard SET district_code = 'd2' WHERE code = 'H1'")
    with unit_of_work(DbRole.LOADER) as connection:
        pass_districts_on(connection, "hazard")
        connection.commit()
    assert steps(sign_in("d1")) == []
    assert steps(sign_in("d2")) == [("H1", "assigned")]

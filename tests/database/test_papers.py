"""What papers are made of comes from the tables as the viewer may see them; what a meeting agreed is kept."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from data.repositories import campaigns, papers
from data.repositories.campaigns import TaskWords
from data.session import set_viewer, unit_of_work, viewer_transaction
from data.settings import DbRole
from geo.terms import TaskOrigin
from tests.database.viewers import account_of, as_owner, seen, sign_in

ZONE = "d1"
TODAY = date(2026, 11, 2)
FACT = "source, digest, valid_from, recorded_by"
FACT_VALUES = "'s', '', '2026-01-01', 1"
BOX = "SRID=4490;MULTIPOLYGON(((119.5 31.7, 119.51 31.7, 119.51 31.71, 119.5 31.7)))"
ZULU = "Asia/Shanghai"


def put_school(code: str, district: str = ZONE) -> None:
    as_owner(
        f"INSERT INTO core.school (code, district_code, name, geom, {FACT}) "
        f"VALUES (:code, :district, :name, '{BOX}', {FACT_VALUES})",
        code=code, district=district, name=f"训练{code}学校",
    )  # fmt: skip


def put_zone(zone_id: str, schools: list[str], rank: int, district: str = ZONE) -> None:
    run = as_owner("SELECT audit.start_run('zones', current_date, '{}', '0', '')")
    as_owner(
        "INSERT INTO out.focus_zone (district_code, zone_id, town_code, police_area_codes, school_codes, rank, score, "
        f"terms, weights, is_enough_data, geom, run_id) VALUES (:district, :zone, 'T1', '{{}}', :schools, :rank, 0.5, "
        f"CAST(:terms AS jsonb), '{{}}', true, '{BOX}', :run)",
        district=district, zone=zone_id, schools=schools, rank=rank, run=run,
        terms=json.dumps({"incident_rate": {"events": 7}}),
    )  # fmt: skip


def put_hazard(
    code: str, *, school: str | None, deadline: str, point: str | None = None, unit: str = "交警大队"
) -> None:
    as_owner(
        f"INSERT INTO core.hazard (code, district_code, category, school_code, geom, unit, deadline, found_at, {FACT}) "
        f"VALUES (:code, '{ZONE}', '护栏缺失', :school, :point, :unit, CAST(:deadline AS date), "
        f"'2026-09-01 20:00+00', {FACT_VALUES})",
        code=code, school=school, point=point, unit=unit, deadline=deadline,
    )  # fmt: skip


def put_step(code: str, step: str, *, unit: str | None = None, deadline: str | None = None) -> None:
    as_owner(
        "INSERT INTO work.hazard_step "
        "(district_code, hazard_code, step, unit, deadline, done_by, follows, came_from) "
        f"SELECT '{ZONE}', :code, :step, :unit, CAST(:deadline AS date), 1, w.id, w.step FROM (SELECT) AS one "
        "LEFT JOIN LATERAL (SELECT id, step FROM work.hazard_step WHERE hazard_code = :code "
        "ORDER BY id DESC LIMIT 1) AS w ON true",
        code=code, step=step, unit=unit, deadline=deadline,
    )  # fmt: skip


def add(token: str, task: TaskWords, district: str = ZONE) -> int:
    with unit_of_work(DbRole.APP) as connection:
        set_viewer(connection, token)
        number = campaigns.add_task(connection, district, task)
        connection.commit()
    return number


def read(token: str, reader: Any, *words: Any) -> Any:
    with viewer_transaction(token) as connection:
        return reader(connection, *words)


def a_task() -> TaskWords:
    return TaskWords(TaskOrigin.MEETING, "清理摊点", "城市管理局", date(2026, 11, 30), ["交警大队"])


@pytest.mark.parametrize("role", ["commander", "committee"])
def test_zones_come_by_rank_with_the_decision_that_stands(database: str, role: str) -> None:
    for number, zone in enumerate(("T1:B", "T1:A", "T1:C")):
        put_zone(zone, [zone[-1]], rank=[2, 1, 2][number])
    put_zone("T9:X", ["X"], rank=1, district="d2")
    decided = "INSERT INTO work.zone_choice (district_code, zone_id, school_codes, decision, set_by, revoked_by, revoked_at) "  # fmt: skip
    as_owner(f"{decided} VALUES ('{ZONE}', 'T1:B', '{{B}}', 'declined', 1, 1, now())")
    as_owner(f"{decided} VALUES ('{ZONE}', 'T1:B', '{{B}}', 'decided', 1, NULL, NULL)")
    found = read(sign_in(ZONE, role=role), papers.read_zones, ZONE)
    assert found["zone_id"].tolist() == ["T1:A", "T1:B", "T1:C"]
    assert found["decision"].fillna("").tolist() == ["", "decided", ""]
    assert found.crs.to_epsg() == 4490


@pytest.mark.parametrize("role", ["bureau", "school", "unit", "steward", "auditor"])
def test_zones_come_to_nobody_who_does_not_decide(database: str, role: str) -> None:
    put_zone("T1:A", ["A"], 1)
    assert read(sign_in(ZONE, role=role), papers.read_zones, ZONE).empty
    assert read(sign_in("d2", role="committee"), papers.read_zones, ZONE).empty


def test_hazards_have_the_unit_deadline_and_stage_in_force_and_their_zone(database: str) -> None:
    put_school("A")
    put_zone("T1:A", ["A"], 1)
    put_hazard("H1", school="A", deadline="2026-11-01")
    put_hazard("H2", school="A", deadline="2026-11-02")
    put_hazard("H3", school=None, deadline="2026-10-01", point="SRID=4490;POINT(119.505 31.702)")
    put_hazard("H4", school=None, deadline="2026-10-01", point="SRID=4490;POINT(120 32)")
    put_hazard("H5", school="A", deadline="2026-10-01")
    put_hazard("H6", school="A", deadline="2026-10-01")
    put_hazard("H7", school="A", deadline="2026-10-01")
    put_step("H1", "assigned", unit="城市管理局", deadline="2026-12-01")
    for step in ("assigned", "rectified", "verified", "closed"):
        put_step("H5", step)
    for step in ("assigned", "rectified"):
        put_step("H6", step)
    put_step("H7", "assigned", unit="水利局")
    found = read(sign_in(ZONE), papers.read_open_hazards, ZONE, ZULU, TODAY).set_index("hazard_code")
    assert found["zone_id"].fillna("").to_dict() == {
        code: "" if code == "H4" else "T1:A" for code in found.index
    }
    assert found["is_overdue"].to_dict() == {
        "H1": False,
        "H2": False,
        "H3": True,
        "H4": True,
        "H6": True,
        "H7": True,
    }
    assert found.loc["H1", ["unit", "deadline", "stage"]].tolist() == [
        "城市管理局",
        date(2026, 12, 1),
        "assigned",
    ]
    assert found.loc["H7", ["unit", "overdue_days"]].tolist() == ["水利局", 32]
    assert found["found_on"].unique().tolist() == [date(2026, 9, 2)]


def test_a_hazard_in_two_zones_comes_for_each(database: str) -> None:
    put_zone("T1:A", ["A"], 1)
    put_zone("T1:B", ["B"], 2)
    put_hazard("H1", school=None, deadline="2026-10-01", point="SRID=4490;POINT(119.505 31.702)")
    found = read(sign_in(ZONE), papers.read_open_hazards, ZONE, ZULU, TODAY)
    assert found["zone_id"].tolist() == ["T1:A", "T1:B"]


def test_what_a_meeting_agreed_is_kept_in_the_name_of_who_types_it(database: str) -> None:
    token = sign_in(ZONE, role="committee")
    number = add(token, a_task())
    assert seen(
        token, "SELECT id, item, lead_unit, joint_units, deadline, origin, created_by, done_at FROM work.task"
    ) == [
        (
            number,
            "清理摊点",
            "城市管理局",
            ["交警大队"],
            date(2026, 11, 30),
            "meeting",
            account_of(token),
            None,
        )
    ]
    other = read(
        sign_in(ZONE, role="unit", unit="城市管理局"), papers.read_tasks, ZONE, ZULU, date(2026, 12, 1)
    )
    assert other[["item", "is_overdue", "overdue_days"]].to_numpy().tolist() == [["清理摊点", True, 1]]
    assert not read(token, papers.read_tasks, ZONE, ZULU, date(2026, 11, 30))["is_overdue"].any()


def test_a_task_of_another_district_or_by_who_does_not_decide_is_refused(database: str) -> None:
    for token, district in ((sign_in(ZONE, role="committee"), "d2"), (sign_in(ZONE, role="bureau"), ZONE)):
        with pytest.raises(DBAPIError):
            add(token, a_task(), district)
    assert as_owner("SELECT count(*) FROM work.task") == 0


def test_a_download_is_in_the_access_log(database: str) -> None:
    token = sign_in(ZONE, role="committee")
    with unit_of_work(DbRole.APP) as connection:
        set_viewer(connection, token)
        papers.record_download(connection, "papers/meeting.docx", [])
        connection.commit()
    assert as_owner("SELECT account_id FROM audit.event WHERE route = 'papers/meeting.docx'") == account_of(
        token
    )

"""What pages read of the ledger: the viewer's district alone, with names, places and minutes that go on past midnight."""

from __future__ import annotations

from datetime import date, time

import pytest
import shapely
from sqlalchemy import text

from data.repositories import ledger
from data.session import unit_of_work, viewer_transaction
from data.settings import DbRole
from tests.app.small_district import SIZE_DEG, make_district, place, put_posts
from tests.app.small_ledger import put_calendar, put_gates, put_ledger, row, week
from tests.database.viewers import sign_in

SATURDAY = date(2026, 3, 7)
ELSEWHERE = "999902"


@pytest.fixture
def gates(database: str) -> list[int]:
    """Four schools: two with a gate, one with an assumed one; the last is of another district."""
    make_district(schools=4, posts=0)
    put_posts(1)
    ids = put_gates(2)
    night = row(ids[1], 1, window_start=time(23, 30), window_end=time(0, 20), required_min=50.0)
    put_ledger([*week([row(ids[0], 0, "partly_on_duty"), night, row(-3, 2)]), row(-4, 3, date_type="sat")])
    put_calendar(SATURDAY, runs_as=4)
    with unit_of_work(DbRole.OWNER) as connection:
        for table, column in (("core.school", "code"), ("out.gate_slot", "school_code")):
            connection.execute(
                text(f"UPDATE {table} SET district_code = '{ELSEWHERE}' WHERE {column} = 'S003'")
            )
        connection.commit()
    return ids


def test_rows_come_with_names_places_and_minutes(gates) -> None:
    with viewer_transaction(sign_in("999901")) as connection:
        rows = ledger.read_ledger(connection, ["mon"])
    assert rows["gate_id"].tolist() == [gates[0], gates[1], -3]
    assert rows["gate_name"].tolist()[:2] == ["东门", "东门"]
    assert rows["is_estimated"].tolist() == [False, False, True]
    assert rows["is_bell_estimated"].all()
    assert rows[["window_start", "window_end"]].to_numpy().tolist() == [[420, 490], [1410, 1460], [420, 490]]


def test_an_assumed_gate_lies_in_its_school(gates) -> None:
    with viewer_transaction(sign_in("999901")) as connection:
        found = ledger.read_gates(connection)
        rows = ledger.read_ledger(connection, ["mon"])
    x, y = place(2)
    ground = shapely.box(x, y, x + SIZE_DEG, y + SIZE_DEG)
    assert found["id"].tolist() == [gates[0], gates[1], -3]
    assert shapely.covers(ground, found.geometry.iloc[2])
    last = rows.iloc[-1]
    assert shapely.covers(ground, shapely.Point(last["lon"], last["lat"]))


def test_a_viewer_reads_the_rows_of_the_own_district_alone(gates) -> None:
    seen = {}
    for district in ("999901", ELSEWHERE):
        with viewer_transaction(sign_in(district)) as connection:
            rows = ledger.read_ledger(connection, ["mon", "sat"])
            calendar = ledger.read_calendar(connection, SATURDAY, SATURDAY)
            seen[district] = (
                set(rows["school_code"]),
                set(ledger.read_gates(connection)["school_code"]),
                len(calendar),
            )
    assert seen["999901"] == ({"S000", "S001", "S002"}, {"S000", "S001", "S002"}, 1)
    assert seen[ELSEWHERE] == ({"S003"}, {"S003"}, 0)
    with viewer_transaction("forged") as connection:
        assert ledger.read_ledger(connection, ["mon"]).empty
        assert not ledger.has_ledger(connection)


def test_one_gate_can_be_asked_for(gates) -> None:
    with viewer_transaction(sign_in("999901")) as connection:
        rows = ledger.read_ledger(connection, ["mon", "tue"], gate_id=-3)
    assert rows["date_type"].tolist() == ["mon", "tue"]


def test_the_posts_of_a_gate_are_those_rostered_for_it_or_beside_it(gates) -> None:
    with viewer_transaction(sign_in("999901")) as connection:
        near = ledger.read_gate_posts(connection, gates[0], radius_m=60)
        far = ledger.read_gate_posts(connection, gates[0], radius_m=10)
    assert near[["post_code", "start", "end"]].to_numpy().tolist() == [["P000", 420, 480]]
    assert near["distance_m"].iloc[0] == pytest.approx(46, abs=3)
    assert far.empty
    with unit_of_work(DbRole.OWNER) as connection:
        connection.execute(text("UPDATE core.duty SET school_code = 'S000', gate = '东门'"))
        connection.commit()
    with viewer_transaction(sign_in("999901")) as connection:
        assert len(ledger.read_gate_posts(connection, gates[0], radius_m=10)) == 1
        assert ledger.read_gate_posts(connection, gates[1], radius_m=10).empty

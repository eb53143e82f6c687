"""Commanders change a day, give orders and try plans on the page; every button does what it says, for them alone."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely
from sqlalchemy import text as sql
from starlette.requests import Request

from dashboard import orders_print
from dashboard.components import command_ledger as ledger_page
from dashboard.components import (
    gate_card,
    ledger_filters,
    ledger_headline,
    ledger_totals,
    orders_part,
    plan_today,
)
from data.messages import LANGS, text
from data.session import unit_of_work
from data.settings import DbRole
from tests.app.signed_in import look_as
from tests.app.small_district import SOUTH, STEP_DEG, WEST, make_district, put
from tests.app.small_ledger import WEDNESDAY, at, put_gates, put_ledger, row, week
from tests.database.viewers import sign_in

if TYPE_CHECKING:
    import pandas as pd
    from streamlit.testing.v1 import AppTest

CLOCKS = (
    gate_card, ledger_filters, ledger_headline, ledger_totals, ledger_page, orders_part, orders_print,
    plan_today,
)  # fmt: skip


def zh(key: str, **params: object) -> str:
    return text(f"plan.{key}", "zh", **params)


@pytest.fixture
def gates(page, monkeypatch) -> list[int]:
    """Six schools along one road: every second one has a post at its gate; a police station with a car."""
    for module in CLOCKS:
        monkeypatch.setattr(module, "local_now", lambda _zone: at(WEDNESDAY, "06:30"))
    make_district(schools=6, posts=4)
    ids = put_gates(6)
    road = shapely.LineString([(WEST - 0.01, SOUTH), *((WEST + STEP_DEG * n, SOUTH) for n in range(7))])
    put("road", gpd.GeoDataFrame({"code": ["R"], "class": ["primary"], "oneway": [False]}, geometry=[road], crs="EPSG:4490"))  # fmt: skip
    station = {
        "code": ["ST"],
        "name": ["城东派出所"],
        "type": ["police_station"],
        "force": ["police"],
        "mobility": ["car"],
    }
    put("post", gpd.GeoDataFrame(station, geometry=[shapely.Point(WEST + 0.03, SOUTH)], crs="EPSG:4490"))
    put_ledger(week([row(gate, n, "no_post") for n, gate in enumerate(ids)]))
    return ids


def rows(statement: str) -> list[tuple[Any, ...]]:
    with unit_of_work(DbRole.OWNER) as connection:
        return [tuple(each) for each in connection.execute(sql(statement))]


def group(app: AppTest, key: str):
    return next(each for each in app.get("button_group") if each.key.startswith(key))


def press(app: AppTest, key: str) -> AppTest:
    return next(each for each in app.button if each.key and each.key.startswith(key)).click().run()


def table(app: AppTest, column: str) -> pd.DataFrame:
    return next(each.value for each in app.dataframe if column in each.value)


def texts(app: AppTest) -> list[str]:
    return [each.value for each in app.text]


# --- today


def test_a_change_for_today_takes_three_clicks_and_is_undone_in_one(page, gates) -> None:
    app = page(gate=str(gates[0]))
    group(app, "change_post_").set_value("P000").run()
    group(app, "change_kind_").set_value("absent").run()
    press(app, "change_confirm_")
    assert not app.exception
    assert texts(app) == [f"护学岗1 · {zh('change.absent')}"]
    changes = "SELECT post_code, change, date::text, revoked_at IS NULL FROM work.duty_change ORDER BY id"
    assert rows(changes) == [("P000", "absent", "2026-03-04", True)]
    assert rows("SELECT kind, args FROM work.job") == [("build", {"jobs": ["all"], "changed": True})]
    press(app, "undo_change_")
    assert texts(app) == []
    assert rows(changes) == [("P000", "absent", "2026-03-04", False)]
    assert rows("SELECT count(*) FROM work.job") == [(2,)]


def test_another_post_stands_in_or_the_hours_are_others(page, gates) -> None:
    app = page(gate=str(gates[0]))
    group(app, "change_post_").set_value("P000").run()
    group(app, "change_kind_").set_value("replaced").run()
    assert next(each for each in app.button if each.key.startswith("change_confirm_")).disabled
    next(each for each in app.selectbox if each.key.startswith("change_by_")).set_value("ST").run()
    press(app, "change_confirm_")
    group(app, "change_post_").set_value("P000").run()
    group(app, "change_kind_").set_value("hours").run()
    start = next(each for each in app.time_input if each.key.startswith("change_start_"))
    assert start.value == time(7, 0)
    start.set_value(time(7, 30)).run()
    press(app, "change_confirm_")
    assert not app.exception
    assert texts(app) == [f"护学岗1 · {zh('today.hours', start='07:30', end='08:00')}"]
    assert rows("SELECT change, replaced_by, start, revoked_at IS NULL FROM work.duty_change ORDER BY id") == [
        ("replaced", "ST", None, False), ("hours", None, time(7, 30), True)
    ]  # fmt: skip


def test_a_day_that_is_past_is_not_changed(page, gates, monkeypatch) -> None:
    monkeypatch.setattr(plan_today, "local_now", lambda _zone: at(WEDNESDAY.replace(day=5), "06:30"))
    app = page(gate=str(gates[0]))
    assert zh("today.past") in [info.value for info in app.info]
    assert not [each for each in app.get("button_group") if each.key.startswith("change_post_")]


# --- orders


def test_open_gates_have_the_posts_that_can_come_and_one_order_a_post(page, gates) -> None:
    app = page(tool="orders")
    assert not app.exception
    shown = table(app, "post_1")
    # P000 and P002 leave ten minutes of their windows open; nobody stands at the other four gates
    assert len(shown) == 6
    assert shown["post_1"].str.contains("城东派出所").all()
    assert (shown["order"] == "城东派出所").sum() == 1
    code = app.code[0].value
    assert "城东派出所" in code
    assert zh("orders.no_station") in code
    assert app.get("link_button")[0].proto.url == "/print/orders?date=2026-03-04&slot=morning_in&lang=zh"


def test_nobody_who_could_not_be_there_in_time_is_asked(page, gates, monkeypatch) -> None:
    monkeypatch.setattr(orders_part, "local_now", lambda _zone: at(WEDNESDAY, "07:05"))
    app = page(tool="orders", slot="morning_in")
    assert not app.exception
    assert (table(app, "post_1")["post_1"] == "–").all()
    assert app.get("link_button") == []


def printed(query: str):
    return orders_print._orders(
        Request(
            {
                "type": "http",
                "path": "/print/orders",
                "query_string": query.encode(),
                "headers": [(b"host", b"x")],
            }
        )
    )


def test_the_list_to_print_is_a_page_without_scripts_that_no_cache_keeps(gates) -> None:
    for lang in LANGS:
        answer = printed(f"date=2026-03-04&slot=morning_in&lang={lang}")
        body = answer.body.decode()
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")
        assert "<script" not in body
        assert "@page { size: A4" in body
        for key in ("pages.internal", "plan.print.tick", f"pages.role.{'local'}"):
            assert text(key, lang) in body
        for word in ("2026-03-04 06:30", "城东派出所", "训练第"):
            assert word in body
        assert body.count('class="tick"') == 1
    for query in ("", "date=2026-03-04", "date=2026-03-04&slot=all", "date=x&slot=morning_in",
                  "date=2026-03-03&slot=morning_in", "date=2026-04-04&slot=morning_in"):  # fmt: skip
        assert printed(query).status_code == 404


# --- plans


def add_move(app: AppTest, post: str, gate: int) -> None:
    app.selectbox(key="plan_post").set_value(post).run()
    next(each for each in app.selectbox if each.key.startswith("plan_gate_")).set_value(gate).run()
    press(app, "plan_make")


def metrics(app: AppTest) -> list[str]:
    return [each.value for each in app.metric]


def test_a_moved_post_wins_one_gate_and_loses_another_before_anything_is_saved(page, gates) -> None:
    app = page(tool="plan")
    add_move(app, "P000", gates[5])
    assert not app.exception
    assert texts(app) == ["1. " + zh("says.move_post", post="护学岗1", place="训练第6学校 东门")]
    # an hour of five school days at each
    assert metrics(app)[:4] == ["300", "300", "1", "1"]
    changed = table(app, zh("response_change"))
    assert len(changed) >= 2
    assert rows("SELECT count(*) FROM work.plan") == [(0,)]
    press(app, "plan_leave_out_")
    assert zh("empty") in [info.value for info in app.info]


def test_every_kind_of_change_can_be_made(page, gates) -> None:
    app = page(tool="plan")
    group(app, "plan_kind").set_value("remove_post").run()
    app.selectbox(key="plan_post").set_value("P002").run()
    press(app, "plan_make")
    group(app, "plan_kind").set_value("set_hours").run()
    app.selectbox(key="plan_post").set_value("P000").run()
    app.text_input(key="plan_hours_P000").set_value("07:00－08:10").run()
    assert zh("bad_hours") in [warning.value for warning in app.warning]
    app.text_input(key="plan_hours_P000").set_value("07:00-08:10").run()
    press(app, "plan_make")
    group(app, "plan_kind").set_value("add_post").run()
    app.text_input(key="plan_position").set_value(f"{WEST + 4 * STEP_DEG}, {SOUTH}").run()
    press(app, "plan_make")
    assert not app.exception
    assert [line.split(".")[0] for line in texts(app)] == ["1", "2", "3"]
    # P002's gate loses 300, P000's wins 50, the new post's wins 350
    assert metrics(app)[:4] == ["400", "300", "2", "1"]
    group(app, "plan_kind").set_value("remove_post").run()
    assert "护学岗3" not in app.selectbox(key="plan_post").options


def test_a_plan_is_kept_opened_updated_compared_and_deleted(page, gates) -> None:
    app = page(tool="plan")
    add_move(app, "P000", gates[5])
    app.text_input(key="plan_name").set_value("东线").run()
    press(app, "plan_save")
    assert rows(
        "SELECT name, changes -> 0 ->> 'code', result -> 'any_force' ->> 'gates_won' FROM work.plan"
    ) == [("东线", "P000", "1")]
    press(app, "plan_save")
    assert text("plan.name_taken", "zh", name="东线") in [error.value for error in app.error]
    app.text_input(key="plan_name").set_value("西线").run()
    press(app, "plan_save")

    other = page(tool="plan")
    plans = dict(rows("SELECT name, id FROM work.plan"))
    other.selectbox(key="plan_open").set_value(plans["西线"]).run()
    assert len(texts(other)) == 1
    add_move(other, "P002", gates[4])
    press(other, "plan_rewrite")
    assert rows("SELECT jsonb_array_length(changes) FROM work.plan ORDER BY id") == [(1,), (2,)]
    other.selectbox(key="plan_side_a").set_value(plans["东线"]).run()
    other.selectbox(key="plan_side_b").set_value(plans["西线"]).run()
    assert not other.exception
    compared = table(other, zh("measure"))
    assert compared["东线"].tolist()[:4] == ["300", "300", "1", "1"]
    assert compared["西线"].tolist()[:4] == ["600", "600", "2", "2"]
    press(other, "plan_delete")
    assert rows("SELECT name FROM work.plan") == [("东线",)]


def test_a_name_with_a_telephone_number_is_not_saved(page, gates) -> None:
    app = page(tool="plan")
    add_move(app, "P000", gates[5])
    app.text_input(key="plan_name").set_value("找13912345678").run()
    assert next(each for each in app.button if each.key == "plan_save").disabled


# --- rights


def test_the_tools_are_for_commanders_alone(page, gates, monkeypatch) -> None:
    for role, sees in (("commander", True), ("committee", False), ("bureau", False)):
        token = sign_in(sees_all=True, role=role)
        look_as(monkeypatch, token)
        app = page(gate=str(gates[0]))
        assert not app.exception
        groups = app.get("button_group")
        assert any(each.key and each.key.startswith("tool_") for each in groups) == sees, role
        assert printed("date=2026-03-04&slot=morning_in").status_code == (200 if sees else 404)


def test_a_district_without_roads_or_posts_gets_sentences(page, monkeypatch) -> None:
    for module in CLOCKS:
        monkeypatch.setattr(module, "local_now", lambda _zone: at(WEDNESDAY, "06:30"))
    make_district(schools=2, posts=0)
    put_ledger(week([row(gate, n, "no_post") for n, gate in enumerate(put_gates(2))]))
    app = page(tool="orders")
    assert not app.exception
    assert zh("orders.no_roads") in [info.value for info in app.info]
    app = page(tool="today")
    assert zh("no_posts") in [info.value for info in app.info]
    assert not page(tool="plan").exception


def test_a_post_and_a_place_picked_on_the_map_fill_the_form_and_make_a_change(page, gates) -> None:
    app = page(tool="plan")
    app.session_state["plan_post"] = "P000"
    app.session_state["plan_picked"] = (WEST + 5 * STEP_DEG, SOUTH)
    app.run()
    assert app.text_input(key="plan_position").value == f"{WEST + 5 * STEP_DEG:.6f}, {SOUTH:.6f}"
    press(app, "plan_make")
    assert not app.exception
    assert len(texts(app)) == 1
    assert metrics(app)[1:4:2] == ["300", "1"]
    assert app.selectbox(key="plan_post").value is None
    assert app.session_state["plan_picked"] is None

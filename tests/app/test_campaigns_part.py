"""Campaigns on the page: made, changed, their tasks done, closed; what the worker said is there; bad words are refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely
import streamlit as st
from sqlalchemy import text as sql
from streamlit.testing.v1 import AppTest

from dashboard import campaign_queries, campaign_words
from dashboard.components.campaign_form import schools_of
from data.bulk import copy_frame
from data.messages import text
from data.session import unit_of_work
from data.settings import DbRole
from etl import worker
from geo.hexagons import cell_ids
from tests.app.signed_in import sign_in_as
from tests.app.small_district import SIZE_DEG, SOUTH, STEP_DEG, WEST, make_district
from tests.database.viewers import as_owner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TODAY = date.today()  # noqa: DTZ011 -- days are only counted from it
RUN = "INSERT INTO audit.run (job, as_of, params, code_version, input_hash, status) VALUES ('zones', now(), '{}', '0', '', 'done') RETURNING id"


def zh(key: str, **params: object) -> str:
    return text(f"campaigns.{key}", "zh", **params)


def put_zone() -> str:
    """One proposed zone of the first two schools."""
    shape = shapely.MultiPolygon([shapely.box(WEST, SOUTH, WEST + STEP_DEG + SIZE_DEG, SOUTH + SIZE_DEG)])
    as_owner("DELETE FROM out.focus_zone")
    run = as_owner(RUN)
    row = {"district_code": ["999901"], "zone_id": ["T1:S000"], "town_code": ["T1"], "police_area_codes": [[]],
           "school_codes": [["S000", "S001"]], "rank": [1], "score": [0.5], "terms": [{}], "weights": [{}],
           "is_enough_data": [True], "run_id": [run]}  # fmt: skip
    with unit_of_work(DbRole.OWNER) as connection:
        copy_frame(connection, "out.focus_zone", gpd.GeoDataFrame(row, geometry=[shape], crs="EPSG:4490"))
        connection.commit()
    return "T1:S000"


def script() -> None:
    from dashboard.app_pages.rectification import rectification_page

    rectification_page()


@pytest.fixture
def part(database: str, local_assets: None) -> Iterator[Callable[..., AppTest]]:
    """Open the part over six schools and a zone of two; arguments are the address's."""
    st.cache_data.clear()
    make_district(schools=6, posts=0)
    put_zone()

    def opened(**address: str) -> AppTest:
        app = AppTest.from_function(script, default_timeout=60)
        for name, value in {"rect": "campaigns", **address}.items():
            app.query_params[name] = value
        return app.run()

    yield opened
    st.cache_data.clear()


def said(app: Any) -> str:
    assert not app.exception
    parts = [*app.markdown, *app.caption, *app.info, *app.warning, *app.success, *app.error]
    return "\n".join([str(each.value) for each in parts] + [str(each.proto.body) for each in app.get("html")])


def field(app: Any, kind: str, ending: str) -> Any:
    return next(each for each in getattr(app, kind) if str(each.key).endswith(ending))


def make(app: Any, name: str = "春季集中整治", topic: str = "traffic_order") -> Any:
    app.button(key="campaign_new").click().run()
    field(app, "text_input", "_name").set_value(name)
    field(app, "selectbox", "_topic").set_value(topic)
    field(app, "multiselect", "_zones").set_value(["T1:S000"])
    field(app, "text_input", "_lead").set_value("政法委")
    field(app, "text_input", "_joint").set_value("公安分局、城管局，市场监管局")
    app.run()
    return app.button(key="campaign_save").click().run()


def work() -> None:
    while worker.step():
        pass


def test_an_empty_part_says_what_to_do(part) -> None:
    assert zh("none_yet") in said(part())


def test_a_campaign_is_made_with_its_zones_schools_and_the_workers_forecast_appears(part) -> None:
    app = make(part())
    told = said(app)
    assert zh("forecast_pending") in told
    row = campaign_queries.campaigns_listed()[0]
    assert (row["zones"], row["school_codes"]) == (["T1:S000"], ["S000", "S001"])
    assert row["joint_units"] == ["公安分局", "城管局", "市场监管局"]
    assert row["district_code"] == "999901"
    work()
    again = said(part())
    assert zh("forecast_pending") not in again
    assert zh("limit.no_before") in again
    assert "春季集中整治" in again
    assert zh("topic.traffic_order") in again


def test_words_that_none_may_write_are_refused_on_the_page(part) -> None:
    app = make(part(), name="涉校欺凌专项整治")
    assert zh("persons_named") in said(app)
    assert campaign_queries.campaigns_listed() == []
    field(app, "text_input", "_name").set_value("联系13812345678").run()
    app.button(key="campaign_save").click().run()
    assert zh("personal") in said(app)
    assert campaign_queries.campaigns_listed() == []


def test_a_campaign_is_changed_and_closed_and_then_stays(part) -> None:
    app = make(part())
    app.button(key="campaign_edit").click().run()
    assert field(app, "text_input", "_joint").value == "公安分局、城管局、市场监管局"
    field(app, "text_input", "_name").set_value("夏季集中整治").run()
    app.button(key="campaign_save").click().run()
    assert campaign_queries.campaigns_listed()[0]["name"] == "夏季集中整治"
    app.button(key="campaign_close").click().run()
    assert zh("result_pending") in said(app)
    work()
    app = part()
    told = said(app)
    assert zh("limit.no_before") in told
    assert zh("small_counts") in told
    assert not [each for each in app.button if each.key in ("campaign_edit", "campaign_close")]


def test_tasks_are_written_down_marked_done_and_late_ones_stand_out(part) -> None:
    app = make(part())
    for item, days in (("清理占道摊点", 5), ("补划停车线", -3)):
        field(app, "text_input", "_item").set_value(item)
        next(
            each
            for each in app.text_input
            if str(each.key).startswith("task_campaign") and str(each.key).endswith("_lead")
        ).set_value("城管局")
        field(app, "date_input", "_deadline").set_value(TODAY + timedelta(days=days))
        next(
            each
            for each in app.button
            if str(each.key).startswith("task_campaign") and str(each.key).endswith("_add")
        ).click()
        app.run()
    told = said(app)
    assert "campus-task--late" in told
    assert zh("task.late", days="3") in told
    assert zh("tasks_late", late="1") in told
    late = next(task for task in campaign_queries.tasks_listed() if task["item"] == "补划停车线")
    app.button(key=f"campaign_task_mark_{late['id']}").click().run()
    told = said(app)
    assert "campus-task--late" not in told
    assert zh("tasks_done", done="1", all="2") in told
    app.button(key=f"campaign_task_mark_{late['id']}").click().run()
    assert "campus-task--late" in said(app)


def test_what_a_meeting_decided_is_typed_back_as_a_task(part) -> None:
    app = part()
    field(app, "text_input", "_item").set_value("设置临时停车区")
    next(each for each in app.text_input if str(each.key) == "task_meeting_0_lead").set_value("交警大队")
    app.selectbox(key="task_meeting_0_belongs").set_value((None, "T1:S000"))
    app.button(key="task_meeting_0_add").click().run()
    [task] = campaign_queries.tasks_listed()
    assert (task["origin"], task["zone_id"], task["campaign_id"]) == ("meeting", "T1:S000", None)
    assert "设置临时停车区" in said(app)


def test_a_halved_rate_reads_as_an_effect_with_its_interval_ring_and_matching(part) -> None:
    make(part())
    numbers = {"events": 9, "days": 60, "per_month": 4.6}
    result = {
        "verdict": "effect", "key": "campaigns.verdict.effect", "power_halved": 0.93,
        "params": {"before": 80, "after": 9, "expected": "19", "power": 93, "enough": 80, "share": 92, "change": "-53", "low": "-70", "high": "-25"},
        "treated": {"before": numbers, "after": numbers}, "controls": {"before": numbers, "after": numbers},
        "ring": {"verdict": "rose", "key": "campaigns.ring.rose", "before": numbers, "after": numbers,
                 "params": {"before": 20, "after": 60, "change": "+200", "low": "+90", "high": "+380"}},
        "matching": {"pairs": [{"treated": "S000", "control": "S003", "distance": 0.2, "is_same_stage": True}],
                     "balance": [{"feature": "pupils", "treated": 900.0, "candidates": 500.0, "matched": 880.0,
                                  "difference_before": 0.8, "difference_after": 0.05}]},
        "known": {"first": "2024-01-01", "end": "2026-01-01"}, "day": "2026-01-02", "run_id": 7, "asked": "x",
    }  # fmt: skip
    with unit_of_work(DbRole.OWNER) as connection:
        from sqlalchemy import JSON, bindparam

        connection.execute(
            sql("UPDATE work.campaign SET closed_at = now(), result = :r").bindparams(bindparam("r", type_=JSON)), {"r": result}
        )  # fmt: skip
        connection.commit()
    told = said(part())
    assert zh("verdict.effect", **result["params"]) in told
    assert zh("ring.rose", **result["ring"]["params"]) in told
    assert zh("short.effect") in told
    assert "93%" in told
    assert "训练第4学校" in told
    assert "+0.05" in told


def test_schools_of_drawn_zones_are_those_within_a_hexagon_of_them(part) -> None:
    part()
    import pandas as pd

    schools = pd.DataFrame({"code": ["near", "far"], "lon": [WEST, WEST + 0.01], "lat": [SOUTH, SOUTH]})
    cells = tuple(cell_ids([WEST + 0.001], [SOUTH]).tolist())
    ranked = pd.DataFrame({"zone_id": ["z"], "school_codes": [["a"]]})
    assert schools_of(["z", cells], ranked, schools) == ["a", "near"]
    assert schools_of([], ranked, schools) == []


@pytest.mark.parametrize(
    ("written", "units"), [("公安、城管,公安；市监", ("公安", "城管", "市监")), ("", ()), (" 、 ", ())]
)
def test_units_are_read_as_people_list_them(written: str, units: tuple[str, ...]) -> None:
    assert campaign_words.units_of(written) == units


@pytest.mark.parametrize("role", ["bureau", "unit"])
def test_who_does_not_decide_has_no_part_on_campaigns(part, monkeypatch, role: str) -> None:
    make(part())
    sign_in_as(monkeypatch, role)
    app = part()
    assert "春季集中整治" not in said(app)
    assert not [each for each in app.button if str(each.key).startswith("campaign")]

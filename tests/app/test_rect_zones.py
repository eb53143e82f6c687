"""Ranked zones on the page: sliders rank anew at once, what is saved is kept, and only the committee decides."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import streamlit as st
from sqlalchemy import text as sql
from streamlit.testing.v1 import AppTest

from data.messages import LANGS, text
from data.session import unit_of_work
from data.settings import DbRole
from etl.build import build
from geo.zone_scores import TERMS
from tests.app.signed_in import sign_in_as
from tests.app.small_district import make_district, put_schools
from tests.app.small_ledger import put_gates
from tests.database.test_focus_zones import put_events
from tests.database.viewers import account_of, as_owner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TAG = re.compile(r"<[^>]+>")
NAMES = [f"训练一镇·训练第{n}学校" for n in range(1, 5)]


def zh(key: str, **params: object) -> str:
    return text(f"zones.{key}", "zh", **params)


def script() -> None:
    from dashboard.app_pages.rectification import rectification_page

    rectification_page()


@pytest.fixture
def page(database: str, local_assets: None) -> Iterator[Callable[..., AppTest]]:
    """Open the page; arguments are the address's."""
    st.cache_data.clear()

    def opened(**address: str) -> AppTest:
        app = AppTest.from_function(script, default_timeout=60)
        for name, value in address.items():
            app.query_params[name] = value
        return app.run()

    yield opened
    st.cache_data.clear()


@pytest.fixture
def zones(page: Callable[..., AppTest]) -> Callable[..., AppTest]:
    """Four schools far apart: the first has the events, the last has the pupils."""
    make_district(schools=4, posts=0, built=False)
    put_gates(4)
    put_events(list(range(1, 31)))
    as_owner("UPDATE core.school SET pupils = 100 * (1 + right(code, 1)::int)")
    build(["zones"])
    return page


def rows(statement: str) -> list[tuple[Any, ...]]:
    with unit_of_work(DbRole.OWNER) as connection:
        return [tuple(each) for each in connection.execute(sql(statement))]


def html(app: AppTest) -> str:
    return "\n".join(TAG.sub(" ", each.proto.body) for each in app.get("html"))


def listed(app: AppTest) -> list[str]:
    return [each.label for each in app.button if (each.key or "").startswith("zone_row_")]


def slider(app: AppTest, term: str) -> Any:
    return next(each for each in app.slider if each.key.endswith(f"_{term}"))


def button(app: AppTest, key: str) -> Any:
    return next((each for each in app.button if each.key == key), None)


@pytest.mark.parametrize("lang", LANGS)
def test_without_zones_the_page_says_so(page, lang) -> None:
    app = page(lang=lang)
    assert not app.exception
    assert [each.value for each in app.info] == [text("zones.empty.no_zones", lang)]


@pytest.mark.parametrize("lang", LANGS)
def test_the_list_stands_in_the_builds_order_with_its_doubt_and_its_caution(zones, lang) -> None:
    app = zones(lang=lang)
    assert not app.exception
    order = rows("SELECT rank, school_codes[1] FROM out.focus_zone ORDER BY rank, zone_id")
    assert [label.split("学校")[0][-1] for label in listed(app)] == [
        str(int(code[1:]) + 1) for _, code in order
    ]
    said = html(app)
    assert text("zones.caution", lang) in said
    assert text("zones.interval.one", lang, low=text("zones.ordinal.1", lang, n=1)) in said
    assert text("zones.weights.default", lang) in " ".join(each.value for each in app.caption)
    hidden = ("Gi*", "Dirichlet", "shrink", "狄利克雷", "收缩")
    assert not [word for word in hidden if word in said]


def test_a_district_without_events_or_data_says_that_nothing_can_be_told(page) -> None:
    put_schools(3)
    build(["zones"])
    app = page()
    assert not app.exception
    assert zh("headline.nothing", count=3) in html(app)
    assert [label.split(" ")[0] for label in listed(app)] == [zh("place.tied", place="第1")] * 3
    assert html(app).count(zh("not_enough")) >= 3
    notes = zh("unknown_terms", terms=" · ".join(zh(f"term.{term}") for term in TERMS))
    assert notes in html(app)


def test_moving_the_weights_ranks_anew_at_once_and_writes_nothing(zones) -> None:
    app = zones()
    assert listed(app)[0].endswith(NAMES[0])
    assert "九成把握" in html(app)
    for term in TERMS:
        slider(app, term).set_value(100 if term == "pupils" else 0)
    app.run()
    assert listed(app) == [f"第{n} {name}" for n, name in enumerate(reversed(NAMES), start=1)]
    # the build's intervals are of other weights: none is shown for these
    assert "九成把握" not in html(app)
    assert zh("headline.trying", count=4, name=NAMES[3], place="全区") in html(app)
    assert rows("SELECT count(*) FROM work.weighting") == rows("SELECT count(*) FROM work.job") == [(0,)]
    button(app, "zone_weights_reset").click().run()
    assert listed(app)[0].endswith(NAMES[0])
    assert "九成把握" in html(app)


def test_weights_that_are_all_zero_are_refused_with_a_sentence(zones) -> None:
    app = zones()
    for term in TERMS:
        slider(app, term).set_value(0)
    app.run()
    assert not app.exception
    assert text("zones.bad_weights", "zh") in [each.value for each in app.warning]
    assert button(app, "zone_weights_save").disabled
    assert len(listed(app)) == 4


def test_what_the_committee_saves_holds_for_everybody_and_is_built(zones, monkeypatch) -> None:
    token = sign_in_as(monkeypatch, "committee")
    app = zones()
    slider(app, "pupils").set_value(100)
    slider(app, "incident_rate").set_value(0).run()
    button(app, "zone_weights_save").click().run()
    assert not app.exception
    ((weights, by),) = rows("SELECT weights, set_by FROM work.weighting")
    assert (weights["pupils"], weights["incident_rate"], by) == (100, 0, account_of(token))
    assert rows("SELECT kind, args, status FROM work.job") == [("build", {"jobs": ["zones"]}, "queued")]

    sign_in_as(monkeypatch, "commander")
    other = zones()
    assert (slider(other, "pupils").value, slider(other, "incident_rate").value) == (100, 0)
    assert listed(other)[0].endswith(NAMES[3])
    said = " ".join(each.value for each in other.caption)
    assert f"账号{by}（{zh('weights.committee')}）" in said
    assert zh("weights.waiting") in said
    assert "九成把握" not in html(other)
    build(["zones"])
    other.run()
    assert "九成把握" in html(other)
    assert zh("headline.by_committee") in html(other)


def test_a_zone_is_decided_with_a_reason_and_taken_back(zones, monkeypatch) -> None:
    token = sign_in_as(monkeypatch, "committee")
    app = zones(zone="T1:S001")
    field = next(each for each in app.text_input if each.key.startswith("zone_reason_"))
    field.set_value("联系人13812345678").run()
    button(app, "zone_decide").click().run()
    assert [each.value for each in app.error] == [zh("personal_reason")]
    assert rows("SELECT count(*) FROM work.zone_choice") == [(0,)]
    next(each for each in app.text_input if each.key.startswith("zone_reason_")).set_value(
        "校门口占道经营"
    ).run()
    button(app, "zone_decide").click().run()
    assert not app.exception
    assert rows("SELECT zone_id, decision, reason, set_by FROM work.zone_choice") == [
        ("T1:S001", "decided", "校门口占道经营", account_of(token))
    ]
    assert "校门口占道经营" in html(app)
    assert zh("headline.decided", decided=1) in html(app)
    assert button(app, "zone_decide") is None

    other = zones(zone="T1:S001")
    assert f"账号{account_of(token)}" in html(other)
    button(other, "zone_take_back").click().run()
    button(other, "zone_decline").click().run()
    decisions = rows("SELECT decision, revoked_at IS NULL FROM work.zone_choice ORDER BY id")
    assert decisions == [("decided", False), ("declined", True)]
    assert zh("mark.declined") in html(other)


def test_a_decision_says_when_the_zones_schools_have_changed_since(zones) -> None:
    app = zones(zone="T1:S000")
    button(app, "zone_decline").click().run()
    as_owner("UPDATE work.zone_choice SET school_codes = '{S000,S009}'")
    st.cache_data.clear()
    app = zones(zone="T1:S000")
    assert zh("choice.changed") in [each.value for each in app.caption]


def test_a_commander_tries_weights_but_sets_and_decides_nothing(zones, monkeypatch) -> None:
    sign_in_as(monkeypatch, "commander")
    app = zones(zone="T1:S000")
    assert not app.exception
    assert button(app, "zone_weights_save") is None
    assert button(app, "zone_decide") is None
    assert zh("weights.only_committee") in [each.value for each in app.caption]
    slider(app, "pupils").set_value(100)
    slider(app, "incident_rate").set_value(0).run()
    assert listed(app)[0].endswith(NAMES[3])


@pytest.mark.parametrize("role", ["bureau", "school", "unit", "steward", "auditor", "admin"])
def test_nobody_else_is_shown_any_zone(zones, monkeypatch, role) -> None:
    sign_in_as(monkeypatch, role)
    app = zones(rect="zones", zone="T1:S000")
    assert not app.exception
    assert listed(app) == []
    assert not app.slider
    assert NAMES[0] not in html(app)


def test_the_selected_zone_says_why_and_what_would_take_it_off(zones) -> None:
    as_owner(
        "INSERT INTO core.setting (key, value, valid_from, set_by) VALUES ('zone_first_places', '1', '2026-01-01', 'test')"
    )
    build(["zones"])
    st.cache_data.clear()
    said = html(zones(zone="T1:S000"))
    assert zh("why.incident_rate", days=30, events=30, value="").split("约")[0] in said
    assert zh("off.any", places=1) in said
    percent = rows(
        "SELECT way_off -> 'terms' -> 'incident_rate' -> 'amount' FROM out.focus_zone WHERE zone_id = 'T1:S000'"
    )
    assert zh("off.incident_rate", amount=percent[0][0]) in said

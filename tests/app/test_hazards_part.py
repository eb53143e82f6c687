"""Hazards on the page: counted, filtered, moved on by every button, added up; each role is offered what it may do."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import streamlit as st
from sqlalchemy import text as sql
from streamlit.testing.v1 import AppTest

from dashboard import queries
from dashboard.components import rect_hazards
from data.messages import LANGS, text
from data.repositories.hazard_steps import BUILD
from data.session import unit_of_work
from data.settings import DbRole
from tests.app.signed_in import look_as
from tests.app.small_district import make_district, place, put
from tests.app.small_ledger import at
from tests.database.viewers import sign_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TODAY = date(2026, 11, 2)
WORDS = ["护栏缺失", "围墙破损", "照明不足", "路面破损", "机动车违停", "消防通道堵塞"]
DUE = [date(2026, 10, 20), date(2026, 10, 1), date(2026, 12, 1), None, date(2026, 11, 2), date(2026, 10, 30)]
WAY = "SELECT string_agg(step, ' ' ORDER BY id) FROM work.hazard_step"


def script() -> None:
    from dashboard.app_pages.rectification import rectification_page

    rectification_page()


def zh(key: str, **params: object) -> str:
    return text(f"hazards.{key}", "zh", **params)


@pytest.fixture
def part(
    database: str, local_assets: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., AppTest]]:
    """Open the part over three schools; arguments are the address's."""
    monkeypatch.setattr(rect_hazards, "local_now", lambda _zone: at(TODAY, "10:00"))
    make_district(schools=3, posts=0)
    st.cache_data.clear()

    def opened(**address: str) -> AppTest:
        app = AppTest.from_function(script, default_timeout=60)
        for name, value in {"rect": "hazards", **address}.items():
            app.query_params[name] = value
        return app.run()

    yield opened
    st.cache_data.clear()


@pytest.fixture
def hazards(part: Callable[..., AppTest]) -> None:
    """Six hazards: three overdue; the second without a place, the fourth without a deadline."""
    zone = ZoneInfo("Asia/Shanghai")
    rows = pd.DataFrame({
        "code": [f"H{number}" for number in range(6)], "category": WORDS,
        "found_at": [datetime(2026, 9, 1 + number, 9, tzinfo=zone) for number in range(6)],
        "deadline": pd.Series(DUE, dtype=object),
        "party": ["department", "school", "locality", None, "regulator", "regulator"],
        "unit": ["交通局", "二小", None, "交通局", "交警", "消防"],
        "school_code": [None, "S001", None, None, None, None],
    })  # fmt: skip
    shapes = [None if number == 1 else shapely.Point(*place(number % 3)) for number in range(6)]
    put("hazard", gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4490"))


def value(statement: str) -> Any:
    with unit_of_work(DbRole.OWNER) as connection:
        return connection.execute(sql(statement)).scalar_one()


def told(app: AppTest) -> list[str]:
    """The numbers of the sentence: found, open, overdue, waiting, closed, median."""
    html = next(each.proto.body for each in app.get("html") if "campus-headline" in each.proto.body)
    return [part.partition("</strong>")[0] for part in html.split("<strong>")[1:]]


def card(app: AppTest) -> str:
    return next(each.proto.body for each in app.get("html") if "campus-card" in each.proto.body)


def listed(app: AppTest) -> pd.DataFrame:
    return next(each.value for each in app.dataframe if "overdue" in each.value and "what" in each.value)


def press(app: AppTest, words: str) -> AppTest:
    return next(each for each in app.button if each.label == words).click().run()


def note(app: AppTest, words: str, step: str) -> None:
    next(each for each in app.text_input if each.key.startswith(f"hazard_note_{step}_")).set_value(words)


@pytest.mark.parametrize("lang", LANGS)
def test_without_hazards_the_page_says_where_they_come_from(part, lang) -> None:
    app = part(lang=lang)
    assert not app.exception
    said = text("hazards.none", lang)
    assert any(said in each.proto.body for each in app.get("html"))


@pytest.mark.parametrize("lang", LANGS)
def test_the_longest_overdue_stand_first_in_both_languages(part, hazards, lang) -> None:
    app = part(lang=lang, hazard="H1")
    assert not app.exception
    assert told(app)[:5] == ["6", "6", "3", "0", "0"]
    table = listed(app)
    assert table["what"].tolist()[:4] == ["围墙破损", "护栏缺失", "消防通道堵塞", "机动车违停"]
    assert table["overdue"].tolist()[:3] == [32, 13, 3]
    assert text("hazards.card.at_school", lang) in card(app)


def test_every_button_moves_the_hazard_on_and_the_headline_with_it(part, hazards) -> None:
    app = part(hazard="H0")
    next(each for each in app.selectbox if each.key.startswith("assign_unit_")).set_value("交警")
    next(each for each in app.date_input if each.key.startswith("assign_due_")).set_value(date(2026, 11, 20))
    note(app, "先设警示", "assigned")
    press(app, zh("assign.found"))
    assert not app.exception
    assert told(app)[:5] == ["6", "6", "2", "0", "0"]
    assert "先设警示" in card(app)
    assert "交警" in card(app)
    assert "2026-11-20" + zh("card.moved", day="2026-10-20") in card(app)
    press(app, zh("do.rectified"))
    assert told(app)[:5] == ["6", "6", "2", "1", "0"]
    press(app, zh("assign.rectified"))
    assert [each.value for each in app.warning] == [zh("error.reason")]
    note(app, "仍缺两米", "assigned")
    press(app, zh("assign.rectified"))
    for words in ("do.rectified", "do.verified", "do.closed"):
        press(app, zh(words))
    assert told(app)[:5] == ["6", "5", "2", "0", "1"]
    note(app, "又被拆除", "assigned")
    press(app, zh("assign.closed"))
    assert told(app)[:5] == ["6", "6", "2", "0", "0"]
    assert value(WAY) == "assigned rectified assigned rectified verified closed assigned"
    assert value("SELECT count(*) FROM work.job WHERE kind = 'build'") == 1
    assert value("SELECT args FROM work.job") == BUILD


def test_what_looks_like_a_number_of_a_person_is_refused_with_a_sentence(part, hazards) -> None:
    app = part(hazard="H0")
    note(app, "联系 13812345678", "assigned")
    press(app, zh("assign.found"))
    assert [each.value for each in app.warning] == [zh("error.personal")]
    assert value("SELECT count(*) FROM work.hazard_step") == 0


def test_an_assignment_names_a_unit(part, hazards) -> None:
    app = part(hazard="H2")
    press(app, zh("assign.found"))
    assert [each.value for each in app.warning] == [zh("error.unit")]
    assert value("SELECT count(*) FROM work.hazard_step") == 0


def test_of_two_pages_that_show_the_same_stage_the_slower_is_told(part, hazards) -> None:
    first, second = part(hazard="H0"), part(hazard="H0")
    press(first, zh("assign.found"))
    press(second, zh("assign.found"))
    assert [each.value for each in second.warning] == [zh("error.meanwhile")]
    assert value(WAY) == "assigned"
    assert zh("do.rectified") in [each.label for each in second.button]


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ({"hazard_party": "regulator"}, ["消防通道堵塞", "机动车违停"]),
        ({"hazard_unit": "交通局"}, ["护栏缺失", "路面破损"]),
        ({"hazard_late": "overdue"}, ["围墙破损", "护栏缺失", "消防通道堵塞"]),
        ({"hazard_stage": "closed"}, []),
        ({"hazard_party": "nobody", "hazard_stage": "x"}, None),
    ],
)
def test_filters_come_from_the_address(part, hazards, address, what) -> None:
    app = part(**address)
    assert not app.exception
    assert len(listed(app)) == 6 if what is None else listed(app)["what"].tolist() == what


def test_a_round_is_made_and_the_page_looks_at_what_was_found_in_it(part, hazards) -> None:
    app = part(hazard_level="round")
    for name, days in (("国庆", (5, 6)), ("秋季开学", (1, 3))):
        next(each for each in app.text_input if each.key.startswith("round_name_")).set_value(name)
        for key, day in zip(("round_first_", "round_last_"), days, strict=True):
            next(each for each in app.date_input if each.key.startswith(key)).set_value(date(2026, 9, day))
        press(app, zh("round.make"))
    assert not app.exception
    assert told(app)[:3] == ["3", "3", "2"]
    sums = next(each.value for each in app.dataframe if "median_days" in each.value)
    assert sums[["name", "found", "overdue"]].to_numpy().tolist() == [["国庆", 2, 1], ["秋季开学", 3, 2]]


@pytest.mark.parametrize(
    ("role", "offered"),
    [("committee", True), ("bureau", True), ("unit", False), ("school", False), ("steward", False)],
)
def test_each_role_is_offered_what_it_may_do(part, hazards, monkeypatch, role, offered) -> None:
    token = sign_in("999901", role=role)
    look_as(monkeypatch, token)
    app = part(hazard="H0")
    assert not app.exception
    labels = [each.label for each in app.button]
    assert (zh("assign.found") in labels) is offered
    assert (zh("round.make") in labels) is offered


def test_a_unit_says_what_it_put_right(part, hazards, monkeypatch) -> None:
    press(part(hazard="H0"), zh("assign.found"))
    token = sign_in("999901", role="unit", unit="交通局")
    look_as(monkeypatch, token)
    app = part(hazard="H0")
    press(app, zh("do.rectified"))
    assert value(WAY) == "assigned rectified"
    assert zh("do.verified") not in [each.label for each in app.button]
    assert [each.value for each in app.caption if each.value == zh("step.none")]


def test_two_viewers_of_one_process_see_their_own_hazards(part, hazards, monkeypatch) -> None:
    tokens = {"999901": sign_in("999901"), "999902": sign_in("999902")}
    for district, is_theirs in (("999901", True), ("999902", False), ("999901", True)):
        look_as(monkeypatch, tokens[district])
        app = part()
        assert not app.exception
        assert any("campus-headline" in each.proto.body for each in app.get("html")) is is_theirs
        wanted = queries.Wanted(200, "all", "school_day")
        assert len(queries.features("hazard", wanted)) == (6 if is_theirs else 0)

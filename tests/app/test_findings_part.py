"""Findings and the rule book on the page: counted, filtered, printed; the committee's rule changes the next build."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely
import streamlit as st
from sqlalchemy import text as sql
from starlette.requests import Request
from streamlit.testing.v1 import AppTest

from dashboard import dispute_sheet, finding_queries
from data.messages import LANGS, text
from data.session import unit_of_work
from data.settings import DbRole
from etl import worker
from etl.build import build
from tests.app.signed_in import look_as
from tests.app.small_district import SIZE_DEG, make_district, place, put
from tests.database.viewers import sign_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEG_M = 110_900.0
"""Metres in a degree of latitude here."""
WORDS = ["网吧", "网吧", "酒吧", "面馆", None]
OFFSETS_M = (100, 195, 50, 20, 20)
"""Venue n lies so far north of school n's ground; school 1 is a point."""


def script() -> None:
    from dashboard.app_pages.rectification import rectification_page

    rectification_page()


def zh(key: str, **params: object) -> str:
    return text(f"rules.{key}", "zh", **params)


def rows(statement: str) -> list[tuple[Any, ...]]:
    with unit_of_work(DbRole.OWNER) as connection:
        return [tuple(each) for each in connection.execute(sql(statement))]


@pytest.fixture
def part(database: str, local_assets: None) -> Iterator[Callable[..., AppTest]]:
    """Open a part over four schools and five venues; arguments are the address's."""
    make_district(schools=4, posts=0, built=False)
    numbers = (0, 2, 3, 0, 2)
    places = [
        shapely.Point(x + SIZE_DEG / 2, y + SIZE_DEG + metres / DEG_M)
        for metres, (x, y) in zip(OFFSETS_M, map(place, numbers), strict=True)
    ]
    venues = {
        "code": [f"V{number}" for number in range(5)], "name": [f"甲{number}店" for number in range(5)],
        "category": WORDS, "licence_from": [date(2001, 1, 1), *[date(2020, 1, 1)] * 4],
    }  # fmt: skip
    put("venue", gpd.GeoDataFrame(venues, geometry=places, crs="EPSG:4490"))
    x, y = place(0)
    road = shapely.LineString([(x - 0.01, y - 0.0002), (x + 0.1, y - 0.0002)])
    put("road", gpd.GeoDataFrame({"code": ["R"], "class": ["primary"], "oneway": [False]}, geometry=[road], crs="EPSG:4490"))  # fmt: skip
    gates = {
        "code": ["G0", "G2"],
        "school_code": ["S000", "S002"],
        "name": ["大门", "大门"],
        "is_main": [True, True],
    }
    doors = [shapely.Point(place(number)) for number in (0, 2)]
    put("gate", gpd.GeoDataFrame(gates, geometry=doors, crs="EPSG:4490"))
    build(["all"])
    st.cache_data.clear()

    def opened(name: str = "findings", **address: str) -> AppTest:
        app = AppTest.from_function(script, default_timeout=60)
        for key, value in {"rect": name, **address}.items():
            app.query_params[key] = value
        return app.run()

    yield opened
    st.cache_data.clear()


def html(app: AppTest) -> str:
    return " ".join(each.value if hasattr(each, "value") else each.proto.body for each in app.get("html"))


def table(app: AppTest, column: str):
    return next(each.value for each in app.dataframe if column in each.value)


def test_findings_are_counted_and_listed_and_nothing_is_dropped_in_silence(part) -> None:
    app = part()
    assert not app.exception
    listed = table(app, "measure")
    assert listed["venue"].tolist() == ["甲0店", "甲1店"]
    assert listed["status"].tolist() == [zh("status.candidate"), zh("status.needs_survey")]
    assert zh("why.grandfathered") in listed["why"].tolist()
    assert zh("unchecked.title", count=2) in [each.label for each in app.expander]
    words = table(app, "venues")
    assert dict(zip(words["word"], words["venues"], strict=True)) == {zh("unchecked.missing"): 1, "面馆": 1}
    said = html(app)
    for banned in ("违规", "违法"):
        assert banned not in said


def test_the_card_shows_both_measures_the_rule_its_source_and_the_dates(part) -> None:
    app = part(venue="V0")
    said = html(app)
    assert 'data-venue="V0"' in said
    for words in (
        "100.",
        zh("why.grandfathered"),
        "互联网上网服务营业场所管理条例",
        "复函",
        "2001-01-01",
        "2002-11-15",
    ):
        assert words in said
    assert zh("metric.straight") in said
    assert zh("card.nothing") in html(part(venue="V3"))


def test_filters_stand_in_the_address(part) -> None:
    assert len(table(part(finding_rule="net-cafe-boundary"), "measure")) == 2
    assert len(table(part(finding_rule="net-cafe-walk"), "measure")) == 0
    assert set(table(part(finding_status="clear"), "measure")["metric"]) == {zh("metric.walk")}
    assert len(table(part(finding_town="T1", finding_category="internet_cafe"), "measure")) == 2
    assert table(part(finding_status="needs_survey"), "measure")["venue"].tolist() == ["甲1店"]


def sheet(address: str):
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/print/dispute",
        "query_string": address.encode(),
        "headers": [],
    }
    return dispute_sheet._dispute(Request(scope))


@pytest.mark.parametrize("lang", LANGS)
def test_a_sheet_holds_both_lines_numbers_rule_source_dates_run_and_account(part, lang: str) -> None:
    part()
    venue, school, rule, straight, walk, run = rows(
        "SELECT venue_code, school_code, rule_id, distance_straight_m, distance_walk_m, run_id FROM out.rule_finding AS f "
        "WHERE venue_code = 'V0' ORDER BY rule_id"
    )[0]
    answer = sheet(f"venue={venue}&school={school}&rule={rule}&lang={lang}")
    body = answer.body.decode()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-store")
    for words in (
        f"{straight:.3f}", f"{walk:.3f}", "复函", "2002-11-15", "2001-01-01", f" {run}<", 'class="straight"', 'class="walk"',
        'class="limit"', text("pages.internal", lang), text("pages.role.local", lang), text("rules.why.grandfathered", lang),
    ):  # fmt: skip
        assert words in body, words
    assert text("rules.sheet.moved_why", lang) not in body
    assert "违规" not in body
    assert "illegal" not in body.lower()


def test_the_drawing_is_to_scale(part) -> None:
    part()
    (rule,) = rows("SELECT id FROM core.rule WHERE code = 'net-cafe-boundary'")[0]
    case = finding_queries.case_of("V0", "S000", rule)
    assert case is not None
    body = sheet(f"venue=V0&school=S000&rule={rule}").body.decode()
    scale = int(re.search(r"(?<!\d)1:(\d+)", body)[1])
    start, end = (
        [float(word) for word in pair.split()]
        for pair in re.search(r'<path class="straight" d="M([^L]+)L([^"]+)"', body).groups()
    )
    millimetres = ((start[0] - end[0]) ** 2 + (start[1] - end[1]) ** 2) ** 0.5
    assert millimetres * scale / 1000 == pytest.approx(case.measured.straight_m, abs=0.02 * scale / 1000)


def test_a_sheet_says_when_the_data_moved_on(part) -> None:
    part()
    (rule,) = rows("SELECT id FROM core.rule WHERE code = 'net-cafe-boundary'")[0]
    with unit_of_work(DbRole.OWNER) as connection:
        connection.execute(
            sql("UPDATE core.venue SET geom = ST_Translate(geom, 0.0001, 0) WHERE code = 'V0'")
        )
        connection.commit()
    body = sheet(f"venue=V0&school=S000&rule={rule}").body.decode()
    assert text("rules.sheet.moved_why", "zh") in body


@pytest.mark.parametrize("address", ["", "venue=V0&school=S000&rule=x", "venue=V9&school=S000&rule=1", "venue=&school=&rule=1",
                                     "venue=V0&school=S000&rule=99999999999999999999"])  # fmt: skip
def test_no_finding_no_sheet(part, address: str) -> None:
    part()
    assert sheet(address).status_code == 404


def test_who_sees_no_school_gets_no_sheet(part, monkeypatch) -> None:
    part()
    (rule,) = rows("SELECT id FROM core.rule WHERE code = 'net-cafe-boundary'")[0]
    token = sign_in("111111", role="committee")
    look_as(monkeypatch, token)
    assert sheet(f"venue=V0&school=S000&rule={rule}").status_code == 404


def press(app: AppTest, label: str) -> AppTest:
    return next(each for each in app.button if each.label == label).click().run()


def test_the_book_says_what_wants_a_source(part) -> None:
    app = part("rules")
    assert not app.exception
    book = table(app, "code")
    assert book["code"].tolist()[:2] == ["net-cafe-boundary", "net-cafe-walk"]
    assert set(book.loc[book["code"] == "bar", "metres"]) == {zh("source_required")}
    assert not any(code.startswith("gd-") for code in book["code"])
    assert len(table(part("rules", rule_place="all"), "code")) > len(book)


def test_a_new_rule_needs_document_and_source_and_changes_the_next_build(part) -> None:
    app = part("rules")
    app.text_input(key="rule_code_0_").set_value("local-bar")
    app.selectbox(key="rule_category_0_").select("bar")
    app.multiselect(key="rule_stages_0_").set_value(["senior"])
    app.number_input(key="rule_metres_0_").set_value(80.0)
    app.selectbox(key="rule_side_0_").select("boundary")
    app = press(app, zh("form.save"))
    assert rows("SELECT count(*) FROM work.job WHERE kind = 'rule'") == [(0,)]
    assert any(zh("fault.document") in each.value and zh("fault.source") in each.value for each in app.error)
    app.text_input(key="rule_document_0_").set_value("某通知")
    app.text_input(key="rule_source_0_").set_value("某网页")
    app = press(app, zh("form.save"))
    assert rows("SELECT kind, args -> 'rule' ->> 'code' FROM work.job WHERE kind = 'rule'") == [
        ("rule", "local-bar")
    ]
    while worker.step():
        pass
    assert rows("SELECT f.venue_code, r.code FROM out.rule_finding AS f JOIN core.rule AS r ON r.id = f.rule_id "
                "WHERE r.venue_category = 'bar'") == [("V2", "local-bar")]  # fmt: skip
    app = app.run()
    assert zh("job.built") in [each.value for each in app.success]
    assert "甲2店" in table(part(), "measure")["venue"].tolist()


def test_others_read_the_book_and_are_offered_no_form(part, monkeypatch) -> None:
    part("rules")
    token = sign_in("999901", role="commander")
    look_as(monkeypatch, token)
    app = part("rules")
    assert not app.exception
    assert len(table(app, "code")) > 5
    assert zh("form.save") not in [each.label for each in app.button]


def test_without_venues_the_page_says_so(database: str, local_assets: None) -> None:
    st.cache_data.clear()
    make_district(schools=2, posts=0, built=False)
    app = AppTest.from_function(script, default_timeout=60)
    app.query_params["rect"] = "findings"
    assert zh("no_venues") in html(app.run())
    st.cache_data.clear()

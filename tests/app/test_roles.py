"""What each role sees of the pages: its own parts, its own rows, and nothing of anybody else's."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
import streamlit as st
from sqlalchemy import text as sql
from streamlit.testing.v1 import AppTest

from dashboard.components import ledger_filters
from data.messages import text
from data.rights import parts_of
from data.session import unit_of_work
from data.settings import DbRole
from tests.app.signed_in import look_as, sign_in_as
from tests.app.small_district import make_district
from tests.app.small_ledger import at, put_gates, put_ledger, row, week
from tests.app.small_zones import put_overdue_hazard, put_zones
from tests.database.viewers import sign_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WEDNESDAY = date(2026, 3, 4)
NAMES = [f"训练第{number}学校" for number in range(1, 5)]


def command() -> None:
    from dashboard.app_pages.command import command_page

    command_page()


def rectification() -> None:
    from dashboard.app_pages.rectification import rectification_page

    rectification_page()


@pytest.fixture
def district(database: str, local_assets: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Four schools with a gate each, of which only the first is guarded, a zone and a hazard each."""
    make_district(schools=4, posts=2)
    gates = put_gates(4)
    reasons = ["covered", "no_post", "not_on_duty", "no_post"]
    put_ledger(
        week([row(gate, n, reason) for n, (gate, reason) in enumerate(zip(gates, reasons, strict=True))])
    )
    put_zones(["S000", "S001"], events=(3, 1))
    for number in range(4):
        put_overdue_hazard(f"H{number}", f"S00{number}", f"第{number}单位")
    monkeypatch.setattr(ledger_filters, "local_now", lambda _zone: at(WEDNESDAY, "07:10"))
    st.cache_data.clear()
    yield gates
    st.cache_data.clear()


def opened(page: Callable[[], None], **address: str) -> AppTest:
    app = AppTest.from_function(page, default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def shown(app: AppTest) -> str:
    """Give all that the page says, its tables included."""
    tables = [frame.value.to_csv() for frame in app.dataframe]
    lists = [" ".join(map(str, box.options)) for box in app.selectbox]
    said = [
        getattr(each, "body", "") or str(each.value)
        for kind in ("markdown", "info", "caption")
        for each in app.get(kind)
    ]
    html = [each.proto.body for each in app.get("html")]
    return "\n".join([*tables, *lists, *said, *html])


def test_a_school_sees_its_own_gates_and_no_others(district, monkeypatch) -> None:
    sign_in_as(monkeypatch, "school", schools=["S001"])
    page = shown(opened(command))
    assert NAMES[1] in page
    assert [name for name in NAMES if name in page] == [NAMES[1]]


@pytest.mark.parametrize("role", ["commander", "committee", "bureau"])
def test_those_who_oversee_see_every_gate_of_their_district(district, monkeypatch, role) -> None:
    sign_in_as(monkeypatch, role)
    page = shown(opened(command))
    assert [name for name in NAMES if name in page] == NAMES


@pytest.mark.parametrize(
    "role", ["commander", "committee", "bureau", "school", "unit", "steward", "auditor", "admin"]
)
def test_the_parts_of_rectification_are_those_of_the_role(district, monkeypatch, role) -> None:
    sign_in_as(monkeypatch, role, schools=["S001"])
    app = opened(rectification)
    offered = [option for control in app.get("button_group") for option in control.proto.options]
    names = {text(f"rectify.part.{part}", "zh") for part in parts_of(role)}
    found = {each.content for each in offered} & {
        text(f"rectify.part.{part}", "zh") for part in parts_of("local")
    }
    assert found == (names if len(names) > 1 else found & names)


def test_what_is_no_part_of_a_role_is_not_had_by_its_address_either(district, monkeypatch) -> None:
    parts = ("zones", "hotspots", "campaigns", "papers")
    sign_in_as(monkeypatch, "committee")
    whole = {part: shown(opened(rectification, rect=part)) for part in parts}
    assert len(set(whole.values())) == len(parts)
    for role in ("bureau", "school", "unit"):
        sign_in_as(monkeypatch, role, schools=["S001"])
        first = shown(opened(rectification))
        for part in parts:
            assert shown(opened(rectification, rect=part)) == first != whole[part]


def test_a_unit_sees_the_hazards_given_to_it(district, monkeypatch) -> None:
    sign_in_as(monkeypatch, "unit", unit="第2单位")
    page = shown(opened(rectification, rect="hazards"))
    assert NAMES[2] in page
    assert NAMES[1] not in page
    with unit_of_work(DbRole.OWNER) as connection:
        connection.execute(sql("UPDATE core.hazard SET unit = '第2单位' WHERE code = 'H1'"))
        connection.commit()
    st.cache_data.clear()
    assert NAMES[1] in shown(opened(rectification, rect="hazards"))


def test_a_school_sees_the_hazards_at_its_own_walls(district, monkeypatch) -> None:
    sign_in_as(monkeypatch, "school", schools=["S003"])
    page = shown(opened(rectification, rect="hazards"))
    assert NAMES[3] in page
    assert not [name for name in NAMES[:3] if name in page]


def headline(app: AppTest) -> str:
    """Give the sentence above the map."""
    return next(each.proto.body for each in app.get("html") if "campus-headline" in each.proto.body)


@pytest.mark.parametrize("mode", ["guard", "response", "perimeter"])
def test_the_sentence_is_about_what_the_viewer_sees(district, monkeypatch, mode) -> None:
    with unit_of_work(DbRole.OWNER) as connection:
        connection.execute(
            sql("UPDATE core.school SET police_area_code = 'PA1' WHERE code IN ('S001', 'S002')")
        )
        connection.commit()
    whole = text("pages.place.district", "zh")
    sign_in_as(monkeypatch, "commander")
    assert whole in headline(opened(command, mode=mode))
    sign_in_as(monkeypatch, "school", schools=["S001"])
    own = headline(opened(command, mode=mode))
    assert NAMES[1] in own
    assert whole not in own
    sign_in_as(monkeypatch, "school", schools=["S001", "S002"])
    assert text("pages.place.schools", "zh", count=2) in headline(opened(command, mode=mode))
    look_as(monkeypatch, sign_in("999901", areas=["PA1"]))
    confined = headline(opened(command, mode=mode))
    assert text("pages.place.areas", "zh") in confined
    assert whole not in confined


def test_the_one_school_of_an_account_is_open_and_nothing_is_to_be_chosen(district, monkeypatch) -> None:
    sign_in_as(monkeypatch, "school", schools=["S001"])
    app = opened(command, mode="perimeter")
    assert 'data-school="S001"' in shown(app)
    assert not app.selectbox


def test_a_school_without_venues_or_hazards_is_not_told_to_load_any(district, monkeypatch) -> None:
    sign_in_as(monkeypatch, "school", schools=["S001"])
    assert text("rules.none_here", "zh") in shown(opened(rectification, rect="findings"))
    sign_in_as(monkeypatch, "unit", unit="某局")
    assert text("hazards.none_here", "zh") in shown(opened(rectification))


def test_a_commander_of_some_areas_sees_the_places_that_the_build_gave(district, monkeypatch) -> None:
    with unit_of_work(DbRole.OWNER) as connection:
        connection.execute(sql("UPDATE core.school SET police_area_code = 'PA1' WHERE code = 'S001'"))
        connection.commit()
    look_as(monkeypatch, sign_in("999901", areas=["PA1"]))
    said = headline(opened(rectification, rect="zones"))
    assert said.startswith('<p class="campus-headline">' + text("pages.place.areas", "zh") + "1个")

"""The page makes papers for deciders alone, says what they hold, and takes back what was agreed."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING, Any

import docx
import pytest
import streamlit as st
from sqlalchemy import text as sql
from starlette.requests import Request
from streamlit.testing.v1 import AppTest

from dashboard import papers_queries, papers_routes
from dashboard.papers.material import Wanted
from dashboard.papers_routes import address_of
from data.messages import text
from data.session import unit_of_work
from data.settings import DbRole
from tests.app.signed_in import look_as
from tests.app.small_district import make_district
from tests.app.small_zones import put_overdue_hazard, put_zones
from tests.database.viewers import account_of, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

WANTED = Wanted(date(2026, 3, 4), "整治会议", first=2)


def script() -> None:
    from dashboard.app_pages.rectification import rectification_page

    rectification_page()


def page(**address: str) -> AppTest:
    app = AppTest.from_function(script, default_timeout=90)
    for name, value in {"rect": "papers", **address}.items():
        app.query_params[name] = value
    return app.run()


@pytest.fixture
def zones(database: str, local_assets: None) -> Iterator[None]:
    st.cache_data.clear()
    make_district(schools=3, posts=0)
    put_zones(["S000", "S001", "S002"], events=(7, 23, 0))
    put_overdue_hazard("H1", "S000", "交警大队")
    yield
    st.cache_data.clear()


def as_viewer(monkeypatch: pytest.MonkeyPatch, role: str, *districts: str) -> str:
    token = sign_in(*districts, role=role)
    look_as(monkeypatch, token)
    return token


def fetched(name: str, wanted: Wanted = WANTED, lang: Any = "zh", address: str | None = None) -> Any:
    path, _, query = (address or address_of(name, wanted, lang)).partition("?")
    scope = {"type": "http", "path": path, "path_params": {"name": path.rpartition("/")[2]},
             "query_string": query.encode(), "headers": [(b"host", b"x")]}  # fmt: skip
    return papers_routes._paper(Request(scope))


def logged() -> list[str]:
    with unit_of_work(DbRole.OWNER) as connection:
        return list(
            connection.execute(
                sql("SELECT route FROM audit.event WHERE kind = 'export' ORDER BY id")
            ).scalars()
        )


def words(body: bytes) -> str:
    paper = docx.Document(io.BytesIO(body))
    cells = [cell.text for table in paper.tables for cell in table._cells]
    return "\n".join([*(paragraph.text for paragraph in paper.paragraphs), *cells])


def press(app: AppTest, key: str) -> AppTest:
    return next(each for each in app.button if each.key and each.key.startswith(key)).click().run()


def links(app: AppTest) -> list[str]:
    return [each.proto.url for each in app.get("link_button")]


def test_one_button_offers_papers_and_map_and_each_can_be_fetched(zones) -> None:
    app = page()
    assert links(app) == []
    press(app, "papers_make")
    assert not app.exception
    assert text("papers.page.ready", "zh") in [each.value for each in app.success]
    assert [link.partition("?")[0] for link in links(app)] == ["/papers/meeting.docx", "/papers/map.pdf", "/papers/map.png"]  # fmt: skip
    answers = [fetched("", address=link) for link in links(app)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [answer.body[:4] for answer in answers] == [b"PK\x03\x04", b"%PDF", b"\x89PNG"]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"private, no-store"}
    assert all(answer.headers["Content-Disposition"].startswith("attachment") for answer in answers)
    said = words(answers[0].body)
    assert "警情23起" in said
    assert "少于10" in said
    assert "警情7起" not in said
    assert text("papers.page.default_title", "zh") in said


def test_other_wishes_are_not_answered_with_papers_made_before(zones) -> None:
    app = press(page(), "papers_make")
    app.number_input(key="papers_first").set_value(1).run()
    assert links(app) == []
    press(app, "papers_make")
    assert "first=1" in links(app)[0]
    assert "训练第2学校" not in words(fetched("", address=links(app)[0]).body).split(text("papers.section.problems", "zh"))[0]  # fmt: skip


def test_only_decided_zones_want_a_decision_first(zones) -> None:
    app = page()
    next(each for each in app.get("button_group") if each.key == "papers_which").set_value("decided").run()
    assert next(each for each in app.button if each.key == "papers_make").disabled


def test_the_notices_are_offered_for_what_is_overdue(zones) -> None:
    app = press(page(), "papers_make_notices")
    assert [link.partition("?")[0] for link in links(app)] == ["/papers/notices.docx"]
    said = words(fetched("", address=links(app)[0]).body)
    assert "交警大队" in said
    assert "H1" in said


def test_what_was_agreed_becomes_a_task_that_all_see(zones) -> None:
    app = page()
    app.text_input(key="task_meeting_0_item").set_value("清理校门前摊点")
    app.text_input(key="task_meeting_0_lead").set_value("城市管理局")
    app.text_input(key="task_meeting_0_joint").set_value("交警大队、市场监督管理局")
    app.button(key="task_meeting_0_add").click().run()
    assert not app.exception
    with unit_of_work(DbRole.OWNER) as connection:
        found = connection.execute(sql("SELECT item, lead_unit, joint_units, origin FROM work.task")).all()
    assert found == [("清理校门前摊点", "城市管理局", ["交警大队", "市场监督管理局"], "meeting")]
    shown = " ".join(str(each.proto.body) for each in page().get("html"))
    assert all(each in shown for each in ("清理校门前摊点", "城市管理局", "交警大队、市场监督管理局"))
    assert "清理校门前摊点" in words(fetched("meeting.docx").body)


@pytest.mark.parametrize(
    ("item", "lead"), [("", "城市管理局"), ("清理", ""), ("电话13812345678", "城市管理局")]
)
def test_a_row_without_what_it_needs_is_not_kept_and_says_why(zones, item, lead) -> None:
    app = page()
    app.text_input(key="task_meeting_0_item").set_value(item)
    app.text_input(key="task_meeting_0_lead").set_value(lead)
    app.button(key="task_meeting_0_add").click().run()
    assert [*app.warning, *app.error]
    with unit_of_work(DbRole.OWNER) as connection:
        assert connection.execute(sql("SELECT count(*) FROM work.task")).scalar_one() == 0


@pytest.mark.parametrize("role", ["bureau", "school", "unit", "steward", "auditor"])
@pytest.mark.parametrize("name", [*papers_queries.FILES])
def test_no_file_for_who_does_not_decide(zones, monkeypatch, role, name) -> None:
    as_viewer(monkeypatch, role, "999901")
    assert fetched(name).status_code == 404
    assert logged() == []


def test_a_committee_has_its_own_district_alone_though_another_made_papers_first(zones, monkeypatch) -> None:
    as_viewer(monkeypatch, "committee", "999901")
    assert fetched("meeting.docx").status_code == 200
    as_viewer(monkeypatch, "committee", "999902")
    assert fetched("meeting.docx").status_code == 404


def test_every_download_is_in_the_access_log_under_its_account(zones, monkeypatch) -> None:
    token = as_viewer(monkeypatch, "committee", "999901")
    for name in ("meeting.docx", "map.pdf", "meeting.docx"):
        assert fetched(name).status_code == 200
    assert logged() == ["papers/meeting.docx", "papers/map.pdf", "papers/meeting.docx"]
    with unit_of_work(DbRole.OWNER) as connection:
        asked = "SELECT DISTINCT account_id, codes FROM audit.event WHERE kind = 'export'"
        found = connection.execute(sql(asked)).all()
    assert found == [(account_of(token), [])]


@pytest.mark.parametrize(
    "query",
    ["", "date=2026-03-04&title=t&first=0&decided=0", "date=2026-03-04&title=t&first=21&decided=0",
     "date=x&title=t&first=5&decided=0", "date=2026-03-04&title=&first=5&decided=0",
     f"date=2026-03-04&title={'t' * 61}&first=5&decided=0", "date=2026-03-04&title=t&first=5&decided=2",
     "date=2026-03-04&title=a%0Ab&first=5&decided=0"],
)  # fmt: skip
def test_an_address_that_no_page_wrote_gives_nothing(zones, query) -> None:
    assert fetched("", address=f"/papers/meeting.docx?{query}").status_code == 404
    assert fetched("", address=address_of("other.docx", WANTED, "zh")).status_code == 404


def test_an_empty_database_is_said(database, local_assets) -> None:
    st.cache_data.clear()
    app = page()
    assert not app.exception
    assert text("papers.page.no_zones", "zh") in [each.value for each in app.info]

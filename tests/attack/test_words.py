"""Words that would be statements or scripts, in every text field and every parameter of every route: words they stay."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import streamlit as st
from sqlalchemy import text as sql
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from dashboard import viewer
from dashboard.routes import routes
from data.rights import parts_of
from data.session import open_local_session, unit_of_work
from data.settings import DbRole
from tests.app.small_district import make_district
from tests.app.small_ledger import put_gates, put_ledger, row, week
from tests.app.small_zones import put_overdue_hazard, put_zones

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STATEMENTS = (
    "'; DROP TABLE work.plan; --", "' OR '1'='1", "1; SELECT pg_sleep(30)", "x' UNION SELECT token_hash::text FROM auth.session --",
    "$$; DELETE FROM core.school; $$", "\\'; --", "%(kind)s", ":code", "{0}", "%s%s%s", "\u02bc OR 1=1", "x\u0000y",
)  # fmt: skip
SCRIPT = "<img src=x onerror=alert(1)>\"'><script>alert(1)</script>"
TABLES = (
    "work.plan",
    "core.school",
    "core.hazard",
    "auth.account",
    "core.rule",
    "work.campaign",
)
ROUTES = (
    "/layers/{}", "/layers/school?ring_m={}", "/layers/perimeter?ring_m={}&v=1", "/layers/coverage_gap?ring_m=200&slot={}",
    "/layers/coverage_gap?ring_m=200&day_type={}", "/layers/coverage_gap?ring_m=200&metric={}",
    "/layers/service_area?post={}", "/layers/school?v={}", "/tiles/{}/1/1/1", "/tiles/road/{}/1/1",
    "/tiles/road/1/1/1?v={}", "/intake/{}/rows", "/print/orders?date={}&slot=morning_in", "/print/orders?date=2026-11-02&slot={}",
    "/print/dispute?venue={}&school=S000&rule=1", "/print/dispute?venue=V&school={}&rule=1",
    "/print/dispute?venue=V&school=S000&rule={}", "/papers/{}?date=2026-11-02&title=x&first=1&decided=0&lang=zh",
    "/papers/meeting.docx?date={}&title=x&first=1&decided=0", "/papers/meeting.docx?date=2026-11-02&title=x&first={}&decided=0",
    "/papers/meeting.docx?date=2026-11-02&title=x&first=1&decided={}", "/assets/{}/x.js", "/assets/x/{}", "/layers/school?lang={}",
)  # fmt: skip
PATHS = (
    "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "....//....//etc/passwd", "/etc/passwd",
    "..\\..\\windows\\win.ini", "%00", "x/../../pyproject.toml", "file:///etc/passwd", "~root/.ssh/id_rsa",
)  # fmt: skip


def command() -> None:
    from dashboard.app_pages.command import command_page

    command_page()


def rectification() -> None:
    from dashboard.app_pages.rectification import rectification_page

    rectification_page()


def data() -> None:
    from dashboard.app_pages.data import data_page

    data_page()


@pytest.fixture(scope="module", autouse=True)
def district(shared_database: str) -> Iterator[None]:
    """Three schools, one of them with a script for a name, with gates, zones and hazards."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(viewer, "_of_page", open_local_session)
        st.cache_data.clear()
        make_district(schools=3, posts=2)
        with unit_of_work(DbRole.OWNER) as connection:
            for table in ("school", "post", "area"):
                connection.execute(
                    sql(f"UPDATE core.{table} SET name = :name WHERE code IN ('S000', 'P000', 'T1')"),
                    {"name": SCRIPT},
                )
            connection.commit()
        gates = put_gates(3)
        put_ledger(week([row(gate, number, "no_post") for number, gate in enumerate(gates)]))
        put_zones(["S000", "S001"], events=(3, 1))
        put_overdue_hazard("H0", "S000", SCRIPT[:60])
        yield
        st.cache_data.clear()


@pytest.fixture(autouse=True)
def own_assets(local_assets: None) -> None:
    """Draw the maps from this server."""


def rows() -> dict[str, int]:
    with unit_of_work(DbRole.OWNER) as connection:
        return {name: connection.execute(sql(f"SELECT count(*) FROM {name}")).scalar_one() for name in TABLES}


def opened(page: Callable[[], None], **address: str) -> AppTest:
    app = AppTest.from_function(page, default_timeout=90)
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


PAGES = [
    (command, {}), (command, {"mode": "response"}), (command, {"mode": "perimeter"}),
    *((rectification, {"rect": part}) for part in parts_of("local")),
    *((data, {"part": part}) for part in ("load", "history", "sources", "trace", "correct")),
]  # fmt: skip
by_page = pytest.mark.parametrize(
    ("page", "address"),
    PAGES,
    ids=lambda each: getattr(each, "__name__", None) or "-".join(each.values()) or "first",
)


@by_page
def test_no_text_field_takes_a_statement_for_more_than_words(
    page: Callable[[], None], address: dict[str, str]
) -> None:
    before = rows()
    app = opened(page, **address)
    fields = [each for kind in ("text_input", "text_area") for each in getattr(app, kind)]
    for field, words in itertools.product(fields, (*STATEMENTS[:2], SCRIPT)):
        field.set_value(words[: field.proto.max_chars or None])
        app.run()
        assert not app.exception, (field.label, words)
    assert rows() == before


@by_page
def test_no_word_of_the_address_is_more_than_a_word(
    page: Callable[[], None], address: dict[str, str]
) -> None:
    before = rows()
    known = (
        "school",
        "gate",
        "hazard",
        "venue",
        "zone",
        "rule",
        "campaign",
        "day",
        "slot",
        "town",
        "lang",
        "mode",
        "ring",
        "metric",
        "job",
    )
    for words in (*STATEMENTS[:2], SCRIPT):
        app = opened(page, **{name: words for name in known if name not in address}, **address)
        assert_escaped(app)
    assert rows() == before


@by_page
def test_a_name_that_is_a_script_is_written_as_it_stands(
    page: Callable[[], None], address: dict[str, str]
) -> None:
    assert_escaped(opened(page, **address))


def assert_escaped(app: AppTest) -> None:
    """See that nothing which is drawn as HTML holds the script as HTML."""
    drawn = [each.proto.body for each in app.get("html")]
    drawn += [each.value for each in app.markdown if each.proto.allow_html]
    assert not [body for body in drawn if "<img src=x" in body or "<script>alert" in body]


def test_no_parameter_of_any_route_is_more_than_a_word() -> None:
    before = rows()
    with TestClient(Starlette(routes=routes()), raise_server_exceptions=True) as client:
        for route, words in itertools.product(ROUTES, (*STATEMENTS, SCRIPT, *PATHS)):
            answer = client.get(route.format(quote(words, safe="")))
            assert answer.status_code in (200, 204, 400, 404), (route, words)
            assert "root:" not in answer.text
            assert "[project]" not in answer.text
            if answer.status_code == 200:
                assert "html" not in answer.headers["content-type"] or "<img src=x" not in answer.text
    assert rows() == before


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_out_of_the_assets(path: str) -> None:
    with TestClient(Starlette(routes=routes())) as client:
        for start in ("/assets/", "/assets/x/", "/assets/0000/", "/papers/", "/layers/", "/tiles/"):
            answer = client.get(start + path)
            assert answer.status_code in (400, 404), (start, path)

"""The audit's page is the auditor's, says what it is not for, writes its own reading down; pages and routes write theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import audit, queries
from data.audit_heads import seal_pending
from data.messages import LANGS, text
from data.terms import AuditKind, ViewerRole
from etl.audit_chain import note, verify
from tests.app.signed_in import look_as
from tests.database.viewers import account_of, as_owner, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PARTS = ("summary", "sweeps", "failed", "taken", "register", "kept")


def script() -> None:
    from dashboard.app_pages.audit import audit_page

    audit_page()


def signed_in(monkeypatch: pytest.MonkeyPatch, role: str) -> str:
    """Sign in with every district."""
    return look_as(monkeypatch, sign_in(sees_all=True, role=role))


@pytest.fixture
def opened(database: str, local_assets: None) -> Iterator[Callable[..., AppTest]]:
    """Open the page; arguments are the address's."""
    st.cache_data.clear()

    def run(**address: str) -> AppTest:
        app = AppTest.from_function(script, default_timeout=60)
        for name, value in address.items():
            app.query_params[name] = value
        return app.run()

    yield run
    st.cache_data.clear()


def said(app: AppTest) -> str:
    return " ".join(str(each.value) for each in (*app.caption, *app.info, *app.get("html"))) + " ".join(
        str(each.proto.body) for each in app.get("html")
    )


def add(kind: str, route: str, *codes: str, account: int | None = None, count: int = 1) -> None:
    as_owner(
        "INSERT INTO audit.event (kind, route, codes, account_id, role)"
        " SELECT :kind, :route, :codes, CAST(:account AS bigint), 'commander' FROM generate_series(1, :count)",
        kind=kind, route=route, codes=list(codes), account=account, count=count,
    )  # fmt: skip


def test_who_is_no_auditor_gets_a_sentence_and_nothing_is_read(opened, monkeypatch) -> None:
    for role in (role for role in ViewerRole if role not in ("auditor", "local")):
        signed_in(monkeypatch, role)
        app = opened()
        assert [each.value for each in app.info] == [text("audit.page.auditors_only", "zh")], role
        assert not app.dataframe
        assert not app.selectbox
    assert as_owner("SELECT count(*) FROM audit.event WHERE kind = 'audit'") == 0


def test_nobody_gets_a_sentence(opened) -> None:
    assert [each.value for each in opened().info] == [text("audit.page.auditors_only", "zh")]


@pytest.mark.parametrize("lang", LANGS)
def test_the_auditor_gets_every_part_and_reads_what_it_is_not_for(opened, monkeypatch, lang) -> None:
    token = signed_in(monkeypatch, "auditor")
    looker = account_of(sign_in(role="commander"))
    add("view", "/command", "school:S1", account=looker, count=3)
    add("sign_in_failed", "sign_in_failed")
    add("export", "papers/map.pdf", "320413", account=looker)
    add("register", "count", "intent:1", account=0)
    shown = {"summary": 4, "sweeps": 0, "failed": 1, "taken": 1, "register": 1, "kept": 1}
    for part in PARTS:
        app = opened(lang=lang, audit=part)
        assert not app.exception
        assert text("audit.page.purpose", lang) in [each.value for each in app.caption]
        rows = [len(each.value) for each in app.dataframe]
        if part == "summary":
            table = app.dataframe[0].value
            assert table.loc[table["route"] == "/command", "events"].tolist() == [3]
            assert table.loc[table["route"] == "/command", "role"].tolist() == [
                text("pages.role.commander", lang)
            ]
        elif shown[part]:
            assert rows == [shown[part]] or part == "kept"
        else:
            assert text("audit.page.nothing", lang) in [each.value for each in app.info]
    assert as_owner(
        "SELECT count(*) FROM audit.event WHERE kind = 'audit' AND account_id = :id", id=account_of(token)
    ) == len(PARTS)


def test_an_auditors_look_is_written_down_before_it_is_read_and_once_for_what_is_asked(
    opened, monkeypatch
) -> None:
    token = signed_in(monkeypatch, "auditor")
    app = opened()
    app.run()
    assert as_owner("SELECT count(*) FROM audit.event WHERE kind = 'audit'") == 1
    app.selectbox(key="audit_account").select(account_of(token)).run()
    assert not app.exception
    # the table of that account shows the very look that made it
    table = app.dataframe[0].value
    assert table["kind"].tolist() == [text("audit.kind.audit", "zh")]
    assert table["events"].tolist() == [2]


def test_where_the_look_cannot_be_written_down_nothing_is_shown(opened, monkeypatch) -> None:
    signed_in(monkeypatch, "auditor")
    add("view", "/command", account=0)
    as_owner("REVOKE EXECUTE ON FUNCTION audit.record(text, text, text[]) FROM campus_app")
    app = opened()
    assert app.exception
    assert not app.dataframe


def test_an_account_that_opened_much_in_an_hour_is_listed_to_look_at(opened, monkeypatch) -> None:
    signed_in(monkeypatch, "auditor")
    quick, slow, mapper = (account_of(sign_in(role="commander")) for _ in range(3))
    for number in range(60):
        add("view", "/command", f"school:S{number}", account=quick)
        add("view", "/command", "school:S1", account=slow)
    add("tiles", "/tiles/road", "tiles:500", account=mapper, count=10)
    as_owner("UPDATE audit.event SET at = date_trunc('hour', now()) WHERE kind IN ('view', 'tiles')")
    table = opened(audit="sweeps").dataframe[0].value
    names = {
        number: as_owner("SELECT name FROM auth.account WHERE id = :id", id=number)
        for number in (quick, mapper)
    }
    assert dict(zip(table["account"], zip(table["objects"], table["tiles"], strict=True), strict=True)) == {
        names[quick]: (60, 0),
        names[mapper]: (0, 5000),
    }


def test_the_page_says_how_far_the_chain_is_and_what_its_last_verification_found(opened, monkeypatch) -> None:
    signed_in(monkeypatch, "auditor")
    add("view", "/command")
    # the look itself waits too
    assert text("audit.page.chain.none", "zh", waiting=2) in said(opened())
    seal_pending()
    app = said(opened())
    assert text("audit.page.chain.unverified", "zh") in app
    note(verify())
    assert "完好" in said(opened())
    as_owner("UPDATE audit.event SET route = '/data' WHERE route = '/command'")
    note(verify())
    assert "发现问题" in said(opened())


# --- what pages and routes write


def visit() -> None:
    import streamlit as st

    from dashboard import audit

    for name, value in st.query_params.items():
        if name.startswith("set_"):
            st.session_state[name.removeprefix("set_")] = value
    audit.viewed("/command", st.query_params["stamp"], audit.opened("school", "gate", "hazard"))


def codes() -> list[list[str]]:
    rows = as_owner("SELECT json_agg(codes ORDER BY id) FROM audit.event WHERE kind = 'view'")
    return list(rows or [])


def test_a_page_is_written_down_once_for_what_it_shows_and_only_objects_that_there_are(
    database, monkeypatch
) -> None:
    from tests.app.small_district import make_district

    make_district(schools=2, posts=1, built=False)
    signed_in(monkeypatch, "commander")
    app = AppTest.from_function(visit)
    app.query_params["stamp"] = "one"
    app.run()
    app.run()
    assert codes() == [[]]
    app.session_state["selected_school"] = "S001"
    app.run()
    app.run()
    app.query_params["hazard"] = "zhangsan"
    app.run()
    app.query_params["stamp"] = "two"
    app.run()
    assert not app.exception
    assert codes() == [[], ["school:S001"], ["school:S001"], ["school:S001"]]


def test_a_layer_is_written_down_once_a_session_and_again_at_every_five_hundredth_tile(
    database, monkeypatch
) -> None:
    audit._fetched.clear()
    token = signed_in(monkeypatch, "commander")
    for _ in range(1001):
        audit.fetched("/tiles/road", "one")
    audit.fetched("/tiles/road", "two")
    signed_in(monkeypatch, "commander")
    audit.fetched("/tiles/road", "one")
    found = as_owner("SELECT json_agg(codes ORDER BY id) FROM audit.event WHERE kind = 'tiles'")
    assert found == [[], ["tiles:500"], ["tiles:1000"], [], []]
    assert (
        as_owner(
            "SELECT count(*) FROM audit.event WHERE account_id = :id AND kind = 'tiles'", id=account_of(token)
        )
        == 4
    )
    assert as_owner("SELECT count(DISTINCT session_id) FROM audit.event WHERE kind = 'tiles'") == 2
    assert len(audit._fetched) == 3
    monkeypatch.setattr(audit, "MOST_KEPT", 2)
    audit.fetched("/tiles/area", "one")
    assert len(audit._fetched) == 2


def test_what_a_layer_or_tile_answers_is_written_down_before_it_leaves(database, monkeypatch) -> None:
    from starlette.applications import Starlette
    from starlette.testclient import TestClient

    from dashboard.routes import routes

    audit._fetched.clear()
    signed_in(monkeypatch, "commander")
    client = TestClient(Starlette(routes=routes()))
    queries.situation()
    assert client.get("/layers/school").status_code == 200
    assert client.get("/layers/school").status_code == 200
    assert client.get("/tiles/road/10/1/1").status_code == 204
    assert client.get("/layers/nothing").status_code == 404
    routes_seen = as_owner(
        "SELECT json_agg(route ORDER BY id) FROM audit.event WHERE kind = :kind", kind=AuditKind.TILES.value
    )
    assert routes_seen == ["/layers/school", "/tiles/road"]

"""Accounts that are shut while their page is open: at its next run it shows nothing, and what it still sends does nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import streamlit as st
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError
from streamlit.testing.v1 import AppTest

from dashboard import audit, intake_queries, queries, viewer
from data.messages import text
from data.session import unit_of_work, viewer_work
from data.settings import DbRole
from data.terms import AuditKind
from geo.errors import CampusError
from tests.app.small_district import make_district
from tests.app.small_ledger import put_gates, put_ledger, row, week
from tests.app.small_zones import put_overdue_hazard, put_zones
from tests.database.viewers import account_of, as_owner, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAGE = Path(__file__).parents[2] / "dashboard" / "page.py"
FIRST_PAGE = {"commander": "command", "committee": "command", "bureau": "command", "school": "command", "unit": "rectification",
              "steward": "data", "auditor": "audit", "admin": "accounts"}  # fmt: skip
ENDS = {
    "disabled": "UPDATE auth.account SET is_disabled = true WHERE id = :id",
    "reset": "UPDATE auth.account SET must_change_password = true WHERE id = :id",
    "revoked": "UPDATE auth.session SET revoked_at = now() WHERE account_id = :id",
    "idle": "UPDATE auth.session SET idle_until = now() - interval '1 second' WHERE account_id = :id",
    "expired": "UPDATE auth.session SET expires_at = now() - interval '1 second' WHERE account_id = :id",
}
WRITES = {
    "job": "INSERT INTO work.job (kind, created_by) VALUES ('build', :id)",
    "plan": "INSERT INTO work.plan (district_code, name, created_by) VALUES ('999901', 'x', :id)",
    "step": "INSERT INTO work.hazard_step (district_code, hazard_code, step, done_by) VALUES ('999901', 'H0', 'assigned', :id)",
    "weights": "INSERT INTO work.weighting (district_code, weights, set_by) VALUES ('999901', '{}', :id)",
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def district(shared_database: str) -> Iterator[None]:
    """Two schools with gates, a ledger, a zone and a hazard."""
    make_district(schools=2, posts=1)
    put_ledger(week([row(gate, n, "no_post") for n, gate in enumerate(put_gates(2))]))
    put_zones(["S000"], events=(30,))
    put_overdue_hazard("H0", "S000", "城管局")
    yield
    st.cache_data.clear()


@pytest.fixture
def enter(local_assets: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Sign in by role; gives the token, which every page of this test then has."""

    def by_role(role: str) -> str:
        token = sign_in("999901", role=role, schools=["S000"] if role == "school" else ())
        monkeypatch.setattr(viewer, "_of_page", lambda: token)
        return token

    return by_role


def what_it_shows(app: AppTest) -> str:
    assert not app.exception
    html = [each.proto.body for each in app.get("html") if "<style>" not in each.proto.body]
    return "".join(
        [*html, *(frame.value.to_csv() for frame in app.dataframe), *(box.label for box in app.selectbox)]
    )


@pytest.mark.parametrize("role", FIRST_PAGE)
def test_the_next_run_of_an_open_page_shows_a_way_to_sign_in_and_nothing_else(
    enter: Callable[[str], str], role: str
) -> None:
    token = enter(role)
    app = AppTest.from_file(str(PAGE), default_timeout=90)
    app.run()
    before = what_it_shows(app)
    assert text("gate.gone_page", "zh") not in before
    as_owner(ENDS["disabled"], id=account_of(token))
    app.run()
    assert text("gate.gone_page", "zh") in what_it_shows(app)
    assert len(what_it_shows(app)) < len(before)
    for kind in (
        "dataframe",
        "button",
        "selectbox",
        "text_input",
        "button_group",
        "expander",
        "tabs",
        "iframe",
        "component_instance",
    ):
        assert not app.get(kind), kind


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("role", ["commander", "committee", "steward"])
def test_what_a_page_still_sends_after_its_session_ended_does_nothing(
    enter: Callable[[str], str], role: str, end: str
) -> None:
    token = enter(role)
    number = account_of(token)
    now = queries.situation()
    assert now.role == role
    as_owner(ENDS[end], id=number)
    before = counts()
    for statement in WRITES.values():
        with viewer_work(token) as connection, pytest.raises(DBAPIError):
            connection.execute(sql(statement), {"id": number})
    with pytest.raises(CampusError):
        intake_queries.ask("build", {})
    assert counts() == before
    assert queries.situation().role == ""


def counts() -> list[int]:
    with unit_of_work(DbRole.OWNER) as connection:
        return [connection.execute(sql(f"SELECT count(*) FROM work.{name}")).scalar_one()
                for name in ("job", "plan", "hazard_step", "weighting")]  # fmt: skip


def test_what_is_written_down_after_the_end_names_nobody(enter: Callable[[str], str]) -> None:
    token = enter("commander")
    as_owner(ENDS["revoked"], id=account_of(token))
    audit.write(AuditKind.VIEW, "after_the_end")
    assert (
        as_owner("SELECT count(*) FROM audit.event WHERE route = 'after_the_end' AND account_id IS NULL") == 1
    )

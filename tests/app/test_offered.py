"""What a role is offered it may do: every button of its pages is pressed, and nothing ends in an exception."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.components import ledger_filters
from data.rights import pages_of, parts_of
from data.terms import ViewerRole
from tests.app.signed_in import look_as, sign_in_as
from tests.app.small_district import make_district
from tests.app.small_ledger import at, put_gates, put_ledger, row, week
from tests.app.small_zones import put_overdue_hazard, put_zones
from tests.app.test_roles import WEDNESDAY
from tests.database.accounts import add
from tests.database.viewers import account_of, as_owner, revoke, sign_in

ROLES = [role.value for role in ViewerRole if role is not ViewerRole.LOCAL]
UNIT = "某某局"
ASSIGNED = """
    INSERT INTO work.hazard_step (district_code, hazard_code, step, unit, done_by)
    VALUES ('999901', 'H1', 'assigned', :unit, 0)
"""
TOOLS = ("today", "orders", "plan")
MODES = ("guard", "response", "perimeter")


@pytest.fixture
def district(database, local_assets, monkeypatch):
    """Four schools with gates, posts, a ledger, zones, and a hazard of one unit."""
    make_district(schools=4, posts=2)
    gates = put_gates(4)
    reasons = ["covered", "no_post", "not_on_duty", "no_post"]
    put_ledger(
        week([row(gate, n, reason) for n, (gate, reason) in enumerate(zip(gates, reasons, strict=True))])
    )
    put_zones(["S000", "S001"], events=(3, 1))
    for number in range(2):
        put_overdue_hazard(f"H{number}", f"S00{number}", UNIT)
    as_owner(ASSIGNED, unit=UNIT)
    monkeypatch.setattr(ledger_filters, "local_now", lambda _zone: at(WEDNESDAY, "07:10"))
    st.cache_data.clear()
    yield gates
    st.cache_data.clear()


def addresses(role: str, gate: int, zone: str) -> list[tuple[str, dict[str, str]]]:
    """Name a role's pages, each in all its parts, with something opened."""
    found: list[tuple[str, dict[str, str]]] = []
    for page in pages_of(role):
        if page == "command":
            found += [(page, {"mode": mode, "gate": str(gate)}) for mode in MODES]
            found += [(page, {"tool": tool, "gate": str(gate)}) for tool in TOOLS if role == "commander"]
        elif page == "rectification":
            found += [(page, {"rect": part, "hazard": "H1", "zone": zone}) for part in parts_of(role)]
        elif page == "data":
            found += [(page, {"part": part}) for part in ("load", "history", "sources", "trace", "correct")]
        else:
            found.append((page, {}))
    return found


def script(page: str) -> None:
    from importlib import import_module

    getattr(import_module(f"dashboard.app_pages.{page}"), f"{page}_page")()


def opened(page: str, address: dict[str, str]) -> AppTest:
    """Open a page, and write the code of a school into every field that is empty."""
    app = AppTest.from_function(script, args=(page,), default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, (page, address)
    for field in app.text_input:
        if not field.value and not field.disabled:
            field.input("S001")
    return app.run()


@pytest.mark.parametrize("role", ROLES)
def test_every_button_that_a_role_is_offered_can_be_pressed(district, monkeypatch, role) -> None:
    add("school-account", "school", school_codes=("S002",), districts=("999901",))
    sign_in_as(monkeypatch, role, schools=["S001"], unit=UNIT)
    zone = as_owner("SELECT min(zone_id) FROM out.focus_zone")
    pressed = 0
    for page, address in addresses(role, district[1], zone):
        app = opened(page, address)
        for key in sorted({button.key or button.label for button in app.button}):
            if pressed:
                app = opened(page, address)
            assert not app.exception, (page, address)
            button = next((each for each in app.button if (each.key or each.label) == key), None)
            if button is None or button.disabled:  # what was pressed before took it away
                continue
            button.click().run()
            pressed += 1
            assert not app.exception, (page, address, key)
    assert pressed or role in {"auditor", "steward"}  # whose buttons wait for a file or a choice


@pytest.mark.parametrize("how", ["revoked", "disabled", "expired"])
def test_a_step_pressed_on_a_page_whose_session_has_ended_is_not_taken(district, monkeypatch, how) -> None:
    token = look_as(monkeypatch, sign_in("999901", role="unit", unit=UNIT))
    app = opened("rectification", {"hazard": "H1"})
    button = next(each for each in app.button if each.form_id)
    if how == "revoked":
        revoke(token)
    elif how == "expired":
        as_owner(
            "UPDATE auth.session SET expires_at = now() - interval '1 second' WHERE account_id = :id",
            id=account_of(token),
        )
    else:
        as_owner("UPDATE auth.account SET is_disabled = true WHERE id = :id", id=account_of(token))
    button.click().run()
    assert not app.exception
    assert as_owner("SELECT count(*) FROM work.hazard_step WHERE hazard_code = 'H1'") == 1

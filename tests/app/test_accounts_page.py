"""The page of accounts: administrators keep all, the bureau its schools'; a page of an ended session shows nothing."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from data import rights
from data.repositories import accounts
from data.repositories.sign_in import WrongPasswordError, change_password, sign_in, touch
from tests.database.accounts import PASSWORD, act, add, hash_cheaply
from tests.database.viewers import as_owner


@pytest.fixture
def opened(page, monkeypatch):
    """Open the page as an account."""
    hash_cheaply(monkeypatch)

    def as_(name: str, **address: str):
        token = sign_in(name, PASSWORD, address="a").token
        monkeypatch.setattr("dashboard.viewer._of_page", lambda: token)
        return page(**address)

    return as_


def words(app) -> str:
    return " ".join(str(each.value) for kind in ("html", "markdown", "info", "success", "error", "code") for each in app.get(kind)
                    if hasattr(each, "value")) + " ".join(each.proto.body for each in app.get("html"))  # fmt: skip


def once(app) -> str:
    """Give the one-time password on the page."""
    return str(app.code[0].value)


def test_an_admin_sees_this_page_first_and_nothing_of_the_district(opened):
    add("chief", "admin")
    app = opened("chief")
    assert not app.exception
    assert list(app.dataframe[0].value.iloc[:, 0]) == ["chief"]
    assert "chief · 系统管理员" in words(app)
    assert "/logout" in words(app)


def test_an_admin_adds_an_account_whose_password_is_shown_once(opened):
    add("chief", "admin")
    app = opened("chief")
    app.text_input(key="account_name").input("Wang")
    app.selectbox(key="account_role").select("commander")
    app.text_input(key="account_districts").input("d1，d2")
    app.button(key="account_add").click().run()
    assert not app.exception
    password = once(app)
    assert sign_in("wang", password, address="a").must_change
    assert as_owner("SELECT districts FROM auth.account WHERE name = 'wang'") == ["d1", "d2"]
    app.run()
    assert not app.code
    assert password not in words(app)


def test_what_is_refused_is_said_in_a_sentence(opened):
    add("chief", "admin")
    app = opened("chief")
    app.text_input(key="account_name").input("a b")
    app.button(key="account_add").click().run()
    assert "2至60个字符" in app.error[0].value
    app.text_input(key="account_name").input("school1")
    app.selectbox(key="account_role").select("school")
    app.button(key="account_add").click().run()
    assert "学校代码" in app.error[0].value


def test_an_account_is_reset_disabled_enabled_and_signed_out(opened):
    add("chief", "admin")
    add("wang")
    app = opened("chief")
    app.selectbox(key="account").select("wang").run()
    app.button(key="account_reset").click().run()
    fresh = sign_in("wang", once(app), address="a")
    assert fresh.must_change
    own = change_password(fresh.token, once(app), "otter-Bridge-9-lantern", name="wang").token
    app.button(key="account_end").click().run()
    assert touch(own) is None
    app.button(key="account_disable").click().run()
    with pytest.raises(WrongPasswordError):
        sign_in("wang", "otter-Bridge-9-lantern", address="a")
    app.button(key="account_disable").click().run()
    assert sign_in("wang", "otter-Bridge-9-lantern", address="a").token


def script() -> None:
    from dashboard.app_pages.accounts import accounts_page

    accounts_page()


def test_the_bureau_keeps_the_accounts_of_its_schools_and_adds_none(opened, monkeypatch):
    add("jyj", "bureau", districts=("d1",))
    add("school1", "school", districts=("d1",), school_codes=("s1",))
    add("school2", "school", districts=("d2",), school_codes=("s2",))
    add("wang")
    token = sign_in("jyj", PASSWORD, address="a").token
    monkeypatch.setattr("dashboard.viewer._of_page", lambda: token)
    app = AppTest.from_function(script, default_timeout=60).run()
    assert not app.exception
    assert list(app.dataframe[0].value.iloc[:, 0]) == ["school1"]
    assert {button.key for button in app.button} == {"account_reset", "account_disable", "account_end"}
    app.button(key="account_reset").click().run()
    assert sign_in("school1", once(app), address="b").must_change


def test_an_admin_is_not_offered_to_shut_or_reset_the_own_account(opened):
    add("chief", "admin")
    add("wang")
    app = opened("chief")
    assert app.selectbox(key="account").value == "chief"
    assert {button.key for button in app.button} == {"account_end", "account_add"}
    app.selectbox(key="account").select("wang").run()
    assert {"account_reset", "account_disable", "account_end"} <= {button.key for button in app.button}


def test_what_an_account_sees_is_named_whole(opened):
    add("chief", "admin")
    add("town", "unit", unit="城管局", all_districts=True)
    add("school1", "school", school_codes=("s1",), districts=("d1",))
    scopes = opened("chief").dataframe[0].value.set_index("账号")["范围"]
    assert dict(scopes) == {"chief": "–", "town": "城管局, 全部区域", "school1": "s1, d1"}


def test_a_page_of_a_session_that_ended_shows_a_way_to_sign_in_and_nothing_else(opened):
    add("chief", "admin")
    app = opened("chief")
    assert app.dataframe
    act(lambda c: accounts.revoke_sessions(c, "chief"))
    app.run()
    assert not app.exception
    assert not app.dataframe
    assert not app.button
    assert "/login" in words(app)


def test_a_page_without_any_session_shows_nothing(page, monkeypatch):
    monkeypatch.setattr("dashboard.viewer._of_page", lambda: "")
    app = page()
    assert not app.exception
    assert "/login" in words(app)
    assert not app.dataframe


def test_what_one_account_left_in_an_open_page_is_gone_for_the_next(opened, monkeypatch):
    add("chief", "admin")
    add("other", "admin")
    app = opened("chief")
    app.session_state["planted"] = "of chief"
    app.run()
    assert app.session_state["planted"] == "of chief"
    token = sign_in("other", PASSWORD, address="a").token
    monkeypatch.setattr("dashboard.viewer._of_page", lambda: token)
    app.run()
    assert not app.exception
    assert "planted" not in app.session_state
    assert "other · " in words(app)


def test_a_role_without_a_page_is_told_so(opened, monkeypatch):
    monkeypatch.setattr(rights, "pages_of", lambda _role: ())
    add("who", "auditor")
    app = opened("who", lang="en")
    assert not app.exception
    assert "no page for your role" in words(app)

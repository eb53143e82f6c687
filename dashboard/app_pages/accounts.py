"""账号 / Accounts: who may sign in, as what, for which area; for administrators, and the bureau."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import account_queries, audit, queries
from dashboard.components.frame import notices
from dashboard.components.watch import renew_when_up
from dashboard.texts import NOTHING, lang, say
from dashboard.viewer import seen_now
from data.messages import sentence
from data.passwords import checked_name
from data.repositories.accounts import GIVEN_ROLES, AccountWords
from data.terms import ViewerRole
from geo.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    import pandas as pd

ONCE, SAID = "accounts_once", "accounts_said"
"""In the page's state: name and one-time password to be shown once, and what went wrong."""
BETWEEN = re.compile("[,;\\s\u3001\uff0c\uff1b]+")
"""What stands between codes, also as Chinese keyboards write it."""
LONGEST_CODES, LONGEST_NAME = 2000, 60


def accounts_page() -> None:
    """Show the page."""
    viewer = seen_now()
    try:
        situation = queries.situation()
        audit.viewed("/accounts", "")
        listed = account_queries.listed()
    except CampusError:
        renew_when_up()
        return
    notices(situation)
    st.html(f"<p>{say('accounts.intro')}</p>")
    _told()
    if listed.empty:
        st.info(say("accounts.none"))
    else:
        _table(listed)
        with st.container(border=True, key="account_chosen"):
            _one(listed, "" if viewer is None else viewer.name)
    if viewer is not None and viewer.role == ViewerRole.ADMIN:
        with st.container(border=True, key="account_new"):
            _new()


def _told() -> None:
    """Say what came of the last button; a password stands there for this once."""
    once, said = st.session_state.pop(ONCE, None), st.session_state.pop(SAID, None)
    if said:
        st.error(said)
    if once:
        st.success(say("accounts.once", name=once[0]))
        st.code(once[1], language=None)


def _table(listed: pd.DataFrame) -> None:
    """Show all accounts."""
    frame = listed.assign(
        role=[say(f"pages.role.{role}") for role in listed["role"]],
        scope=[_scope(row) for row in listed.to_dict("records")],
        state=[_state(row) for row in listed.to_dict("records")],
    )
    shown = frame[["name", "role", "scope", "state", "open_sessions"]]
    shown.columns = [say(f"accounts.column.{name}") for name in shown.columns]
    st.dataframe(shown, hide_index=True, width="stretch", key="accounts")


def _scope(row: Mapping[Hashable, Any]) -> str:
    """Write what an account sees."""
    unit = [row["unit"]] if isinstance(row["unit"], str) else []
    own = [str(code) for name in ("school_codes", "police_areas") for code in row[name]]
    whole = (
        [say("accounts.all_districts")] if row["all_districts"] else [str(code) for code in row["districts"]]
    )
    return ", ".join(unit + own + whole) or NOTHING


def _state(row: Mapping[Hashable, Any]) -> str:
    """Write whether an account is open."""
    if row["is_disabled"]:
        return say("accounts.state.disabled")
    if row["is_external"]:
        return say("accounts.state.external")
    return say("accounts.state.must_change" if row["must_change_password"] else "accounts.state.open")


def _one(listed: pd.DataFrame, own: str) -> None:
    """Choose an account, and what to do with it; the own one is neither shut nor reset here."""
    names = list(listed["name"])
    name = st.selectbox(say("accounts.chosen"), names, key="account", width=340)
    row = listed.set_index("name").loc[name]
    with st.container(horizontal=True):
        if name != own and not row["is_external"] and st.button(say("accounts.reset"), key="account_reset"):
            _do(lambda: st.session_state.update({ONCE: (name, account_queries.reset(name))}))
        word = "accounts.enable" if row["is_disabled"] else "accounts.disable"
        becomes = not row["is_disabled"]
        if name != own and st.button(say(word), key="account_disable"):
            _do(partial(account_queries.set_disabled, name, is_disabled=becomes))
        if st.button(say("accounts.end_sessions"), key="account_end"):
            _do(partial(account_queries.end_sessions, name))
    if name == own:
        st.caption(say("accounts.own"))


def _new() -> None:
    """Show the form of a new account."""
    st.html(f'<h2 class="campus-step">{say("accounts.new")}</h2>')
    with st.form("account_new_form", clear_on_submit=True, border=False):
        left, right = st.columns(2)
        name = left.text_input(say("gate.name"), key="account_name", max_chars=LONGEST_NAME)
        role = right.selectbox(
            say("accounts.column.role"), [role.value for role in GIVEN_ROLES], key="account_role",
            format_func=lambda word: say(f"pages.role.{word}"),
        )  # fmt: skip
        codes = {
            field: place.text_input(
                say(f"accounts.field.{field}"), key=f"account_{field}", max_chars=LONGEST_CODES
            )
            for field, place in (("districts", left), ("police_areas", right), ("school_codes", left))
        }
        unit = right.text_input(say("accounts.field.unit"), key="account_unit", max_chars=LONGEST_NAME)
        sees_all = left.checkbox(say("accounts.all_districts"), key="account_all")
        is_external = right.checkbox(say("accounts.field.external"), key="account_external")
        sent = st.form_submit_button(say("accounts.add"), key="account_add")
    if sent:
        lists = {
            field: tuple(code for code in BETWEEN.split(given) if code) for field, given in codes.items()
        }
        words = AccountWords(name, role, all_districts=sees_all, unit=unit.strip() or None, **lists)
        _do(partial(_add, words, is_external=is_external))


def _add(words: AccountWords, *, is_external: bool) -> None:
    """Add an account, and show its password once."""
    known = AccountWords(**{**vars(words), "name": checked_name(words.name)})
    password = account_queries.add(known, is_external=is_external)
    if password:
        st.session_state[ONCE] = (known.name, password)


def _do(what: Callable[[], object]) -> None:
    """Do what a button says, keep what went wrong for the next run, and run."""
    try:
        what()
    except CampusError as error:
        st.session_state[SAID] = sentence(error, lang())
    st.rerun()

"""Whose page or answer is being made: the token of the session that the gate let in.

A route's request carries it in a context variable that the gate sets; a page's script has it in the headers
of its websocket, into which the gate writes it after it has struck out what the browser sent under that name.
"""

from __future__ import annotations

from contextvars import ContextVar

import streamlit as st

from data.repositories import sign_in

SESSION_HEADER = "x-campus-session"
"""Written by the gate alone."""
OWNER = "campus_owner"
"""In the page's state: whose it is."""
OF_REQUEST: ContextVar[str] = ContextVar("campus_session", default="")
"""The token of the request that is being answered; set by the gate."""


def viewer_token() -> str:
    """Give the token of whoever this page or answer is for.

    Returns
    -------
    str
        Empty where nobody is signed in: the database then shows nothing.
    """
    return OF_REQUEST.get() or _of_page()


def _of_page() -> str:
    """Give the token that the gate wrote into the headers of the page's websocket."""
    return str(st.context.headers.get(SESSION_HEADER) or "")


def seen_now() -> sign_in.Seen | None:
    """Say who looks at the page that is being made, and let the session live on; first in every run.

    An open page's websocket outlives its session; this is where the page learns of it. What a former viewer
    left in the page's state goes, where a browser comes back with another account's session.

    Returns
    -------
    Seen or None
        None where the session has ended, or its password is still to be changed.
    """
    seen = sign_in.touch(viewer_token())
    account = None if seen is None or seen.must_change else seen.account_id
    if st.session_state.get(OWNER, account) != account:
        st.session_state.clear()
    st.session_state[OWNER] = account
    return seen if account is not None else None

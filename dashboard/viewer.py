"""Whose page or answer is being made: the token of the session that the gate let in.

A route's request carries it in a context variable that the gate sets; a page's script has it in the headers
of its websocket, into which the gate writes it after it has struck out what the browser sent under that name.
"""

from __future__ import annotations

from contextvars import ContextVar

import streamlit as st

SESSION_HEADER = "x-campus-session"
"""Written by the gate alone."""
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

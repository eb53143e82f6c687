"""A choice that the address carries and the language does not touch.

Streamlit's own binding writes the label, in the language on screen, into the address. Here the word itself is
kept in the session and in the address, and each language has a widget of its own that follows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.texts import lang

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def chosen(name: str, options: Sequence[str], default: str) -> str:
    """Give the word in force: the session's, else the address's, else the default."""
    for word in (st.session_state.get(name), st.query_params.get(name)):
        if word in options:
            return str(word)
    return default


def follow_default(name: str) -> None:
    """Let a choice follow its default, which changes with the clock, until another word is chosen."""
    if not st.session_state.get(f"{name}_held") and name not in st.query_params:
        st.session_state.pop(name, None)


def choose(
    name: str,
    options: Sequence[str],
    *,
    default: str,
    label: str,
    show: Callable[[str], str],
    list_width: int | None = None,
) -> str:
    """Show a choice of one and give it.

    Parameters
    ----------
    name
        Of the choice, in session and address.
    options
        Words to choose from.
    default
        One of them.
    label
        What stands above.
    show
        Gives a word's text on screen.
    list_width
        Width in pixels of a list that opens; None for a row of buttons.
    """
    widget = f"{name}_{lang()}"
    st.session_state[name] = st.session_state[widget] = chosen(name, options, default)
    if list_width is None:
        st.segmented_control(
            label,
            options,
            key=widget,
            required=True,
            format_func=show,
            on_change=_keep,
            args=(name, widget, default),
        )
    else:
        st.selectbox(
            label,
            options,
            key=widget,
            width=list_width,
            format_func=show,
            on_change=_keep,
            args=(name, widget, default),
        )
    return str(st.session_state[name])


def _keep(name: str, widget: str, default: str) -> None:
    """Take over what the widget says; an address without it means the default."""
    word = st.session_state.get(widget) or default
    st.session_state[name] = word
    st.session_state[f"{name}_held"] = word != default
    if word == default:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = word

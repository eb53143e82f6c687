"""An open page follows the database: it heals when the server is back and renews itself after a build."""

from __future__ import annotations

import streamlit as st

from dashboard import queries
from dashboard.texts import lang
from data.messages import sentence
from geo.errors import CampusError

LOOK_EVERY_S = 20
HEAL_EVERY_S = 3


@st.fragment(run_every=LOOK_EVERY_S)
def renew_when_changed(stamp: str) -> None:
    """Run the page again when the data are not those that it shows, or the database went away."""
    try:
        changed = queries.situation().stamp != stamp
    except CampusError:
        changed = True
    if changed:
        st.rerun()


@st.fragment(run_every=HEAL_EVERY_S)
def renew_when_up() -> None:
    """Run the page again as soon as the database answers."""
    try:
        queries.situation()
    except CampusError as error:
        st.warning(sentence(error, lang()))
    else:
        st.rerun()

"""The part of the rectification page that shows hazards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.texts import say

if TYPE_CHECKING:
    from dashboard.queries import Situation


def hazards_part(situation: Situation) -> None:
    """Show the part."""
    del situation
    st.info(say("rectify.empty"))

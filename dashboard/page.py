"""The script that Streamlit runs for each visitor: the frame, and the page that is asked for."""

from __future__ import annotations

import streamlit as st

from dashboard.app_pages.command import command_page
from dashboard.components.frame import page_head
from dashboard.texts import say

st.set_page_config(
    page_title=say("pages.title"), page_icon="🛡️", layout="wide", initial_sidebar_state="collapsed"
)
title = say("pages.command")
page_head(title)
st.navigation([st.Page(command_page, title=title, url_path="command", default=True)], position="hidden").run()

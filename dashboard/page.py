"""The script that Streamlit runs for each visitor: the frame, and the page that is asked for."""

from __future__ import annotations

import streamlit as st

from dashboard.app_pages.command import command_page
from dashboard.app_pages.data import data_page
from dashboard.app_pages.rectification import rectification_page
from dashboard.components.frame import page_head
from dashboard.texts import say

st.set_page_config(
    page_title=say("pages.title"), page_icon="🛡️", layout="wide", initial_sidebar_state="collapsed"
)
ways = {
    say("pages.command"): st.Page(command_page, title=say("pages.command"), url_path="command", default=True),
    say("rectify.title"): st.Page(rectification_page, title=say("rectify.title"), url_path="rectification"),
    say("intake_page.title"): st.Page(data_page, title=say("intake_page.title"), url_path="data"),
}
page = st.navigation([*ways.values()], position="hidden")
page_head(page, ways)
page.run()

"""The script that Streamlit runs for each visitor: the frame, and the page that is asked for."""

from __future__ import annotations

import streamlit as st

from dashboard.app_pages.accounts import accounts_page
from dashboard.app_pages.audit import audit_page
from dashboard.app_pages.command import command_page
from dashboard.app_pages.data import data_page
from dashboard.app_pages.rectification import rectification_page
from dashboard.components.frame import nothing_to_see, page_head, session_ended
from dashboard.components.watch import renew_when_up
from dashboard.texts import say
from dashboard.viewer import seen_now
from data.rights import pages_of
from geo.errors import CampusError

st.set_page_config(
    page_title=say("pages.title"), page_icon="🛡️", layout="wide", initial_sidebar_state="collapsed"
)
try:
    viewer = seen_now()
except CampusError:
    renew_when_up()
    st.stop()
if viewer is None:
    session_ended()
    st.stop()
pages = {
    "command": (say("pages.command"), command_page),
    "rectification": (say("rectify.title"), rectification_page),
    "data": (say("intake_page.title"), data_page),
    "accounts": (say("accounts.title"), accounts_page),
    "audit": (say("audit.page.title"), audit_page),
}
allowed = [name for name in pages_of(viewer.role) if name in pages]
if not allowed:
    page_head(viewer, None, {})
    nothing_to_see()
    st.stop()
ways = {pages[name][0]: st.Page(pages[name][1], title=pages[name][0], url_path=name) for name in allowed}
# the address without a page is the role's first one, which has its own address as well
first = pages[allowed[0]]
home = st.Page(first[1], title=first[0], url_path="home", default=True)
page = st.navigation([home, *ways.values()], position="hidden")
page_head(viewer, ways[first[0]] if page == home else page, ways)
page.run()

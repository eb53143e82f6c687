"""指挥 / Command: which schools have no post in reach, when, and where."""

from __future__ import annotations

import streamlit as st

from dashboard import queries
from dashboard.components.filters import filters
from dashboard.components.frame import notices
from dashboard.components.headline import headline
from dashboard.components.map_view import map_view
from dashboard.components.school_card import school_card
from dashboard.components.school_table import school_table
from dashboard.components.watch import renew_when_changed, renew_when_up
from dashboard.texts import say
from dashboard.view import codes_of, in_town, told_apart
from dashboard.view import school_table as table_of
from geo.errors import CampusError
from layers.geojson import order_of


def command_page() -> None:
    """Show the page; whatever is missing is said in a sentence, and the page heals by itself."""
    try:
        situation = queries.situation()
        _page(situation)
    except CampusError:
        renew_when_up()


def _page(situation: queries.Situation) -> None:
    """Show the page of one state of the data."""
    notices(situation)
    schools = told_apart(queries.schools(situation), say("pages.unnamed"))
    if schools.empty:
        st.info(say("pages.empty.no_schools"))
    else:
        _district(situation, schools)
    renew_when_changed(situation.stamp)


def _district(situation: queries.Situation, schools: queries.Frame) -> None:
    """Show headline, map and table of a district with schools."""
    choices = queries.choices(situation)
    top = st.container()
    view = filters(choices, schools)
    if not choices.rings:
        st.info(say("pages.empty.no_build"))
    elif not situation.has_posts:
        st.info(say("pages.empty.no_posts"))
    table = table_of(schools, queries.coverage(situation, view))
    here = in_town(table, view.town)
    place = here["town_name"].iloc[0] if view.town and len(here) else say("pages.whole_district")
    with top:
        headline(view, here, str(place))
    left, right = st.columns([0.62, 0.38], gap="small")
    with left:
        codes = {"school": (codes_of(schools, table, view.town), order_of(schools["id"]))}
        on_duty = queries.duty_codes(situation, view)
        map_view(situation, view, codes=codes | ({"post": on_duty} if on_duty else {}))
    with right:
        school_card(table, view)
        school_table(here)
    with st.expander(say("pages.method.title")):
        st.markdown(say("pages.method.text"))

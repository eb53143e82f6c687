"""The perimeter: which part of the schools' surroundings is within reach of posts on duty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import queries
from dashboard.components.filters import filters as choose_view
from dashboard.components.headline import headline
from dashboard.components.map_view import map_view
from dashboard.components.school_card import school_card
from dashboard.components.school_table import school_table
from dashboard.scope_words import own_school, whole_place
from dashboard.texts import say
from dashboard.view import codes_of, in_town
from dashboard.view import school_table as table_of
from layers.geojson import order_of

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from dashboard.view import View


def perimeter_part(
    situation: queries.Situation, schools: queries.Frame, *, top: DeltaGenerator, filters: DeltaGenerator
) -> None:
    """Show headline, map and table of the schools' surroundings.

    Parameters
    ----------
    situation
        Who looks, and at which state of the data.
    schools
        All schools.
    top, filters
        Where the headline and the choices stand.
    """
    choices = queries.choices(situation)
    with filters:
        view = choose_view(choices, schools)
    if not choices.rings:
        st.info(say("pages.empty.no_build"))
    elif not situation.has_posts and not situation.confined:
        st.info(say("pages.empty.no_posts"))
    table = table_of(schools, queries.coverage(situation, view))
    here = in_town(table, view.town)
    with top:
        is_one = bool(own_school(situation, schools))
        headline(view, here, _place(situation, schools, here, view), is_one=is_one)
    left, right = st.columns([0.62, 0.38], gap="small")
    with left:
        codes = {"school": (codes_of(schools, table, view.town), order_of(schools["id"]))}
        on_duty = queries.duty_codes(situation, view)
        map_view(
            situation,
            view,
            codes=codes | ({"post": on_duty} if on_duty else {}),
            left_out={"service_area"},
            lines={"gate": ("",)},
        )
    with right:
        school_card(situation, table, view)
        school_table(here)
    with st.expander(say("pages.method.title")):
        st.markdown(say("pages.method.text"))


def _place(situation: queries.Situation, schools: queries.Frame, here: queries.Frame, view: View) -> str:
    """Name what the headline is about."""
    if view.town and len(here):
        return say("pages.place.town", name=here["town_name"].iloc[0])
    return whole_place(situation, schools)

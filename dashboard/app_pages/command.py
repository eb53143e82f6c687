"""指挥 / Command: which gate is not guarded, when, and who can come; and what surrounds the schools."""

from __future__ import annotations

import streamlit as st

from dashboard import audit, ledger_queries, queries
from dashboard.components.area_classes import area_classes_part
from dashboard.components.command_ledger import ledger_part
from dashboard.components.command_perimeter import perimeter_part
from dashboard.components.frame import notices
from dashboard.components.ledger_filters import ledger_filters, mode_choice
from dashboard.components.watch import renew_when_changed, renew_when_up
from dashboard.texts import say
from dashboard.view import told_apart
from dashboard.view_ledger import PERIMETER, SEES_LEDGER
from geo.errors import CampusError


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
        audit.viewed("/command", situation.stamp, audit.opened("school", "gate", "post"))
        _district(situation, schools)
        area_classes_part(situation)
    renew_when_changed(situation.stamp)


def _district(situation: queries.Situation, schools: queries.Frame) -> None:
    """Show a district with schools in the mode that is chosen."""
    top = st.container(key="top")
    filters = st.container(horizontal=True, vertical_alignment="bottom", key="filters")
    has_ledger = situation.role in SEES_LEDGER and ledger_queries.has_ledger(situation)
    with filters:
        mode = mode_choice(situation, has_ledger=has_ledger)
    if mode == PERIMETER:
        if situation.role in SEES_LEDGER and situation.run_id is not None and not has_ledger:
            st.info(say("command.empty.no_bells"))
        perimeter_part(situation, schools, top=top, filters=filters)
    elif has_ledger:
        with filters:
            asked = ledger_filters(situation, schools, mode)
        ledger_part(situation, schools, asked, top=top)
    else:
        no_ledger(situation)


def no_ledger(situation: queries.Situation) -> None:
    """Say why there is no ledger to show."""
    st.info(say("pages.empty.no_build" if situation.run_id is None else "command.empty.no_bells"))

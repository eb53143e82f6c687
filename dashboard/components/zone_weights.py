"""The weights: sliders that rank anew at once, and the committee's way to set them for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import zone_queries
from dashboard.components.job_watch import ended, failure
from dashboard.texts import lang, moment, say
from data.messages import sentence
from data.rights import rights
from geo.errors import CampusError
from geo.zone_scores import TERMS

if TYPE_CHECKING:
    from dashboard.queries import Situation
    from dashboard.zone_queries import Held

SETTERS = rights().tables["work.weighting"].adds
"""Who sets weights and decides."""
JOB = "zone_job"
MOST = 100


def tried_weights(held: Held, district: str) -> dict[str, int]:
    """Give the weights that the sliders stand at, before they are drawn: those in force where none moved."""
    return {term: int(st.session_state.get(_key(held, district, term), held.weights[term])) for term in TERMS}


def weights_part(situation: Situation, held: Held, district: str, *, is_built: bool) -> None:
    """Show the sliders, who set what is in force, and the button that saves."""
    tried = tried_weights(held, district)
    with st.expander(say("zones.weights.title"), expanded=tried != held.weights):
        st.caption(f"{_who(situation, held)} {say('zones.weights.help')}")
        columns = st.columns(2, gap="medium")
        for at, term in enumerate(TERMS):
            with columns[at % 2]:
                key = _key(held, district, term)
                st.session_state.setdefault(key, held.weights[term])
                st.slider(say(f"zones.term.{term}"), 0, MOST, key=key)
        _buttons(situation, held, district, tried)
    _follow(held, tried, is_built=is_built)


def _buttons(situation: Situation, held: Held, district: str, tried: dict[str, int]) -> None:
    """Offer to save, for those who may, and to go back."""
    moved = tried != held.weights
    with st.container(horizontal=True):
        if situation.role in SETTERS:
            save = st.button(
                say("zones.weights.save"), type="primary", key="zone_weights_save",
                disabled=not moved or not any(tried.values()),
            )  # fmt: skip
            if save:
                _save(district, tried)
        else:
            st.caption(say("zones.weights.only_committee"))
        st.button(
            say("zones.weights.reset"), key="zone_weights_reset", disabled=not moved,
            on_click=_reset, args=(held, district),
        )  # fmt: skip


def _save(district: str, tried: dict[str, int]) -> None:
    try:
        st.session_state[JOB] = zone_queries.save_weights(district, tried)
    except CampusError as error:
        st.error(sentence(error, lang()))
        return
    st.rerun()


def _follow(held: Held, tried: dict[str, int], *, is_built: bool) -> None:
    """Say how far the build is that new weights want."""
    state = ended(st.session_state.get(JOB), say("zones.weights.building"))
    if state is not None and state.status != "done":
        st.error(failure(state))
    elif state is not None and is_built:
        st.success(say("zones.weights.built"))
    elif st.session_state.get(JOB) is None and tried == held.weights and not is_built:
        st.caption(say("zones.weights.waiting"))


def _who(situation: Situation, held: Held) -> str:
    """Say who set the weights in force, and when."""
    if held.set_by is None or held.set_at is None:
        return say("zones.weights.default")
    role = say("zones.weights.committee" if held.set_by else "zones.weights.local")
    return say(
        "zones.weights.set", account=held.set_by, role=role, at=moment(held.set_at, situation.timezone)
    )


def _reset(held: Held, district: str) -> None:
    for term in TERMS:
        st.session_state[_key(held, district, term)] = held.weights[term]


def _key(held: Held, district: str, term: str) -> str:
    """Name a slider: weights that somebody set anew have sliders of their own, which stand at them."""
    return f"zone_weight_{district}_{held.id}_{term}"

"""Plan mode on the map: what a click chooses. The form's widgets follow; nothing here writes or computes.

A post that is clicked is the one that the next change is about; a gate is where posts go; free ground gives a
position, which is kept in the session until a change is made of it or a gate is chosen.
"""

from __future__ import annotations

import re

import streamlit as st

from dashboard.choice import chosen
from dashboard.selection import (
    MAP,
    chosen_on_map,
    gate_of_click,
    point_of_click,
    post_of_click,
    selected_gate,
)

POST = "plan_post"
KIND = "plan_kind"
POSITION = "plan_position"
PICKED = "plan_picked"
DONE = "plan_change_made"
MOVE, ADD = "move_post", "add_post"
NEEDS_PLACE = (MOVE, ADD)
DIGITS = 6
_POSITION = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*[,，\s]\s*(-?\d{1,2}(?:\.\d+)?)\s*")


def is_plan_mode(tools: tuple[str, ...]) -> bool:
    """Say whether the visitor looks at plans."""
    return chosen("tool", tools, tools[0]) == "plan"


def clicked() -> None:
    """Follow a click on the map in plan mode."""
    said = st.session_state.get(MAP)
    point, post = point_of_click(said), post_of_click(said)
    if point is not None:
        _pick(point)
    elif post is not None:
        st.session_state[POST] = post
        if kind() == ADD:
            st.session_state[KIND] = MOVE
    else:
        chosen_on_map()
        if gate_of_click(said) is not None:
            _to_gate(selected_gate())


def _pick(point: tuple[float, float]) -> None:
    """Take a position, in the place of a gate."""
    st.session_state[PICKED] = point
    st.session_state[POSITION] = ", ".join(f"{degrees:.{DIGITS}f}" for degrees in point)
    st.session_state[gate_key(selected_gate())] = None


def _to_gate(gate: int | None) -> None:
    """Take a gate, in the place of a position."""
    st.session_state[PICKED] = None
    st.session_state[POSITION] = ""
    st.session_state[gate_key(gate)] = gate


def gate_key(selected: int | None) -> str:
    """Name the box of gates, which begins anew with each gate that is selected."""
    return f"plan_gate_{selected}"


def kind() -> str:
    """Give the kind of the next change."""
    return str(st.session_state.get(KIND) or MOVE)


def prepare(names: object) -> None:
    """Set the boxes before they are shown: the gate selected first, unless a position was picked.

    Parameters
    ----------
    names
        The known gates, by id.
    """
    gate, picked = selected_gate(), st.session_state.get(PICKED)
    key = gate_key(gate)
    if key not in st.session_state and picked is None and gate in names:  # type: ignore[operator]
        st.session_state[key] = gate
    if POSITION not in st.session_state and picked is not None:
        _pick(picked)


def change_made() -> None:
    """Remember that a change was made of what was chosen, for `begin_anew`."""
    st.session_state[DONE] = True


def begin_anew() -> None:
    """Let go of post and position after a change; called before any widget is shown."""
    if st.session_state.pop(DONE, False):
        st.session_state[POST] = None
        if st.session_state.get(PICKED) is not None:
            st.session_state[PICKED] = None
            st.session_state[POSITION] = ""


def position_of(written: object) -> tuple[float, float] | None:
    """Read longitude and latitude as people type them; None where they are none."""
    match = _POSITION.fullmatch(str(written or ""))
    if match is None:
        return None
    lon, lat = (float(part) for part in match.groups())
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None  # noqa: PLR2004 -- degrees

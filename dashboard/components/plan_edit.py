"""The form in which a plan's next change is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import plan_clicks
from dashboard.plan_words import gate_names, hours_of, written_hours
from dashboard.texts import say
from geo.plan_changes import AddPost, GateName, Hours, MovePost, RemovePost, SetHours
from geo.terms import Force, Mobility

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dashboard.plan_queries import District
    from geo.plan_changes import Change

KINDS = ("move_post", "remove_post", "set_hours", "add_post")
FORCES = (Force.POLICE, Force.AUXILIARY, Force.TRAFFIC, Force.PATROL_SWAT)
PREFIX = "plan:"
"""Codes of posts that only plans know."""
DEFAULT_HOURS = "07:00-08:10"
LONGEST = 120


def edit_part(
    district: District, draft: Sequence[Change], gate_id: int | None, *, add: Callable[[Change], None]
) -> None:
    """Show the form.

    Parameters
    ----------
    district
        Posts and gates to choose from.
    draft
        The changes that are made already: posts that they take away are gone, those that they add are there.
    gate_id
        The gate that is offered first.
    add
        Called with the change that is made.
    """
    st.session_state.setdefault(plan_clicks.KIND, KINDS[0])
    kind = st.segmented_control(
        say("plan.next"), KINDS, key=plan_clicks.KIND, required=True,
        format_func=lambda word: say(f"plan.kind.{word}"),
    )  # fmt: skip
    if kind == "add_post":
        change = _new(district, draft, gate_id)
    else:
        code = _post(district, draft)
        change = None if code is None else _changed(str(kind), code, district, gate_id)
    if st.button(say("plan.make"), key="plan_make", disabled=change is None) and change is not None:
        add(change)
        plan_clicks.change_made()
        st.rerun()


def _post(district: District, draft: Sequence[Change]) -> str | None:
    """Choose one of the posts that there are after the changes made so far."""
    gone = {change.code for change in draft if isinstance(change, RemovePost)}
    added = {change.code: change.name for change in draft if isinstance(change, AddPost)}
    names = {code: name for code, name in {**district.posts, **added}.items() if code not in gone}
    if st.session_state.get("plan_post") not in names:
        st.session_state["plan_post"] = None
    code: str | None = st.selectbox(
        say("plan.post_choice"), list(names), index=None, key="plan_post", placeholder=say("plan.choose"),
        format_func=lambda each: names.get(each, each),
    )  # fmt: skip
    return code


def _changed(kind: str, code: str, district: District, gate_id: int | None) -> Change | None:
    """Ask for what a change to a post needs; None while it is missing."""
    if kind == "remove_post":
        return RemovePost(code)
    if kind == "set_hours":
        known = district.desk.facts.duties
        own = known[known["post_code"] == code][["start", "end"]].drop_duplicates()
        spans = tuple(_spans(own.itertuples(index=False, name=None)))
        hours = _hours(written_hours(spans) or DEFAULT_HOURS, f"plan_hours_{code}")
        return None if hours is None else SetHours(code, hours, _weekdays(f"plan_days_{code}"))
    place = _place(district, gate_id)
    return None if place is None else MovePost(code, *place)


def _spans(pairs: object) -> list[Hours]:
    """Give the hours that a plan could hold of those that there are."""
    return [Hours(int(start), int(end)) for start, end in sorted(pairs) if start != end]  # type: ignore[call-overload]


def _new(district: District, draft: Sequence[Change], gate_id: int | None) -> Change | None:
    """Ask for a new post."""
    place = _place(district, gate_id)
    hours = _hours(DEFAULT_HOURS, "plan_hours_new")
    left, right = st.columns(2)
    with left:
        force = st.selectbox(
            say("plan.force"), FORCES, key="plan_force", format_func=lambda word: say(f"layers.force.{word}")
        )
    with right:
        mobility = st.selectbox(
            say("plan.mobility"), tuple(Mobility), key="plan_mobility",
            format_func=lambda word: say(f"plan.moves.{word}"),
        )  # fmt: skip
    days = _weekdays("plan_days_new")
    if place is None or hours is None:
        return None
    taken = {change.code for change in draft} | set(district.posts)
    number = next(n for n in range(1, len(taken) + 2) if f"{PREFIX}{n}" not in taken)
    return AddPost(
        f"{PREFIX}{number}", place[0], place[1], hours, days, Force(force), Mobility(str(mobility)), place[2],
        say("plan.new_post", number=number),
    )  # fmt: skip


def _place(district: District, gate_id: int | None) -> tuple[float, float, GateName | None] | None:
    """Choose a gate, or give a position; the gate selected on the map is offered first."""
    names = gate_names(district)
    plan_clicks.prepare(names)
    chosen = st.selectbox(
        say("plan.to_gate"), list(names), index=None, key=plan_clicks.gate_key(gate_id),
        placeholder=say("plan.to_gate_hint"),
        format_func=lambda number: names.get(number, str(number)),
    )  # fmt: skip
    if chosen is not None:
        row = district.gates[district.gates["gate_id"] == chosen].iloc[0]
        gate = row["name"] if isinstance(row["name"], str) else None
        return float(row["lon"]), float(row["lat"]), GateName(str(row["school_code"]), gate)
    written = st.text_input(
        say("plan.to_position"), key=plan_clicks.POSITION, max_chars=LONGEST, placeholder="119.58, 31.74"
    )
    at = plan_clicks.position_of(written)
    return None if at is None else (*at, None)


def _hours(default: str, key: str) -> tuple[Hours, ...] | None:
    """Ask for hours; say where they are none."""
    written = st.text_input(say("plan.hours"), default, key=key, max_chars=LONGEST)
    hours = hours_of(written or "")
    if hours is None:
        st.warning(say("plan.bad_hours"))
    return hours


def _weekdays(key: str) -> tuple[int, ...]:
    """Ask for weekdays; none chosen means Monday to Friday."""
    days = st.pills(
        say("plan.weekdays"), range(7), selection_mode="multi", default=range(5), key=key,
        format_func=lambda day: say(f"plan.weekday.{day}"),
    )  # fmt: skip
    return tuple(sorted(days)) or (0, 1, 2, 3, 4)

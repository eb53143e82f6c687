"""The selected hazard: what it is, its way so far, and the steps that its viewer may take."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dashboard import hazard_queries
from dashboard.hazard_choice import select_hazard, selected_hazard
from dashboard.texts import NOTHING, lang, moment, number, say
from dashboard.view_hazards import place_names, same_place
from data.messages import sentence
from data.repositories.hazard_steps import NOTE_LENGTH, NoUnitError, Step, steps_of
from geo.errors import CampusError
from geo.hazards import FOUND, next_steps
from geo.terms import HazardStep

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from datetime import date

    from dashboard.hazard_queries import Board
    from dashboard.queries import Situation

SAID = "hazard_said"
"""The hazard whose step went wrong, and why; until one goes well."""
USUAL_DAYS = 15
"""The deadline that is offered where none is in force, days from today."""


def hazard_card(situation: Situation, board: Board, today: date) -> None:
    """Show the selected hazard; a hint where none is selected."""
    own = board.states[board.states["hazard_code"] == selected_hazard()]
    if own.empty:
        st.html(f'<div class="campus-card campus-card--empty">{escape(say("hazards.card.hint"))}</div>')
        return
    row = own.iloc[0]
    steps = board.steps[board.steps["hazard_code"] == row["hazard_code"]]
    st.html(
        f'<section class="campus-card" data-hazard="{escape(row["hazard_code"])}">'
        f"{_head(own)}{_way(steps, situation.timezone)}</section>"
    )
    _neighbours(board, str(row["hazard_code"]))
    # always there: what is below keeps its place, and what is open there stays open
    with st.container():
        code, said = st.session_state.get(SAID, ("", ""))
        if code == row["hazard_code"]:
            st.warning(said)
        else:
            st.session_state.pop(SAID, None)
    _steps(situation, board, row, steps, today)


def _head(own: pd.DataFrame) -> str:
    """Write what, where, whose, by when."""
    row = own.iloc[0]
    about = [*place_names(own, say("pages.unnamed")), row["town_name"], row["hazard_code"]]
    if not row["has_place"]:
        about.append(say("hazards.card.at_school"))
    words = dict.fromkeys(str(word) for word in about if not pd.isna(word))
    party = NOTHING if pd.isna(row["party"]) else say(f"hazards.party.{row['party']}")
    facts = (
        ("stage", say(f"hazards.stage.{row['stage']}")),
        ("unit", _text(row["unit"])),
        ("deadline", _deadline(row)),
        ("days" if row["is_open"] else "took", _days(row)),
    )
    cells = "".join(
        f"<div><dt>{escape(say(f'hazards.card.{key}'))}</dt><dd>{escape(value)}</dd></div>"
        for key, value in facts
    )
    place = " · ".join([*words, say("hazards.card.party", party=party)])
    return f"<h2>{escape(str(row['category']))}</h2><p>{escape(place)}</p><dl>{cells}</dl>"


def _deadline(row: pd.Series) -> str:
    """Write the deadline, by how much it is missed, and which it was before it was moved."""
    if pd.isna(row["deadline"]):
        return NOTHING
    words = str(row["deadline"].date())
    if row["first_deadline"] != row["deadline"]:
        words += say("hazards.card.moved", day=row["first_deadline"].date().isoformat())
    if row["is_overdue"]:
        words += say("hazards.card.late", days=number(row["overdue_days"]))
    return words


def _days(row: pd.Series) -> str:
    """Write how long it is, or was, open."""
    days = row["days_open"] if row["is_open"] else row["days_to_close"]
    return NOTHING if pd.isna(days) else say("hazards.days", days=number(days))


def _text(value: object) -> str:
    return str(value) if isinstance(value, str) and value else NOTHING


def _way(steps: pd.DataFrame, timezone: str) -> str:
    """Write the steps, the newest first: when, what, to whom, by which account, and the note."""
    if steps.empty:
        return f"<p>{escape(say('hazards.way.none'))}</p>"
    lines = "".join(f"<li>{escape(_line(row, timezone))}</li>" for row in steps[::-1].to_dict("records"))
    return f'<p>{escape(say("hazards.way.title"))}</p><ol class="campus-way">{lines}</ol>'


def _line(row: dict[Hashable, Any], timezone: str) -> str:
    parts = [
        moment(row["done_at"].to_pydatetime(), timezone),
        say(f"hazards.step.{row['step']}"),
        _text(row["unit"]) if isinstance(row["unit"], str) else "",
        "" if pd.isna(row["deadline"]) else say("hazards.way.by", day=row["deadline"].isoformat()),
        say("hazards.way.who", account=row["done_by"]),
        _text(row["note"]) if isinstance(row["note"], str) else "",
    ]
    return " · ".join(part for part in parts if part)


def _neighbours(board: Board, code: str) -> None:
    """Offer the other hazards whose signs lie under this one's."""
    others = same_place(board.states, code)
    if not others:
        return
    what = board.states.set_index("hazard_code")["category"]
    key = f"hazard_beside_{code}"
    st.pills(
        say("hazards.card.beside", count=number(len(others))), list(others), key=key,
        format_func=lambda each: str(what.get(each, each)), on_change=_chosen_beside, args=(key,),
    )  # fmt: skip


def _chosen_beside(key: str) -> None:
    select_hazard(st.session_state.get(key), go_there=False)


def _steps(situation: Situation, board: Board, row: pd.Series, steps: pd.DataFrame, today: date) -> None:
    """Offer what may follow: the step that leads on, and below it assigning once more."""
    stage = str(row["stage"])
    allowed = next_steps(stage, steps_of(situation.role))
    seen = None if steps.empty else int(steps.iloc[-1]["id"])
    base = Step(str(row["hazard_code"]), HazardStep.ASSIGNED, stage, seen)
    with st.container(key="hazard_steps"):
        if not allowed:
            st.caption(say("hazards.step.none"))
        if stage == FOUND and allowed:
            _assign(base, board, row, today)
            return
        if allowed and allowed[0] != HazardStep.ASSIGNED:
            _onward(base, allowed[0])
        if HazardStep.ASSIGNED in allowed:
            with st.expander(say(f"hazards.again.{stage}"), key=f"again_{base.hazard_code}_{seen}"):
                _assign(base, board, row, today)


def _onward(base: Step, step: HazardStep) -> None:
    """Ask for a note and take the step that leads on."""
    with st.form(f"onward_{base.hazard_code}_{base.seen}", border=False, enter_to_submit=False):
        keys = {"note": _note(base, step)}
        st.form_submit_button(
            say(f"hazards.do.{step}"), type="primary", on_click=_take, args=(replace(base, step=step), keys)
        )


def _assign(base: Step, board: Board, row: pd.Series, today: date) -> None:
    """Ask for unit, deadline and note, and assign."""
    units = sorted({str(unit) for unit in board.states["unit"].dropna()})
    in_force = row["unit"] if isinstance(row["unit"], str) else None
    is_ahead = not pd.isna(row["deadline"]) and row["deadline"].date() > today
    tag = f"{base.hazard_code}_{base.seen}"
    keys = {"unit": f"assign_unit_{tag}", "deadline": f"assign_due_{tag}"}
    with st.form(f"assign_{tag}", border=False, enter_to_submit=False):
        left, right = st.columns([0.6, 0.4])
        left.selectbox(
            say("hazards.form.unit"), units, index=units.index(in_force) if in_force else None,
            accept_new_options=True, key=keys["unit"], placeholder=say("hazards.form.unit_hint"),
        )  # fmt: skip
        right.date_input(
            say("hazards.form.deadline"),
            row["deadline"].date() if is_ahead else today + timedelta(days=USUAL_DAYS),
            min_value=today, key=keys["deadline"], format="YYYY-MM-DD",
        )  # fmt: skip
        keys["note"] = _note(base, HazardStep.ASSIGNED)
        st.form_submit_button(
            say(f"hazards.assign.{base.stage}"), type="primary", on_click=_take, args=(base, keys)
        )


def _note(base: Step, step: HazardStep) -> str:
    """Ask for a note; give the key under which it is kept."""
    key = f"hazard_note_{step}_{base.hazard_code}_{base.seen}"
    st.text_input(
        say("hazards.form.note"), key=key, max_chars=NOTE_LENGTH, placeholder=say("hazards.form.note_hint")
    )
    return key


def _take(base: Step, keys: Mapping[str, str]) -> None:
    """Take the step that was pressed, from where the hazard stood on the page; keep what was wrong.

    It runs before the page is drawn anew: by then another person's step may have changed what it shows.
    """
    said: dict[str, Any] = {name: st.session_state.get(key) for name, key in keys.items()}
    wanted = replace(base, **said)
    try:
        if wanted.step == HazardStep.ASSIGNED and not wanted.unit:
            raise NoUnitError
        hazard_queries.take_step(wanted)
    except CampusError as error:
        st.session_state[SAID] = (base.hazard_code, sentence(error, lang()))
    else:
        st.session_state.pop(SAID, None)

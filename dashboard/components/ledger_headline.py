"""One sentence with the ledger's numbers for the slot at hand, and the gates to look at first."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.clock import local_now, minute_of
from dashboard.components.ledger_filters import kind_text
from dashboard.selection import GATE_LIST, gate_chosen_in_short_list
from dashboard.texts import day_text, number, say, span
from dashboard.view_ledger import FIRST_TO_SEE, GUARD, answer_of, figures_of, phase

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dashboard.queries import Situation
    from dashboard.view_ledger import Answer, Asked, DayKind, Figures

MINUTE_S = 60


def ledger_headline(situation: Situation, asked: Asked, rows: pd.DataFrame, place: str) -> None:
    """Show the sentence of a slot.

    Parameters
    ----------
    situation
        Whose clock counts.
    asked
        What is looked at.
    rows
        Rows of that day, slot and place.
    place
        Name of the district or town.
    """
    if rows.empty:
        words = escape(say("command.headline.no_rows", when=when_text(asked.kind), place=place))
    elif asked.mode == GUARD:
        figures = figures_of(rows, asked.force)
        words = guard_html(figures, when_html(situation, asked, rows), place, asked.force)
    else:
        words = response_html(
            answer_of(rows), when_html(situation, asked, rows), place, situation.school_tier_min
        )
    st.html(f'<p class="campus-headline">{words}</p>')


def no_school(kinds: Sequence[DayKind], kind: DayKind) -> None:
    """Say that there is no school on a day, and when there is again."""
    words = [say("command.headline.no_school", when=when_text(kind))]
    later = next((each for each in kinds if each.day > kind.day and each.weekday is not None), None)
    if later is not None:
        words.append(say("command.headline.next_day", when=day_text(later.day), kind=kind_text(later)))
    st.html(f'<p class="campus-headline">{escape("".join(words))}</p>')


def when_text(kind: DayKind) -> str:
    """Write a date with its weekday, and with the timetable that runs where it is another one."""
    named = day_text(kind.day)
    return (
        say("command.day.with_kind", day=named, run=kind_text(kind))
        if kind.is_made_up or kind.is_for_few
        else named
    )


def when_html(situation: Situation, asked: Asked, rows: pd.DataFrame) -> str:
    """Write day, slot and hours, and whether it is now."""
    now = local_now(situation.timezone)
    is_today = asked.kind.day == now.date()
    state = phase(rows, minute_of(now)) if is_today else "later"
    hours = span(rows["window_start"].min(), rows["window_end"].max())
    return escape(say(
        f"command.when.{state}", day=when_text(asked.kind), slot=say(f"pages.slots.{asked.slot}"), hours=hours
    ))  # fmt: skip


def guard_html(figures: Figures, when: str, place: str, force: str) -> str:
    """Write the sentence of guard cover; its numbers stand out, its texts are escaped."""
    params = {
        "when": when, "place": escape(place), "gate_slots": strong(figures.gate_slots),
        "open": strong(figures.open), "empty": strong(figures.empty), "minutes": strong(figures.minutes),
        "schools": strong(figures.schools), "unknown": strong(figures.unknown),
    }  # fmt: skip
    if figures.unknown == figures.gate_slots:
        return say("command.headline.unknown", **params)
    kind = "open" if figures.open else "none"
    words = say(f"command.headline.{kind}_{force}", **params)
    if figures.open:
        words += _pupils_html(figures)
    if figures.unknown:
        words += say("command.headline.and_unknown", **params)
    return words


def _pupils_html(figures: Figures) -> str:
    """Say whom it concerns, as far as that is known."""
    params = {"schools": strong(figures.schools), "uncounted": number(figures.uncounted)}
    if figures.pupils is None:
        return say("command.headline.schools", **params)
    key = "command.headline.pupils_partly" if figures.uncounted else "command.headline.pupils"
    return say(key, pupils=strong(figures.pupils), **params)


def response_html(answer: Answer, when: str, place: str, tier_min: float) -> str:
    """Write the sentence of response cover."""
    params = {
        "when": when, "place": escape(place), "gate_slots": strong(answer.gate_slots),
        "late": strong(answer.late), "cut_off": strong(answer.cut_off), "unknown": strong(answer.unknown),
        "schools": strong(answer.schools), "tier": number(tier_min, "#,##0.#"),
        "median": f"<strong>{escape(minutes_text(answer.median_s))}</strong>",
    }  # fmt: skip
    if answer.unknown == answer.gate_slots:
        return say("command.headline.response_unknown", **params)
    words = say(f"command.headline.{'late' if answer.late else 'in_time'}", **params)
    if answer.median_s is not None:
        words += say("command.headline.median", **params)
    if answer.unknown:
        words += say("command.headline.and_unknown", **params)
    return words


def minutes_text(seconds: float | None) -> str:
    """Write seconds as minutes of one decimal."""
    if seconds is None or seconds != seconds:  # noqa: PLR0124 -- NaN
        return number(None)
    return say("command.minutes", value=number(seconds / MINUTE_S, "#,##0.0"))


def strong(value: float) -> str:
    """Make a number stand out."""
    return f"<strong>{escape(number(value))}</strong>"


def first_gates(table: pd.DataFrame, asked: Asked) -> None:
    """Offer the gates to go to first; choosing one goes there."""
    labels = _labels(table, asked)
    if not labels:
        return
    if st.session_state.get(GATE_LIST) not in labels:
        st.session_state[GATE_LIST] = None
    st.pills(
        say(f"command.first.{asked.mode}"), list(labels), key=GATE_LIST, wrap=False,
        on_change=gate_chosen_in_short_list, format_func=lambda gate: labels.get(gate, str(gate)),
    )  # fmt: skip


def _labels(table: pd.DataFrame, asked: Asked) -> dict[int, str]:
    """Name the first gates with the number that says why."""
    if asked.mode == GUARD:
        chosen = table[table["uncovered_min"] > 0].head(FIRST_TO_SEE)
        figures = [say("command.gate_minutes", value=number(value)) for value in chosen["uncovered_min"]]
    else:
        chosen = table[table["response_reason"].isin(["too_far", "unreachable", "no_post"])].head(
            FIRST_TO_SEE
        )
        figures = [
            say(f"command.response_reason.{reason}") if seconds != seconds else minutes_text(seconds)  # noqa: PLR0124 -- NaN
            for seconds, reason in zip(chosen["response_s"], chosen["response_reason"], strict=True)
        ]
    names = zip(chosen["gate_id"], chosen["gate"], figures, strict=True)
    return {int(gate): f"{name} · {figure}" for gate, name, figure in names}

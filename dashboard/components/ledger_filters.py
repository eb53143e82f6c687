"""The choices of the ledger: day, slot, whose posts count, town."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import ledger_queries
from dashboard.choice import choose, follow_default
from dashboard.clock import local_now, minute_of
from dashboard.components.filters import town_choice
from dashboard.texts import day_text, number, say, weekday_text
from dashboard.view_ledger import (
    ANY,
    FORCES,
    GUARD,
    MODES,
    PERIMETER,
    SEES_AHEAD,
    SEES_LEDGER,
    Asked,
    slot_at_hand,
    slots_of,
)

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from dashboard.queries import Situation
    from dashboard.view_ledger import DayKind

DAY_WIDTH = 266


def mode_choice(situation: Situation, *, has_ledger: bool) -> str:
    """Choose what is looked at; who may not see the ledger is asked nothing."""
    if situation.role not in SEES_LEDGER:
        return PERIMETER
    return choose(
        "mode", MODES, default=GUARD if has_ledger else PERIMETER, label=say("command.mode.label"),
        show=lambda word: say(f"command.mode.{word}"),
    )  # fmt: skip


def ledger_filters(situation: Situation, schools: pd.DataFrame, mode: str) -> Asked:
    """Show the choices of the ledger and give what is chosen."""
    kind = _day(situation)
    rows = ledger_queries.rows_of(situation, kind.day)
    slot = _slot(rows, kind.day, situation.timezone)
    force = ANY
    if mode == GUARD and slot:
        force = choose(
            "force", FORCES, default=ANY, label=say("command.force.label"),
            show=lambda word: say(f"command.force.{word}"),
        )  # fmt: skip
    return Asked(mode=mode, kind=kind, slot=slot, force=force, town=town_choice(schools))


def _day(situation: Situation) -> DayKind:
    """Choose a day: today, and for those who plan the days to come."""
    today = local_now(situation.timezone).date()
    kinds = ledger_queries.coming_days(situation, today)
    if situation.role not in SEES_AHEAD:
        return kinds[0]
    follow_default("day")
    by_word = {kind.day.isoformat(): kind for kind in kinds}
    word = choose(
        "day", list(by_word), default=today.isoformat(), label=say("command.day.label"),
        list_width=DAY_WIDTH, show=lambda word: day_label(by_word[word], today),
    )  # fmt: skip
    return by_word[word]


def _slot(rows: pd.DataFrame, day: date, timezone: str) -> str:
    """Choose a slot of the day; empty where it has none."""
    slots = slots_of(rows)
    if not slots:
        return ""
    follow_default("slot")
    now = local_now(timezone)
    default = slot_at_hand(rows, minute_of(now) if day == now.date() else 0) or slots[0]
    return choose(
        "slot", slots, default=default, label=say("pages.slot"),
        show=lambda word: say(f"pages.slots.{word}"),
    )  # fmt: skip


def day_label(kind: DayKind, today: date) -> str:
    """Write a day and what runs on it."""
    named = day_text(kind.day)
    words = say("command.day.today", day=named) if kind.day == today else named
    return say("command.day.with_kind", day=words, run=kind_text(kind))


def kind_text(kind: DayKind) -> str:
    """Say what runs on a day."""
    if kind.weekday is None:
        return say("command.day.rest")
    if kind.is_made_up:
        return say("command.day.made_up", weekday=weekday_text(kind.weekday))
    if kind.is_for_few:
        return say("command.day.few", schools=number(kind.schools))
    return say("command.day.school")

"""The ledger added up by school, town, police area or date, for the slot, the day or the month."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import ledger_queries
from dashboard.choice import choose
from dashboard.clock import local_now
from dashboard.texts import NOTHING, day_text, number, say
from dashboard.view_ledger import POLICE, SEES_AHEAD
from geo.ledger_sums import add_up

if TYPE_CHECKING:
    import pandas as pd

    from dashboard.queries import Situation
    from dashboard.view_ledger import Asked

PERIODS = ("slot", "day", "month")
LEVELS = ("school", "town", "police_area", "date")
HEIGHT = 320
THOUSAND = 1000


def ledger_totals(situation: Situation, asked: Asked, schools: pd.DataFrame, day_rows: pd.DataFrame) -> None:
    """Show the sums.

    Parameters
    ----------
    situation, asked
        What is looked at, and by whom.
    schools
        All schools.
    day_rows
        Rows of the whole day.
    """
    with st.expander(say("command.totals.title"), expanded=False, key="totals"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            period = choose(
                "period", PERIODS, default="slot", label=say("command.totals.period"),
                show=lambda word: say(f"command.totals.{word}"),
            )  # fmt: skip
            levels = LEVELS if period == "month" else LEVELS[:-1]
            level = choose(
                "level", levels, default="school", label=say("command.totals.level"),
                show=lambda word: say(f"command.totals.by_{word}"),
            )  # fmt: skip
        sums = _sums(situation, asked, schools, day_rows, period, level)
        _table(_named(sums, schools, level), asked, level)
        st.caption(say("command.totals.note"))


def _sums(
    situation: Situation, asked: Asked, schools: pd.DataFrame, day_rows: pd.DataFrame, period: str, level: str
) -> pd.DataFrame:
    """Add up what is asked for."""
    if period == "month":
        return ledger_queries.month_sums(situation, _days(situation, asked.kind.day), level)
    rows = day_rows[day_rows["slot"] == asked.slot] if period == "slot" else day_rows
    areas = schools[["code", "town_code", "police_area_code"]].rename(columns={"code": "school_code"})
    return add_up(rows.merge(areas, on="school_code", how="left"), by=[ledger_queries.LEVELS[level]])


def _days(situation: Situation, day: date) -> list[date]:
    """Give the days of a month that the viewer may see."""
    first = day.replace(day=1)
    days = [first + timedelta(days=ahead) for ahead in range(calendar.monthrange(day.year, day.month)[1])]
    if situation.role in SEES_AHEAD:
        return days
    today = local_now(situation.timezone).date()
    return [each for each in days if each <= today]


def _named(sums: pd.DataFrame, schools: pd.DataFrame, level: str) -> pd.DataFrame:
    """Name the groups as people do."""
    column = ledger_queries.LEVELS[level]
    if level == "date":
        return sums.assign(name=[day_text(day) for day in sums[column]])
    code, name = ("code", "name") if level == "school" else (column, f"{level}_name")
    names = schools.drop_duplicates(code).set_index(code)[name].to_dict()
    words = [
        str(names[each]) if isinstance(names.get(each), str) else say("command.totals.nowhere")
        for each in sums[column]
    ]
    return sums.assign(name=words).sort_values("uncovered_min", ascending=False, kind="stable")


def _table(sums: pd.DataFrame, asked: Asked, level: str) -> None:
    """Show the sums of the chosen force."""
    suffix = "police_" if asked.force == POLICE else ""
    uncovered = sums[f"uncovered_{suffix}min"]
    known = sums["gate_slots"] > sums["unknown_gate_slots"]
    shown = sums.assign(
        uncovered=uncovered.where(known),
        share=(100 * uncovered / sums["required_min"]).where(sums["required_min"] > 0),
        open=sums[f"open_{suffix}gate_slots"].where(known),
        weighted=(sums[f"pupil_uncovered_{suffix}min"] / THOUSAND).where(sums["pupil_gate_slots"] > 0),
    )
    columns = ["name", "uncovered", "share", "open", "gate_slots", "unknown_gate_slots", "weighted"]
    columns += ["late_gate_slots"]
    st.dataframe(
        shown[columns], hide_index=True, height=HEIGHT, column_config=_columns(level), placeholder=NOTHING,
        key="totals_table", alt=say("command.totals.title"),
    )  # fmt: skip
    total = say(
        "command.totals.whole", gate_slots=number(sums["gate_slots"].sum()),
        open=number(sums[f"open_{suffix}gate_slots"].sum()), minutes=number(uncovered.sum()),
        pupils=number(sums["pupil_gate_slots"].sum()),
    )  # fmt: skip
    st.html(f'<p class="campus-total">{total}</p>')


def _columns(level: str) -> dict[str, Any]:
    """Name and format the columns."""
    value = st.column_config.NumberColumn
    return {
        "name": st.column_config.TextColumn(say(f"command.totals.by_{level}"), width="medium"),
        "uncovered": value(say("command.totals.uncovered"), format="%.0f"),
        "share": value(say("command.totals.share"), help=say("command.totals.share_help"), format="%.1f%%"),
        "open": value(say("command.totals.open")),
        "gate_slots": value(say("command.totals.gate_slots")),
        "unknown_gate_slots": value(say("command.totals.unknown")),
        "weighted": value(
            say("command.totals.weighted"), help=say("command.totals.weighted_help"), format="%.1f"
        ),
        "late_gate_slots": value(say("command.totals.late"), help=say("command.totals.late_help")),
    }

"""Which dates have rows of their own in the ledger: those that differ, for a gate, from their weekday."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.calendars import has_own_row, timetable_weekdays
from geo.eligible import eligible
from geo.hours import ordinals
from geo.ledger import COLUMNS, KEY, WEEKDAYS, gate_slots, rows_of
from geo.terms import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.arrays import Flags, Integers, Objects
    from geo.ledger import LedgerFacts, LedgerRules

_PLAIN = len("mon")
_DECEMBER = 12


def whole_ledger(facts: LedgerFacts, *, as_of: date, rules: LedgerRules) -> pd.DataFrame:
    """Keep the ledger of every weekday, and of every date that differs from its own.

    Parameters
    ----------
    facts
        What is known of the partition.
    as_of
        The date whose bells and duties make the weekdays' timetable.
    rules
        How it counts.

    Returns
    -------
    pandas.DataFrame
        As `geo.ledger.gate_slots`. A date has rows of a gate where an exception, its school's or stage's own
        calendar row, or bells and duties of that date make them: those that an exception or such a row could
        touch, and those whose figures differ.
    """
    days = special_days(facts, as_of)
    rows = gate_slots(facts, as_of=as_of, days=days, rules=rules)
    is_plain = rows["date_type"].str.len() == _PLAIN
    plain, dated = rows[is_plain], rows[~is_plain]
    if dated.empty:
        return rows
    return pd.concat([plain, dated[_differs(facts, plain, dated, days, rules)]], ignore_index=True)


def special_days(facts: LedgerFacts, as_of: date) -> list[date]:
    """List the dates that may differ, in order.

    Every date with an exception or with a calendar row for one school or one stage; and, from the first day
    of the month of ``as_of`` to the last one of the next, those on which other bells or duties are in force.
    """
    scopes = {*facts.schools["school_code"], *(str(stage) for stage in Stage)}
    own = facts.calendar["scope"].isin(scopes).to_numpy(dtype=bool)
    found = set(facts.calendar["date"][own]) | set(facts.exceptions["date"])
    if _has_nights(facts):
        found |= {day + timedelta(days=1) for day in facts.exceptions["date"]}
    return sorted(found | _other_timetables(facts, as_of))


def _has_nights(facts: LedgerFacts) -> bool:
    """Tell whether any duty reaches into the day after the one on which it begins."""
    return bool((facts.duties["end"] < facts.duties["start"]).any()) or bool(
        (facts.exceptions["end"] < facts.exceptions["start"]).any()
    )


def _other_timetables(facts: LedgerFacts, as_of: date) -> set[date]:
    first = as_of.replace(day=1)
    last = _month_after(_month_after(first)) - timedelta(days=1)
    days = np.arange(first.toordinal(), last.toordinal() + 1)
    differs = np.zeros(len(days), dtype=bool)
    for rows in (facts.bells, facts.duties):
        since = ordinals(rows["date_from"], missing=0)
        until = ordinals(rows["date_to"], missing=date.max.toordinal())
        holds = (since <= days[:, np.newaxis]) & (days[:, np.newaxis] <= until)
        now = (since <= as_of.toordinal()) & (as_of.toordinal() <= until)
        differs |= (holds != now).any(axis=1)
    return {date.fromordinal(int(day)) for day in days[differs]}


def _month_after(first: date) -> date:
    """Give the first day of the next month."""
    if first.month == _DECEMBER:
        return date(first.year + 1, 1, 1)
    return date(first.year, first.month + 1, 1)


def _differs(
    facts: LedgerFacts, plain: pd.DataFrame, dated: pd.DataFrame, days: Sequence[date], rules: LedgerRules
) -> Flags:
    """Tell which rows of dates are to be kept: all of a gate and date, or none."""
    name = {day.isoformat(): number for number, day in enumerate(days)}
    day = dated["date_type"].map(name).to_numpy(dtype=np.int64)
    school = rows_of(facts.schools["school_code"], dated["school_code"])
    weekday = timetable_weekdays(facts.schools, facts.calendar, days)[school, day]
    own = has_own_row(facts.schools, facts.calendar, days)[school, day]
    usual = _usual(plain, dated, np.array(WEEKDAYS, dtype=object)[weekday])
    kept = own | usual | _touched(facts, dated, name, rules)
    key = [dated["gate_id"].to_numpy(), day]
    spread: Flags = pd.Series(kept).groupby(key).transform("any").to_numpy(dtype=bool)
    return spread


def _usual(plain: pd.DataFrame, dated: pd.DataFrame, weekday: Objects) -> Flags:
    """Tell which rows are not simply those of their weekday, in figures or in number."""
    figures = [name for name in COLUMNS if name not in {*KEY, "school_code"}]
    left = dated.assign(date_type=weekday)
    size = plain.groupby(["gate_id", "date_type"]).size().rename("size").reset_index()
    met = left.merge(plain[[*KEY, *figures]], on=KEY, how="left", suffixes=("", "_usual"), indicator=True)
    met = met.merge(size, on=["gate_id", "date_type"], how="left")
    count = dated.groupby(["gate_id", "date_type"])["slot"].transform("size").to_numpy()
    other: Flags = (met["_merge"] == "left_only").to_numpy(dtype=bool) | (met["size"].to_numpy() != count)
    for column in figures:
        mine, usual = met[column], met[f"{column}_usual"]
        same = (mine == usual).fillna(False) | (mine.isna() & usual.isna())
        other |= ~same.to_numpy(dtype=bool)
    return other


def _touched(facts: LedgerFacts, dated: pd.DataFrame, name: dict[str, int], rules: LedgerRules) -> Flags:
    """Tell which rows are of a gate that a post with an exception on that date could guard."""
    pairs = eligible(facts.posts, facts.gates, facts.duties, within_m=rules.guard_radius_m)
    codes = facts.posts["post_code"].to_numpy(dtype=object)[pairs.post]
    ids: Integers = facts.gates["gate_id"].to_numpy(dtype=np.int64)[pairs.gate]
    serves = pd.DataFrame({"post_code": codes, "gate_id": ids})
    changed = facts.exceptions[["date", "post_code"]].merge(serves, on="post_code", how="inner")
    there = {(gate, day.isoformat()) for gate, day in zip(changed["gate_id"], changed["date"], strict=True)}
    wanted = zip(dated["gate_id"], dated["date_type"], strict=True)
    return np.array([(gate, day) in there and day in name for gate, day in wanted], dtype=bool)

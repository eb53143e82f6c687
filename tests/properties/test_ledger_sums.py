"""The ledger's sums: the parts give the whole at every level, a month is its days, and both as on paper."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.ledger_sums import SUMS, add_up, rows_of_day, rows_of_days
from geo.terms import GuardReason, ResponseReason
from tests.references.ledger_by_hand import WORDS, rows_on, total

FIRST = date(2026, 11, 23)  # a Monday
DAYS = [FIRST + timedelta(days=number) for number in range(10)]
SCHOOLS = ("S0", "S1", "S2")
TOWN = {"S0": "T0", "S1": "T0", "S2": None}
COLUMNS = (
    "gate_id", "school_code", "town_code", "bell_slot_id", "date_type", "required_min", "uncovered_min",
    "uncovered_police_min", "guard_reason", "response_reason", "pupils",
)  # fmt: skip
ADDITIVE = [name for name in SUMS if name != "gates"]


@st.composite
def ledger_rows(draw):
    """A few gates of three schools and of one that is not asked about, with rows of weekdays and dates."""
    rows = []
    for gate in range(draw(st.integers(0, 6))):
        school = draw(st.sampled_from((*SCHOOLS, "elsewhere")))
        dates = draw(st.sets(st.sampled_from((*WORDS, *map(str, DAYS))), max_size=8))
        for bell, word in enumerate(sorted(dates)):
            required = draw(st.integers(0, 90))
            uncovered = draw(st.sampled_from([0, required, required // 2]))
            rows.append({
                "gate_id": gate - 2, "school_code": school, "town_code": TOWN.get(school), "bell_slot_id": bell,
                "date_type": word, "required_min": required, "uncovered_min": uncovered,
                "uncovered_police_min": draw(st.sampled_from([uncovered, required])),
                "guard_reason": draw(st.sampled_from([str(word) for word in GuardReason])),
                "response_reason": draw(st.sampled_from([str(word) for word in ResponseReason])),
                "pupils": draw(st.none() | st.integers(0, 3000)),
            })  # fmt: skip
    return rows


def frame(rows):
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"pupils": object})


weekdays = st.lists(
    st.lists(st.integers(-1, 6), min_size=len(DAYS), max_size=len(DAYS)), min_size=3, max_size=3
).map(lambda lists: np.array(lists, dtype=np.int64))
schools = pd.DataFrame({"school_code": SCHOOLS})


def by_hand(rows, runs):
    return [
        row
        for number, day in enumerate(DAYS)
        for row in rows_on(rows, {code: int(runs[at, number]) for at, code in enumerate(SCHOOLS)}, day)
    ]


@settings(max_examples=40, deadline=None)
@given(ledger_rows(), weekdays)
def test_the_rows_of_dates_are_those_found_one_by_one(rows, runs) -> None:
    found = rows_of_days(frame(rows), schools, runs, DAYS)
    key = ["date", "gate_id", "bell_slot_id", "date_type"]
    expected = [tuple(row[name] for name in key) for row in by_hand(rows, runs)]
    assert list(found[key].itertuples(index=False, name=None)) == expected


@settings(max_examples=40, deadline=None)
@given(ledger_rows(), weekdays)
def test_sums_are_those_of_paper_and_parts_give_the_whole(rows, runs) -> None:
    found = rows_of_days(frame(rows), schools, runs, DAYS)
    whole = add_up(found).iloc[0].to_dict()
    assert whole == total(by_hand(rows, runs))
    for by in (["gate_id"], ["school_code"], ["town_code"], ["date"], ["town_code", "date"]):
        parts = add_up(found, by=by)
        assert {name: parts[name].sum() for name in ADDITIVE} == {name: whole[name] for name in ADDITIVE}
    assert len(add_up(found, by=["gate_id"])) == whole["gates"]


@settings(max_examples=20, deadline=None)
@given(ledger_rows(), weekdays)
def test_some_dates_are_the_sum_of_each(rows, runs) -> None:
    ledger = frame(rows)
    whole = add_up(rows_of_days(ledger, schools, runs, DAYS)).iloc[0]
    days = [add_up(rows_of_day(ledger, schools, runs[:, at], day)).iloc[0] for at, day in enumerate(DAYS)]
    for name in ADDITIVE:
        assert whole[name] == sum(day[name] for day in days)


def test_nothing_adds_up_to_zero_rows_and_says_so() -> None:
    nothing = frame([])
    assert rows_of_days(nothing, schools, np.empty((3, 0), dtype=np.int64), []).empty
    assert (
        add_up(rows_of_day(nothing, schools, np.zeros(3, dtype=np.int64), FIRST)).iloc[0]["gate_slots"] == 0
    )
    assert add_up(nothing, by=["school_code"]).empty

"""The ledger equals a simulation that walks through every minute and tries every way to place the posts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.calendars import NO_SCHOOL, timetable_weekdays
from geo.ledger import COLUMNS as LEDGER
from geo.ledger import WEEKDAYS, LedgerRules, gate_slots
from geo.ledger_days import whole_ledger
from tests.properties.amount import examples
from tests.properties.ledger_frames import facts_of
from tests.references.ledger_by_the_minute import District

AS_OF = date(2026, 9, 23)
DAYS = [date(2026, 9, 24), date(2026, 9, 25), date(2026, 9, 26)]
MANNED = frozenset({"police_station"})
minute = st.integers(0, 47).map(lambda half: half * 30)
lengths = st.integers(1, 95).map(lambda quarter: quarter * 15)
near_school = st.integers(12, 20).map(lambda half: half * 30)
weekdays = st.one_of(st.none(), st.lists(st.integers(0, 6), max_size=7, unique=True))
bound = st.one_of(st.none(), st.none(), st.sampled_from([date(2026, 9, 1), AS_OF, *DAYS]))


@st.composite
def districts(draw: st.DrawFn) -> District:
    schools = [
        {"school_id": number + 1, "school_code": f"S{number}", "stage": draw(st.sampled_from(["primary", "junior"])),
         "pupils": draw(st.one_of(st.none(), st.integers(0, 900)))}
        for number in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    codes = [school["school_code"] for school in schools]
    gates = [
        {"gate_id": number + 1, "school_code": draw(st.sampled_from(codes)), "name": f"g{number}",
         "x": draw(st.integers(0, 3)) * 40.0, "y": draw(st.integers(0, 1)) * 30.0}
        for number in range(draw(st.integers(1, 5)))
    ]  # fmt: skip
    names = st.sampled_from([None, "g0", "g1", "g2", "none such"])
    bells = [
        {"bell_slot_id": number + 1, "school_code": draw(st.sampled_from(codes)), "gate": draw(names),
         "direction": draw(st.sampled_from(["in", "out"])), "weekdays": draw(weekdays), "start": draw(near_school),
         "end": draw(st.one_of(st.none(), near_school)), "date_from": draw(bound), "date_to": draw(bound)}
        for number in range(draw(st.integers(0, 4)))
    ]  # fmt: skip
    posts = [
        {"post_id": number + 1, "post_code": f"P{number}",
         "type": draw(st.sampled_from(["guard_post", "guard_post", "police_station", "patrol_point"])),
         "force": draw(st.sampled_from([None, "police", "police", "traffic", "teacher", "school_guard"])),
         "mobility": "foot", "x": draw(st.integers(0, 4)) * 40.0, "y": draw(st.integers(0, 2)) * 30.0}
        for number in range(draw(st.integers(0, 5)))
    ]  # fmt: skip
    post_codes = [post["post_code"] for post in posts] or ["none"]
    duties = [
        {"post_code": draw(st.sampled_from(post_codes)), "school_code": draw(st.sampled_from([None, *codes])),
         "gate": draw(names), "weekdays": draw(weekdays), "start": start, "end": (start + length) % 1440,
         "date_from": draw(bound), "date_to": draw(bound)}
        for start, length in draw(st.lists(st.tuples(st.one_of(minute, near_school), lengths), max_size=8))
    ]  # fmt: skip
    exceptions = [
        {"date": day, "post_code": code, "change": draw(st.sampled_from(["absent", "replaced", "hours"])),
         "replaced_by": draw(st.sampled_from([None, *post_codes])), "start": draw(minute), "end": draw(minute)}
        for day, code in draw(st.lists(st.tuples(st.sampled_from(DAYS), st.sampled_from(post_codes)), max_size=3, unique=True))
    ]  # fmt: skip
    exceptions = [row for row in exceptions if row["replaced_by"] != row["post_code"]]
    scopes = st.sampled_from([None, "320413", "primary", "junior", *codes])
    calendar = [
        {"date": day, "scope": scope, "is_school_day": draw(st.booleans()),
         "runs_as_weekday": draw(st.one_of(st.none(), st.integers(0, 6)))}
        for day, scope in draw(st.lists(st.tuples(st.sampled_from(DAYS), scopes), max_size=4, unique=True))
    ]  # fmt: skip
    times = {
        (post["post_code"], gate["gate_id"]): float(draw(st.integers(0, 700)))
        for post in posts for gate in gates if draw(st.integers(0, 5))
    }  # fmt: skip
    return District(schools, gates, bells, posts, duties, exceptions, calendar, times, manned=MANNED,
                    has_roads=draw(st.integers(0, 9)) > 0)  # fmt: skip


def ledger(district: District) -> pd.DataFrame:
    return gate_slots(facts_of(district), as_of=AS_OF, days=DAYS, rules=LedgerRules(manned=MANNED))


def value(cell: Any) -> Any:
    return None if pd.isna(cell) else cell


@settings(max_examples=examples(150), deadline=None)
@given(districts())
def test_the_ledger_is_what_a_walk_through_every_minute_finds(district: District) -> None:
    rows = ledger(district)
    wanted = district.ledger(AS_OF, DAYS)
    found = {tuple(row[["gate_id", "bell_slot_id", "date_type"]]): row for _, row in rows.iterrows()}
    assert len(found) == len(rows)
    assert found.keys() == wanted.keys()
    for key, row in wanted.items():
        low, high = row.pop("guard_depth")
        assert {name: value(found[key][name]) for name in row} == row, key
        assert low <= found[key]["guard_depth"] <= high
        assert (found[key]["guard_depth"] > 0) == (row["guard_reason"] == "covered")
        assert found[key]["window_start"] % 10 in (0, 5)


@settings(max_examples=examples(100), deadline=None)
@given(districts())
def test_a_date_without_rows_of_its_own_is_its_weekday(district: District) -> None:
    facts = facts_of(district)
    rules = LedgerRules(manned=MANNED)
    kept = whole_ledger(facts, as_of=AS_OF, rules=rules)
    full = gate_slots(facts, as_of=AS_OF, days=DAYS, weekdays=(), rules=rules)
    runs = timetable_weekdays(facts.schools, facts.calendar, DAYS)
    for number, day in enumerate(DAYS):
        weekday_of = dict(zip(facts.schools["school_code"], runs[:, number], strict=True))
        own = kept[kept["date_type"] == day.isoformat()]
        usual = pd.concat(
            [
                kept[(kept["school_code"] == code) & (kept["date_type"] == WEEKDAYS[weekday])]
                for code, weekday in weekday_of.items()
                if weekday != NO_SCHOOL
            ]
            or [kept.iloc[:0]]
        )
        read = pd.concat([own, usual[~usual["gate_id"].isin(own["gate_id"])]]).drop(columns="date_type")
        wanted = full[full["date_type"] == day.isoformat()].drop(columns="date_type")
        if gone_quiet(wanted, usual):
            continue
        columns = [name for name in LEDGER if name != "date_type"]
        pd.testing.assert_frame_equal(
            *(
                each[columns].astype(object).sort_values(["gate_id", "bell_slot_id"], ignore_index=True)
                for each in (read, wanted)
            )
        )


def gone_quiet(wanted: pd.DataFrame, usual: pd.DataFrame) -> bool:
    """A gate whose bells of that weekday are all out of force on the date: it has no rows that could say so."""
    return not set(usual["gate_id"]) <= set(wanted["gate_id"])

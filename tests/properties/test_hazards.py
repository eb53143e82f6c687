"""Random ways of hazards: stages, deadlines, delays and medians are those of a walk step by step."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.hazards import (
    ALLOWED,
    STAGES,
    hazard_states,
    hazard_sums,
    in_round,
    next_steps,
    overdue_by_unit,
    round_sums,
)
from geo.terms import HazardStep
from tests.properties.amount import examples
from tests.references.hazard_walk import may, middle, walk

TODAY = date(2026, 11, 2)
NEAR = st.integers(-40, 20).map(lambda ahead: TODAY + timedelta(days=ahead))
UNITS = st.sampled_from([None, "甲", "乙"])


@st.composite
def ways(draw: st.DrawFn) -> tuple[list[dict], list[dict]]:
    """Some hazards, and steps of theirs that are allowed, mixed with each other in time."""
    hazards = [
        {"hazard_code": f"H{n}", "found_on": draw(st.none() | NEAR), "deadline": draw(st.none() | NEAR),
         "unit": draw(UNITS), "party": draw(st.sampled_from(["school", "locality", None]))}
        for n in range(draw(st.integers(0, 14)))
    ]  # fmt: skip
    stages, steps = defaultdict(lambda: "found"), []
    for _ in range(draw(st.integers(0, 40)) if hazards else 0):
        code = draw(st.sampled_from(hazards))["hazard_code"]
        step = draw(st.sampled_from([word for word in STAGES[1:] if may(stages[code], word)]))
        stages[code] = step
        steps.append({"hazard_code": code, "step": step, "unit": draw(UNITS), "deadline": draw(st.none() | NEAR),
                      "done_on": TODAY})  # fmt: skip
    days = sorted(draw(st.lists(NEAR, min_size=len(steps), max_size=len(steps))))
    return hazards, [{**step, "done_on": day} for step, day in zip(steps, days, strict=True)]


def frames(hazards: list[dict], steps: list[dict]) -> tuple[pd.DataFrame, pd.DataFrame]:
    return (
        pd.DataFrame(hazards, columns=["hazard_code", "found_on", "deadline", "unit", "party"]).astype(
            object
        ),
        pd.DataFrame(steps, columns=["hazard_code", "step", "unit", "deadline", "done_on"]).astype(object),
    )


def plain(value: object) -> object:
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return None
    return value.date() if isinstance(value, pd.Timestamp) else value


@settings(max_examples=examples(150), deadline=None)
@given(ways())
def test_states_are_those_of_a_walk_step_by_step(way: tuple[list[dict], list[dict]]) -> None:
    hazards, steps = way
    found = hazard_states(*frames(hazards, steps), TODAY)
    for hazard, row in zip(hazards, found.to_dict("records"), strict=True):
        own = [step for step in steps if step["hazard_code"] == hazard["hazard_code"]]
        expected = walk(hazard, own, TODAY)
        assert {name: plain(row[name]) for name in expected} == expected


@settings(max_examples=examples(100), deadline=None)
@given(ways())
def test_sums_count_each_hazard_once_and_medians_are_those_of_a_sorted_list(
    way: tuple[list[dict], list[dict]],
) -> None:
    states = hazard_states(*frames(*way), TODAY)
    for by in ("party", "unit"):
        sums = hazard_sums(states, by)
        assert sums["found"].sum() == len(states)
        assert (sums["open"] + sums["closed"] == sums["found"]).all()
        assert sums["overdue"].is_monotonic_decreasing
        for row in sums.to_dict("records"):
            own = states[states[by].isna() if plain(row[by]) is None else states[by] == row[by]]
            assert row["overdue"] == sum(own["is_overdue"])
            assert plain(row["median_days"]) == middle(own["days_to_close"].dropna().tolist())
    whole = hazard_sums(states)
    assert len(whole) == (len(states) > 0)
    late = overdue_by_unit(states)
    assert len(late) == states["is_overdue"].sum()
    runs = (late["unit"].fillna("") != late["unit"].fillna("").shift()).sum()
    assert runs == late["unit"].fillna("").nunique()


@settings(max_examples=examples(60), deadline=None)
@given(ways(), st.lists(st.tuples(NEAR, NEAR), max_size=3))
def test_a_round_holds_what_was_found_between_its_dates(
    way: tuple[list[dict], list[dict]], spans: list[tuple[date, date]]
) -> None:
    states = hazard_states(*frames(*way), TODAY)
    rounds = pd.DataFrame(
        [(n, min(pair), max(pair)) for n, pair in enumerate(spans)],
        columns=["round_id", "starts_on", "ends_on"],
    )
    sums = round_sums(states, rounds)
    assert sums["round_id"].tolist() == rounds["round_id"].tolist()
    for row, first, last in zip(sums.to_dict("records"), rounds["starts_on"], rounds["ends_on"], strict=True):
        own = [
            each["hazard_code"] for each in way[0] if each["found_on"] and first <= each["found_on"] <= last
        ]
        assert states.loc[in_round(states, first, last), "hazard_code"].tolist() == own
        assert row["found"] == len(own)


def test_no_step_can_be_skipped_and_every_stage_can_be_assigned() -> None:
    for stage in STAGES:
        allowed = {str(step) for step in next_steps(stage)}
        assert allowed == {step for step in STAGES[1:] if may(stage, step)}
        assert next_steps(stage, [HazardStep.RECTIFIED]) == (
            (HazardStep.RECTIFIED,) if stage == "assigned" else ()
        )
    assert set(ALLOWED) == set(STAGES)

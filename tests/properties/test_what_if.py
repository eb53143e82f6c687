"""A plan's ledger, worked out on the gates it touches alone, is the ledger of the planned facts; sums add up."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.ledger import LedgerRules, gate_slots
from geo.ledger_difference import difference
from geo.plan_changes import (
    AddPost,
    BadPlanError,
    GateName,
    Hours,
    MovePost,
    RemovePost,
    SetHours,
    from_json,
    to_json,
)
from geo.what_if import Placed, PlanPostError, apply, consider, week_of
from tests.properties.amount import examples
from tests.properties.test_ledger_properties import AS_OF, MANNED, districts, facts_of

if TYPE_CHECKING:
    from geo.ledger import LedgerFacts
    from geo.plan_changes import Change
    from geo.what_if import Locate

RULES = LedgerRules(manned=MANNED)
STEP_DEG = 0.01
STEP_M = 40.0
hours = st.tuples(st.integers(0, 47), st.integers(1, 32)).map(
    lambda pair: Hours(pair[0] * 30, (pair[0] + pair[1]) * 30 % 1440)
)
places = st.tuples(st.integers(0, 4), st.integers(0, 2)).map(lambda at: (at[0] * STEP_DEG, at[1] * STEP_DEG))
serves = st.one_of(st.none(), st.builds(GateName, st.sampled_from(["S0", "S1", "none"]), st.sampled_from([None, "g0", "g1"])))  # fmt: skip
weekdays = st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True).map(tuple)


def locating(facts: LedgerFacts) -> Locate:
    """A plane in which a hundredth of a degree is 40 m, and travel goes at 1 m/s, never across x = 100 m."""

    def locate(lon: float, lat: float, _mobility: str | None) -> Placed:
        x, y = lon / STEP_DEG * STEP_M, lat / STEP_DEG * STEP_M
        away = np.hypot(facts.gates["x"] - x, facts.gates["y"] - y).to_numpy(dtype=np.float64)
        same = (facts.gates["x"].to_numpy(dtype=np.float64) < 100) == (x < 100)
        return Placed(x, y, None if facts.travel_s is None else np.where(same, away + 2, np.inf))

    return locate


def with_stations(facts: LedgerFacts) -> LedgerFacts:
    """Two manned stations a second from everywhere: what a plan changes is no help, but guards shift along."""
    if facts.travel_s is None:
        return facts
    far = {"type": "police_station", "force": "police", "mobility": "car", "x": 9e4, "y": 9e4}
    rows = pd.DataFrame([{"post_id": 90 + n, "post_code": f"station{n}", **far} for n in range(2)])
    times = np.vstack([facts.travel_s + 2, np.ones((2, len(facts.gates)))])
    return replace(facts, posts=pd.concat([facts.posts, rows], ignore_index=True), travel_s=times)


@st.composite
def plans(draw: st.DrawFn, codes: list[str]) -> list[Change]:
    known, changes = list(codes), []
    for number in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["add", "move", "remove", "hours"] if known else ["add"]))
        lon, lat = draw(places)
        if kind == "add":
            known.append(f"new{number}")
            changes.append(AddPost(known[-1], lon, lat, (draw(hours),), draw(weekdays), serves=draw(serves)))
        elif kind == "move":
            changes.append(MovePost(draw(st.sampled_from(known)), lon, lat, draw(serves)))
        elif kind == "hours":
            spans = tuple(draw(st.lists(hours, min_size=1, max_size=2)))
            changes.append(SetHours(draw(st.sampled_from(known)), spans, draw(weekdays)))
        else:
            changes.append(RemovePost(draw(st.sampled_from(known))))
            known.remove(changes[-1].code)
    return changes


def in_order(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(["gate_id", "date_type", "bell_slot_id"], ignore_index=True)


@settings(max_examples=examples(80), deadline=None)
@given(st.data())
def test_working_on_the_touched_gates_alone_gives_the_whole_ledger_of_the_plan(data: st.DataObject) -> None:
    facts = facts_of(data.draw(districts()))
    if data.draw(st.booleans()):
        facts = with_stations(facts)
    changes = data.draw(plans(facts.posts["post_code"].tolist()))
    now = week_of(facts, as_of=AS_OF, rules=RULES)
    before = now.rows
    planned = apply(facts, changes, locate=locating(facts))
    whole = gate_slots(planned, as_of=AS_OF, rules=RULES)
    rows = consider(facts, changes, now, locate=locating(facts), as_of=AS_OF, rules=RULES)
    found = pd.concat([rows.after, rows.unchanged], ignore_index=True)
    pd.testing.assert_frame_equal(in_order(found), in_order(whole), check_dtype=False)
    told = difference(rows.before, rows.after, unchanged=rows.unchanged)
    for name, balance in (("uncovered_min", told.any_force), ("uncovered_police_min", told.police)):
        change = before[name].sum() - found[name].sum()
        assert balance.minutes_won - balance.minutes_lost == pytest.approx(change)
    back = difference(found, before)
    assert (back.police.minutes_won, back.any_force.gates_lost) == (
        told.police.minutes_lost, told.any_force.gates_won
    )  # fmt: skip
    assert told.tiers["before"].sum() == told.tiers["after"].sum() == len(before)
    assert json.loads(json.dumps(told.summary()))["police"]["gates_won"] == told.police.gates_won
    assert from_json(json.loads(json.dumps(to_json(changes)))) == tuple(changes)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_a_post_that_is_added_and_given_up_again_changes_nothing(data: st.DataObject) -> None:
    facts = facts_of(data.draw(districts()))
    lon, lat = data.draw(places)
    there = AddPost("new", lon, lat, (data.draw(hours),), serves=data.draw(serves))
    same = apply(facts, [there, RemovePost("new")], locate=locating(facts))
    before = gate_slots(facts, as_of=AS_OF, rules=RULES)
    pd.testing.assert_frame_equal(gate_slots(same, as_of=AS_OF, rules=RULES), before)
    rows = consider(
        facts,
        [there],
        week_of(facts, as_of=AS_OF, rules=RULES),
        locate=locating(facts),
        as_of=AS_OF,
        rules=RULES,
    )
    told = difference(rows.before, rows.after)
    assert told.any_force.minutes_won >= told.any_force.minutes_lost
    assert told.police.minutes_won >= told.police.minutes_lost


@settings(max_examples=10, deadline=None)
@given(districts(), st.sampled_from([RemovePost("x"), SetHours("x", (Hours(0, 60),)), MovePost("x", 0, 0)]))
def test_a_plan_for_a_post_that_there_is_not_is_refused_by_name(district, change: Change) -> None:
    facts = facts_of(district)
    with pytest.raises(PlanPostError, match="code='x'"):
        apply(facts, [change], locate=locating(facts))
    for code in facts.posts["post_code"]:
        with pytest.raises(PlanPostError):
            apply(facts, [AddPost(code, 0, 0, (Hours(0, 60),))], locate=locating(facts))


@pytest.mark.parametrize("value", [
    None, {}, [{}], [{"kind": "remove_post"}], [{"kind": "sell_post", "code": "a"}],
    [{"kind": "remove_post", "code": "a", "person": "b"}], [{"kind": "move_post", "code": "a", "lon": 181, "lat": 0}],
    [{"kind": "set_hours", "code": "a", "hours": []}], [{"kind": "set_hours", "code": "a", "hours": [{"start": 60, "end": 60}]}],
    [{"kind": "set_hours", "code": "a", "hours": [{"start": 0, "end": 961}]}], [{"kind": "remove_post", "code": "a"}] * 201,
])  # fmt: skip
def test_what_is_no_plan_is_refused_without_its_values(value: object) -> None:
    with pytest.raises(BadPlanError):
        from_json(value)

"""What a plan shows on the map, and what a click in plan mode chooses."""

from __future__ import annotations

import json

import pandas as pd
import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some

from dashboard import plan_clicks
from dashboard.plan_map import changed_gates, ghosts_of
from dashboard.selection import FOCUS, GATE, MAP, point_of_click
from geo.plan_changes import AddPost, GateName, Hours, MovePost, RemovePost, SetHours
from layers.plan import ADDED, HOURS, LEGEND, MOVED, REMOVED, Ghost, plan_paint

HOME = {"A": (120.0, 34.0), "B": (120.1, 34.1)}
MORNING = (Hours(420, 480),)


@pytest.fixture
def session(monkeypatch) -> dict:
    kept: dict = {}
    monkeypatch.setattr(st, "session_state", kept)
    monkeypatch.setattr(st, "query_params", {})
    return kept


def click(session: dict, **what: object) -> None:
    session[MAP] = {"last_object_clicked_popup": json.dumps({"n": 1, **what})}
    plan_clicks.clicked()


def test_a_clicked_post_is_the_one_to_change(session) -> None:
    session[plan_clicks.KIND] = "remove_post"
    click(session, post="A")
    assert session[plan_clicks.POST] == "A"
    assert plan_clicks.kind() == "remove_post"


def test_a_post_clicked_while_one_is_added_is_moved_instead(session) -> None:
    session[plan_clicks.KIND] = "add_post"
    click(session, post="A")
    assert plan_clicks.kind() == "move_post"


def test_free_ground_takes_the_place_of_a_gate_and_a_gate_that_of_free_ground(session) -> None:
    click(session, school="S", gate="7")
    assert session[GATE] == 7
    assert session[plan_clicks.gate_key(7)] == 7
    click(session, at=[120.5, 34.25])
    assert session[plan_clicks.gate_key(7)] is None
    assert session[plan_clicks.POSITION] == "120.500000, 34.250000"
    assert plan_clicks.position_of(session[plan_clicks.POSITION]) == (120.5, 34.25)
    click(session, school="S", gate="8")
    assert session[plan_clicks.gate_key(8)] == 8
    assert session[plan_clicks.POSITION] == ""
    assert FOCUS not in session, "the map is there already"


def test_a_position_outlives_its_box_until_a_change_is_made_of_it(session) -> None:
    session[GATE] = 7
    click(session, at=[120.5, 34.25])
    session.pop(plan_clicks.POSITION)
    session.pop(plan_clicks.gate_key(7))
    plan_clicks.prepare({7: "East"})
    assert session[plan_clicks.POSITION] == "120.500000, 34.250000"
    assert session[plan_clicks.gate_key(7)] is None
    session[plan_clicks.POST] = "A"
    plan_clicks.begin_anew()
    assert session[plan_clicks.POST] == "A"
    plan_clicks.change_made()
    plan_clicks.begin_anew()
    assert (session[plan_clicks.POST], session[plan_clicks.POSITION]) == (None, "")


@pytest.mark.parametrize(
    "at", [None, "x", [1], [1, 2, 3], [181, 0], [0, 91], [float("nan"), 1], {"lon": 1}, ["a", "b"]]
)
def test_what_is_no_position_gives_none(at) -> None:
    assert point_of_click({"last_object_clicked_popup": json.dumps({"at": at})}) is None


def test_changes_fold_into_one_ghost_a_post() -> None:
    moved = MovePost("A", 120.2, 34.2, GateName("S"))
    added = AddPost("plan:1", 120.3, 34.3, MORNING)
    changes = [moved, SetHours("A", MORNING), SetHours("B", MORNING), added, MovePost("plan:1", 120.4, 34.4)]
    assert ghosts_of(changes, HOME) == [
        Ghost("A", MOVED, (120.2, 34.2), HOME["A"]),
        Ghost("B", HOURS, HOME["B"]),
        Ghost("plan:1", ADDED, (120.4, 34.4)),
    ]
    gone = [*changes, RemovePost("plan:1"), RemovePost("A")]
    assert [(each.post, each.kind, each.at) for each in ghosts_of(gone, HOME)] == [
        ("A", REMOVED, HOME["A"]), ("B", HOURS, HOME["B"]),
    ]  # fmt: skip


@given(some.lists(some.tuples(some.sampled_from("AB"), some.booleans(), some.integers(0, 9)), max_size=12))
def test_a_post_has_one_ghost_where_its_last_change_puts_it(steps) -> None:
    changes = [RemovePost(code) if gone else MovePost(code, 120 + n, 34.0) for code, gone, n in steps]
    last = {change.code: change for change in changes}
    found = {each.post: each for each in ghosts_of(changes, HOME)}
    assert set(found) == set(last)
    for code, change in last.items():
        is_gone = isinstance(change, RemovePost)
        assert found[code].kind == (REMOVED if is_gone else MOVED)
        assert found[code].at == (HOME[code] if is_gone else (change.lon, change.lat))


def test_gates_are_told_apart_in_what_the_page_is_about() -> None:
    gates = pd.DataFrame(
        [(1, 60.0, 0.0, 60.0, 60.0, 50.0, 50.0), (2, 0.0, 9.0, 0.0, 9.0, None, 70.0), (3, 5.0, 5.0, 9.0, 5.0, 70.0, None)],
        columns=["gate_id", "uncovered_min_before", "uncovered_min_after", "uncovered_police_min_before",
                 "uncovered_police_min_after", "response_s_before", "response_s_after"],
    )  # fmt: skip
    assert changed_gates(gates, "guard", "any") == {1: "w", 2: "l"}
    assert changed_gates(gates, "guard", "police") == {2: "l", 3: "w"}
    assert changed_gates(gates, "response", "any") == {2: "w", 3: "l"}


def test_what_is_sent_holds_positions_alone_and_every_code_has_its_line() -> None:
    ghost = Ghost("A", MOVED, (120.123456789, 34.0), HOME["A"])
    sent = plan_paint([ghost], {5: "w"}, chosen=None, asks="post", picks=True)
    assert sent["ghosts"] == [{"post": "A", "kind": "m", "at": [120.123457, 34.0], "from": [120.0, 34.0]}]
    assert sent["gates"] == {"5": "w"}
    codes = {line.code for line in LEGEND}
    assert {MOVED, ADDED, REMOVED, HOURS, "w", "l", "k"} == codes

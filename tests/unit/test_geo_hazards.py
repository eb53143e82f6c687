"""What overdue, waiting and closed mean at their edges, and what is said where dates are missing or wrong."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from geo.errors import FrameError
from geo.hazards import hazard_states, hazard_sums, next_steps, overdue_by_unit, round_sums, wants_reason
from layers import hazards as layer
from layers.spec import ON_THE_MAP

DUE = date(2026, 11, 2)
FOUND = date(2026, 10, 1)


def hazards(*rows: tuple[date | None, date | None, str | None]) -> pd.DataFrame:
    """Found, due, unit."""
    frame = pd.DataFrame(rows, columns=["found_on", "deadline", "unit"], dtype=object)
    return frame.assign(hazard_code=[f"H{number}" for number in range(len(rows))])


def steps(*rows: tuple[str, str, date]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["hazard_code", "step", "done_on"], dtype=object)
    return frame.assign(unit=None, deadline=None)


def way(days: int, last: str = "closed") -> list[tuple[str, str, date]]:
    """A whole way of H0 that is put right so many days after the deadline."""
    words = ("assigned", "rectified", "verified", "closed")
    day = DUE + timedelta(days=days)
    return [("H0", word, FOUND if word == "assigned" else day) for word in words[: words.index(last) + 1]]


@pytest.mark.parametrize(("ahead", "late"), [(-1, False), (0, False), (1, True)])
def test_the_deadlines_own_day_is_still_in_time(ahead: int, late: object) -> None:
    today = DUE + timedelta(days=ahead)
    state = hazard_states(hazards((FOUND, DUE, None)), steps(), today).iloc[0]
    assert bool(state["is_overdue"]) is late
    assert state["overdue_days"] == 1 if late else np.isnan(state["overdue_days"])


@pytest.mark.parametrize("stage", ["rectified", "verified"])
def test_put_right_in_time_it_waits_however_long_put_right_late_it_stays_overdue(stage: str) -> None:
    today = DUE + timedelta(days=90)
    in_time = hazard_states(hazards((FOUND, DUE, None)), steps(*way(0, stage)), today).iloc[0]
    late = hazard_states(hazards((FOUND, DUE, None)), steps(*way(4, stage)), today).iloc[0]
    assert (bool(in_time["is_overdue"]), bool(in_time["is_waiting"])) == (False, True)
    assert (bool(late["is_overdue"]), bool(late["is_waiting"]), late["overdue_days"]) == (True, False, 4)


def test_closed_it_is_neither_and_sent_back_it_is_late_again() -> None:
    today = DUE + timedelta(days=9)
    closed = hazard_states(hazards((FOUND, DUE, None)), steps(*way(4)), today).iloc[0]
    assert (closed["stage"], closed["is_open"], closed["is_overdue"], closed["days_to_close"]) == (
        "closed", False, False, 36
    )  # fmt: skip
    back = steps(*way(-3, "rectified"), ("H0", "assigned", DUE))
    again = hazard_states(hazards((FOUND, DUE, None)), back, today).iloc[0]
    assert (again["stage"], bool(again["is_overdue"]), again["overdue_days"], again["times_assigned"]) == (
        "assigned", True, 9, 2
    )  # fmt: skip


def test_missing_and_future_dates_give_no_days() -> None:
    states = hazard_states(hazards((None, None, None), (DUE, None, None)), steps(), FOUND)
    assert states["days_open"].isna().all()
    assert not states["is_overdue"].any()


def test_nothing_gives_nothing() -> None:
    states = hazard_states(hazards(), steps(), DUE)
    assert len(states) == len(hazard_sums(states)) == len(overdue_by_unit(states)) == 0
    rounds = pd.DataFrame({"round_id": [1], "starts_on": [FOUND], "ends_on": [DUE]})
    assert round_sums(states, rounds)[["found", "open"]].to_numpy().tolist() == [[0, 0]]


@pytest.mark.parametrize(("count", "median"), [(4, None), (5, 30.0)])
def test_under_five_closed_there_is_no_median(count: int, median: float | None) -> None:
    codes = [f"H{number}" for number in range(count)]
    taken = [(code, word, FOUND + timedelta(days=30)) for code in codes
             for word in ("assigned", "rectified", "verified", "closed")]  # fmt: skip
    sums = hazard_sums(hazard_states(hazards(*[(FOUND, DUE, None)] * count), steps(*taken), DUE)).iloc[0]
    assert sums["closed"] == count
    assert np.isnan(sums["median_days"]) if median is None else sums["median_days"] == median


def test_notices_go_to_one_unit_after_the_other_the_unnamed_last() -> None:
    rows = [
        (FOUND, DUE, "乙"),
        (FOUND, DUE, None),
        (FOUND, FOUND, "甲"),
        (FOUND, DUE, "甲"),
        (FOUND, None, "丙"),
    ]
    late = overdue_by_unit(hazard_states(hazards(*rows), steps(), DUE + timedelta(days=1)))
    assert late["hazard_code"].tolist() == ["H2", "H3", "H0", "H1"]


def test_frames_are_checked_at_the_door() -> None:
    good = hazards((FOUND, DUE, None))
    with pytest.raises(FrameError):
        hazard_states(good, steps(("H0", "forgotten", FOUND)), DUE)
    with pytest.raises(FrameError):
        hazard_states(pd.concat([good, good]), steps(), DUE)


def test_going_back_wants_a_reason_and_going_on_does_not() -> None:
    wanting = {(stage, str(step)) for stage in ("found", "assigned", "rectified", "verified", "closed")
               for step in next_steps(stage) if wants_reason(stage, step)}  # fmt: skip
    assert wanting == {("rectified", "assigned"), ("verified", "assigned"), ("closed", "assigned")}


def test_signs_of_the_map_tell_stage_and_lateness_apart_and_dim_the_rest() -> None:
    rows = [(FOUND, DUE, None)] * 3
    states = hazard_states(hazards(*rows), steps(("H1", "assigned", FOUND)), DUE)
    states.loc[0, "is_overdue"] = True
    assert layer.codes(states, {"H0", "H1"}) == "OA9"
    assert layer.codes(states, {"H0", "H1", "H2"}) == "OAF"
    shapes = [line.shape for line in layer.SPEC.legend]
    assert len(set(shapes)) == len(shapes) == len(layer.LINES)
    assert layer.SPEC.roles == ON_THE_MAP

"""How far the rectification of each hazard is: its stage, who acts by when, whether it is late; and sums.

A hazard's way is found -> assigned -> rectified -> verified -> closed, without skipping a step. From every
stage it may be assigned: again to another unit or date, back because a check failed, anew because it came
back after it was closed. So each step but the first kind has one stage that it may follow.

**Overdue** is a hazard that is not closed, whose deadline is past, and that was not rectified by then. One
that was rectified in time and awaits its check is **waiting**, however long the check takes: the unit did its
part. One that was rectified late stays overdue until it is closed, but its days of delay stop where it was
rectified. The deadline's own day is still in time.

Dates are local calendar days, as `datetime64` or `datetime.date`; durations are whole days.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pandera.pandas as pa

from geo.frames import checked
from geo.terms import HazardStep

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import numpy.typing as npt

    Days = npt.NDArray[np.datetime64]

FOUND = "found"
"""The stage before the first step."""
STAGES = (FOUND, *(str(step) for step in HazardStep))
ALLOWED: Mapping[str, tuple[HazardStep, ...]] = MappingProxyType({
    FOUND: (HazardStep.ASSIGNED,),
    HazardStep.ASSIGNED: (HazardStep.RECTIFIED, HazardStep.ASSIGNED),
    HazardStep.RECTIFIED: (HazardStep.VERIFIED, HazardStep.ASSIGNED),
    HazardStep.VERIFIED: (HazardStep.CLOSED, HazardStep.ASSIGNED),
    HazardStep.CLOSED: (HazardStep.ASSIGNED,),
})  # fmt: skip
"""Steps that may follow a stage, the one that leads on first."""
WANTS_REASON = frozenset({HazardStep.RECTIFIED, HazardStep.VERIFIED, HazardStep.CLOSED})
"""Stages from which assigning is a way back, which wants a note that says why."""
LEAST_CLOSED = 5
"""Fewer closed hazards give no median: one of them would move it."""
SUMS = ("found", "open", "overdue", "waiting", "closed", "median_days")
_DONE = (HazardStep.RECTIFIED, HazardStep.VERIFIED, HazardStep.CLOSED)
_NAT = np.datetime64("NaT", "D")
_DAYS = "datetime64[s]"

HAZARDS = pa.DataFrameSchema(
    {
        "hazard_code": pa.Column(unique=True),
        "found_on": pa.Column(nullable=True),
        "deadline": pa.Column(nullable=True),
        "unit": pa.Column(nullable=True),
    },
    name="hazards",
)
"""A row a hazard as its file says it; other columns pass through."""
STEPS = pa.DataFrameSchema(
    {
        "hazard_code": pa.Column(),
        "step": pa.Column(None, pa.Check.isin([str(step) for step in HazardStep])),
        "unit": pa.Column(nullable=True),
        "deadline": pa.Column(nullable=True),
        "done_on": pa.Column(),
    },
    name="hazard_steps",
)
"""A row a step, in the order in which they were taken."""


def hazard_states(hazards: pd.DataFrame, steps: pd.DataFrame, day: date) -> pd.DataFrame:
    """Say how far each hazard is on a day.

    Parameters
    ----------
    hazards
        `HAZARDS`, a row a hazard.
    steps
        `STEPS` in their order; those of hazards that are not asked for are not looked at.
    day
        The local date.

    Returns
    -------
    DataFrame
        The hazards' rows and columns with ``unit`` and ``deadline`` in force (of the latest step that names
        one, else the file's), ``first_deadline`` (the file's, else the first that a step names), ``stage``,
        ``is_open``, ``is_overdue``, ``is_waiting``, ``times_assigned``, and, NaN where they mean nothing or a
        date is missing or after the day, ``overdue_days``, ``days_open`` (from finding to the day) and
        ``days_to_close`` (from finding to the last closing).

    Raises
    ------
    geo.errors.FrameError
        A frame is not what it is to be.
    """
    checked(hazards, HAZARDS)
    checked(steps, STEPS)
    codes = pd.Index(hazards["hazard_code"])
    last = _last_of(steps, codes)
    stage = last["step"].to_numpy(dtype=object)
    stage = np.where(pd.isna(stage), FOUND, stage)
    given = _days(hazards["deadline"])
    deadline = np.where(last["deadline"].isna(), given, _days(last["deadline"]))
    is_done = np.isin(stage, [str(step) for step in _DONE])
    done_on = np.where(is_done, _days(last["rectified_on"]), _NAT)
    is_open = stage != HazardStep.CLOSED
    late = is_open & (deadline < np.datetime64(day, "D")) & ~(done_on <= deadline)
    ends = np.where(np.isnat(done_on), np.datetime64(day, "D"), done_on)
    found = _days(hazards["found_on"])
    closed_on = _days(last["done_on"])
    named = last["unit"].to_numpy(dtype=object)
    return hazards.assign(
        unit=np.where(pd.isna(named), hazards["unit"].to_numpy(dtype=object), named),
        deadline=deadline.astype(_DAYS),
        first_deadline=np.where(np.isnat(given), _days(last["first_deadline"]), given).astype(_DAYS),
        stage=stage,
        is_open=is_open,
        is_overdue=late,
        is_waiting=is_open & is_done & ~late,
        times_assigned=last["times"].fillna(0).to_numpy(dtype=np.int64),
        overdue_days=np.where(late, _between(deadline, ends), np.nan),
        days_open=np.where(is_open, _between(found, np.datetime64(day, "D")), np.nan),
        days_to_close=np.where(is_open, np.nan, _between(found, closed_on)),
    )


def _last_of(steps: pd.DataFrame, codes: pd.Index) -> pd.DataFrame:
    """Give the last step of each hazard, and the last that says who, by when, rectified; missing: none."""
    is_assigned, is_rectified = steps["step"] == HazardStep.ASSIGNED, steps["step"] == HazardStep.RECTIFIED
    last = steps.drop_duplicates("hazard_code", keep="last").set_index("hazard_code")[["step", "done_on"]]
    last["unit"] = _latest(steps[steps["unit"].notna()], "unit")
    last["deadline"] = _latest(steps[steps["deadline"].notna()], "deadline")
    last["first_deadline"] = _latest(steps[steps["deadline"].notna()][::-1], "deadline")
    last["rectified_on"] = _latest(steps[is_rectified], "done_on")
    last["times"] = steps.loc[is_assigned, "hazard_code"].value_counts()
    return last.reindex(codes)


def _latest(steps: pd.DataFrame, column: str) -> pd.Series:
    return steps.drop_duplicates("hazard_code", keep="last").set_index("hazard_code")[column]


def _days(values: pd.Series) -> Days:
    """Give local dates as ``datetime64[D]``; what is missing is NaT."""
    return pd.to_datetime(values, errors="raise").to_numpy(dtype="datetime64[D]")


def _between(
    start: Days,
    end: Days | np.datetime64,
) -> npt.NDArray[np.float64]:
    """Count days; NaN where a date is missing or they stand the wrong way round."""
    span = end - start
    known = ~np.isnat(span)
    days = np.full(span.shape, np.nan)
    days[known] = span[known].astype(np.float64)
    days[days < 0] = np.nan
    return days


def next_steps(stage: str, steps: Sequence[str] = tuple(HazardStep)) -> tuple[HazardStep, ...]:
    """Give the steps that may follow a stage, among those that one may take; the one that leads on first.

    Raises
    ------
    KeyError
        There is no such stage.
    """
    return tuple(step for step in ALLOWED[stage] if step in steps)


def wants_reason(stage: str, step: str) -> bool:
    """Tell whether a step leads back, so that a note must say why."""
    return step == HazardStep.ASSIGNED and stage in WANTS_REASON


def hazard_sums(states: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Add up hazards.

    Parameters
    ----------
    states
        Of `hazard_states`.
    by
        Column to group by; None for one row of all. Rows without a value in it make a group of their own.

    Returns
    -------
    DataFrame
        A row a group: the column, if any, and `SUMS`: counts, and ``median_days`` from finding to closing,
        NaN where fewer than `LEAST_CLOSED` closed hazards have both dates. Most overdue first.
    """
    key = "group" if by is None else by
    groups = np.zeros(len(states), dtype=np.int64) if by is None else states[by].to_numpy(dtype=object)
    frame = pd.DataFrame({
        key: groups, "found": 1, "open": states["is_open"].astype(int).to_numpy(),
        "overdue": states["is_overdue"].astype(int).to_numpy(),
        "waiting": states["is_waiting"].astype(int).to_numpy(),
        "days": states["days_to_close"].to_numpy(dtype=float),
    })  # fmt: skip
    grouped = frame.groupby(key, dropna=False, sort=True)
    sums = grouped[["found", "open", "overdue", "waiting"]].sum()
    days = grouped["days"]
    sums = sums.assign(
        closed=sums["found"] - sums["open"], median_days=days.median().where(days.count() >= LEAST_CLOSED)
    )
    sums = sums.reset_index().sort_values(["overdue", "open"], ascending=False, kind="stable")
    return sums[[*([] if by is None else [by]), *SUMS]].reset_index(drop=True)


def in_round(states: pd.DataFrame, first: date, last: date) -> pd.Series:
    """Tell which hazards were found between two local dates, both included: those belong to a round."""
    found = _days(states["found_on"])
    inside = (found >= np.datetime64(first, "D")) & (found <= np.datetime64(last, "D"))
    return pd.Series(inside, index=states.index, dtype=bool)


def round_sums(states: pd.DataFrame, rounds: pd.DataFrame) -> pd.DataFrame:
    """Add up the hazards of each round; one that was found in two rounds at once counts in both.

    Parameters
    ----------
    states
        Of `hazard_states`.
    rounds
        ``round_id``, ``starts_on``, ``ends_on``.

    Returns
    -------
    DataFrame
        ``round_id`` and `SUMS`, a row a round in the given order; zeros and NaN for one without hazards.
    """
    found, first, last = (
        _days(column) for column in (states["found_on"], rounds["starts_on"], rounds["ends_on"])
    )
    inside = (found[:, None] >= first) & (found[:, None] <= last)
    hazard, number = np.nonzero(inside)
    members = states.iloc[hazard].assign(round_id=rounds["round_id"].to_numpy()[number])
    sums = hazard_sums(members, "round_id").set_index("round_id").reindex(rounds["round_id"])
    counts = [name for name in SUMS if name != "median_days"]
    sums[counts] = sums[counts].fillna(0).astype(np.int64)
    return sums.astype({"median_days": float}).reset_index()


def overdue_by_unit(states: pd.DataFrame) -> pd.DataFrame:
    """List what is overdue as supervision notices name it: by unit, the longest overdue first in each.

    Parameters
    ----------
    states
        Of `hazard_states`.

    Returns
    -------
    DataFrame
        Its overdue rows and columns; units by how much of theirs is overdue, one that is not named last.
    """
    late = states[states["is_overdue"]]
    count = late.groupby("unit")["unit"].transform("size")
    ordered = late.assign(_count=count.reindex(late.index).fillna(0)).sort_values(
        ["_count", "unit", "overdue_days", "hazard_code"], ascending=[False, True, False, True], kind="stable"
    )
    return ordered.drop(columns="_count").reset_index(drop=True)

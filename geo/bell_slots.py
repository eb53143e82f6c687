"""Bells -> gate-slots: every gate at which a bell rings, on each day, with the pupils who pass there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.hours import ordinals
from geo.timetable import DAY_MIN, SCHOOL_WEEK, weekday_bits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.arrays import Flags, Integers
    from geo.hours import State
    from geo.timetable import SlotRules

_LAST = 3_652_059
"""The ordinal of the last date there is."""


def bell_slots(
    schools: pd.DataFrame, gates: pd.DataFrame, bells: pd.DataFrame, states: Sequence[State], rules: SlotRules
) -> pd.DataFrame:
    """List the gate-slots of some states.

    Parameters
    ----------
    schools
        ``school_code``, ``stage``, ``pupils``.
    gates
        ``gate_id``, ``school_code``, ``name``.
    bells
        ``bell_slot_id``, ``school_code``, ``gate``, ``direction``, ``weekdays``, ``start``, ``end`` (minutes
        of the day, an end may be missing), ``date_from``, ``date_to``. A bell for a gate rings there, one for
        none, or for one that the school has not, at all of them.
    states
        What runs on which day.
    rules
        Names of the slots, and the bells of schools that have no bell rows at all: ids -1, -2, ...

    Returns
    -------
    pandas.DataFrame
        ``state``, ``gate`` (row of ``gates``), ``gate_id``, ``bell_slot_id``, ``school_code``, ``slot``,
        ``start``, ``end`` (minutes, an end past midnight is over 1440), ``pupils`` (Int64); by gate, state
        and start. The pupils of a school pass in each slot of a day once: its gate-slots of that slot share
        them evenly, the remainder goes to the first.
    """
    rung = _with_defaults(schools, bells, rules)
    rung["slot"] = [str(slot) for slot in rules.name(rung["direction"], rung["start"].to_numpy())]
    bell, gate = _at_gates(rung, gates)
    state = [np.flatnonzero(_rings(rung, each)[bell]) for each in states]
    row = np.concatenate([np.empty(0, dtype=np.int64), *state])
    found = rung.iloc[bell[row]].reset_index(drop=True)
    found = found.assign(
        state=np.repeat(np.arange(len(states)), [len(each) for each in state]),
        gate=gate[row],
        gate_id=gates["gate_id"].to_numpy(dtype=np.int64)[gate[row]],
    )
    found = found.sort_values(["gate", "state", "start", "end", "bell_slot_id"], ignore_index=True)
    listed: pd.DataFrame = found[
        ["state", "gate", "gate_id", "bell_slot_id", "school_code", "slot", "start", "end"]
    ]
    return listed.assign(pupils=_pupils(found, schools))


def _with_defaults(schools: pd.DataFrame, bells: pd.DataFrame, rules: SlotRules) -> pd.DataFrame:
    """Give the bells as whole numbers, and those of their stage to schools without any."""
    own = bells[bells["school_code"].isin(schools["school_code"])]
    start = own["start"].to_numpy(dtype=np.int64)
    given = own["end"].astype("float64").to_numpy()
    end = np.where(np.isnan(given), start, given).astype(np.int64)
    written = pd.DataFrame(
        {
            "bell_slot_id": own["bell_slot_id"].to_numpy(dtype=np.int64),
            "school_code": own["school_code"].to_numpy(dtype=object),
            "gate_name": own["gate"].to_numpy(dtype=object),
            "direction": own["direction"].to_numpy(dtype=object),
            "bits": weekday_bits(own["weekdays"]),
            "start": start,
            "end": np.where(end < start, end + DAY_MIN, end),
            "since": ordinals(own["date_from"], missing=0),
            "until": ordinals(own["date_to"], missing=_LAST),
        }
    )
    missing = schools[~schools["school_code"].isin(own["school_code"])]
    bits = int(weekday_bits([SCHOOL_WEEK])[0])
    rows = [
        (-number, code, None, str(bell.direction), bits, bell.start, bell.end, 0, _LAST)
        for code, stage in zip(missing["school_code"], missing["stage"], strict=True)
        for number, bell in enumerate(rules.default_bells.get(stage, ()), start=1)
    ]
    assumed = pd.DataFrame(rows, columns=written.columns)
    return pd.concat([written, assumed], ignore_index=True).astype(written.dtypes) if rows else written


def _at_gates(rung: pd.DataFrame, gates: pd.DataFrame) -> tuple[Integers, Integers]:
    """Pair each bell with the gates at which it rings."""
    left = pd.DataFrame(
        {"bell": np.arange(len(rung)), "school_code": rung["school_code"], "name": rung["gate_name"]}
    )
    right = pd.DataFrame(
        {"gate": np.arange(len(gates)), "school_code": gates["school_code"].to_numpy(dtype=object),
         "own": gates["name"].to_numpy(dtype=object)}
    )  # fmt: skip
    pairs = left.merge(right, on="school_code", how="inner")
    exact = (pairs["name"].notna() & (pairs["name"] == pairs["own"])).to_numpy(dtype=bool)
    named = np.zeros(len(rung), dtype=bool)
    named[pairs["bell"].to_numpy(dtype=np.int64)[exact]] = True
    kept = exact | ~named[pairs["bell"].to_numpy(dtype=np.int64)]
    return (pairs[name].to_numpy(dtype=np.int64)[kept] for name in ("bell", "gate"))  # type: ignore[return-value]


def _rings(rung: pd.DataFrame, state: State) -> Flags:
    """Tell which bells ring on a state's weekday and are in force on its day."""
    day = state.day.toordinal()
    bits, since, until = (rung[name].to_numpy(dtype=np.int64) for name in ("bits", "since", "until"))
    rings: Flags = ((bits >> state.weekday) & 1).astype(bool) & (since <= day) & (day <= until)
    return rings


def _pupils(rows: pd.DataFrame, schools: pd.DataFrame) -> pd.Series:
    """Share a school's pupils among the gate-slots of one slot and day."""
    known = pd.to_numeric(schools["pupils"], errors="coerce").to_numpy(dtype=np.float64)
    total = pd.Series(known, index=schools["school_code"].to_numpy(dtype=object))
    whole = total.reindex(rows["school_code"].to_numpy(dtype=object)).to_numpy(dtype=np.float64)
    group = rows.groupby(["state", "school_code", "slot"], sort=False)
    size = group["gate"].transform("size").to_numpy(dtype=np.float64)
    rank = group.cumcount().to_numpy(dtype=np.float64)
    return pd.Series(np.floor(whole / size) + (rank < whole % size), name="pupils").astype("Int64")

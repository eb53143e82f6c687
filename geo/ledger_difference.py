"""Two ledgers of the same gate-slots, one against the other: gates and minutes won and lost, tiers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from geo.arrays import Floats

_KEY = ["gate_id", "bell_slot_id", "date_type"]
_MINUTES = ("uncovered_min", "uncovered_police_min")
_USED = [*_KEY, "school_code", *_MINUTES, "response_s", "tier"]
_LEAST_MIN = 1e-6
"""Less than that is no minute but the last bits of one."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What one kind of guard cover wins and loses; minutes are gate-minutes of all rows compared."""

    minutes_won: float
    minutes_lost: float
    gates_won: int
    """Gates with fewer uncovered minutes than before."""
    gates_lost: int
    """Gates with more."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a plan changes."""

    any_force: Balance
    police: Balance
    tiers: pd.DataFrame
    """``tier`` (missing: beyond all, or nobody comes), ``before``, ``after``: gate-slots; ascending."""
    gates: pd.DataFrame
    """The gates that change, most minutes first: ``gate_id``, ``school_code``; and of before and after
    (``..._before``, ``..._after``) ``uncovered_min``, ``uncovered_police_min``, ``response_s`` (the longest;
    missing where at some time nobody comes)."""

    def summary(self) -> dict[str, Any]:
        """Give the figures without the gates, as JSON."""
        balances = {
            name: {
                "minutes_won": round(each.minutes_won, 3), "minutes_lost": round(each.minutes_lost, 3),
                "gates_won": each.gates_won, "gates_lost": each.gates_lost,
            }
            for name, each in (("any_force", self.any_force), ("police", self.police))
        }  # fmt: skip
        tiers = [
            [None if pd.isna(tier) else int(tier), int(before), int(after)]
            for tier, before, after in self.tiers.itertuples(index=False, name=None)
        ]
        return {**balances, "tiers": tiers}


def difference(
    before: pd.DataFrame, after: pd.DataFrame, *, unchanged: pd.DataFrame | None = None
) -> Difference:
    """Hold two ledgers of the same gate-slots against each other.

    Parameters
    ----------
    before, after
        Columns of `geo.ledger.gate_slots`, in any order; the rows of one have the keys of the other's.
    unchanged
        Rows that are the same in both and stand in neither; they count among the tiers alone.

    Returns
    -------
    Difference
        Won is what was uncovered before and is not afterwards.
    """
    both = _side_by_side(before, after)
    by_gate = _by_gate(both)
    anyone, police = (_balance(both, by_gate, name) for name in _MINUTES)
    sides = [side["tier"] for side in (before, after)]
    if unchanged is not None:
        sides = [pd.concat([side, unchanged["tier"]]) for side in sides]
    return Difference(anyone, police, _tiers(*sides), _changed(by_gate))


def _side_by_side(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Put the rows of both beside each other; where they come in one order, nothing is looked up."""
    before, after = (side[_USED].reset_index(drop=True) for side in (before, after))
    if len(before) == len(after) and all((before[name] == after[name]).all() for name in _KEY):
        values = [name for name in _USED if name not in _KEY]
        sides = (before[values].add_suffix("_before"), after[values].add_suffix("_after"))
        return pd.concat([before[_KEY], *sides], axis=1)
    return before.merge(after, on=_KEY, suffixes=("_before", "_after"), how="outer", validate="1:1")


def _lost(frame: pd.DataFrame, name: str) -> Floats:
    """Give by how much a column grew."""
    grown = (frame[f"{name}_after"] - frame[f"{name}_before"]).to_numpy(dtype=np.float64)
    found: Floats = np.where(np.abs(grown) < _LEAST_MIN, 0.0, grown)
    return found


def _balance(both: pd.DataFrame, by_gate: pd.DataFrame, name: str) -> Balance:
    """Add up what is won and lost."""
    rows, gates = _lost(both, name), _lost(by_gate, name)
    return Balance(
        minutes_won=abs(float(rows[rows < 0].sum())),
        minutes_lost=float(rows[rows > 0].sum()),
        gates_won=int((gates < 0).sum()),
        gates_lost=int((gates > 0).sum()),
    )


def _by_gate(both: pd.DataFrame) -> pd.DataFrame:
    """Add up the minutes of each gate, and take its longest response; missing where one is missing."""
    ids, first, gate = np.unique(both["gate_id"].to_numpy(), return_index=True, return_inverse=True)
    found: dict[str, Any] = {"gate_id": ids, "school_code": both["school_code_before"].to_numpy()[first]}
    for side in ("before", "after"):
        for name in _MINUTES:
            minutes = both[f"{name}_{side}"].to_numpy(dtype=np.float64)
            found[f"{name}_{side}"] = np.bincount(gate, weights=minutes, minlength=len(ids))
        longest = np.zeros(len(ids))
        seconds = both[f"response_s_{side}"].fillna(np.inf).to_numpy(dtype=np.float64)
        np.maximum.at(longest, gate, seconds)
        found[f"response_s_{side}"] = np.where(np.isfinite(longest), longest, np.nan)
    return pd.DataFrame(found)


def _changed(by_gate: pd.DataFrame) -> pd.DataFrame:
    """Leave out the gates that stay as they are."""
    times = [by_gate[f"response_s_{side}"].fillna(-1.0).to_numpy() for side in ("before", "after")]
    moved = np.abs(np.stack([_lost(by_gate, name) for name in _MINUTES]))
    differs = (moved > 0).any(axis=0) | (np.abs(times[0] - times[1]) > _LEAST_MIN)
    order = np.lexsort((by_gate["gate_id"], -moved[1], -moved[0]))
    return pd.DataFrame(by_gate.iloc[order[differs[order]]]).reset_index(drop=True)


def _tiers(before: pd.Series, after: pd.Series) -> pd.DataFrame:
    """Count the gate-slots of each tier."""
    counts = [each.value_counts() for each in (before, after)]
    tiers = sorted({int(tier) for each in counts for tier in each.index})
    rows = [(tier, *(int(each.get(tier, 0)) for each in counts)) for tier in tiers]
    beyond = [int(each.isna().sum()) for each in (before, after)]
    frame = pd.DataFrame([*rows, (None, *beyond)], columns=["tier", "before", "after"])
    return frame.astype({"tier": "Int64"})

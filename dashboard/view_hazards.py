"""What the page of hazards looks at: which hazards, in which order, and their sums. Pure: frames in, out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from geo.hazards import hazard_sums, in_round, round_sums
from geo.terms import UNNAMED

if TYPE_CHECKING:
    from collections.abc import Sequence

LEVELS = {"party": "party", "town": "town_name", "unit": "unit"}
"""What hazards are added up by, beside rounds; and the column of it."""
ROUND = "round"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which hazards are looked at; an empty word asks for all.

    Parameters
    ----------
    party, unit, town
        Whose they are, and the code of the town in which they lie.
    round
        Number of a round, as text.
    stage
        Word of `geo.hazards.STAGES`.
    late
        ``overdue`` or ``waiting``.
    """

    party: str = ""
    unit: str = ""
    town: str = ""
    round: str = ""
    stage: str = ""
    late: str = ""


def of_scope(states: pd.DataFrame, rounds: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    """Keep the hazards of a party, unit, town and round: those that the headline counts."""
    wanted = {"party": asked.party, "unit": asked.unit, "town_code": asked.town}
    kept = pd.Series(True, index=states.index)
    for column, word in wanted.items():
        kept &= (states[column] == word).fillna(False) if word else True
    found = states[kept]
    chosen = rounds[rounds["round_id"].astype(str) == asked.round]
    if chosen.empty:
        return found
    first, last = chosen.iloc[0][["starts_on", "ends_on"]]
    return found[in_round(found, first, last)]


def listed(states: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    """Keep the hazards of a stage, overdue or waiting ones; the longest overdue first, then by deadline."""
    kept = states
    if asked.stage:
        kept = kept[kept["stage"] == asked.stage]
    if asked.late:
        kept = kept[kept[f"is_{asked.late}"]]
    order = kept.sort_values(
        ["overdue_days", "is_open", "deadline", "hazard_code"], ascending=[False, False, True, True],
        kind="stable",
    )  # fmt: skip
    return order.reset_index(drop=True)


def sums_of(states: pd.DataFrame, rounds: pd.DataFrame, level: str) -> pd.DataFrame:
    """Add up by a level; ``name`` is the group's word, missing where a hazard names none."""
    if level != ROUND:
        column = LEVELS[level]
        return hazard_sums(states, column).rename(columns={column: "name"})
    names = rounds.set_index("round_id")["name"]
    sums = round_sums(states, rounds)
    return sums.assign(name=sums["round_id"].map(names)).drop(columns="round_id")


def place_names(states: pd.DataFrame, unnamed: str) -> list[str]:
    """Say where each hazard is: its school, else its town, else nothing but its code."""
    schools = states["school_name"].replace(UNNAMED, unnamed)
    words = schools.where(schools.notna(), states["town_name"])
    return [str(word) for word in words.where(words.notna(), states["hazard_code"])]


def same_place(states: pd.DataFrame, code: str) -> Sequence[str]:
    """Give the codes of the other hazards whose signs lie on that of one."""
    own = states[states["hazard_code"] == code]
    if own.empty:
        return []
    here = (states["lon"] == own.iloc[0]["lon"]) & (states["lat"] == own.iloc[0]["lat"])
    return [str(each) for each in states.loc[here & (states["hazard_code"] != code), "hazard_code"]]

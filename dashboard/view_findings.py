"""What the page of distance checks looks at: which findings, in which order, and their sums. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from geo.terms import FindingStatus, RuleMetric

if TYPE_CHECKING:
    from collections.abc import Mapping

OPEN = (str(FindingStatus.CANDIDATE), str(FindingStatus.NEEDS_SURVEY))
"""What is listed unless somebody asks for what is clear too."""
_GRAVEST = (*OPEN, str(FindingStatus.CLEAR))


@dataclass(frozen=True, slots=True)
class Asked:
    """Which findings are looked at; an empty word asks for all, an empty status for what is open.

    Parameters
    ----------
    town
        Code of the school's town.
    category
        Word of `geo.terms.VenueCategory`.
    status
        Word of `geo.terms.FindingStatus`.
    rule
        Code of a rule.
    """

    town: str = ""
    category: str = ""
    status: str = ""
    rule: str = ""


class Sums(NamedTuple):
    """What a headline says of findings."""

    candidate: int
    needs_survey: int
    venues: int
    schools: int


def of_scope(findings: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    """Keep the findings of a town, category and rule."""
    kept = pd.Series(data=True, index=findings.index)
    for column, word in (("town_code", asked.town), ("category", asked.category), ("rule", asked.rule)):
        if word:
            kept &= (findings[column] == word).fillna(value=False)
    return findings[kept]


def listed(findings: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    """Keep the findings of a status: what is open unless one is named."""
    wanted = (asked.status,) if asked.status else OPEN
    return findings[findings["status"].isin(wanted)].reset_index(drop=True)


def sums_of(findings: pd.DataFrame) -> Sums:
    """Count what is open by venue, school and rule, and the venues and schools that it concerns."""
    still = findings[findings["status"].isin(OPEN)]
    count = still["status"].value_counts()
    return Sums(
        int(count.get(OPEN[0], 0)), int(count.get(OPEN[1], 0)), int(still["venue_code"].nunique()),
        int(still["school_code"].nunique()),
    )  # fmt: skip


def gravest(findings: pd.DataFrame) -> Mapping[str, str]:
    """Give the gravest status by venue."""
    order = {word: rank for rank, word in enumerate(_GRAVEST)}
    ranked = findings.assign(rank=findings["status"].map(order)).sort_values("rank", kind="stable")
    first = ranked.drop_duplicates("venue_code")
    return dict(zip(first["venue_code"], first["status"], strict=True))


def measure_of(findings: pd.DataFrame) -> pd.Series:
    """Give the distance as each finding's rule measures it, m; where no way is known the straight one."""
    walked = (findings["metric"] == RuleMetric.WALK) & findings["distance_walk_m"].notna()
    measure: pd.Series = findings["distance_straight_m"].where(~walked, findings["distance_walk_m"])
    return measure

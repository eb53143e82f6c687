"""What of published rows stays out of files: counts of events under 10 stay on screen (DESIGN 8.6).

A zone with fewer events keeps its place and its other terms. All from which the number could be worked out
goes: the rate, its share and part, the score that is the sum of the parts, and what would take the zone off
the list. The score behind the first places and the middle rate are some zone's own and go from every row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.terms import ZoneTerm

if TYPE_CHECKING:
    from collections.abc import Mapping

FEWEST = 10
UNDER_10 = "under_10"
WORD = "withheld"
"""Key under which it is said that, and why, something is not there."""
RATE = str(ZoneTerm.INCIDENT_RATE)
_OUT_OF_RATE = ("value", "share", "part", "events", "events_by_school")


def withhold_zones(zones: pd.DataFrame) -> pd.DataFrame:
    """Take out of ``out.focus_zone`` what no file may hold.

    Parameters
    ----------
    zones
        Its rows.

    Returns
    -------
    pandas.DataFrame
        The same rows and columns.
    """
    few = [_is_few(terms) for terms in zones["terms"]]
    terms = [_terms(each, is_few=is_few) for each, is_few in zip(zones["terms"], few, strict=True)]
    ways = [_way_off(way, is_few=is_few) for way, is_few in zip(zones["way_off"], few, strict=True)]
    return zones.assign(
        terms=pd.Series(terms, index=zones.index, dtype=object),
        way_off=pd.Series(ways, index=zones.index, dtype=object),
        score=zones["score"].where(~np.array(few, dtype=bool)),
    )


def _is_few(terms: Mapping[str, Any]) -> bool:
    """Tell whether a zone has fewer events, or does not say how many; without any loaded it has no rate."""
    rate = terms.get(RATE)
    if not isinstance(rate, dict):
        return True
    events = rate.get("events")
    return bool(rate.get("known", True)) if events is None else events < FEWEST


def _terms(terms: Mapping[str, Any], *, is_few: bool) -> dict[str, Any]:
    rate = terms.get(RATE)
    kept = {key: value for key, value in rate.items() if key != "half"} if isinstance(rate, dict) else {}
    if is_few:
        kept |= dict.fromkeys(_OUT_OF_RATE) | {WORD: UNDER_10}
    return {**terms, RATE: kept}


def _way_off(way: Any, *, is_few: bool) -> dict[str, Any] | None:
    if not isinstance(way, dict):
        return None
    if is_few:
        return {"first_places": way.get("first_places"), WORD: UNDER_10}
    return {key: value for key, value in way.items() if key != "below"}

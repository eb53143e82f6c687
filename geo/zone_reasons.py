"""Why a focus zone stands where it stands, and what would take it off the list: the result's JSON columns.

What is said holds for one change alone, while all other zones and the scale of each term stay as they are.
Closing an overdue hazard lowers two terms at once; each is looked at alone, so the number given is always
enough and at times one more than needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.terms import ZoneTerm
from geo.zone_scores import (
    TERMS,
    TIE,
    checked_terms,
    counting,
    half_values,
    normalised,
    score_zones,
    shares_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.arrays import Floats
    from geo.zone_scores import ZoneScores

UNITS: dict[str, str] = {
    ZoneTerm.INCIDENT_RATE: "per_km2_year",
    ZoneTerm.SIGNIFICANT_CELLS: "count",
    ZoneTerm.FINDINGS: "count",
    ZoneTerm.HAZARDS_OPEN: "count",
    ZoneTerm.HAZARDS_OVERDUE: "count",
    ZoneTerm.UNCOVERED_MIN: "min",
    ZoneTerm.PUPILS: "count",
}
"""Unit of each term's value."""
PERCENT = "percent"
_FIXED = str(ZoneTerm.PUPILS)
_RATE = str(ZoneTerm.INCIDENT_RATE)


def terms_json(terms: pd.DataFrame, scores: ZoneScores) -> list[dict[str, Any]]:
    """Write down each zone's terms.

    Parameters
    ----------
    terms
        As in `geo.zone_scores.checked_terms`, the whole district.
    scores
        What `geo.zone_scores.score_zones` gave for them.

    Returns
    -------
    list of dict
        ``{term: {value, unit, share, part, known, counts, half}}`` for each zone: ``value`` is `None` and
        ``known`` false where it is not known; ``counts`` is false where it is not known for every zone, and
        then nobody has a part of it; ``half`` is the value that is worth a half.
    """
    terms = checked_terms(terms)
    counts, half = counting(terms).tolist(), half_values(terms).tolist()
    values = terms[TERMS].to_numpy(dtype=np.float64).tolist()
    rows = zip(values, scores.shares.tolist(), scores.parts.tolist(), strict=True)
    return [
        {
            term: {
                "value": value if value == value else None,  # noqa: PLR0124 -- NaN alone is not itself
                "unit": UNITS[term], "share": share, "part": part,
                "known": value == value, "counts": counted, "half": middle,  # noqa: PLR0124 -- as above
            }
            for term, value, share, part, counted, middle in zip(TERMS, *row, counts, half, strict=True)
        }
        for row in rows
    ]  # fmt: skip


def terms_from_json(
    zone_ids: Sequence[str], written: Sequence[Mapping[str, Any]]
) -> tuple[pd.DataFrame, Floats]:
    """Read terms back, for ranking anew with other weights.

    Parameters
    ----------
    zone_ids
        Ids of the zones.
    written
        What `terms_json` gave for each.

    Returns
    -------
    tuple
        The frame of terms, and the half values of the whole district, for `geo.zone_scores.score_zones`. A
        term that did not count comes back as NaN, so that it does not count for a part of the zones either.

    Raises
    ------
    UnknownTermError, FrameError
        It holds something that is no term, or lacks one.
    """
    frame = pd.DataFrame(
        [
            {term: entry["value"] if entry["counts"] else None for term, entry in terms.items()}
            for terms in written
        ],
        columns=None if len(written) else TERMS,
        dtype=np.float64,
    )
    frame.insert(0, "zone_id", np.array(zone_ids, dtype=object))
    first = written[0] if len(written) else {}
    half = np.array([first[term]["half"] if term in first else 0.0 for term in TERMS])
    return checked_terms(frame), half


def weights_json(weights: Mapping[str, float]) -> dict[str, float]:
    """Write the weights down as they were used: one for each term, summing to 1."""
    return dict(zip(TERMS, normalised(weights).tolist(), strict=True))


def way_off(
    terms: pd.DataFrame, weights: Mapping[str, float], first_places: int
) -> list[dict[str, Any] | None]:
    """Find what would take each zone off the first places, one term at a time.

    Parameters
    ----------
    terms
        As in `geo.zone_scores.checked_terms`, the whole district.
    weights
        The chosen weights.
    first_places
        How many places the list has that is acted on, 1 or more.

    Returns
    -------
    list of dict or None
        `None` for a zone that is not among them, or where nobody stands behind them. Else ``{first_places,
        below, terms: {term: {amount, unit, to} or None}}``: less by ``amount`` (whole counts and minutes; for
        the incident rate whole per cent), that is down to ``to``, the zone scores less than ``below``. `None`
        where even nothing left of the term would not do. Pupils are not in it: nobody is to be moved.

    Raises
    ------
    UnknownTermError, FrameError, BadWeightsError
        As `geo.zone_scores.score_zones`.
    """
    terms = checked_terms(terms)
    scores, chosen, half = score_zones(terms, weights), normalised(weights), half_values(terms)
    found: list[dict[str, Any] | None] = [None] * len(terms)
    listed = np.flatnonzero(scores.rank <= first_places)
    if len(terms) <= first_places:
        return found
    below = float(np.sort(scores.score)[::-1][first_places])
    values = terms[TERMS].to_numpy(dtype=np.float64)
    for row in listed:
        # What the part of a term has to fall under, the others as they are: clear of a tie.
        room = below - 2 * TIE - (scores.score[row] - scores.parts[row])
        found[int(row)] = {
            "first_places": first_places,
            "below": below,
            "terms": {
                term: _needed(term, values[row, at], half[at], chosen[at], room[at])
                for at, term in enumerate(TERMS)
                if term != _FIXED
            },
        }
    return found


def _needed(term: str, value: float, half: float, weight: float, room: float) -> dict[str, Any] | None:
    """Give the smallest whole step after which ``weight x share`` is below ``room``."""
    step = value / 100 if term == _RATE else 1.0
    if not value > 0 or not weight or room <= 0:
        return None
    share = min(room / weight, 1.0)
    most = half * share / (1 - share) if share < 1 else value
    guess = np.floor((value - min(most, value)) / step)
    # Rounding may put the guess one step off to either side.
    amounts = np.clip(guess + np.arange(-1.0, 3.0), 1.0, np.ceil(value / step))
    left = np.maximum(value - amounts * step, 0.0)
    enough = np.flatnonzero(shares_of(left, half) * weight < room)
    if not len(enough):
        return None
    amount = float(amounts[enough[0]])
    return {
        "amount": int(amount),
        "unit": PERCENT if term == _RATE else UNITS[term],
        "to": float(left[enough[0]]),
    }

"""Focus zones as the page ranks them: the build's terms, weighed with whatever weights are being tried.

Pure: frames in, frames and words' keys out. A term's share, its half value and whether it counts are the
build's; so the build's own weights give the build's own places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.terms import UNNAMED, ZoneTerm
from geo.zone_reasons import terms_from_json, way_off
from geo.zone_scores import TERMS, normalised, score_zones

if TYPE_CHECKING:
    from collections.abc import Mapping

WHY = 3
"""Terms that are named as the reasons."""
LEAST_PART = 0.005
"""Parts below half a per cent are no reason."""
RATE = str(ZoneTerm.INCIDENT_RATE)
SAME = 1e-6
FULL = 100


@dataclass(frozen=True, slots=True)
class Ranked:
    """Zones by their places.

    Parameters
    ----------
    zones
        The build's rows in the order of places, with ``place``, ``is_tied``, ``weighed`` (score), ``label``.
    parts
        Part of each term in the score, rows as in ``zones``, columns in the order of `TERMS`.
    off
        What would take each off the first places (`geo.zone_reasons.way_off`), rows as in ``zones``.
    is_built
        Whether the weights are those of the build: only then do its intervals hold.
    """

    zones: pd.DataFrame
    parts: np.ndarray[Any, np.dtype[np.float64]]
    off: list[dict[str, Any] | None]
    is_built: bool


def ranked(zones: pd.DataFrame, weights: Mapping[str, float], first_places: int) -> Ranked:
    """Rank a district's zones with some weights.

    Parameters
    ----------
    zones
        `data.repositories.focus_zones.read_zones` of one district, one row or more.
    weights
        By term, of any sum.
    first_places
        How many places are acted on.

    Raises
    ------
    geo.zone_scores.BadWeightsError
        All weights are zero.
    """
    terms, half = terms_from_json(zones["zone_id"].tolist(), zones["terms"].tolist())
    scores = score_zones(terms, weights, half=half)
    is_built = is_built_with(zones, weights)
    # who sees some zones of the district, and who got them by a package, sees the places that the build gave
    rank = zones["rank"].to_numpy(dtype=np.int64) if is_built else scores.rank
    order = np.lexsort([zones["zone_id"].to_numpy(dtype=str), rank])
    places = rank[order]
    tied = np.bincount(places)[places] > 1
    off = way_off(terms, weights, first_places)
    return Ranked(
        zones.iloc[order].reset_index(drop=True).assign(
            place=places, is_tied=tied, weighed=scores.score[order], label=[str(place) for place in places]
        ),
        scores.parts[order],
        [off[row] for row in order.tolist()],
        is_built,
    )  # fmt: skip


def is_built_with(zones: pd.DataFrame, weights: Mapping[str, float]) -> bool:
    """Tell whether the rows were ranked with these weights."""
    used = zones["weights"].iloc[0].get("weights", {})
    return bool(np.allclose(normalised(weights), [used.get(term, 0.0) for term in TERMS], atol=SAME))


def reasons(ranks: Ranked, row: int) -> list[str]:
    """Name the terms that put a zone forward most, the strongest first."""
    parts = ranks.parts[row]
    return [TERMS[at] for at in np.argsort(-parts, kind="stable")[:WHY] if parts[at] >= LEAST_PART]


def unknown_terms(zones: pd.DataFrame) -> list[str]:
    """Name the terms that count for nobody, since they are not known for every zone."""
    return [term for term in TERMS if not zones["terms"].iloc[0][term]["counts"]]


def named(zones: pd.DataFrame, schools: pd.DataFrame, unnamed: str) -> pd.DataFrame:
    """Put names beside zones.

    Parameters
    ----------
    zones
        ``school_codes``, ``town_code``.
    schools
        ``code, name``.
    unnamed
        What is said in the place of a name that is not known.

    Returns
    -------
    pandas.DataFrame
        The same rows with ``schools``: the names of its schools; a school that has ended has its code.
    """
    known = dict(zip(schools["code"], schools["name"].replace(UNNAMED, unnamed), strict=True))
    lists = [[str(known.get(code, code)) for code in codes] for codes in zones["school_codes"]]
    return zones.assign(schools=pd.Series(lists, index=zones.index, dtype=object))


def zone_of_school(zones: pd.DataFrame, code: str) -> str | None:
    """Give the zone that a school belongs to."""
    own = [zone for zone, codes in zip(zones["zone_id"], zones["school_codes"], strict=True) if code in codes]
    return str(own[0]) if own else None


def as_slider(weights: Mapping[str, float]) -> dict[str, int]:
    """Give weights as whole numbers from 0 to 100 for every term."""
    return {term: round(min(max(float(weights.get(term, 0)), 0), FULL)) for term in TERMS}

"""The score of a focus zone: its terms on one scale, weighted, added up and ranked.

Each term becomes a share, ``value / (value + half)``, where ``half`` is the median of the zones that have any
of it. So a usual value is worth a half, in every district and in any unit; no outlier is worth more than
1, and does not push all others to 0 as "share of the largest" would; and more is always more, so that a share
keeps the order of its term. ``half`` is fixed with the build: draws, other weights and changed values are
measured on the same scale, so that they can be compared with the list that is shown.

Only the terms of `geo.terms.ZoneTerm` are taken. Everything else is refused, above all anything about
persons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandera.pandas as pa

from geo.errors import GeoError
from geo.frames import checked
from geo.terms import ZoneTerm

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from geo.arrays import Flags, Floats, Integers

TERMS = [str(term) for term in ZoneTerm]
TIE = 1e-9
"""Scores no further apart are equal: what differs by less is rounding."""
_MOST = 1e15
"""No term is larger; beyond it a sum with ``half`` would lose the half."""

_TERMS_FRAME = pa.DataFrameSchema(
    {
        "zone_id": pa.Column(unique=True),
        **{
            term: pa.Column("float64", pa.Check.in_range(0, _MOST), nullable=True, coerce=True)
            for term in TERMS
        },
    },
    name="zone terms",
)


class UnknownTermError(GeoError):
    """Something that no focus zone may be ranked by; ``names`` are the columns."""

    key = "zones.unknown_term"


class BadWeightsError(GeoError):
    """Weights that are all zero, negative or no numbers."""

    key = "zones.bad_weights"


class ZoneScores(NamedTuple):
    """Zones weighed up; rows as in the terms given."""

    score: Floats
    """0 to 1, the parts added up in the order of `ZoneTerm`, shape (n,)."""
    parts: Floats
    """Weight x share, shape (n, terms)."""
    shares: Floats
    """0 to 1, and 0 where a term does not count, shape (n, terms)."""
    rank: Integers
    """Place in the list, shape (n,)."""


def only(frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Refuse a frame that holds anything beside these columns.

    Raises
    ------
    UnknownTermError
        It does.
    """
    unknown = sorted({str(name) for name in frame.columns} - set(columns))
    if unknown:
        raise UnknownTermError(names=", ".join(unknown))
    return frame


def checked_terms(terms: pd.DataFrame) -> pd.DataFrame:
    """Check a frame of terms.

    Parameters
    ----------
    terms
        ``zone_id`` and a column for each `ZoneTerm`: ``incident_rate`` (shrunk, events per km2 and year),
        ``significant_cells``, ``findings``, ``hazards_open``, ``hazards_overdue`` (counts),
        ``uncovered_min`` (gate-minutes of a plain week), ``pupils``. NaN: not known.

    Raises
    ------
    UnknownTermError
        There is another column.
    FrameError
        A column is missing, a value is negative or infinite, or a zone comes twice.
    """
    return checked(only(terms, ["zone_id", *TERMS]), _TERMS_FRAME)


def normalised(weights: Mapping[str, float]) -> Floats:
    """Give the weights in the order of `ZoneTerm`, summing to 1; a term that is not named has none.

    Raises
    ------
    UnknownTermError
        A weight is for something else.
    BadWeightsError
        They are all zero, or one is negative or no number.
    """
    unknown = sorted({str(name) for name in weights} - set(TERMS))
    if unknown:
        raise UnknownTermError(names=", ".join(unknown))
    given = np.array([weights.get(term, 0.0) for term in TERMS], dtype=np.float64)
    if not (np.isfinite(given) & (given >= 0)).all() or not given.any():
        raise BadWeightsError
    # By the largest first: a sum of huge weights would be infinite.
    scaled = given / given.max()
    whole: Floats = scaled / scaled.sum()
    return whole


def counting(terms: pd.DataFrame) -> Flags:
    """Tell which terms count: those known for every zone, else zones would be compared unlike with unlike.

    Returns
    -------
    numpy.ndarray
        In the order of `ZoneTerm`, shape (terms,).
    """
    known: Flags = terms[TERMS].notna().all(axis=0).to_numpy()
    return known


def half_values(terms: pd.DataFrame) -> Floats:
    """Give the value of each term that is worth a half: the median of the zones that have any of it.

    Returns
    -------
    numpy.ndarray
        In the term's unit, 0 where no zone has any, shape (terms,).
    """
    values = terms[TERMS].to_numpy(dtype=np.float64)
    positive = [column[column > 0] for column in values.T]
    return np.array([np.median(column) if len(column) else 0.0 for column in positive])


def shares_of(values: Floats, half: Floats | float) -> Floats:
    """Put values on the scale from 0 to 1; NaN stands for 0."""
    some = values > 0
    return np.divide(values, values + half, out=np.zeros_like(values), where=some)


def score_zones(
    terms: pd.DataFrame, weights: Mapping[str, float], *, half: Floats | None = None
) -> ZoneScores:
    """Weigh zones up; the same function serves the build and the page's live re-ranking.

    Parameters
    ----------
    terms
        As in `checked_terms`.
    weights
        0 or more for each term, of any sum.
    half
        `half_values` of the whole district, where ``terms`` are a part of it or were changed.

    Returns
    -------
    ZoneScores
        A term that does not count (`counting`) has share and part 0 for every zone.

    Raises
    ------
    UnknownTermError, FrameError, BadWeightsError
        As above.
    """
    terms = checked_terms(terms)
    half = half_values(terms) if half is None else half
    shares = shares_of(terms[TERMS].to_numpy(dtype=np.float64), half) * counting(terms)
    parts = shares * normalised(weights)
    score = added(parts)
    return ZoneScores(score, parts, shares, competition_ranks(score))


def added(parts: Floats) -> Floats:
    """Add the last axis up from left to right, so that anybody who adds the parts gets the same sum."""
    total: Floats = np.add.accumulate(parts, axis=-1)[..., -1]
    return total


def competition_ranks(scores: Floats) -> Integers:
    """Rank from the highest score; equal ones share the best of their places (1, 1, 3).

    Parameters
    ----------
    scores
        Shape (..., n); each row is a list of its own.

    Returns
    -------
    numpy.ndarray
        Places from 1, same shape.
    """
    order = np.argsort(-scores, axis=-1)
    falling = np.take_along_axis(scores, order, axis=-1)
    first = np.zeros(scores.shape, dtype=np.int64)
    first[..., 1:] = np.where(falling[..., :-1] - falling[..., 1:] > TIE, np.arange(1, scores.shape[-1]), 0)
    ranks = np.empty_like(first)
    np.put_along_axis(ranks, order, np.maximum.accumulate(first, axis=-1) + 1, axis=-1)
    return ranks

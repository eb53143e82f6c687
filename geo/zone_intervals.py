"""How firm the place of a focus zone is: once for the doubt of the counts, once for the choice of weights.

The two are never mixed. The data interval holds the weights and draws the rates behind the counts of events
(`geo.shrinkage`); all other terms are counted, not estimated, and stay as they are. The weights interval
holds the data and draws the weights from a Dirichlet distribution around the chosen ones. Both rank each draw
anew and give the 5th and the 95th percentile of the places, widened to the place in the list where it lies
outside: shrunk rates differ less than drawn ones, and a place outside of its own interval could not be
explained.

Draws belong to zones by their ids, so that the order of rows changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.shrinkage import posterior_draws, posterior_mean, rate_posterior
from geo.terms import ZoneTerm
from geo.zone_scores import (
    TERMS,
    added,
    checked_terms,
    competition_ranks,
    counting,
    half_values,
    normalised,
    score_zones,
    shares_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from geo.arrays import Flags, Floats, Integers

    _Ranks = Callable[[int], Integers]

_RATE = TERMS.index(str(ZoneTerm.INCIDENT_RATE))
_AT_ONCE = 2_000_000


class Sampling(NamedTuple):
    """How intervals are drawn, and from when on one is worth showing."""

    seed: int = 0
    draws: int = 2_000
    level: float = 0.9
    concentration: float = 50.0
    """Of the Dirichlet distribution: a weight of 0.2 varies by 0.06 (its standard deviation), one of 0.5 by
    0.07."""
    min_events: int = 20
    """Events of the district below which rates say nothing."""
    max_spread: float = 0.75
    """Share of the list that an interval may span; a wider one says no more than that the zone is on it."""


class IncidentCounts(NamedTuple):
    """Events of each zone; rows as in the terms."""

    events: Floats
    """Distinct events in the zone, shape (n,); all NaN where none were ever loaded."""
    km2_years: Floats
    """Area of the zone times the years counted, shape (n,)."""


class RankInterval(NamedTuple):
    """Best and worst place of each zone; rows as in the terms."""

    low: Integers
    """Best place, shape (n,)."""
    high: Integers
    """Worst place, shape (n,)."""
    is_enough_data: Flags
    """Whether the interval may be shown, shape (n,)."""


def incident_rates(incidents: IncidentCounts) -> Floats:
    """Give the shrunk rates: the term `ZoneTerm.INCIDENT_RATE`.

    Returns
    -------
    numpy.ndarray
        Events per km2 and year, shape (n,); NaN for all where the number of one is not known.

    Raises
    ------
    BadExposureError
        As `geo.shrinkage.rate_posterior`.
    """
    if np.isnan(incidents.events).any():
        return np.full(len(incidents.events), np.nan)
    return posterior_mean(rate_posterior(incidents.events, incidents.km2_years))


def data_interval(
    terms: pd.DataFrame, incidents: IncidentCounts, weights: Mapping[str, float], sampling: Sampling
) -> RankInterval:
    """Give the interval of each place that the doubt of the incident rates leaves.

    Parameters
    ----------
    terms
        As in `geo.zone_scores.checked_terms`, the whole district; its ``incident_rate`` is that of
        `incident_rates`.
    incidents
        The counts that the rates come from.
    weights
        The chosen weights.
    sampling
        Seed, draws and limits.

    Returns
    -------
    RankInterval
        ``is_enough_data`` is false for all zones where the rates count and the district has fewer events than
        ``min_events``, or where no weighted term is known; and for each zone whose interval spans more than
        ``max_spread`` of the list.

    Raises
    ------
    UnknownTermError, FrameError, BadWeightsError, BadExposureError
        As the functions that it uses.
    """
    terms = checked_terms(terms)
    count, chosen = len(terms), normalised(weights) * counting(terms)
    base = score_zones(terms, weights)
    if not chosen[_RATE]:
        return RankInterval(base.rank, base.rank, np.full(count, bool(chosen.any())))
    order = np.argsort(terms["zone_id"].to_numpy(dtype=str))
    draw = np.random.default_rng(sampling.seed)
    posterior = rate_posterior(incidents.events[order], incidents.km2_years[order])
    half, parts = half_values(terms)[_RATE], base.parts[order]

    def ranks(draws: int) -> Integers:
        drawn = np.broadcast_to(parts, (draws, *parts.shape)).copy()
        drawn[:, :, _RATE] = shares_of(posterior_draws(posterior, draws, draw), half) * chosen[_RATE]
        return competition_ranks(added(drawn))

    low, high = _spanned(ranks, base.rank[order], sampling)
    is_enough = high - low <= sampling.max_spread * (count - 1)
    is_enough &= float(incidents.events.sum()) >= sampling.min_events
    back = np.argsort(order)
    return RankInterval(low[back], high[back], is_enough[back])


def weights_interval(terms: pd.DataFrame, weights: Mapping[str, float], sampling: Sampling) -> RankInterval:
    """Give the interval of each place when the weights vary around the chosen ones and the data stand.

    Parameters
    ----------
    terms
        As in `geo.zone_scores.checked_terms`, the whole district.
    weights
        The chosen weights; a term without weight never gets any.
    sampling
        Seed, draws and concentration.

    Returns
    -------
    RankInterval
        ``is_enough_data`` is false only where no weighted term is known.

    Raises
    ------
    UnknownTermError, FrameError, BadWeightsError
        As `geo.zone_scores.score_zones`.
    """
    terms = checked_terms(terms)
    base, chosen = score_zones(terms, weights), normalised(weights)
    draw = np.random.default_rng(sampling.seed)

    def ranks(draws: int) -> Integers:
        drawn = draw.standard_gamma(chosen * sampling.concentration, (draws, len(chosen)))
        drawn /= drawn.sum(axis=1, keepdims=True)
        return competition_ranks(added(base.shares * drawn[:, None, :]))

    is_enough = np.full(len(terms), bool((chosen * counting(terms)).any()))
    return RankInterval(*_spanned(ranks, base.rank, sampling), is_enough)


def _spanned(ranks: _Ranks, place: Integers, sampling: Sampling) -> tuple[Integers, Integers]:
    """Draw places in parts that fit into memory, and give their quantiles, the place itself included."""
    if not len(place):
        return place, place
    step = max(1, _AT_ONCE // (len(place) * len(TERMS)))
    steps = [min(step, sampling.draws - start) for start in range(0, sampling.draws, step)]
    drawn = np.concatenate([ranks(draws) for draws in steps]).astype(np.int32)
    outside = (1 - sampling.level) / 2
    low = np.quantile(drawn, outside, axis=0, method="inverted_cdf").astype(np.int64)
    high = np.quantile(drawn, 1 - outside, axis=0, method="inverted_cdf").astype(np.int64)
    return np.minimum(low, place), np.maximum(high, place)

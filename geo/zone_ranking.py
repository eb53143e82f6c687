"""Focus zones ranked: everything that is published of a place in the list, from the terms to the reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.zone_intervals import data_interval, weights_interval
from geo.zone_reasons import terms_json, way_off, weights_json
from geo.zone_scores import score_zones

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.arrays import Flags, Integers
    from geo.zone_intervals import IncidentCounts, Sampling


def rank_zones(
    terms: pd.DataFrame,
    incidents: IncidentCounts,
    weights: Mapping[str, float],
    first_places: int,
    sampling: Sampling,
) -> pd.DataFrame:
    """Rank the focus zones of a district.

    Parameters
    ----------
    terms
        As in `geo.zone_scores.checked_terms`; ``incident_rate`` from `geo.zone_intervals.incident_rates`.
    incidents
        The counts behind the rates, rows as in ``terms``.
    weights
        The committee's weights.
    first_places
        How many places the list has that is acted on.
    sampling
        Seed, draws and limits of the intervals.

    Returns
    -------
    pandas.DataFrame
        Rows as in ``terms``: ``zone_id, rank, rank_low, rank_high, weights_rank_low, weights_rank_high,
        score, terms, weights, way_off, is_enough_data``, as in ``out.focus_zone``. Bounds of places are
        missing where there is not enough data.

    Raises
    ------
    UnknownTermError, FrameError, BadWeightsError, BadExposureError
        As the functions that it uses.
    """
    scores = score_zones(terms, weights)
    data, varied = (
        data_interval(terms, incidents, weights, sampling),
        weights_interval(terms, weights, sampling),
    )
    return pd.DataFrame(
        {
            "zone_id": terms["zone_id"].to_numpy(dtype=object),
            "rank": scores.rank,
            "rank_low": _shown(data.low, data.is_enough_data),
            "rank_high": _shown(data.high, data.is_enough_data),
            "weights_rank_low": _shown(varied.low, varied.is_enough_data),
            "weights_rank_high": _shown(varied.high, varied.is_enough_data),
            "score": scores.score,
            "terms": pd.Series(terms_json(terms, scores), dtype=object),
            "weights": pd.Series([weights_json(weights)] * len(terms), dtype=object),
            "way_off": pd.Series(way_off(terms, weights, first_places), dtype=object),
            "is_enough_data": data.is_enough_data,
        }
    )


def _shown(places: Integers, is_enough: Flags) -> pd.arrays.IntegerArray:
    """Leave out what there is not enough data for."""
    return pd.arrays.IntegerArray(np.asarray(places, dtype=np.int64), ~is_enough)

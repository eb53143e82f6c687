"""Controls for treated schools: the untreated ones that were most like them before.

Nearest neighbours without replacement, all pairs chosen at once so that their distances add up to the least
(P. Rosenbaum, "Optimal matching for observational studies", 1989; E. Stuart, "Matching methods for causal
inference", 2010, also for the standardised differences that show how well it went). What is matched is the
shrunk rate, never the raw one: a control that was high by chance would fall back as well, but by another
amount.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from geo.campaign_counts import MONTH_DAYS

if TYPE_CHECKING:
    from geo.arrays import Floats, Integers
    from geo.campaign_baselines import Baselines
    from geo.campaign_counts import CampaignUnits, Phases

CONTROLS_EACH = 5
"""Controls of each treated school: beyond five a comparison gains little, and they grow less alike."""
FEATURES = ("rate_per_month", "trend", "pupils")
_WEIGHTS = np.array([2.0, 1.0, 1.0])
_BALANCE = ("treated", "candidates", "matched", "difference_before", "difference_after")
OTHER_STAGE = 1.0
"""What another stage adds to a distance, in standard deviations."""


class Matching(NamedTuple):
    """Who is compared with whom.

    Attributes
    ----------
    pairs
        A row a pair: ``treated`` and ``control`` (row numbers of the units), ``distance`` (weighted standard
        deviations), ``is_same_stage``; by treated school and distance.
    balance
        A row a feature (`FEATURES` and ``same_stage``, the share of pairs): means of ``treated``,
        ``candidates`` and ``matched``; ``difference_before`` and ``difference_after`` matching, in standard
        deviations of all (NaN for the stage). Trend is the logarithm of the later half of the days before by
        the earlier.
    """

    pairs: pd.DataFrame
    balance: pd.DataFrame

    @property
    def controls(self) -> Integers:
        """Row numbers of the controls, each once, ascending."""
        return np.sort(self.pairs["control"].to_numpy(dtype=np.int64))


def match_controls(phases: Phases, baselines: Baselines, units: CampaignUnits) -> Matching:
    """Choose up to `CONTROLS_EACH` controls for each treated school, each used once.

    Parameters
    ----------
    phases
        Counts; only those before are looked at.
    baselines
        Shrunk counts before, shape (n,).
    units
        Treated schools, candidates, pupils and stages.

    Returns
    -------
    Matching
        Without rows in ``pairs`` where there are no candidates.
    """
    treated, candidates = np.flatnonzero(units.is_treated), np.flatnonzero(units.is_candidate)
    features, sizes = _features(phases, baselines, units)
    scale = np.where((spread := sizes.std(axis=0)) > 0, spread, 1.0)
    gaps = (sizes[treated][:, None, :] - sizes[candidates][None, :, :]) / scale
    is_same = units.stage[treated][:, None] == units.stage[candidates][None, :]
    distances = np.sqrt((_WEIGHTS * gaps**2).sum(axis=2)) + np.where(is_same, 0.0, OTHER_STAGE)
    each = max(1, min(CONTROLS_EACH, len(candidates) // max(len(treated), 1)))
    rows, columns = linear_sum_assignment(np.repeat(distances, each, axis=0))
    rows = rows // each
    order = np.lexsort([distances[rows, columns], rows])
    rows, columns = rows[order], columns[order]
    pairs = pd.DataFrame(
        {
            "treated": treated[rows],
            "control": candidates[columns],
            "distance": distances[rows, columns],
            "is_same_stage": is_same[rows, columns].astype(bool),
        }
    )
    groups = [treated, candidates, pairs["control"].to_numpy(dtype=np.int64)]
    shares = [float("nan"), _mean(is_same), _mean(pairs["is_same_stage"].to_numpy())]
    return Matching(pairs, _balance(features, groups, shares))


def _features(phases: Phases, baselines: Baselines, units: CampaignUnits) -> tuple[Floats, Floats]:
    """Give what is matched as it is shown and as it is measured, shape (n, 3) each."""
    months = max(phases.before_days / MONTH_DAYS, 1e-9)
    trend = _trend(phases.before)
    known = units.pupils[np.isfinite(units.pupils)]
    pupils = np.where(np.isfinite(units.pupils), units.pupils, np.median(known) if len(known) else 0.0)
    shown = np.column_stack([baselines.mean / months, trend, pupils])
    # Roots and logarithms: one event more says less where there are many.
    return shown, np.column_stack([np.sqrt(baselines.mean), trend, np.log1p(pupils)])


def _trend(before: Floats) -> Floats:
    """Give the logarithm of the later half by the earlier, shape (n,); 0 where there is one block."""
    half = before.shape[1] // 2
    early, late = before[:, :half].sum(axis=1), before[:, before.shape[1] - half :].sum(axis=1)
    # A mean school's events are added to both: otherwise chance would be a trend where there are few.
    ballast = max(1.0, float(early.mean() + late.mean()) / 2.0)
    trend: Floats = np.log((late + ballast) / (early + ballast))
    return trend


def _balance(features: Floats, groups: list[Integers], shares: list[float]) -> pd.DataFrame:
    treated, candidates, matched = (np.array([_mean(part) for part in features[rows].T]) for rows in groups)
    spread = features.std(axis=0)
    scale = np.where(spread > 0, spread, np.nan)
    columns = [treated, candidates, matched, (treated - candidates) / scale, (treated - matched) / scale]
    # One frame at once: pandas takes longer to join two than all the matching does.
    values = np.vstack([np.column_stack(columns), [*shares, np.nan, np.nan]])
    frame = pd.DataFrame(values, columns=list(_BALANCE))
    frame.insert(0, "feature", [*FEATURES, "same_stage"])
    return frame


def _mean(values: Floats) -> float:
    return float(np.mean(values)) if np.size(values) else float("nan")

"""From counts to a comparison: baselines, matched controls, and how far chance alone moves their ratio."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.campaign_baselines import Baselines, find_dispersion, find_drift, shrink_counts, take
from geo.campaign_matching import Matching, match_controls
from geo.campaign_ratio import Contrast

if TYPE_CHECKING:
    from geo.arrays import Integers
    from geo.campaign_counts import CampaignUnits, Phases


class Comparison(NamedTuple):
    """Treated schools and their controls.

    Attributes
    ----------
    contrast
        Baselines of both, and their uncertainty.
    matching
        Which schools are compared.
    change
        After by before of all candidates: what season, trend and length do to counts. NaN without days after.
    control_variance
        Of the logarithm of the controls' baseline.
    """

    contrast: Contrast
    matching: Matching
    change: float
    control_variance: float


def compare(phases: Phases, units: CampaignUnits) -> Comparison:
    """Set treated schools against matched controls.

    Parameters
    ----------
    phases
        Counts before, and after where they exist: else the days before are halved to see how schools drift.
    units
        The schools in the order of the counts.
    """
    others = units.is_candidate
    dispersion = find_dispersion([phases.before, phases.after[others]])
    before = phases.before.sum(axis=1)
    baselines = shrink_counts(before, dispersion.ratio)
    if phases.after.shape[1]:
        after = phases.after[others].sum(axis=1)
        drift = find_drift(after, take(baselines, others), dispersion.ratio)
        change = float(after.sum() / before[others].sum()) if before[others].any() else float("nan")
    else:
        early, late = (half.sum(axis=1) for half in np.array_split(phases.before, 2, axis=1))
        drift = find_drift(
            late[others], take(shrink_counts(early, dispersion.ratio), others), dispersion.ratio
        )
        change = float("nan")
    matching = match_controls(phases, baselines, units)
    treated, treated_variance = _sum(baselines, drift, np.flatnonzero(units.is_treated))
    control, control_variance = _sum(baselines, drift, matching.controls)
    variance = treated_variance + control_variance
    contrast = Contrast(treated, control, variance, dispersion.ratio, dispersion.freedom)
    return Comparison(contrast, matching, change, control_variance)


def _sum(baselines: Baselines, drift: float, rows: Integers) -> tuple[float, float]:
    """Add up some schools' baselines; give the sum and the variance of its logarithm, drift in it."""
    mean = baselines.mean[rows]
    variance = baselines.variance[rows] + drift * mean**2
    total = float(mean.sum())
    return total, float(variance.sum()) / total**2 if total else float("inf")


def ring_contrast(comparison: Comparison, before: float) -> Contrast:
    """Set a ring against the controls; nobody chose it for its counts, so that nothing of it is shrunk.

    Parameters
    ----------
    comparison
        Of the treated schools.
    before
        Events in the ring before.
    """
    contrast, events = comparison.contrast, float(before)
    variance = contrast.dispersion / max(events, 1.0) + comparison.control_variance
    return contrast._replace(treated=events, variance=variance)

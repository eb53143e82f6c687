"""Difference in differences of counts by a quasi-Poisson model of statsmodels, schools each with a level."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import statsmodels.api as sm


class Fit(NamedTuple):
    """Ratio of rates, standard error of its logarithm, variance by mean."""

    ratio: float
    error: float
    dispersion: float


def difference_in_differences(before: np.ndarray, after: np.ndarray, treated: np.ndarray) -> Fit:
    """Fit counts (n, t) before and after with a level a school, one change for all, one for the treated."""
    units, periods = np.arange(len(before)), before.shape[1] + after.shape[1]
    is_after = np.tile(np.arange(periods) >= before.shape[1], len(units)).astype(float)
    levels = np.repeat(np.eye(len(units)), periods, axis=0)
    joint = is_after * np.repeat(treated, periods)
    design = np.column_stack([levels, is_after, joint])
    model = sm.GLM(np.hstack([before, after]).ravel(), design, family=sm.families.Poisson())
    fitted = model.fit(scale="X2")
    return Fit(float(np.exp(fitted.params[-1])), float(fitted.bse[-1]), float(fitted.scale))

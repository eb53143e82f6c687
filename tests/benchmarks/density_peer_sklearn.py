"""The density at places by scikit-learn: a sum over all events."""

from __future__ import annotations

import numpy as np
from sklearn.neighbors import KernelDensity


def density(spots, places, bandwidth) -> np.ndarray:
    """Give events per km2, to a millionth."""
    model = KernelDensity(bandwidth=bandwidth, kernel="gaussian", rtol=1e-6).fit(spots)
    return np.exp(model.score_samples(places)) * (len(spots) * 1e6)

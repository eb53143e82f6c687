"""A density surface by KDEpy: linear binning and a convolution through the Fourier transform."""

from __future__ import annotations

import numpy as np
from KDEpy import FFTKDE


def surface(spots, east, north, bandwidth) -> np.ndarray:
    """Give events per km2 at the middles, shape (rows, columns)."""
    middles = np.column_stack([np.repeat(east, len(north)), np.tile(north, len(east))])
    density = FFTKDE(kernel="gaussian", bw=bandwidth).fit(spots).evaluate(middles)
    return density.reshape(len(east), len(north)).T * (len(spots) * 1e6)

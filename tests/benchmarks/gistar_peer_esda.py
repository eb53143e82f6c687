"""Gi* as esda computes it, without permutations."""

from __future__ import annotations

import numpy as np
from esda.getisord import G_Local
from libpysal.weights import W


def weights(first, second, count) -> W:
    """Give binary weights from pairs ordered by the first, and of each place with itself."""
    edges = np.searchsorted(first, np.arange(count + 1))
    near = {cell: [cell, *second[edges[cell] : edges[cell + 1]].tolist()] for cell in range(count)}
    return W(near, id_order=list(range(count)), silence_warnings=True)


def gi_star(made, counts) -> np.ndarray:
    """Give the standard scores; that the place itself counts is seen from the weights, which is quickest."""
    return G_Local(counts, made, transform="B", permutations=0, star=None).Zs

"""How likely it is that rows would agree with another reading of their coordinates by chance.

A school that really moved lies somewhere. If it lies about as far from its known place as another reading of
its coordinates would put it, it lies in a ring round the known place; the circle in which it would pass for
that reading takes up r / 4d of the ring (radius r, distance d: pi r^2 over that of a ring 2r wide). That so
many of the rows in the ring fall into the circle is a binomial tail. A few rows that lie exactly where GCJ-02
would put them are thereby certain, and one school of four hundred that moved by half a kilometre is nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import bdtrc

if TYPE_CHECKING:
    from geo.arrays import Flags, Floats

MOST_CHANCE = 0.001
_LEAST_RADIUS_M = 0.5
"""No two positions are taken to agree better, so that rounding is no evidence."""
_HALF = 0.5


def chance_of(rows: Flags, near: Floats, away: Floats, apart: Floats) -> float:
    """Give the chance that rows agree with a reading as well as they do.

    Parameters
    ----------
    rows
        Rows that are taken for the reading, shape (n,).
    near, away
        Metres from the known places to the positions in that reading and as declared, shape (n,); infinite
        where there is no position.
    apart
        Metres between these two positions, shape (n,).

    Returns
    -------
    float
        0 to 1; 1 for no rows, 0 for rows that have no position at all as declared.
    """
    count = int(rows.sum())
    if not count:
        return 1.0
    if not np.isfinite(away[rows]).all():
        return 0.0
    radius = max(_LEAST_RADIUS_M, float(near[rows].max()))
    single = min(_HALF, radius / (4.0 * max(radius, float(apart[rows].min()))))
    with np.errstate(invalid="ignore"):
        in_ring = np.abs(away - apart) <= radius
    return float(bdtrc(count - 1, max(count, int((in_ring | rows).sum())), single))

"""What a batch's coordinates are, judged by what lies beside its rows: roads do not cross school grounds.

Where no row is known itself, the roads are: a school's ground that is crossed by a street as declared, and
lies clear between streets in another datum, speaks for that datum; so does a road that would lie upon a known
one. One row proves little. Rows that lie well both ways, or badly both ways, say nothing; of the others (the
discordant pairs of a sign test) most must speak for one reading, and hardly any against it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.forensics import Box, Diagnosis, displacement, median_vector, wilson_low

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.arrays import Flags, Floats
    from geo.readings import Reading

STRICT_Z = 3.29
"""One chance in a thousand, both ends together."""
LEAST_SHARE, LEAST_GAIN = 0.6, 0.2
"""What the lower end of the share that speaks for a reading must exceed; what that must gain of all rows."""


def diagnose_beside(
    tried: Sequence[Reading], good: Flags, lon: Floats, lat: Floats, *, least: float
) -> Diagnosis:
    """Find the datum in which rows lie to their neighbours as they should.

    Parameters
    ----------
    tried
        The readings, the declared one first.
    good
        Whether each row lies well in each of them, shape (readings, n).
    lon, lat
        Middles of the rows in each of them, degrees, shape (readings, n).
    least
        Share of all rows that must lie well in the reading that is found.

    Returns
    -------
    Diagnosis
        ``looks`` is None where nothing can be told. Its vector is that from the reading to what was declared.
    """
    best, most = 0, LEAST_SHARE
    shares = good.mean(axis=1) if good.shape[1] else np.zeros(len(tried))
    for at in range(1, len(tried)):
        speaking = int(np.sum(good[at] & ~good[0]))
        bound = wilson_low(speaking, speaking + int(np.sum(good[0] & ~good[at])), z=STRICT_Z)
        if bound > most and shares[at] >= max(least, shares[0] + LEAST_GAIN):
            best, most = at, bound
    if not best:
        return Diagnosis()
    there = Box(lon[best], lat[best], np.zeros(good.shape[1]))
    shift_m, bearing = median_vector(*displacement(lon[0], lat[0], there))
    explained = int(good[best].sum())
    return Diagnosis(
        looks=tried[best].looks, name=tried[best].name, shift_m=shift_m, bearing_deg=bearing,
        matched=good.shape[1], explained=explained, confidence=wilson_low(explained, good.shape[1]),
    )  # fmt: skip

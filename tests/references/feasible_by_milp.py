"""What counts are possible in each half-year, by integer programming: one program for each end of each range."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

if TYPE_CHECKING:
    from collections.abc import Sequence


def feasible(bounds: Sequence[tuple[int, int | None]], most: int) -> list[tuple[int, int | None]] | None:
    """Give the least and the most whole number at every place of a chain; None for no bound, or where nothing fits.

    Parameters
    ----------
    bounds
        What each place is known to lie in, both ends included; None: open above.
    most
        By how much neighbours differ at most.
    """
    places = len(bounds)
    steps = np.eye(places - 1, places, 1) - np.eye(places - 1, places)
    box = Bounds([low for low, _ in bounds], [np.inf if high is None else high for _, high in bounds])
    chain = [LinearConstraint(steps, -most, most)] if places > 1 else []
    found: list[tuple[int, int | None]] = []
    for place in range(places):
        goal = np.zeros(places)
        goal[place] = 1
        least, most_of_all = (
            milp(sign * goal, integrality=np.ones(places), bounds=box, constraints=chain) for sign in (1, -1)
        )
        if not least.success:  # every place is bounded below: nothing fits at all
            return None
        found.append((round(least.fun), round(-most_of_all.fun) if most_of_all.success else None))
    return found

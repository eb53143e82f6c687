"""How well the hexagons that a method chose foresaw where the events of the next period would be.

PAI is (n / N) / (a / A): the share of events caught, over the share of the area taken (S. Chainey,
L. Tompson and S. Uhlig, "The Utility of Hotspot Mapping", Security Journal 21, 2008); 1 is no better than
chance. PEI* is n / n*: the events caught, over the most that as many cells could have caught, as in the
Real-Time Crime Forecasting Challenge of the National Institute of Justice (2017).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.terms import NoForesight

if TYPE_CHECKING:
    from geo.arrays import Flags, Integers

LEAST_EVENTS = 50
DRAWS = 2_000
_BAND = (0.025, 0.975)


class Foresight(NamedTuple):
    """What was caught; the two indices with their 95 % intervals, or the reason why there are none.

    ``pei_star`` is NaN only where there is a ``reason``.
    """

    events: int
    caught: int
    cells: int
    chosen: int
    pai: float
    pai_interval: tuple[float, float]
    pei_star: float
    pei_star_interval: tuple[float, float]
    reason: NoForesight | None


def foresight(
    chosen: Flags,
    held_out: Integers,
    *,
    least_events: int = LEAST_EVENTS,
    draws: int = DRAWS,
    seed: int = 0,
) -> Foresight:
    """Hold the cells that a method chose against the events of a period that it has not seen.

    Parameters
    ----------
    chosen
        Which of the cells, all of one size, the method chose, shape (n,).
    held_out
        Events of the next period in each cell, shape (n,).
    least_events
        With fewer events nothing is said.
    draws, seed
        How often the events are drawn again for the intervals, and the seed: equal seeds, equal intervals.

    Returns
    -------
    Foresight
        As documented there. The intervals say how much rests on which events happened to happen; what the
        best choice would have caught is taken as it was, since it was made with hindsight.
    """
    cells, picked = len(chosen), int(np.count_nonzero(chosen))
    events, caught = int(held_out.sum()), int(held_out[chosen].sum())
    reason = _reason(events, picked, least_events)
    if reason is not None:
        nothing = (np.nan, np.nan)
        return Foresight(events, caught, cells, picked, np.nan, nothing, np.nan, nothing, reason)
    most = int(np.sort(held_out)[::-1][:picked].sum())
    # Drawing all events again and counting those caught is one binomial number.
    again = np.random.default_rng(seed).binomial(events, caught / events, draws)
    low, high = (float(edge) for edge in np.quantile(again, _BAND))
    of_chance = events * picked / cells
    return Foresight(
        events,
        caught,
        cells,
        picked,
        caught / of_chance,
        (low / of_chance, high / of_chance),
        caught / most,
        (low / most, min(1.0, high / most)),
        None,
    )


def _reason(events: int, picked: int, least_events: int) -> NoForesight | None:
    if events < least_events:
        return NoForesight.TOO_FEW_EVENTS
    return None if picked else NoForesight.NOTHING_CHOSEN

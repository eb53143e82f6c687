"""The "80/20" of places: how few of them hold most events, and whether so few is more than chance.

Ten events in a thousand cells lie in at most ten cells however they fall, so "1 % of the cells hold all
events" says nothing (W. Bernasco and W. Steenbeek, "More Places than Crimes", Journal of Quantitative
Criminology 33, 2017). What is found is therefore held against as many events dealt out to the places by
chance, many times over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from geo.arrays import Floats, Integers

SHARE = 0.8
DRAWS = 200
_BAND = (0.025, 0.5, 0.975)
_CURVE_STEPS = 100
_LEAST_CHANCE = 0.05


class Concentration(NamedTuple):
    """How few places hold the share of events that was asked for.

    ``places_share`` is the smallest share of all places that holds it, NaN without events. ``by_chance`` is
    the same for events dealt out by chance: 2.5 %, median, 97.5 % of the draws. ``chance`` is the share of
    draws that are at least as concentrated, counting what was found as one of them; ``is_concentrated`` says
    that it is at most 5 %. ``curve`` has the share of events (second column) in the top share of places
    (first), and the median by chance (third), shape (k, 3), from 0 to 1.
    """

    places: int
    events: int
    held_by: int
    places_share: float
    by_chance: tuple[float, float, float]
    chance: float
    is_concentrated: bool
    curve: Floats


def concentration(
    counts: Integers,
    *,
    share: float = SHARE,
    weights: Floats | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Concentration:
    """Find the fewest places that hold a share of the events, and hold it against chance.

    Parameters
    ----------
    counts
        Events in each place (cell, or school), those without events included, shape (n,).
    share
        Which share of the events is asked for, above 0 and at most 1.
    weights
        What each place would get of an even spread (such as the area from which its events come), shape
        (n,); the same for all if missing.
    draws, seed
        How often chance is tried, and the seed: equal seeds give equal results.

    Returns
    -------
    Concentration
        As documented there.
    """
    held = np.sort(np.asarray(counts, dtype=np.int64))[::-1]
    places, events = len(held), int(held.sum())
    at = np.linspace(0.0, 1.0, _CURVE_STEPS + 1)
    if not events:
        none = np.column_stack([at, np.full((len(at), 2), np.nan)])
        return Concentration(places, 0, 0, np.nan, (np.nan, np.nan, np.nan), 1.0, False, none)
    held = held[held > 0]
    needed, curve = _needed(held, share), _curve(held, places, at)
    dealt = _dealt(events, places, weights, draws, np.random.default_rng(seed))
    by_chance = np.array([_needed(draw, share) for draw in dealt])
    chance = float((1 + (by_chance <= needed).sum()) / (1 + draws))
    low, middle, high = np.quantile(by_chance / places, _BAND)
    curves = np.median([_curve(draw, places, at) for draw in dealt], axis=0)
    return Concentration(
        places,
        events,
        needed,
        needed / places,
        (float(low), float(middle), float(high)),
        chance,
        chance <= _LEAST_CHANCE,
        np.column_stack([at, curve, curves]),
    )


def fewest_places(counts: Integers, share: float) -> int:
    """Count the fewest places that hold a share of the events; 0 without events."""
    held = np.sort(np.asarray(counts, dtype=np.int64))[::-1]
    return _needed(held, share) if held.sum() else 0


def _needed(held: Integers, share: float) -> int:
    """Count the first places, of those in falling order, that hold a share of all."""
    running = np.cumsum(held)
    # Less a hair, as 0.8 x 5 events is 4 events and not 4 and one more.
    return int(np.searchsorted(running, share * running[-1] * (1.0 - 1e-12))) + 1


def _curve(held: Integers, places: int, at: Floats) -> Floats:
    """Give the share of events in top shares of places, of which those without events are not listed."""
    running = np.concatenate([[0], np.cumsum(held)]) / held.sum()
    curve: Floats = np.interp(at * places, np.arange(len(running)), running)
    return curve


def _dealt(
    events: int, places: int, weights: Floats | None, draws: int, chance: np.random.Generator
) -> list[Integers]:
    """Deal events out to places by chance: each time those that get some, in falling order."""
    edges = np.cumsum(np.full(places, 1.0 / places) if weights is None else weights / np.sum(weights))
    # Numbers above the last edge, which may be a hair below 1, belong to the last place with a weight.
    last = int(np.searchsorted(edges, edges[-1]))
    dealt = []
    for _ in range(draws):
        falls = np.minimum(np.searchsorted(edges, chance.random(events), side="right"), last)
        # Most places get none: to sort those too would take nearly all the time.
        dealt.append(np.sort(np.unique(falls, return_counts=True)[1])[::-1])
    return dealt

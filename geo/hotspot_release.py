"""Which figures of hotspots may leave in a file, so that no count under 10 can be worked out from it.

On screen a commander sees every count of a hexagon; in a file a count under 10, zero included, is withheld
(DESIGN 8.6), and so is whatever tells one. z and p tell the neighbourhood's sum, given the total; what is
expected tells the total; sums of overlapping neighbourhoods tell single hexagons, and a year less its other
months tells a month. So figures are given of whole years and all categories alone, and they form a tree:
counts within sums of neighbourhoods that do not overlap, and those within the total. Of every node enough is
left over for the rest to be doubtful (T. Dalenius, "Finding a needle in a haystack", Journal of Official
Statistics 2, 1986; secondary suppression).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.hexagons import neighbour_pairs

if TYPE_CHECKING:
    from geo.arrays import Flags, Integers, Objects

LEAST = 10
"""The smallest count that is told, and the smallest remainder."""
_APART = 2
"""Neighbourhoods of hexagons so many steps apart still overlap."""


class Release(NamedTuple):
    """What may be told of each hexagon given, shape (n,), and of the total."""

    counts: Flags
    sums: Flags
    """Whether z and p may be told, which tell the sum of its neighbourhood."""
    total: bool
    """Whether what is expected may be told, which tells the total."""


def release(ids: Objects, counts: Integers, sizes: Integers, *, total: int, cells: int) -> Release:
    """Decide what may be told of one year.

    Parameters
    ----------
    ids
        Hexagons, among them all that have events, each once, shape (n,).
    counts
        Events in them.
    sizes
        Hexagons in their neighbourhoods, themselves included.
    total
        Events in all.
    cells
        How many hexagons the grid has.

    Returns
    -------
    Release
        Where the total may not be told neither may any sum.
    """
    told = counts >= LEAST
    near = _near(ids)
    unknown = sizes - _sums(near, told.astype(np.int64))
    allowed = _is_doubtful(_sums(near, np.where(told, 0, counts)), unknown)
    chosen = _disjoint(ids, _sums(near, counts), allowed)
    within = np.zeros(len(ids), dtype=bool)
    within[near[1][chosen[near[0]]]] = True
    alone = told & ~within
    rest = total - int(_sums(near, counts)[chosen].sum()) - int(counts[alone].sum())
    left = cells - int(sizes[chosen].sum()) - int(alone.sum())
    whole = bool(_is_doubtful(np.array([rest]), np.array([left]))[0])
    return Release(told, chosen & whole, whole)


def _disjoint(ids: Objects, sums: Integers, allowed: Flags) -> Flags:
    """Choose hexagons whose neighbourhoods do not overlap, those with most events first."""
    first, second = neighbour_pairs(ids, _APART)
    chosen: Flags = np.zeros(len(ids), dtype=bool)
    for row in np.argsort(-sums, kind="stable"):
        if allowed[row] and not chosen[second[first == row]].any():
            chosen[row] = True
    return chosen


def _is_doubtful(rest: Integers, hexagons: Integers) -> Flags:
    """Tell whether a sum of withheld counts, each 0 to 9, leaves each of them open."""
    doubtful: Flags = (rest >= LEAST) & (rest + LEAST <= (LEAST - 1) * hexagons)
    return doubtful


def _near(ids: Objects) -> tuple[Integers, Integers]:
    """Pair hexagons with their neighbours, and with themselves."""
    first, second = neighbour_pairs(ids)
    itself = np.arange(len(ids))
    return np.concatenate([first, itself]), np.concatenate([second, itself])


def _sums(near: tuple[Integers, Integers], values: Integers) -> Integers:
    sums: Integers = np.bincount(near[0], weights=values[near[1]]).astype(np.int64)
    return sums

"""Roads drawn in long strokes: where roads cross, each goes on in the one opposite.

Lines that meet two at a place can be joined to one (`shapely.line_merge`); three or four cannot. So the ends
at a junction are told apart, pair by pair, by a micrometre: nothing that is measured sees it, and what posts
reach falls into a fifth as many lines. To widen and unite these takes a third of the work.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.junctions import lines_through

if TYPE_CHECKING:
    from geo.arrays import Floats, Integers
    from geo.roads import Network

APART_M = 1e-6


def in_strokes(network: Network) -> Network:
    """Give the network with its lines' ends paired at the junctions.

    Parameters
    ----------
    network
        In metres.

    Returns
    -------
    Network
        The same but for its lines, whose ends are moved east by a micrometre for each pair but the first.
        Ends that face each other are a pair; of an odd number one is left alone. Where two roads meet
        nothing moves.
    """
    edges = len(network.lines)
    if not edges:
        return network
    xy, line = shapely.get_coordinates(network.lines, return_index=True)
    first = np.searchsorted(line, np.arange(edges))
    last = np.searchsorted(line, np.arange(edges), side="right") - 1
    end, inner = np.concatenate([first, last]), np.concatenate([first + 1, last - 1])
    ahead = xy[inner] - xy[end]
    pair = _pairs(np.concatenate([network.tail, network.head]), np.arctan2(ahead[:, 1], ahead[:, 0]))
    xy[end, 0] += pair * APART_M
    return replace(network, lines=lines_through(xy, line))


def _pairs(node: Integers, angle: Floats) -> Integers:
    """Give the number of each end's pair at its node: the end half way round is its partner."""
    order = np.lexsort((angle, node))
    heads = np.searchsorted(node[order], node[order])
    turn = np.empty(len(node), dtype=np.int64)
    turn[order] = np.arange(len(node)) - heads
    pairs: Integers = turn % ((np.bincount(node)[node] + 1) // 2)
    return pairs

"""Shortest paths with scipy alone: a ready graph for each mobility, one call for the nearest, calls for the sets.

Each source is a node of its own behind the others, with two arcs: how long it takes to the ends of its road.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

TOGETHER = 20  # sources in a call: as quick as one by one or quicker, and their distances fit into memory


def graph(count, roads, seconds, two_way, *, starts, start_s):
    """Give the graph of roads, from begin to end, and back where they are two way, and of sources' arcs."""
    begin, end = roads
    sources = np.repeat(np.arange(count, count + len(starts)), 2)
    leaves = np.concatenate([begin, end[two_way], sources])
    comes = np.concatenate([end, begin[two_way], starts.ravel()])
    taken = np.concatenate([seconds, seconds[two_way], start_s.ravel()])
    open_ = np.isfinite(taken)
    size = count + len(starts)
    return coo_array((taken[open_], (leaves[open_], comes[open_])), shape=(size, size)).tocsr()


def nearest(graphs, count) -> np.ndarray:
    """Give the seconds to every node from the source that is soonest there."""
    found = [dijkstra(one, indices=np.arange(count, one.shape[0]), min_only=True)[:count] for one in graphs]
    return np.min(found, axis=0)


def sets(graphs, count, within_s) -> np.ndarray:
    """Give the seconds to the nodes that each source reaches in time, one after the other."""
    found = []
    for one in graphs:
        for first in range(count, one.shape[0], TOGETHER):
            sources = np.arange(first, min(first + TOGETHER, one.shape[0]))
            times = dijkstra(one, indices=sources, limit=within_s)[:, :count]
            found.append(times[times <= within_s])
    return np.concatenate(found)

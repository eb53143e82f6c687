"""The soonest of many sources at every node: a bucket queue, compiled.

Nodes wait in buckets by the time at which they are reached so far, and the buckets, a ring, are worked off in
turn (Dial 1969; Denardo and Fox 1979). Inside a bucket the first come is the first served, and a node that is
reached sooner than it was served is served again (Bellman 1958). It ends when no node waits, so that no arc
makes anything sooner: times are exact, the same floats as Dijkstra's, whatever the buckets are. These only
decide how often nodes are served again: on roads hardly one in a thousand is.

A bucket is a quarter of the mean arc wide. As no arc is longer than all together, the ring has at most eight
buckets an arc, and no search passes more than four an arc, however the lengths are spread.

This module imports numba, which takes half a second: import it where a search is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geo.arrays import Floats
    from geo.searches import Graph, Leads

    Numbers = NDArray[np.uint32]
    Work = TypeVar("Work", bound=Callable[..., object])

BUCKETS_A_MEAN_ARC = 4
LEAST_TOTAL_S = 1e-300
"""Seconds of all arcs below which one bucket does for all: their inverse would be infinite."""


def compiled(work: Work, *, is_entry: bool = False) -> Work:
    """Compile a function on numbers and arrays; an entry is kept on disk where that can be written."""
    if is_entry:
        try:
            return cast("Work", njit(work, nogil=True, cache=True))
        except RuntimeError:  # a read-only install and no home: compiled anew by each process
            pass
    return cast("Work", njit(work, nogil=True))


def soonest(graph: Graph, sources: Leads) -> Floats:
    """Search from all sources at once.

    Parameters
    ----------
    graph
        Its seconds are 0 or more, infinite where one may not go.
    sources
        Each with the nodes that one comes to first and when, shape (sources, 2); infinite where one may not.

    Returns
    -------
    numpy.ndarray
        Seconds from the source that is soonest at each node, shape (nodes,); infinite where none comes.
    """
    # numbers without a sign: numba asks of others each time whether they count from the end, a third of all
    first, to, starts = (
        numbers.ravel().astype(np.uint32) for numbers in (graph.first, graph.to, sources.node)
    )
    return _search(first, to, graph.seconds, starts, sources.seconds.ravel())


@compiled
def _measured(seconds: Floats) -> tuple[float, float, int]:
    """Give the sum of those that are finite, the longest, and how many they are."""
    total, longest, count = 0.0, 0.0, 0
    for one in seconds:
        if one < np.inf:
            total += one
            longest = max(longest, one)
            count += 1
    return total, longest, count


@compiled
def _pace(seconds: Floats, leads: Floats) -> tuple[float, int]:
    """Give buckets a second, and how many the ring needs: a power of two."""
    total, longest, count = _measured(seconds)
    more, other, starts = _measured(leads)
    total, longest, count = total + more, max(longest, other), count + starts
    pace = BUCKETS_A_MEAN_ARC * count / total if total > LEAST_TOTAL_S else 0.0
    buckets = 1
    # to spare: a time and the arc behind it may each lie across the edge of a bucket
    while buckets < longest * pace + 3:
        buckets *= 2
    return pace, buckets


@compiled
def _take_out(after: Numbers, before: Numbers, node: int) -> None:
    """Take a node out of its bucket; one that waits in none is its own neighbour, and nothing changes."""
    after[before[node]] = after[node]
    before[after[node]] = before[node]
    after[node] = before[node] = node


@compiled
def _queue(after: Numbers, before: Numbers, node: int, head: int) -> None:
    """Put a node last in the bucket of a head, out of the one that it waits in."""
    _take_out(after, before, node)
    last = before[head]
    after[last], before[node] = node, last
    after[node], before[head] = head, node


def _searched(first: Numbers, to: Numbers, seconds: Floats, starts: Numbers, leads: Floats) -> Floats:
    """Search; buckets are circular lists through their nodes, their heads stand behind the nodes."""
    nodes = len(first) - 1
    pace, buckets = _pace(seconds, leads)
    found = np.full(nodes, np.inf)
    after = np.arange(nodes + buckets).astype(np.uint32)
    before = after.copy()
    for row in range(len(starts)):
        if leads[row] < found[starts[row]]:
            found[starts[row]] = leads[row]
            _queue(after, before, starts[row], nodes + (int(leads[row] * pace) & (buckets - 1)))
    bucket = empty = 0
    while empty < buckets:
        head = nodes + bucket
        empty += 1
        while after[head] != head:
            node, empty = after[head], 0
            _take_out(after, before, node)
            left = found[node]
            for arc in range(first[node], first[node + 1]):
                at = left + seconds[arc]
                if at < found[to[arc]]:
                    found[to[arc]] = at
                    _queue(after, before, to[arc], nodes + (int(at * pace) & (buckets - 1)))
        bucket = (bucket + 1) & (buckets - 1)
    return found


_search = compiled(_searched, is_entry=True)

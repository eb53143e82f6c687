"""The soonest of many sources at every node, the nodes that each reaches in time: a compiled bucket queue.

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

from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geo.arrays import Floats, Integers
    from geo.searches import Graph, Leads

    Numbers = NDArray[np.uint32]
    T = TypeVar("T", bound=np.generic)
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


class Ways(NamedTuple):
    """A graph with numbers without a sign: numba asks of others each time whether they count from the end."""

    first: Numbers
    to: Numbers
    seconds: Floats


class Waiting(NamedTuple):
    """What a search knows so far: circular lists through the nodes, whose heads stand behind all nodes."""

    found: Floats
    """Seconds to each node."""
    after: Numbers
    """The next in the same bucket; itself for a node that waits in none."""
    before: Numbers
    reached: Numbers
    """Nodes in the order in which they were first reached."""


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
    return _nearest(_ways(graph), sources.node.ravel().astype(np.uint32), sources.seconds.ravel())


def reached_by_each(graph: Graph, sources: Leads, within_s: float) -> tuple[Integers, Integers, Floats]:
    """Search from one source after the other, no farther than within a time.

    Parameters
    ----------
    graph, sources
        As for `soonest`.
    within_s
        Seconds; infinite: all that there is a way to.

    Returns
    -------
    numpy.ndarray
        How many nodes each source reaches, shape (sources,).
    numpy.ndarray
        The nodes, in order of source, shape (pairs,).
    numpy.ndarray
        Seconds to each, shape (pairs,).
    """
    counts, node, seconds = _each(_ways(graph), sources.node.astype(np.uint32), sources.seconds, within_s)
    return counts, node.astype(np.int64), seconds


def _ways(graph: Graph) -> Ways:
    return Ways(graph.first.astype(np.uint32), graph.to.astype(np.uint32), graph.seconds)


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
def _nothing_yet(nodes: int, buckets: int) -> Waiting:
    """Begin."""
    after = np.arange(nodes + buckets).astype(np.uint32)
    return Waiting(np.full(nodes, np.inf), after, after.copy(), np.empty(nodes, np.uint32))


@compiled
def _take_out(after: Numbers, before: Numbers, node: int) -> None:
    """Take a node out of its bucket; where it waits in none, nothing changes."""
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


@compiled
def _spread(
    ways: Ways, waiting: Waiting, pace: float, starts: Numbers, leads: Floats, within_s: float
) -> int:
    """Search from starts; give how many nodes are reached, which stand first in ``waiting.reached``."""
    first, to, seconds = ways
    found, after, before, reached = waiting
    nodes, last, count = len(found), len(after) - len(found) - 1, 0
    for row in range(len(starts)):
        node, at = starts[row], leads[row]
        if at < found[node] and at <= within_s:
            if found[node] == np.inf:
                reached[count] = node
                count += 1
            found[node] = at
            _queue(after, before, node, nodes + (int(at * pace) & last))
    bucket = empty = 0
    while empty <= last:
        head = nodes + bucket
        empty += 1
        while after[head] != head:
            leaves, empty = after[head], 0
            _take_out(after, before, leaves)
            left = found[leaves]
            for arc in range(first[leaves], first[leaves + 1]):
                node, at = to[arc], left + seconds[arc]
                if at < found[node] and at <= within_s:
                    if found[node] == np.inf:
                        reached[count] = node
                        count += 1
                    found[node] = at
                    _queue(after, before, node, nodes + (int(at * pace) & last))
        bucket = (bucket + 1) & last
    return count


@compiled
def _longer(given: NDArray[T], size: int) -> NDArray[T]:
    """Make room for twice as many."""
    made = np.empty(2 * size, given.dtype)
    made[: len(given)] = given
    return made


def _search_from_all(ways: Ways, starts: Numbers, leads: Floats) -> Floats:
    """Search from all starts at once."""
    pace, buckets = _pace(ways.seconds, leads)
    waiting = _nothing_yet(len(ways.first) - 1, buckets)
    _spread(ways, waiting, pace, starts, leads, np.inf)
    return waiting.found


def _search_from_each(
    ways: Ways, starts: Numbers, leads: Floats, within_s: float
) -> tuple[Integers, Numbers, Floats]:
    """Search from each row of starts; what one search reached is all that is cleared for the next."""
    pace, buckets = _pace(ways.seconds, leads.ravel())
    waiting = _nothing_yet(len(ways.first) - 1, buckets)
    counts = np.zeros(len(starts), np.int64)
    nodes, times = np.empty(len(waiting.found), np.uint32), np.empty(len(waiting.found))
    used = 0
    for row in range(len(starts)):
        count = _spread(ways, waiting, pace, starts[row], leads[row], within_s)
        if used + count > len(nodes):
            nodes, times = _longer(nodes, used + count), _longer(times, used + count)
        for place, node in enumerate(waiting.reached[:count], used):
            nodes[place], times[place] = node, waiting.found[node]
            waiting.found[node] = np.inf
        used += count
        counts[row] = count
    return counts, nodes[:used], times[:used]


_nearest = compiled(_search_from_all, is_entry=True)
_each = compiled(_search_from_each, is_entry=True)

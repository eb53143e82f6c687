"""Which reach discs cover which ring in which slot, each distinct answer found once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from geo.arrays import Geometries, Integers
    from geo.reach import Reach

Number = TypeVar("Number", np.uint64, np.int64)
_SAFE = 1 - 1e-9


class Asked(NamedTuple):
    """Every (case, ring) of a chunk; rings are numbered radius by radius."""

    case: Integers
    ring: Integers
    span: Integers


def ask(cases: pd.DataFrame, schools: int, radii: int) -> Asked:
    """Ask every case of every ring."""
    case = np.tile(np.arange(len(cases)), radii)
    offset = np.repeat(np.arange(radii) * schools, len(cases))
    ring = cases["school"].to_numpy(dtype=np.int64)[case] + offset
    return Asked(case, ring, cases["span"].to_numpy(dtype=np.int64)[case])


_WIDER = 1.02
"""GEOS smooths shallow dents before it buffers; a zone may be so much wider there."""


def touching(ring: Geometries, ground: Geometries, radii: Sequence[int], posts: Reach) -> Integers:
    """Find the discs that touch each ring, in order of the rings; shape (2, pairs).

    The distance from post to ground decides nearly always, at a fraction of the cost; only where the corners
    of disc and zone matter, or a post stands on the ground itself, are the shapes asked.
    """
    touched, disc = posts.tree.query(ring)
    apart = shapely.distance(posts.points[disc], ground[touched % max(1, len(ground))])
    radius = np.repeat(np.asarray(radii, dtype=float), len(ground))[touched]
    surely = (apart > 0) & (apart < (radius + posts.reach_m[disc]) * posts.inner * _SAFE)
    maybe = ~surely & (apart <= radius * _WIDER + posts.reach_m[disc])
    maybe[maybe] = shapely.intersects(ring[touched[maybe]], posts.discs[disc[maybe]])
    kept = np.flatnonzero(surely | maybe)
    return np.stack([touched, disc])[:, kept[np.lexsort((disc[kept], touched[kept]))]]


class DiscSets(NamedTuple):
    """Which discs cover what is asked, each distinct (ring, set of discs) once."""

    answer: Integers
    """Row of the distinct sets, for each thing asked."""
    post_count: Integers
    """Posts, for each thing asked."""
    ring: Integers
    """Ring of each distinct set."""
    name: NDArray[np.uint64]
    """Name of each distinct set, whatever its ring; shape (sets, 2)."""
    member: Integers
    """Discs of the distinct sets, one set after the other."""
    start: Integers
    """Where each distinct set begins in ``member``; one more at the end."""

    @classmethod
    def find(cls, touching: Integers, rings: int, posts: Reach, asked: Asked) -> DiscSets:
        """Find, of the discs that touch each ring, the ones with posts on duty."""
        touched, disc = touching
        first = np.searchsorted(touched, np.arange(rings + 1))
        size = first[asked.ring + 1] - first[asked.ring]
        row = np.repeat(np.arange(len(asked.ring)), size)
        candidate = disc[ranges(first[asked.ring], size)]
        on_duty = posts.posts[asked.span[row], candidate]
        name = _sums(np.where((on_duty > 0)[:, np.newaxis], posts.marks[candidate], np.uint64(0)), size)
        # Two sums of 64 random bits: sets that differ have the same name once in 10^38 pairs.
        key = np.column_stack([asked.ring.astype(np.uint64), name])
        _, example, answer = np.unique(key, axis=0, return_index=True, return_inverse=True)
        place = np.full(len(asked.ring), -1)
        place[example] = np.arange(len(example))
        kept = np.flatnonzero((on_duty > 0) & (place[row] >= 0))
        kept = kept[np.argsort(place[row[kept]], kind="stable")]
        owner, member = _without_inner(place[row[kept]], candidate[kept], posts)
        start = np.searchsorted(owner, np.arange(len(example) + 1))
        count = _sums(on_duty[:, np.newaxis], size)[:, 0]
        return cls(answer, count, asked.ring[example], name[example], member, start)


def _without_inner(owner: Integers, member: Integers, posts: Reach) -> tuple[Integers, Integers]:
    """Leave out of each set the discs that lie in another of its discs; both arrays in order of the sets."""
    small, large = posts.inside
    first = np.searchsorted(small, member)
    size = np.searchsorted(small, member, side="right") - first
    row = np.repeat(np.arange(len(member)), size)
    width = len(posts.discs)
    held = np.isin(owner[row] * width + large[ranges(first, size)], owner * width + member)
    outer = np.ones(len(member), dtype=bool)
    outer[row[held]] = False
    return owner[outer], member[outer]


def ranges(start: Integers, size: Integers) -> Integers:
    """Count up from each start, size by size: [3, 8], [2, 1] -> 3, 4, 8."""
    shift = np.repeat(start - np.concatenate([[0], np.cumsum(size)[:-1]]), size)
    ranges: Integers = shift + np.arange(len(shift))
    return ranges


def _sums(values: NDArray[Number], size: Integers) -> NDArray[Number]:
    """Sum consecutive groups of rows; sums of unsigned words go round, which is what names of sets need."""
    zero = np.zeros((1, values.shape[1]), dtype=values.dtype)
    total = np.concatenate([zero, np.cumsum(values, axis=0, dtype=values.dtype)])
    stop = np.cumsum(size)
    sums: NDArray[Number] = total[stop] - total[stop - size]
    return sums

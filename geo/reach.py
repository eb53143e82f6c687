"""Posts as what they reach: where each is, how far it reaches and when, prepared once for all schools.

In a straight line that is a disc; along the road any shape inside this disc.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo.perimeters import QUAD_SEGS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.arrays import Flags, Floats, Geometries, Integers


_REACHES = 8
"""The largest reaches whose discs may hold others; there are as many as mobilities."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Posts as what they reach: where each is, how far it reaches, and when it counts.

    Posts at one point with one reach are one disc, however many thousands they are. Where other shapes stand
    in the discs' place (`reach_within`), each lies inside its disc.
    """

    discs: Geometries
    """Distinct reach discs, or other shapes, in metres, shape (discs,)."""
    points: Geometries
    """The posts, which are the discs' middles, shape (discs,)."""
    middle: Floats
    """The same as numbers, shape (discs, 2)."""
    reach_m: Floats
    """Radii of the discs, shape (discs,)."""
    inner: float
    """Radius of the circle that a disc with corners holds, as share of the disc's own; 0 for other shapes,
    which may hold no circle at all: then nothing is concluded from distances but what is out of reach."""
    quad_segs: int
    """Corners of a quarter disc."""
    tree: shapely.STRtree
    """Over the discs."""
    inside: Integers
    """Pairs of discs, the first inside the second, in order of the first; shape (2, pairs)."""
    posts: Integers
    """Posts that count, by span and disc, shape (spans + 1, discs); the last row is without regard to
    duty."""
    marks: NDArray[np.uint64]
    """Two fixed random words a disc, shape (discs, 2): their sums name a set of discs."""
    nearest: tuple[shapely.STRtree | None, ...]
    """Positions of the posts that count, by span; `None` where there are none. Equal ones are one object."""


def reach_of(positions: Geometries, reach_m: Floats, counts: Flags, *, quad_segs: int = QUAD_SEGS) -> Reach:
    """Prepare posts for `cover`.

    Parameters
    ----------
    positions
        Points in metres, shape (posts,).
    reach_m
        Metres that each reaches, 0 or more, shape (posts,).
    counts
        What `geo.timetable.on_duty` gives, shape (spans, posts).
    quad_segs
        Segments of a quarter circle, of the discs and of the zones that they will be compared with.
    """
    spots = np.column_stack([shapely.get_x(positions), shapely.get_y(positions), reach_m])
    distinct, disc_of = np.unique(spots, axis=0, return_inverse=True)
    points: Geometries = np.empty(len(distinct), dtype=object)
    shapely.points(distinct[:, :2], out=points)
    discs = shapely.buffer(points, distinct[:, 2], quad_segs=quad_segs)
    inner = float(np.cos(np.pi / (4 * quad_segs)))
    inside = _disc_pairs(distinct, points, inner)
    return _prepared(_Spots(distinct, points, disc_of), discs, counts, inner, inside, quad_segs)


def reach_within(
    positions: Geometries, reach_m: Floats, shapes: Geometries, counts: Flags, *, quad_segs: int = QUAD_SEGS
) -> Reach:
    """Prepare posts that reach only a part of their discs, such as what lies along the road.

    Parameters
    ----------
    positions, reach_m, counts, quad_segs
        As for `reach_of`.
    shapes
        What each post reaches, polygons in metres inside its disc, shape (posts,). A post whose shape is
        empty covers nothing, but is near.
    """
    # The same bytes are the same shape: posts at one spot that go the same ways are one.
    form = np.unique(shapely.to_wkb(shapes), return_inverse=True)[1] if len(shapes) else np.empty(0)
    spots: Floats = np.column_stack(
        [shapely.get_x(positions), shapely.get_y(positions), reach_m, form.astype(np.float64)]
    )
    distinct, example, shape_of = np.unique(spots, axis=0, return_index=True, return_inverse=True)
    points: Geometries = np.empty(len(distinct), dtype=object)
    shapely.points(distinct[:, :2], out=points)
    nothing_inside = np.empty((2, 0), dtype=np.int64)
    return _prepared(
        _Spots(distinct, points, shape_of), shapes[example], counts, 0.0, nothing_inside, quad_segs
    )


class _Spots(NamedTuple):
    """Distinct posts."""

    distinct: Floats
    """x, y, reach in metres, shape (distinct, 3 or more)."""
    points: Geometries
    of: Integers
    """Which of them each post is, shape (posts,)."""


def _prepared(
    spots: _Spots, discs: Geometries, counts: Flags, inner: float, inside: Integers, quad_segs: int
) -> Reach:
    distinct, points = spots.distinct, spots.points
    every = np.vstack([counts, np.ones((1, counts.shape[1]), dtype=bool)])
    posts = _sum_columns(every, spots.of, len(distinct))
    marks = np.random.default_rng(0).integers(0, 2**64, size=(len(distinct), 2), dtype=np.uint64)
    tree = shapely.STRtree(discs)
    trees = _trees(points, posts > 0)
    return Reach(
        discs, points, distinct[:, :2], distinct[:, 2], inner, quad_segs, tree, inside, posts, marks, trees
    )


def _disc_pairs(spots: Floats, points: Geometries, inner: float) -> Integers:
    """Find, for each disc and each larger reach, the nearest disc of that reach, if the first lies in it.

    Where the larger one counts, the smaller adds nothing. One for each reach is enough to spare most unions,
    and the number of pairs does not grow with the square of the posts.
    """
    pairs = [np.empty((2, 0), dtype=np.int64)]
    for reach_m in np.unique(spots[:, 2])[::-1][:_REACHES]:
        large, small = np.flatnonzero(spots[:, 2] == reach_m), np.flatnonzero(spots[:, 2] < reach_m)
        tree = shapely.STRtree(points[large])
        (asked, nearest), apart = tree.query_nearest(points[small], all_matches=False, return_distance=True)
        inside = apart + spots[small[asked], 2] <= inner * reach_m
        pairs.append(np.stack([small[asked[inside]], large[nearest[inside]]]))
    found = np.concatenate(pairs, axis=1)
    return found[:, np.argsort(found[0], kind="stable")]


def _sum_columns(flags: Flags, group: Integers, groups: int) -> Integers:
    """Count the true columns of each group, row by row."""
    order = np.argsort(group, kind="stable")
    heads = np.searchsorted(group[order], np.arange(groups))
    counted: Integers = (
        np.add.reduceat(flags[:, order].astype(np.int64), heads, axis=1) if groups else flags.astype(np.int64)
    )
    return counted


def _trees(points: Geometries, counts: Flags) -> tuple[shapely.STRtree | None, ...]:
    """Make one tree of positions for each distinct set of posts."""
    made: dict[bytes, shapely.STRtree | None] = {}
    trees = []
    for row in counts:
        key = np.packbits(row).tobytes()
        if key not in made:
            made[key] = shapely.STRtree(points[row]) if row.any() else None
        trees.append(made[key])
    return tuple(trees)

"""Service areas: what a post reaches along the roads within a budget, and what lies beside these roads.

Which stretches of road these are, `geo.stretches` finds; here they are joined to long strokes, these are
widened, each by itself, and united: one buffer of all of them at once takes many times as long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo.arrays import as_geometries, each_chunk
from geo.disc_sets import ranges
from geo.overlays import intersection, unions
from geo.perimeters import QUAD_SEGS
from geo.stretches import ONE_METRE_A_SECOND, Stretches, cut, reached, without_engines
from geo.strokes import in_strokes
from geo.validity import as_multipolygons

if TYPE_CHECKING:
    from geo.arrays import Floats, Geometries, Objects
    from geo.roads import Network, RoadSpeeds
    from geo.travel import Sites

POSTS_AT_ONCE = 16
"""Areas made at once by one thread: few, since they differ a hundredfold in size."""


class Beside(NamedTuple):
    """What counts as lying beside a road."""

    buffer_m: float
    """Width to each side, m."""
    quad_segs: int = QUAD_SEGS
    """Segments of a quarter circle."""


class Straight(NamedTuple):
    """Posts and how far they reach in a straight line."""

    positions: Geometries
    """Points in metres, shape (posts,)."""
    reach_m: Floats
    """Metres, shape (posts,)."""


def service_areas(
    network: Network,
    posts: Sites,
    mobility: Objects,
    budgets_s: Floats,
    *,
    speeds: RoadSpeeds,
    beside: Beside,
) -> Geometries:
    """Give what each post reaches by road within each time, and what lies beside these roads.

    Parameters
    ----------
    network
        Roads in metres.
    posts
        Where the posts meet the road (`geo.travel.snap`), shape (posts,).
    mobility
        Words of `geo.terms.Mobility`, shape (posts,).
    budgets_s
        Seconds, shape (budgets,). Turning out and the way to the road are part of them.
    speeds
        How fast each mobility responds.
    beside
        What counts as lying beside a road.

    Returns
    -------
    numpy.ndarray
        MultiPolygons in metres, shape (posts, budgets); empty where no road is reached in time.
    """
    limits = np.broadcast_to(np.asarray(budgets_s, dtype=np.float64), (len(posts.edge), len(budgets_s)))
    found = reached(network, posts, mobility, limits, speeds=speeds)
    areas = np.full((len(posts.edge), len(budgets_s)), shapely.MultiPolygon(), dtype=object)
    strokes = in_strokes(network)
    for tier in range(len(budgets_s)):
        areas[:, tier] = widened(strokes, found[tier], len(posts.edge), beside)
    return areas


def road_reach(
    network: Network,
    posts: Sites,
    mobility: Objects,
    straight: Straight,
    *,
    beside: Beside,
) -> Geometries:
    """Give what each post reaches along the road, and what lies beside it: never beyond its straight reach.

    Parameters
    ----------
    network
        Roads in metres.
    posts
        Where the posts meet the road, shape (posts,).
    mobility
        Words of `geo.terms.Mobility`, shape (posts,): who may go against a oneway.
    straight
        The posts' straight reach, which is as long as that along the road, the way to it included.
    beside
        What counts as lying beside a road.

    Returns
    -------
    numpy.ndarray
        MultiPolygons in metres inside the disc of the same reach, shape (posts,); empty without a road.
    """
    (found,) = reached(
        network, posts, without_engines(mobility), straight.reach_m[:, np.newaxis], speeds=ONE_METRE_A_SECOND
    )
    areas = widened(in_strokes(network), found, len(posts.edge), beside)
    some = np.flatnonzero(~shapely.is_empty(areas))
    discs = shapely.buffer(straight.positions[some], straight.reach_m[some], quad_segs=beside.quad_segs)
    areas[some] = as_multipolygons(intersection(areas[some], discs))
    return areas


def widened(network: Network, stretches: Stretches, posts: int, beside: Beside) -> Geometries:
    """Widen each post's stretches to one area.

    Parameters
    ----------
    network
        Roads in metres.
    stretches
        Parts of its edges.
    posts
        How many posts there are.
    beside
        What counts as lying beside a road.

    Returns
    -------
    numpy.ndarray
        MultiPolygons in metres, shape (posts,); empty where a post has no stretch.
    """
    areas = as_geometries([shapely.MultiPolygon()] * posts)
    order = np.argsort(stretches.post, kind="stable")
    own, place = np.unique(stretches.post[order], return_inverse=True)
    if not len(own):
        return areas
    lines = cut(network, stretches)[order]
    # Ends that meet are joined first: every end that is left is drawn as half a disc, which costs most.
    bundles = as_geometries([None] * len(own))
    shapely.multilinestrings(lines, indices=place, out=bundles)
    bundles = np.asarray(shapely.line_merge(bundles), dtype=object)

    def work(rows: slice) -> None:
        line, row = shapely.get_parts(bundles[rows], return_index=True)
        size = np.bincount(row)
        table = np.full((len(size), size.max()), None, dtype=object)
        table[row, ranges(np.zeros_like(size), size)] = shapely.buffer(
            line, beside.buffer_m, quad_segs=beside.quad_segs
        )
        areas[own[rows]] = as_multipolygons(unions(table))

    for _ in each_chunk(work, len(own), chunk=POSTS_AT_ONCE, threads_from=POSTS_AT_ONCE):
        pass
    return areas

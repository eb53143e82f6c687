"""Perimeter cover: which part of each school's ring lies within reach of posts on duty, and which does not.

The way found to be fastest (and never a difference with the union of all posts, which grows with the square
of their number): a tree finds the few reach discs that touch a ring; slots whose posts on duty near that
ring are the same share one answer; their discs are united once, and taken from the ring once. Covered and
gap are two overlays of their own, so that their sum tells whether they are right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from geo.arrays import CHUNK, each_chunk
from geo.crs import surfaces_to_storage, to_metric
from geo.disc_sets import DiscSets, ask, ranges, touching
from geo.overlays import FEW, difference, intersection, unions
from geo.perimeters import check_radii, rings
from geo.perimeters import zones as zones_of
from geo.validity import as_multipolygons, polygonal_part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo.arrays import Flags, Floats, Geometries, Integers
    from geo.reach import Reach

SLIVER_M2 = 0.01
"""A gap smaller than a hand's breadth squared is a matter of the discs' corners: counted, but not drawn."""


class Covered(NamedTuple):
    """The cover of a chunk of schools."""

    rows: slice
    """Which schools: row numbers of the array given."""
    table: pd.DataFrame
    """`geo.frames.COVERAGE`; its ``school`` is the row number in the whole array."""
    gaps: Geometries
    """The distinct gaps that ``table.gap`` points to: MultiPolygons, in EPSG:4490 where stored."""


def coverage(
    schools: Geometries, radii: Sequence[int], posts: Reach, cases: pd.DataFrame, *, epsg: int
) -> Iterator[Covered]:
    """Go the whole way from stored boundaries to stored gaps, chunk by chunk.

    Parameters
    ----------
    schools
        Polygons or points, lon/lat in EPSG:4490, shape (n,).
    radii
        Metres from the boundary, whole.
    posts
        What `geo.reach.reach_of` gives, in the same metric CRS.
    cases
        What `geo.timetable.school_cases` gives: ``school``, ``day_type``, ``slot``, ``span``, ordered by
        school.
    epsg
        The metric CRS.

    Yields
    ------
    Covered
        Gaps in EPSG:4490.
    """
    yield from _in_chunks(schools, radii, posts, cases, epsg=epsg)


def cover(ground: Geometries, radii: Sequence[int], posts: Reach, cases: pd.DataFrame) -> Iterator[Covered]:
    """Give cover and gaps in metres; otherwise as `coverage`.

    Parameters
    ----------
    ground
        Valid polygons or points in metres, shape (n,).
    radii, posts, cases
        As for `coverage`.

    Yields
    ------
    Covered
        Gaps in metres.
    """
    yield from _in_chunks(ground, radii, posts, cases, epsg=None)


def _in_chunks(
    schools: Geometries, radii: Sequence[int], posts: Reach, cases: pd.DataFrame, *, epsg: int | None
) -> Iterator[Covered]:
    check_radii(radii)
    edges = np.searchsorted(cases["school"].to_numpy(), np.arange(len(schools) + 1))

    def work(rows: slice) -> Covered:
        ground = schools[rows] if epsg is None else to_metric(schools[rows], epsg)
        own = _shifted(cases.iloc[edges[rows.start] : edges[rows.stop]], -rows.start)
        table, gaps = _cover_chunk(ground, radii, posts, own)
        stored = as_multipolygons(gaps) if epsg is None else surfaces_to_storage(gaps, epsg)
        return Covered(rows, _shifted(table, rows.start), stored)

    yield from each_chunk(work, len(schools), chunk=max(1, CHUNK // max(1, len(radii))))


def _shifted(rows: pd.DataFrame, by: int) -> pd.DataFrame:
    """Give the schools other numbers; a first chunk, such as one edited school, stays as it is."""
    return rows.assign(school=rows["school"] + by) if by else rows


def _cover_chunk(
    ground: Geometries, radii: Sequence[int], posts: Reach, cases: pd.DataFrame
) -> tuple[pd.DataFrame, Geometries]:
    ring = np.concatenate(
        [rings(zone, ground) for zone in zones_of(ground, radii, threads=1, quad_segs=posts.quad_segs)]
    )
    asked = ask(cases, len(ground), len(radii))
    found = DiscSets.find(touching(ring, ground, radii, posts), len(ring), posts, asked)
    covered_m2, gap_m2, gaps = _areas(ring, posts, found)
    ring_m2 = shapely.area(ring)[asked.ring]
    covered, gap = covered_m2[found.answer], gap_m2[found.answer]
    drawn = np.where(gap_m2 >= SLIVER_M2, np.cumsum(gap_m2 >= SLIVER_M2) - 1, -1)
    own = cases.iloc[asked.case]
    table = pd.DataFrame(
        {
            "school": own["school"].to_numpy(),
            "ring_m": np.repeat(np.asarray(radii, dtype=np.int64), len(cases)),
            "day_type": own["day_type"].to_numpy(),
            "slot": own["slot"].to_numpy(),
            "ring_area_m2": ring_m2,
            "covered_area_m2": covered,
            "gap_area_m2": gap,
            "covered_share": np.clip(covered / ring_m2, 0.0, 1.0),
            "post_count": found.post_count,
            "nearest_post_m": np.tile(nearest_posts(ground, posts, cases), len(radii)),
            "gap": drawn[found.answer],
        }
    )
    return table, gaps[gap_m2 >= SLIVER_M2]


def _areas(ring: Geometries, posts: Reach, found: DiscSets) -> tuple[Floats, Floats, Geometries]:
    """Give covered and gap area and the gap itself of each distinct set."""
    own = ring[found.ring]
    gaps = own.copy()
    covered_m2 = np.zeros(len(own))
    whole = _held_by_one_disc(own, posts, found)
    covered_m2[whole], gaps[whole] = shapely.area(own[whole]), shapely.Polygon()
    partly = np.flatnonzero((np.diff(found.start) > 0) & ~whole)
    within = _united(posts.discs, found, partly)
    gaps[partly] = _polygonal(difference(own[partly], within))
    covered_m2[partly] = shapely.area(own[partly])
    left = ~shapely.is_empty(gaps[partly])
    covered_m2[partly[left]] = shapely.area(intersection(own[partly[left]], within[left]))
    return covered_m2, shapely.area(gaps), gaps


def _held_by_one_disc(own: Geometries, posts: Reach, found: DiscSets) -> Flags:
    """Tell which rings lie in one disc with the corners of their box: then nothing needs to be overlaid."""
    row = np.repeat(np.arange(len(own)), np.diff(found.start))
    west, south, east, north = shapely.bounds(own)[row].T
    x, y = posts.middle[found.member].T
    farthest = np.hypot(np.maximum(x - west, east - x), np.maximum(y - south, north - y))
    held = np.zeros(len(own), dtype=bool)
    held[row[farthest <= posts.inner * posts.reach_m[found.member]]] = True
    return held


def _polygonal(geometries: Geometries) -> Geometries:
    """Drop stray points and lines that an overlay on a grid may leave."""
    mixed = shapely.get_type_id(geometries) == shapely.GeometryType.GEOMETRYCOLLECTION.value
    if mixed.any():
        geometries[mixed] = polygonal_part(geometries[mixed])
    return geometries


def _united(discs: Geometries, found: DiscSets, wanted: Integers) -> Geometries:
    """Unite the discs of each wanted set; the same set round another ring is united once."""
    _, example, place = np.unique(found.name[wanted], axis=0, return_index=True, return_inverse=True)
    sets = wanted[example]
    size = np.diff(found.start)[sets]
    united = discs[found.member[found.start[sets]]]
    # Rows of one length, or nearly: the padded table stays small when one school has thousands of posts.
    widths = np.where(size <= FEW, size, _next_power(size))
    for width in np.unique(widths[size > 1]):
        rows = np.flatnonzero(widths == width)
        united[rows] = unions(_padded(discs, found, sets[rows], int(width)))
    return united[place]


def _next_power(size: Integers) -> Integers:
    powers: Integers = 2 ** np.ceil(np.log2(size)).astype(np.int64)
    return powers


def _padded(discs: Geometries, found: DiscSets, sets: Integers, width: int) -> Geometries:
    size = np.diff(found.start)[sets]
    table = np.full((len(sets), width), None, dtype=object)
    row = np.repeat(np.arange(len(sets)), size)
    table[row, ranges(np.zeros_like(size), size)] = discs[found.member[ranges(found.start[sets], size)]]
    return table


def nearest_posts(ground: Geometries, posts: Reach, cases: pd.DataFrame) -> Floats:
    """Measure from each case's school to the nearest post that counts.

    Parameters
    ----------
    ground, posts, cases
        As for `cover`.

    Returns
    -------
    numpy.ndarray
        Metres, 0 inside, NaN without a post; shape (cases,).
    """
    school, span = (cases[name].to_numpy(dtype=np.int64) for name in ("school", "span"))
    nearest = np.full(len(cases), np.nan)
    groups: dict[int, list[Integers]] = {}
    for number in np.unique(span):
        groups.setdefault(id(posts.nearest[number]), []).append(np.flatnonzero(span == number))
    trees = {id(tree): tree for tree in posts.nearest if tree is not None}
    for key in groups.keys() & trees.keys():
        rows = np.concatenate(groups[key])
        asked, place = np.unique(school[rows], return_inverse=True)
        (found, _), distance = trees[key].query_nearest(
            ground[asked], all_matches=False, return_distance=True
        )
        nearest[rows] = distance[np.argsort(found)][place]
    return nearest

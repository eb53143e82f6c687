"""Events counted for a campaign: by school and day, and in the ring around what is treated.

An event belongs to the nearest school within its zone, so that none counts twice: two schools that share a
zone would otherwise be held against each other. The ring tells whether events only moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo.campaign_counts import PeriodCounts

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from geo.arrays import Floats, Geometries, Integers

ZONE_M = 200.0
"""The zone of a school in which its events are counted."""
RING_M = (500.0, 1_000.0)


class CampaignGround(NamedTuple):
    """Where events are counted, in metres of one plane.

    Attributes
    ----------
    schools
        Boundaries or points, shape (n,).
    treated
        What the campaign is for: its zones, drawn cells and schools' zones in one shape; empty for none.
    """

    schools: Geometries
    treated: shapely.Geometry


class CountedEvents(NamedTuple):
    """What `count_events` finds; a period is a day."""

    periods: PeriodCounts
    ring: Integers
    """Events from 500 to 1000 m around what is treated, by day, shape (t,)."""


def treated_ground(schools: Geometries, zones: Geometries) -> shapely.Geometry:
    """Give what a campaign is for in one shape.

    Parameters
    ----------
    schools
        Boundaries or points of the schools that take part, in metres, shape (k,).
    zones
        Its zones and drawn cells in the same plane, shape (m,).
    """
    own = shapely.buffer(schools, ZONE_M, quad_segs=16)
    return shapely.union_all(np.concatenate([np.asarray(own, dtype=object), zones]))


def zone_distances(ground: CampaignGround) -> Floats:
    """Measure how far schools lie from what is treated, metres, 0 inside, shape (n,); far away without it."""
    if shapely.is_empty(ground.treated):
        return np.full(len(ground.schools), np.inf)
    shapely.prepare(ground.treated)
    distances: Floats = shapely.distance(ground.schools, ground.treated)
    return distances


def count_events(
    ground: CampaignGround,
    points: Geometries,
    days: NDArray[np.datetime64],
    *,
    first: dt.date,
    end: dt.date,
) -> CountedEvents:
    """Count events by school and by day.

    Parameters
    ----------
    ground
        Schools, and what is treated.
    points
        Where events happened, in the same plane, shape (e,); of a hidden one the centre of its hexagon.
    days
        Their local days, shape (e,), ``datetime64[D]``.
    first, end
        The days that are known: [first, end).

    Returns
    -------
    CountedEvents
        Without periods where ``end`` is not after ``first``.
    """
    starts = np.arange(np.datetime64(first), np.datetime64(max(first, end)))
    is_known = (days >= np.datetime64(first)) & (days < np.datetime64(end))
    points, day = points[is_known], (days[is_known] - np.datetime64(first)).astype(np.int64)
    school = nearest_schools(ground.schools, points)
    near = school >= 0
    counts = np.zeros((len(ground.schools), len(starts)), dtype=np.int64)
    np.add.at(counts, (school[near], day[near]), 1)
    around = np.bincount(day[_in_ring(ground.treated, points)], minlength=len(starts)).astype(np.int64)
    return CountedEvents(PeriodCounts(counts, starts, np.ones(len(starts), dtype=np.int64)), around)


def nearest_schools(schools: Geometries, points: Geometries, *, within_m: float = ZONE_M) -> Integers:
    """Give the row of the nearest school within a distance, the first of equals, -1 for none; shape (e,)."""
    found: Integers = np.full(len(points), -1, dtype=np.int64)
    if not len(schools) or not len(points):
        return found
    event, school = shapely.STRtree(schools).query_nearest(points, max_distance=within_m, all_matches=True)
    # The last one written stays: written backwards, that is the smallest row.
    order = np.lexsort([-school, event])
    found[event[order]] = school[order]
    return found


def _in_ring(treated: shapely.Geometry, points: Geometries) -> NDArray[np.bool_]:
    if shapely.is_empty(treated) or not len(points):
        return np.zeros(len(points), dtype=bool)
    distances = shapely.distance(points, treated)
    inside: NDArray[np.bool_] = (distances >= RING_M[0]) & (distances <= RING_M[1])
    return inside

"""Clusters of events: places where many lie close together, shown as whole hexagons and never as points.

The clusters are those of DBSCAN (M. Ester et al., "A Density-Based Algorithm for Discovering Clusters",
KDD 1996), by scikit-learn. They describe what is there and say nothing about chance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo.arrays import as_geometries, points_at
from geo.crs import to_metric, to_storage
from geo.hexagons import RADIUS_M, cell_polygons, cells_touching

if TYPE_CHECKING:
    from geo.arrays import Floats, Geometries, Integers, Objects

EPS_M = 150.0
MIN_EVENTS = 5


class Clusters(NamedTuple):
    """Clusters, those with most events first, shape (k,) each.

    ``cells`` are the ids of the hexagons that the cluster's convex hull touches, an array for each cluster;
    ``geometries`` their union, EPSG:4490. ``alone`` counts the events in no cluster.
    """

    events: Integers
    cells: Objects
    geometries: Geometries
    alone: int


def event_clusters(
    lon: Floats,
    lat: Floats,
    *,
    epsg: int,
    eps_m: float = EPS_M,
    min_events: int = MIN_EVENTS,
    radius_m: int = RADIUS_M,
) -> Clusters:
    """Find clusters of events.

    Parameters
    ----------
    lon, lat
        Events, degrees in EPSG:4490, finite, shape (n,).
    epsg
        The metric plane in which distances are measured.
    eps_m
        Two events at most so far apart are near one another, m.
    min_events
        An event with so many near it, itself included, begins a cluster.
    radius_m
        Circumradius of the hexagons that are shown, whole metres.

    Returns
    -------
    Clusters
        As documented there; the same whatever order the events come in.
    """
    spots = points_at(lon, lat)
    flat = shapely.get_coordinates(to_metric(spots, epsg))
    # A stack of events is one place of that weight: else its pairs alone would fill the memory. In this order
    # a place at the edge of two clusters goes to the same one each time.
    places, stack = np.unique(flat, axis=0, return_counts=True)
    labels = _labels(places, stack, eps_m, min_events)
    found = labels.max(initial=-1) + 1
    events = np.bincount(labels[labels >= 0], weights=stack[labels >= 0], minlength=found).astype(np.int64)
    cells = as_geometries(
        cells_touching(_hull(places[labels == label], epsg), radius_m) for label in range(found)
    )
    order = np.array(sorted(range(found), key=lambda one: (-events[one], cells[one][0])), dtype=np.int64)
    shapes = as_geometries(shapely.union_all(cell_polygons(ids)) for ids in cells[order])
    return Clusters(events[order], cells[order], shapes, int(stack[labels < 0].sum()))


def _labels(places: Floats, stack: Integers, eps_m: float, min_events: int) -> Integers:
    """Give the number of each place's cluster, -1 for none."""
    if stack.sum() < min_events:
        return np.full(len(places), -1, dtype=np.int64)
    # It takes a second to import and only this needs it.
    from sklearn.cluster import DBSCAN  # noqa: PLC0415

    # By a tree also where there are few: all pairs at once are spread over threads, which takes longer.
    search = DBSCAN(eps=eps_m, min_samples=min_events, algorithm="kd_tree")
    found: Integers = search.fit_predict(places, sample_weight=stack)
    return found.astype(np.int64)


def _hull(places: Floats, epsg: int) -> shapely.Geometry:
    (hull,) = to_storage([shapely.convex_hull(shapely.multipoints(places))], epsg)
    placed: shapely.Geometry = hull
    return placed

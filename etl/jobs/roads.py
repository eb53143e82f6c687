"""The road network of a partition, as the jobs that go by road share it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from data.road_rules import road_speeds
from etl.jobs.task import shapes
from geo.crs import in_plane, to_metric
from geo.roads import build_network

if TYPE_CHECKING:
    from etl.jobs.task import Task
    from geo.arrays import Geometries
    from geo.roads import Network

NO_ROADS = pd.DataFrame({name: np.empty(0, object) for name in ("class", "speed_kmh", "oneway", "geom")})


def road_network(task: Task, epsg: int) -> Network:
    """Make the network of the roads in and round a partition (`Settings.road_margin_m`).

    Parameters
    ----------
    task
        The partition, and the facts and settings that hold.
    epsg
        The plane to measure in; roads too far away to be drawn in it are none.

    Returns
    -------
    Network
        In metres of the plane; without edges where there are no roads.
    """
    box = task.facts.road_box(task.district, task.settings.road_margin_m)
    roads = NO_ROADS if box is None else task.facts.roads(box)
    lines = shapes(roads)
    near = in_plane(lines, epsg)
    own = roads[near]
    return build_network(
        to_metric(lines[near], epsg),
        own["class"].to_numpy(dtype=object),
        own["speed_kmh"].to_numpy(dtype=np.float64),
        own["oneway"].to_numpy(dtype=bool),
        speeds=road_speeds(task.settings),
        tolerance_m=task.settings.snap_tolerance_m,
    )


def has_roads(network: Network, grounds: Geometries, within_m: float) -> bool:
    """Say whether there is a road in the box of some grounds, widened by so many metres on each side."""
    west, south, east, north = shapely.total_bounds(grounds)
    box = shapely.box(west - within_m, south - within_m, east + within_m, north + within_m)
    return bool(len(network.tree.query(box, predicate="intersects")))

"""The road network of a partition, as the jobs that go by road share it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from data.road_rules import road_rules
from geo.layouts import network_of

if TYPE_CHECKING:
    from etl.jobs.task import Task
    from geo.arrays import Geometries
    from geo.roads import Network


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
    roads = task.facts.roads_round(task.district, task.settings.road_margin_m)
    return network_of(roads, epsg, road_rules(task.settings))


def has_roads(network: Network, grounds: Geometries, within_m: float) -> bool:
    """Say whether there is a road in the box of some grounds, widened by so many metres on each side."""
    west, south, east, north = shapely.total_bounds(grounds)
    box = shapely.box(west - within_m, south - within_m, east + within_m, north + within_m)
    return bool(len(network.tree.query(box, predicate="intersects")))

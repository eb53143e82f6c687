"""The speeds that tests of roads are made with, and networks made of a few lines."""

from __future__ import annotations

import numpy as np
import shapely

from geo.arrays import as_geometries
from geo.roads import RoadSpeeds, build_network

SPEEDS = RoadSpeeds(
    run_ms=3.0,
    foot_ms=5 / 3.6,
    ebike_ms=20 / 3.6,
    car_kmh={"primary": 45.0, "residential": 25.0, "unclassified": 25.0},
    turnout_s=30.0,
)


def network(*lines, oneway=(), classes="residential", speed_kmh=None, tolerance_m=0.5):
    """Make a network of lists of positions or lines; ``oneway`` names the rows that are."""
    shapes = as_geometries(
        line if line is None or isinstance(line, shapely.Geometry) else shapely.LineString(line)
        for line in lines
    )
    count = len(shapes)
    return build_network(
        shapes,
        np.full(count, classes, dtype=object)
        if isinstance(classes, str)
        else np.array(classes, dtype=object),
        np.full(count, np.nan) if speed_kmh is None else np.array(speed_kmh, dtype=float),
        np.isin(np.arange(count), oneway),
        speeds=SPEEDS,
        tolerance_m=tolerance_m,
    )


def moving(how, count=1):
    """Say how so many move."""
    return np.full(count, how, dtype=object)

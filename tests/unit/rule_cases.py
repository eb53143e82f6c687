"""A square school with one gate, a road past it, and venues at given distances, in metres."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import shapely

from geo.arrays import as_geometries
from geo.rule_distances import Sides
from geo.rule_findings import Checking, findings
from tests.unit.road_speeds import network

DAY = date(2026, 11, 2)
SQUARE = shapely.box(0, 0, 100, 100)
NO_ROADS = network()
STREET = network([(-2000, -10), (2000, -10)])
"""Ten metres off the south side."""


def gates_of(*rows: tuple[int, float, float], main: tuple[int, ...] = (), estimated: tuple[int, ...] = ()):
    return pd.DataFrame(
        {
            "school": [row[0] for row in rows],
            "x": [float(row[1]) for row in rows],
            "y": [float(row[2]) for row in rows],
            "is_main": [number in main for number in range(len(rows))],
            "is_estimated": [number in estimated for number in range(len(rows))],
        }
    )


ONE_GATE = gates_of((0, 50, 0), main=(0,))


def rule(**words):
    return {
        "rule_id": 1, "venue_category": "internet_cafe", "stages": ["primary"], "metres": 200.0,
        "is_inclusive": True, "school_side": "boundary", "metric": "straight", "valid_from": None,
        "jurisdiction": "", **words,
    }  # fmt: skip


def venues_at(*shapes, **columns):
    count = len(shapes)
    frame = pd.DataFrame(
        {
            "venue_code": [f"V{number}" for number in range(count)],
            "category": "internet_cafe",
            "licence_from": None, "licence_to": None, "established_on": None,
        }
    )  # fmt: skip
    return as_geometries(shapes), frame.assign(**columns)


def found(
    shapes, rules, *, band_m=0.0, margin_m=300.0, ground=SQUARE, gates=ONE_GATE, roads=STREET, **columns
):
    """Check venues against one school."""
    geometries, venues = venues_at(*shapes, **columns)
    schools = pd.DataFrame({"school_code": ["S"], "stage": ["primary"]})
    sides = Sides(geometries, as_geometries([ground]), gates, roads, limit_m=500.0)
    return findings(sides, venues, schools, pd.DataFrame(rules), Checking(band_m, margin_m, DAY))


def statuses(frame) -> dict[str, str]:
    return dict(zip(frame["venue_code"], frame["status"], strict=True))


def point(x, y):
    return shapely.Point(x, y)


def no_nan(value):
    return None if isinstance(value, float) and np.isnan(value) else value

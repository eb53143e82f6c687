"""The events: some 1,500 in two years, more of them around a few schools and crossings than anywhere else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import numpy as np

from etl.training.chance import stream
from etl.training.network import RANK
from geo.terms import IncidentCategory

if TYPE_CHECKING:
    from etl.training.chance import Floats, Ints
    from etl.training.gates import Gate
    from etl.training.network import Roads

COUNT = 1_500
MONTHS = 24
_DAYS = 730
_HOT_GATES, _HOT_CROSSINGS = 14, 10
_SHARES = (0.38, 0.2, 0.17, 0.25)
"""Near a hot gate, at a hot crossing, near any gate, anywhere on a road."""
_NEAR_GATE_M, _NEAR_CROSSING_M, _NEAR_ROAD_M = 90.0, 25.0, 12.0
_CATEGORIES = {
    IncidentCategory.THEFT: 0.24, IncidentCategory.TRAFFIC: 0.18, IncidentCategory.AFFRAY: 0.14,
    IncidentCategory.PUBLIC_DISORDER: 0.12, IncidentCategory.ASSAULT: 0.09, IncidentCategory.THREAT: 0.07,
    IncidentCategory.EXTORTION: 0.05, IncidentCategory.VANDALISM: 0.05, IncidentCategory.INTRUSION: 0.03,
    IncidentCategory.WEAPON: 0.015, IncidentCategory.ROBBERY: 0.005, IncidentCategory.FIRE: 0.01,
}  # fmt: skip
_HOURS = (1, 1, 0.5, 0.5, 0.5, 1, 3, 8, 5, 3, 3, 6, 6, 4, 3, 4, 8, 9, 7, 6, 7, 8, 5, 2)


@dataclass(frozen=True)
class Event:
    """One event; metres from the origin, local time."""

    code: str
    category: IncidentCategory
    at: datetime
    point: Floats


def let_happen(seed: int, gates: list[Gate], roads: Roads, as_of: date) -> list[Event]:
    """Let events happen in the two years before a day.

    Parameters
    ----------
    seed
        The district's seed.
    gates, roads
        What they happen at, in metres.
    as_of
        The day that counts as today; nothing happens on it or later.

    Returns
    -------
    list of Event
        In the order of time, codes too.
    """
    rng = stream(seed, "events")
    points = _points(rng, gates, roads)
    words = list(_CATEGORIES)
    drawn = rng.choice(len(words), COUNT, p=np.array(list(_CATEGORIES.values())) / sum(_CATEGORIES.values()))
    moments = _moments(rng, as_of)
    order = sorted(range(COUNT), key=lambda number: (moments[number], number))
    return [
        Event(f"XJQ{turn:06d}", words[drawn[number]], moments[number], points[number])
        for turn, number in enumerate(order, start=1)
    ]


def _points(rng: np.random.Generator, gates: list[Gate], roads: Roads) -> Floats:
    """Draw where: in clusters of very different size, and thinly everywhere."""
    at_gates = np.array([gate.point for gate in gates])
    busy = np.unique(np.concatenate([roads.tail, roads.head])[np.tile(roads.rank, 2) <= RANK["tertiary"]])
    corners = roads.corners[np.unique(np.concatenate([roads.tail, roads.head]))]
    kind = rng.choice(len(_SHARES), COUNT, p=_SHARES)
    hot_gates = at_gates[_weighted(rng, len(at_gates), _HOT_GATES)]
    hot_crossings = roads.corners[busy][_weighted(rng, len(busy), _HOT_CROSSINGS)]
    centres = np.choose(
        kind[:, None],
        [
            spots[rng.integers(len(spots), size=COUNT)]
            for spots in (hot_gates, hot_crossings, at_gates, corners)
        ],
    )
    spread = np.array([_NEAR_GATE_M, _NEAR_CROSSING_M, _NEAR_GATE_M, _NEAR_ROAD_M])[kind]
    points: Floats = np.round(centres + rng.normal(0, 1, (COUNT, 2)) * spread[:, None], 2)
    return points


def _weighted(rng: np.random.Generator, count: int, chosen: int) -> Ints:
    """Choose some places, and repeat each as often as it is hotter than the last."""
    places = rng.choice(count, chosen, replace=False)
    return np.repeat(places, np.arange(chosen, 0, -1))


def _moments(rng: np.random.Generator, as_of: date) -> list[datetime]:
    """Draw when: by day over two years, at the hours at which people are about."""
    days = rng.integers(1, _DAYS + 1, COUNT)
    hours = rng.choice(24, COUNT, p=np.array(_HOURS) / sum(_HOURS))
    minutes = rng.integers(0, 60, COUNT)
    return [
        datetime.combine(as_of - timedelta(days=int(day)), time(int(hour), int(minute)))
        for day, hour, minute in zip(days, hours, minutes, strict=True)
    ]

"""The schools' gates, on the boundary where it faces a road."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from etl.training.chance import stream
from geo.terms import Stage

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry as Shape

    from etl.training.chance import Floats
    from etl.training.network import Roads
    from etl.training.schools import School

_SIDES = "东北西南"
_FACING_M = 55.0
"""A side gate opens to a road no farther than this."""
_APART_M = 28.0
_MORE = {
    Stage.KINDERGARTEN: (0.16, 0.0), Stage.PRIMARY: (0.72, 0.1), Stage.JUNIOR: (1.0, 0.35),
    Stage.SENIOR: (1.0, 0.8), Stage.NINE_YEAR: (1.0, 0.5), Stage.TWELVE_YEAR: (1.0, 1.0),
    Stage.VOCATIONAL: (1.0, 0.7), Stage.SPECIAL: (0.3, 0.0),
}  # fmt: skip
"""How likely a second and a third gate is."""


@dataclass(frozen=True)
class Gate:
    """One gate, metres from the origin."""

    school: int
    name: str
    is_main: bool
    point: Floats
    outward: Floats
    """Unit vector from the boundary to the road."""


def open_gates(seed: int, schools: list[School], roads: Roads) -> list[Gate]:
    """Open about 1.7 gates for every school whose boundary is known.

    Parameters
    ----------
    seed
        The district's seed.
    schools
        Their grounds, in metres; those with a point only get none.
    roads
        What gates face.

    Returns
    -------
    list of Gate
        By school, its main gate first.
    """
    rng = stream(seed, "gates")
    tree = shapely.STRtree(roads.lines)
    gates: list[Gate] = []
    for number, school in enumerate(schools):
        if not school.is_point:
            places = _places(rng, school, roads, tree)
            gates += _named(school, number, places)
    return gates


def _places(rng: np.random.Generator, school: School, roads: Roads, tree: shapely.STRtree) -> list[Floats]:
    """Choose the main gate near the front's middle, then others apart from it, all where a road is near."""
    ring = shapely.boundary(school.ground)
    steps = np.linspace(0, 1, max(24, int(ring.length / 9)), endpoint=False)
    spots = np.array([ring.interpolate(step, normalized=True) for step in steps], dtype=object)
    near, road = tree.query_nearest(spots, max_distance=_FACING_M, all_matches=False)
    places = shapely.get_coordinates(spots[near])
    far = shapely.distance(spots[near], roads.lines[road]) / _FACING_M
    aside = np.hypot(*(places - school.front.mean(axis=0)).T) / np.hypot(*(school.front[1] - school.front[0]))
    chosen = [places[(2.5 * far + aside + rng.normal(0, 0.12, len(places))).argmin()]]
    for likely in _MORE[school.stage]:
        gap = np.min([np.hypot(*(places - other).T) for other in chosen], axis=0)
        score = np.minimum(gap, 130) / 130 - 0.9 * far + rng.normal(0, 0.1, len(places))
        score[gap < _APART_M] = -np.inf
        if rng.random() < likely and np.isfinite(score.max()):
            chosen.append(places[score.argmax()])
    return chosen


def _named(school: School, number: int, places: list[Floats]) -> list[Gate]:
    """Name gates by the side of the ground that they lie on: 南门, 东门, 南二门."""
    middle = shapely.get_coordinates(school.ground.centroid)[0]
    gates: list[Gate] = []
    seen: dict[str, int] = {}
    for rank, place in enumerate(places):
        outward = _outward(school.ground, place)
        side = _SIDES[int(np.round(np.arctan2(*(place - middle)[::-1]) / (np.pi / 2))) % 4]
        seen[side] = seen.get(side, 0) + 1
        name = f"{side}{'' if seen[side] == 1 else '二三四'[seen[side] - 2]}门"
        gates.append(Gate(number, name, rank == 0, np.round(place, 2), outward))
    return gates


def _outward(ground: Shape, place: Floats) -> Floats:
    """Give the direction out of the ground across the side on which a place lies."""
    ring = shapely.get_coordinates(shapely.boundary(ground))
    sides = shapely.linestrings(np.stack([ring[:-1], ring[1:]], axis=1))
    side = int(shapely.distance(sides, shapely.Point(place)).argmin())
    along = ring[side + 1] - ring[side]
    normal = np.array([along[1], -along[0]]) / np.hypot(*along)
    inside = shapely.contains_xy(ground, *(place + 0.5 * normal))
    outward: Floats = -normal if inside else normal
    return outward

"""Where people live: the county seat, nine more towns, and villages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from etl.training.chance import blob, spread, stream

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry as Shape

    from etl.training.chance import Floats
    from etl.training.land import Land

TOWNS = 10
VILLAGES = 165
_TOWN_GAP_M = 7_300
_VILLAGE_GAP_M = 1_250


@dataclass(frozen=True)
class Settlement:
    """A built-up place, metres from the origin."""

    kind: str
    """`seat`, `town` or `village`."""
    town: int
    """Number of the town it belongs to, 0 for the seat's."""
    centre: Floats
    radius: float
    spacing: float
    """Distance between parallel streets, in metres."""
    angle: float
    """Direction of its streets in radians."""
    shape: Shape


def place_settlements(seed: int, land: Land) -> list[Settlement]:
    """Place the seat at the main river, towns far from each other, villages between them.

    Parameters
    ----------
    seed
        The district's seed.
    land
        Outline, hills and water.

    Returns
    -------
    list of Settlement
        The seat first, then the towns, then the villages.
    """
    rng = stream(seed, "settlements")
    seat = _settle(rng, "seat", 0, np.array([350.0, -250.0]))
    towns = _place_towns(rng, land, seat)
    return [seat, *towns, *_place_villages(rng, land, [seat, *towns])]


def _settle(rng: np.random.Generator, kind: str, town: int, centre: Floats) -> Settlement:
    radius, spacing, aspect, wobble = {
        "seat": (3_650.0, 112.0, 1.2, 0.15),
        "town": (rng.uniform(820, 1_240), rng.uniform(92, 106), rng.uniform(1, 1.6), 0.13),
        "village": (rng.uniform(120, 270), rng.uniform(58, 78), rng.uniform(1.2, 2.6), 0.15),
    }[kind]
    ring = blob(rng, radius=radius, aspect=aspect, wobble=wobble)
    angle = rng.normal(0.1, 0.12 if kind == "seat" else 0.3)
    shape = shapely.Polygon(ring + centre).buffer(0)
    return Settlement(kind, town, centre, radius, spacing, angle, shape)


def _sites(rng: np.random.Generator, land: Land, *, inside: float, count: int) -> Floats:
    """Scatter dry places at least `inside` metres from the district's border."""
    west, south, east, north = land.coarse.bounds
    points = np.column_stack([rng.uniform(west, east, count), rng.uniform(south, north, count)])
    room = shapely.difference(land.coarse.buffer(-inside), land.water.lake.buffer(min(inside, 900)))
    shapely.prepare(room)
    return points[shapely.contains_xy(room, points)]


def _place_towns(rng: np.random.Generator, land: Land, seat: Settlement) -> list[Settlement]:
    """Relax the gap until all towns have found a place: a town is never left out."""
    sites = _sites(rng, land, inside=3_000, count=4_000)
    gap = float(_TOWN_GAP_M)
    while True:
        chosen = spread(sites, rng, count=TOWNS - 1, apart=gap, taken=seat.centre[None])
        if len(chosen) == TOWNS - 1:
            break
        gap *= 0.97
    order = np.argsort(np.hypot(*(chosen - seat.centre).T))
    return [_settle(rng, "town", number, chosen[index]) for number, index in enumerate(order, start=1)]


def _place_villages(rng: np.random.Generator, land: Land, towns: list[Settlement]) -> list[Settlement]:
    sites = _sites(rng, land, inside=600, count=9_000)
    built = shapely.union_all([shapely.buffer(town.shape, 700) for town in towns])
    dry = shapely.union(built, shapely.buffer(land.water.wide, 120))
    shapely.prepare(dry)
    free = sites[~shapely.contains_xy(dry, sites)]
    flat = free[rng.random(len(free)) > 0.75 * land.hilliness(free)]
    chosen = spread(flat, rng, count=VILLAGES, apart=_VILLAGE_GAP_M)
    centres = np.array([town.centre for town in towns])
    nearest = np.hypot(*(chosen[:, None] - centres[None]).transpose(2, 0, 1)).argmin(axis=1)
    return [_settle(rng, "village", int(town), centre) for town, centre in zip(nearest, chosen, strict=True)]

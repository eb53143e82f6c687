"""Green: parks in town blocks, river banks, hill woods; and the buildings of the schools."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from etl.training.chance import blob, roughen, stream

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry as Shape

    from etl.training.land import Land
    from etl.training.network import Roads
    from etl.training.schools import School
    from etl.training.settlements import Settlement

_PARKS = {"seat": 34, "town": 3}
_WOODS = 46


def grow_greens(
    seed: int,
    land: Land,
    district: Shape,
    settlements: list[Settlement],
    roads: Roads,
    schools: list[School],
) -> list[Shape]:
    """Grow parks, banks and woods.

    Parameters
    ----------
    seed
        The district's seed.
    land, district, settlements, roads, schools
        What is there, in metres.

    Returns
    -------
    list of shapely.Polygon
        Green places that overlap neither water nor schools.
    """
    rng = stream(seed, "greens")
    greens = [*_parks(rng, settlements, roads), *_banks(land, settlements), *_woods(rng, land, settlements)]
    wet = [land.water.wide, land.water.canals, *land.water.ponds]
    grounds = [shapely.buffer(school.ground, 12) for school in schools]
    free = shapely.difference(shapely.intersection(greens, district), shapely.union_all([*wet, *grounds]))
    return [part for part in shapely.get_parts(free) if part.geom_type == "Polygon" and part.area > 1_500]  # noqa: PLR2004


def _parks(rng: np.random.Generator, settlements: list[Settlement], roads: Roads) -> list[Shape]:
    """Turn blocks between streets into parks, the large ones first in line."""
    parks: list[Shape] = []
    home = np.minimum(roads.home[roads.tail], roads.home[roads.head])
    for number, place in enumerate(settlements):
        if place.kind not in _PARKS:
            continue
        blocks = shapely.get_parts(shapely.polygonize(roads.lines[home == number]))
        area = shapely.area(blocks)
        fits = np.flatnonzero((area > 6_000) & (area < 90_000))  # noqa: PLR2004  # square metres of a park
        weight = area[fits] ** 1.3
        chosen = rng.choice(fits, min(_PARKS[place.kind], len(fits)), replace=False, p=weight / weight.sum())
        parks += shapely.buffer(shapely.buffer(blocks[chosen], -16), 6).tolist()
    return parks


def _banks(land: Land, settlements: list[Settlement]) -> list[Shape]:
    """Green both sides of the rivers inside towns, and patches of reed around the lake."""
    banks = [
        shapely.intersection(shapely.buffer(land.water.rivers, 34), place.shape)
        for place in settlements
        if place.kind != "village"
    ]
    return [*banks, shapely.buffer(land.water.lake, 110)]


def _woods(rng: np.random.Generator, land: Land, settlements: list[Settlement]) -> list[Shape]:
    places = np.column_stack([rng.uniform(-22_000, -4_000, 900), rng.uniform(-16_000, 16_000, 900)])
    hilly = places[land.hilliness(places) > rng.uniform(0.3, 0.9, 900)][:_WOODS]
    woods = []
    for at in hilly:
        ring = blob(rng, radius=rng.uniform(260, 950), aspect=rng.uniform(1, 2.6), wobble=0.22)
        woods.append(shapely.Polygon(roughen(np.vstack([ring, ring[:1]]), rng, finest=70) + at).buffer(0))
    built = shapely.union_all([shapely.buffer(place.shape, 40) for place in settlements])
    return list(shapely.get_parts(shapely.difference(shapely.union_all(woods), built)))


def raise_buildings(seed: int, schools: list[School]) -> list[Shape]:
    """Put rows of buildings on the schools' grounds, parallel to their fronts.

    Parameters
    ----------
    seed
        The district's seed.
    schools
        Their grounds, in metres; those known as a point only have none.

    Returns
    -------
    list of shapely.Polygon
        Buildings inside the boundaries.
    """
    rng = stream(seed, "buildings")
    buildings: list[Shape] = []
    for school in schools:
        if not school.is_point:
            rows = _rows(rng, school)
            inside = shapely.contains_properly(shapely.buffer(school.ground, -4), rows)
            buildings += [row for row, fits in zip(rows, inside, strict=True) if fits]
    return buildings


def _rows(rng: np.random.Generator, school: School) -> list[Shape]:
    along = school.front[1] - school.front[0]
    width = float(np.hypot(*along))
    along = along / width
    normal = np.array([-along[1], along[0]])
    middle = shapely.get_coordinates(school.ground.centroid)[0]
    inward = normal * np.sign((middle - school.front[0]) @ normal)
    rows: list[Shape] = []
    at = 10.0
    while at < width:
        deep, left = rng.uniform(11, 18), rng.uniform(0.06, 0.16) * width
        long_ = rng.uniform(0.35, 0.6) * width
        foot = school.front[0] + along * left + inward * at
        corners = foot + np.outer([0, 1, 1, 0], along * long_) + np.outer([0, 0, 1, 1], inward * deep)
        rows.append(shapely.Polygon(np.round(corners, 2)))
        at += deep + rng.uniform(17, 30)
    return rows

"""The land: outline, hills, lake, rivers, canals and ponds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely
import shapely.ops
from scipy.interpolate import CubicSpline

from etl.training.chance import Field, blob, rotation, roughen, stream

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry as Shape

    from etl.training.chance import Floats

_TRIBUTARY_M = 6_000
"""A river that ends nearer to the middle than this ends in the main river."""
_LEAST_POND_M2 = 2_000
_POND_SHARE = 0.85
"""So many of a block's ponds are dug."""
METRIC_CRS = "EPSG:4549"
"""CGCS2000, 3-degree zone of 120 E."""
ORIGIN = (592_000.0, 3_809_000.0)
"""Easting and northing of the district's middle: open sea near 121.0 E, 34.4 N."""
AREA_M2 = 976e6
"""About the size of the first real district."""


@dataclass(frozen=True)
class Water:
    """Water as polygons, metres from `ORIGIN`."""

    lake: Shape
    rivers: Shape
    canals: Shape
    ponds: tuple[Shape, ...]

    @property
    def wide(self) -> Shape:
        """Lake and rivers: what only a bridge crosses."""
        return shapely.union(self.lake, self.rivers)


@dataclass(frozen=True)
class Land:
    """The bare district, metres from `ORIGIN`."""

    coarse: Shape
    hills: Field
    water: Water

    def hilliness(self, points: Floats) -> Floats:
        """Give 0 (plain) to 1 (hills) at points: hills fill the west."""
        west = (-points[:, 0] - 6_500) / 9_000
        return np.clip(west + 0.35 * self.hills.at(points), 0, 1)


def fill_ponds(land: Land, built: list[Shape]) -> Land:
    """Give the land without the ponds on which towns were built; shapes in metres from `ORIGIN`."""
    towns = shapely.union_all(built)
    dug = tuple(pond for pond in land.water.ponds if not shapely.intersects(pond, towns))
    return replace(land, water=replace(land.water, ponds=dug))


def draw_land(seed: int) -> Land:
    """Draw outline, hills and water.

    Parameters
    ----------
    seed
        The district's seed.

    Returns
    -------
    Land
        Shapes in metres from `ORIGIN`. The outline is coarse; `areas` roughens it with the town lines.
    """
    coarse = _draw_outline(stream(seed, "outline"))
    hills = Field.draw(stream(seed, "hills"), shortest=3_000, longest=12_000)
    return Land(coarse=coarse, hills=hills, water=_draw_water(stream(seed, "water"), coarse))


def _draw_outline(rng: np.random.Generator) -> Shape:
    angles = np.linspace(0, 2 * np.pi, 84, endpoint=False) + rng.uniform(-0.012, 0.012, 84)
    orders = np.arange(2, 12)
    size = rng.normal(0, 0.16, len(orders)) / orders**0.8
    wave = (size * np.cos(np.outer(angles, orders) + rng.uniform(0, 2 * np.pi, len(orders)))).sum(axis=1)
    reach = np.clip(1 + wave, 0.6, 1.5)
    shape = shapely.Polygon(np.column_stack([1.22 * np.cos(angles) * reach, 0.86 * np.sin(angles) * reach]))
    grown = shapely.get_coordinates(shape) * np.sqrt(AREA_M2 / shape.area)
    middle = shapely.get_coordinates(shapely.Polygon(grown).centroid)
    return shapely.Polygon(grown - middle)


def _draw_water(rng: np.random.Generator, outline: Shape) -> Water:
    middle = np.array([10_600, -6_200]) + rng.uniform(-900, 900, 2)
    ring = roughen(_closed(blob(rng, radius=3_150, aspect=1.5, wobble=0.16)), rng, roughness=0.16, finest=90)
    lake = shapely.buffer(shapely.Polygon(ring + middle).buffer(0), 60).buffer(-60)
    rivers = _draw_rivers(rng, middle)
    canals = _draw_canals(rng, outline)
    wet = shapely.union(lake, rivers)
    return Water(
        lake=lake,
        rivers=shapely.difference(rivers, lake),
        canals=shapely.difference(canals, wet),
        ponds=_draw_ponds(rng, shapely.union(wet, canals.buffer(15)), lake),
    )


def _closed(ring: Floats) -> Floats:
    return np.vstack([ring, ring[:1]])


def _draw_rivers(rng: np.random.Generator, lake: Floats) -> Shape:
    """Draw the main river from the western hills into the lake and out of it, and its tributaries."""
    courses = [
        (
            [(-25_000, 6_500), (-15_000, 2_800), (-7_000, 2_600), (-700, 950), (5_500, -2_300), tuple(lake)],
            34,
            62,
        ),
        ([tuple(lake), (14_500, -11_000), (19_000, -18_000), (21_000, -24_000)], 45, 55),
        ([(-3_500, 22_000), (-2_200, 14_000), (1_500, 7_500), (1_300, -200)], 17, 30),
        ([(-15_500, -16_000), (-10_000, -8_000), (-6_500, -2_600), (-4_800, 2_150)], 13, 24),
        ([(10_500, 22_000), (9_200, 12_000), (11_800, 3_500), tuple(lake)], 22, 28),
        ([(24_000, 6_500), (16_000, 4_200), (11_500, 3_200)], 16, 22),
        ([(-4_500, -22_000), (-1_000, -12_500), (4_500, -9_000), tuple(lake)], 14, 26),
    ]
    rivers: list[Shape] = []
    for course, *half in courses:
        bends = np.array(course, float)
        bends[1:-1] += rng.uniform(-450, 450, (len(bends) - 2, 2))
        if (
            rivers and np.hypot(*bends[-1]) < _TRIBUTARY_M
        ):  # a tributary ends in the main river, wherever that went
            bends[-1] = shapely.get_coordinates(
                shapely.ops.nearest_points(rivers[0], shapely.Point(bends[-2]))[0]
            )[0]
        rivers.append(_river(rng, bends, *half))
    return shapely.union_all(rivers)


def _river(rng: np.random.Generator, course: Floats, narrow: float, wide: float) -> Shape:
    line = roughen(_smooth(course, 9 * len(course)), rng, roughness=0.11, finest=260)
    line = _smooth(line, 5 * len(line))
    shares = np.linspace(0, len(line) - 1, 9).astype(int)
    halves = np.linspace(narrow, wide, 8) * rng.uniform(0.88, 1.15, 8)
    pieces = [shapely.LineString(line[a : b + 1]) for a, b in pairwise(shares)]
    return shapely.union_all(shapely.buffer(pieces, halves, quad_segs=4))


def _smooth(course: Floats, count: int) -> Floats:
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(course, axis=0).T))])
    spline = CubicSpline(along, course, bc_type="natural")
    curve: Floats = spline(np.linspace(0, along[-1], count))
    return curve


def _draw_canals(rng: np.random.Generator, outline: Shape) -> Shape:
    """Draw canals, dug by people: nearly straight, nearly along two directions, in the eastern plain."""
    _, south, east, north = outline.bounds
    starts = np.column_stack(
        [rng.uniform(-5_500, east - 2_500, 26), rng.uniform(south + 2_000, north - 2_000, 26)]
    )
    angles = rng.choice([0.12, np.pi / 2 + 0.12], 26) + rng.normal(0, 0.07, 26)
    reach = rng.uniform(1_800, 4_200, 26)[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])
    lines = [
        shapely.LineString(roughen(np.array([start - ray, start + ray]), rng, roughness=0.018, finest=400))
        for start, ray in zip(starts, reach, strict=True)
    ]
    return shapely.union_all(shapely.buffer(lines, rng.uniform(7, 12, 26), quad_segs=2))


def _draw_ponds(rng: np.random.Generator, wet: Shape, lake: Shape) -> tuple[Shape, ...]:
    """Fish ponds in blocks around the lake; single ponds and reservoirs in the hills."""
    shore = lake.buffer(1_000).exterior
    ponds: list[Shape] = []
    for place in rng.uniform(0, shore.length, 16):
        at = shapely.get_coordinates(shore.interpolate(place))[0]
        ponds += _pond_block(rng, at)
    for at in np.column_stack([rng.uniform(-17_500, -8_500, 12), rng.uniform(-10_000, 10_000, 12)]):
        ring = roughen(
            _closed(blob(rng, radius=rng.uniform(110, 380), aspect=1.6, wobble=0.25)), rng, finest=60
        )
        ponds.append(shapely.Polygon(ring + at).buffer(0))
    dry = shapely.difference(ponds, shapely.buffer(wet, 20))
    return tuple(piece for piece in dry if piece.geom_type == "Polygon" and piece.area > _LEAST_POND_M2)


def _pond_block(rng: np.random.Generator, at: Floats) -> list[Shape]:
    rows, columns = rng.integers(2, 5), rng.integers(2, 6)
    turn, wide, deep = rotation(rng.normal(0.12, 0.25)), rng.uniform(70, 110), rng.uniform(130, 210)
    corners = np.array([[0, 0], [wide - 14, 0], [wide - 14, deep - 16], [0, deep - 16]])
    grid = np.array([(i * wide, j * deep) for i in range(columns) for j in range(rows)])
    kept = grid[rng.random(len(grid)) < _POND_SHARE]
    return [shapely.Polygon((corners + cell + rng.normal(0, 4, (4, 2))) @ turn + at) for cell in kept]

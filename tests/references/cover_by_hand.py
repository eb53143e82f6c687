"""Perimeter cover the plain way: one school, one ring, all posts, one union; nothing shared, nothing
skipped."""

from __future__ import annotations

import math
from typing import NamedTuple

import shapely


class Post(NamedTuple):
    x: float
    y: float
    reach_m: float


class Cover(NamedTuple):
    ring_m2: float
    covered_m2: float
    gap_m2: float
    posts: int
    nearest_m: float


def cover(ground: shapely.Geometry, radius_m: float, posts: list[Post]) -> Cover:
    zone = ground.buffer(radius_m, quad_segs=16)
    ring = zone.difference(ground)
    discs = [shapely.Point(post.x, post.y).buffer(post.reach_m, quad_segs=16) for post in posts]
    reached = shapely.unary_union(discs)
    nearest = min((ground.distance(shapely.Point(post.x, post.y)) for post in posts), default=math.nan)
    return Cover(
        ring.area,
        ring.intersection(reached).area,
        ring.difference(reached).area,
        sum(ring.intersects(disc) for disc in discs),
        nearest,
    )

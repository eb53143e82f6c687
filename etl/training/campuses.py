"""Ground for schools: irregular plots along roads that touch neither roads nor water nor each other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from etl.training.network import RANK, largest_part

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry as Shape

    from etl.training.chance import Floats
    from etl.training.land import Land
    from etl.training.network import Roads
    from geo.terms import Stage

_HALF_ROAD_M = np.array([16.0, 14.0, 12.0, 9.0, 6.5, 6.0, 5.0, 4.5])
"""Half the width of a road with its pavement, by class."""
_CLEAR_M = 4.0
"""Between a campus and the middle of any minor road."""
_APART_M = 22.0
_REACH_M = 24.0
"""A campus is served by a road no farther than this."""
_SEAT_GAP_M = 330.0
_TRIES = 70
_NOTCHED = 0.4
"""So many grounds have a corner cut out."""


@dataclass(frozen=True)
class Wish:
    """A school that wants ground, with its front and depth in metres."""

    stage: Stage
    settlement: int
    front_m: float
    depth_m: float


@dataclass(frozen=True)
class Campus:
    """The ground a school got, and the ends of its front, in metres from the origin."""

    ground: Shape
    front: Floats


class _NoGroundError(Exception):
    """No offer is left for a wish."""

    def __init__(self, wish: int) -> None:
        self.wish = wish
        super().__init__(wish)


@dataclass
class _Offers:
    """Candidate plots of all wishes."""

    wish: np.ndarray
    host: np.ndarray
    shapes: np.ndarray
    fronts: Floats
    hits: list[np.ndarray]
    """Minor roads that would have to go."""
    allowed: np.ndarray


def place_campuses(
    rng: np.random.Generator, land: Land, district: Shape, roads: Roads, wishes: list[Wish]
) -> tuple[list[Campus], Roads]:
    """Give every wish a plot beside a road of its settlement.

    Parameters
    ----------
    rng
        Where the randomness comes from.
    land
        Water, in metres.
    district
        No plot leaves it.
    roads
        Main and busier roads stay where they are; lesser ones give way to a campus.
    wishes
        The largest first.

    Returns
    -------
    tuple of list of Campus and Roads
        One campus a wish, in the order of the wishes, and the roads that are left, still connected.
    """
    while True:
        offers = _make_offers(rng, land, district, roads, wishes)
        try:
            return _settle(offers, roads, wishes)
        except _NoGroundError as missing:
            # no room in a small place: the school has to do with less
            wishes = [
                replace(wish, front_m=0.85 * wish.front_m, depth_m=0.85 * wish.depth_m)
                if number == missing.wish
                else wish
                for number, wish in enumerate(wishes)
            ]


def _settle(offers: _Offers, roads: Roads, wishes: list[Wish]) -> tuple[list[Campus], Roads]:
    """Choose an offer for every wish so that each campus is served by the roads that are left."""
    while True:
        chosen, gone = _pick(offers, wishes)
        kept = np.ones(len(roads.tail), dtype=bool)
        kept[sorted(gone)] = False
        left = largest_part(roads.keep(kept))
        plots = offers.shapes[chosen]
        served = shapely.STRtree(left.lines).query(plots, predicate="dwithin", distance=_REACH_M)[0]
        lost = np.setdiff1d(np.arange(len(chosen)), served)
        if not len(lost):
            return [Campus(offers.shapes[number], offers.fronts[number]) for number in chosen], left
        # another plot cut this one's road off from the rest: it is no offer
        offers.allowed[np.array(chosen)[lost]] = False


def _make_offers(
    rng: np.random.Generator, land: Land, district: Shape, roads: Roads, wishes: list[Wish]
) -> _Offers:
    wish, host = _draw_hosts(rng, roads, wishes)
    shapes, fronts = _draw_plots(rng, roads, wishes, wish, host)
    tree = shapely.STRtree(roads.lines)
    plot, road = tree.query(shapes, predicate="dwithin", distance=_CLEAR_M)
    firm = (roads.rank[road] <= RANK["unclassified"]) | (road == host[plot])
    wet = np.array(
        [*shapely.get_parts(land.water.wide), *shapely.get_parts(land.water.canals), *land.water.ponds]
    )
    bad = np.concatenate(
        [plot[firm], shapely.STRtree(wet).query(shapes, predicate="dwithin", distance=12.0)[0]]
    )
    allowed = shapely.contains_properly(district, shapes) & shapely.is_valid(shapes)
    allowed[bad] = False
    order = np.argsort(plot, kind="stable")
    hits = np.split(road[order], np.searchsorted(plot[order], np.arange(1, len(shapes))))
    return _Offers(wish, host, shapes, fronts, hits, allowed)


def _draw_hosts(rng: np.random.Generator, roads: Roads, wishes: list[Wish]) -> tuple[np.ndarray, np.ndarray]:
    """Draw roads that a school could stand at: main streets for large ones, any street for small ones."""
    home = np.maximum(roads.home[roads.tail], roads.home[roads.head])
    wish, host = [], []
    for number, want in enumerate(wishes):
        least = RANK["unclassified"] if want.front_m > 120 else RANK["living_street"]  # noqa: PLR2004  # a block's length
        fits = np.flatnonzero(
            (home == want.settlement) & (roads.rank >= RANK["secondary"]) & (roads.rank <= least)
        )
        drawn = rng.choice(fits, _TRIES)
        wish.append(np.full(_TRIES, number))
        host.append(drawn)
    return np.concatenate(wish), np.concatenate(host)


def _draw_plots(
    rng: np.random.Generator, roads: Roads, wishes: list[Wish], wish: np.ndarray, host: np.ndarray
) -> tuple[np.ndarray, Floats]:
    """Draw irregular plots in the frame of their road: a straight front, crooked sides, some with a notch."""
    count = len(wish)
    start, stop = roads.corners[roads.tail[host]], roads.corners[roads.head[host]]
    along = (stop - start) / np.hypot(*(stop - start).T)[:, None]
    inward = np.column_stack([-along[:, 1], along[:, 0]]) * rng.choice([-1, 1], count)[:, None]
    foot = start + (stop - start) * rng.uniform(0.3, 0.7, count)[:, None]
    foot = foot + inward * (_HALF_ROAD_M[roads.rank[host]] + rng.uniform(2, 6, count))[:, None]
    wide = np.array([want.front_m for want in wishes])[wish]
    deep = np.array([want.depth_m for want in wishes])[wish]
    outline = _outlines(rng, count) * np.stack([wide, deep], axis=1)[:, None]
    rings = foot[:, None] + outline[..., :1] * along[:, None] + outline[..., 1:] * inward[:, None]
    return shapely.polygons(np.round(rings, 2)), np.round(rings[:, [0, 2]], 2)


def _outlines(rng: np.random.Generator, count: int) -> Floats:
    """Give unit outlines, shape (count, 10, 2): front from (-0.5, 0) to (0.5, 0), back near 1."""
    skew = rng.normal(0, 0.05, (count, 2))
    back = rng.uniform(0.86, 1.0, (count, 2))
    ring = np.empty((count, 10, 2))
    ring[:, 0], ring[:, 1], ring[:, 2] = (-0.5, 0), (0, 0), (0.5, 0)
    ring[:, 3] = np.column_stack([0.5 + skew[:, 0] / 2, back[:, 0] / 2])
    ring[:, 4] = np.column_stack([0.5 + skew[:, 0], back[:, 0]])
    ring[:, 5:8] = ring[:, 4:5] + np.array([(-0.22, 0), (-0.26, 0), (-0.62, 0)])
    ring[:, 8] = np.column_stack([-0.5 + skew[:, 1], back[:, 1]])
    ring[:, 9] = np.column_stack([-0.5 + skew[:, 1] / 2, back[:, 1] / 2])
    notch = np.where(rng.random(count) < _NOTCHED, rng.uniform(0.12, 0.34, count), 0)
    ring[:, 4, 1] -= notch
    ring[:, 5, 1] -= notch
    ring[:, 3:] += rng.normal(0, 0.012, (count, 7, 2))
    ring[:, 1, 1] += rng.normal(0, 0.006, count)
    ring[..., 0] *= rng.choice([-1, 1], count)[:, None]
    return ring


def _pick(offers: _Offers, wishes: list[Wish]) -> tuple[list[int], set[int]]:
    """Take for each wish the offer that costs the fewest roads, and block what it excludes."""
    near = shapely.STRtree(offers.shapes)
    middles = shapely.get_coordinates(shapely.centroid(offers.shapes))
    open_, gone, hosts, chosen = offers.allowed.copy(), set[int](), set[int](), list[int]()
    crowded = np.zeros(len(open_), dtype=bool)
    for number in range(len(wishes)):
        mine = np.flatnonzero(open_ & (offers.wish == number))
        cost = [(bool(crowded[at]), len(offers.hits[at]) // 5, int(at)) for at in mine
                if offers.host[at] not in gone and hosts.isdisjoint(offers.hits[at].tolist())]  # fmt: skip
        if not cost:
            raise _NoGroundError(number)
        best = min(cost)[-1]
        chosen.append(best)
        gone.update(offers.hits[best].tolist())
        hosts.add(int(offers.host[best]))
        open_[near.query(offers.shapes[best], predicate="dwithin", distance=_APART_M)] = False
        crowded |= np.hypot(*(middles - middles[best]).T) < _SEAT_GAP_M
    return chosen, gone

"""A network like a district's: a bent grid with blocks of 120 m, every fifth street missing, wider ones now and then.

Posts stand in towns, as in a district, 60 in each; three of five go on foot, one in four by ebike, the others by car.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

from data.config import Settings
from data.road_rules import road_speeds
from geo.roads import Network, build_network
from geo.travel import Sites, snap
from tests.benchmarks import network_peer_scipy as peer

SPEEDS = road_speeds(Settings())
BLOCK_M = 120.0
MISSING, ONEWAY = 0.2, 0.1
POSTS, POSTS_A_TOWN, TOWN_M = 180, 60, 3_000
WITHIN_S = 300.0


class Streets(NamedTuple):
    """Roads as arrays, with which a peer can make its own graph, and the network made of them."""

    places: np.ndarray  # (side * side, 2), metres
    begin: np.ndarray  # (roads,), rows of places
    end: np.ndarray
    classes: np.ndarray
    oneway: np.ndarray
    network: Network


class Posts(NamedTuple):
    """Where posts meet the road, and how they move."""

    sites: Sites
    mobility: np.ndarray


def streets(nodes: int) -> Streets:
    """Make about so many crossings."""
    chance = np.random.default_rng(17)
    side = round(nodes**0.5)
    rows, columns = np.divmod(np.arange(side * side), side)
    places = (
        np.column_stack([columns, rows]) * BLOCK_M + chance.uniform(-0.3, 0.3, (side * side, 2)) * BLOCK_M
    )
    along, up = np.flatnonzero(columns < side - 1), np.flatnonzero(rows < side - 1)
    begin, end = np.concatenate([along, up]), np.concatenate([along + 1, up + side])
    street = np.concatenate([rows[along], columns[up]])
    wide = np.where(street % 20 == 0, "primary", np.where(street % 5 == 0, "tertiary", "residential"))
    kept = (chance.random(len(begin)) >= MISSING) | (street % 5 == 0)
    begin, end, classes = begin[kept], end[kept], wide[kept].astype(object)
    oneway = chance.random(len(begin)) < ONEWAY
    lines = shapely.linestrings(np.stack([places[begin], places[end]], axis=1))
    made = build_network(lines, classes, np.full(len(lines), np.nan), oneway, speeds=SPEEDS, tolerance_m=0.5)
    return Streets(places, begin, end, classes, oneway, made)


def posts(given: Streets, count: int = POSTS) -> Posts:
    """Put posts into towns."""
    chance = np.random.default_rng(18)
    low, high = given.places.min(axis=0) + TOWN_M, given.places.max(axis=0) - TOWN_M
    towns = chance.uniform(low, high, (max(1, count // POSTS_A_TOWN), 2))
    spots = towns[np.arange(count) % len(towns)] + chance.normal(0, TOWN_M / 2, (count, 2))
    sites = snap(given.network, shapely.points(spots), limit_m=500)
    mobility = chance.choice(np.array(["foot", "ebike", "car"], dtype=object), count, p=[0.6, 0.25, 0.15])
    return Posts(sites, mobility)


def scipy_graphs(given: Streets, stand: Posts) -> list:
    """Make the graph of each mobility as somebody would with scipy, from the roads themselves."""
    edge, along_m, off_m = stand.sites
    road = given.network.road[edge]
    length_m = np.hypot(*(given.places[given.end] - given.places[given.begin]).T)
    car_ms = np.array([SPEEDS.car_kmh[kind] for kind in given.classes]) / 3.6
    made = []
    for kind in ("foot", "ebike", "car"):
        mine = stand.mobility == kind
        ms = {"foot": SPEEDS.run_ms, "ebike": SPEEDS.ebike_ms}.get(kind, car_ms)
        seconds = length_m / ms
        two_way = ~given.oneway if kind != "foot" else np.ones(len(given.oneway), dtype=bool)
        share = (along_m / length_m[road])[mine]
        there = np.column_stack([share, 1 - share]) * seconds[road[mine], np.newaxis]
        there[~two_way[road[mine]] & (share > 0), 0] = np.inf
        before = off_m[mine] / SPEEDS.run_ms + (SPEEDS.turnout_s if kind == "car" else 0)
        starts = np.column_stack([given.begin[road[mine]], given.end[road[mine]]])
        there += before[:, np.newaxis]
        roads = (given.begin, given.end)
        made.append(peer.graph(len(given.places), roads, seconds, two_way, starts=starts, start_s=there))
    return made

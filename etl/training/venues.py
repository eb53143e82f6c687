"""The venues: some 400 places of which rules speak, a part of them near schools, some with old licences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from etl.training.chance import stream

if TYPE_CHECKING:
    from etl.training.chance import Floats
    from etl.training.gates import Gate
    from etl.training.network import Roads

_COUNTS = {
    "网吧": 34, "歌舞厅": 30, "酒吧": 18, "游戏厅": 20, "足浴按摩": 36, "旅馆": 44, "烟草零售": 116,
    "彩票": 38, "便利店": 64,
}  # fmt: skip
"""By category as the market bureau writes it: 400 in all."""
_WITHOUT_LICENCE = "便利店"
_NEAR_SHARE = 0.2
_NEAREST_M, _FURTHEST_M = 25.0, 195.0
_BESIDE_ROAD_M = 14.0
_FIRST_YEAR = 1999
_RENEWED_YEARS = 5


@dataclass(frozen=True)
class Venue:
    """One venue; metres from the origin."""

    name: str
    category: str
    """The bureau's own word."""
    licence_no: str
    """Empty where it needs none."""
    licence_from: date | None
    licence_to: date | None
    established_on: date
    point: Floats


def open_venues(seed: int, gates: list[Gate], roads: Roads, as_of: date) -> list[Venue]:
    """Open 400 venues.

    Parameters
    ----------
    seed
        The district's seed.
    gates, roads
        What they stand near and at, in metres.
    as_of
        The day that counts as today; all are open by then.

    Returns
    -------
    list of Venue
        By category; those without a licence last.
    """
    rng = stream(seed, "venues")
    words = [word for word, count in _COUNTS.items() for _ in range(count)]
    return [
        _venue(rng, number, word, point, as_of)
        for number, (word, point) in enumerate(
            zip(words, _points(rng, len(words), gates, roads), strict=True), 1
        )
    ]


def _points(rng: np.random.Generator, count: int, gates: list[Gate], roads: Roads) -> Floats:
    """Put most beside the streets of the settlements, and some in front of gates, away from the ground."""
    lived_in = np.flatnonzero(roads.home >= 0)
    used = np.intersect1d(lived_in, np.concatenate([roads.tail, roads.head]))
    turn = rng.uniform(0, 2 * np.pi, count)
    aside = _BESIDE_ROAD_M * np.column_stack([np.cos(turn), np.sin(turn)])
    points = roads.corners[used[rng.integers(len(used), size=count)]] + aside
    near = np.flatnonzero(rng.random(count) < _NEAR_SHARE)
    chosen = rng.integers(len(gates), size=len(near))
    swing = rng.uniform(-1.2, 1.2, len(near))
    outward = np.array([gates[number].outward for number in chosen])
    turned = np.column_stack([
        np.cos(swing) * outward[:, 0] - np.sin(swing) * outward[:, 1],
        np.sin(swing) * outward[:, 0] + np.cos(swing) * outward[:, 1],
    ])  # fmt: skip
    away = rng.uniform(_NEAREST_M, _FURTHEST_M, len(near))[:, None]
    points[near] = np.array([gates[number].point for number in chosen]) + turned * away
    rounded: Floats = np.round(points, 2)
    return rounded


def _venue(rng: np.random.Generator, number: int, word: str, point: Floats, as_of: date) -> Venue:
    days = (as_of - date(_FIRST_YEAR, 1, 1)).days
    # Squared, so that young ones are more.
    opened = as_of - timedelta(days=int(days * rng.random() ** 2) + 1)
    licensed = opened + timedelta(days=int(rng.integers(0, 60)))
    name = f"训练{word}{number:03d}号店"
    if word == _WITHOUT_LICENCE:
        return Venue(name, word, "", None, None, opened, point)
    until = date(licensed.year + _RENEWED_YEARS * int(rng.integers(1, 7)), licensed.month, 28)
    return Venue(name, word, f"训许{licensed.year}-{number:04d}", licensed, until, opened, point)

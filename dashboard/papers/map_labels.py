"""Places for labels of one size beside their points: near, inside the map, clear of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from geo.arrays import Floats

DIRECTIONS = 16
RINGS = 12


def apart(points: Floats, *, size: float, inside: Floats) -> Floats:
    """Place round labels, the first ones first, each at the nearest free spot around its point.

    Parameters
    ----------
    points
        Where they belong, shape (n, 2).
    size
        How far apart their centres are at least.
    inside
        Lower and upper corner of where they may be, shape (2, 2).

    Returns
    -------
    numpy.ndarray
        Centres, shape (n, 2); where no spot is free, the nearest one inside.
    """
    angles = np.pi / 2 - 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    ring = np.column_stack([np.cos(angles), np.sin(angles)])
    steps = np.concatenate([ring * size * (1 + 0.6 * number) for number in range(RINGS)])
    placed = np.empty((0, 2))
    for point in points:
        spots = np.clip(point + steps, inside[0], inside[1])
        blocked = np.concatenate([placed, points])
        room = np.linalg.norm(spots[:, None] - blocked[None], axis=2).min(axis=1, initial=np.inf)
        free = np.flatnonzero(room >= size * (1 - 1e-9))
        placed = np.vstack([placed, spots[free[0] if len(free) else int(room.argmax())]])
    return placed

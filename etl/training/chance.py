"""Seeded randomness: named streams, smooth fields, natural lines and blobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Shapes = NDArray[np.object_]


def stream(seed: int, name: str) -> np.random.Generator:
    """Give the random stream of one module.

    Parameters
    ----------
    seed
        The district's seed.
    name
        The module's name; streams of different names are independent.

    Returns
    -------
    numpy.random.Generator
        The same sequence for the same seed and name, on every machine.
    """
    return np.random.default_rng([seed, crc32(name.encode())])


@dataclass(frozen=True)
class Field:
    """A smooth random field over the plane: a sum of plane waves with mean 0 and variance 1."""

    waves: Floats
    phases: Floats

    @classmethod
    def draw(cls, rng: np.random.Generator, *, shortest: float, longest: float, count: int = 24) -> Field:
        """Draw a field whose waves are between `shortest` and `longest` metres long."""
        lengths = np.exp(rng.uniform(np.log(shortest), np.log(longest), count))
        angles = rng.uniform(0, 2 * np.pi, count)
        waves = 2 * np.pi / lengths[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])
        return cls(waves=waves, phases=rng.uniform(0, 2 * np.pi, count))

    def at(self, points: Floats) -> Floats:
        """Give the field's value at points, shape (n, 2) in metres."""
        values: Floats = np.cos(points @ self.waves.T + self.phases).sum(axis=1)
        scaled: Floats = values * np.sqrt(2 / len(self.phases))
        return scaled


def roughen(
    line: Floats, rng: np.random.Generator, *, roughness: float = 0.12, finest: float = 120
) -> Floats:
    """Break a line like a natural border: midpoint displacement that keeps every given vertex.

    Parameters
    ----------
    line
        Vertices in metres, shape (n, 2).
    rng
        Where the randomness comes from.
    roughness
        Standard deviation of a midpoint's displacement, as a share of its segment's length.
    finest
        Segments shorter than this, in metres, are left alone on average.

    Returns
    -------
    numpy.ndarray
        The finer line, shape (m, 2), m >= n.
    """
    longest = np.hypot(*np.diff(line, axis=0).T).max(initial=0)
    for _ in range(max(0, int(np.ceil(np.log2(max(longest, 1) / finest))))):
        steps = np.diff(line, axis=0)
        normals = np.column_stack([-steps[:, 1], steps[:, 0]])
        shift = np.clip(rng.normal(0, roughness, len(steps)), -0.3, 0.3)
        middles = line[:-1] + steps / 2 + normals * shift[:, None]
        finer = np.empty((len(line) + len(middles), 2))
        finer[0::2], finer[1::2] = line, middles
        line = finer
    return line


def blob(rng: np.random.Generator, *, radius: float, aspect: float = 1.0, wobble: float = 0.18) -> Floats:
    """Draw a closed natural outline around the origin.

    Parameters
    ----------
    rng
        Where the randomness comes from.
    radius
        Mean radius in metres.
    aspect
        Length over width.
    wobble
        How far from an ellipse: standard deviation as a share of the radius.

    Returns
    -------
    numpy.ndarray
        Vertices in metres, shape (n, 2), not closed.
    """
    angles = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    orders = np.arange(2, 8)
    size = rng.normal(0, 1, len(orders)) / orders
    waves = (size * np.cos(np.outer(angles, orders) + rng.uniform(0, 2 * np.pi, len(orders)))).sum(axis=1)
    reach = radius * np.clip(1 + wobble * waves / np.std(waves), 0.35, 1.9)
    turn = rng.uniform(0, np.pi)
    flat = np.column_stack(
        [np.cos(angles) * reach * np.sqrt(aspect), np.sin(angles) * reach / np.sqrt(aspect)]
    )
    return flat @ rotation(turn)


def rotation(angle: float) -> Floats:
    """Give the matrix that turns row vectors by an angle in radians, anticlockwise."""
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def spread(
    candidates: Floats, rng: np.random.Generator, *, count: int, apart: float, taken: Floats | None = None
) -> Floats:
    """Choose scattered points from candidates, in a random order, none closer than `apart` metres.

    Parameters
    ----------
    candidates
        Points in metres, shape (n, 2).
    rng
        Where the randomness comes from.
    count
        How many at most.
    apart
        Least distance in metres between chosen points.
    taken
        Points that are there already.

    Returns
    -------
    numpy.ndarray
        The chosen points, shape (at most count, 2).
    """
    chosen: list[Floats] = []
    blocked = np.zeros(len(candidates), dtype=bool)
    for point in taken if taken is not None else ():
        blocked |= np.hypot(*(candidates - point).T) < apart
    for index in rng.permutation(len(candidates)):
        if blocked[index]:
            continue
        chosen.append(candidates[index])
        blocked |= np.hypot(*(candidates - candidates[index]).T) < apart
        if len(chosen) == count:
            break
    return np.array(chosen).reshape(-1, 2)

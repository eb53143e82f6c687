"""The streets of settlements: warped lattices, with their main streets and gateways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from etl.training.chance import Field, rotation, stream

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry as Shape

    from etl.training.chance import Floats, Ints
    from etl.training.land import Land
    from etl.training.settlements import Settlement

MAIN_EVERY = {"seat": 4, "town": 3, "village": 3}
"""Every which lattice line is a main street."""


@dataclass(frozen=True)
class Lattice:
    """The street corners of one settlement."""

    place: Settlement
    points: Floats
    cells: Ints
    """Lattice numbers (i, j) of each corner, shape (n, 2); the lines i = 0 and j = 0 are the axes."""

    def gateways(self) -> Floats:
        """Give the four ends of the two axes."""
        ends = []
        for across, along in ((1, 0), (0, 1)):
            axis = np.flatnonzero(self.cells[:, across] == 0)
            order = axis[np.argsort(self.cells[axis, along])]
            ends += [self.points[order[0]], self.points[order[-1]]]
        return np.array(ends)

    def main_streets(self) -> list[tuple[Ints, int]]:
        """Give each main street as the numbers of its corners in order, with its line number."""
        every = MAIN_EVERY[self.place.kind]
        streets = []
        for across, along in ((1, 0), (0, 1)):
            lines = self.cells[:, across]
            for line in np.unique(lines[lines % every == 0]):
                corners = np.flatnonzero(lines == line)
                streets.append((corners[np.argsort(self.cells[corners, along])], int(line)))
        return streets


def draw_lattices(seed: int, land: Land, settlements: list[Settlement]) -> list[Lattice]:
    """Draw the street corners of every settlement.

    Parameters
    ----------
    seed
        The district's seed.
    land
        Water, in metres: no corner lies in it.
    settlements
        The settlements.

    Returns
    -------
    list of Lattice
        One for each settlement, in their order.
    """
    rng = stream(seed, "streets")
    water = shapely.union_all(
        [shapely.buffer(land.water.wide, 14), shapely.buffer(land.water.canals, 8), *land.water.ponds]
    )
    shapely.prepare(water)
    return [_draw_lattice(rng, place, water) for place in settlements]


def _draw_lattice(rng: np.random.Generator, place: Settlement, water: Shape) -> Lattice:
    reach = int(2 * place.radius / place.spacing) + 2
    cells = np.stack(
        np.meshgrid(np.arange(-reach, reach + 1), np.arange(-reach, reach + 1)), axis=-1
    ).reshape(-1, 2)
    flat: Floats = cells.astype(np.float64) * place.spacing
    points = (flat + _bend(rng, place, flat) + _jitter(rng, place, flat)) @ rotation(
        place.angle
    ) + place.centre
    shapely.prepare(place.shape)
    inside = shapely.contains_xy(place.shape, points) & ~shapely.contains_xy(water, points)
    return Lattice(place, points[inside], cells[inside])


def _bend(rng: np.random.Generator, place: Settlement, flat: Floats) -> Floats:
    """Bend the lattice smoothly: streets that were paths once."""
    size = {"seat": 95.0, "town": 42.0, "village": 22.0}[place.kind]
    fields = [Field.draw(rng, shortest=place.radius * 0.7, longest=place.radius * 2.4) for _ in range(2)]
    bend: Floats = size * np.column_stack([field.at(flat) for field in fields])
    return bend


def _jitter(rng: np.random.Generator, place: Settlement, flat: Floats) -> Floats:
    """Shift single corners: much in the old core and in villages, little elsewhere."""
    core = np.inf if place.kind == "village" else 0.22 * place.radius
    old = np.exp(-((np.hypot(*flat.T) / core) ** 2))
    shift: Floats = rng.normal(0, 1, flat.shape) * place.spacing * (0.05 + 0.12 * old)[:, None]
    return shift

"""Which district, town and police area a place lies in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.points import representative_points
from geo.terms import UNASSIGNED, AreaLevel

if TYPE_CHECKING:
    import pandas as pd

    from geo.arrays import Flags, Floats, Geometries, Objects

LEVELS = (AreaLevel.DISTRICT, AreaLevel.TOWN, AreaLevel.POLICE_AREA)


@dataclass(frozen=True)
class Areas:
    """The current areas, by level, greatest code first."""

    codes: dict[str, list[str]] = field(default_factory=dict)
    shapes: dict[str, Geometries] = field(default_factory=dict)

    @classmethod
    def from_frame(cls, areas: pd.DataFrame) -> Areas:
        """Make them of a frame with the columns code, level and geom (EPSG:4490)."""
        codes, shapes = {}, {}
        for level in LEVELS:
            chosen = areas[areas["level"] == level].sort_values("code", ascending=False)
            codes[str(level)] = [str(code) for code in chosen["code"]]
            shapes[str(level)] = np.asarray(chosen["geom"], dtype=object)
            shapely.prepare(shapes[str(level)])
        return cls(codes, shapes)

    def find(self, geometries: Geometries, *levels: str) -> list[Objects]:
        """Find the area of each geometry by its representative point.

        Parameters
        ----------
        geometries
            Valid, EPSG:4490, `None` allowed, shape (n,).
        *levels
            Some of `LEVELS`.

        Returns
        -------
        list of numpy.ndarray
            For each level codes; the smaller one where areas overlap or touch, `unassigned` outside all and
            for `None`.
        """
        if not any(self.codes.get(level) for level in levels):
            return [np.full(len(geometries), UNASSIGNED, dtype=object) for _ in levels]
        x, y = representative_points(geometries)
        return [self._find_level(x, y, level) for level in levels]

    def cover(self, lon: Floats, lat: Floats) -> Flags:
        """Tell which positions (degrees, NaN allowed) lie in any area."""
        inside: Flags = np.zeros(len(lon), dtype=bool)
        for shape in (shape for shapes in self.shapes.values() for shape in shapes):
            west, south, east, north = shape.bounds
            near = np.flatnonzero(~inside & (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
            inside[near[shapely.intersects_xy(shape, lon[near], lat[near])]] = True
        return inside

    def _find_level(self, x: Floats, y: Floats, level: str) -> Objects:
        found: Objects = np.full(len(x), UNASSIGNED, dtype=object)
        # From the greatest code down, so that the smaller one has the last word.
        for code, shape in zip(self.codes.get(level, []), self.shapes.get(level, []), strict=True):
            west, south, east, north = shape.bounds
            near = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
            found[near[shapely.intersects_xy(shape, x[near], y[near])]] = code
        return found

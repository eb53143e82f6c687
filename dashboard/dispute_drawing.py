"""One venue and one school as a drawing to scale: millimetres of paper, north up, both measures."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.dispute import roads_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.finding_queries import Case
    from geo.arrays import Floats

WIDTH_MM, HEIGHT_MM = 182.0, 118.0
SCALES = (250, 500, 750, 1000, 1250, 1500, 2000, 2500, 3000, 4000, 5000, 7500, 10_000, 15_000, 20_000, 50_000)
"""A scale is 1 to one of these."""
MARGIN_MM = 9.0
_MM = 1000.0
_POINT = 0
_BARS_M = (5, 10, 20, 50, 100, 200, 500, 1000)
LONGEST_BAR_MM = 45.0
STRAIGHT_AT, WALK_AT = (0.4, -1.5), (0.6, 5.0)
"""Where a line's length is written: the two often run side by side."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet that is laid over the plane.

    Parameters
    ----------
    centre
        What lies in its middle, metres.
    scale
        Metres in nature of a metre of paper.
    """

    centre: tuple[float, float]
    scale: int

    def at(self, xy: Floats) -> Floats:
        """Give places on paper, mm from the upper left."""
        metres = (np.asarray(xy, dtype=np.float64) - self.centre) * _MM / self.scale
        return np.column_stack([WIDTH_MM / 2 + metres[:, 0], HEIGHT_MM / 2 - metres[:, 1]])

    @property
    def box(self) -> tuple[float, float, float, float]:
        """What the sheet shows, metres."""
        aside, up = (size * self.scale / _MM / 2 for size in (WIDTH_MM, HEIGHT_MM))
        x, y = self.centre
        return x - aside, y - up, x + aside, y + up


def paper_of(case: Case) -> Paper:
    """Choose the largest scale at which venue, school, gates and both ways are on the sheet."""
    sides, lines = case.sides, case.measured
    parts = [sides.venues[0], sides.schools[0], lines.straight]
    parts += [] if lines.route is None else [lines.route]
    west, south, east, north = shapely.union_all(np.array([shapely.envelope(part) for part in parts])).bounds
    needed = max(
        (east - west) / (WIDTH_MM - 2 * MARGIN_MM), (north - south) / (HEIGHT_MM - 2 * MARGIN_MM)
    ) * _MM  # fmt: skip
    scale = next((each for each in SCALES if each >= needed), int(np.ceil(needed / 10_000)) * 10_000)
    return Paper(((west + east) / 2, (south + north) / 2), scale)


def drawing(case: Case, paper: Paper, say: Callable[[str], str]) -> str:
    """Write the drawing.

    Parameters
    ----------
    case
        The finding with its shapes and lines.
    paper
        `paper_of` it.
    say
        Gives the catalogue's text of a key.

    Returns
    -------
    str
        SVG of `WIDTH_MM` x `HEIGHT_MM`; every text in it is escaped.
    """
    sides, lines = case.sides, case.measured
    parts = [_shape(road, paper, "road") for road in roads_in(sides, paper.box)]
    if lines.limit is not None:
        parts.append(_shape(shapely.boundary(lines.limit), paper, "limit"))
    parts.append(_place(sides.schools[0], paper, "school"))
    if lines.route is not None:
        parts.append(_shape(lines.route, paper, "walk"))
    parts.append(_shape(lines.straight, paper, "straight"))
    for gate in sides.gates.itertuples():
        x, y = paper.at(np.array([[gate.x, gate.y]]))[0]
        kind = "gate assumed" if gate.is_estimated else "gate"
        parts.append(f'<rect class="{kind}" x="{x - 1.1:.2f}" y="{y - 1.1:.2f}" width="2.2" height="2.2"/>')
    parts.append(_place(sides.venues[0], paper, "venue"))
    parts.append(_length(lines.straight, lines.straight_m, paper, STRAIGHT_AT))
    if lines.route is not None and lines.walk_m is not None:
        parts.append(_length(lines.route, lines.walk_m, paper, WALK_AT))
    parts += [_name(sides.schools[0], paper, say("rules.sheet.school")),
              _name(sides.venues[0], paper, say("rules.sheet.venue"))]  # fmt: skip
    inside = "".join(parts)
    return (
        f'<svg class="drawing" viewBox="0 0 {WIDTH_MM:g} {HEIGHT_MM:g}" role="img" '
        f'aria-label="{escape(say("rules.sheet.drawing"))}">'
        f'<clipPath id="edge"><rect width="{WIDTH_MM:g}" height="{HEIGHT_MM:g}"/></clipPath>'
        f'<g clip-path="url(#edge)">{inside}</g>{_bar(paper)}{_north(say("layers.map.north"))}</svg>'
    )


def _path(xy: Floats, paper: Paper, *, closed: bool) -> str:
    steps = "L".join(f"{x:.2f} {y:.2f}" for x, y in paper.at(xy))
    return f"M{steps}{'Z' if closed else ''}"


def _shape(shape: shapely.Geometry, paper: Paper, name: str) -> str:
    """Write lines or outlines as one path."""
    steps = []
    for part in shapely.get_parts(shape):
        if isinstance(part, shapely.Polygon):
            rings = (part.exterior, *part.interiors)
            steps += [_path(np.asarray(ring.coords), paper, closed=True) for ring in rings]
        elif len(part.coords) > 1:
            steps.append(_path(np.asarray(part.coords), paper, closed=False))
    return f'<path class="{name}" d="{"".join(steps)}"/>' if steps else ""


def _place(shape: shapely.Geometry, paper: Paper, name: str) -> str:
    """Write an outline, or a point as a sign."""
    if shapely.get_dimensions(shape) != _POINT:
        return _shape(shape, paper, name)
    x, y = paper.at(shapely.get_coordinates(shape))[0]
    return f'<circle class="{name}" cx="{x:.2f}" cy="{y:.2f}" r="1.7"/>'


def _name(shape: shapely.Geometry, paper: Paper, words: str) -> str:
    """Write what a shape is, upon it, within the sheet."""
    x, y = paper.at(shapely.get_coordinates(shapely.point_on_surface(shape)))[0]
    y = float(np.clip(y - 3.2, 5.0, HEIGHT_MM - 3.0))
    x = float(np.clip(x, 12.0, WIDTH_MM - 12.0))
    return f'<text class="name" x="{x:.2f}" y="{y:.2f}">{escape(words)}</text>'


def _length(line: shapely.LineString, metres: float, paper: Paper, where: tuple[float, float]) -> str:
    """Write how long a line is beside it: at a share of its length, so many mm lower."""
    share, lower = where
    spot = shapely.line_interpolate_point(line, share, normalized=True)
    x, y = paper.at(shapely.get_coordinates(spot))[0]
    x, y = float(np.clip(x + 9.0, 12.0, WIDTH_MM - 12.0)), float(np.clip(y + lower, 5.0, HEIGHT_MM - 3.0))
    return f'<text class="name" x="{x:.2f}" y="{y:.2f}">{metres:.1f} m</text>'


def _bar(paper: Paper) -> str:
    """Write a bar as long as a round number of metres."""
    fitting = [metres for metres in _BARS_M if metres * _MM / paper.scale <= LONGEST_BAR_MM]
    metres = fitting[-1] if fitting else _BARS_M[0]
    length, y = metres * _MM / paper.scale, HEIGHT_MM - 4.0
    return (
        f'<g class="bar"><path d="M4 {y - 1.5:g}V{y:g}H{4 + length:.2f}V{y - 1.5:g}"/>'
        f'<text x="{4 + length / 2:.2f}" y="{y - 2:g}">{metres} m</text></g>'
    )


def _north(word: str) -> str:
    x = WIDTH_MM - 7.0
    return (
        f'<g class="north"><path d="M{x:g} 4l2.4 7-2.4-1.6-2.4 1.6z"/>'
        f'<text x="{x:g}" y="15">{escape(word)}</text></g>'
    )

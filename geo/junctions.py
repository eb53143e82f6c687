"""Where roads meet: vertices that they share, and ends that come to lie by another road."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo.arrays import as_geometries

if TYPE_CHECKING:
    from geo.arrays import Flags, Floats, Geometries, Integers

GRID_M = 0.001
"""Coordinates that are equal to this are one place."""


class Vertices(NamedTuple):
    """The vertices of lines, line by line; no two in a row are one place, no line has less than two."""

    xy: Floats
    """Positions in metres, shape (vertices, 2)."""
    road: Integers
    """Row of the line that each belongs to, shape (vertices,)."""
    is_join: Flags
    """Whether it belongs to a join that was made, not to the line itself, shape (vertices,)."""
    is_first: Flags
    """Whether it begins a line or a join."""
    is_last: Flags
    """Whether it ends one."""


class _Touch(NamedTuple):
    """An end that lies within the tolerance of a line on which it is no vertex."""

    end: Floats
    """Where the end is, shape (touches, 2)."""
    road: Integers
    """Row of the line."""
    along_m: Floats
    """Metres from the line's begin to its point nearest to the end."""
    foot: Floats
    """That point."""


def vertices_of(lines: Geometries) -> Vertices:
    """Take lines apart.

    Parameters
    ----------
    lines
        LineStrings in metres or `None`, shape (roads,).

    Returns
    -------
    Vertices
        Without repeated ones, and without lines that have no length.
    """
    xy, road = shapely.get_coordinates(lines, return_index=True)
    sound = np.isfinite(xy).all(axis=1)
    return _cleaned(xy[sound], road[sound].astype(np.int64), np.zeros(int(sound.sum()), dtype=bool), None)


def _cleaned(xy: Floats, road: Integers, is_join: Flags, line: Integers | None) -> Vertices:
    """Drop vertices that repeat the one before, and lines that are left with one."""
    line = road if line is None else line
    cell = _cells(xy)
    new = np.ones(len(xy), dtype=bool)
    new[1:] = (line[1:] != line[:-1]) | (cell[1:] != cell[:-1]).any(axis=1)
    counts = np.bincount(line[new], minlength=1)
    kept = np.flatnonzero(new & (counts[line] > 1)) if len(line) else np.zeros(0, dtype=np.int64)
    line = line[kept]
    change = np.ones(len(line) + 1, dtype=bool)
    change[1:-1] = line[1:] != line[:-1]
    return Vertices(xy[kept], road[kept], is_join[kept], change[:-1], change[1:])


def _cells(xy: Floats) -> Integers:
    """Give the cell of the fixed grid in which each position lies."""
    cells: Integers = np.rint(xy / GRID_M).astype(np.int64)
    return cells


def distinct_places(xy: Floats) -> tuple[Integers, Floats]:
    """Give places numbers, in order of x, then y.

    Returns
    -------
    numpy.ndarray
        Number of each position's place, shape (n,).
    numpy.ndarray
        The places, to `GRID_M`, shape (places, 2).
    """
    cell = _cells(xy)
    order = np.lexsort((cell[:, 1], cell[:, 0]))
    ordered = cell[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.cumsum(new) - 1
    return place, np.round(ordered[new] * GRID_M, 3)


def lines_through(xy: Floats, line: Integers) -> Geometries:
    """Draw a line through the positions of each number, which count from 0 upwards."""
    if not len(line):
        return np.empty(0, dtype=object)
    drawn: Geometries = np.empty(int(line[-1]) + 1, dtype=object)
    shapely.linestrings(xy, indices=line, out=drawn)
    return drawn


def joined(vertices: Vertices, tolerance_m: float) -> Vertices:
    """Join ends to lines that they come near to.

    Parameters
    ----------
    vertices
        Those of the lines.
    tolerance_m
        Metres within which an end is joined to the nearest point of another line.

    Returns
    -------
    Vertices
        The lines with a vertex at each point that an end is joined to; behind them the joins, lines of two
        vertices from the end to that point, where these are not one place.
    """
    touch = _touches(vertices, max(tolerance_m, GRID_M))
    if not len(touch.road):
        return vertices
    at, target, inserted = _targets(vertices, touch)
    apart = (_cells(touch.end) != _cells(target)).any(axis=1)
    rows = np.flatnonzero(inserted)
    rows = rows[np.argsort(touch.along_m[rows], kind="stable")]
    rows = rows[np.argsort(at[rows], kind="stable")]
    xy = np.insert(vertices.xy, at[rows], target[rows], axis=0)
    road = np.insert(vertices.road, at[rows], touch.road[rows])
    joins = np.stack([touch.end[apart], target[apart]], axis=1).reshape(-1, 2)
    of_join = np.repeat(touch.road[apart], 2)
    is_join = np.arange(len(xy) + len(joins)) >= len(xy)
    behind = int(vertices.road[-1]) + 1
    line = np.concatenate([road, behind + np.arange(len(of_join)) // 2])
    return _cleaned(np.concatenate([xy, joins]), np.concatenate([road, of_join]), is_join, line)


def _touches(vertices: Vertices, tolerance_m: float) -> _Touch:
    """Find ends within the tolerance of lines on which they are no vertex."""
    place, places = distinct_places(vertices.xy)
    ends = np.unique(place[vertices.is_first | vertices.is_last])
    points: Geometries = np.empty(len(ends), dtype=object)
    shapely.points(places[ends], out=points)
    kept = vertices.road[vertices.is_first]
    row = np.cumsum(vertices.is_first) - 1
    lines = lines_through(vertices.xy, row)
    end, line = shapely.STRtree(lines).query(points, predicate="dwithin", distance=tolerance_m)
    first, last = place[vertices.is_first], place[vertices.is_last]
    foreign = np.flatnonzero((ends[end] != first[line]) & (ends[end] != last[line]))
    asked = np.isin(row, line[foreign], kind="table")
    own = row[asked] * len(places) + place[asked]
    foreign = foreign[~np.isin(line[foreign] * len(places) + ends[end[foreign]], own)]
    end, line = end[foreign], line[foreign]
    along_m = shapely.line_locate_point(lines[line], points[end])
    foot = as_geometries(shapely.line_interpolate_point(lines[line], along_m))
    return _Touch(places[ends[end]], kept[line], along_m, shapely.get_coordinates(foot))


def _targets(vertices: Vertices, touch: _Touch) -> tuple[Integers, Floats, Flags]:
    """Find where on its line each end is joined.

    Returns
    -------
    numpy.ndarray
        The vertex before which the point belongs, shape (touches,).
    numpy.ndarray
        The point: a vertex of the line where one is there, else the end itself where it lies on the line,
        else the foot; shape (touches, 2).
    numpy.ndarray
        Whether it is new to the line.
    """
    step = np.hypot(*np.diff(vertices.xy, axis=0).T)
    step[vertices.is_last[:-1]] = 1.0
    measure = np.concatenate([[0.0], np.cumsum(step)])
    begins = np.flatnonzero(vertices.is_first)
    begin = begins[np.searchsorted(vertices.road[begins], touch.road)]
    stops = np.flatnonzero(vertices.is_last)
    stop = stops[np.searchsorted(vertices.road[stops], touch.road)]
    wanted = measure[begin] + touch.along_m
    at = np.clip(np.searchsorted(measure, wanted), begin + 1, stop)
    nearer = at - (wanted - measure[at - 1] < measure[at] - wanted)
    known = np.abs(measure[nearer] - wanted) < GRID_M
    on_line = np.hypot(*(touch.end - touch.foot).T) < GRID_M
    target = np.where(on_line[:, np.newaxis], touch.end, touch.foot)
    target[known] = vertices.xy[nearer[known]]
    return at, target, ~known

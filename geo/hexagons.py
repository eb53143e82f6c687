"""The fixed grid of hexagons in which events are counted and sensitive places are kept.

Every CRS zone that `geo.crs.metric_epsgs` chooses has one grid of its own, published here: flat-topped
hexagons with a circumradius of 100 m by default, one of which is centred where the zone's central meridian
meets the equator (easting 500,000 m; northing 0, or 10,000,000 m in the UTM zones of the southern
hemisphere). A cell is known by its zone, radius and axial coordinates, written ``4549_100_-317_20431``: plain
in an address and the same for ever, whatever else is loaded. With circumradius R, the centre of cell (q, r)
lies 3/2 R q east and sqrt(3) R (r + q/2) north of the origin; its area is 3/2 sqrt(3) R^2, 25,981 m2 for
100 m.

Axial coordinates and their rounding are those of A. Patel, "Hexagonal Grids" (redblobgames.com, 2013).
Grids of two zones do not join: along their seam cells lie over one another, and each position belongs to the
one of its own zone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo.crs import metric_epsgs, to_metric, to_storage
from geo.errors import BadCellError, BadRadiusError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from geo.arrays import Flags, Floats, Geometries, Integers, Objects

RADIUS_M = 100
"""Circumradius of a cell, m: from its centre to each corner, and the length of each side."""
ORIGIN_EASTING_M = 500_000.0
SOUTHERN_NORTHING_M = 10_000_000.0
_SOUTHERN = range(32701, 32761)
_ROOT3 = np.sqrt(3.0)
_ID = re.compile(r"([0-9]{4,5})_([1-9][0-9]{0,5})_(-?[0-9]{1,7})_(-?[0-9]{1,7})")
# In half radii east and half heights north of the centre, anticlockwise from the east, and closed.
_CORNERS = np.array([(2, 0), (1, 1), (-1, 1), (-2, 0), (-1, -1), (1, -1), (2, 0)])
_LONGEST_STEP_DEG = 0.5
_ROWS_AT_ONCE = 200_000
_KEY_STEP = 200_000_000


class Cells(NamedTuple):
    """Cells by their numbers, shape (n,) each."""

    epsg: Integers
    radius_m: Integers
    q: Integers
    r: Integers

    def take(self, rows: Integers | Flags) -> Cells:
        """Give some of them."""
        return Cells(*(numbers[rows] for numbers in self))


def cell_ids(lon: object, lat: object, radius_m: int = RADIUS_M) -> Objects:
    """Find the cell in which each position lies.

    Parameters
    ----------
    lon, lat
        Degrees, EPSG:4490, finite, shape (n,).
    radius_m
        Circumradius of the cells, whole metres.

    Returns
    -------
    numpy.ndarray
        Ids, shape (n,). A position on a border belongs to one of its cells, always to the same.

    Raises
    ------
    BadRadiusError
        The radius is no whole number of metres from 1 to 999,999.
    """
    radius = _checked_radius(radius_m)
    x, y = np.atleast_1d(np.asarray(lon, float)), np.atleast_1d(np.asarray(lat, float))
    epsgs = metric_epsgs(x, y)
    q, r = np.zeros(len(x), dtype=np.int64), np.zeros(len(x), dtype=np.int64)
    for epsg in np.unique(epsgs):
        rows = np.flatnonzero(epsgs == epsg)
        places = to_metric(_points(x[rows], y[rows]), int(epsg))
        q[rows], r[rows] = _cell_of(shapely.get_x(places), shapely.get_y(places), int(epsg), radius)
    return write_ids(Cells(epsgs, np.full(len(x), radius), q, r))


def cells_at(places: Geometries, epsg: int, radius_m: int = RADIUS_M) -> Objects:
    """Find the cells of one zone in which Points in its metric plane lie, whatever zone is their own.

    Raises
    ------
    BadRadiusError
        As `cell_ids`.
    """
    radius = _checked_radius(radius_m)
    q, r = _cell_of(shapely.get_x(places), shapely.get_y(places), epsg, radius)
    return write_ids(Cells(np.full(len(q), epsg), np.full(len(q), radius), q, r))


def _checked_radius(radius_m: int) -> int:
    if radius_m != int(radius_m) or not 1 <= radius_m <= 999_999:  # noqa: PLR2004 -- six digits of an id
        raise BadRadiusError(radius=radius_m)
    return int(radius_m)


def _cell_of(east: Floats, north: Floats, epsg: int, radius: int) -> tuple[Integers, Integers]:
    """Find the axial coordinates of the nearest centre by rounding in cube coordinates."""
    q = (east - ORIGIN_EASTING_M) * 2.0 / (3.0 * radius)
    r = (north - _origin_northing(epsg)) / (_ROOT3 * radius) - q / 2.0
    s = -q - r
    near_q, near_r, near_s = np.rint(q), np.rint(r), np.rint(s)
    off_q, off_r, off_s = abs(near_q - q), abs(near_r - r), abs(near_s - s)
    # The three must add up to 0: the one that was rounded furthest follows from the others.
    q_follows = (off_q > off_r) & (off_q > off_s)
    r_follows = ~q_follows & (off_r > off_s)
    return (
        np.where(q_follows, -near_r - near_s, near_q).astype(np.int64),
        np.where(r_follows, -near_q - near_s, near_r).astype(np.int64),
    )


def _origin_northing(epsg: int) -> float:
    return SOUTHERN_NORTHING_M if epsg in _SOUTHERN else 0.0


def write_ids(cells: Cells) -> Objects:
    """Write cells as ids, shape (n,)."""
    ids: Objects = np.empty(len(cells.q), dtype=object)
    ids[:] = ["_".join(map(str, numbers)) for numbers in zip(*(part.tolist() for part in cells), strict=True)]
    return ids


def read_ids(ids: Iterable[object]) -> Cells:
    """Read ids.

    Raises
    ------
    BadCellError
        One is no cell's id.
    """
    found = [_ID.fullmatch(str(one)) for one in ids]
    if None in found:
        raise BadCellError
    numbers = [[int(part) for part in match.groups()] for match in found if match is not None]
    return Cells(*np.array(numbers, dtype=np.int64).reshape(-1, 4).T)


def cell_centres(ids: Iterable[object]) -> Geometries:
    """Give the middle of each cell as a Point, lon/lat in EPSG:4490, shape (n,).

    Raises
    ------
    BadCellError
        One is no cell's id.
    """
    cells = read_ids(ids)
    return _placed(cells, _points(*_centres(cells)))


def centres_in_metres(cells: Cells) -> Floats:
    """Give the middle of each cell in the plane of its own zone, m, shape (n, 2)."""
    return np.column_stack(_centres(cells))


def cell_polygons(ids: Iterable[object]) -> Geometries:
    """Draw each cell.

    Returns
    -------
    numpy.ndarray
        Polygons, lon/lat in EPSG:4490, shape (n,); neighbours have the two corners of their common side to
        the last digit. A cell that crosses 180 degrees is a MultiPolygon.

    Raises
    ------
    BadCellError
        One is no cell's id.
    """
    cells = read_ids(ids)
    return _placed(cells, cells_in_metres(cells))


def _points(x: Floats, y: Floats) -> Geometries:
    points: Geometries = np.asarray(shapely.points(x, y), dtype=object)
    return points


def _placed(cells: Cells, shapes: Geometries) -> Geometries:
    """Bring shapes in each cell's own plane to degrees."""
    placed: Geometries = np.empty(len(shapes), dtype=object)
    for epsg in np.unique(cells.epsg):
        rows = np.flatnonzero(cells.epsg == epsg)
        placed[rows] = to_storage(shapes[rows], int(epsg))
    return placed


def _centres(cells: Cells) -> tuple[Floats, Floats]:
    return _metres(cells, 3 * cells.q, 2 * cells.r + cells.q)


def _metres(cells: Cells, halves_east: Integers, halves_north: Integers) -> tuple[Floats, Floats]:
    """Give positions that are counted in half radii and half heights, so that equal ones are equal floats."""
    south = np.where(np.isin(cells.epsg, list(_SOUTHERN)), SOUTHERN_NORTHING_M, 0.0)
    return (
        ORIGIN_EASTING_M + halves_east * (cells.radius_m / 2.0),
        south + halves_north * (cells.radius_m * (_ROOT3 / 2.0)),
    )


def cells_in_metres(cells: Cells) -> Geometries:
    """Draw cells in metres, each in the plane of its own zone: closed Polygons, shape (n,)."""
    count = len(cells.q)
    each = np.repeat(np.arange(count), len(_CORNERS))
    corners = np.tile(_CORNERS, (count, 1))
    many = cells.take(each)
    east, north = _metres(many, 3 * many.q + corners[:, 0], 2 * many.r + many.q + corners[:, 1])
    rings = np.column_stack([east, north]).reshape(count, len(_CORNERS), 2)
    return np.asarray(shapely.polygons(rings), dtype=object).reshape(count)


def steps_around(rings: int) -> Integers:
    """List the steps (q, r) to the cells at most so many cells away, the cell itself left out.

    Returns
    -------
    numpy.ndarray
        Shape (3 k (k + 1), 2) for k rings.
    """
    span = np.arange(-rings, rings + 1)
    q, r = (part.ravel() for part in np.meshgrid(span, span))
    away = np.maximum(np.maximum(abs(q), abs(r)), abs(q + r))
    steps: Integers = np.column_stack([q, r])[(away > 0) & (away <= rings)]
    return steps


def neighbour_pairs(ids: Iterable[object], rings: int = 1) -> tuple[Integers, Integers]:
    """Find which of the cells given lie near one another.

    Parameters
    ----------
    ids
        Cells, each once, shape (n,).
    rings
        How many cells away still is near.

    Returns
    -------
    tuple of numpy.ndarray
        Positions in ``ids``: a cell, and a cell near it; every pair in both directions, no cell with itself,
        ordered by the first and then by the second. Cells of two zones or radii are never near.

    Raises
    ------
    BadCellError
        One is no cell's id.
    """
    cells = read_ids(ids)
    firsts, seconds = [], []
    # One grid after another: numbers mean nothing between them.
    for rows in _grids(cells):
        q, r = cells.q[rows], cells.r[rows]
        keys, order = _keys(q, r), np.argsort(_keys(q, r))
        ordered = keys[order]
        for step_q, step_r in steps_around(rings):
            wanted = _keys(q + step_q, r + step_r)
            spot = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
            there = np.flatnonzero(ordered[spot] == wanted)
            firsts.append(rows[there])
            seconds.append(rows[order[spot[there]]])
    first = np.concatenate([np.empty(0, dtype=np.int64), *firsts])
    second = np.concatenate([np.empty(0, dtype=np.int64), *seconds])
    order = np.lexsort((second, first))
    return first[order], second[order]


def _grids(cells: Cells) -> Iterator[Integers]:
    """Give the rows of each zone and radius."""
    grids = cells.epsg * 1_000_000 + cells.radius_m
    for grid in np.unique(grids):
        yield np.flatnonzero(grids == grid)


def _keys(q: Integers, r: Integers) -> Integers:
    """Write two coordinates of up to eight digits as one number."""
    keys: Integers = q * _KEY_STEP + r
    return keys


def cells_around(ids: Iterable[object], rings: int = 1) -> Objects:
    """Give the cells and all that lie at most so many cells away from one, each once, in order of the ids.

    Raises
    ------
    BadCellError
        One is no cell's id.
    """
    cells = read_ids(ids)
    moves = _keys(*np.vstack([[(0, 0)], steps_around(1)]).T)
    found: list[Objects] = []
    for rows in _grids(cells):
        near = np.unique(_keys(cells.q[rows], cells.r[rows]))
        # Ring by ring, each cell once: all steps from all cells would be many times as many.
        for _ in range(rings):
            near = np.unique(near[:, None] + moves)
        r = (near + _KEY_STEP // 2) % _KEY_STEP - _KEY_STEP // 2
        epsg, radius = (np.full(len(near), part[rows[0]]) for part in (cells.epsg, cells.radius_m))
        found.append(write_ids(Cells(epsg, radius, (near - r) // _KEY_STEP, r)))
    return np.unique(np.concatenate([np.empty(0, dtype=object), *found]))


def cells_touching(shape: shapely.Geometry, radius_m: int = RADIUS_M) -> Objects:
    """Find the cells that a shape touches.

    Parameters
    ----------
    shape
        Any geometry, lon/lat in EPSG:4490, not wider than half the globe.
    radius_m
        Circumradius of the cells, whole metres.

    Returns
    -------
    numpy.ndarray
        Ids, each once, in order; every position in the shape lies in one of them by `cell_ids`, on both sides
        of a seam between zones too.

    Raises
    ------
    BadRadiusError
        As `cell_ids`.
    geo.errors.OutsidePlaneError
        The shape reaches too far from a zone's meridian to be drawn in its plane.
    """
    radius = _checked_radius(radius_m)
    found: list[Objects] = []
    zones = _zones(shape)
    for epsg in zones:
        (flat,) = to_metric([shape], int(epsg))
        shapely.prepare(flat)
        for candidates in _candidates(flat.bounds, int(epsg), radius):
            hexagons = cells_in_metres(candidates)
            touching = candidates.take(shapely.intersects(flat, hexagons))
            found.append(write_ids(touching if len(zones) == 1 else of_their_zone(touching)))
    return np.unique(np.concatenate([np.empty(0, dtype=object), *found]))


def _zones(shape: shapely.Geometry) -> Integers:
    """Name the zones that a shape lies in; its lines are walked in steps shorter than any zone is wide."""
    walked = shapely.get_coordinates(shapely.segmentize(shape, _LONGEST_STEP_DEG))
    zones: Integers = np.unique(metric_epsgs(*walked.T)) if len(walked) else np.empty(0, dtype=np.int64)
    return zones


def _candidates(bounds: tuple[float, ...], epsg: int, radius: int) -> Iterator[Cells]:
    """Give the cells of a box in metres, some columns at a time."""
    west, south, east, north = bounds
    first = int(np.floor((west - ORIGIN_EASTING_M) / (1.5 * radius))) - 1
    last = int(np.ceil((east - ORIGIN_EASTING_M) / (1.5 * radius))) + 1
    low, high = ((edge - _origin_northing(epsg)) / (_ROOT3 * radius) for edge in (south, north))
    rows = np.arange(int(np.floor(low)) - 1, int(np.ceil(high)) + 2)
    columns = max(1, _ROWS_AT_ONCE // len(rows))
    for start in range(first, last + 1, columns):
        q = np.repeat(np.arange(start, min(start + columns, last + 1)), len(rows))
        # A column's own rows are counted along the slanted axis.
        r = np.tile(rows, len(q) // len(rows)) - q // 2
        yield Cells(np.full(len(q), epsg), np.full(len(q), radius), q, r)


def of_their_zone(cells: Cells) -> Cells:
    """Leave out cells of which nothing lies in their own zone: no position can belong to them."""
    corners = shapely.get_coordinates(_placed(cells, cells_in_metres(cells)))
    own = metric_epsgs(*corners.T) == np.repeat(cells.epsg, len(_CORNERS))
    return cells.take(own.reshape(-1, len(_CORNERS)).any(axis=1))

"""Turn a geometry as it was received into a valid one with named repairs, or say why it is refused.

Everything happens on whole arrays; only the few geometries that need it are made valid. A repair never
guesses: it keeps what the outline encloses and names what it did, and what it cannot mend without guessing
is refused.
"""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import shapely
from shapely import GeometryType
from shapely.errors import GEOSException

from geo.arrays import Flags, Floats, Geometries, Integers, Objects, as_geometries
from geo.china import in_china

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Wanted = Literal["polygon", "point", "line", "place", "any"]
"""What a kind of input holds; ``place`` is a polygon or a point (a school without a drawn boundary)."""

_NULL_ISLAND_DEG = 1e-7
_LON_LIMIT, _LAT_LIMIT = 180.0, 90.0
_LARGEST_PLACE_DEG = 1.0
"""Some 100 km: what is wider is no ground of a school, and no plane could measure around it."""
_PLACE_LAT_LIMIT = 88.0
"""Round a pole no perimeter can be drawn in longitudes."""
_FEWEST_RING_POSITIONS = 4
_ARCTIC_LAT = 73.0
"""North of it nobody goes to school between 18 and 54 E, where swapped Chinese positions would fall."""


class Repair(StrEnum):
    """What was done to a geometry so that it could be kept."""

    RING_CLOSED = "ring_closed"
    MADE_VALID = "made_valid"
    PARTS_DROPPED = "parts_dropped"
    Z_DROPPED = "z_dropped"
    RING_TO_POLYGON = "ring_to_polygon"
    LINES_MERGED = "lines_merged"


class Refusal(StrEnum):
    """Why a geometry cannot be kept."""

    EMPTY_GEOMETRY = "empty_geometry"
    UNREADABLE_GEOMETRY = "unreadable_geometry"
    NOT_FINITE = "not_finite"
    NULL_ISLAND = "null_island"
    AXES_SWAPPED = "axes_swapped"
    OUT_OF_RANGE = "out_of_range"
    TOO_WIDE = "too_wide"
    WRONG_GEOMETRY_TYPE = "wrong_geometry_type"
    SEVERAL_PARTS = "several_parts"
    ZERO_AREA = "zero_area"
    ZERO_LENGTH = "zero_length"


class Mended(NamedTuple):
    """Geometries after `mend`, row by row."""

    geometries: Geometries
    """Valid and two-dimensional: MultiPolygon, Point or LineString; `None` where refused."""
    repairs: Objects
    """A tuple of `Repair`, empty where nothing was done or the row is refused."""
    refusals: Objects
    """A `Refusal`, or `None` where the geometry stands."""


class Decoded(NamedTuple):
    """Geometries read from bytes or text."""

    geometries: Geometries
    """`None` where missing or unreadable."""
    closed: Flags
    """True where an open ring had to be closed (`Repair.RING_CLOSED`)."""
    unreadable: Flags
    """True where it is no geometry that can be held (`Refusal.UNREADABLE_GEOMETRY`)."""


def decode(wkb: Objects) -> Decoded:
    """Read geometries from WKB one by one as far as they can be read: a broken one costs nothing but itself.

    Parameters
    ----------
    wkb
        Bytes or `None`, shape (n,).
    """
    return _decode(wkb, shapely.from_wkb)


def decode_text(wkt: Objects) -> Decoded:
    """Read geometries from WKT one by one; otherwise as `decode`.

    Parameters
    ----------
    wkt
        Texts or `None`, shape (n,).
    """
    return _decode(wkt, shapely.from_wkt)


def _decode(given: Objects, read: Callable[..., Geometries]) -> Decoded:
    geometries = _read(given, partial(read, on_invalid="ignore"))
    failed = _missing(geometries) & ~_missing(given)
    closed = np.zeros(len(given), dtype=bool)
    if failed.any():
        geometries[failed] = _read(given[failed], partial(read, on_invalid="fix"))
        closed = failed & ~_missing(geometries)
    return Decoded(geometries, closed, failed & ~closed)


def _read(given: Objects, read: Callable[[Objects], Geometries]) -> Geometries:
    try:
        return read(given)
    except (NotImplementedError, GEOSException):
        # A curve makes shapely give up on the whole array.
        if len(given) == 1:
            return np.array([None], dtype=object)
        return np.concatenate([_read(given[[row]], read) for row in range(len(given))])


def mend(geometries: Iterable[object], wanted: Wanted) -> Mended:
    """Make received geometries valid, or say why they cannot be kept.

    Parameters
    ----------
    geometries
        Shapely geometries or `None`, shape (n,), lon/lat in degrees (EPSG:4490 or WGS84).
    wanted
        What the kind of input holds.

    Returns
    -------
    Mended
        Polygons come back as MultiPolygon. A line of several parts that do not join is refused as
        ``several_parts``: the reader may split it into rows first.

    Notes
    -----
    Overlapping parts and loops count as ground (GEOS ``make_valid`` by structure, not by the even-odd rule,
    which would punch holes where two parts of a campus overlap).
    """
    sound = as_geometries(geometries)  # a copy
    book = _Book(len(sound))
    # Broken numbers warn on their way to being refused.
    with np.errstate(invalid="ignore"):
        _refuse_unusable(sound, book)
        _flatten(sound, book)
        _refuse_misplaced(sound, book)
        _cast_lines(sound, wanted, book)
        _cast_points(sound, wanted, book)
        _cast_surfaces(sound, wanted, book)
        book.refuse(~_is_wanted(sound, wanted), Refusal.WRONG_GEOMETRY_TYPE)
        _refuse_degenerate(sound, book)
        if wanted == "place":
            _refuse_unmeasurable(sound, book)
    return book.close(sound)


class _Book:
    """Repairs and refusals as they are found; the first refusal of a row stands."""

    def __init__(self, count: int) -> None:
        self.refusals: Objects = np.full(count, None, dtype=object)
        self.standing: Flags = np.ones(count, dtype=bool)
        self.marks: list[tuple[Repair, Flags]] = []

    def refuse(self, rows: Flags, reason: Refusal) -> None:
        self.refusals[rows & self.standing] = reason
        self.standing = self.standing & ~rows

    def repair(self, rows: Flags, name: Repair) -> None:
        if rows.any():
            self.marks.append((name, rows))

    def close(self, geometries: Geometries) -> Mended:
        repairs: Objects = np.empty(len(geometries), dtype=object)
        repairs[:] = [()] * len(geometries)
        for name, rows in self.marks:
            for row in np.flatnonzero(rows & self.standing):
                repairs[row] = (*repairs[row], name)
        geometries[~self.standing] = None
        return Mended(geometries, repairs, self.refusals)


def _missing(values: Objects) -> Flags:
    return np.fromiter((value is None for value in values), dtype=bool, count=len(values))


def _refuse_unusable(geometries: Geometries, book: _Book) -> None:
    book.refuse(shapely.is_missing(geometries) | shapely.is_empty(geometries), Refusal.EMPTY_GEOMETRY)
    coordinates, owner = shapely.get_coordinates(geometries, return_index=True)
    spoilt = np.zeros(len(geometries), dtype=bool)
    spoilt[owner[~np.isfinite(coordinates).all(axis=1)]] = True
    book.refuse(spoilt, Refusal.NOT_FINITE)


def _flatten(geometries: Geometries, book: _Book) -> None:
    raised = (shapely.has_z(geometries) | shapely.has_m(geometries)) & book.standing
    geometries[raised] = shapely.force_2d(geometries[raised])
    book.repair(raised, Repair.Z_DROPPED)


def _refuse_misplaced(geometries: Geometries, book: _Book) -> None:
    coordinates, owner = shapely.get_coordinates(geometries, return_index=True)
    at_null = np.zeros(len(geometries), dtype=bool)
    at_null[owner[(np.abs(coordinates) < _NULL_ISLAND_DEG).all(axis=1)]] = True
    book.refuse(at_null, Refusal.NULL_ISLAND)
    west, south, east, north = shapely.bounds(geometries).T
    x, y = (west + east) / 2, (south + north) / 2
    book.refuse(in_china(y, x) & (y >= _ARCTIC_LAT) & ~in_china(x, y), Refusal.AXES_SWAPPED)
    outside = (west < -_LON_LIMIT) | (east > _LON_LIMIT) | (south < -_LAT_LIMIT) | (north > _LAT_LIMIT)
    book.refuse(outside, Refusal.OUT_OF_RANGE)


def _of_type(geometries: Geometries, *types: GeometryType) -> Flags:
    found: Flags = np.isin(shapely.get_type_id(geometries), [kind.value for kind in types])
    return found


def _cast_lines(geometries: Geometries, wanted: Wanted, book: _Book) -> None:
    if wanted in ("line", "any"):
        several = _of_type(geometries, GeometryType.MULTILINESTRING) & book.standing
        geometries[several] = shapely.line_merge(geometries[several])
        joined = several & _of_type(geometries, GeometryType.LINESTRING)
        book.repair(joined, Repair.LINES_MERGED)
        if wanted == "line":
            book.refuse(several & ~joined, Refusal.SEVERAL_PARTS)
    elif wanted in ("polygon", "place"):
        lines = _of_type(geometries, GeometryType.LINESTRING, GeometryType.LINEARRING) & book.standing
        enough = shapely.get_num_coordinates(geometries) >= _FEWEST_RING_POSITIONS
        rings = lines & enough & shapely.is_closed(geometries)
        geometries[rings] = _fill(geometries[rings])
        book.repair(rings, Repair.RING_TO_POLYGON)


def _fill(rings: Geometries) -> Geometries:
    positions, owner = shapely.get_coordinates(rings, return_index=True)
    filled: Geometries = np.empty(len(rings), dtype=object)
    shapely.polygons(np.asarray(shapely.linearrings(positions, indices=owner), dtype=object), out=filled)
    return filled


def _cast_points(geometries: Geometries, wanted: Wanted, book: _Book) -> None:
    if wanted not in ("point", "place", "any"):
        return
    several = _of_type(geometries, GeometryType.MULTIPOINT) & book.standing
    alone = several & (shapely.get_num_geometries(geometries) == 1)
    geometries[alone] = shapely.get_geometry(geometries[alone], 0)
    if wanted != "any":
        book.refuse(several & ~alone, Refusal.SEVERAL_PARTS)


_SURFACES = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON, GeometryType.GEOMETRYCOLLECTION)


def _cast_surfaces(geometries: Geometries, wanted: Wanted, book: _Book) -> None:
    if wanted not in ("polygon", "place", "any"):
        return
    surfaces = _of_type(geometries, *_SURFACES) & book.standing
    broken = surfaces & ~shapely.is_valid(geometries)
    geometries[broken] = make_valid(geometries[broken])
    book.repair(broken, Repair.MADE_VALID)
    mixed = _of_type(geometries, GeometryType.GEOMETRYCOLLECTION) & surfaces
    geometries[mixed] = polygonal_part(geometries[mixed])
    book.repair(mixed, Repair.PARTS_DROPPED)
    book.refuse(surfaces & shapely.is_empty(geometries), Refusal.ZERO_AREA)
    geometries[surfaces] = as_multipolygons(geometries[surfaces])


def make_valid(surfaces: Geometries) -> Geometries:
    """Make polygons valid; loops and overlapping parts count as ground.

    Parameters
    ----------
    surfaces
        Polygons, MultiPolygons or collections, any CRS, shape (n,).

    Returns
    -------
    numpy.ndarray
        Valid polygons or MultiPolygons; empty where nothing encloses an area.
    """
    made = shapely.make_valid(surfaces, method="structure", keep_collapsed=False)
    # The method by structure leaves parts that share an edge side by side (seen in GEOS 3.14).
    broken = ~shapely.is_valid(made)
    made[broken] = polygonal_part(shapely.make_valid(made[broken]))
    return made


def _is_wanted(geometries: Geometries, wanted: Wanted) -> Flags:
    surface = _of_type(geometries, GeometryType.MULTIPOLYGON)
    point = _of_type(geometries, GeometryType.POINT)
    line = _of_type(geometries, GeometryType.LINESTRING)
    choices: dict[Wanted, Flags] = {
        "polygon": surface,
        "point": point,
        "line": line,
        "place": surface | point,
        "any": surface
        | point
        | line
        | _of_type(geometries, GeometryType.MULTILINESTRING, GeometryType.MULTIPOINT),
    }
    return choices[wanted]


def _refuse_degenerate(geometries: Geometries, book: _Book) -> None:
    surface = _of_type(geometries, GeometryType.MULTIPOLYGON)
    book.refuse(surface & ~(shapely.area(geometries) > 0), Refusal.ZERO_AREA)
    line = _of_type(geometries, GeometryType.LINESTRING, GeometryType.MULTILINESTRING)
    book.refuse(line & ~(shapely.length(geometries) > 0), Refusal.ZERO_LENGTH)


def _refuse_unmeasurable(geometries: Geometries, book: _Book) -> None:
    """Refuse places that no plane holds: one of them would keep all others from being measured."""
    sound = geometries.copy()
    sound[~book.standing] = None
    _, south, _, north = shapely.bounds(sound).T
    book.refuse(np.fmax(-south, north) > _PLACE_LAT_LIMIT, Refusal.OUT_OF_RANGE)
    parts, owner = shapely.get_parts(sound, return_index=True)
    west, _, east, _ = shapely.bounds(parts).T
    too_wide = (north - south) > _LARGEST_PLACE_DEG
    too_wide[owner[(east - west) > _LARGEST_PLACE_DEG]] = True
    middle = (west + east) / 2
    # Parts on both sides of 180 degrees are near each other the other way round.
    apart = np.fmin(_spread(middle, owner, len(sound)), _spread(middle % 360.0, owner, len(sound)))
    book.refuse(too_wide | (apart > _LARGEST_PLACE_DEG), Refusal.TOO_WIDE)


def _spread(values: Floats, owner: Integers, count: int) -> Floats:
    """Give how far apart the values of each owner are."""
    least, most = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(least, owner, values)
    np.maximum.at(most, owner, values)
    spread: Floats = most - least
    return spread


def polygonal_part(geometries: Geometries) -> Geometries:
    """Keep the polygons of each geometry and drop points and lines.

    Parameters
    ----------
    geometries
        Geometries of any type, any CRS, shape (n,).

    Returns
    -------
    numpy.ndarray
        Polygon or MultiPolygon (overlapping parts dissolved); empty where there was none.
    """
    parts, owner = shapely.get_parts(geometries, return_index=True)
    # A part may be a collection again.
    while (shapely.get_type_id(parts) >= GeometryType.MULTIPOINT.value).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    keep = _of_type(parts, GeometryType.POLYGON)
    return as_geometries([shapely.union_all(parts[keep & (owner == row)]) for row in range(len(geometries))])


def as_multipolygons(geometries: Geometries) -> Geometries:
    """Wrap polygons as MultiPolygon, which is how every surface is stored; others are left as they are.

    Parameters
    ----------
    geometries
        Polygons and MultiPolygons, any CRS, shape (n,).
    """
    wrapped = geometries.copy()
    single = np.flatnonzero(_of_type(geometries, GeometryType.POLYGON))
    wrapped[single] = shapely.multipolygons(geometries[single], indices=np.arange(len(single)))
    return wrapped

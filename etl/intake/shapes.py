"""A chunk's geometries: declared coordinates -> stored ones, valid, or refused with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from etl.errors import NoCrsError, NoGeometryRuleError
from etl.intake.positions import read_positions
from etl.intake.values import REVERSED
from etl.intake.verdicts import Mend, Reason, is_missing
from etl.kinds import PLACE_COLUMN
from geo.crs import parse_crs, read_crs
from geo.validity import Refusal, Repair, mend
from geo.zones import find_zone, fit_numbers

if TYPE_CHECKING:
    from etl.definitions import Definition
    from etl.intake.forensics import Received
    from etl.intake.verdicts import Book
    from etl.kinds import Kind
    from etl.readers import Chunk
    from geo.arrays import Flags, Geometries, Objects
    from geo.crs import SourceCrs


def find_crs(declared: str | None, definition: Definition, file_crs: str | None) -> SourceCrs:
    """Find what the coordinates mean: the command's word, else the source's, else the file's.

    Raises
    ------
    NoCrsError
        Nobody says.
    geo.errors.UnknownCrsError, geo.errors.UnusableCrsError
        What is said means nothing, or no place on the ground.
    """
    if named := declared or definition.crs:
        return parse_crs(named)
    if file_crs:
        return read_crs(file_crs)
    raise NoCrsError


def take_shapes(
    chunk: Chunk,
    definition: Definition,
    crs: str | None,
    book: Book,
    excused: Flags,
    seen: Received | None = None,
) -> tuple[Geometries, str | None]:
    """Give the chunk's geometries in EPSG:4490, valid, and note what had to be refused or repaired.

    Parameters
    ----------
    chunk, definition, crs, book
        The rows, what they mean, the CRS of the command line, the rows' verdicts.
    excused
        Rows that may be without a geometry, since a reference says where they are.
    seen
        Told where the rows are in the numbers as received.

    Returns
    -------
    tuple
        Geometries, None where the row has none or is refused; and the name of the coordinates declared.
    """
    kind = definition.spec
    if kind.geometry is None:
        return np.full(len(chunk), None, dtype=object), None
    if chunk.shapes is None and definition.geometry is None and kind.stand_in in definition.columns:
        book.refuse(~excused, Reason.MISSING_VALUE, PLACE_COLUMN)
        return np.full(len(chunk), None, dtype=object), None
    source = find_crs(crs, definition, chunk.crs)
    received = _received(chunk, definition, source, book)
    # Heights are lost on the way between two systems already.
    book.repair(shapely.has_z(received) & book.standing, Repair.Z_DROPPED, PLACE_COLUMN)
    fitted = _in_zone(received, source, book)
    if seen is not None:
        seen.add(chunk, fitted, source)
    mended = mend(source.to_wgs84(fitted), "place" if kind.point_of_area else kind.geometry)
    book.refuse_each(_refusals(mended.refusals, received, excused), PLACE_COLUMN)
    _note_repairs(mended.repairs, book)
    return _as_points(mended.geometries, book) if kind.point_of_area else mended.geometries, source.name


def _received(chunk: Chunk, definition: Definition, source: SourceCrs, book: Book) -> Geometries:
    """Give the geometries as they came, and refuse what is none."""
    if chunk.shapes is not None:
        unreadable = chunk.shapes.unreadable
        book.refuse(unreadable, Refusal.UNREADABLE_GEOMETRY, PLACE_COLUMN)
        book.repair(chunk.shapes.closed & book.standing, Repair.RING_CLOSED, PLACE_COLUMN)
        return chunk.shapes.geometries
    if definition.geometry is None:
        raise NoGeometryRuleError(kind=definition.kind)
    positions = read_positions(chunk.cells, definition.geometry, in_metres=source.is_plane)
    book.refuse_each(positions.faults, PLACE_COLUMN)
    book.repair(positions.folded & book.standing, Mend.FULLWIDTH_FOLDED, PLACE_COLUMN)
    book.repair(positions.relettered & book.standing, Mend.HEMISPHERE_FOLLOWED, PLACE_COLUMN)
    book.repair(positions.closed & book.standing, Repair.RING_CLOSED, PLACE_COLUMN)
    return positions.geometries


def _in_zone(received: Geometries, source: SourceCrs, book: Book) -> Geometries:
    """Give eastings with or without their zone's number, as the declared plane has them."""
    zone = find_zone(source.definition)
    if zone is None:
        return received
    fitted = fit_numbers(received, zone)
    book.refuse(fitted.other, Reason.OTHER_ZONE, PLACE_COLUMN)
    book.repair(fitted.removed & book.standing, Mend.ZONE_PREFIX_REMOVED, PLACE_COLUMN)
    book.repair(fitted.added & book.standing, Mend.ZONE_PREFIX_ADDED, PLACE_COLUMN)
    return fitted.geometries


def _refusals(refusals: Objects, received: Geometries, excused: Flags) -> Objects:
    """Call a place that was never given a missing value, or nothing; an empty shape is something else."""
    given = refusals.copy()
    never = is_missing(received) & ~is_missing(refusals)
    given[never] = Reason.MISSING_VALUE
    given[never & excused] = None
    return given


def _note_repairs(repairs: Objects, book: Book) -> None:
    several = np.array([len(names) for names in repairs], dtype=int)
    for name in Repair:
        rows = np.zeros(len(repairs), dtype=bool)
        rows[[row for row in np.flatnonzero(several) if name in repairs[row]]] = True
        book.repair(rows, name, PLACE_COLUMN)


def _as_points(geometries: Geometries, book: Book) -> Geometries:
    """Take the point inside each outline, and say so."""
    outlined: Flags = shapely.get_dimensions(geometries) == 2  # noqa: PLR2004 -- a surface
    points = geometries.copy()
    points[outlined] = shapely.point_on_surface(geometries[outlined])
    book.repair(outlined, Mend.POINT_TAKEN, PLACE_COLUMN)
    return points


def turn_oneways(geometries: Geometries, values: dict[str, Objects], kind: Kind) -> None:
    """Turn lines that traffic runs against, so that a oneway road always runs as drawn."""
    if "oneway" not in values or not any(column.name == "oneway" for column in kind.columns):
        return
    against = np.equal(values["oneway"], REVERSED)
    values["oneway"] = np.where(against, "true", values["oneway"])
    lines = against & ~is_missing(geometries)
    geometries[lines] = shapely.reverse(geometries[lines])

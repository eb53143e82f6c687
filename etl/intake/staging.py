"""One chunk of a file -> rows of the staging table, by small steps in a fixed order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from data.models.base import SRID
from etl.intake.areas import LEVELS, Areas
from etl.intake.checks import check_together, require_values, scan_cells, take_values
from etl.intake.coarsening import coarsen
from etl.intake.identity import give_codes, give_digests, stood_in_for
from etl.intake.privacy import MASK
from etl.intake.refusals import bar_categories
from etl.intake.shapes import take_shapes, turn_oneways
from etl.intake.verdicts import Book, is_missing, only_where
from etl.kinds import CODE, Place
from etl.readers.chunk import as_objects
from geo.terms import UNASSIGNED, AreaLevel

if TYPE_CHECKING:
    import pandas as pd

    from etl.definitions import Definition
    from etl.intake.checks import Values
    from etl.intake.coarsening import Discretion
    from etl.intake.forensics import Received
    from etl.intake.remarks import Remarks
    from etl.readers import Chunk
    from geo.arrays import Geometries, Objects

Staged = dict[str, "Objects"]
AREA_COLUMNS = ("district_code", "town_code", "police_area_code")
STORED_AS_RECEIVED = ("wgs84", "cgcs2000", "EPSG:4326", "EPSG:4490")
RECEIVED = "geometry"
"""The key under which a feature's geometry as received stands among its cells."""


@dataclass(frozen=True)
class Context:
    """What every chunk of a load is held against."""

    definition: Definition
    areas: Areas
    crs: str | None
    discretion: Discretion | None = None
    """What a load of events needs, and no other."""
    received: Received | None = None
    """Told where the rows are in the numbers as received."""
    remarks: Remarks | None = None
    """Told what there is to say beside verdicts."""


def stage_chunk(chunk: Chunk, context: Context) -> Staged:
    """Turn a chunk into staged rows: verdicts, values, codes, places, digests.

    Parameters
    ----------
    chunk
        Rows as received.
    context
        The source's definition, the known areas, the CRS of the command line.

    Returns
    -------
    dict
        Columns of the staging table, equally long; every row of the chunk is there, refused ones too.
    """
    definition, book = context.definition, Book(len(chunk))
    chunk = bar_categories(chunk, definition, book)
    cells = scan_cells(chunk, definition, book)
    values = take_values(cells, definition, book)
    require_values(values, definition, book)
    check_together(values, definition.spec, book)
    excused = stood_in_for(values, definition.spec)
    shapes, crs = take_shapes(chunk, definition, context.crs, book, excused, context.received)
    turn_oneways(shapes, values, definition.spec)
    if context.remarks is not None:
        context.remarks.add(cells, definition, book.standing)
    secret = context.discretion.secret if context.discretion else b""
    codes = give_codes(values, shapes, chunk, definition, secret)
    codes[np.equal(codes, MASK)] = None
    kept: Geometries = only_where(book.standing, shapes)
    # A refused row keeps its place: a map shows where it would be.
    wkb = _ewkb(shapes)
    places = _places(kept, codes, values, context)
    if definition.spec.coarsened:
        if context.discretion is None:
            raise ValueError(definition.kind)
        chunk, cells, wkb = coarsen(chunk, cells, kept, values, definition, context.discretion)
    staged: Staged = {
        "row": chunk.rows.astype(object),
        "part": chunk.numbered_parts.astype(object),
        "code": codes,
        "reason": book.reasons,
        "column": book.columns,
        "repairs": only_where(book.standing, book.repairs),
        "repaired_column": book.repaired_columns,
        "payload": payloads(cells, chunk, book, crs),
        "crs": np.full(len(chunk), crs, dtype=object),
        "digest": give_digests(values, wkb, definition.spec),
        **places,
    }
    if definition.spec.geometry is not None:
        staged["geom"] = wkb
    return staged | {name: column for name, column in values.items() if name != CODE}


def _ewkb(geometries: Geometries) -> Objects:
    """Write geometries as they are stored: EWKB, EPSG:4490."""
    written: Objects = np.full(len(geometries), None, dtype=object)
    there = ~is_missing(geometries)
    written[there] = shapely.to_wkb(shapely.set_srid(geometries[there], SRID), include_srid=True)
    return written


def _places(geometries: Geometries, codes: Objects, values: Values, context: Context) -> Staged:
    """Find the district of rows that have a place of their own, of schools also town and police area."""
    kind = context.definition.spec
    if kind.place is not Place.OWN or kind.geometry is None:
        return {"district_code": np.full(len(geometries), UNASSIGNED, dtype=object)}
    if kind.name == "school":
        points = shapely.get_type_id(geometries) == shapely.GeometryType.POINT.value
        values["is_boundary_estimated"] = np.where(points, "true", "false").astype(object)
        return dict(zip(AREA_COLUMNS, context.areas.find(geometries, *LEVELS), strict=True))
    (found,) = context.areas.find(geometries, AreaLevel.DISTRICT)
    if kind.name == "area":
        # A district lies in itself, also while it is new.
        found = np.where(np.equal(values["level"], AreaLevel.DISTRICT), codes, found)
    return {"district_code": found}


def payloads(cells: pd.DataFrame, chunk: Chunk, book: Book, crs: str | None) -> Objects:
    """Write each row's cells as received as one JSON object, refused numbers masked.

    The geometry of a feature is kept as received (hexadecimal WKB) wherever the stored one is not the same.
    """
    frame = cells
    if (received := _received(chunk, book, crs)) is not None:
        frame = cells.assign(**{RECEIVED: received})
    if not len(frame.columns) or not len(chunk):
        return as_objects("{}" for _ in chunk.rows)
    text = frame.to_json(orient="records", lines=True, force_ascii=False)
    # PostgreSQL's jsonb has no NUL, and a line ends at a line feed only.
    return as_objects(text.replace(r"\u0000", r"\ufffd").removesuffix("\n").split("\n"))


def _received(chunk: Chunk, book: Book, crs: str | None) -> Objects | None:
    """Give geometries as received where the stored ones differ; None where there are none to keep."""
    if chunk.wkb is None:
        return None
    differs = ~book.standing | ~is_missing(book.repairs) | (crs not in STORED_AS_RECEIVED)
    chosen = differs & ~is_missing(chunk.wkb)
    if not chosen.any():
        return None
    received: Objects = np.full(len(chunk), None, dtype=object)
    received[chosen] = [shape.hex() for shape in chunk.wkb[chosen]]
    return received

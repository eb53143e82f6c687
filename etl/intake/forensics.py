"""Whether a batch's coordinates are what was declared: held against what is known, refused where not.

The evidence, the strongest first: facts of the same code, of the same name, the school that a row names; then
the areas that are loaded; then the country that a plane belongs to; then roads and the
basemap. Nothing known is no evidence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from data.repositories import known as repository
from etl.forensics_errors import (
    AxesSwappedError,
    DatumError,
    DegreesError,
    DisplacedError,
    OtherZoneError,
    RowsSwappedError,
)
from etl.intake.roadside import judge_beside
from etl.kinds import Place
from geo.china import in_china
from geo.forensics import FEWEST_MATCHED, WHOLE_SHARE, Box, Diagnosis, diagnose, diagnose_by_areas
from geo.readings import Looks
from geo.validity import Refusal
from geo.zones import find_zone

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from etl.errors import IntakeError
    from etl.intake.areas import Areas
    from etl.kinds import Kind
    from etl.notes import Note
    from etl.readers import Chunk
    from geo.arrays import Floats, Geometries, Integers
    from geo.crs import SourceCrs

_METRES_PER_DEGREE = 111_320.0
_STRAY_SHARE = 0.05
"""A file with one such row among more than twenty is not mixed; the row is told all the same."""
_NAMED = ("school", "post", "venue", "area")
_UNCODED = ("incident", "gate")
"""Kinds whose codes are made of where rows are, or of nothing that comes again."""
NAMES = {"wgs84": "WGS84", "cgcs2000": "CGCS2000", "gcj02": "GCJ-02", "bd09": "BD-09"}
"""Datums as they are written in both languages."""


@dataclass
class Received:
    """Where the rows of a load are, in the numbers that were received; in memory only, never stored."""

    source: SourceCrs | None = None
    """What was declared; the first layer's where layers differ."""
    rows: list[Integers] = field(default_factory=list)
    parts: list[Integers] = field(default_factory=list)
    boxes: list[Floats] = field(default_factory=list)

    def add(self, chunk: Chunk, geometries: Geometries, source: SourceCrs) -> None:
        """Note a chunk's boxes; rows without a shape, and layers in other coordinates, are left out."""
        self.source = self.source or source
        if source != self.source:
            return
        boxes = shapely.bounds(geometries)
        there = np.isfinite(boxes).all(axis=1)
        self.rows.append(chunk.rows[there])
        self.parts.append(chunk.numbered_parts[there])
        self.boxes.append(boxes[there])

    def frame(self) -> pd.DataFrame:
        """Give all boxes by row and part: ``row, part, x0, y0, x1, y1``."""
        boxes = np.concatenate(self.boxes) if self.boxes else np.empty((0, 4))
        keys = {
            "row": np.concatenate(self.rows) if self.rows else np.empty(0, dtype=np.int64),
            "part": np.concatenate(self.parts) if self.parts else np.empty(0, dtype=np.int64),
        }
        return pd.DataFrame(keys | dict(zip(("x0", "y0", "x1", "y1"), boxes.T, strict=True)))


@dataclass(frozen=True)
class Finding:
    """What became of a batch's coordinates."""

    refusal: IntakeError | None = None
    datum: dict[str, Any] | None = None
    """As the report tells it."""
    notes: tuple[Note, ...] = ()
    """What else there is to say of the file."""


def examine(
    connection: Connection, kind: Kind, received: Received, areas: Areas, *, accepted: bool
) -> Finding:
    """Hold a staged batch against what is known; refuse rows that are meant otherwise, or name the refusal.

    Parameters
    ----------
    connection
        In the load's transaction, after staging.
    kind
        Of the load.
    received
        Boxes of all rows as received.
    areas
        The current areas.
    accepted
        Whether the declared datum was insisted on: then nothing is refused, and the report still tells.
    """
    if received.source is None:
        return Finding()
    rows, source = received.frame(), received.source
    found, matched = _by_facts(connection, kind, rows, source)
    if found.looks is None and not found.rows and found.matched < FEWEST_MATCHED:
        found, matched = _by_place(rows, source, areas)
        if found.looks is None and not found.rows:
            found = judge_beside(connection, kind, rows, source, _received_box)
    if not accepted:
        for looks, places in found.rows.items():
            chosen = matched.iloc[places]
            repository.reject_rows(connection, chosen["row"].tolist(), chosen["part"].tolist(), looks)
    refusal = None if accepted else _refusal(connection, found, source, len(rows))
    return Finding(refusal, _told(found, source))


def _by_facts(
    connection: Connection, kind: Kind, rows: pd.DataFrame, source: SourceCrs
) -> tuple[Diagnosis, pd.DataFrame]:
    """Diagnose from facts that are known; rows that mix datums are judged one by one, all of them."""
    matched = _matched(connection, kind, rows, whole=False)
    found = _diagnosed(matched, source)
    if found.rows and len(matched) >= repository.SAMPLE:
        matched = _matched(connection, kind, rows, whole=True)
        found = _diagnosed(matched, source)
    return found, matched


def _matched(connection: Connection, kind: Kind, rows: pd.DataFrame, *, whole: bool) -> pd.DataFrame:
    """Put the rows whose place is known beside it; ``sure`` says whether they are surely the same object."""
    known = pd.DataFrame({"row": [], "part": [], "sure": []}, dtype=np.int64)
    there = repository.has_rows(connection, kind.name)
    if there and kind.name not in _UNCODED:
        known = repository.find_by_code(connection, kind.name, whole=whole).assign(sure=True)
    if there and kind.name in _NAMED and len(known) < FEWEST_MATCHED:
        known = repository.find_by_name(connection, kind.name, whole=whole).assign(sure=False)
    if kind.place is Place.SCHOOL and kind.geometry is not None:
        known = repository.find_by_school(connection, whole=whole).assign(sure=True)
    return known.merge(rows, on=["row", "part"], how="inner").reset_index(drop=True)


def _diagnosed(matched: pd.DataFrame, source: SourceCrs) -> Diagnosis:
    if matched.empty:
        return Diagnosis()
    values = matched.drop(columns=["row", "part", "sure"]).astype(float)
    known = _box(values[["west", "south", "east", "north"]].to_numpy(), in_degrees=True)
    return diagnose(_received_box(values, source), known, source, sure=matched["sure"].to_numpy(dtype=bool))


def _received_box(values: pd.DataFrame, source: SourceCrs) -> Box:
    return _box(values[["x0", "y0", "x1", "y1"]].to_numpy(dtype=float), in_degrees=not source.is_plane)


def _box(bounds: Floats, *, in_degrees: bool) -> Box:
    """Give middles and half diagonals of boxes."""
    west, south, east, north = bounds.T
    x, y = (west + east) / 2, (south + north) / 2
    width, height = east - west, north - south
    if in_degrees:
        width = width * _METRES_PER_DEGREE * np.cos(np.radians(np.clip(y, -90, 90)))
        height = height * _METRES_PER_DEGREE
    return Box(x, y, np.hypot(width, height) / 2)


def _by_place(rows: pd.DataFrame, source: SourceCrs, areas: Areas) -> tuple[Diagnosis, pd.DataFrame]:
    """Diagnose from the areas that are loaded, else from the country that a plane belongs to."""
    sample = rows.iloc[:: max(1, len(rows) // repository.SAMPLE)]
    places = [areas.cover] if any(areas.codes.values()) else []
    for is_inside in [*places, in_china] if find_zone(source.definition) else places:
        found = diagnose_by_areas(_received_box(sample, source), source, is_inside)
        if found.rows:
            # Rows are told one by one: then all of them are.
            return diagnose_by_areas(_received_box(rows, source), source, is_inside), rows
        if found.looks:
            return found, sample
    return Diagnosis(), sample


def _refusal(connection: Connection, found: Diagnosis, source: SourceCrs, count: int) -> IntakeError | None:
    """Say in one sentence why a batch is refused as a whole."""
    given = {
        "declared": _written(source.name), "matched": found.matched, "explained": found.explained,
        "confidence": round(found.confidence * 100),
    }  # fmt: skip
    if found.looks is None:
        swapped = repository.count_reason(connection, Refusal.AXES_SWAPPED)
        return (
            RowsSwappedError(rows=swapped, read=count) if count and swapped >= WHOLE_SHARE * count else None
        )
    if found.looks is Looks.SWAPPED:
        return AxesSwappedError(**given)
    if found.looks is Looks.OTHER_ZONE:
        return OtherZoneError(**given, zone=found.name)
    if found.looks is Looks.DEGREES:
        return DegreesError(**given)
    shift = {"shift_m": round(found.shift_m), "bearing_deg": round(found.bearing_deg)}
    if found.looks is Looks.UNKNOWN:
        return DisplacedError(**given, **shift)
    return DatumError(**given, **shift, looks_like=_written(found.name or ""))


def _told(found: Diagnosis, source: SourceCrs) -> dict[str, Any] | None:
    """Give what the report tells; None where nothing is known."""
    if not found.matched or (found.looks is None and found.matched < FEWEST_MATCHED):
        return None
    shift = None if np.isnan(found.shift_m) else round(found.shift_m, 1)
    bearing = None if np.isnan(found.bearing_deg) else round(found.bearing_deg, 1)
    return {
        "declared": source.name,
        "looks_like": "mixed" if _is_mixed(found) else found.name or "none",
        "shift_m": shift,
        "bearing_deg": bearing,
        "matched": found.matched,
        "confidence": round(found.confidence, 3),
        "rows": {str(looks): len(places) for looks, places in found.rows.items()},
    }


def _is_mixed(found: Diagnosis) -> bool:
    """Tell whether more than a stray row is meant otherwise."""
    rows = sum(len(places) for places in found.rows.values())
    return rows >= FEWEST_MATCHED or rows > _STRAY_SHARE * found.matched


def _written(name: str) -> str:
    return NAMES.get(name, name)

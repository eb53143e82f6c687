"""What a file's coordinates really are, held against places that are known.

A batch that declares the wrong datum is displaced as a whole: GCJ-02 read as CGCS2000 lies some 535 m off at
Jintan, BD-09 some 1,190 m, a neighbouring 3-degree zone some 285 km. So each way in which the numbers could
be meant (a *reading*) is tried; the one that brings the rows to where they are known to be is the diagnosis.
Figures and sources: DOMAIN 4; the displacement of a batch as its median vector is the usual check of a datum.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyproj
import shapely

from geo import datums
from geo.zones import find_zone

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.arrays import Flags, Floats, Integers
    from geo.crs import SourceCrs

FEWEST_MATCHED, FEWEST_FOR_UNKNOWN = 3, 5
WHOLE_SHARE = 0.8
"""Share of the known rows that one other reading must explain for the whole batch to be taken for it."""
TOLERANCE_M, LARGEST_TOLERANCE_M = 60.0, 250.0
"""How far a right position may lie from the known one, beside half the size of both shapes."""
EXACT_M = 25.0
"""A row alone is taken for another datum only where that brings it as near as this."""
LEAST_SHIFT_M, UNKNOWN_SHIFT_M = 20.0, 100.0
CLEARLY = 3.0
_INSIDE, _OUTSIDE = 0.8, 0.1
_WILSON_Z = 1.96
_ZONE_STEPS_DEG = (-3.0, 3.0, -6.0, 6.0)
_FIRST_EPSG = {4534: 75, 4513: 75}
"""First zones of 3 degrees of CGCS2000, without and with the number in front, and their meridian."""
_ZONES = 21
_AS_WGS84 = ("wgs84", "cgcs2000", "EPSG:4326", "EPSG:4490")
_GLOBE = pyproj.Geod(ellps="GRS80")


class Looks(StrEnum):
    """What a batch or a row looks like beside what was declared; the names of the rows' reasons."""

    WGS84 = "looks_like_wgs84"
    GCJ02 = "looks_like_gcj02"
    BD09 = "looks_like_bd09"
    SWAPPED = "looks_swapped"
    OTHER_ZONE = "looks_like_other_zone"
    UNKNOWN = "fits_none"


class Reading(NamedTuple):
    """One way in which the numbers may be meant."""

    looks: Looks | None
    """None for what was declared."""
    name: str
    """Of the datum, plane or mistake, as people write it."""
    read: Callable[[Floats, Floats], tuple[Floats, Floats]]
    """First and second coordinates as received -> lon and lat in degrees; NaN where there is no position."""


class Box(NamedTuple):
    """Where rows are, as the boxes round their shapes; arrays of shape (n,)."""

    x: Floats
    """Middle."""
    y: Floats
    half_m: Floats
    """Half the box's diagonal in metres; 0 of points."""


@dataclass(frozen=True)
class Diagnosis:
    """What a batch's coordinates look like."""

    looks: Looks | None = None
    """None where what was declared fits, or nobody can tell."""
    name: str | None = None
    """The reading that fits; None where nobody can tell or none fits."""
    shift_m: float = float("nan")
    """Length of the median vector from the known to the declared positions."""
    bearing_deg: float = float("nan")
    """Its direction, clockwise from north."""
    matched: int = 0
    """Rows whose place is known."""
    explained: int = 0
    """Those of them that the reading explains."""
    confidence: float = 0.0
    """Lower end of the 95 % Wilson interval of the share that the reading explains."""
    rows: dict[Looks, Integers] = field(default_factory=dict)
    """In a file that mixes: positions, among the rows given, of those that are meant otherwise."""


def readings(source: SourceCrs) -> tuple[Reading, ...]:
    """List the ways in which coordinates that are declared so may really be meant.

    Parameters
    ----------
    source
        The coordinates as they were declared.

    Returns
    -------
    tuple of Reading
        What was declared comes first.
    """
    declared = Reading(None, source.name, partial(_declared, source))
    plain = declared.read if source.is_plane else _unchanged
    others = [
        Reading(Looks.WGS84, "wgs84", plain),
        Reading(Looks.GCJ02, "gcj02", partial(_then, plain, datums.gcj02_to_wgs84)),
        Reading(Looks.BD09, "bd09", partial(_then, plain, datums.bd09_to_wgs84)),
    ]
    own = "wgs84" if source.is_plane or source.name in _AS_WGS84 else source.name
    others = [one for one in others if one.name != own]
    swapped = [Reading(Looks.SWAPPED, "swapped", partial(_swapped, one.read)) for one in (declared, *others)]
    zones = [
        Reading(Looks.OTHER_ZONE, _zone_name(source, step), partial(_turned, declared.read, step))
        for step in (_ZONE_STEPS_DEG if source.is_plane and find_zone(source.definition) else ())
    ]
    return (declared, *others, *swapped, *zones)


def _declared(source: SourceCrs, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    points = source.to_wgs84(np.atleast_1d(np.asarray(shapely.points(x, y), dtype=object)))
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    return _on_globe(lon, lat)


def _unchanged(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    return _on_globe(x, y)


def _then(
    first: Callable[[Floats, Floats], tuple[Floats, Floats]],
    back: Callable[[Floats, Floats], tuple[Floats, Floats]],
    x: Floats,
    y: Floats,
) -> tuple[Floats, Floats]:
    return _on_globe(*back(*first(x, y)))


def _swapped(
    read: Callable[[Floats, Floats], tuple[Floats, Floats]], x: Floats, y: Floats
) -> tuple[Floats, Floats]:
    return read(y, x)


def _turned(
    read: Callable[[Floats, Floats], tuple[Floats, Floats]], step: float, x: Floats, y: Floats
) -> tuple[Floats, Floats]:
    """Read numbers of one zone in another: the planes are alike, so only the longitude moves."""
    lon, lat = read(x, y)
    return _on_globe(lon + step, lat)


def _on_globe(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    there = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)  # noqa: PLR2004 -- degrees
    return np.where(there, lon, np.nan), np.where(there, lat, np.nan)


def _zone_name(source: SourceCrs, step: float) -> str:
    """Name the zone so many degrees beside the declared one."""
    known, _, number = source.name.partition(":")
    for first in _FIRST_EPSG if known == "EPSG" and number.isdigit() else ():
        zone = int(number) - first + round(step / 3)
        if 0 <= int(number) - first < _ZONES and 0 <= zone < _ZONES:
            return f"EPSG:{first + zone}"
    return f"{source.name} {step:+.0f}°"


def displacement(lon: Floats, lat: Floats, known: Box) -> tuple[Floats, Floats]:
    """Give how far, and in which direction, positions lie from the known ones.

    Parameters
    ----------
    lon, lat
        Degrees, NaN allowed, shape (n,).
    known
        Boxes in degrees (EPSG:4490), shape (n,).

    Returns
    -------
    tuple of numpy.ndarray
        Distances in metres (infinite where there is no position) and azimuths in degrees.
    """
    there = np.isfinite(lon) & np.isfinite(lat)
    distance, azimuth = np.full(len(lon), np.inf), np.full(len(lon), np.nan)
    azimuth[there], _, distance[there] = _GLOBE.inv(known.x[there], known.y[there], lon[there], lat[there])
    return distance, azimuth


def diagnose(received: Box, known: Box, source: SourceCrs, *, sure: Flags) -> Diagnosis:
    """Find how coordinates are meant from rows whose places are known.

    Parameters
    ----------
    received
        The rows in the numbers as received, shape (n,).
    known
        Where they are, degrees (EPSG:4490), shape (n,).
    source
        What was declared.
    sure
        Rows that are surely the same object (by code, not by name), shape (n,).

    Returns
    -------
    Diagnosis
        ``rows`` are positions among the n.
    """
    count = len(received.x)
    if count < FEWEST_MATCHED:
        return Diagnosis(matched=count)
    tried = readings(source)
    away, azimuths = zip(
        *(displacement(*one.read(received.x, received.y), known) for one in tried), strict=True
    )
    distances = np.column_stack(away)
    tolerance = np.minimum(TOLERANCE_M + known.half_m + received.half_m, LARGEST_TOLERANCE_M)
    fits = distances <= tolerance[:, None]
    shift_m, bearing = median_vector(distances[:, 0], azimuths[0])
    judged = Diagnosis(name=source.name, shift_m=shift_m, bearing_deg=bearing, matched=count)
    best = _whole(distances, fits)
    if best:
        explained = int(np.sum(fits[:, best]))
        return _judged(judged, tried[best].looks, tried[best].name, explained)
    rows = _mixed(distances, fits, tried)
    if rows:
        return _judged(judged, None, source.name, int(np.sum(fits[:, 0])), rows)
    if _is_displaced(distances[sure, 0], azimuths[0][sure], fits[sure, 0]):
        return _judged(judged, Looks.UNKNOWN, None, int(np.sum(sure)))
    return _judged(judged, None, source.name, int(np.sum(fits[:, 0])))


def _judged(
    found: Diagnosis,
    looks: Looks | None,
    name: str | None,
    explained: int,
    rows: dict[Looks, Integers] | None = None,
) -> Diagnosis:
    return Diagnosis(
        looks=looks, name=name, shift_m=found.shift_m, bearing_deg=found.bearing_deg, matched=found.matched,
        explained=explained, confidence=wilson_low(explained, found.matched), rows=rows or {},
    )  # fmt: skip


def _whole(distances: Floats, fits: Flags) -> int:
    """Give the reading that explains nearly all rows that the declared one does not; 0 where none does."""
    count = len(distances)
    medians = np.median(distances, axis=0)
    gained = np.sum(fits & ~fits[:, :1], axis=0)
    best = int(np.lexsort((medians, -gained))[0])
    if gained[best] >= max(FEWEST_MATCHED, WHOLE_SHARE * count):
        return best
    # Where the displacement is less than a school's size, rows fit both ways; the nearer way is still clear.
    near = int(np.argmin(medians))
    closer = np.mean(distances[:, near] * CLEARLY < distances[:, 0])
    clear = medians[0] > LEAST_SHIFT_M and closer >= WHOLE_SHARE and np.mean(fits[:, near]) >= WHOLE_SHARE
    return near if near and clear and count >= FEWEST_FOR_UNKNOWN else 0


def _mixed(distances: Floats, fits: Flags, tried: tuple[Reading, ...]) -> dict[Looks, Integers]:
    """Find the rows that only another reading explains: several alike, or some that it hits exactly."""
    others = np.where(fits, distances, np.inf)
    others[fits[:, 0]] = np.inf
    nearest = np.argmin(others, axis=1)
    reached = others[np.arange(len(others)), nearest]
    found: dict[Looks, Integers] = {}
    for looks in Looks:
        alike = np.isin(nearest, [at for at, one in enumerate(tried) if one.looks is looks])
        rows = np.flatnonzero(alike & np.isfinite(reached))
        if len(rows) < FEWEST_MATCHED:
            rows = rows[reached[rows] <= EXACT_M]
        if len(rows):
            found[looks] = rows
    return found


def _is_displaced(distances: Floats, azimuths: Floats, fits: Flags) -> bool:
    """Tell whether rows lie all the same way off, whatever the reason."""
    if len(distances) < FEWEST_FOR_UNKNOWN or np.mean(fits) > 1 - WHOLE_SHARE:
        return False
    east, north = _components(distances, azimuths)
    middle = np.median(east), np.median(north)
    length = float(np.hypot(*middle))
    spread = float(np.median(np.hypot(east - middle[0], north - middle[1])))
    return length > UNKNOWN_SHIFT_M and spread < length / CLEARLY


def median_vector(distances: Floats, azimuths: Floats) -> tuple[float, float]:
    """Give length (m) and bearing (degrees from north) of the component-wise median of displacements."""
    east, north = _components(distances, azimuths)
    if not len(east):
        return float("nan"), float("nan")
    x, y = float(np.median(east)), float(np.median(north))
    return float(np.hypot(x, y)), float(np.degrees(np.arctan2(x, y)) % 360)


def _components(distances: Floats, azimuths: Floats) -> tuple[Floats, Floats]:
    there = np.isfinite(distances)
    turn = np.radians(azimuths[there])
    return distances[there] * np.sin(turn), distances[there] * np.cos(turn)


def wilson_low(hits: int, count: int) -> float:
    """Give the lower end of the 95 % score interval of a share (Wilson 1927)."""
    if not count:
        return 0.0
    share, square = hits / count, _WILSON_Z**2
    middle = share + square / (2 * count)
    width = _WILSON_Z * np.sqrt(share * (1 - share) / count + square / (4 * count**2))
    return float(max(0.0, (middle - width) / (1 + square / count)))


def diagnose_by_areas(
    received: Box, source: SourceCrs, is_inside: Callable[[Floats, Floats], Flags]
) -> Diagnosis:
    """Find swapped axes or a wrong zone from where rows lie as a whole, without knowing any of them.

    Parameters
    ----------
    received
        The rows in the numbers as received, shape (n,).
    source
        What was declared.
    is_inside
        Tells which positions (lon, lat in degrees, NaN allowed) lie where the batch's rows can be.

    Returns
    -------
    Diagnosis
        A datum's half kilometre shows too little at the edge of an area to be told in this way.
    """
    count = len(received.x)
    if count < FEWEST_MATCHED:
        return Diagnosis()
    tried = [one for one in readings(source) if one.looks in (None, Looks.SWAPPED, Looks.OTHER_ZONE)]
    inside = [is_inside(*one.read(received.x, received.y)) for one in tried]
    shares = [float(np.mean(one)) for one in inside]
    best = int(np.argmax(shares))
    if shares[0] > _OUTSIDE or shares[best] < _INSIDE:
        return Diagnosis()
    explained = int(np.sum(inside[best]))
    return Diagnosis(
        looks=tried[best].looks, name=tried[best].name, matched=count, explained=explained,
        confidence=wilson_low(explained, count),
    )  # fmt: skip

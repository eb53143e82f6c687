"""What a file's coordinates really are, held against places that are known.

A batch that declares the wrong datum is displaced as a whole: GCJ-02 read as CGCS2000 lies some 535 m off at
Jintan, BD-09 some 1,190 m, a neighbouring 3-degree zone some 285 km. So each way in which the numbers could
be meant (a *reading*) is tried; the one that brings the rows to where they are known to be is the diagnosis.
Figures and sources: DOMAIN 4; the displacement of a batch as its median vector is the usual check of a datum.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyproj

from geo.coincidence import MOST_CHANCE, chance_of
from geo.readings import DATUMS, Looks, Reading, readings

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.arrays import Flags, Floats, Integers
    from geo.crs import SourceCrs

FEWEST_MATCHED, FEWEST_FOR_UNKNOWN = 3, 5
WHOLE_SHARE = 0.8
"""Share of the known rows that one other reading must explain for the whole batch to be taken for it."""
TOLERANCE_M, LARGEST_TOLERANCE_M = 150.0, 250.0
"""How far a right position may lie from the known one, and a point from the middle of its own ground."""
TOLERANCE_SHARE = 0.35
"""At most so much of the way between two readings: what is nearer to one is not the other."""
EXACT_M = (np.inf, 25.0, 2.0)
"""Rows are first taken for another datum as far as they fit; where chance does as much, the nearest alone."""
LEAST_SHIFT_M, UNKNOWN_SHIFT_M = 20.0, 100.0
OFF_CENTRE_M, FEWEST_FOR_CENTRE = 100.0, 20
"""The rows of a right reading lie round the known places, and not beside them all on one side."""
CLEARLY = 3.0
_INSIDE, _OUTSIDE = 0.8, 0.1
_WILSON_Z = 1.96
_GLOBE = pyproj.Geod(ellps="GRS80")


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
    apart = np.column_stack([_apart(tried[0], one, received) for one in tried])
    fits = distances <= _tolerance(apart, received, known)
    shift_m, bearing = median_vector(distances[:, 0], azimuths[0])
    judged = Diagnosis(name=source.name, shift_m=shift_m, bearing_deg=bearing, matched=count)
    best = _whole(distances, fits, apart)
    if best and _is_centred(distances[:, best], azimuths[best], fits[:, best]):
        explained = int(np.sum(fits[:, best]))
        return _judged(judged, tried[best].looks, tried[best].name, explained)
    rows = {} if best else _mixed(distances, fits, apart, tried)
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


def _apart(declared: Reading, other: Reading, received: Box) -> Floats:
    """Give the metres between two readings of the same numbers; endless where one has no position."""
    there = Box(*declared.read(received.x, received.y), received.half_m)
    apart = displacement(*other.read(received.x, received.y), there)[0]
    return np.where(np.isnan(there.x), np.inf, apart)


def _tolerance(apart: Floats, received: Box, known: Box) -> Floats:
    """Give how far from the known place each row may lie in each reading, shape (rows, readings)."""
    ways = np.where(apart < LEAST_SHIFT_M, np.inf, apart)
    nearest = np.column_stack([ways.min(axis=1), ways[:, 1:]])
    limit = np.minimum(TOLERANCE_M, TOLERANCE_SHARE * nearest)
    # A gate lies on the wall, a pin anywhere on the ground; two outlines of it have one middle.
    unlike = (known.half_m > 0) != (received.half_m > 0)
    slack = np.where(unlike, known.half_m + received.half_m, 0.0)[:, None]
    tolerance: Floats = np.minimum(limit + slack, LARGEST_TOLERANCE_M)
    tolerance[:, 1:][apart[:, 1:] < LEAST_SHIFT_M] = -1.0
    return tolerance


def _whole(distances: Floats, fits: Flags, apart: Floats) -> int:
    """Give the reading that explains nearly all rows that any reading explains; 0 where none does.

    Rows that no reading explains have moved, or are somebody else of that name: they have no say.
    """
    count, medians = len(distances), np.median(distances, axis=0)
    gained = fits & ~fits[:, :1]
    counts = gained.sum(axis=0)
    best = int(np.lexsort((medians, -counts))[0])
    if best and counts[best] >= WHOLE_SHARE * np.sum(fits.any(axis=1)):
        all_of_them = counts[best] >= max(FEWEST_MATCHED, WHOLE_SHARE * count)
        chance = chance_of(gained[:, best], distances[:, best], distances[:, 0], apart[:, best])
        if all_of_them or chance <= MOST_CHANCE:
            return best
    # Where the displacement is less than a school's size, rows fit both ways; the nearer way is still clear.
    near = int(np.argmin(medians))
    closer = np.mean(distances[:, near] * CLEARLY < distances[:, 0])
    clear = medians[0] > LEAST_SHIFT_M and closer >= WHOLE_SHARE and np.mean(fits[:, near]) >= WHOLE_SHARE
    return near if near and clear and count >= FEWEST_FOR_UNKNOWN else 0


def _is_centred(distances: Floats, azimuths: Floats, rows: Flags) -> bool:
    """Tell whether rows lie round the known places; a few that do not prove nothing."""
    return bool(rows.sum() < FEWEST_FOR_CENTRE) or (
        median_vector(distances[rows], azimuths[rows])[0] <= OFF_CENTRE_M
    )


def _mixed(
    distances: Floats, fits: Flags, apart: Floats, tried: tuple[Reading, ...]
) -> dict[Looks, Integers]:
    """Find the rows that only another reading explains, more of them or more exactly than chance would."""
    others = np.where(fits, distances, np.inf)
    others[fits[:, 0]] = np.inf
    nearest = np.argmin(others, axis=1)
    each = np.arange(len(others))
    reached, between = others[each, nearest], apart[each, nearest]
    found: dict[Looks, Integers] = {}
    for looks in Looks:
        ways = [at for at, one in enumerate(tried) if one.looks is looks]
        if not ways:
            continue
        alike = np.isin(nearest, ways) & np.isfinite(reached)
        away = np.where(alike, between, apart[:, ways[0]])
        for reach in EXACT_M:
            rows = alike & (reached <= reach)
            if chance_of(rows, reached, distances[:, 0], away) <= MOST_CHANCE:
                found[looks] = np.flatnonzero(rows)
                break
    return found


def _is_displaced(distances: Floats, azimuths: Floats, fits: Flags) -> bool:
    """Tell whether rows lie all the same way off, whatever the reason."""
    east, north = _components(distances, azimuths)
    if len(east) < FEWEST_FOR_UNKNOWN or np.mean(fits) > 1 - WHOLE_SHARE:
        return False
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


def wilson_low(hits: int, count: int, *, z: float = _WILSON_Z) -> float:
    """Give the lower end of the score interval of a share (Wilson 1927), of 95 % unless ``z`` says more."""
    if not count:
        return 0.0
    share, square = hits / count, z**2
    middle = share + square / (2 * count)
    width = z * np.sqrt(share * (1 - share) / count + square / (4 * count**2))
    return float(max(0.0, (middle - width) / (1 + square / count)))


def diagnose_by_areas(
    received: Box, source: SourceCrs, is_inside: Callable[[Floats, Floats], Flags]
) -> Diagnosis:
    """Find swapped axes, a wrong zone or degrees for metres from where rows lie, without knowing any of them.

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
        A datum's half kilometre shows too little at the edge of an area to be told in this way. ``rows`` are
        positions among the n.
    """
    count = len(received.x)
    if count < FEWEST_MATCHED:
        return Diagnosis()
    tried = [one for one in readings(source) if one.looks not in DATUMS]
    inside = np.array([is_inside(*one.read(received.x, received.y)) for one in tried])
    shares = inside.mean(axis=1)
    best = int(np.argmax(shares))
    if shares[0] <= _OUTSIDE and shares[best] >= _INSIDE:
        explained = int(np.sum(inside[best]))
        return Diagnosis(
            looks=tried[best].looks, name=tried[best].name, matched=count, explained=explained,
            confidence=wilson_low(explained, count),
        )  # fmt: skip
    rows = _brought_inside(inside, tried)
    explained = sum(len(places) for places in rows.values())
    return Diagnosis(matched=count, explained=explained, rows=rows) if rows else Diagnosis()


def _brought_inside(inside: Flags, tried: list[Reading]) -> dict[Looks, Integers]:
    """Find the rows outside that another reading brings inside, where it does so with nearly all of them."""
    outside = ~inside[0]
    brought = inside[1:].any(axis=0) & outside
    if brought.sum() < max(FEWEST_MATCHED, (1 - _OUTSIDE) * outside.sum()):
        return {}
    first = 1 + np.argmax(inside[1:], axis=0)
    ways = {one.looks for one in tried if one.looks}
    found = {
        looks: np.flatnonzero(
            brought & np.isin(first, [n for n, one in enumerate(tried) if one.looks is looks])
        )
        for looks in sorted(ways)
    }
    return {looks: rows for looks, rows in found.items() if len(rows)}

"""Zone numbers in front of eastings, as Gauss-Krueger planes of China have them or leave them out.

The zones of 3 degrees are numbered 25 to 45 (central meridian / 3), those of 6 degrees 13 to 23 ((central
meridian + 3) / 6). An easting of 503,210 m in zone 40 is written 40503210 where its number stands in front.
Both ways have EPSG codes of their own (EPSG:4549 without, EPSG:4528 with the number), and files declare one
and carry the other. Where two zones of both kinds share a meridian (39 and 20 at 117 E), either number means
the same plane.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError, ProjError

from geo.arrays import as_geometries

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo.arrays import Flags, Floats, Geometries

NUMBER_M = 1_000_000.0
"""A zone's number counts millions of metres."""
_FIRST_NUMBER, _LAST_NUMBER = 13, 45
_DATUM = re.compile(
    r"china[ _]*(?:geodetic coordinate system )?2000|cgcs[ _]*2000|xian[ _]*1980|beijing[ _]*1954",
    re.IGNORECASE,
)
_WESTMOST_M, _EASTMOST_M = 100_000.0, 900_000.0
_SOUTHMOST_M, _NORTHMOST_M = 1_000_000.0, 10_000_000.0


@dataclass(frozen=True)
class Zone:
    """A Gauss-Krueger plane of China."""

    numbers: tuple[int, ...]
    """By which its meridian is known: of the zone of 3 degrees, of 6 degrees, or of both."""
    prefix: int
    """The number within its false easting, 0 where it has none."""


class Fitted(NamedTuple):
    """Geometries with the eastings that their plane expects."""

    geometries: Geometries
    removed: Flags
    """Where the zone's number was taken off."""
    added: Flags
    """Where it was put in front."""
    other: Flags
    """Where the number of another zone stands; nothing was done to these."""


@lru_cache(maxsize=256)
def find_zone(definition: str) -> Zone | None:
    """Find the zone of a CRS.

    Parameters
    ----------
    definition
        What PROJ understands.

    Returns
    -------
    Zone or None
        None where it is no Gauss-Krueger plane of CGCS2000, Xian 1980 or Beijing 1954 in metres, or has an
        origin of its own.
    """
    try:
        crs = pyproj.CRS.from_user_input(definition)
    except (CRSError, ProjError):
        return None
    operation, globe = crs.coordinate_operation, crs.geodetic_crs
    if not crs.is_projected or operation is None or operation.method_name != "Transverse Mercator":
        return None
    if globe is None or globe.datum is None or not _DATUM.search(globe.datum.name):
        return None
    # Values in metres and degrees, whatever units the CRS states them in.
    values = {one.name: float(one.value) * one.unit_conversion_factor for one in operation.params}
    meridian = np.degrees(values.get("Longitude of natural origin", np.nan))
    prefix, easting = divmod(values.get("False easting", np.nan), NUMBER_M)
    scale, northing = values.get("Scale factor at natural origin"), values.get("False northing")
    numbers = _numbers(float(meridian))
    is_usual = (easting, scale, northing) == (500_000.0, 1.0, 0.0)
    return Zone(numbers, int(prefix)) if is_usual and int(prefix) in (0, *numbers) else None


def _numbers(meridian: float) -> tuple[int, ...]:
    """Give the numbers of the zones of 3 and of 6 degrees round a central meridian (degrees east)."""
    found = (meridian / 3, (meridian + 3) / 6)
    return tuple(round(one) for one in found if abs(one - round(one)) < 1e-9 and _is_number(round(one)))  # noqa: PLR2004


def _is_number(number: Floats | float) -> Flags:
    flags: Flags = (np.asarray(number) >= _FIRST_NUMBER) & (np.asarray(number) <= _LAST_NUMBER)
    return flags


def fit_numbers(geometries: Iterable[object], zone: Zone) -> Fitted:
    """Take the zone's number off the eastings, or put it in front, as the plane wants it.

    Parameters
    ----------
    geometries
        Geometries in the plane, x = east, y = north, in metres; `None` allowed, shape (n,).
    zone
        The zone of the plane.

    Notes
    -----
    Eastings that are neither bare (100 to 900 km) nor have a number from 13 to 45 in front are left as they
    are: they may be northings or degrees, and say something else about their file.
    """
    given = as_geometries(geometries)
    coordinates, owner = shapely.get_coordinates(given, return_index=True)
    number = np.floor(coordinates[:, 0] / NUMBER_M)
    has_number = _is_number(number)
    is_own = np.isin(number, zone.numbers)
    off = is_own & (number != zone.prefix)
    bare = _is_bare(coordinates[:, 0]) & (zone.prefix > 0)
    other = _any_of(has_number & ~is_own, owner, len(given))
    removed, added = (_any_of(rows, owner, len(given)) & ~other for rows in (off, bare))
    if not (removed | added).any():
        return Fitted(given, removed, added, other)
    moved = given.copy()
    shift = np.where(off, zone.prefix - number, np.where(bare, zone.prefix, 0)) * NUMBER_M
    shift[other[owner]] = 0.0
    changed = removed | added
    moved[changed] = shapely.set_coordinates(
        given[changed], (coordinates + np.column_stack([shift, np.zeros(len(shift))]))[changed[owner]]
    )
    return Fitted(moved, removed, added, other)


def _is_bare(easting: Floats) -> Flags:
    flags: Flags = (easting >= _WESTMOST_M) & (easting <= _EASTMOST_M)
    return flags


def _any_of(flags: Flags, owner: np.ndarray, count: int) -> Flags:
    """Tell which geometries have a coordinate that is flagged."""
    hit: Flags = np.zeros(count, dtype=bool)
    hit[owner[flags]] = True
    return hit


def is_northing(metres: Floats) -> Flags:
    """Tell which numbers are northings in China rather than eastings, bare or with a zone's number."""
    flags: Flags = (metres >= _SOUTHMOST_M) & (metres < _NORTHMOST_M)
    return flags

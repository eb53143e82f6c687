"""The ways in which coordinates can be meant that were declared in one way.

A bureau's table says CGCS2000 and holds what a map service gave; its columns of longitude and latitude stand
the wrong way round; its eastings belong to the neighbouring zone. Each of these is a *reading* of the same
numbers; `geo.forensics` tells which of them agrees with what is known.
"""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo import datums
from geo.zones import find_zone

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.arrays import Floats
    from geo.crs import SourceCrs

_ZONE_STEPS_DEG = (-3.0, 3.0, -6.0, 6.0)
_FIRST_EPSG = {4534: 75, 4513: 75}
"""First zones of 3 degrees of CGCS2000, without and with the number in front, and their meridian."""
_ZONES = 21
_AS_WGS84 = ("wgs84", "cgcs2000", "EPSG:4326", "EPSG:4490")


class Looks(StrEnum):
    """What a batch or a row looks like beside what was declared; the names of the rows' reasons."""

    WGS84 = "looks_like_wgs84"
    GCJ02 = "looks_like_gcj02"
    BD09 = "looks_like_bd09"
    SWAPPED = "looks_swapped"
    OTHER_ZONE = "looks_like_other_zone"
    DEGREES = "looks_like_degrees"
    UNKNOWN = "fits_none"


DATUMS = (Looks.WGS84, Looks.GCJ02, Looks.BD09)


class Reading(NamedTuple):
    """One way in which the numbers may be meant."""

    looks: Looks | None
    """None for what was declared."""
    name: str
    """Of the datum, plane or mistake, as people write it."""
    read: Callable[[Floats, Floats], tuple[Floats, Floats]]
    """First and second coordinates as received -> lon and lat in degrees; NaN where there is no position."""


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
    backs = (_on_globe, datums.gcj02_to_wgs84, datums.bd09_to_wgs84) if source.is_plane else ()
    degrees = [Reading(Looks.DEGREES, "degrees", partial(_then, _unchanged, back)) for back in backs]
    return (declared, *others, *swapped, *zones, *degrees)


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

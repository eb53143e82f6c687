"""Which plane to measure in, and the way there and back; the words by which files declare their coordinates.

Stored are longitude and latitude in EPSG:4490; measured is in metres, in the CGCS2000 3-degree zone of a
place in China (EPSG:4534 to 4554, no zone prefix) and in its UTM zone elsewhere. CGCS2000 and WGS84 are
taken as one: they differ by decimetres, for which no official parameters are public.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError, ProjError
from shapely import GeometryType

from geo import datums
from geo.antimeridian import cut_at_antimeridian
from geo.arrays import Flags, Floats, Geometries, Integers, as_geometries
from geo.china import in_china
from geo.errors import OutsidePlaneError, UnknownCrsError, UnusableCrsError
from geo.way_back import WORTH_FROM, WayBack, circle_round, find_way_back

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

STORAGE_EPSG = 4490
WGS84_EPSG = 4326
_FIRST_ZONE_EPSG, _FIRST_MERIDIAN, _LAST_MERIDIAN, _ZONE_DEG = 4534, 75, 135, 3
_UTM_NORTH, _UTM_SOUTH, _UTM_ZONES = 32600, 32700, 60
_METRES_PER_DEGREE = 111_320.0
_PLANE_HALF_WIDTH_M = 900_000.0
_CGCS2000_ZONES = range(
    _FIRST_ZONE_EPSG, _FIRST_ZONE_EPSG + (_LAST_MERIDIAN - _FIRST_MERIDIAN) // _ZONE_DEG + 1
)

Datum = Literal["gcj02", "bd09"]


def metric_epsgs(lon: object, lat: object) -> Integers:
    """Choose the metric CRS of each position.

    Parameters
    ----------
    lon, lat
        Degrees, EPSG:4490 or WGS84, finite, shape (n,).

    Returns
    -------
    numpy.ndarray
        EPSG codes: 4534 (75 E) to 4554 (135 E) in China, 326xx or 327xx (UTM) elsewhere. The special zones of
        Norway and Svalbard are left out: a neighbouring zone measures the same to some parts in ten thousand.
    """
    x, y = np.atleast_1d(np.asarray(lon, float)), np.atleast_1d(np.asarray(lat, float))
    meridian = np.clip(np.round(x / _ZONE_DEG) * _ZONE_DEG, _FIRST_MERIDIAN, _LAST_MERIDIAN)
    cgcs2000 = _FIRST_ZONE_EPSG + (meridian - _FIRST_MERIDIAN) // _ZONE_DEG
    utm = np.clip(np.floor((x + 180.0) / 6.0) + 1, 1, _UTM_ZONES) + np.where(y >= 0, _UTM_NORTH, _UTM_SOUTH)
    return np.where(in_china(x, y), cgcs2000, utm).astype(np.int64)


def metric_epsg(lon: float, lat: float) -> int:
    """Choose the metric CRS of one position (degrees); see `metric_epsgs`."""
    return int(metric_epsgs(lon, lat)[0])


def common_metric_epsg(geometries: Geometries) -> int:
    """Choose one metric CRS for geometries that are worked on together: that of their common centroid.

    Parameters
    ----------
    geometries
        Lon/lat in degrees, shape (n,), at least one not empty. May lie on both sides of the antimeridian.
    """
    lon, lat = _centres(geometries)
    if np.ptp(lon) > 180:  # noqa: PLR2004  # half the globe: it is shorter the other way round
        lon = np.where(lon < 0, lon + 360.0, lon)
    middle = (float(np.mean(lon)) + 180.0) % 360.0 - 180.0
    return metric_epsg(middle, float(np.mean(lat)))


def _centres(geometries: Geometries) -> tuple[Floats, Floats]:
    parts = shapely.get_parts(geometries)
    parts = parts[~shapely.is_empty(parts)]
    centroids = shapely.centroid(parts)
    if len(parts) > 1 and (areas := shapely.area(parts)).any():
        # The largest part decides: an exclave must not pull the plane away from where the schools are.
        centroids = centroids[areas >= areas.max() / 2]
    return shapely.get_x(centroids), shapely.get_y(centroids)


def in_plane(geometries: Geometries, epsg: int) -> Flags:
    """Tell which geometries lie near enough to the plane's meridian to be measured to one per cent.

    Parameters
    ----------
    geometries
        Lon/lat in degrees (EPSG:4490), `None` allowed (True), shape (n,).
    epsg
        A CRS that `metric_epsgs` gives.
    """
    west, south, east, north = shapely.bounds(geometries).T
    # The scale of a transverse Mercator plane grows with the square of the distance from its meridian.
    widest = np.cos(
        np.radians(np.clip(np.where(south * north < 0, 0.0, np.fmin(abs(south), abs(north))), 0, 90))
    )
    meridian = _meridian(epsg)
    away = np.fmax(_turn(west, meridian), _turn(east, meridian)) * widest * _METRES_PER_DEGREE
    near: Flags = ~(away > _PLANE_HALF_WIDTH_M)
    return near


def _turn(lon: Floats, meridian: float) -> Floats:
    turned: Floats = abs((lon - meridian + 180.0) % 360.0 - 180.0)
    return turned


def _meridian(epsg: int) -> float:
    if epsg in _CGCS2000_ZONES:
        return float(_FIRST_MERIDIAN + (epsg - _FIRST_ZONE_EPSG) * _ZONE_DEG)
    return float((epsg % 100) * 6 - 183)


def to_metric(geometries: Iterable[object], epsg: int) -> Geometries:
    """Project stored geometries to metres.

    Parameters
    ----------
    geometries
        Lon/lat in degrees (EPSG:4490), `None` allowed, shape (n,).
    epsg
        A CRS that `metric_epsgs` gives.

    Returns
    -------
    numpy.ndarray
        Geometries in metres, all coordinates transformed in one call.

    Raises
    ------
    OutsidePlaneError
        A position lies too far away to be measured in that plane; see `in_plane`.
    """
    given = as_geometries(geometries)
    if not in_plane(given, epsg).all():
        raise OutsidePlaneError(epsg=epsg)
    projected = _transform(given, _transformer(_geographic(epsg), f"EPSG:{epsg}"))
    _refuse_infinite(projected, epsg)
    return projected


def to_storage(geometries: Iterable[object], epsg: int) -> Geometries:
    """Bring metric geometries back to lon/lat (EPSG:4490).

    Parameters
    ----------
    geometries
        Geometries in metres, `None` allowed, shape (n,).
    epsg
        The CRS they are in.

    Returns
    -------
    numpy.ndarray
        Geometries in degrees; what crosses 180 degrees is cut there into parts on both sides.

    Raises
    ------
    OutsidePlaneError
        A geometry lies round a pole, where longitudes cannot draw it, or has no position on the globe.
    """
    back: Geometries = shapely.transform(as_geometries(geometries), partial(_degrees, epsg))
    _refuse_infinite(back, epsg)
    return cut_at_antimeridian(back)


def surfaces_to_storage(surfaces: Geometries, epsg: int) -> Geometries:
    """Bring polygons back to lon/lat as they are stored: as MultiPolygons; otherwise as `to_storage`.

    Parameters
    ----------
    surfaces
        Polygons and MultiPolygons in metres, none missing, shape (n,).
    epsg
        The CRS they are in.

    Returns
    -------
    numpy.ndarray
        MultiPolygons in degrees, made once instead of moved and then wrapped.

    Raises
    ------
    OutsidePlaneError
        As `to_storage`.
    """
    if not len(surfaces):
        return surfaces
    positions, offsets = _unravelled(surfaces)
    degrees = _degrees(epsg, positions)
    if not np.isfinite(degrees).all():
        raise OutsidePlaneError(epsg=epsg)
    return cut_at_antimeridian(shapely.from_ragged_array(GeometryType.MULTIPOLYGON, degrees, offsets))


def _unravelled(surfaces: Geometries) -> tuple[Floats, tuple[Any, ...]]:
    """Give all positions of polygons in one array, and where rings, polygons and their sets begin in it."""
    each = np.arange(len(surfaces) + 1)
    lengths = shapely.get_num_coordinates(surfaces)
    one_ring = (shapely.get_type_id(surfaces) == GeometryType.POLYGON) & (lengths > 0)
    if (one_ring & (shapely.get_num_interior_rings(surfaces) == 0)).all():
        # nearly every zone is one outline: then lengths say it all, at a quarter of the general way's cost
        return shapely.get_coordinates(surfaces), (np.concatenate([[0], np.cumsum(lengths)]), each, each)
    kind, positions, offsets = shapely.to_ragged_array(surfaces)
    return positions, (*offsets, each) if kind == GeometryType.POLYGON else offsets


def _degrees(epsg: int, positions: Floats) -> Floats:
    """Bring positions of a plane back to lon and lat, many at once by way of a polynomial."""
    circle = circle_round(positions) if len(positions) >= WORTH_FROM else None
    short = _way_back(epsg, *circle) if circle else None
    if short is not None:
        return short(positions)
    return np.column_stack(_transformer(f"EPSG:{epsg}", _geographic(epsg)).transform(*positions.T))


@lru_cache(maxsize=256)
def _way_back(epsg: int, middle: complex, radius: float) -> WayBack | None:
    to_degrees = _transformer(f"EPSG:{epsg}", _geographic(epsg)).transform
    globe = pyproj.CRS.from_epsg(epsg).get_geod()
    return find_way_back(middle, radius, to_degrees, eccentricity=np.sqrt(globe.es) if globe else 0.0)


def _geographic(epsg: int) -> str:
    # Within one datum PROJ has one way, exact and fast; between two it weighs candidates for each point.
    return f"EPSG:{STORAGE_EPSG if epsg in _CGCS2000_ZONES else WGS84_EPSG}"


@lru_cache(maxsize=256)
def _transformer(source: str, target: str) -> pyproj.Transformer:
    """Make a transformer once; pyproj keeps a copy of it for each thread."""
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def _transform(geometries: Geometries, transformer: pyproj.Transformer) -> Geometries:
    return _apply(geometries, transformer.transform)


def _apply(geometries: Geometries, move: Callable[..., Any]) -> Geometries:
    """Move all coordinates in one call of ``move(x, y)``."""
    moved: Geometries = shapely.transform(geometries, move, interleaved=False)
    return moved


def _refuse_infinite(geometries: Geometries, epsg: int) -> None:
    if not np.isfinite(shapely.get_coordinates(geometries)).all():
        raise OutsidePlaneError(epsg=epsg)


@dataclass(frozen=True, slots=True)
class SourceCrs:
    """What a file's coordinates mean.

    Parameters
    ----------
    name
        As people know it: ``EPSG:4549``, ``gcj02`` ...; kept with the raw rows.
    definition
        What PROJ understands.
    datum
        The displacement to take away afterwards, if any.
    """

    name: str
    definition: str
    datum: Datum | None = None

    @property
    def is_plane(self) -> bool:
        """Whether the coordinates are metres or feet of a plane rather than degrees."""
        return _is_plane(self.definition)

    def to_wgs84(self, geometries: Iterable[object]) -> Geometries:
        """Bring geometries in these coordinates to lon/lat in degrees.

        Parameters
        ----------
        geometries
            Geometries with x = lon or east, y = lat or north, whatever order the CRS itself prefers; `None`
            allowed, shape (n,).

        Returns
        -------
        numpy.ndarray
            WGS84 lon/lat, which is stored as EPSG:4490. What has no position there comes back with infinite
            coordinates, which `geo.validity.mend` refuses row by row.
        """
        given = as_geometries(geometries)
        if self.datum == "gcj02":
            return _apply(given, datums.gcj02_to_wgs84)
        if self.datum == "bd09":
            return _apply(given, datums.bd09_to_wgs84)
        if self.definition in (f"EPSG:{WGS84_EPSG}", f"EPSG:{STORAGE_EPSG}"):
            return given
        return _transform(given, _transformer(self.definition, f"EPSG:{WGS84_EPSG}"))


@lru_cache(maxsize=256)
def _is_plane(definition: str) -> bool:
    return bool(_crs(definition, definition).is_projected)


_WORDS = {
    "wgs84": SourceCrs("wgs84", f"EPSG:{WGS84_EPSG}"),
    "cgcs2000": SourceCrs("cgcs2000", f"EPSG:{STORAGE_EPSG}"),
    "gcj02": SourceCrs("gcj02", f"EPSG:{WGS84_EPSG}", "gcj02"),
    "bd09": SourceCrs("bd09", f"EPSG:{WGS84_EPSG}", "bd09"),
}
_CODE = re.compile(r"(?:EPSG|ESRI):\d{1,7}", re.IGNORECASE)


def parse_crs(text: str) -> SourceCrs:
    """Read the name by which a person declares coordinates.

    Parameters
    ----------
    text
        ``EPSG:n`` (or ``ESRI:n``), ``wgs84``, ``cgcs2000``, ``gcj02`` or ``bd09``; case and hyphens do not
        matter.

    Raises
    ------
    UnknownCrsError
        No such name or code.
    UnusableCrsError
        The code is no plane or geographic CRS (a height, a geocentric or a local one).
    """
    name = text.strip()
    word = name.lower().replace("-", "").replace(" ", "")
    if word in _WORDS:
        return _WORDS[word]
    if not _CODE.fullmatch(name):
        raise UnknownCrsError(crs=name)
    return _checked(name.upper(), name.upper())


def read_crs(definition: str) -> SourceCrs:
    """Read the CRS that a file itself carries: a code, WKT or PROJ string.

    Parameters
    ----------
    definition
        As pyogrio or a ``.prj`` gives it.

    Raises
    ------
    UnknownCrsError
        PROJ cannot read it.
    UnusableCrsError
        It is no plane or geographic CRS.
    """
    if _CODE.fullmatch(definition.strip()):
        return parse_crs(definition)
    crs = _crs(definition, "WKT" if "[" in definition else definition)
    authority = crs.to_authority(min_confidence=70)
    return _checked(":".join(authority) if authority else crs.name, definition)


def _crs(definition: str, name: str) -> pyproj.CRS:
    try:
        return pyproj.CRS.from_user_input(definition)
    except (CRSError, ProjError) as error:
        raise UnknownCrsError(crs=name) from error


def _checked(name: str, definition: str) -> SourceCrs:
    crs = _crs(definition, name)
    if not (crs.is_projected or crs.is_geographic):
        raise UnusableCrsError(crs=name)
    try:
        _transformer(definition, f"EPSG:{WGS84_EPSG}")
    except ProjError as error:
        raise UnusableCrsError(crs=name) from error
    return SourceCrs(name, definition)

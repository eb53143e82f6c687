"""Zones and rings: what lies within so many metres of a school's boundary, with and without the ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from shapely import GeometryType

from geo.arrays import THREADS, each_chunk
from geo.crs import surfaces_to_storage, to_metric
from geo.errors import BadRadiusError
from geo.overlays import difference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo.arrays import Flags, Floats, Geometries

QUAD_SEGS = 16
"""Segments of a quarter circle: a disc is 0.16 % smaller than the circle."""


ZONES_AT_ONCE = 600
"""Their coordinates fit into a core's cache of 1 MB: a sixth less work than with 2,000."""


class Zones(NamedTuple):
    """The zones of a chunk of schools, ready to be stored."""

    rows: slice
    """Which schools: row numbers of the array given."""
    geometries: Geometries
    """MultiPolygons in EPSG:4490 or zones in metres, ground included; shape (radii, schools)."""
    areas: Floats
    """Square metres, shape (radii, schools)."""


def zones(
    ground: Geometries, radii: Sequence[float], *, threads: int = THREADS, quad_segs: int = QUAD_SEGS
) -> Geometries:
    """Give the zones of schools: their ground and what lies within each radius of it.

    Parameters
    ----------
    ground
        Valid polygons, or points where no boundary is known, in metres, shape (n,).
    radii
        Metres from the boundary, each more than 0.
    threads
        Threads at most; one where a thread of the caller's is at work already.
    quad_segs
        Segments of a quarter circle.

    Returns
    -------
    numpy.ndarray
        Polygons or MultiPolygons in metres, shape (radii, n).

    Raises
    ------
    BadRadiusError
        A radius is 0, negative or no number.
    """
    check_radii(radii)
    made: Geometries = np.empty((len(radii), len(ground)), dtype=object)

    def work(rows: slice) -> None:
        for row, radius in enumerate(radii):
            made[row, rows] = shapely.buffer(ground[rows], radius, quad_segs=quad_segs)

    for _ in each_chunk(work, len(ground), threads=threads):
        pass
    return made


def rings(zone: Geometries, ground: Geometries) -> Geometries:
    """Take each school's own ground out of its zone.

    Parameters
    ----------
    zone
        What `zones` gives for one radius, in metres, shape (n,).
    ground
        The geometries it was made of, shape (n,).

    Returns
    -------
    numpy.ndarray
        Polygons or MultiPolygons in metres, shape (n,). A point has no ground; a hole in the ground belongs
        to the zone, so it stays in the ring.
    """
    ring = zone.copy()
    simple = _is_one_shell(ground) & _is_one_shell(zone)
    if simple.any():
        # The ground lies strictly inside its zone, so it can be set in as a hole: no overlay is needed.
        ring[simple] = _with_hole(zone[simple], ground[simple])
    rest = ~simple & (shapely.get_dimensions(ground) == 2)  # noqa: PLR2004  # surfaces
    ring[rest] = difference(zone[rest], ground[rest])
    return ring


def _with_hole(shells: Geometries, holes: Geometries) -> Geometries:
    """Make polygons of the outlines of two arrays, the second inside the first."""
    outlines = np.column_stack([shells, holes]).ravel()
    coordinates, outline = shapely.get_coordinates(outlines, return_index=True)
    ends = np.searchsorted(outline, np.arange(len(outlines) + 1))
    return shapely.from_ragged_array(
        GeometryType.POLYGON, coordinates, (ends, np.arange(0, len(outlines) + 1, 2))
    )


def _is_one_shell(geometries: Geometries) -> Flags:
    single: Flags = shapely.get_type_id(geometries) == GeometryType.POLYGON.value
    single &= shapely.get_num_interior_rings(geometries) == 0
    return single


def perimeters(
    schools: Geometries, radii: Sequence[float], *, epsg: int | None, quad_segs: int = QUAD_SEGS
) -> Iterator[Zones]:
    """Go the whole way from stored boundaries to stored zones, chunk by chunk.

    Parameters
    ----------
    schools
        Polygons or points, lon/lat in EPSG:4490, shape (n,).
    radii
        Metres from the boundary.
    epsg
        The metric CRS to measure in (`geo.crs.metric_epsg`); `None` where the schools are in metres already
        and the zones are to stay so.
    quad_segs
        Segments of a quarter circle.

    Yields
    ------
    Zones
        At most `ZONES_AT_ONCE` zones at once, in order: memory does not grow with their number.

    Raises
    ------
    BadRadiusError
        A radius is 0, negative or no number.
    """
    check_radii(radii)

    def work(rows: slice) -> Zones:
        ground = schools[rows] if epsg is None else to_metric(schools[rows], epsg)
        made = np.concatenate([shapely.buffer(ground, radius, quad_segs=quad_segs) for radius in radii])
        kept = made if epsg is None else surfaces_to_storage(made, epsg)
        shape = (len(radii), len(ground))
        return Zones(rows, kept.reshape(shape), shapely.area(made).reshape(shape))

    if radii:
        yield from each_chunk(work, len(schools), chunk=max(1, ZONES_AT_ONCE // len(radii)))


def check_radii(radii: Sequence[float]) -> None:
    """Refuse radii that are no distance.

    Raises
    ------
    BadRadiusError
        A radius is 0, negative or no number.
    """
    for radius in radii:
        if not (np.isfinite(radius) and radius > 0):
            raise BadRadiusError(radius=radius)

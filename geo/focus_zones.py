"""Focus zones: schools whose 200 m zones touch, cut by town, and what lies within them.

Schools of one town belong together where a chain of touching zones joins them. A chain through another town
does not count: each town has to act within its own bounds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pandera.pandas as pa
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.arrays import each_chunk
from geo.frames import checked
from geo.terms import UNASSIGNED
from geo.zone_scores import only

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geo.arrays import Geometries, Integers

    Strings = NDArray[np.str_]

_UNIONS_AT_ONCE = 500

_SCHOOLS_FRAME = pa.DataFrameSchema(
    {
        "school_code": pa.Column(unique=True),
        "town_code": pa.Column(nullable=True),
        "police_area_code": pa.Column(nullable=True),
        "pupils": pa.Column("float64", pa.Check.ge(0), nullable=True, coerce=True),
    },
    name="zone schools",
)


class FocusZones(NamedTuple):
    """The zones of a partition, by their ids."""

    frame: pd.DataFrame
    """``zone_id``, ``town_code``, ``police_area_codes`` and ``school_codes`` (ascending lists), ``pupils``
    (NaN where those of one school are not known)."""
    geometries: Geometries
    """The schools' zones in one shape each, in metres, shape (zones,)."""
    zone_of: Integers
    """Row of each school's zone, shape (schools,), in the order of the schools given."""


class Within(NamedTuple):
    """How many events, or hexagons, lie within schools' zones or touch them."""

    distinct: int
    """Each counted once, however many zones it lies in."""
    per_school: Integers
    """Each counted for every school it is near, shape (schools,)."""
    per_zone: Integers
    """Each counted once for every focus zone it lies in, shape (zones,)."""


def focus_zones(schools: pd.DataFrame, zones: Geometries) -> FocusZones:
    """Join schools to focus zones.

    Parameters
    ----------
    schools
        ``school_code``, ``town_code`` and ``police_area_code`` (may be missing), ``pupils`` (may be NaN); a
        school without a town belongs to the town ``unassigned``.
    zones
        Each school's zone of 200 m, ground included, in metres of one plane, none missing, shape (schools,).

    Returns
    -------
    FocusZones
        Known by ``<town>:<smallest school code>``, ascending, whatever the order of the schools.

    Raises
    ------
    UnknownTermError
        There is another column: nothing else has to do with it.
    FrameError
        A column is missing, a code comes twice or pupils are negative.
    """
    schools = checked(only(schools, list(_SCHOOLS_FRAME.columns)), _SCHOOLS_FRAME)
    codes, town = schools["school_code"].to_numpy(dtype=str), _towns(schools["town_code"])
    by_code = np.argsort(codes)
    label = np.empty(len(codes), dtype=np.int64)
    label[by_code] = _components(zones[by_code], town[by_code])
    first = by_code[np.unique(label[by_code], return_index=True)[1]]
    names = np.char.add(np.char.add(town[first], ":"), codes[first])
    by_name = np.argsort(names)
    zone_of = np.argsort(by_name)[label]
    rows = np.lexsort([codes, zone_of])
    frame = pd.DataFrame({"zone_id": names[by_name], "town_code": town[first[by_name]]}, dtype=object)
    return FocusZones(
        pd.concat([frame, _members(schools.iloc[rows], zone_of[rows])], axis=1),
        _united(zones[rows], zone_of[rows], len(first)),
        zone_of,
    )


def within_zones(zones: Geometries, zone_of: Integers, shapes: Geometries) -> Within:
    """Count events, or significant hexagons, within schools' zones.

    Parameters
    ----------
    zones
        Each school's zone, in metres, shape (schools,).
    zone_of
        Row of the focus zone of each school, from `focus_zones`.
    shapes
        Points, or hexagons, in the same plane, shape (n,); they count where they touch a zone.

    Returns
    -------
    Within
        Two sums that differ on purpose: an event near two schools concerns both and happened once.
    """

    def work(rows: slice) -> Integers:
        shape, school = tree.query(shapes[rows], predicate="intersects")
        return np.stack([shape + rows.start, school])

    tree = shapely.STRtree(zones)
    pairs = _joined(work, len(shapes))
    zone_count = int(zone_of.max(initial=-1)) + 1
    of_zone = np.unique(pairs[0] * max(zone_count, 1) + zone_of[pairs[1]]) % max(zone_count, 1)
    return Within(
        len(np.unique(pairs[0])),
        np.bincount(pairs[1], minlength=len(zones)),
        np.bincount(of_zone, minlength=zone_count),
    )


def _towns(towns: pd.Series) -> Strings:
    return towns.where(towns.notna() & (towns != ""), UNASSIGNED).to_numpy(dtype=str)


def _components(zones: Geometries, town: Strings) -> Integers:
    """Give a number to each group of schools of one town that a chain of touching zones joins."""
    tree = shapely.STRtree(zones)
    towns = np.unique(town, return_inverse=True)[1]

    def work(rows: slice) -> Integers:
        one, other = tree.query(zones[rows], predicate="intersects")
        one = one + rows.start
        kept = (one < other) & (towns[one] == towns[other])
        return np.stack([one[kept], other[kept]])

    one, other = _joined(work, len(zones))
    links = coo_array((np.ones(len(one), dtype=bool), (one, other)), shape=(len(zones), len(zones)))
    return connected_components(links, directed=False)[1].astype(np.int64)


def _joined(work: Callable[[slice], Integers], count: int) -> Integers:
    """Collect pairs of rows chunk by chunk; shape (2, pairs)."""
    return np.concatenate([np.empty((2, 0), dtype=np.int64), *each_chunk(work, count)], axis=1)


def _members(schools: pd.DataFrame, zone: Integers) -> pd.DataFrame:
    """List what belongs to each zone; ``schools`` by zone and code, ``zone`` ascending from 0."""
    starts = np.searchsorted(zone, np.arange(zone.max(initial=-1) + 1))
    areas = schools["police_area_code"].to_numpy(dtype=object)
    named = schools["police_area_code"].notna().to_numpy() & ~np.isin(areas.astype(str), ["", UNASSIGNED])
    # What stands before the first zone is nothing.
    by_zone = zip(np.split(areas, starts)[1:], np.split(named, starts)[1:], strict=True)
    codes = np.split(schools["school_code"].to_numpy(dtype=object), starts)[1:]
    lists = pd.DataFrame(
        {
            "police_area_codes": pd.Series(
                [sorted(set(part[there])) for part, there in by_zone], dtype=object
            ),
            "school_codes": pd.Series([part.tolist() for part in codes], dtype=object),
        }
    )
    # A sum with NaN is NaN: a zone with one school unknown is not smaller than it looks, it is unknown.
    lists["pupils"] = np.bincount(zone, weights=schools["pupils"].to_numpy(dtype=np.float64))
    return lists


def _united(zones: Geometries, zone: Integers, count: int) -> Geometries:
    """Make one shape of each focus zone's zones; ``zone`` ascending."""
    united: Geometries = np.empty(count, dtype=object)
    starts = np.searchsorted(zone, np.arange(count))
    united[:] = zones[starts]
    several = np.flatnonzero(np.bincount(zone, minlength=count) > 1)
    bundles = np.asarray(shapely.geometrycollections(zones, indices=zone))[several]

    def work(rows: slice) -> None:
        united[several[rows]] = shapely.union_all(bundles[rows, None], axis=1)

    for _ in each_chunk(work, len(several), chunk=_UNIONS_AT_ONCE):
        pass
    return united

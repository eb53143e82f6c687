"""Events lose their minute, and the sensitive ones their place, before anything of them is kept.

DESIGN 8.6: the time becomes the start of its two-hour band in the source's zone; a point inside a school's
boundary or a building is kept only as its hexagon. This holds for the facts, for the rows as received and for
what digests are made of. A row's code alone is made of the exact minute and place, with a secret key, so that
the same event gets the same code and nobody can guess it back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from data.models.base import SRID
from data.repositories import incidents as repository
from data.repositories.incidents import PLACE
from etl.intake.identity import give_digests
from etl.intake.privacy import MASK
from etl.intake.verdicts import is_missing, only_where
from etl.kinds import INCIDENT
from geo.hexagons import cell_ids

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from sqlalchemy import Connection

    from etl.definitions import Definition
    from etl.intake.checks import Values
    from etl.readers import Chunk
    from geo.arrays import Flags, Floats, Geometries, Objects

BAND_HOURS = 2
TIME, CELL = "occurred_at", "cell_id"
ROWS = 10_000


class Kept(NamedTuple):
    """What is left of a chunk of events."""

    chunk: Chunk
    """Its geometries as received only where the place is kept."""
    cells: pd.DataFrame
    """Its cells: times as bands, the cells of the place in one column of their own."""
    wkb: Objects
    """EWKB of the points that are kept."""


@dataclass(frozen=True)
class Discretion:
    """What a load of events needs to know so as not to know too much."""

    secret: bytes
    """The key with which codes are made."""
    find_hidden: Callable[[Floats, Floats], list[int]]
    """Tells which positions (lon, lat in degrees) lie where no point is kept."""


def find_discretion(connection: Connection, definition: Definition) -> Discretion | None:
    """Give what a load of events needs; None for every other kind."""
    if not definition.spec.coarsened:
        return None

    def find_hidden(lon: Floats, lat: Floats) -> list[int]:
        return repository.find_hidden(connection, lon.tolist(), lat.tolist())

    return Discretion(repository.read_secret(connection), find_hidden)


def coarsen(
    chunk: Chunk,
    cells: pd.DataFrame,
    points: Geometries,
    values: Values,
    definition: Definition,
    discretion: Discretion,
) -> Kept:
    """Coarsen a chunk of events: ``values`` get bands and hexagons in place, the rest is given back.

    Parameters
    ----------
    chunk, cells
        The rows as received, refused cells masked.
    points
        Points of the rows that stand, lon/lat in EPSG:4490, None for refused ones.
    values
        Canonical texts by target column.
    definition
        The source's description.
    discretion
        Whom to ask what hides a point.
    """
    values[TIME], shown = bands(values[TIME], definition.zone)
    standing = np.flatnonzero(~is_missing(points))
    lon, lat = shapely.get_x(points[standing]), shapely.get_y(points[standing])
    values[CELL] = np.full(len(points), None, dtype=object)
    values[CELL][standing] = cell_ids(lon, lat)
    open_places = np.zeros(len(points), dtype=bool)
    open_places[standing] = True
    if len(standing):
        open_places[standing[discretion.find_hidden(lon, lat)]] = False
    return Kept(
        chunk if chunk.wkb is None else replace(chunk, wkb=only_where(open_places, chunk.wkb)),
        _without_places(_without_minutes(cells, shown, definition), open_places, definition),
        _ewkb(only_where(open_places, points)),
    )


def bands(moments: Objects, zone: ZoneInfo) -> tuple[Objects, Objects]:
    """Give the start of each moment's two-hour band of the local clock.

    Parameters
    ----------
    moments
        ISO texts, None where there is none; those without an offset are local.
    zone
        Where the clock hangs.

    Returns
    -------
    tuple of numpy.ndarray
        As they are stored (ISO, UTC), and as a clerk reads them (local). On the day on which clocks go back
        the band that is there twice begins when it first does.
    """
    places, different = pd.factorize(pd.Series(moments, dtype=object))
    starts = [_start_of_band(datetime.fromisoformat(str(moment)), zone) for moment in different]
    stored = [start.astimezone(UTC).isoformat() for start in starts]
    shown = [start.strftime("%Y-%m-%d %H:00") for start in starts]
    # Missing ones have place -1, which is the last entry.
    return tuple(np.array([*texts, None], dtype=object)[places] for texts in (stored, shown))  # type: ignore[return-value]


def _start_of_band(moment: datetime, zone: ZoneInfo) -> datetime:
    local = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
    hour = local.hour - local.hour % BAND_HOURS
    return datetime(local.year, local.month, local.day, hour, tzinfo=zone)


def _without_minutes(cells: pd.DataFrame, shown: Objects, definition: Definition) -> pd.DataFrame:
    """Put the band in the place of every filled cell that a time came from, or a mask where it was none."""
    coarse = cells.copy()
    bandless = np.where(is_missing(shown), MASK, shown)
    for name in definition.columns[TIME].columns:
        coarse[name] = only_where(cells[name].notna().to_numpy(), bandless)
    return coarse


def _without_places(cells: pd.DataFrame, open_places: Flags, definition: Definition) -> pd.DataFrame:
    """Gather the cells of each place under one name, and only where the place is kept."""
    columns = list(definition.geometry.columns) if definition.geometry else []
    columns = [name for name in columns if name in cells.columns]
    if not columns:
        return cells
    places: Objects = np.full(len(cells), None, dtype=object)
    chosen = cells.loc[open_places, columns].astype(object)
    places[open_places] = chosen.where(chosen.notna(), None).to_dict("records")
    return cells.drop(columns=columns).assign(**{PLACE: places})


def _ewkb(points: Geometries) -> Objects:
    written: Objects = np.full(len(points), None, dtype=object)
    there = ~is_missing(points)
    written[there] = shapely.to_wkb(shapely.set_srid(points[there], SRID), include_srid=True)
    return written


def hide_exposed(connection: Connection) -> int:
    """Take away the points of events that now lie inside a school's boundary or a building.

    It is called, in the same transaction, by whatever changes schools or the basemap, and looks at all
    versions of all events: also at those that an undo may bring back.

    Returns
    -------
    int
        Versions that lost their point.
    """
    after, count = 0, 0
    while events := repository.read_exposed(connection, after=after, limit=ROWS):
        after, count = events[-1].version_id, count + len(events)
        values: Values = {
            "category": np.array([event.category for event in events], dtype=object),
            TIME: np.array([event.occurred_at.astimezone(UTC).isoformat() for event in events], dtype=object),
            CELL: np.array([event.cell_id for event in events], dtype=object),
        }
        nothing: Objects = np.full(len(events), None, dtype=object)
        repository.hide(connection, events, give_digests(values, nothing, INCIDENT).tolist())
    return count

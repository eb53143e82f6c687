"""What the hotspots' part looks at: the period to open with, significant places, a hexagon's months.

Pure: frames in, frames and numbers out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo.hotspot_places import middles_of, nearest_of, places_of
from geo.hotspots import ALL
from geo.terms import HotspotClass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.arrays import Floats, Integers, Objects

NEAR_M = 1_000
"""Metres up to which a place is named by its nearest school; beyond it is named by the school's town."""
SPARSE = 0.5
"""Events a hexagon and year below which a single one can hardly be told from chance."""
MONTHS_SHOWN = 24
_YEAR = 4
_YOUNG = 0.25


class Named(NamedTuple):
    """How a place is called: its nearest school, how far that is, and the town."""

    school: str | None
    metres: int
    town: str | None


def periods_of(periods: pd.DataFrame) -> list[str]:
    """List the periods, years first, the newest first in each."""
    known = set(periods["period"])
    years = sorted((one for one in known if len(one) == _YEAR), reverse=True)
    return years + sorted((one for one in known if len(one) > _YEAR), reverse=True)


def default_period(periods: pd.DataFrame) -> str:
    """Choose the newest year; the one before where the newest has only begun."""
    whole = periods[(periods["category"] == ALL) & (periods["period"].str.len() == _YEAR)]
    events = dict(zip(whole["period"], whole["events"].astype(int), strict=True))
    newest, *older = sorted(map(str, events), reverse=True)
    return older[0] if older and events[newest] < _YOUNG * events[older[0]] else newest


def categories_of(periods: pd.DataFrame, period: str) -> list[str]:
    """List the categories of a period: all together, then those with most events."""
    own = periods[periods["period"] == period].sort_values(["events", "category"], ascending=[False, True])
    return [ALL, *(one for one in own["category"] if one != ALL)]


def named(
    middles: tuple[Sequence[float] | Floats, Sequence[float] | Floats], schools: pd.DataFrame, epsg: int
) -> list[Named]:
    """Name places by schools.

    Parameters
    ----------
    middles
        Longitudes and latitudes, degrees.
    schools
        ``name, town_name, lon, lat``.
    epsg
        The plane that distances are measured in.
    """
    lon, lat = (np.asarray(part, dtype=float) for part in middles)
    spots = schools["lon"].to_numpy(dtype=float), schools["lat"].to_numpy(dtype=float)
    rows, metres = nearest_of(lon, lat, spots, epsg)
    if not len(schools):
        return [Named(None, 0, None)] * len(lon)
    names, towns = schools["name"].tolist(), schools["town_name"].tolist()
    return [
        Named(
            str(names[row]) if away <= NEAR_M else None,
            int(round(away, -1)),
            towns[row] if isinstance(towns[row], str) else None,
        )
        for row, away in zip(rows.tolist(), metres.tolist(), strict=True)
    ]


def significant_places(cells: pd.DataFrame, schools: pd.DataFrame, epsg: int) -> pd.DataFrame:
    """Join significant hexagons that touch, and name the places.

    Parameters
    ----------
    cells
        ``cell_id, count, class``.
    schools, epsg
        As for `named`.

    Returns
    -------
    pandas.DataFrame
        Those with most events first: ``cells`` (their number), ``events``, ``top`` (the hexagon with most
        events), ``named`` (`Named`).
    """
    hot = cells[cells["class"] == str(HotspotClass.HOT)].reset_index(drop=True)
    columns = ["cells", "events", "top", "named"]
    if hot.empty:
        return pd.DataFrame(columns=columns)
    ids: Objects = hot["cell_id"].to_numpy(dtype=object)
    groups = places_of(ids)
    count: Integers = hot["count"].to_numpy(dtype=np.int64)
    best = hot.assign(group=groups).sort_values(["count", "cell_id"], ascending=[False, True])
    table = pd.DataFrame(
        {
            "cells": np.bincount(groups),
            "events": np.bincount(groups, weights=count).astype(np.int64),
            "top": best.groupby("group")["cell_id"].first().to_numpy(),
        }
    )
    table["named"] = as_objects(named(middles_of(ids, groups), schools, epsg))
    return table.sort_values(["events", "cells", "top"], ascending=[False, False, True], ignore_index=True)


def as_objects(values: list[Named]) -> Objects:
    """Put tuples into an array, one a row."""
    made: Objects = np.empty(len(values), dtype=object)
    for row, value in enumerate(values):
        made[row] = value
    return made


def months_of(cell: pd.DataFrame, months: Sequence[str], category: str) -> list[int]:
    """Give a hexagon's events in each of some months."""
    own = cell[(cell["category"] == category) & (cell["period"].str.len() > _YEAR)]
    found = dict(zip(own["period"], own["count"].astype(int), strict=True))
    return [found.get(month, 0) for month in months]


def last_months(periods: pd.DataFrame) -> list[str]:
    """Give the last months, oldest first, without gaps."""
    known = sorted({one for one in periods["period"] if len(one) > _YEAR})
    if not known:
        return []
    last = int(known[-1][:_YEAR]) * 12 + int(known[-1][_YEAR + 1 :]) - 1
    first = int(known[0][:_YEAR]) * 12 + int(known[0][_YEAR + 1 :]) - 1
    start = max(first, last - MONTHS_SHOWN + 1)
    return [f"{one // 12:04d}-{one % 12 + 1:02d}" for one in range(start, last + 1)]


def events_a_cell_and_year(events: int, cells: int, period: str) -> float:
    """Give how many events a hexagon has in a year on average."""
    return events / cells * (1 if len(period) == _YEAR else 12)

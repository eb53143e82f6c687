"""Hotspots: events counted in hexagons, each grid by itself, and judged by period and category."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import shapely

from data.repositories.results import holds_partition
from etl.intake.areas import Areas
from etl.jobs.task import Job
from etl.notes import Note
from etl.rounding import in_words, rounding_of_events
from geo.arrays import points_at, shapes_of
from geo.density import BANDWIDTH_M, density_of_cells
from geo.getis import neighbourhoods, sizes_of
from geo.hexagons import (
    RADIUS_M,
    cell_centres,
    cell_ids,
    cell_polygons,
    centres_in_metres,
    neighbour_pairs,
    read_ids,
)
from geo.hotspot_cells import cells_of_areas, cells_round
from geo.hotspot_measures import Counted, foresight_measures, period_measures
from geo.hotspots import ALL, LARGEST, Hotspots, hotspots
from geo.terms import AreaLevel

if TYPE_CHECKING:
    from scipy import sparse

    from etl.jobs.task import Task
    from geo.arrays import Floats, Geometries, Objects

LEAST_DENSITY = 0.01
"""What is thinner than this share of the peak is not written: no map shows it."""
BANDWIDTH_RADII = 3
"""Radii of a hexagon that the surface is smoothed over at least."""
_YEAR = 4
TABLES = ("hotspot_grid", "hotspot_cell", "hotspot_period", "hotspot_sum", "event_density")
SUMS = ["period", "category", "cell_id", "count", "expected", "z", "p", "q", "class"]
EMPTY: dict[str, list[str]] = {
    "hotspot_grid": ["epsg", "radius_m", "cells", "events", "measures"],
    "hotspot_cell": ["cell_id", "epsg", "neighbourhood", "geom"],
    "hotspot_period": ["epsg", "period", "category", "events", "empty_expected", "empty_z", "measures"],
    "hotspot_sum": SUMS,
    "event_density": ["period", "cell_id", "density"],
}


class Grid(NamedTuple):
    """The hexagons of one metric CRS, and the events in them."""

    ids: Objects
    neighbours: sparse.csr_array
    counted: Counted


def run(task: Task) -> int:
    """Compute and replace the partition's rows; gives their number."""
    found = task.facts.events(task.district, task.settings.timezone)
    areas = task.facts.areas_in(task.district)
    if _is_unchanged(task, found, areas):
        return 0
    is_future = found["day"].dt.date > task.day if len(found) else np.zeros(0, dtype=bool)
    if left_out := int(np.sum(is_future)):
        task.notes.append(Note("hotspots.build.future", {"count": left_out, "day": task.day.isoformat()}))
    events = placed(found[~is_future], task.settings.hexagon_m)
    about = {"left_out": {"future": left_out}} | (_about(task, events) if len(events) else {})
    tables = [rows_of(grid, about) for grid in _grids(task, events, areas)]
    tables = tables or [{name: pd.DataFrame(columns=columns) for name, columns in EMPTY.items()}]
    wholes = {name: pd.concat([rows[name] for rows in tables], ignore_index=True) for name in TABLES}
    return sum(task.replace(name, frame, only=None) for name, frame in wholes.items())


def _is_unchanged(task: Task, events: pd.DataFrame, areas: pd.DataFrame) -> bool:
    """Tell whether a build of what was changed can leave the partition alone, and keep what it depends on."""
    mark = hashlib.sha256(pd.util.hash_pandas_object(events, index=False).to_numpy().tobytes())
    for part in (areas["code"], areas["level"], shapely.to_wkb(shapes_of(areas), hex=True)):
        mark.update("\n".join(part).encode())
    mark.update(f"{task.settings.hexagon_m} {task.settings.timezone} {task.day}".encode())
    todo = task.begin("hotspot", [task.district], [(np.zeros(1, dtype=np.int64), [mark.digest()])])
    kept = todo.replaced is not None and not todo.replaced
    return kept and (events.empty or holds_partition(task.facts.connection, "hotspot_grid", task.district))


def placed(events: pd.DataFrame, radius_m: int) -> pd.DataFrame:
    """Give each event its hexagon; one that is known by a hexagon only lies in its middle.

    Parameters
    ----------
    events
        As `data.repositories.facts.Facts.events` gives them.
    radius_m
        Circumradius of the hexagons that are counted in, m.

    Returns
    -------
    pandas.DataFrame
        The rows with ``id`` (hexagon), ``hidden``, ``month``, and every ``lon`` and ``lat`` filled.
    """
    made = events.reset_index(drop=True)
    hidden = made["lon"].isna().to_numpy(dtype=bool)
    lon, lat = made["lon"].to_numpy(dtype=float, copy=True), made["lat"].to_numpy(dtype=float, copy=True)
    kept = made["cell_id"].to_numpy(dtype=object)[hidden]
    middles = cell_centres(kept)
    lon[hidden], lat[hidden] = shapely.get_x(middles), shapely.get_y(middles)
    ids = cell_ids(lon, lat, radius_m)
    if radius_m == RADIUS_M:
        ids[hidden] = kept
    return made.assign(
        id=ids, hidden=hidden, lon=lon, lat=lat, month=made["day"].dt.strftime("%Y-%m").astype(object)
    )


def _about(task: Task, events: pd.DataFrame) -> dict[str, Any]:
    """Say how well the places of a partition's events are known, and between which days they happened."""
    rounding = rounding_of_events(events)
    if (said := in_words(rounding)) is not None:
        task.notes.append(Note(f"hotspots.build.{said[0]}", said[1]))
    return {
        "rounding": rounding,
        "hidden": int(events["hidden"].sum()),
        "first": events["day"].min().date().isoformat(),
        "last": events["day"].max().date().isoformat(),
        "day": task.day.isoformat(),
    }


def _grids(task: Task, events: pd.DataFrame, areas: pd.DataFrame) -> list[Grid]:
    """Lay out the hexagons of a partition, and count its events in them; grids of two zones do not join."""
    if events.empty:
        return []
    radius = task.settings.hexagon_m
    own = areas[(areas["level"] == AreaLevel.DISTRICT) & (areas["code"] == task.district)]
    if len(own):
        # An event that was hidden in a hexagon, or placed before its area changed, may lie outside.
        ids = np.union1d(cells_of_areas(shapes_of(own), radius), events["id"].to_numpy(dtype=object))
    else:
        lon, lat = events["lon"].to_numpy(dtype=float), events["lat"].to_numpy(dtype=float)
        ids = np.union1d(cells_round(lon, lat, radius_m=radius), events["id"].to_numpy(dtype=object))
    towns = Areas.from_frame(areas).find(_points(events), AreaLevel.TOWN)[0]
    placed_events = events.assign(town=towns)
    zone, of_event = read_ids(ids).epsg, read_ids(events["id"]).epsg
    grids = []
    for epsg in np.unique(of_event).tolist():
        cells = ids[zone == epsg]
        rows = placed_events[of_event == epsg]
        cell = np.searchsorted(cells.astype(str), rows["id"].to_numpy(dtype=str)).astype(np.int64)
        counted = Counted(rows.assign(cell=cell), len(cells), epsg, radius, task.day)
        grids.append(Grid(cells, neighbourhoods(neighbour_pairs(cells), len(cells)), counted))
    return grids


def _points(events: pd.DataFrame) -> Geometries:
    return points_at(events["lon"].to_numpy(dtype=float), events["lat"].to_numpy(dtype=float))


def rows_of(grid: Grid, about: dict[str, Any]) -> dict[str, pd.DataFrame]:
    """Compute all rows of one grid, by table."""
    counted = grid.counted
    found = hotspots(counted.events[["cell", "month", "category"]], grid.neighbours)
    measures = about | {"foresight": foresight_measures(counted, grid.neighbours)}
    return {
        "hotspot_grid": pd.DataFrame(
            {
                "epsg": [counted.epsg],
                "radius_m": [counted.radius_m],
                "cells": [counted.cells],
                "events": [len(counted.events)],
                "measures": [measures],
            }
        ),
        "hotspot_cell": pd.DataFrame(
            {
                "cell_id": grid.ids,
                "epsg": counted.epsg,
                "neighbourhood": sizes_of(grid.neighbours),
                "geom": cell_polygons(grid.ids),
            }
        ),
        "hotspot_period": _periods(counted, found),
        "hotspot_sum": found.near.assign(cell_id=grid.ids[found.near["cell"]])[SUMS],
        "event_density": _densities(grid),
    }


def _periods(counted: Counted, found: Hotspots) -> pd.DataFrame:
    """Write a row a period and category: its events, what an empty neighbourhood has, and what is said."""
    empty = found.elsewhere.set_index(["period", "category"])
    labels = empty.index.unique().to_frame(index=False)
    shape = (len(labels), LARGEST)
    z = empty["z"].to_numpy(dtype=float).reshape(shape)
    measures = [
        period_measures(counted, str(period), str(category))
        for period, category in zip(labels["period"], labels["category"], strict=True)
    ]
    columns = {
        "epsg": counted.epsg,
        "events": empty["total"].to_numpy().reshape(shape)[:, 0],
        "empty_expected": empty["expected"].to_numpy(dtype=float).reshape(shape).tolist(),
        "empty_z": [[None if np.isnan(one) else one for one in row] for row in z.tolist()],
        "measures": measures,
    }
    return pd.concat([labels, pd.DataFrame(columns)], axis=1)


def _densities(grid: Grid) -> pd.DataFrame:
    """Smooth the events of each year."""
    counted = grid.counted
    middles = centres_in_metres(read_ids(grid.ids))
    years = sorted({month[:_YEAR] for month in counted.events["month"]})
    frames = [_density(grid, middles, year) for year in years]
    return pd.concat(frames, ignore_index=True)


def _density(grid: Grid, middles: Floats, year: str) -> pd.DataFrame:
    """Smooth the events of one year; the thinnest places are left out."""
    counted = grid.counted
    density = density_of_cells(
        counted.counts(counted.of(year, ALL)),
        middles,
        radius_m=counted.radius_m,
        bandwidth_m=max(BANDWIDTH_M, BANDWIDTH_RADII * counted.radius_m),
    )
    kept = density >= LEAST_DENSITY * density.max()
    return pd.DataFrame({"period": year, "cell_id": grid.ids[kept], "density": density[kept]})


JOB = Job(run, TABLES, of_events=True, nothing="hotspots.build.nothing")

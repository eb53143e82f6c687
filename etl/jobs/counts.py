"""Classes instead of numbers: of events by school and school year, and of the register by police area.

The first is what education sees of events. The second is written once a half-year and never changed, in the
police instance while the register is in use; it is the one thing that leaves the register. The counts behind
it are read, made into classes and forgotten in this process; notes and the run's row hold none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from data.repositories import area_classes, school_events
from data.repositories.facts import Box
from data.repositories.incidents import read_secret
from data.repositories.register_counts import count_register
from data.repositories.situation import instance
from data.terms import Instance
from etl.jobs.task import Job
from etl.notes import Note
from geo.arrays import shapes_of
from geo.crs import in_plane, to_metric
from geo.disclosure import NOTHING, codes_of_words, release, words_of_codes
from geo.disclosure_coin import half_year_number, half_year_of, tossed
from geo.hexagons import cell_centres
from geo.school_events import class_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from etl.jobs.task import Task, Whole
    from geo.arrays import Geometries, Integers, Objects

MARGIN_M = 1_100
"""An event within 500 m of a school may lie nearer to another, which is then within 1000 m of the first."""


def run(task: Task) -> int:
    """Compute and replace the partition's rows of `out.school_event_class`; gives their number."""
    schools = task.facts.schools(task.district)
    years = school_events.read_years(task.facts, task.district, task.settings.timezone, task.day)
    parts, done = [], 0
    for epsg, rows in task.planes(schools):
        parts.append(_part(task, schools.iloc[rows], epsg, years))
        done += len(rows)
        task.done(done)
    empty = pd.DataFrame(columns=["school_id", "school_code", "school_year", "class"])
    whole = pd.concat(parts, ignore_index=True) if parts else empty
    return task.replace("school_event_class", whole, only=None)


def _part(task: Task, schools: pd.DataFrame, epsg: int, years: list[int]) -> pd.DataFrame:
    """Give the rows of the schools of one plane."""
    box = Box(*schools["geom"].total_bounds.tolist()).widened(MARGIN_M)  # a GeoSeries
    around = pd.DataFrame(school_events.read_schools_round(task.facts, box))
    around = around[in_plane(shapes_of(around), epsg)].reset_index(drop=True)
    own = around["school_code"].isin(schools["school_code"]).to_numpy(dtype=bool)
    found = class_rows(to_metric(shapes_of(around), epsg), own, _events(task, box, epsg), years)
    named = around.loc[found["school"], ["school_id", "school_code"]].reset_index(drop=True)
    return pd.concat([named, found[["school_year", "class"]]], axis=1)


def _events(task: Task, box: Box, epsg: int) -> tuple[Geometries, Integers, Integers]:
    """Give the events near schools in metres, their school years, and how many each stands for."""
    placed, hidden = school_events.read_events_round(task.facts, box, task.settings.timezone, task.day)
    points = np.concatenate([shapes_of(placed), cell_centres(hidden["cell_id"])])
    years = np.concatenate([placed["school_year"], hidden["school_year"]]).astype(np.int64)
    number = np.concatenate([np.ones(len(placed)), hidden["events"]]).astype(np.int64)
    near = in_plane(points, epsg)
    return to_metric(points[near], epsg), years[near], number[near]


def publish(whole: Whole) -> int:
    """Add this half-year's cells to `out.area_person_class`; gives their number.

    Nothing is read where every police area has its cell already, nor in a build for an earlier day, nor where
    the register is not in use.
    """
    if whole.facts.day is not None:
        whole.notes.append(Note("classes.build.never_as_of", {}))
        return 0
    connection = whole.facts.connection
    found = instance(connection)
    if found is None or found.instance is not Instance.POLICE:
        whole.notes.append(Note("classes.build.joint", {}))
        return 0
    half_year = half_year_of(whole.day)
    areas = area_classes.read_police_areas(whole.facts)
    before = area_classes.read_cells(connection)
    due = areas[~areas["area_code"].isin(_told_since(before, half_year))].reset_index(drop=True)
    if due.empty:
        return 0
    counts = count_register(whole.day)
    if counts is None:
        whole.notes.append(Note("classes.build.no_register", {}))
        return 0
    cells = due.assign(half_year=half_year)
    cells["class"] = released(counts, due["area_code"].tolist(), before, half_year, read_secret(connection))
    whole.notes.append(Note("classes.build.published", {"count": len(cells), "half_year": half_year}))
    return area_classes.add_cells(connection, cells, run_id=whole.run_id)


def released(
    counts: Mapping[str, int], areas: list[str], before: pd.DataFrame, half_year: str, key: bytes
) -> Objects:
    """Decide what the new cell of each area says.

    Parameters
    ----------
    counts
        Rows by police area; areas without a row are missing.
    areas
        Codes of the areas.
    before
        Cells of half-years before: ``area_code``, ``half_year``, ``class``.
    half_year
        The new cells'.
    key
        The database's random key.

    Returns
    -------
    ndarray
        Words of `geo.terms.CountClass`, in the order of ``areas``.
    """
    numbers = np.array([counts.get(code, 0) for code in areas], dtype=np.int64)
    codes = release(numbers, _histories(areas, before, half_year), tossed(key, areas, half_year))
    return words_of_codes(codes)


def _told_since(cells: pd.DataFrame, half_year: str) -> list[str]:
    """Name the areas that have a cell of this half-year, or of a later one where the clock went back."""
    is_new = cells["half_year"].map(half_year_number) >= half_year_number(half_year)
    return cells.loc[is_new.to_numpy(dtype=bool), "area_code"].tolist()


def _histories(areas: list[str], cells: pd.DataFrame, half_year: str) -> Integers:
    """Lay the cells out: a row an area, a column a half-year, without gaps, up to the one before."""
    known = cells[cells["area_code"].isin(areas)]
    numbers = known["half_year"].map(half_year_number).to_numpy(dtype=np.int64)
    now = half_year_number(half_year)
    first = int(numbers.min()) if len(numbers) else now
    laid_out = np.full((len(areas), now - first), NOTHING, dtype=np.int64)
    row_of = {code: row for row, code in enumerate(areas)}
    rows = [row_of[code] for code in known["area_code"]]
    laid_out[rows, numbers - first] = codes_of_words(known["class"])
    return laid_out


JOB = Job(run, ("school_event_class",), once=publish)

"""Perimeter cover and gaps of a partition's schools, for every ring, day type and slot, by straight line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from data.slot_rules import slot_rules
from etl.jobs.task import Job, shapes
from geo.coverage import coverage
from geo.crs import in_plane, to_metric
from geo.reach import reach_of
from geo.terms import Metric, Mobility
from geo.timetable import on_duty, roster, school_cases, school_slots

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.config import Settings
    from etl.jobs.task import Task
    from geo.arrays import Flags, Floats, Integers
    from geo.coverage import Covered
    from geo.reach import Reach
    from geo.timetable import Roster, Spans

KEY = ["school_id", "ring_m", "metric", "day_type", "slot", "school_code"]
MEASURES = [
    "ring_area_m2",
    "covered_area_m2",
    "gap_area_m2",
    "covered_share",
    "post_count",
    "nearest_post_m",
]


def run(task: Task) -> int:
    """Compute and replace the partition's rows of coverage and coverage_gap; gives their number."""
    schools = task.facts.schools(task.district)
    slots = school_slots(
        schools, task.facts.bells(task.district), as_of=task.day, rules=slot_rules(task.settings)
    )
    cover, gaps, done = [pd.DataFrame(columns=[*KEY, *MEASURES])], [pd.DataFrame(columns=_GAP)], 0
    for epsg, rows in task.planes(schools):
        own = schools.iloc[rows]
        for chunk in _in_plane(task, own, slots, epsg):
            table = _named(chunk.table, own)
            cover.append(table[[*KEY, *MEASURES]])
            gaps.append(_gaps(table, chunk))
            done += chunk.rows.stop - chunk.rows.start
            task.done(done)
    written = task.replace("coverage", pd.concat(cover[1:] or cover, ignore_index=True))
    return written + task.replace("coverage_gap", pd.concat(gaps[1:] or gaps, ignore_index=True))


def _in_plane(task: Task, schools: pd.DataFrame, slots: pd.DataFrame, epsg: int) -> Iterator[Covered]:
    """Cover the schools that are measured in one plane."""
    cases, spans = school_cases(schools, slots[slots["school_code"].isin(schools["school_code"])])
    reach = _reach(task, spans, epsg)
    yield from coverage(shapes(schools), list(task.settings.rings_m), reach, cases, epsg=epsg)


def _reach(task: Task, spans: Spans, epsg: int) -> Reach:
    """Prepare the posts of all districts, since a reach ends at no border; too far to measure is too far."""
    posts = task.facts.posts()
    places = shapes(posts)
    near: Flags = in_plane(places, epsg)
    counts = on_duty(_roster(task), spans)[:, near]
    reach_m = reaches(posts, task.settings)[near]
    return reach_of(to_metric(places[near], epsg), reach_m, counts, quad_segs=task.settings.quad_segs)


def _roster(task: Task) -> Roster:
    manned = [str(kind) for kind in task.settings.duty_assumed]
    return roster(task.facts.posts(), task.facts.duties(), as_of=task.day, manned=manned)


def reaches(posts: pd.DataFrame, settings: Settings) -> Floats:
    """Give the straight-line reach of each post by its mobility, m."""
    by_word = {str(word): settings.reach_m.of(word) for word in Mobility}
    words = posts["mobility"].fillna(str(settings.default_mobility))
    return np.array([by_word[str(word)] for word in words], dtype=np.float64)


def _named(table: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """Put the schools' ids and codes in the place of row numbers."""
    rows: Integers = table["school"].to_numpy(dtype=np.int64)
    return table.assign(
        school_id=schools["school_id"].to_numpy()[rows],
        school_code=schools["school_code"].to_numpy(dtype=object)[rows],
        metric=str(Metric.STRAIGHT),
    )


_GAP = [*KEY, "geom", "area_m2"]


def _gaps(table: pd.DataFrame, chunk: Covered) -> pd.DataFrame:
    """Give a row for each gap that is large enough to be drawn."""
    drawn = table[table["gap"] >= 0]
    shape = chunk.gaps[drawn["gap"].to_numpy(dtype=np.int64)]
    return drawn.assign(geom=shape, area_m2=drawn["gap_area_m2"])[_GAP]


JOB = Job(run, ("coverage", "coverage_gap"))

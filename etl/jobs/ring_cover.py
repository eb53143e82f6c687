"""Perimeter cover and gaps of a partition's schools, for every ring, day type and slot.

In a straight line, and by road where roads are near.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from data.road_rules import road_rules
from data.slot_rules import slot_rules
from etl.jobs.roads import has_roads
from geo.arrays import shapes_of
from geo.coverage import coverage
from geo.crs import in_plane, to_metric
from geo.frames import COVERAGE, checked
from geo.marks import cover_marks, mark_of
from geo.reach import reach_of, reach_within
from geo.service_areas import Beside, Straight, road_reach
from geo.terms import Metric, Mobility
from geo.timetable import on_duty, roster, school_cases, school_slots
from geo.travel import snap

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.config import Settings
    from etl.jobs.task import Task
    from geo.arrays import Flags, Floats, Geometries, Integers
    from geo.coverage import Covered
    from geo.reach import Reach
    from geo.roads import Network
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


class _Plane(NamedTuple):
    """What is asked of the schools that are measured in one plane."""

    epsg: int
    rows: Integers
    """Rows of the partition's schools."""
    cases: pd.DataFrame
    measured: list[tuple[Metric, Reach]]


def run(task: Task, network: Callable[[int], Network]) -> int:
    """Replace the partition's rows of coverage and coverage_gap; gives their number."""
    schools = task.facts.schools(task.district)
    slots = school_slots(
        schools, task.facts.bells(task.district), as_of=task.day, rules=slot_rules(task.settings)
    )
    planes = [_plane(task, schools, slots, epsg, rows, network) for epsg, rows in task.planes(schools)]
    marks = ((plane.rows, _marks(task, schools, plane)) for plane in planes)
    todo = task.begin("coverage", schools["school_code"].tolist(), marks)
    cover, gaps, done = [pd.DataFrame(columns=[*KEY, *MEASURES])], [pd.DataFrame(columns=_GAP)], 0.0
    for plane in planes:
        kept = todo.rows[plane.rows]
        own, cases = schools.iloc[plane.rows[kept]], _only(plane.cases, kept)
        for metric, reach in plane.measured:
            for chunk in coverage(shapes_of(own), list(task.settings.rings_m), reach, cases, epsg=plane.epsg):
                table = _named(checked(chunk.table, COVERAGE), own, metric)
                cover.append(table[[*KEY, *MEASURES]])
                gaps.append(_gaps(table, chunk))
                done += (chunk.rows.stop - chunk.rows.start) / len(plane.measured)
                task.done(round(done))
    written = task.replace("coverage", pd.concat(cover[1:] or cover, ignore_index=True), only=todo.replaced)
    return written + task.replace(
        "coverage_gap", pd.concat(gaps[1:] or gaps, ignore_index=True), only=todo.replaced
    )


def _plane(
    task: Task, schools: pd.DataFrame, slots: pd.DataFrame, epsg: int, rows: Integers,
    network: Callable[[int], Network],
) -> _Plane:  # fmt: skip
    own = schools.iloc[rows]
    cases, spans = school_cases(own, slots[slots["school_code"].isin(own["school_code"])])
    return _Plane(epsg, rows, cases, _reaches(task, own, spans, epsg, network))


def _marks(task: Task, schools: pd.DataFrame, plane: _Plane) -> list[bytes]:
    """Mark what each school's cover depends on."""
    ground = to_metric(shapes_of(schools.iloc[plane.rows]), plane.epsg)
    parts = [
        cover_marks(ground, task.settings.rings_m, reach, plane.cases, str(metric), plane.epsg)
        for metric, reach in plane.measured
    ]
    return [mark_of(*own) for own in zip(*parts, strict=True)]


def _only(cases: pd.DataFrame, kept: Flags) -> pd.DataFrame:
    """Keep the cases of some schools, and number these anew."""
    school = cases["school"].to_numpy(dtype=np.int64)
    number = np.cumsum(kept) - 1
    own: pd.DataFrame = cases[kept[school]].reset_index(drop=True)
    return own.assign(school=number[school[kept[school]]])


def _reaches(
    task: Task, schools: pd.DataFrame, spans: Spans, epsg: int, network: Callable[[int], Network]
) -> list[tuple[Metric, Reach]]:
    """Prepare the posts of all districts, since a reach ends at no border; too far to measure is too far.

    By road as well where roads are near the schools: elsewhere there is nothing to say, and no row says it.
    """
    posts = task.facts.posts()
    places = shapes_of(posts)
    near: Flags = in_plane(places, epsg)
    counts = on_duty(_roster(task), spans)[:, near]
    straight = Straight(to_metric(places[near], epsg), reaches(posts, task.settings)[near])
    segs = task.settings.quad_segs
    found = [(Metric.STRAIGHT, reach_of(*straight, counts, quad_segs=segs))]
    if has_roads(network(epsg), to_metric(shapes_of(schools), epsg), max(task.settings.rings_m)):
        by_road = _by_road(task, posts[near], straight, network(epsg))
        found.append((Metric.ROAD, reach_within(*straight, by_road, counts, quad_segs=segs)))
    return found


def _by_road(task: Task, posts: pd.DataFrame, straight: Straight, network: Network) -> Geometries:
    """Give what each post reaches along the road."""
    sites = snap(network, straight.positions, limit_m=task.settings.snap_limit_m)
    beside = Beside(task.settings.service_buffer_m, task.settings.quad_segs)
    moves = road_rules(task.settings).moves(posts["mobility"])
    return road_reach(network, sites, moves, straight, beside=beside)


def _roster(task: Task) -> Roster:
    manned = [str(kind) for kind in task.settings.duty_assumed]
    return roster(task.facts.posts(), task.facts.duties(), as_of=task.day, manned=manned)


def reaches(posts: pd.DataFrame, settings: Settings) -> Floats:
    """Give the straight-line reach of each post by its mobility, m."""
    by_word = {str(word): settings.reach_m.of(word) for word in Mobility}
    words = posts["mobility"].fillna(str(settings.default_mobility))
    return np.array([by_word[str(word)] for word in words], dtype=np.float64)


def _named(table: pd.DataFrame, schools: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """Put the schools' ids and codes in the place of row numbers."""
    rows: Integers = table["school"].to_numpy(dtype=np.int64)
    return table.assign(
        school_id=schools["school_id"].to_numpy()[rows],
        school_code=schools["school_code"].to_numpy(dtype=object)[rows],
        metric=str(metric),
    )


_GAP = [*KEY, "geom", "area_m2"]


def _gaps(table: pd.DataFrame, chunk: Covered) -> pd.DataFrame:
    """Give a row for each gap that is large enough to be drawn."""
    drawn = table[table["gap"] >= 0]
    shape = chunk.gaps[drawn["gap"].to_numpy(dtype=np.int64)]
    return drawn.assign(geom=shape, area_m2=drawn["gap_area_m2"])[_GAP]

"""The gate-slot ledger of a partition: who is at each gate in each bell slot, who can come, what is open."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from data.ledger_rules import ledger_rules
from data.road_rules import road_speeds
from etl.jobs.service_areas import mobilities
from etl.jobs.task import shapes
from geo.calendars import without_schools
from geo.crs import in_plane, to_metric
from geo.gates import with_estimated
from geo.ledger import COLUMNS, LedgerFacts
from geo.ledger_days import whole_ledger
from geo.ledger_parts import part_of
from geo.marks import ledger_marks
from geo.travel import snap, travel_times

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from etl.jobs.task import Task
    from geo.arrays import Floats, Geometries, Integers
    from geo.roads import Network

_HOUR_MIN = 60


def run(task: Task, network: Callable[[int], Network]) -> int:
    """Compute and replace the partition's rows of `out.gate_slot`; gives their number."""
    schools = task.facts.schools(task.district)
    rules = ledger_rules(task.settings)
    codes = set(schools["school_code"])
    planes = [
        (rows, ledger_facts(task, schools.iloc[rows], epsg, network(epsg), codes=codes))
        for epsg, rows in task.planes(schools)
    ]
    marks = ((rows, ledger_marks(facts, as_of=task.day, rules=rules)) for rows, facts in planes)
    todo = task.begin("gate_slot", schools["school_code"].tolist(), marks)
    parts = [pd.DataFrame(columns=COLUMNS)]
    for rows, facts in planes:
        wanted = part_of(facts, todo.rows[rows], rules)
        found = whole_ledger(wanted, as_of=task.day, rules=rules)
        asked = schools["school_code"].iloc[rows[todo.rows[rows]]]
        parts.append(_stored(found[found["school_code"].isin(asked)]))
    return task.replace("gate_slot", pd.concat(parts[1:] or parts, ignore_index=True), only=todo.replaced)


def ledger_facts(
    task: Task, schools: pd.DataFrame, epsg: int, network: Network, *, codes: Collection[str]
) -> LedgerFacts:
    """Give what the ledger of some of a partition's schools (``codes``) is kept from, in metres of a plane."""
    grounds = to_metric(shapes(schools), epsg)
    own = task.facts.gates(task.district)
    own = own[own["school_code"].isin(schools["school_code"])]
    given = _placed(own, to_metric(shapes(own), epsg))
    limit_m = task.settings.snap_limit_m
    gates = with_estimated(schools, grounds, given, network, limit_m=limit_m)
    posts = task.facts.posts()
    places = shapes(posts)
    near = in_plane(places, epsg)
    posts = _placed(posts[near].reset_index(drop=True), to_metric(places[near], epsg))
    bells = task.facts.bells(task.district)
    return LedgerFacts(
        gates=gates,
        schools=pd.DataFrame(schools.drop(columns="geom")).reset_index(drop=True),
        bells=bells[bells["school_code"].isin(schools["school_code"])].reset_index(drop=True),
        posts=posts,
        duties=task.facts.duties(),
        exceptions=task.facts.exceptions(),
        calendar=without_schools(
            task.facts.calendar(task.district), set(codes) - set(schools["school_code"])
        ),
        travel_s=_travel(task, posts, gates, network),
    )


def _placed(rows: pd.DataFrame, points: Geometries) -> pd.DataFrame:
    """Write the places of rows as metres."""
    return pd.DataFrame(rows.drop(columns="geom")).assign(x=shapely.get_x(points), y=shapely.get_y(points))


def _travel(task: Task, posts: pd.DataFrame, gates: pd.DataFrame, network: Network) -> Floats | None:
    """Give the times by road from each post to each gate; None where there are no roads."""
    if not len(network.lines):
        return None
    posts_at, gates_at = (
        snap(network, _points(frame), limit_m=task.settings.snap_limit_m) for frame in (posts, gates)
    )
    moves = mobilities(posts, task.settings)
    return travel_times(network, posts_at, moves, gates_at, speeds=road_speeds(task.settings))


def _points(frame: pd.DataFrame) -> Geometries:
    points: Geometries = np.empty(len(frame), dtype=object)
    shapely.points(frame[["x", "y"]].to_numpy(dtype=np.float64), out=points)
    return points


def _stored(rows: pd.DataFrame) -> pd.DataFrame:
    """Write clock times as the table has them."""
    return rows.reset_index(drop=True).assign(
        window_start=_clock(rows["window_start"].to_numpy(dtype=np.int64)),
        window_end=_clock(rows["window_end"].to_numpy(dtype=np.int64)),
    )


def _clock(minutes: Integers) -> pd.Series:
    clock = [time(minute // _HOUR_MIN, minute % _HOUR_MIN) for minute in minutes.tolist()]
    return pd.Series(clock, dtype=object)

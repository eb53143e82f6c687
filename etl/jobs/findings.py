"""Venues held against the rule book: which are within, or near, a rule's distance of a school."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd
import shapely

from data.repositories import rules as book
from etl.jobs.roads import road_network
from etl.jobs.task import Job
from etl.notes import Note
from geo.arrays import shapes_of
from geo.crs import in_plane, to_metric
from geo.gates import with_estimated
from geo.rule_distances import Sides
from geo.rule_findings import COLUMNS, Checking, applying, counted, findings
from geo.terms import FindingStatus
from geo.venue_categories import categories_of

if TYPE_CHECKING:
    from etl.jobs.task import Task
    from geo.roads import Network


def run(task: Task) -> int:
    """Compute and replace the partition's rows of `out.rule_finding`, and say what was counted.

    All of them, also where only changes are wanted: a rule that changed touches every school.
    """
    schools = task.facts.schools(task.district)
    rules = applying(book.holding(task.facts.connection, task.day), task.district)
    venues = _venues(task, float(rules["metres"].max()) if len(rules) else 0.0)
    gates = task.facts.gates_with_rank(task.district)
    frames = [pd.DataFrame(columns=list(COLUMNS))]
    done = 0
    for epsg, rows in task.planes(schools):
        own = schools.iloc[rows].reset_index(drop=True)
        network = road_network(task, epsg)
        near = venues[in_plane(shapes_of(venues), epsg)].reset_index(drop=True)
        sides = sides_of(near, own, gates, network, epsg=epsg, limit_m=task.settings.snap_limit_m)
        checking = Checking(task.settings.finding_band_m, task.settings.finding_margin_m, task.day)
        frames.append(findings(sides, near, own, rules, checking))
        done += len(own)
        task.done(done)
    whole = pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)
    _tell(task, venues, whole)
    return task.replace("rule_finding", whole, only=None)


def sides_of(
    venues: pd.DataFrame, schools: pd.DataFrame, gates: pd.DataFrame, network: Network, *, epsg: int,
    limit_m: float,
) -> Sides:  # fmt: skip
    """Lay venues, schools and their gates out in a plane; a school without a gate has one that is assumed."""
    grounds = to_metric(shapes_of(schools), epsg)
    given = pd.DataFrame(gates[gates["school_code"].isin(schools["school_code"])]).reset_index(drop=True)
    points = to_metric(shapes_of(given), epsg)
    placed = pd.DataFrame(given.drop(columns="geom")).assign(x=shapely.get_x(points), y=shapely.get_y(points))
    whole = with_estimated(schools, grounds, placed, network, limit_m=limit_m)
    row_of = dict(zip(schools["school_code"], range(len(schools)), strict=True))
    whole["school"] = [row_of[code] for code in whole["school_code"]]
    return Sides(to_metric(shapes_of(venues), epsg), grounds, whole, network, limit_m)


def _venues(task: Task, metres: float) -> pd.DataFrame:
    """Read the venues that could be near, with the category that their word means."""
    rules = task.settings
    margin_m = metres + rules.finding_band_m + rules.finding_margin_m + 1
    venues = pd.DataFrame(task.facts.venues_round(task.district, margin_m))
    return venues.assign(category=categories_of(venues["word"]))


def _tell(task: Task, venues: pd.DataFrame, found: pd.DataFrame) -> None:
    """Say how many of each status there are, and of how many venues no rule could be asked."""
    if venues.empty:
        return
    by_status = Counter(found["status"].tolist())
    numbers = {str(word): by_status[str(word)] for word in FindingStatus}
    task.notes.append(Note("rules.build.counts", {**numbers}))
    own = venues[(venues["district_code"] == task.district).to_numpy(dtype=bool)]
    unknown, missing = counted(own)
    if unknown or missing:
        task.notes.append(Note("rules.build.unchecked", {"unknown": unknown, "missing": missing}))


JOB = Job(run, ("rule_finding",))

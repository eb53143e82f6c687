"""The focus zones of a partition: its schools joined, what is in their zones counted, the zones ranked.

Runs after all other jobs, whose results it reads; alone it reads what they left. What is counted is the
closed list `geo.terms.ZoneTerm`. It is so little work that it is always done for the whole partition.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from data.repositories import zone_facts as repository
from data.repositories.facts import Box
from etl.jobs.task import Job
from etl.notes import Note
from geo.arrays import as_geometries, shapes_of
from geo.crs import in_plane, surfaces_to_storage, to_metric
from geo.focus_zones import within_zones
from geo.hexagons import cell_centres
from geo.perimeters import perimeters
from geo.terms import ZoneTerm
from geo.zone_intervals import IncidentCounts, Sampling, incident_rates
from geo.zone_ranking import rank_zones
from geo.zone_scores import TERMS
from geo.zone_terms import BY_SCHOOL, EVENTS, KM2, Around, zone_counts

if TYPE_CHECKING:
    from datetime import date

    from data.repositories.zone_facts import Weights
    from etl.jobs.task import Task
    from geo.arrays import Geometries

ZONE_M = 200
"""By definition (DESIGN 7): not a setting."""
MARGIN_M = 1_000
DAYS_A_YEAR = 365.25
RATE = str(ZoneTerm.INCIDENT_RATE)


class _Days(NamedTuple):
    """The local dates whose events count, both included."""

    first: date
    last: date

    @property
    def number(self) -> int:
        return (self.last - self.first).days + 1


def run(task: Task) -> int:
    """Compute and replace the partition's rows of `out.focus_zone`; gives their number."""
    schools = repository.read_schools(task.facts, task.district)
    days = _days(task)
    hot = repository.read_hot_cells(task.facts, task.district, task.day.year)
    parts, done, distinct = [], 0, 0
    for epsg, rows in task.planes(schools):
        part, events = _part(task, schools.iloc[rows], epsg, days, None if hot is None else hot[1])
        parts.append(part)
        distinct += events
        done += len(rows)
        task.done(done)
    zones = pd.concat(parts, ignore_index=True).sort_values("zone_id", ignore_index=True)
    ranked = _ranked(task, zones, days, None if hot is None else hot[0])
    if days is not None:
        by_school = int(zones[BY_SCHOOL].sum())
        task.notes.append(Note("zones.build.events", {"distinct": distinct, "by_school": by_school}))
    kept = ["zone_id", "town_code", "police_area_codes", "school_codes", "geom"]
    frame = zones[kept].merge(ranked, on="zone_id", validate="one_to_one")
    return task.replace("focus_zone", frame.assign(pupils=_whole(zones["pupils"])), only=None)


def _days(task: Task) -> _Days | None:
    """Give the days before the day of which events are loaded; None where there are none."""
    zone = task.settings.timezone
    loaded = repository.read_event_days(task.facts, task.district, zone, task.day)
    if loaded is None:
        return None
    first = max(loaded[0], task.day - timedelta(days=task.settings.zone_days))
    return _Days(first, loaded[1]) if first <= loaded[1] else None


def _part(
    task: Task, schools: pd.DataFrame, epsg: int, days: _Days | None, cells: pd.DataFrame | None
) -> tuple[pd.DataFrame, int]:
    """Count the zones of the schools of one plane, ``geom`` in EPSG:4490; and the events near any school."""
    ground = to_metric(shapes_of(schools), epsg)
    found = perimeters(ground, [ZONE_M], epsg=None, quad_segs=task.settings.quad_segs)
    zones = as_geometries([shape for part in found for shape in part.geometries[0]])
    hazards = repository.open_hazards(task.facts, task.district, task.day)
    around = Around(
        events=None if days is None else _events(task, schools, epsg, days),
        hot_cells=None if cells is None else _metric(shapes_of(cells), epsg),
        findings=repository.read_findings(task.facts, task.district),
        hazards=hazards,
        hazard_places=_metric(as_geometries([]) if hazards is None else shapes_of(hazards), epsg),
        uncovered=repository.read_uncovered(task.facts, task.district),
    )
    joined, counts = zone_counts(schools, zones, around)
    about = joined.frame[["town_code", "police_area_codes", "school_codes"]]
    shapes = surfaces_to_storage(joined.geometries, epsg)
    near = 0 if around.events is None else within_zones(zones, joined.zone_of, around.events).distinct
    return pd.concat([counts, about], axis=1).assign(geom=shapes), near


def _events(task: Task, schools: pd.DataFrame, epsg: int, days: _Days) -> Geometries:
    """Give the events near schools, one whose point is not kept in the middle of its hexagon."""
    west, south, east, north = schools["geom"].total_bounds  # a GeoSeries
    box = Box(west, south, east, north).widened(MARGIN_M)
    placed, hidden = repository.read_events(task.facts, box, task.settings.timezone, *days)
    points = np.concatenate([shapes_of(placed), cell_centres(hidden["cell_id"])])
    found = _metric(points, epsg)
    return found[[shape is not None for shape in found]]


def _metric(shapes: Geometries, epsg: int) -> Geometries:
    """Bring shapes into a plane; what lies too far away to be near its schools is None."""
    near = in_plane(shapes, epsg) if len(shapes) else np.zeros(0, dtype=bool)
    kept = shapes.copy()
    kept[~near] = None
    return to_metric(kept, epsg)


def _ranked(task: Task, zones: pd.DataFrame, days: _Days | None, period: str | None) -> pd.DataFrame:
    """Rank the zones of the whole partition."""
    years = 1.0 if days is None else days.number / DAYS_A_YEAR
    events = zones[EVENTS].to_numpy(dtype=np.float64)
    incidents = IncidentCounts(events, zones[KM2].to_numpy(dtype=np.float64) * years)
    terms = zones.assign(**{RATE: incident_rates(incidents)})[["zone_id", *TERMS]]
    held = repository.read_weights(
        task.facts, task.district, task.settings.timezone, task.settings.zone_weights
    )
    ranked = rank_zones(terms, incidents, held.weights, task.settings.zone_first_places, Sampling())
    ranked["weights"] = ranked["weights"].map(lambda used: _weights(held, used))
    facts = zones[[EVENTS, BY_SCHOOL, KM2]].itertuples(index=False, name=None)
    for written, (count, by_school, km2) in zip(ranked["terms"], facts, strict=True):
        written[RATE] |= _behind(count, by_school, km2, days)
        written[str(ZoneTerm.SIGNIFICANT_CELLS)]["period"] = period
    return ranked


def _behind(count: float, by_school: float, km2: float, days: _Days | None) -> dict[str, Any]:
    """Write down what a rate comes from: events, area and the days of which events are loaded."""
    if days is None:
        return {"events": None, BY_SCHOOL: None, "km2": km2, "days": 0, "since": None, "until": None}
    return {
        "events": int(count), BY_SCHOOL: int(by_school), "km2": km2, "days": days.number,
        "since": days.first.isoformat(), "until": days.last.isoformat(),
    }  # fmt: skip


def _weights(held: Weights, used: dict[str, float]) -> dict[str, Any]:
    """Write down the weights, summing to 1, and who set them."""
    return {"weights": used, "set_by": held.set_by, "set_role": held.set_role, "set_at": held.set_at}


def _whole(pupils: pd.Series) -> pd.Series:
    return pupils.round().astype("Int64")


JOB = Job(run, ("focus_zone",))

"""The zones of a partition's schools, for every ring of the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from etl.jobs.task import Job
from geo.arrays import shapes_of
from geo.marks import ground_marks
from geo.perimeters import perimeters

if TYPE_CHECKING:
    from etl.jobs.task import Task
    from geo.perimeters import Zones

COLUMNS = ["school_id", "ring_m", "school_code", "geom", "area_m2"]


def run(task: Task) -> int:
    """Compute and replace the partition's rows of `out.perimeter`; gives their number."""
    schools = task.facts.schools(task.district)
    rings, segs = list(task.settings.rings_m), task.settings.quad_segs
    planes = task.planes(schools)
    marks = ((rows, ground_marks(shapes_of(schools.iloc[rows]), epsg, rings, segs)) for epsg, rows in planes)
    todo = task.begin("perimeter", schools["school_code"].tolist(), marks)
    frames, done = [pd.DataFrame(columns=COLUMNS)], 0
    for epsg, rows in planes:
        own = schools.iloc[rows[todo.rows[rows]]]
        for zones in perimeters(shapes_of(own), rings, epsg=epsg, quad_segs=segs):
            frames.append(_rows(own.iloc[zones.rows], rings, zones))
            done += zones.rows.stop - zones.rows.start
            task.done(done)
    return task.replace("perimeter", pd.concat(frames[1:] or frames, ignore_index=True), only=todo.replaced)


def _rows(schools: pd.DataFrame, rings: list[int], zones: Zones) -> pd.DataFrame:
    """Lay a chunk's zones out as rows, ring by ring."""
    return pd.DataFrame(
        {
            "school_id": np.tile(schools["school_id"], len(rings)),
            "ring_m": np.repeat(rings, len(schools)),
            "school_code": np.tile(schools["school_code"].to_numpy(dtype=object), len(rings)),
            "geom": zones.geometries.ravel(),
            "area_m2": zones.areas.ravel(),
        }
    )


JOB = Job(run, ("perimeter",))

"""All that tells who covers what: rings, gates and slots, and how far posts come; on the same roads."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from etl.jobs import ledger, ring_cover
from etl.jobs.roads import road_network
from etl.jobs.service_areas import replace_service_areas
from etl.jobs.task import Job

if TYPE_CHECKING:
    from etl.jobs.task import Task


def run(task: Task) -> int:
    """Replace the partition's rows of all its tables; gives their number."""
    network = cache(partial(road_network, task))
    return ring_cover.run(task, network) + ledger.run(task, network) + replace_service_areas(task, network)


JOB = Job(run, ("coverage", "coverage_gap", "gate_slot", "service_area"))

"""Jobs: read facts, compute in `geo`, replace one partition's results; each in the caller's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.jobs import counts, coverage, findings, hotspots, perimeters, zones

if TYPE_CHECKING:
    from collections.abc import Mapping

    from etl.jobs.task import Job

JOBS: Mapping[str, Job] = {
    "perimeters": perimeters.JOB,
    "coverage": coverage.JOB,
    "hotspots": hotspots.JOB,
    "findings": findings.JOB,
    "zones": zones.JOB,
    "counts": counts.JOB,
}
"""Every job there is, in the order in which they are run."""

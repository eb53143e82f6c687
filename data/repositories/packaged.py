"""Which results came to the joint instance with a package, so that a build leaves them alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection

JOB = "package"
"""The job of the run under which a package's rows stand."""
BUILT_ANEW = (
    "perimeter", "coverage", "coverage_gap", "gate_slot", "rule_finding", "focus_zone", "school_event_class",
)  # fmt: skip
"""Tables of packages that a build would replace."""


def standing(connection: Connection) -> frozenset[tuple[str, str]]:
    """Give the tables and districts whose rows came with a package; for a viewer's transaction."""
    union = " UNION ".join(
        f"SELECT '{name}' AS name, district_code, run_id FROM out.{name}" for name in BUILT_ANEW
    )
    statement = text(
        f"SELECT t.name, t.district_code FROM ({union}) AS t "
        "JOIN audit.recent_runs(NULL) AS r ON r.id = t.run_id WHERE r.job = :job"
    )
    return frozenset((row.name, row.district_code) for row in connection.execute(statement, {"job": JOB}))

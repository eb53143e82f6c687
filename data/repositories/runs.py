"""`audit.run`: what each build looked at, with which parameters and which code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from data.bulk import read_frame
from data.terms import RunStatus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pandas as pd
    from sqlalchemy import Connection


def start_run(
    connection: Connection,
    job: str,
    as_of: date,
    params: Mapping[str, Any],
    *,
    code_version: str,
    input_hash: str,
) -> int:
    """Write down that a build begins.

    Parameters
    ----------
    connection
        The loader's, in the transaction that will hold the results: a run that fails leaves no trace here,
        its job does.
    job
        Name of the job.
    as_of
        The local date it looks at.
    params
        Every value it uses, as JSON.
    code_version, input_hash
        What computed, from what.

    Returns
    -------
    int
        The run's number, which every row of its results carries.
    """
    statement = text(
        "SELECT audit.start_run(:job, :as_of, CAST(:params AS jsonb), :code_version, :input_hash)"
    )
    values = {
        "job": job,
        "as_of": as_of,
        "params": json.dumps(dict(params), ensure_ascii=False),
        "code_version": code_version,
        "input_hash": input_hash,
    }
    return int(connection.execute(statement, values).scalar_one())


def finish_run(connection: Connection, run_id: int, *, status: RunStatus = RunStatus.DONE) -> None:
    """Write down how a build ended.

    Parameters
    ----------
    connection
        The loader's.
    run_id
        A run that is under way.
    status
        Done, or failed.
    """
    statement = text("SELECT audit.finish_run(:run_id, :status)")
    connection.execute(statement, {"run_id": run_id, "status": status.value})


def shown_run(connection: Connection) -> pd.DataFrame:
    """Give the run that the results in `out` are of: a build for an earlier day leaves them alone.

    Parameters
    ----------
    connection
        A viewer's transaction.

    Returns
    -------
    DataFrame
        As `recent_runs`; at most one row.
    """
    return read_frame(
        connection,
        """
        SELECT r.* FROM audit.recent_runs(NULL) AS r
         WHERE r.id = coalesce((SELECT max(run_id) FROM out.coverage),
                               (SELECT max(run_id) FROM out.perimeter))
        """,
    )


def recent_runs(connection: Connection, *, limit: int = 20) -> pd.DataFrame:
    """List the last runs, newest first.

    Parameters
    ----------
    connection
        A viewer's transaction.
    limit
        At most so many.

    Returns
    -------
    DataFrame
        ``id, job, as_of, code_version, started, ended, status``; nothing without a viewer.
    """
    return read_frame(connection, "SELECT * FROM audit.recent_runs(%(limit)s)", {"limit": limit})

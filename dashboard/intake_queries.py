"""What the page of data asks and writes, as the viewer of the session. Nothing is kept but files of a job."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.viewer import viewer_token
from data import spool
from data.repositories import corrections, intake_history, job_files
from data.repositories import jobs as queue
from data.rights import rights
from data.session import kept_transaction, viewer_transaction, viewer_work

if TYPE_CHECKING:
    from data.repositories.job_files import JobFile
    from data.repositories.jobs import JobState

STEWARDS = rights().pages["data"]
"""Roles that load data."""
KEEP_S = 1800
KEEP = 20
MOST_BATCHES = 200


def ask(kind: str, args: dict[str, Any]) -> int:
    """Ask the worker for a job; give its number."""
    with viewer_work(viewer_token()) as connection:
        number = queue.add_as_viewer(connection, kind, args)
        connection.commit()
    return number


def ask_with_file(kind: str, content: bytes, suffix: str, args: dict[str, Any]) -> int:
    """Spool a file and ask the worker for a job on it; a job that is not asked for leaves no file.

    Raises
    ------
    data.spool.TooLargeFileError
        The file is larger than what is taken.
    """
    token = spool.put(content, suffix)
    try:
        return ask(kind, {"token": token, "suffix": suffix, **args})
    except BaseException:
        spool.remove(token)
        raise


def job(number: int) -> JobState | None:
    """Say how far a job is."""
    with viewer_transaction(viewer_token()) as connection:
        return queue.state(connection, number)


def job_file(scope: str, number: int, name: str) -> JobFile | None:
    """Give a file of a job that ended."""
    return _job_file(scope, number, name, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _job_file(scope: str, number: int, name: str, *, _token: str) -> JobFile | None:  # noqa: ARG001 -- the key of the cache
    """Read a file of a job."""
    with kept_transaction(_token) as connection:
        return job_files.read(connection, number, name)


def job_points(number: int) -> tuple[list[dict[str, Any]], int]:
    """Give rows of a load as points, and how many there were before they were thinned for the map."""
    with viewer_transaction(viewer_token()) as connection:
        file = job_files.read(connection, number, "rows.geojson")
    if file is None:
        return [], 0
    whole = json.loads(file.content)
    points: list[dict[str, Any]] = whole.get("features", [])
    return points, int(whole.get("points", len(points)))


def sources() -> list[dict[str, Any]]:
    """List the sources with their last load."""
    with viewer_transaction(viewer_token()) as connection:
        return intake_history.sources(connection)


def batches() -> list[dict[str, Any]]:
    """List the latest batches."""
    with viewer_transaction(viewer_token()) as connection:
        return intake_history.batches(connection, most=MOST_BATCHES)


def trace(kind: str, code: str) -> list[dict[str, Any]]:
    """Say where an object came from."""
    with viewer_transaction(viewer_token()) as connection:
        return intake_history.trace(connection, kind, code)


def find(kind: str, code: str) -> dict[str, Any] | None:
    """Give an object as it is now."""
    with viewer_transaction(viewer_token()) as connection:
        return corrections.find(connection, kind, code)


def standing_corrections() -> list[dict[str, Any]]:
    """List the corrections that stand."""
    with viewer_transaction(viewer_token()) as connection:
        return corrections.standing(connection)


def correct(kind: str, code: str, field: str, value: object, *, district_code: str) -> int:
    """Write a correction and ask the worker to apply it; give the job's number."""
    with viewer_work(viewer_token()) as connection:
        corrections.correct(
            connection, kind=kind, code=code, field=field, value=value, district_code=district_code
        )
        number = queue.add_as_viewer(connection, "override", {"kind": kind})
        connection.commit()
    return number


def take_back(number: int, kind: str) -> int:
    """Take a correction back and ask the worker to apply that; give the job's number."""
    with viewer_work(viewer_token()) as connection:
        corrections.take_back(connection, number)
        asked = queue.add_as_viewer(connection, "override", {"kind": kind})
        connection.commit()
    return asked

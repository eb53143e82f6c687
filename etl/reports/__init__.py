"""The report of a load as files: JSON for programs, a page and a sheet for people, points for a map.

The ending of a file's name chooses what it holds. All files of a load are on the disk, beside their places,
before the load is committed, and in their places afterwards.
"""

from __future__ import annotations

import errno
import json
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.errors import ReportPlaceError
from etl.history_errors import ReportFormatError
from etl.reports.page import write_page
from etl.reports.points import write_points
from etl.reports.sheet import write_sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from etl.definitions import Definition
    from etl.report import LoadReport


@dataclass(frozen=True)
class Material:
    """What reports are made of."""

    outcome: LoadReport
    definition: Definition
    connection: Connection
    """In the load's transaction, with its staging table."""
    refusal: str | None = None
    """The sentence that says why nothing is kept; None where nothing speaks against it."""
    dry_run: bool = False


def check_format(path: Path) -> None:
    """Refuse a report whose ending means nothing.

    Raises
    ------
    ReportFormatError
        See above; it names the endings there are.
    """
    if path.suffix.lower() not in WRITERS:
        raise ReportFormatError(known=" ".join(WRITERS))


@contextmanager
def placed(paths: Sequence[Path], material: Material) -> Iterator[None]:
    """Have reports on the disk, beside their places, before the block runs, and in their places afterwards.

    The block commits: without room for the reports nothing is committed, and a reader sees all of a report or
    nothing. What a killed run leaves beside a place the next one writes over.

    Parameters
    ----------
    paths
        Where to; each ending is one of `WRITERS`.
    material
        What they tell.

    Raises
    ------
    ReportPlaceError
        No file can be written there.
    """
    besides = {path: path.with_name(f".{path.name}.part") for path in paths}
    try:
        for path, beside in besides.items():
            _write(beside, material, WRITERS[path.suffix.lower()])
        yield
        for path, beside in besides.items():
            beside.replace(path)
    finally:
        for beside in besides.values():
            with suppress(OSError):
                beside.unlink()


def _write(beside: Path, material: Material, write: Callable[[Material, Path], None]) -> None:
    """Write a report and have it on the disk; a full disk is somebody else's to name."""
    try:
        write(material, beside)
        with beside.open("rb") as file:
            os.fsync(file.fileno())
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise ReportPlaceError from error


def write_json(material: Material, path: Path) -> None:
    """Write the report as DESIGN 6 has it."""
    content = json.dumps(material.outcome.as_json(), ensure_ascii=False, indent=1)
    path.write_text(content + "\n", encoding="utf-8")


WRITERS: dict[str, Callable[[Material, Path], None]] = {
    ".json": write_json,
    ".html": write_page,
    ".xlsx": write_sheet,
    ".geojson": write_points,
}

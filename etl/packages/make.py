"""A draft of a package: results of the police instance as they stand, read in one state, sealed by its key.

The seal lets a reviewer's instance see that what is signed is what was made.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from data.messages import text
from data.migrate import ensure_database, is_training
from data.repositories import packages
from data.repositories import settings as settings_repository
from data.repositories.situation import instance
from data.repositories.snapshots import begin_snapshot
from data.session import open_local_session, unit_of_work, viewer_transaction
from data.settings import DbRole
from data.terms import Instance
from etl.build import code_version
from etl.interrupts import finishing
from etl.packages import archive, keys
from etl.packages.acting import OPERATOR
from etl.packages.errors import (
    NothingToPackError,
    OnlyPoliceError,
    UnknownDistrictError,
    UnknownPackageTableError,
)
from etl.packages.files import write_bytes
from etl.packages.manifest import Manifest, OriginalRun, PackedTable, as_bytes
from etl.packages.tables import as_parquet
from etl.progress import silent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd
    from sqlalchemy import Connection

    from etl.packages.acting import Actor
    from etl.progress import ProgressCallback


def make(
    path: Path,
    *,
    tables: Sequence[str] = (),
    districts: Sequence[str] = (),
    by: Actor = OPERATOR,
    progress: ProgressCallback = silent,
) -> Manifest:
    """Write a draft.

    Parameters
    ----------
    path
        The file; one that is there is replaced.
    tables
        Names of tables; all that pass by default.
    districts
        Codes; all that have results by default.
    by
        Who makes it.
    progress
        Told how many tables are read.

    Returns
    -------
    Manifest
        What the draft says of itself.

    Raises
    ------
    UnknownPackageTableError, UnknownDistrictError
        There is none of that name.
    OnlyPoliceError
        This is the joint instance.
    NothingToPackError
        There is no result.
    UnwritablePackageError
        The place takes no file.
    """
    names = _names(tables)
    ensure_database()
    with finishing() as no_return, unit_of_work(DbRole.LOADER) as connection:
        begin_snapshot(connection)
        require_police(connection)
        codes = _districts(connection, names, districts)
        files, told = {}, []
        for done, name in enumerate(names, start=1):
            frame = packages.read_table(connection, name, codes)
            files[name] = as_parquet(name, frame)
            told.append(_told(name, frame, codes, files[name]))
            progress("packages.step", done, len(names))
        manifest = _manifest(connection, told, codes, by)
        packages.note(connection, by.id, "package.make", [*names, *codes])
        written = as_bytes(manifest)
        sealed = archive.Sealed(written, keys.sign(written), files)
        # who made it stands in the audit before the file is there to be taken away
        no_return()
        connection.commit()
        write_bytes(path, archive.pack(sealed))
    return manifest


def require_police(connection: Connection) -> None:
    """Refuse to make or sign a package anywhere but in the police instance.

    Raises
    ------
    OnlyPoliceError
        This is the joint instance.
    """
    found = instance(connection)
    if found is None or found.instance is not Instance.POLICE:
        raise OnlyPoliceError


def _names(given: Sequence[str]) -> list[str]:
    """Give the tables that are meant in the order in which they stand in a package."""
    wanted = {name.removeprefix("out.") for name in given} or set(packages.TABLES)
    unknown = sorted(wanted - set(packages.TABLES))
    if unknown:
        raise UnknownPackageTableError(given=unknown[0], known=", ".join(packages.TABLES))
    return [name for name in packages.TABLES if name in wanted]


def _districts(connection: Connection, names: Sequence[str], given: Sequence[str]) -> list[str]:
    """Give the districts that are meant in the order of codes."""
    there = packages.districts(connection, names)
    unknown = sorted(set(given) - set(there))
    if unknown:
        raise UnknownDistrictError(given=unknown[0])
    if not there:
        raise NothingToPackError
    return sorted(set(given) or set(there))


def _told(name: str, frame: pd.DataFrame, codes: Sequence[str], content: bytes) -> PackedTable:
    """Say what one table's file holds."""
    counts = frame["district_code"].value_counts()
    return PackedTable(
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        columns=[str(column) for column in frame.columns],
        rows={code: int(counts.get(code, 0)) for code in codes},
    )


def _manifest(connection: Connection, tables: list[PackedTable], codes: list[str], by: Actor) -> Manifest:
    """Say what the draft holds, of when, and who made it."""
    now = datetime.now(tz=UTC).replace(microsecond=0)
    zone = ZoneInfo(settings_repository.read(connection).timezone)
    numbers = packages.run_numbers(connection, [table.name for table in tables], codes)
    with viewer_transaction(open_local_session()) as viewer:
        runs = packages.runs(viewer, numbers)
    return Manifest(
        instance="police",
        training=is_training(connection),
        notice=text("cli.notice", "zh"),
        made_at=now,
        as_of=now.astimezone(zone).date(),
        made_by=by.id,
        reviewed_at=None,
        reviewed_by=None,
        code_version=code_version(),
        districts=codes,
        tables=tables,
        runs=[OriginalRun(**run) for run in runs],
    )

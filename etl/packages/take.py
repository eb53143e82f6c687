"""A package is brought into the joint database, whole or not at all.

The file is taken for hostile until its signature holds under the key that is trusted, and for mistaken after
that: columns, keys, closed words and shapes are those of the tables, or nothing is written.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from data.migrate import ensure_database
from data.repositories import packaged, packages
from data.repositories.runs import finish_run, start_run
from data.repositories.situation import instance
from data.repositories.snapshots import lock_builds
from data.session import open_local_session, unit_of_work, viewer_transaction
from data.settings import DbRole
from data.terms import Instance
from etl.build import code_version
from etl.interrupts import finishing
from etl.packages import archive
from etl.packages.acting import OPERATOR
from etl.packages.errors import (
    NotReviewedError,
    OlderPackageError,
    OnlyJointError,
    RealPackageError,
    SamePersonError,
    TrainingPackageError,
)
from etl.packages.local import localised
from etl.packages.tables import from_parquet
from etl.progress import silent

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from sqlalchemy import Connection

    from data.repositories.situation import InstanceFacts
    from etl.packages.acting import Actor
    from etl.packages.manifest import Manifest
    from etl.progress import ProgressCallback


class Taken(NamedTuple):
    """What came of one table: rows in the package, rows written, rows left out by reason."""

    table: str
    rows: int
    written: int
    left_out: dict[str, int]


class TakeReport(NamedTuple):
    """What came of a package."""

    manifest: Manifest
    run_id: int
    tables: list[Taken]


def take(path: Path, *, key: bytes, by: Actor = OPERATOR, progress: ProgressCallback = silent) -> TakeReport:
    """Bring a package's rows into the joint database.

    Parameters
    ----------
    path
        The file.
    key
        The public key of the police instance, raw (`etl.packages.keys.trusted`).
    by
        Who takes it.
    progress
        Told how many tables are written.

    Returns
    -------
    TakeReport
        Rows whose school, gate, bell, rule, venue or police area this database does not know are left out and
        counted. Done twice it leaves the same rows.

    Raises
    ------
    OnlyJointError
        This is the police instance.
    NotAPackageError, PackageTooLargeError, UnreadablePackageError
        The file is no package.
    UnknownKeyError, ChangedPackageError, NotReviewedError
        It was signed by another key, changed since, or reviewed by nobody.
    TrainingPackageError, RealPackageError
        One of package and database holds made-up data, the other does not.
    OlderPackageError
        Rows that stand came with a package of a later day.
    OtherColumnsError, data.repositories.packages.RefusedRowsError
        A table is not one that this version holds.
    data.repositories.packages.ClassDiffersError
        A published class would change.
    """
    ensure_database()
    with finishing() as no_return, unit_of_work(DbRole.LOADER) as connection:
        here = _require_joint(connection)
        sealed = archive.unpack(path)
        manifest = archive.opened(sealed, key)
        _check(manifest, here)
        frames = {
            table.name: from_parquet(table.name, sealed.tables[table.name]) for table in manifest.tables
        }
        _check_rows(manifest, frames)
        lock_builds(connection)
        _check_newest(manifest)
        run_id = _start(connection, manifest, hashlib.sha256(sealed.manifest).hexdigest())
        taken = _put(connection, manifest, frames, run_id, progress)
        finish_run(connection, run_id)
        packages.note(connection, by.id, "package.take", [*frames, *manifest.districts])
        no_return()
        connection.commit()
    return TakeReport(manifest, run_id, taken)


def _put(
    connection: Connection,
    manifest: Manifest,
    frames: dict[str, pd.DataFrame],
    run_id: int,
    progress: ProgressCallback,
) -> list[Taken]:
    """Write every table, with this database's own numbers."""
    known, taken = packages.known(connection), []
    for done, (name, frame) in enumerate(frames.items(), start=1):
        kept, left_out = localised(name, frame, known)
        written = packages.put_table(connection, name, manifest.districts, kept, run_id=run_id)
        taken.append(Taken(name, len(frame), written, left_out))
        progress("packages.step", done, len(frames))
    return taken


def _require_joint(connection: Connection) -> InstanceFacts:
    """Refuse to take a package anywhere but in the joint instance."""
    found = instance(connection)
    if found is None or found.instance is not Instance.JOINT:
        raise OnlyJointError
    return found


def _check(manifest: Manifest, here: InstanceFacts) -> None:
    """Hold a package against the review that it needs and against what this database is."""
    if manifest.reviewed_by is None:
        raise NotReviewedError
    if manifest.reviewed_by == manifest.made_by:
        raise SamePersonError
    if manifest.training and not here.training:
        raise TrainingPackageError
    if here.training and not manifest.training:
        raise RealPackageError


def _check_rows(manifest: Manifest, frames: dict[str, pd.DataFrame]) -> None:
    """Hold the rows against the manifest's numbers; the ledger's dates do not pass."""
    for table in manifest.tables:
        frame = frames[table.name]
        counts = {str(code): int(count) for code, count in frame["district_code"].value_counts().items()}
        if counts != {code: count for code, count in table.rows.items() if count}:
            raise packages.RefusedRowsError(table=table.name)
        if "date_type" in frame and frame["date_type"].str.match(r"[0-9]").any():
            raise packages.RefusedRowsError(table=table.name)


def _check_newest(manifest: Manifest) -> None:
    """Refuse to put results of an earlier day in the place of later ones."""
    with viewer_transaction(open_local_session()) as viewer:
        newest = packages.newest_package(
            viewer, [table.name for table in manifest.tables], manifest.districts
        )
    if newest is not None and newest > manifest.as_of:
        raise OlderPackageError(given=manifest.as_of.isoformat(), standing=newest.isoformat())


def _start(connection: Connection, manifest: Manifest, digest: str) -> int:
    """Begin the run that every row carries."""
    said = manifest.model_dump(
        mode="json", include={"made_at", "made_by", "reviewed_at", "reviewed_by", "districts", "runs"}
    )
    said |= {"manifest": digest, "tables": [table.name for table in manifest.tables]}
    return start_run(
        connection, packaged.JOB, manifest.as_of, said, code_version=code_version(), input_hash=digest
    )

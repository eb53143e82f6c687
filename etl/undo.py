"""`load --undo`: a load taken back, all of it or nothing, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.models import Base
from data.repositories import undo as repository
from data.repositories.intake import lock_loads
from data.repositories.undo import Made
from data.session import unit_of_work
from data.settings import DbRole
from etl.history_errors import (
    AlreadyUndoneError,
    BuiltOnError,
    PageBatchError,
    StillReferredError,
    UndoOfUndoError,
    UnknownBatchError,
)
from etl.intake.places import resolve_again
from etl.interrupts import finishing
from etl.kinds import KINDS
from etl.overrides import apply_overrides

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from data.repositories.undo import Batch

LARGEST_BATCH = 2**63 - 1


@dataclass(frozen=True)
class UndoReport:
    """The outcome of one undo."""

    batch: int
    undone_by: int | None
    """The undo's own batch; None in a dry run."""
    withdrawn: int
    """Versions that the batch had brought."""
    reopened: int
    """Versions that hold again."""


def undo(batch_id: int, *, dry_run: bool = False) -> UndoReport:
    """Take a load back as if it had never been.

    Parameters
    ----------
    batch_id
        Number of the load's batch.
    dry_run
        Do everything but keep it.

    Raises
    ------
    UnknownBatchError, AlreadyUndoneError, UndoOfUndoError, PageBatchError
        There is nothing to undo under that number.
    BuiltOnError
        Later loads changed what it brought, or brought anew what it ended.
    StillReferredError
        Codes that would be gone are named by rows of another kind.
    """
    with finishing() as no_return, unit_of_work(DbRole.LOADER) as connection:
        lock_loads(connection)
        batch = _find(connection, batch_id)
        repository.collect_touched(connection, batch)
        if later := repository.later_batches(connection, batch, Made.LOAD):
            raise BuiltOnError(batch=batch_id, later=", ".join(map(str, reversed(later))))
        number = repository.record_undo(connection, batch)
        done = repository.take_back(connection, batch, number)
        for kind, column in _references(batch.kind):
            if repository.is_referred(connection, batch, kind, column):
                raise StillReferredError(batch=batch_id, kind=kind)
        resolve_again(connection, batch.kind)
        apply_overrides(connection, batch.kind, touched=True)
        if not dry_run:
            no_return()
            connection.commit()
    return UndoReport(batch_id, None if dry_run else number, done.withdrawn, done.reopened)


def _find(connection: Connection, batch_id: int) -> Batch:
    """Find the batch, or say why it cannot be undone."""
    batch = repository.read_batch(connection, batch_id) if 0 < batch_id <= LARGEST_BATCH else None
    if batch is None:
        raise UnknownBatchError(batch=batch_id)
    if batch.made is Made.UNDO:
        raise UndoOfUndoError(batch=batch_id)
    if batch.made is Made.PAGES:
        raise PageBatchError(batch=batch_id)
    if batch.undone_by is not None:
        raise AlreadyUndoneError(batch=batch_id, by=batch.undone_by)
    return batch


def _references(kind: str) -> Iterator[tuple[str, str]]:
    """Give the kinds and columns that carry codes of a kind."""
    for other in KINDS.values():
        if f"core.{other.name}" in Base.metadata.tables:
            yield from ((other.name, column.name) for column in other.columns if column.refers_to == kind)

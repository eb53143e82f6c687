"""Bring the facts into line with the changes made on pages, set or taken back, without a file.

Each source's versions are staged as their files had them and go the way of a load: changes are put over them,
what differs from now becomes a new version. The batch has no file (`file_sha256` is empty) and says in its
counts how many versions it brought. Done twice it changes nothing the second time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from data.models import Base
from data.repositories import history
from data.repositories import overrides as repository
from data.repositories import settings as settings_repository
from data.repositories.intake import lock_loads
from data.repositories.undo import Made
from data.session import unit_of_work
from data.settings import DbRole
from etl.errors import UnknownKindError
from etl.intake.overrides import hold_overrides
from etl.intake.places import resolve_again
from etl.intake.targets import target_of_kind
from etl.interrupts import finishing
from etl.kinds import KINDS

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from etl.report import Conflict

ALL = "all"


@dataclass(frozen=True)
class OverrideReport:
    """What bringing the facts into line did."""

    changed: int = 0
    """Versions that were replaced."""
    unusable: tuple[Conflict, ...] = ()
    """Changes that the kind cannot hold."""
    batches: tuple[int, ...] = ()


def run(kind: str | None = None) -> OverrideReport:
    """Bring one kind, or all, into line with the changes made on pages, in one transaction.

    Parameters
    ----------
    kind
        Name of a kind; None or ``all`` for all.

    Raises
    ------
    UnknownKindError
        There is no such kind.
    """
    kinds = [name for name in KINDS if f"core.{name}" in Base.metadata.tables]
    if kind not in (None, ALL, *kinds):
        raise UnknownKindError(kind=kind, known=", ".join(kinds))
    with finishing() as no_return, unit_of_work(DbRole.LOADER) as connection:
        lock_loads(connection)
        reports = [
            apply_overrides(connection, name) for name in (kinds if kind in (None, ALL) else [str(kind)])
        ]
        no_return()
        connection.commit()
    return OverrideReport(
        sum(report.changed for report in reports),
        tuple(one for report in reports for one in report.unusable),
        tuple(batch for report in reports for batch in report.batches),
    )


def apply_overrides(connection: Connection, kind: str, *, touched: bool = False) -> OverrideReport:
    """Bring the versions of a kind into line with standing changes and with those that were taken back.

    Parameters
    ----------
    connection
        In a transaction of the loader that holds the load lock.
    kind
        Name of a kind.
    touched
        Whether only the codes in the temporary table ``touched`` count.
    """
    settings = settings_repository.read(connection)
    today = datetime.now(tz=ZoneInfo(settings.timezone)).date()
    due = repository.collect_due(connection, kind, today=today, zone=settings.timezone, touched=touched)
    changed, unusable, batches = 0, [], []
    for source, day in due:
        batch, count, conflicts = _apply_to(connection, kind, source, day)
        changed += count
        unusable += [one for one in conflicts if one.reason is not None]
        batches += [batch] if batch is not None else []
    if batches:
        resolve_again(connection, kind)
    return OverrideReport(changed, tuple(unusable), tuple(batches))


def _apply_to(
    connection: Connection, kind: str, source: str, day: date
) -> tuple[int | None, int, tuple[Conflict, ...]]:
    """Bring one source's versions into line from a day on; give the batch, if one was needed."""
    spec = KINDS[kind]
    target = target_of_kind(spec)
    repository.stage_file_values(connection, target, source=source, day=day)
    conflicts = hold_overrides(connection, spec, target)
    this = repository.read_load(connection, source, day)
    plan = history.make_plan(connection, target, this)
    if not plan.changed:
        return None, 0, conflicts
    counts = {str(Made.PAGES): plan.changed}
    batch = history.record_batch(connection, this, file_sha256="", counts=counts)
    history.apply_plan(connection, target, this, batch)
    repository.keep_origins(connection, target, batch)
    return batch, plan.changed, conflicts

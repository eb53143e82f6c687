"""The audit's chain from day to day: sealed within a second, verified on request, cut at night."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from data.audit_files import HeadFiles
from data.audit_heads import checkpoint_facts, cut_old, seal_pending
from data.repositories import audit_links
from data.repositories.audit import VERIFY_ROUTE, record_for
from data.session import unit_of_work
from data.settings import DbRole
from data.signing import is_signed
from data.terms import AuditKind
from etl.audit_check import Beside, check

if TYPE_CHECKING:
    from etl.audit_check import Report

SEAL_EVERY_S = 0.5


class Sealer:
    """Seals what waits, in a thread beside the worker's jobs, which can take hours."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="audit-sealer", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, when what is under way is done."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        """Seal until told to stop; a database that is away, or just restored, is waited for."""
        while not self._stop.wait(SEAL_EVERY_S):
            try:
                seal_pending()
            except Exception:  # noqa: BLE001, S112 -- events wait in the database; the next turn takes them
                continue


def nightly() -> int:
    """Sign the day's head, verify, and delete the events whose time is over; give how many those were.

    A chain that does not verify is not cut: what was done to it would be gone with the old events.
    """
    report = verify()
    note(report)
    seal_pending()
    return 0 if report.findings else cut_old()


def note(report: Report) -> None:
    """Write down what a verification found, for the auditor's page."""
    kinds = [finding.kind for finding in report.findings] or ["ok"]
    with unit_of_work(DbRole.LOADER) as connection:
        record_for(connection, AuditKind.AUDIT, VERIFY_ROUTE, [f"links:{report.links}", *kinds])
        connection.commit()


def verify() -> Report:
    """Hold the whole chain against its events and against what was signed outside of the database.

    Returns
    -------
    Report
        Without findings all is well.

    Raises
    ------
    data.errors.DataError
        The database is away, or the home is another account's.
    """
    files = HeadFiles()
    with files.locked():
        # as they are before the newest events are sealed: what is signed now vouches for nothing of before
        kept, beside = files.read(), _checkpoints(files)
    seal_pending()
    with unit_of_work(DbRole.AUDITOR) as connection:
        audit_links.begin(connection)
        strays, lost = audit_links.strays(connection), audit_links.lost(connection)
        beside = replace(beside, strays=tuple(strays), lost=tuple(lost))
        return check(audit_links.links(connection), kept, beside)


def _checkpoints(files: HeadFiles) -> Beside:
    """Read the checkpoints of the database, those with this home's signature apart from others."""
    heads, forged = [], []
    with unit_of_work(DbRole.AUDITOR) as connection:
        for position, chain, at, signature in audit_links.checkpoints(connection):
            facts = {**checkpoint_facts(position, chain, at), "signature": signature.hex()}
            if is_signed(facts, files.key):
                heads.append((position, chain))
            else:
                forged.append(position)
    return Beside(heads=tuple(heads), forged=tuple(forged))

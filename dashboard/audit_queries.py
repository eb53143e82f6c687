"""What the audit's page reads: with the auditor's database role, after the reading itself was written down.

Nothing is kept: every look is a look.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dashboard.viewer import viewer_token
from data.repositories import audit_reads, settings
from data.repositories.audit_reads import Span
from data.session import unit_of_work, viewer_transaction
from data.settings import DbRole

if TYPE_CHECKING:
    import pandas as pd

    from data.repositories.audit_reads import ChainState

FAILED = ("sign_in_failed",)
TAKEN = ("export", "package", "backup")
REGISTER = ("register",)
KEPT = ("account", "load", "undo", "change", "audit")


@dataclass(frozen=True, slots=True)
class Read:
    """Everything that the page shows of a span."""

    summary: pd.DataFrame
    sweeps: pd.DataFrame
    failed: pd.DataFrame
    taken: pd.DataFrame
    register: pd.DataFrame
    kept: pd.DataFrame
    chain: ChainState


def span_of(days: int, account: int | None, now: datetime, timezone: str) -> Span:
    """Give the span of the last days up to now; one day is today, from its local midnight.

    Parameters
    ----------
    days
        At least 1.
    account
        Number of an account; None: all.
    now
        Aware.
    timezone
        In which days are meant.
    """
    local = now.astimezone(ZoneInfo(timezone))
    first = datetime.combine(local.date() - timedelta(days=days - 1), time(), tzinfo=local.tzinfo)
    return Span(first, now + timedelta(seconds=1), account)


def accounts() -> dict[int, str]:
    """Give the names of all accounts by number."""
    with unit_of_work(DbRole.AUDITOR) as connection:
        return audit_reads.accounts(connection)


def read(span: Span) -> Read:
    """Read what the page shows; who calls it has written the reading down."""
    with viewer_transaction(viewer_token()) as connection:
        limits = settings.read(connection)
    with unit_of_work(DbRole.AUDITOR) as connection:
        return Read(
            summary=audit_reads.summary(connection, span),
            sweeps=audit_reads.sweeps(
                connection, span, objects=limits.audit_sweep_objects, tiles=limits.audit_sweep_tiles
            ),
            failed=audit_reads.listed(connection, span, *FAILED),
            taken=audit_reads.listed(connection, span, *TAKEN),
            register=audit_reads.listed(connection, span, *REGISTER),
            kept=audit_reads.listed(connection, span, *KEPT),
            chain=audit_reads.chain_state(connection),
        )

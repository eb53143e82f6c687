"""What the worker does once a day beside builds: rows of the register past review go, the audit is tended."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from data.repositories import register
from data.repositories import settings as settings_repository
from data.session import unit_of_work
from data.settings import DbRole
from data.terms import Instance
from etl import audit_chain

if TYPE_CHECKING:
    from datetime import date, datetime


def expire(now: datetime) -> int:
    """Delete the register's rows whose day of review is past, with a proof of each.

    Parameters
    ----------
    now
        The moment; the setting ``timezone`` makes a day of it.

    Returns
    -------
    int
        How many there were; 0 where there is no register.
    """
    today, instance = _here(now)
    if instance is Instance.JOINT:
        return 0
    with register.work("expire", None) as connection:
        count = register.delete_expired(connection, today)
        if count:
            register.record(connection, "register.expire", None)
        connection.commit()
    return count


def _here(now: datetime) -> tuple[date, Instance]:
    """Give the local day, and what the database is."""
    with unit_of_work(DbRole.LOADER) as connection:
        zone = ZoneInfo(settings_repository.read(connection).timezone)
        return now.astimezone(zone).date(), register.instance(connection)


class Nightly:
    """Remembers for which local day it was done; a worker that starts does it at once."""

    def __init__(self) -> None:
        self._done: date | None = None
        self._tended: date | None = None

    def expire_register(self, now: datetime) -> bool:
        """Expire the register's rows where that was not done on this day; True where it was done now."""
        today, _ = _here(now)
        if self._done == today:
            return False
        expire(now)
        self._done = today
        return True

    def tend_audit(self, now: datetime) -> bool:
        """Verify the audit, sign its head and cut what is past its time; True where it was done now."""
        today, _ = _here(now)
        if self._tended == today:
            return False
        audit_chain.nightly()
        self._tended = today
        return True

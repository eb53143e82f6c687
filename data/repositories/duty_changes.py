"""One-day changes made on pages, `work.duty_change`: set, taken back, listed; and plans' one wish, a build.

The rows are the viewer's own: policies hold author, district and role. A change is never rewritten: a new one
for the same date and post takes the standing one back first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from data.models.base import CURRENT
from data.repositories import jobs as queue
from geo.errors import CampusError
from geo.terms import Change

if TYPE_CHECKING:
    from datetime import date, time

    from sqlalchemy import Connection

BUILD = {"jobs": ["all"], "changed": True}
"""What the worker is asked for when who stands where changed."""
_ME = "(SELECT v.account_id FROM auth.viewer() AS v)"


class UnknownPostError(CampusError):
    """There is no post ``code``, or it is none of the viewer's."""

    key = "plan.unknown_post"


class UselessChangeError(CampusError):
    """A change that changes nothing: a post that stands in for itself, or hours without a minute."""

    key = "plan.useless_change"


@dataclass(frozen=True, slots=True)
class DutyChange:
    """What is different with one post on one day.

    Parameters
    ----------
    date
        The local date.
    post_code
        The post.
    change
        Word of `geo.terms.Change`.
    replaced_by
        The post that stands in, for ``replaced``.
    start, end
        Local clock times, for ``hours``; an end before the start is on the next day.
    """

    date: date
    post_code: str
    change: Change
    replaced_by: str | None = None
    start: time | None = None
    end: time | None = None

    def check(self) -> None:
        """Refuse what changes nothing.

        Raises
        ------
        UselessChangeError
            A post stands in for itself, or for nobody; hours are missing or have no minute.
        """
        no_other = self.change == Change.REPLACED and self.replaced_by in (None, self.post_code)
        no_hours = self.change == Change.HOURS and (None in (self.start, self.end) or self.start == self.end)
        if no_other or no_hours:
            raise UselessChangeError


def put(connection: Connection, change: DutyChange) -> int:
    """Set a change in the viewer's name, in the place of the page's own that stands; ask for a build.

    Parameters
    ----------
    connection
        A viewer's transaction that may write; the caller commits it.
    change
        What to set.

    Returns
    -------
    int
        Number of the build's job.

    Raises
    ------
    UnknownPostError
        The viewer sees no such post, or none such to stand in.
    UselessChangeError
        It would change nothing.
    """
    change.check()
    for code in filter(None, (change.post_code, change.replaced_by)):
        _want_post(connection, code)
    _take_back(connection, "date = :date AND post_code = :post", date=change.date, post=change.post_code)
    connection.execute(
        text(
            "INSERT INTO work.duty_change "
            '(district_code, date, post_code, change, replaced_by, start, "end", set_by) '
            f"SELECT district_code, :date, code, :change, :by, :start, :end, {_ME} "
            f"FROM core.post WHERE code = :post AND {CURRENT}"
        ),
        {"date": change.date, "post": change.post_code, "change": str(change.change),
         "by": change.replaced_by, "start": change.start, "end": change.end},
    )  # fmt: skip
    return queue.add_as_viewer(connection, "build", BUILD)


def take_back(connection: Connection, number: int) -> int | None:
    """Take a change back in the viewer's name and ask for a build; None where it does not stand."""
    if not _take_back(connection, "id = :id", id=number):
        return None
    return queue.add_as_viewer(connection, "build", BUILD)


def standing(connection: Connection, day: date) -> list[dict[str, Any]]:
    """List the changes of a day that stand, newest first.

    Returns
    -------
    list of dict
        ``id, date, post_code, name`` (of the post), ``change, replaced_by, start, end, set_at``.
    """
    statement = text(
        'SELECT c.id, c.date, c.post_code, p.name, c.change, c.replaced_by, c.start, c."end", c.set_at '
        f"FROM work.duty_change AS c LEFT JOIN (SELECT code, name FROM core.post WHERE {CURRENT}) AS p "
        "ON p.code = c.post_code WHERE c.revoked_at IS NULL AND c.date = :day ORDER BY c.id DESC"
    )
    return [dict(row) for row in connection.execute(statement, {"day": day}).mappings()]


def _want_post(connection: Connection, code: str) -> None:
    """Refuse a code that no post of the viewer has."""
    there = text(f"SELECT EXISTS (SELECT FROM core.post WHERE code = :code AND {CURRENT})")
    if not connection.execute(there, {"code": code}).scalar_one():
        raise UnknownPostError(code=code)


def _take_back(connection: Connection, which: str, **values: object) -> int:
    """Mark changes as taken back; give how many."""
    statement = text(
        f"UPDATE work.duty_change SET revoked_at = now(), revoked_by = {_ME} "
        f"WHERE revoked_at IS NULL AND {which}"
    )
    return connection.execute(statement, values).rowcount

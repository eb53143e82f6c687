"""What people do with hazards: take a step on a hazard's way, make a round of checks.

A step is one statement that holds only while the hazard is where its taker saw it. The database keeps the way
a chain without forks: of two who follow the same step one fails, and is told. Policies hold author, role and
district; a step is never rewritten, its moment is the server's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import errors as pg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data.models.base import CURRENT
from data.personal import is_personal
from data.repositories import jobs as queue
from data.rights import rights
from geo.errors import CampusError
from geo.hazards import FOUND, next_steps, wants_reason
from geo.terms import HazardStep

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy import Connection

    from geo.terms import RoundKind

NOTE_LENGTH, UNIT_LENGTH, ROUND_LENGTH = 200, 60, 60
BUILD = {"jobs": ["all"], "changed": True}
"""What the worker is asked for when a hazard moved: zones are ranked by what is open and overdue."""
OVERSEERS = rights().tables["work.hazard_round"].adds
"""Who takes every step, and plans rounds."""
ACTORS = rights().tables["work.hazard_step"].adds - OVERSEERS
"""Who only says that something was put right."""
_ME = "(SELECT v.account_id FROM auth.viewer() AS v)"
_LAST = (
    "(SELECT s.id, s.step FROM work.hazard_step AS s WHERE s.hazard_code = h.code ORDER BY s.id DESC LIMIT 1)"
)
_TAKE = f"""
    INSERT INTO work.hazard_step
           (district_code, hazard_code, step, unit, deadline, note, done_by, follows, came_from)
    SELECT h.district_code, h.code, :step, :unit, :deadline, :note, {_ME}, l.id, l.step
      FROM core.hazard AS h LEFT JOIN LATERAL {_LAST} AS l ON true
     WHERE h.code = :code AND h.{CURRENT.replace(" AND ", " AND h.")}
       AND l.id IS NOT DISTINCT FROM CAST(:seen AS bigint) AND coalesce(l.step, :found) = :stage
    RETURNING id
"""
_STANDING = f"""
    SELECT l.id, l.step FROM core.hazard AS h LEFT JOIN LATERAL {_LAST} AS l ON true
     WHERE h.code = :code AND h.{CURRENT.replace(" AND ", " AND h.")}
"""


class UnknownHazardError(CampusError):
    """There is no hazard ``code``, or it is none of the viewer's."""

    key = "hazards.error.unknown"


class MoveError(CampusError):
    """From its ``stage`` a hazard does not come to that ``step``."""

    key = "hazards.error.move"
    spoken = {"stage": "hazards.stage.", "step": "hazards.step."}  # noqa: RUF012 -- as declared above


class MovedMeanwhileError(CampusError):
    """Somebody else took a step with the hazard since the page was shown."""

    key = "hazards.error.meanwhile"


class NotYourStepError(CampusError):
    """The viewer's role may not do it."""

    key = "hazards.error.role"


class PersonalTextError(CampusError):
    """A text looks as if it held an ID or mobile number."""

    key = "hazards.error.personal"


class LongTextError(CampusError):
    """A text is longer than ``most`` characters."""

    key = "hazards.error.long"


class NoReasonError(CampusError):
    """A hazard goes back without a note that says why."""

    key = "hazards.error.reason"


class NoUnitError(CampusError):
    """A hazard is assigned to nobody."""

    key = "hazards.error.unit"


class RoundError(CampusError):
    """A round has no name, or ends before it starts."""

    key = "hazards.error.round"


@dataclass(frozen=True, slots=True)
class Step:
    """A step that somebody wants to take.

    Parameters
    ----------
    hazard_code
        The hazard.
    step
        Which one.
    stage
        Where the hazard stood when its taker looked: a word of `geo.hazards.STAGES`.
    seen
        Number of the last step that was there then; None for none.
    unit, deadline
        Who is to act, and the local date by which; None leaves them as they are.
    note
        What was found or done; things and places, never a person.
    """

    hazard_code: str
    step: HazardStep
    stage: str
    seen: int | None
    unit: str | None = None
    deadline: date | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """A round of hazard checks: local dates, both included."""

    name: str
    kind: RoundKind
    starts_on: date
    ends_on: date


def steps_of(role: str) -> tuple[HazardStep, ...]:
    """Give the steps that a role may take; the database holds it too."""
    if role in OVERSEERS:
        return tuple(HazardStep)
    return (HazardStep.RECTIFIED,) if role in ACTORS else ()


def take_step(connection: Connection, wanted: Step) -> int:
    """Take a step in the viewer's name, and ask for a build.

    Parameters
    ----------
    connection
        A viewer's transaction that may write; the caller commits it.
    wanted
        What to do.

    Returns
    -------
    int
        Number of the step.

    Raises
    ------
    MoveError, MovedMeanwhileError, UnknownHazardError, NotYourStepError
        The hazard does not go there, is not where it was seen, is not there, or is not the viewer's to move.
    PersonalTextError, LongTextError, NoReasonError
        Its texts cannot be kept, or one is missing.
    """
    unit, note = _kept(wanted.unit, UNIT_LENGTH), _kept(wanted.note, NOTE_LENGTH)
    if wanted.step not in next_steps(wanted.stage):
        raise MoveError(stage=wanted.stage, step=str(wanted.step))
    if wants_reason(wanted.stage, wanted.step) and note is None:
        raise NoReasonError
    values = {
        "code": wanted.hazard_code, "step": str(wanted.step), "seen": wanted.seen, "found": FOUND,
        "stage": wanted.stage, "unit": unit, "deadline": wanted.deadline, "note": note,
    }  # fmt: skip
    number = _written(connection, _TAKE, values)
    if number is None:
        raise _why_not(connection, wanted)
    account = connection.execute(text(f"SELECT {_ME}")).scalar_one()
    queue.add_waiting(connection, "build", BUILD, created_by=str(account))
    return number


def add_round(connection: Connection, made: Round) -> int:
    """Make a round in the district of the viewer that has most schools; give its number.

    Raises
    ------
    RoundError, PersonalTextError, LongTextError, NotYourStepError
        Its name or dates are no good, or the viewer's role makes none.
    """
    name = _kept(made.name, ROUND_LENGTH)
    if name is None or made.ends_on < made.starts_on:
        raise RoundError
    statement = (
        "INSERT INTO work.hazard_round (district_code, name, kind, starts_on, ends_on, created_by) "
        f"SELECT district_code, :name, :kind, :first, :last, {_ME} FROM core.school WHERE {CURRENT} "
        "GROUP BY district_code ORDER BY count(*) DESC LIMIT 1 RETURNING id"
    )
    values = {"name": name, "kind": str(made.kind), "first": made.starts_on, "last": made.ends_on}
    number = _written(connection, statement, values)
    if number is None:
        raise NotYourStepError
    return number


def _kept(words: str | None, most: int) -> str | None:
    """Give a text as it is kept, None where there is none; refuse what must not be kept."""
    plain = " ".join((words or "").split())
    if len(plain) > most:
        raise LongTextError(most=most)
    if is_personal(plain):
        raise PersonalTextError
    return plain or None


def _written(connection: Connection, statement: str, values: Mapping[str, object]) -> int | None:
    """Write one row and give its number; None where no row fits."""
    try:
        found = connection.execute(text(statement), values).scalar_one_or_none()
    except DBAPIError as error:
        if isinstance(error.orig, pg.UniqueViolation | pg.ForeignKeyViolation):
            raise MovedMeanwhileError from error
        if isinstance(error.orig, pg.InsufficientPrivilege):
            raise NotYourStepError from error
        raise
    return None if found is None else int(found)


def _why_not(connection: Connection, wanted: Step) -> CampusError:
    """Say why no step was taken."""
    row = connection.execute(text(_STANDING), {"code": wanted.hazard_code}).first()
    if row is None:
        return UnknownHazardError(code=wanted.hazard_code)
    if row.id == wanted.seen:
        return MoveError(stage=row.step or FOUND, step=str(wanted.step))
    return MovedMeanwhileError()

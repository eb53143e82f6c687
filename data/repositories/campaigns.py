"""Campaigns and tasks, `work.campaign` and `work.task`: made, changed, closed and done in the viewer's name.

The rows are the viewer's own: policies hold author, district and role. What a campaign could show, and what
it did, the worker alone writes (`data.repositories.campaign_facts`); every change asks it to.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date  # noqa: TC003 -- a dataclass shows its types
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from data.personal import is_personal
from data.refused_words import is_about_persons
from data.repositories import jobs as queue
from geo.errors import CampusError
from geo.hexagons import read_ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from geo.terms import TaskOrigin

FORECAST, RESULT = "campaign_forecast", "campaign_result"
"""Kinds of the worker's jobs."""
LONGEST_NAME, LONGEST_TOPIC, LONGEST_ITEM, LONGEST_UNIT = 60, 40, 200, 40
MOST_ZONES, MOST_CELLS, MOST_SCHOOLS, MOST_UNITS = 30, 10_000, 400, 20
LONGEST_DAYS = 3 * 366
_ME = "(SELECT v.account_id FROM auth.viewer() AS v)"
_COLUMNS = """
    id, district_code, name, topic, zones, school_codes, lead_unit, joint_units, starts_on, ends_on,
    closed_at, forecast, result, created_at
"""

Zone = str | tuple[str, ...]
"""A zone's id in `out.focus_zone`, or the hexagons that a drawn one stands for."""


class LackingWordsError(CampusError):
    """A name, topic, item or unit is missing or longer than ``longest`` characters."""

    key = "campaigns.bad_words"


class PersonalWordsError(CampusError):
    """A text looks like somebody's ID number or mobile number; it is not repeated."""

    key = "campaigns.personal"


class PersonsNamedError(CampusError):
    """A text is about pupils, other persons or petitions; it is not repeated."""

    key = "campaigns.persons_named"


class NoZoneError(CampusError):
    """A campaign has neither zone nor school, or more than can be handled."""

    key = "campaigns.no_zone"


class CampaignDaysError(CampusError):
    """A campaign's days are missing, out of order, or more than ``longest``."""

    key = "campaigns.bad_days"


class DeadlineError(CampusError):
    """A task has no deadline."""

    key = "campaigns.no_deadline"


class CampaignGoneError(CampusError):
    """The campaign is not there (any more), is none of the viewer's, or is closed."""

    key = "campaigns.gone"


class TaskGoneError(CampusError):
    """The task is not there, or none of the viewer's."""

    key = "campaigns.task_gone"


@dataclass(frozen=True, slots=True)
class CampaignWords:
    """What people say of a campaign.

    Parameters
    ----------
    name, topic
        Topic is a word of the catalogue's list, or free text.
    zones
        Proposed ones by id, drawn ones as hexagons.
    school_codes
        Schools that take part.
    lead_unit, joint_units
        Units.
    starts_on, ends_on
        First and last local date.
    """

    name: str
    topic: str
    zones: tuple[Zone, ...]
    school_codes: tuple[str, ...]
    lead_unit: str
    joint_units: tuple[str, ...]
    starts_on: date | None
    ends_on: date | None

    def check(self) -> None:
        """Refuse what no campaign may be.

        Raises
        ------
        LackingWordsError, PersonalWordsError, PersonsNamedError
            A text is missing, too long, or says what is never written down.
        CampaignDaysError
            Days are missing or out of order.
        NoZoneError, geo.errors.BadCellError
            There is no zone and no school, too much of it, or a cell that is none.
        """
        check_text(self.name, LONGEST_NAME)
        check_text(self.topic, LONGEST_TOPIC)
        check_units(self.lead_unit, self.joint_units)
        if self.starts_on is None or self.ends_on is None:
            raise CampaignDaysError(longest=LONGEST_DAYS)
        if not 0 <= (self.ends_on - self.starts_on).days < LONGEST_DAYS:
            raise CampaignDaysError(longest=LONGEST_DAYS)
        drawn = [cell for zone in self.zones if not isinstance(zone, str) for cell in zone]
        read_ids(drawn)
        too_many = len(self.zones) > MOST_ZONES or len(drawn) > MOST_CELLS
        if not self.school_codes or too_many or len(self.school_codes) > MOST_SCHOOLS:
            raise NoZoneError(zones=MOST_ZONES, schools=MOST_SCHOOLS)


@dataclass(frozen=True, slots=True)
class TaskWords:
    """What people say of a task.

    Parameters
    ----------
    origin
        Of a campaign, or agreed in a meeting.
    item
        What is to be done.
    lead_unit, joint_units
        Units.
    deadline
        Local date.
    campaign_id, zone_id
        What it belongs to.
    """

    origin: TaskOrigin
    item: str
    lead_unit: str
    deadline: date | None
    joint_units: tuple[str, ...] = field(default=())
    campaign_id: int | None = None
    zone_id: str | None = None

    def check(self) -> None:
        """Refuse what no task may be.

        Raises
        ------
        LackingWordsError, PersonalWordsError, PersonsNamedError
            A text is missing, too long, or says what is never written down.
        DeadlineError
            There is no deadline.
        """
        check_text(self.item, LONGEST_ITEM)
        if self.deadline is None:
            raise DeadlineError
        check_units(self.lead_unit, self.joint_units)


def check_units(lead_unit: str, joint_units: Iterable[str]) -> None:
    """Refuse units without a name, and more than can be meant."""
    joint = list(joint_units)
    for unit in (lead_unit, *joint):
        check_text(unit, LONGEST_UNIT)
    if len(joint) > MOST_UNITS:
        raise LackingWordsError(longest=LONGEST_UNIT)


def check_text(written: str, longest: int) -> None:
    """Refuse a text that is missing, too long, or says what is never written down.

    Raises
    ------
    LackingWordsError, PersonalWordsError, PersonsNamedError
        See their names; what was written is in none of them.
    """
    if not 0 < len(written.strip()) <= longest:
        raise LackingWordsError(longest=longest)
    if is_personal(written):
        raise PersonalWordsError
    if is_about_persons(written):
        raise PersonsNamedError


def asked_of(campaign: Mapping[str, Any]) -> str:
    """Give a short word for what a campaign's figures depend on: with another one they are out of date."""
    parts = [campaign[name] for name in ("zones", "school_codes", "starts_on", "ends_on")]
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:16]


def listed(connection: Connection) -> list[dict[str, Any]]:
    """List the campaigns that the viewer sees, the newest first.

    Returns
    -------
    list of dict
        ``id, district_code, name, topic, zones, school_codes, lead_unit, joint_units, starts_on, ends_on,
        closed_at, forecast, result, created_at``.
    """
    statement = text(f"SELECT {_COLUMNS} FROM work.campaign ORDER BY starts_on DESC NULLS LAST, id DESC")
    return [dict(row) for row in connection.execute(statement).mappings()]


def add(connection: Connection, district: str, words: CampaignWords) -> tuple[int, int]:
    """Make a campaign in the viewer's name, and ask what it could show.

    Returns
    -------
    tuple of int
        Its number, and that of the worker's job.
    """
    words.check()
    statement = text(
        "INSERT INTO work.campaign (district_code, name, topic, zones, school_codes, lead_unit, joint_units, "
        "starts_on, ends_on, created_by) VALUES (:district, :name, :topic, CAST(:zones AS jsonb), :schools, "
        f":lead, :joint, :starts, :ends, {_ME}) RETURNING id"
    )
    number = int(connection.execute(statement, {"district": district, **_values(words)}).scalar_one())
    return number, ask(connection, FORECAST, number)


def change(connection: Connection, number: int, words: CampaignWords) -> int:
    """Put other words into a campaign that is not closed; give the number of the worker's job.

    Raises
    ------
    CampaignGoneError
        There is no such campaign for the viewer, or it is closed.
    """
    words.check()
    statement = text(
        "UPDATE work.campaign SET name = :name, topic = :topic, zones = CAST(:zones AS jsonb), "
        "school_codes = :schools, lead_unit = :lead, joint_units = :joint, starts_on = :starts, "
        "ends_on = :ends WHERE id = :id AND closed_at IS NULL"
    )
    _want(connection.execute(statement, {"id": number, **_values(words)}).rowcount)
    return ask(connection, FORECAST, number)


def close(connection: Connection, number: int) -> int:
    """Close a campaign for good; give the number of the job that measures what came of it.

    Raises
    ------
    CampaignGoneError
        There is no such campaign for the viewer, or it is closed.
    """
    statement = text(
        f"UPDATE work.campaign SET closed_at = now(), closed_by = {_ME} WHERE id = :id AND closed_at IS NULL"
    )
    _want(connection.execute(statement, {"id": number}).rowcount)
    return ask(connection, RESULT, number)


def ask(connection: Connection, kind: str, number: int) -> int:
    """Ask the worker to compute a campaign anew, as the viewer; give the job's number."""
    return queue.add_as_viewer(connection, kind, {"campaign": number})


def tasks(connection: Connection) -> list[dict[str, Any]]:
    """List the tasks that the viewer sees, the most urgent first, those that are done last.

    Returns
    -------
    list of dict
        ``id, district_code, campaign_id, zone_id, origin, item, lead_unit, joint_units, deadline,
        created_at, done_at``.
    """
    statement = text(
        "SELECT id, district_code, campaign_id, zone_id, origin, item, lead_unit, joint_units, deadline, "
        "created_at, done_at FROM work.task ORDER BY done_at IS NOT NULL, deadline, id"
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def add_task(connection: Connection, district: str, words: TaskWords) -> int:
    """Write a task down in the viewer's name; give its number.

    Parameters
    ----------
    connection
        A viewer's transaction that may write; the caller commits it.
    district
        Where it is for; a campaign's or zone's own district stands before it.
    words
        What is to be done.

    Raises
    ------
    CampaignGoneError
        Its campaign is not there for the viewer, or is closed.
    """
    words.check()
    if words.campaign_id is not None:
        there = text("SELECT count(*) FROM work.campaign WHERE id = :id AND closed_at IS NULL")
        _want(connection.execute(there, {"id": words.campaign_id}).scalar_one())
    statement = text(
        "INSERT INTO work.task (district_code, campaign_id, zone_id, origin, item, lead_unit, joint_units, "
        "deadline, created_by) VALUES ("
        "coalesce((SELECT district_code FROM work.campaign WHERE id = :campaign), "
        "(SELECT min(district_code) FROM out.focus_zone WHERE zone_id = :zone), :district), "
        f":campaign, :zone, :origin, :item, :lead, :joint, :deadline, {_ME}) RETURNING id"
    )
    values = {
        "district": district, "campaign": words.campaign_id, "zone": words.zone_id,
        "origin": str(words.origin), "item": words.item.strip(), "lead": words.lead_unit.strip(),
        "joint": [unit.strip() for unit in words.joint_units], "deadline": words.deadline,
    }  # fmt: skip
    return int(connection.execute(statement, values).scalar_one())


def mark_task(connection: Connection, number: int, *, is_done: bool) -> None:
    """Say that a task is done, or that it is not, in the viewer's name.

    Raises
    ------
    TaskGoneError
        There is no such task for the viewer.
    """
    done = f"done_at = now(), done_by = {_ME}" if is_done else "done_at = NULL, done_by = NULL"
    if not connection.execute(text(f"UPDATE work.task SET {done} WHERE id = :id"), {"id": number}).rowcount:
        raise TaskGoneError


def _want(found: int) -> None:
    if not found:
        raise CampaignGoneError


def _values(words: CampaignWords) -> dict[str, Any]:
    return {
        "name": words.name.strip(), "topic": words.topic.strip(), "zones": json.dumps(words.zones),
        "schools": sorted(set(words.school_codes)), "lead": words.lead_unit.strip(),
        "joint": [unit.strip() for unit in words.joint_units],
        "starts": words.starts_on, "ends": words.ends_on,
    }  # fmt: skip

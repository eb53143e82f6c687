"""Schema `work`: what people set going and decide on pages."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    Time,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped

from data.models.base import NOW, Base, field, moment, numbered, one_of, primary_key
from data.terms import JobStatus
from geo.terms import Change, RoundKind, TaskOrigin
from geo.terms import HazardStep as Step
from geo.terms import ZoneDecision as Decision

if TYPE_CHECKING:
    from sqlalchemy.schema import SchemaItem


class Job(Base):
    """A load or a build that a page, or the schedule, asks the worker for."""

    __tablename__ = "job"
    schema = "work"

    id: Mapped[int] = numbered("number of the job")
    kind: Mapped[str] = field(Text, "what is to be done")
    args: Mapped[dict[str, Any]] = field(JSONB, "with what", server_default="{}")
    status: Mapped[str] = field(Text, "queued, running, done or failed", server_default="queued")
    created_at: Mapped[datetime] = moment("when it was asked for", server_default=NOW)
    created_by: Mapped[str] = field(Text, "number of the account that asked, or cli or schedule")
    started_at: Mapped[datetime | None] = moment("when the worker took it")
    heartbeat_at: Mapped[datetime | None] = moment("when the worker last gave a sign")
    finished_at: Mapped[datetime | None] = moment("when it ended")
    result: Mapped[dict[str, Any] | None] = field(
        JSONB, "the report, or the key and values of what went wrong"
    )

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the states, hold the words to an object, index the queue."""
        return (
            one_of("status", JobStatus),
            CheckConstraint("jsonb_typeof(args) = 'object'", name="args"),
            Index("ix_job_queue", "id", postgresql_where=text("status IN ('queued', 'running')")),
        )


class JobFile(Base):
    """A file that a job left for who asked: a report, its refused rows; deleted after thirty days."""

    __tablename__ = "job_file"
    schema = "work"

    job_id: Mapped[int] = field(BigInteger, "job that made it")
    name: Mapped[str] = field(Text, "what it is, such as report.html")
    media_type: Mapped[str] = field(Text, "what the bytes are")
    content: Mapped[bytes] = field(LargeBinary, "the bytes; mapped columns only, masked where refused")
    created_at: Mapped[datetime] = moment("when it was made", server_default=NOW)

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Key the files by job, and find the old ones."""
        return (primary_key("job_id", "name"), Index(None, "created_at"))


class Override(Base):
    """One field of one object as a person corrected it on a page; it survives later loads."""

    __tablename__ = "override"
    schema = "work"

    id: Mapped[int] = numbered("number of the change")
    district_code: Mapped[str] = field(Text, "district of the object")
    kind: Mapped[str] = field(Text, "kind of input")
    code: Mapped[str] = field(Text, "code of the object")
    field_: Mapped[str] = field(Text, "column that was changed", name="field")
    value: Mapped[Any] = field(JSONB, "the value; geometry as GeoJSON")
    set_by: Mapped[int] = field(BigInteger, "account that changed it")
    set_at: Mapped[datetime] = moment("when", server_default=NOW)
    source: Mapped[str] = field(Text, "always manual", server_default="manual")
    revoked_by: Mapped[int | None] = field(BigInteger, "account that took it back")
    revoked_at: Mapped[datetime | None] = moment("when it was taken back")

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Hold one standing change a field."""
        standing = text("revoked_at IS NULL")
        return (
            CheckConstraint("source = 'manual'", name="source"),
            Index("uq_override_standing", "kind", "code", "field", unique=True, postgresql_where=standing),
            Index(None, "district_code"),
        )


class DutyChange(Base):
    """A post's duty changed on one day, on a page; it stands before a file's for that date and post."""

    __tablename__ = "duty_change"
    schema = "work"

    id: Mapped[int] = numbered("number of the change")
    district_code: Mapped[str] = field(Text, "district of the post")
    date: Mapped[date] = field(Date, "the local date")
    post_code: Mapped[str] = field(Text, "code of the post")
    change: Mapped[str] = field(Text, "absent, replaced or hours")
    replaced_by: Mapped[str | None] = field(Text, "code of the post that stands in")
    start: Mapped[time | None] = field(Time, "local clock time at which it begins instead")
    end: Mapped[time | None] = field(Time, "local clock time at which it ends instead")
    set_by: Mapped[int] = field(BigInteger, "account that made it")
    set_at: Mapped[datetime] = moment("when", server_default=NOW)
    revoked_by: Mapped[int | None] = field(BigInteger, "account that took it back")
    revoked_at: Mapped[datetime | None] = moment("when it was taken back")

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the changes, want what each needs, hold one standing change a date and post."""
        return (
            one_of("change", Change),
            CheckConstraint("change <> 'replaced' OR replaced_by IS NOT NULL", name="replaced"),
            CheckConstraint("change <> 'hours' OR (start IS NOT NULL AND \"end\" IS NOT NULL)", name="hours"),
            Index("uq_duty_change_standing", "date", "post_code", unique=True,
                  postgresql_where=text("revoked_at IS NULL")),
            Index(None, "district_code", "date"),
        )  # fmt: skip


class HazardStep(Base):
    """One step of a hazard's way from assigned to closed."""

    __tablename__ = "hazard_step"
    schema = "work"

    id: Mapped[int] = numbered("number of the step")
    district_code: Mapped[str] = field(Text, "district of the hazard")
    hazard_code: Mapped[str] = field(Text, "code of the hazard")
    step: Mapped[str] = field(Text, "assigned, rectified, verified or closed")
    unit: Mapped[str | None] = field(Text, "unit that is to act, or acted")
    deadline: Mapped[date | None] = field(Date, "date by which")
    note: Mapped[str | None] = field(Text, "what was done; things and places, no person's name")
    done_by: Mapped[int] = field(BigInteger, "account that took the step")
    done_at: Mapped[datetime] = moment("when", server_default=NOW)
    follows: Mapped[int | None] = field(BigInteger, "the step before it; empty for the first")
    came_from: Mapped[str | None] = field(Text, "what the step before it was")

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Make a hazard's way a chain without forks and skipped steps; keep notes short."""
        way = (("assigned", "rectified"), ("rectified", "verified"), ("verified", "closed"))
        before = ("id", "hazard_code", "step")
        return (
            one_of("step", Step),
            CheckConstraint("char_length(note) <= 200", name="note"),
            CheckConstraint("char_length(unit) <= 60", name="unit"),
            CheckConstraint("(follows IS NULL) = (came_from IS NULL)", name="chain"),
            CheckConstraint("step = 'assigned' OR came_from IS NOT NULL "
                            f"AND (came_from, step) IN {way}", name="move"),
            CheckConstraint("step <> 'assigned' OR came_from IS NULL OR came_from = 'assigned' "
                            "OR note IS NOT NULL", name="back"),
            Index(None, "district_code", "hazard_code", "id"),
            UniqueConstraint(*before, name="uq_hazard_step_id_hazard_code_step"),
            Index("uq_hazard_step_follows", "hazard_code", "follows", unique=True,
                  postgresql_nulls_not_distinct=True),
            ForeignKeyConstraint(["follows", "hazard_code", "came_from"],
                                 [f"work.hazard_step.{name}" for name in before]),
        )  # fmt: skip


class HazardRound(Base):
    """A round of hazard checks: what is found between its dates belongs to it."""

    __tablename__ = "hazard_round"
    schema = "work"

    id: Mapped[int] = numbered("number of the round")
    district_code: Mapped[str] = field(Text, "district that it runs in")
    name: Mapped[str] = field(Text, "name on screen")
    kind: Mapped[str] = field(Text, "its occasion")
    starts_on: Mapped[date] = field(Date, "first local date")
    ends_on: Mapped[date] = field(Date, "last local date")
    created_by: Mapped[int] = field(BigInteger, "account that made it")
    created_at: Mapped[datetime] = moment("when it was made", server_default=NOW)

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the occasions, keep dates in order."""
        return (
            one_of("kind", RoundKind),
            CheckConstraint("char_length(name) BETWEEN 1 AND 60", name="name"),
            CheckConstraint("starts_on <= ends_on", name="dates"),
            Index(None, "district_code"),
        )


class Weighting(Base):
    """The weights of the terms by which zones are ranked, as the committee set them; the newest holds."""

    __tablename__ = "weighting"
    schema = "work"

    id: Mapped[int] = numbered("number of the weighting")
    district_code: Mapped[str] = field(Text, "district that it holds in")
    weights: Mapped[dict[str, Any]] = field(JSONB, "weight of each term, 0 or more")
    set_by: Mapped[int] = field(BigInteger, "account that set it")
    set_at: Mapped[datetime] = moment("when", server_default=NOW)

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Hold the weights to an object, find the newest."""
        return (
            CheckConstraint("jsonb_typeof(weights) = 'object'", name="weights"),
            Index(None, "district_code", "id"),
        )


class ZoneChoice(Base):
    """What the committee decided of a proposed zone; taken back, never rewritten."""

    __tablename__ = "zone_choice"
    schema = "work"

    id: Mapped[int] = numbered("number of the decision")
    district_code: Mapped[str] = field(Text, "district of the zone")
    zone_id: Mapped[str] = field(Text, "zone of out.focus_zone")
    school_codes: Mapped[list[str]] = field(ARRAY(Text), "its schools on that day")
    decision: Mapped[str] = field(Text, "decided or declined")
    reason: Mapped[str | None] = field(Text, "why; things and places, no person's name")
    set_by: Mapped[int] = field(BigInteger, "account that wrote it down")
    set_at: Mapped[datetime] = moment("when", server_default=NOW)
    revoked_by: Mapped[int | None] = field(BigInteger, "account that took it back")
    revoked_at: Mapped[datetime | None] = moment("when it was taken back")

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the decisions, keep reasons short, hold one standing decision a zone."""
        standing = text("revoked_at IS NULL")
        return (
            one_of("decision", Decision),
            CheckConstraint("char_length(reason) <= 200", name="reason"),
            Index(
                "uq_zone_choice_standing", "district_code", "zone_id", unique=True, postgresql_where=standing
            ),
        )


class Campaign(Base):
    """A joint campaign: topic, zones, units and dates; its tasks stand in `work.task`."""

    __tablename__ = "campaign"
    schema = "work"

    id: Mapped[int] = numbered("number of the campaign")
    district_code: Mapped[str] = field(Text, "district that it runs in")
    name: Mapped[str] = field(Text, "name on screen")
    topic: Mapped[str] = field(Text, "its field")
    zones: Mapped[list[Any]] = field(
        JSONB, "zones: their ids in out.focus_zone, or drawn ones as lists of hexagons", server_default="[]"
    )
    school_codes: Mapped[list[str]] = field(ARRAY(Text), "schools that take part", server_default="{}")
    lead_unit: Mapped[str | None] = field(Text, "unit that leads")
    joint_units: Mapped[list[str]] = field(ARRAY(Text), "units that join", server_default="{}")
    starts_on: Mapped[date | None] = field(Date, "first local date")
    ends_on: Mapped[date | None] = field(Date, "last local date")
    result: Mapped[dict[str, Any] | None] = field(JSONB, "effect with its interval, or not enough data")
    created_by: Mapped[int] = field(BigInteger, "account that made it")
    created_at: Mapped[datetime] = moment("when it was made", server_default=NOW)
    closed_at: Mapped[datetime | None] = moment("when it was closed")
    forecast: Mapped[dict[str, Any] | None] = field(
        JSONB, "what effect could be shown at all, computed before it starts"
    )
    closed_by: Mapped[int | None] = field(BigInteger, "account that closed it")

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Keep dates in order."""
        return (CheckConstraint("starts_on <= ends_on", name="dates"), Index(None, "district_code"))


class Task(Base):
    """Something that a unit is to do by a date: of a campaign, or agreed in a meeting."""

    __tablename__ = "task"
    schema = "work"

    id: Mapped[int] = numbered("number of the task")
    district_code: Mapped[str] = field(Text, "district that it is for")
    campaign_id: Mapped[int | None] = field(
        BigInteger, "campaign that it belongs to", ForeignKey("work.campaign.id")
    )
    zone_id: Mapped[str | None] = field(Text, "zone that it is for")
    origin: Mapped[str] = field(Text, "campaign or meeting")
    item: Mapped[str] = field(Text, "what is to be done; things and places, no person's name")
    lead_unit: Mapped[str] = field(Text, "unit that answers for it")
    joint_units: Mapped[list[str]] = field(ARRAY(Text), "units that join", server_default="{}")
    deadline: Mapped[date] = field(Date, "local date by which")
    created_by: Mapped[int] = field(BigInteger, "account that wrote it down")
    created_at: Mapped[datetime] = moment("when it was written down", server_default=NOW)
    done_by: Mapped[int | None] = field(BigInteger, "account that says it is done")
    done_at: Mapped[datetime | None] = moment("when it was said to be done")

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the origins, keep items short, index a campaign's and a district's tasks."""
        return (
            one_of("origin", TaskOrigin),
            CheckConstraint("char_length(item) BETWEEN 1 AND 200", name="item"),
            Index(None, "campaign_id"),
            Index(None, "district_code", "deadline"),
        )


class Plan(Base):
    """A what-if plan of posts and hours; commanders alone see it."""

    __tablename__ = "plan"
    schema = "work"

    id: Mapped[int] = numbered("number of the plan")
    district_code: Mapped[str] = field(Text, "district that it is for")
    name: Mapped[str] = field(Text, "name on screen")
    changes: Mapped[list[Any]] = field(
        JSONB, "posts added, moved, removed; hours changed", server_default="[]"
    )
    result: Mapped[dict[str, Any] | None] = field(JSONB, "the ledger's difference when it was last computed")
    created_by: Mapped[int] = field(BigInteger, "account that made it")
    created_at: Mapped[datetime] = moment("when it was made", server_default=NOW)
    changed_at: Mapped[datetime] = moment("when it was last changed", server_default=NOW)

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Hold names apart within a district."""
        return (Index("uq_plan_name", "district_code", "name", unique=True),)


class Attachment(Base):
    """A picture that belongs to a work item, masked by its sender; off by default."""

    __tablename__ = "attachment"
    schema = "work"

    id: Mapped[int] = numbered("number of the attachment")
    district_code: Mapped[str] = field(Text, "district of the work item")
    kind: Mapped[str] = field(Text, "kind of the work item")
    code: Mapped[str] = field(Text, "code of the work item")
    media_type: Mapped[str] = field(Text, "what the bytes are")
    content: Mapped[bytes] = field(LargeBinary, "the bytes, without metadata")
    sha256: Mapped[str] = field(Text, "SHA-256 of the bytes, hexadecimal")
    created_by: Mapped[int] = field(BigInteger, "account that sent it")
    created_at: Mapped[datetime] = moment("when it was sent", server_default=NOW)
    delete_after: Mapped[date | None] = field(Date, "local date after which it is deleted")

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Index a work item's attachments."""
        return (Index(None, "district_code", "kind", "code"),)


class Built(Base):
    """What the results of a school or post were computed from, as a hash: equal means untouched."""

    __tablename__ = "built"
    schema = "work"

    district_code: Mapped[str] = field(Text, "the partition")
    part: Mapped[str] = field(Text, "which results")
    code: Mapped[str] = field(Text, "code of the school, or of the post whose service areas they are")
    digest: Mapped[bytes] = field(LargeBinary, "hash of everything that the results depend on")

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Key by partition first."""
        return (primary_key("district_code", "part", "code"),)

"""Schema `core`: the facts, every version of them.

A row holds from `valid_from` up to, not including, `valid_to`. The current version has neither `valid_to` nor
`ended_by`. A change closes the old version and adds one; a second change on the same day, or an undo, sets
`ended_by`, and the version never held at all.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from geoalchemy2 import WKBElement
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    Double,
    Index,
    Integer,
    SmallInteger,
    Text,
    Time,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped

from data.models.base import COMPUTED, CURRENT, NOW, Base, field, moment, one_of, primary_key, shape
from data.models.fact import Fact, OwnCode
from data.terms import Instance as InstanceKind
from geo.terms import (
    AreaLevel,
    BasemapClass,
    Change,
    Direction,
    Force,
    IncidentCategory,
    Mobility,
    Party,
    PostType,
    Stage,
)

if TYPE_CHECKING:
    from sqlalchemy.schema import SchemaItem

WEEKDAYS_CHECK = "weekdays <@ ARRAY[0,1,2,3,4,5,6]::smallint[] AND array_position(weekdays, NULL) IS NULL"


class Area(Fact):
    """A district, a town or the area of a police station."""

    __tablename__ = "area"
    own_code = OwnCode.REQUIRED
    told_apart_by = "code"

    name: Mapped[str] = field(Text, "name on screen")
    level: Mapped[str | None] = field(Text, "district, town or police_area")
    geom: Mapped[WKBElement] = shape("MULTIPOLYGON", "the area, EPSG:4490")

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the levels."""
        return (one_of("level", AreaLevel),)


class School(Fact):
    """A school or kindergarten with its boundary, or with a point where no boundary is known."""

    __tablename__ = "school"
    told_apart_by = "code, else name and position to 10 m"

    name: Mapped[str] = field(Text, "name on screen")
    stage: Mapped[str | None] = field(Text, "what it teaches")
    pupils: Mapped[int | None] = field(Integer, "number of pupils")
    staff: Mapped[int | None] = field(Integer, "number of staff")
    boarders: Mapped[int | None] = field(Integer, "number of boarders")
    geom: Mapped[WKBElement] = shape("GEOMETRY", "boundary as MultiPolygon, or a Point, EPSG:4490")
    is_boundary_estimated: Mapped[bool] = field(
        Boolean, "whether only a point is known", server_default="false", info=COMPUTED
    )
    town_code: Mapped[str | None] = field(
        Text, "town that its representative point lies in, or unassigned", info=COMPUTED
    )
    police_area_code: Mapped[str | None] = field(
        Text, "police area that its representative point lies in", info=COMPUTED
    )

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Close stages and shapes; numbers of people are not negative."""
        return (
            one_of("stage", Stage),
            CheckConstraint("pupils >= 0 AND staff >= 0 AND boarders >= 0", name="people"),
            CheckConstraint("GeometryType(geom) IN ('MULTIPOLYGON', 'POINT')", name="geom_kind"),
        )


class Gate(Fact):
    """A gate of a school."""

    __tablename__ = "gate"
    own_code = OwnCode.NEVER
    told_apart_by = "school_code and name, else school_code and position to 1 m"

    school_code: Mapped[str] = field(Text, "code of its school")
    name: Mapped[str | None] = field(Text, "name on screen")
    is_main: Mapped[bool | None] = field(Boolean, "whether it is the main gate")
    geom: Mapped[WKBElement] = shape("POINT", "where it is, EPSG:4490")

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Index the gates of a school."""
        return (Index("ix_gate_school_current", "school_code", postgresql_where=text(CURRENT)),)


class BellSlot(Fact):
    """A time at which pupils arrive or leave."""

    __tablename__ = "bell_slot"
    own_code = OwnCode.NEVER
    told_apart_by = "all of its columns"

    school_code: Mapped[str] = field(Text, "code of its school")
    gate: Mapped[str | None] = field(Text, "name of the gate; empty for all gates")
    grade: Mapped[str | None] = field(Text, "grade; empty for all grades")
    direction: Mapped[str] = field(Text, "in or out")
    weekdays: Mapped[list[int] | None] = field(ARRAY(SmallInteger), "weekdays, 0 = Monday .. 6 = Sunday")
    start: Mapped[time] = field(Time, "local clock time at which it begins")
    end: Mapped[time | None] = field(Time, "local clock time at which it ends; empty: as it begins")
    date_from: Mapped[date | None] = field(Date, "first local date")
    date_to: Mapped[date | None] = field(Date, "last local date")
    is_estimated: Mapped[bool] = field(
        Boolean, "whether it is a default by stage", server_default="false", info=COMPUTED
    )

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Close directions and weekdays."""
        return (
            one_of("direction", Direction),
            CheckConstraint(WEEKDAYS_CHECK, name="weekdays"),
            Index("ix_bell_slot_school_current", "school_code", postgresql_where=text(CURRENT)),
        )


class Calendar(Fact):
    """A day that differs from its weekday: holidays, make-up days, exams."""

    __tablename__ = "calendar"
    own_code = OwnCode.NEVER
    told_apart_by = "date and scope"

    date: Mapped[date] = field(Date, "the local date")
    scope: Mapped[str | None] = field(Text, "code of a school, a stage or a district; empty for all")
    is_school_day: Mapped[bool] = field(Boolean, "whether there is school")
    runs_as_weekday: Mapped[int | None] = field(
        SmallInteger, "weekday whose timetable runs, 0 = Monday .. 6 = Sunday"
    )

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the weekdays."""
        return (CheckConstraint("runs_as_weekday BETWEEN 0 AND 6", name="runs_as_weekday"),)


class Post(Fact):
    """A place where someone can be on duty."""

    __tablename__ = "post"
    told_apart_by = "code, else name and position to 10 m"

    name: Mapped[str] = field(Text, "name on screen")
    type: Mapped[str | None] = field(Text, "what kind of post it is")
    force: Mapped[str | None] = field(Text, "whose people stand there")
    mobility: Mapped[str | None] = field(Text, "how it moves; empty: on foot")
    staff_count: Mapped[int | None] = field(Integer, "number of people")
    geom: Mapped[WKBElement] = shape("POINT", "where it is, EPSG:4490")

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Close types, forces and mobilities."""
        return (
            one_of("type", PostType),
            one_of("force", Force),
            one_of("mobility", Mobility),
            CheckConstraint("staff_count >= 0", name="staff_count"),
        )


class Duty(Fact):
    """Hours in which a post is on duty."""

    __tablename__ = "duty"
    own_code = OwnCode.NEVER
    told_apart_by = "all of its columns"

    post_code: Mapped[str] = field(Text, "code of the post")
    school_code: Mapped[str | None] = field(Text, "code of the school it serves")
    gate: Mapped[str | None] = field(Text, "name of the gate it serves")
    weekdays: Mapped[list[int] | None] = field(ARRAY(SmallInteger), "weekdays, 0 = Monday .. 6 = Sunday")
    start: Mapped[time] = field(Time, "local clock time at which it begins")
    end: Mapped[time] = field(Time, "local clock time at which it ends; before the start: on the next day")
    date_from: Mapped[date | None] = field(Date, "first local date")
    date_to: Mapped[date | None] = field(Date, "last local date")

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Refuse hours without length; close the weekdays."""
        return (
            CheckConstraint('start <> "end"', name="hours"),
            CheckConstraint(WEEKDAYS_CHECK, name="weekdays"),
            Index("ix_duty_post_current", "post_code", postgresql_where=text(CURRENT)),
        )


class DutyException(Fact):
    """A change to one post's duty on one day."""

    __tablename__ = "duty_exception"
    own_code = OwnCode.NEVER
    told_apart_by = "date and post_code"

    date: Mapped[date] = field(Date, "the local date")
    post_code: Mapped[str] = field(Text, "code of the post")
    change: Mapped[str] = field(Text, "absent, replaced or hours")
    replaced_by: Mapped[str | None] = field(Text, "code of the post that stands in")
    start: Mapped[time | None] = field(Time, "local clock time at which it begins instead")
    end: Mapped[time | None] = field(Time, "local clock time at which it ends instead")

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the changes."""
        return (
            one_of("change", Change),
            Index("ix_duty_exception_post_current", "post_code", "date", postgresql_where=text(CURRENT)),
        )


class Incident(Fact):
    """An event of the closed list, its place and time coarsened before they are stored; the web sees none."""

    __tablename__ = "incident"
    told_apart_by = "code, else category, moment and position to 1 m"

    category: Mapped[str] = field(Text, "category of the closed list")
    occurred_at: Mapped[datetime] = moment("start of the two-hour band it happened in")
    geom: Mapped[WKBElement | None] = shape(
        "POINT", "where it happened, EPSG:4490; empty inside grounds and buildings", info={"required": True}
    )
    cell_id: Mapped[str | None] = field(Text, "hexagon it happened in", info=COMPUTED)

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the categories; a point or a hexagon there must be."""
        return (
            one_of("category", IncidentCategory),
            CheckConstraint("geom IS NOT NULL OR cell_id IS NOT NULL", name="place"),
            Index("ix_incident_occurred_current", "occurred_at", postgresql_where=text(CURRENT)),
        )


class Venue(Fact):
    """A place whose distance to schools a rule may limit."""

    __tablename__ = "venue"
    told_apart_by = "code, else licence_no, else name and position to 10 m"

    name: Mapped[str] = field(Text, "name on its sign")
    category: Mapped[str | None] = field(Text, "category that rules speak of")
    licence_no: Mapped[str | None] = field(Text, "number of its licence")
    licence_from: Mapped[date | None] = field(Date, "first date of its licence")
    licence_to: Mapped[date | None] = field(Date, "last date of its licence")
    established_on: Mapped[date | None] = field(Date, "date of its founding")
    geom: Mapped[WKBElement] = shape("GEOMETRY", "door or outline, EPSG:4490")

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Index the categories."""
        return (Index("ix_venue_category_current", "category", postgresql_where=text(CURRENT)),)


class Hazard(Fact):
    """A thing, place or duty to be put right; how far that is stands in work.hazard_step."""

    __tablename__ = "hazard"
    told_apart_by = "code, else category, found_at, school_code and position to 1 m"

    category: Mapped[str] = field(Text, "what kind of hazard")
    found_at: Mapped[datetime | None] = moment("when it was found")
    deadline: Mapped[date | None] = field(Date, "date by which it is to be put right")
    party: Mapped[str | None] = field(Text, "which of the four parties answers for it")
    unit: Mapped[str | None] = field(Text, "unit that answers for it")
    school_code: Mapped[str | None] = field(Text, "code of the school it concerns")
    geom: Mapped[WKBElement | None] = shape(
        "GEOMETRY", "where it is, EPSG:4490; empty where a school says it"
    )

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the parties; a place or a school there must be."""
        return (
            one_of("party", Party),
            CheckConstraint("geom IS NOT NULL OR school_code IS NOT NULL", name="place"),
            Index("ix_hazard_school_current", "school_code", postgresql_where=text(CURRENT)),
        )


class Road(Fact):
    """A stretch of road."""

    __tablename__ = "road"
    own_code = OwnCode.NEVER
    told_apart_by = "the feature's id in the file, else its line"

    class_: Mapped[str | None] = field(
        Text, "OSM highway value; unknown ones travel as unclassified", name="class"
    )
    speed_kmh: Mapped[float | None] = field(Double, "speed in km/h; empty: by class")
    oneway: Mapped[bool | None] = field(Boolean, "whether it runs one way, as drawn")
    geom: Mapped[WKBElement] = shape("LINESTRING", "the line, EPSG:4490")

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Refuse speeds that are none."""
        return (CheckConstraint("speed_kmh > 0", name="speed_kmh"),)


class Basemap(Fact):
    """A background shape."""

    __tablename__ = "basemap"
    own_code = OwnCode.NEVER
    told_apart_by = "the feature's id in the file, else its shape"

    class_: Mapped[str | None] = field(Text, "water, green, building or boundary", name="class")
    geom: Mapped[WKBElement] = shape("GEOMETRY", "the shape, EPSG:4490")

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the classes."""
        return (one_of("class", BasemapClass),)


class Setting(Base):
    """A value of an analysis parameter that differs from its default, with its history."""

    __tablename__ = "setting"
    schema = "core"

    key: Mapped[str] = field(Text, "name of the parameter")
    valid_from: Mapped[datetime] = moment("from when it holds", server_default=text("clock_timestamp()"))
    value: Mapped[Any] = field(JSONB(none_as_null=False), "the value; JSON null goes back to the default")
    set_by: Mapped[str] = field(Text, "number of the account that set it, or cli")

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Key the history by parameter and time."""
        return (primary_key("key", "valid_from"),)


class Instance(Base):
    """What this database is; one row."""

    __tablename__ = "instance"
    schema = "core"

    single: Mapped[bool] = field(
        Boolean, "always true: there is one row", primary_key=True, server_default="true"
    )
    training: Mapped[bool] = field(Boolean, "whether it holds made-up data", server_default="false")
    instance: Mapped[str] = field(Text, "police or joint")
    created_at: Mapped[datetime] = moment("when it was made", server_default=NOW)

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Hold it to one row of a known kind."""
        return (CheckConstraint("single", name="single"), one_of("instance", InstanceKind))


FACTS: tuple[type[Fact], ...] = (
    Area, School, Gate, BellSlot, Calendar, Post, Duty, DutyException, Incident, Venue, Hazard, Road, Basemap,
)  # fmt: skip
"""The kinds of input that have history, in the order in which loading makes sense."""

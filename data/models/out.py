"""Schemas `out` and `out_asof`: the results, which are the published contract.

`out` holds one current state, replaced in one transaction per district. `out_asof` holds the same tables,
keyed by the day as well, for builds that look at an earlier day; the register's class counts are never in it.
"""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING, Any

from geoalchemy2 import WKBElement
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    Text,
    Time,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, declared_attr

from data.models.base import Base, field, one_of, primary_key, shape, spatial_index
from data.models.hotspots import (
    EventDensityRows,
    HotspotCellRows,
    HotspotGridRows,
    HotspotPeriodRows,
    HotspotSumRows,
)
from geo.terms import (
    CountClass,
    DayType,
    FindingStatus,
    GuardReason,
    Metric,
    Mobility,
    ResponseReason,
    Slot,
)

if TYPE_CHECKING:
    from sqlalchemy.schema import SchemaItem


class Published:
    """What every row of a result carries, and the names of its own key."""

    own_key: tuple[str, ...] = ()
    schema = "out"

    district_code: Mapped[str] = field(Text, "district, or unassigned; the partition", sort_order=-20)

    @declared_attr
    def run_id(self) -> Mapped[int]:
        """Give the run that wrote the row."""
        return field(BigInteger, "run that wrote it", ForeignKey("audit.run.id"), sort_order=90)

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Key by partition first, index shapes and what the key does not begin with."""
        name = cls.__tablename__  # type: ignore[attr-defined]  # the model gives it
        spatial = (spatial_index(name),) if hasattr(cls, "geom") else ()
        return (primary_key(*cls.full_key()), Index(None, "run_id"), *spatial, *cls.own_constraints())

    @classmethod
    def full_key(cls) -> tuple[str, ...]:
        """Give the key's columns in order."""
        return ("district_code", *cls.own_key)

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Give the constraints of this table alone."""
        return ()


class PublishedAsOf(Published):
    """The same for a day that has passed."""

    schema = "out_asof"

    as_of: Mapped[date] = field(Date, "the local date that the row looks at", sort_order=-19)

    @classmethod
    def full_key(cls) -> tuple[str, ...]:
        """Give the key's columns in order."""
        return ("district_code", "as_of", *cls.own_key)


class PerimeterRows:
    """A school's zone: its ground and what lies within so many metres of the boundary."""

    __tablename__ = "perimeter"
    own_key = ("school_id", "ring_m")

    school_id: Mapped[int] = field(BigInteger, "core.school.id")
    ring_m: Mapped[int] = field(Integer, "distance from the boundary, m")
    school_code: Mapped[str] = field(Text, "code of the school")
    geom: Mapped[WKBElement] = shape("MULTIPOLYGON", "the zone, ground included, EPSG:4490")
    area_m2: Mapped[float] = field(Double, "area of the zone, m2")

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Index the zones of one radius."""
        return (Index(None, "ring_m", "school_id"),)


class CoverageRows:
    """How much of a school's ring lies within reach of posts on duty."""

    __tablename__ = "coverage"
    own_key = ("school_id", "ring_m", "metric", "day_type", "slot")

    school_id: Mapped[int] = field(BigInteger, "core.school.id")
    ring_m: Mapped[int] = field(Integer, "distance from the boundary, m")
    metric: Mapped[str] = field(Text, "straight, or road where roads are known")
    day_type: Mapped[str] = field(Text, "school_day or rest_day")
    slot: Mapped[str] = field(Text, "time of the school's day; all: duty hours ignored")
    school_code: Mapped[str] = field(Text, "code of the school")
    ring_area_m2: Mapped[float] = field(Double, "area of the ring, without the ground, m2")
    covered_area_m2: Mapped[float] = field(Double, "area within reach of a post on duty, m2")
    gap_area_m2: Mapped[float] = field(Double, "area out of reach, m2; covered and gap add up to the ring")
    covered_share: Mapped[float] = field(Double, "covered share of the ring, 0 to 1")
    post_count: Mapped[int] = field(Integer, "posts on duty whose reach touches the ring")
    nearest_post_m: Mapped[float | None] = field(
        Double, "distance from the boundary to the nearest post on duty, m; 0 inside, empty without posts"
    )

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the words; index one view of all schools."""
        return (
            one_of("metric", Metric),
            one_of("day_type", DayType),
            one_of("slot", Slot),
            CheckConstraint("covered_share BETWEEN 0 AND 1", name="covered_share"),
            Index("ix_coverage_view", "ring_m", "metric", "day_type", "slot"),
        )


class CoverageGapRows:
    """The part of a school's ring that no post on duty reaches."""

    __tablename__ = "coverage_gap"
    own_key = ("school_id", "ring_m", "metric", "day_type", "slot")

    school_id: Mapped[int] = field(BigInteger, "core.school.id")
    ring_m: Mapped[int] = field(Integer, "distance from the boundary, m")
    metric: Mapped[str] = field(Text, "straight, or road where roads are known")
    day_type: Mapped[str] = field(Text, "school_day or rest_day")
    slot: Mapped[str] = field(Text, "time of the school's day; all: duty hours ignored")
    school_code: Mapped[str] = field(Text, "code of the school")
    geom: Mapped[WKBElement] = shape("MULTIPOLYGON", "the gap, EPSG:4490")
    area_m2: Mapped[float] = field(Double, "area of the gap, m2")

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the words; index one view of all schools."""
        return (
            one_of("metric", Metric),
            one_of("day_type", DayType),
            one_of("slot", Slot),
            Index("ix_coverage_gap_view", "ring_m", "metric", "day_type", "slot"),
        )


class ServiceAreaRows:
    """What a post reaches by road within some minutes, and what lies beside these roads."""

    __tablename__ = "service_area"
    own_key = ("post_id", "minutes")

    post_id: Mapped[int] = field(BigInteger, "core.post.id")
    minutes: Mapped[float] = field(Double, "time from the order to arrival, minutes; a response tier")
    post_code: Mapped[str] = field(Text, "code of the post")
    mobility: Mapped[str] = field(Text, "how the post moves, or is assumed to")
    geom: Mapped[WKBElement] = shape("MULTIPOLYGON", "the area, EPSG:4490; no row where no road is reached")
    area_m2: Mapped[float] = field(Double, "its area, m2")

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the words; index the areas of one post."""
        return (one_of("mobility", Mobility), Index(None, "post_code"))


class GateSlotRows:
    """Who stands at a gate, and who can come, in one bell slot of one kind of day."""

    __tablename__ = "gate_slot"
    own_key = ("gate_id", "bell_slot_id", "date_type")

    gate_id: Mapped[int] = field(BigInteger, "core.gate.id; negative for a gate made at build")
    bell_slot_id: Mapped[int] = field(BigInteger, "core.bell_slot.id; negative for a default by stage")
    date_type: Mapped[str] = field(
        Text, "mon .. sun, the weekday whose timetable runs; or the ISO date that differs"
    )
    school_code: Mapped[str] = field(Text, "code of the school")
    slot: Mapped[str] = field(Text, "time of the school's day")
    window_start: Mapped[time] = field(Time, "local clock time at which the window opens")
    window_end: Mapped[time] = field(Time, "local clock time at which the window closes")
    required_min: Mapped[float] = field(Double, "minutes of the window")
    guarded_min: Mapped[float] = field(Double, "minutes in which any force stands at the gate")
    uncovered_min: Mapped[float] = field(Double, "minutes in which nobody does")
    uncovered_police_min: Mapped[float] = field(Double, "minutes in which no police do")
    guard_depth: Mapped[int] = field(Integer, "fewest posts at once in the window")
    guard_reason: Mapped[str] = field(Text, "why it is, or is not, guarded")
    response_s: Mapped[float | None] = field(
        Double,
        "road travel time from the nearest post on duty, s; empty when unreachable, no_post or no_data",
    )
    second_response_s: Mapped[float | None] = field(Double, "the same for the second nearest, s")
    tier: Mapped[int | None] = field(Integer, "response tier, minutes: 1, 3 or 5 by default; empty beyond")
    response_reason: Mapped[str] = field(Text, "why help does, or does not, arrive in time")
    pupils: Mapped[int | None] = field(Integer, "pupils of the slot; empty where unknown")

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the words; minutes add up."""
        return (
            one_of("slot", Slot),
            one_of("guard_reason", GuardReason),
            one_of("response_reason", ResponseReason),
            CheckConstraint(
                r"date_type ~ '^(mon|tue|wed|thu|fri|sat|sun|\d{4}-\d{2}-\d{2})$'", name="date_type"
            ),
            Index(None, "school_code"),
            Index(None, "date_type", "slot"),
        )


class RuleFindingRows:
    """A venue within, or near, a rule's distance of a school; never a verdict."""

    __tablename__ = "rule_finding"
    own_key = ("venue_code", "school_code", "rule_id")

    venue_code: Mapped[str] = field(Text, "code of the venue")
    school_code: Mapped[str] = field(Text, "code of the school")
    rule_id: Mapped[int] = field(BigInteger, "core.rule.id, the version of the rule that was checked")
    distance_straight_m: Mapped[float | None] = field(Double, "straight distance, m, to 1 mm")
    distance_walk_m: Mapped[float | None] = field(Double, "walking distance, m, to 1 mm; empty without roads")
    band_m: Mapped[float] = field(Double, "half width of the band in which only a survey decides, m")
    status: Mapped[str] = field(Text, "clear, needs_survey or candidate")
    why: Mapped[str | None] = field(Text, "key of the reason, such as a licence older than the rule")

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the words; index a school's findings."""
        return (one_of("status", FindingStatus), Index(None, "school_code"))


class FocusZoneRows:
    """Schools whose 200 m zones touch, cut by town, with the reasons to look there first."""

    __tablename__ = "focus_zone"
    own_key = ("zone_id",)

    zone_id: Mapped[str] = field(Text, "zone: its town and its school of the smallest code")
    town_code: Mapped[str] = field(Text, "town that it lies in")
    police_area_codes: Mapped[list[str]] = field(ARRAY(Text), "police areas that it touches")
    school_codes: Mapped[list[str]] = field(ARRAY(Text), "schools of the zone")
    rank: Mapped[int] = field(Integer, "place in the list; equal scores share a place")
    rank_low: Mapped[int | None] = field(
        Integer, "best place within the data interval; empty: not enough data"
    )
    rank_high: Mapped[int | None] = field(Integer, "worst place within the data interval")
    weights_rank_low: Mapped[int | None] = field(Integer, "best place when the weights vary")
    weights_rank_high: Mapped[int | None] = field(Integer, "worst place when the weights vary")
    score: Mapped[float] = field(Double, "weighted sum of the terms, 0 to 1")
    terms: Mapped[dict[str, Any]] = field(JSONB, "each term's value, unit and part of the score")
    weights: Mapped[dict[str, Any]] = field(JSONB, "weight of each term and who set it")
    way_off: Mapped[dict[str, Any] | None] = field(JSONB, "what would take it off the list")
    is_enough_data: Mapped[bool] = field(Boolean, "whether there is data enough to rank it")
    pupils: Mapped[int | None] = field(Integer, "pupils of its schools")
    geom: Mapped[WKBElement] = shape("MULTIPOLYGON", "the zone, EPSG:4490")

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Index the order and the towns."""
        return (Index(None, "rank"), Index(None, "town_code"))


class SchoolEventClassRows:
    """The class of the number of events nearest to a school in a school year: all that education sees."""

    __tablename__ = "school_event_class"
    own_key = ("school_id", "school_year")

    school_id: Mapped[int] = field(BigInteger, "core.school.id")
    school_year: Mapped[int] = field(Integer, "year in which it began, on 1 September")
    school_code: Mapped[str] = field(Text, "code of the school")
    class_: Mapped[str] = field(Text, "class of the number", name="class")

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the classes."""
        return (one_of("class", CountClass),)


class AreaPersonClass(Published, Base):
    """The class of the number of register rows of a police area in one half-year; only ever added to."""

    __tablename__ = "area_person_class"
    own_key = ("area_code", "half_year")

    area_code: Mapped[str] = field(Text, "code of the police area")
    half_year: Mapped[str] = field(Text, "YYYY-H1 or YYYY-H2")
    class_: Mapped[str] = field(Text, "class of the number, or withheld", name="class")

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the classes and the form of the half-year."""
        return (
            one_of("class", CountClass),
            CheckConstraint(r"half_year ~ '^\d{4}-H[12]$'", name="half_year"),
        )


ROWS: tuple[type[Any], ...] = (
    PerimeterRows, CoverageRows, CoverageGapRows, GateSlotRows, HotspotGridRows, HotspotCellRows,
    HotspotPeriodRows, HotspotSumRows, EventDensityRows, RuleFindingRows, FocusZoneRows, SchoolEventClassRows,
    ServiceAreaRows,
)  # fmt: skip
"""The results that exist for the present and, in the same shape, for an earlier day."""


def _model(rows: type[Any], published: type[Published], suffix: str) -> type[Base]:
    """Make one table of a result's columns, so that both schemas cannot drift apart."""
    name = rows.__name__.removesuffix("Rows") + suffix
    return type(name, (rows, published, Base), {"__doc__": rows.__doc__, "__module__": __name__})


PUBLISHED: dict[str, type[Base]] = {rows.__tablename__: _model(rows, Published, "") for rows in ROWS}
"""The tables of `out` by name, `area_person_class` apart."""
PUBLISHED_AS_OF: dict[str, type[Base]] = {
    rows.__tablename__: _model(rows, PublishedAsOf, "AsOf") for rows in ROWS
}
"""The tables of `out_asof` by name."""

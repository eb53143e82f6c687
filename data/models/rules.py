"""The rule book: a table of `core` that no file fills, but the product and, on a page, the committee."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Boolean, CheckConstraint, Date, Double, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from data.models.base import NOW, Base, field, moment, numbered, one_of
from geo.terms import RuleMetric, SchoolSide, Strength, VenueSide

if TYPE_CHECKING:
    from sqlalchemy.schema import SchemaItem


class Rule(Base):
    """One version of a rule that says how far venues of a category keep from schools, with its source.

    A rule holds for the days from `valid_from` up to, not including, `valid_to`. A version that was wrong is
    ended (`ended_at`) and never held; a new law closes the old version and adds one. Without metres nothing
    is checked.
    """

    __tablename__ = "rule"
    schema = "core"

    id: Mapped[int] = numbered("number of the version; findings carry it")
    code: Mapped[str] = field(Text, "the rule, the same for all its versions")
    venue_category: Mapped[str] = field(Text, "category of venue that it speaks of")
    stages: Mapped[list[str]] = field(ARRAY(Text), "stages of school that it protects")
    metres: Mapped[float | None] = field(Double, "the distance, m; empty: a source is required")
    is_inclusive: Mapped[bool] = field(Boolean, "whether exactly that distance is still within")
    school_side: Mapped[str] = field(Text, "where on the school's side it begins")
    venue_side: Mapped[str] = field(Text, "where on the venue's side it ends")
    metric: Mapped[str] = field(Text, "straight, or walk along roads")
    jurisdiction: Mapped[str] = field(
        Text, "beginning of the district codes in which it holds; empty: everywhere"
    )
    document: Mapped[str] = field(Text, "name of the law, regulation or notice")
    article: Mapped[str | None] = field(Text, "article, or number of the document")
    source: Mapped[str] = field(Text, "where the distance and the way of measuring are written")
    strength: Mapped[str] = field(Text, "prohibited or attention")
    is_shipped: Mapped[bool] = field(Boolean, "whether it came with the product", server_default="false")
    valid_from: Mapped[date | None] = field(Date, "first local date on which it holds; empty: always")
    valid_to: Mapped[date | None] = field(Date, "first local date on which it holds no more")
    set_by: Mapped[str] = field(Text, "number of the account that wrote it, shipped or cli")
    set_at: Mapped[datetime] = moment("when", server_default=NOW)
    ended_by: Mapped[str | None] = field(Text, "who took the version back")
    ended_at: Mapped[datetime | None] = moment("when it was taken back")

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the words, keep days in order, hold one open version a rule."""
        return (
            one_of("school_side", SchoolSide),
            one_of("venue_side", VenueSide),
            one_of("metric", RuleMetric),
            one_of("strength", Strength),
            CheckConstraint("metres > 0 AND metres <= 5000", name="metres"),
            CheckConstraint("valid_from < valid_to", name="days"),
            CheckConstraint(r"code ~ '^[a-z0-9-]{3,60}$'", name="code"),
            CheckConstraint("cardinality(stages) > 0", name="stages"),
            Index(
                "uq_rule_open",
                "code",
                unique=True,
                postgresql_where=text("valid_to IS NULL AND ended_at IS NULL"),
            ),
        )

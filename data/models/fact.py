"""What every version of every kind of input carries, and the indexes that history needs."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Date, Identity, Index, LargeBinary, Sequence, Text, text
from sqlalchemy.orm import Mapped

from data.models.base import CURRENT, Base, field, spatial_index

if TYPE_CHECKING:
    from sqlalchemy.schema import SchemaItem

OBJECT_ID = Sequence("object_id", schema="core", metadata=Base.metadata)
"""Numbers every object of every kind: an id is never used twice."""


class OwnCode(StrEnum):
    """Whether a file brings the code of its rows."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NEVER = "never"


class Fact(Base):
    """What every version of every kind carries."""

    __abstract__ = True
    schema = "core"
    own_code: ClassVar[OwnCode] = OwnCode.OPTIONAL
    told_apart_by: ClassVar[str]
    """What makes two rows of files the same object, in words."""

    version_id: Mapped[int] = field(
        BigInteger, "number of this version", Identity(always=False), primary_key=True, sort_order=-20
    )
    id: Mapped[int] = field(
        BigInteger,
        "permanent number of the object, the same for all versions of a code",
        server_default=OBJECT_ID.next_value(),
        sort_order=-19,
    )
    code: Mapped[str] = field(
        Text,
        "the source's own code, else source:feature id, else source:hash of the natural key",
        sort_order=-18,
    )
    district_code: Mapped[str] = field(
        Text, "district it lies in, or unassigned; the partition", sort_order=-17
    )
    source: Mapped[str] = field(Text, "name of the source in raw.source", sort_order=50)
    digest: Mapped[bytes] = field(
        LargeBinary, "hash of the mapped values and the geometry: equal means unchanged", sort_order=51
    )
    valid_from: Mapped[date] = field(Date, "first local date on which it holds", sort_order=52)
    valid_to: Mapped[date | None] = field(
        Date, "first local date on which it no longer holds; empty while it does", sort_order=53
    )
    closed_by: Mapped[int | None] = field(BigInteger, "batch that set valid_to", sort_order=54)
    recorded_by: Mapped[int] = field(BigInteger, "batch that brought it", sort_order=55)
    ended_by: Mapped[int | None] = field(
        BigInteger, "batch that replaced it on its own first day, or undid it", sort_order=56
    )

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Hold one current version a code, index the partition and the batches that wrote."""
        name, current = cls.__tablename__, text(CURRENT)
        own = cls.own_constraints()
        shapes = (spatial_index(name, where=CURRENT),) if "geom" in cls.__annotations__ else ()
        return (
            CheckConstraint("valid_to IS NULL OR valid_from < valid_to", name="valid"),
            Index(f"uq_{name}_code_current", "code", unique=True, postgresql_where=current),
            Index(f"ix_{name}_district_current", "district_code", "code", postgresql_where=current),
            Index(f"ix_{name}_source_current", "source", "code", postgresql_where=current),
            Index(f"ix_{name}_id", "id"),
            Index(f"ix_{name}_recorded_by", "recorded_by"),
            Index(f"ix_{name}_closed_by", "closed_by", postgresql_where=text("closed_by IS NOT NULL")),
            Index(f"ix_{name}_ended_by", "ended_by", postgresql_where=text("ended_by IS NOT NULL")),
            *shapes,
            *own,
        )

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Give the constraints of this kind alone."""
        return ()

"""Schema `raw`: what was received, in batches; mapped columns only, never a file's name."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped

from data.models.base import NOW, Base, field, moment, numbered, one_of, primary_key
from data.terms import Mode, Verdict

if TYPE_CHECKING:
    from sqlalchemy.schema import SchemaItem


class Source(Base):
    """A source as its YAML file declared it at its last load."""

    __tablename__ = "source"
    schema = "raw"

    name: Mapped[str] = field(Text, "unique name of the source", primary_key=True)
    kind: Mapped[str] = field(Text, "kind of input it brings")
    mode: Mapped[str] = field(
        Text, "snapshot: absent rows of this source are ended; append: rows are only added"
    )
    owner: Mapped[bool] = field(
        Boolean, "whether it wins a code that two sources carry", server_default="false"
    )
    training: Mapped[bool] = field(Boolean, "whether its rows are made up", server_default="false")
    definition: Mapped[dict[str, Any]] = field(JSONB, "the whole declaration")

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the modes."""
        return (one_of("mode", Mode),)


class Batch(Base):
    """One load of one file."""

    __tablename__ = "batch"
    schema = "raw"

    id: Mapped[int] = numbered("number of the batch")
    source: Mapped[str] = field(Text, "name of the source", ForeignKey("raw.source.name"))
    kind: Mapped[str] = field(Text, "kind of input")
    file_sha256: Mapped[str] = field(Text, "SHA-256 of the file, hexadecimal; its name is not kept")
    loaded_at: Mapped[datetime] = moment("when it was loaded", server_default=NOW)
    valid_from: Mapped[date] = field(Date, "local date from which its changes hold")
    loaded_by: Mapped[int | None] = field(BigInteger, "account that loaded it; empty from the command line")
    counts: Mapped[dict[str, Any]] = field(JSONB, "the report's counts", server_default="{}")
    undone_by: Mapped[int | None] = field(BigInteger, "batch that undid it", ForeignKey("raw.batch.id"))

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Index the batches of a source."""
        return (Index(None, "source", "id"),)


class Row(Base):
    """One row as received: its mapped columns and what became of it.

    It has no foreign key to its batch: both are written in one transaction, and half a million checks would
    cost more than the copying itself.
    """

    __tablename__ = "row"
    schema = "raw"

    batch_id: Mapped[int] = field(BigInteger, "batch it came in")
    row: Mapped[int] = field(Integer, "row number as its sender sees it")
    part: Mapped[int] = field(
        Integer, "running number where one row of a grid gives several", server_default="0"
    )
    code: Mapped[str | None] = field(Text, "code it got")
    verdict: Mapped[str] = field(Text, "accepted, repaired or rejected")
    reason: Mapped[str | None] = field(Text, "key of the repair or of the refusal")
    column: Mapped[str | None] = field(Text, "target column that the reason is about")
    payload: Mapped[dict[str, Any]] = field(JSONB, "the mapped columns as received, masked where refused")
    declared_crs: Mapped[str | None] = field(Text, "coordinate system declared for it")

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Key the rows by batch and close the verdicts."""
        return (primary_key("batch_id", "row", "part"), one_of("verdict", Verdict))


class Secret(Base):
    """A random key of this database alone: codes made with it tell nothing to who lacks it."""

    __tablename__ = "secret"
    schema = "raw"

    name: Mapped[str] = field(Text, "what it is for", primary_key=True)
    value: Mapped[bytes] = field(LargeBinary, "32 random bytes, made once; never written anywhere else")
    created_at: Mapped[datetime] = moment("when it was made", server_default=NOW)

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Hold it to its length."""
        return (CheckConstraint("octet_length(value) = 32", name="length"),)


class FileValue(Base):
    """What the file says where a version holds changes made on a page instead; it comes back when they go.

    It has no foreign key to its version: every kind has a table of its own.
    """

    __tablename__ = "file_value"
    schema = "raw"

    kind: Mapped[str] = field(Text, "kind of input")
    version_id: Mapped[int] = field(BigInteger, "number of the version in that kind's table")
    batch_id: Mapped[int] = field(BigInteger, "batch that brought the file's values")
    digest: Mapped[bytes] = field(LargeBinary, "hash of the row as the file has it")
    values: Mapped[dict[str, Any]] = field(
        JSONB, "by column the canonical text of the file, or null; geometry as hexadecimal EWKB under geom"
    )

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Key by version."""
        return (primary_key("kind", "version_id"),)

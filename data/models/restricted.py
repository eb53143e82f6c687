"""Schema `restricted`: the register; in the police instance only, behind forced row-level security."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar

from geoalchemy2 import WKBElement
from sqlalchemy import BigInteger, Boolean, CheckConstraint, Date, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped

from data.models.base import COMPUTED, NOW, Base, field, moment, numbered, one_of, shape
from data.models.fact import OwnCode
from data.terms import Basis, DeletionReason

if TYPE_CHECKING:
    from sqlalchemy.schema import SchemaItem


class KeyPerson(Base):
    """One row of the register: a case known to its agency, a place, a basis in law and a date of review."""

    __tablename__ = "key_person"
    schema = "restricted"
    own_code: ClassVar[OwnCode] = OwnCode.NEVER
    told_apart_by: ClassVar[str] = "case_ref"

    case_ref: Mapped[str] = field(
        Text, "reference known to the owning agency, no court docket number", primary_key=True
    )
    district_code: Mapped[str] = field(Text, "district it lies in, or unassigned", info=COMPUTED)
    police_area_code: Mapped[str] = field(Text, "police area it lies in, or unassigned", info=COMPUTED)
    address: Mapped[str | None] = field(Text, "place, at most 60 characters")
    geom: Mapped[WKBElement] = shape("POINT", "where it is, EPSG:4490")
    basis: Mapped[str] = field(Text, "closed code of conduct that endangers others now")
    legal_ref: Mapped[str] = field(Text, "entry of the dated list of laws")
    review_due: Mapped[date] = field(Date, "local date of the next review, within 12 months")
    recorded_at: Mapped[datetime] = moment("when it was loaded", server_default=NOW, info=COMPUTED)
    recorded_by: Mapped[int] = field(BigInteger, "account that loaded it", info=COMPUTED)
    source: Mapped[str] = field(
        Text, "name of the source whose file has it", server_default="register", info=COMPUTED
    )

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Hold the forms that the register's rules name."""
        return (
            CheckConstraint("case_ref ~ '^[A-Z0-9-]{4,20}$'", name="case_ref"),
            CheckConstraint("char_length(address) <= 60", name="address"),
            one_of("basis", Basis),
            Index(None, "police_area_code"),
            Index(None, "review_due"),
        )


class Assessment(Base):
    """The impact assessment on which the register is on; without a current one it takes no row."""

    __tablename__ = "assessment"
    schema = "restricted"

    id: Mapped[int] = numbered("number of the entry")
    number: Mapped[str] = field(Text, "number of the assessment's document")
    assessed_on: Mapped[date] = field(Date, "its date")
    volume: Mapped[str] = field(Text, "encrypted volume on which the database lies, as it was stated")
    enabled_by: Mapped[int] = field(BigInteger, "account that turned the register on; it may load nothing")
    enabled_at: Mapped[datetime] = moment("when", server_default=NOW)
    superseded_at: Mapped[datetime | None] = moment("when another took its place; empty for the current one")

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Hold lengths, and that one assessment is the current one."""
        return (
            CheckConstraint("char_length(number) BETWEEN 1 AND 60", name="number"),
            CheckConstraint("char_length(volume) BETWEEN 1 AND 200", name="volume"),
            Index(
                "uq_assessment_current",
                text("(superseded_at IS NULL)"),
                unique=True,
                postgresql_where=text("superseded_at IS NULL"),
            ),
        )


class Declaration(Base):
    """One load of the register: an account declared that no one is under 18 and no record is sealed."""

    __tablename__ = "declaration"
    schema = "restricted"

    id: Mapped[int] = numbered("number of the declaration")
    account_id: Mapped[int] = field(BigInteger, "account that loaded and declared")
    declared_at: Mapped[datetime] = moment("when", server_default=NOW)
    source: Mapped[str] = field(Text, "name of the source")
    is_training: Mapped[bool] = field(
        Boolean, "whether the rows are made up, and the declaration was taken as made"
    )
    added: Mapped[int] = field(BigInteger, "rows that were new")
    changed: Mapped[int] = field(BigInteger, "rows that changed")
    unchanged: Mapped[int] = field(BigInteger, "rows that stayed as they were")
    deleted: Mapped[int] = field(BigInteger, "rows that the file no longer has")


class Deletion(Base):
    """Proof that a row was deleted: whoever knows its reference can ask, nobody can read it from here."""

    __tablename__ = "deletion"
    schema = "restricted"

    id: Mapped[int] = numbered("number of the deletion")
    proof: Mapped[bytes] = field(LargeBinary, "HMAC-SHA256 of the reference with this database's key")
    reason: Mapped[str] = field(Text, "closed word for why")
    deleted_at: Mapped[datetime] = moment("when", server_default=NOW)

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Hold the length of a proof and the closed list of reasons."""
        return (
            CheckConstraint("octet_length(proof) = 32", name="proof"),
            one_of("reason", DeletionReason),
            Index(None, "proof"),
        )


class RegisterSecret(Base):
    """A random key of this database alone, with which proofs of deletion are made."""

    __tablename__ = "secret"
    schema = "restricted"

    name: Mapped[str] = field(Text, "what it is for", primary_key=True)
    value: Mapped[bytes] = field(LargeBinary, "32 random bytes, made with the first proof")
    created_at: Mapped[datetime] = moment("when it was made", server_default=NOW)

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Hold the key's length."""
        return (CheckConstraint("octet_length(value) = 32", name="length"),)

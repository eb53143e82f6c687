"""Schema `audit`: which runs made the results, who looked at what kind of thing; functions alone write it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, Integer, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped

from data.models.base import NOW, Base, field, moment, numbered, one_of
from data.terms import AuditKind, RunStatus

if TYPE_CHECKING:
    from sqlalchemy.schema import SchemaItem

_GAP = "[-._/]{0,2}"
_ALL_WORDS = "route || ' ' || array_to_string(codes, ' ')"
_SIGNS = "[A-Za-z0-9_.:#/@+-]{1,80}"
_MOBILE = f"(^|[^0-9])(86)?1[3-9][0-9]{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}}([^0-9]|$)"
_ID_NUMBER = (
    f"(^|[^0-9])[0-9]{{6}}{_GAP}(18|19|20)[0-9]{{2}}{_GAP}(0[1-9]|1[0-2]){_GAP}(0[1-9]|[12][0-9]|3[01])"
    f"{_GAP}[0-9]{{3}}{_GAP}[0-9Xx]([^0-9]|$)"
)


class Run(Base):
    """One build: what it looked at, with which parameters and which code."""

    __tablename__ = "run"
    schema = "audit"

    id: Mapped[int] = numbered("number of the run")
    job: Mapped[str] = field(Text, "name of the job")
    as_of: Mapped[date] = field(Date, "local date that it looks at")
    params: Mapped[dict[str, Any]] = field(JSONB, "every parameter's value")
    code_version: Mapped[str] = field(Text, "version of the code")
    input_hash: Mapped[str] = field(Text, "hash of what it read")
    started: Mapped[datetime] = moment("when it began", server_default=NOW)
    ended: Mapped[datetime | None] = moment("when it ended")
    status: Mapped[str] = field(Text, "running, done or failed", server_default="running")

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the states; index the last runs of a job."""
        return (one_of("status", RunStatus), Index(None, "job", "id"))


class Event(Base):
    """Someone looked at, exported or changed something: account, route and codes, never what was typed."""

    __tablename__ = "event"
    schema = "audit"

    id: Mapped[int] = numbered("number of the event")
    at: Mapped[datetime] = moment("when", server_default=NOW)
    account_id: Mapped[int | None] = field(BigInteger, "account, empty where nobody was signed in")
    route: Mapped[str] = field(Text, "page, route or command")
    codes: Mapped[list[str]] = field(
        ARRAY(Text), "codes of the objects, never of persons", server_default="{}"
    )
    kind: Mapped[str] = field(Text, "what was done", server_default="view")
    role: Mapped[str | None] = field(Text, "role in which it was done")
    session_id: Mapped[int | None] = field(
        BigInteger, "number of the session, never its token; empty at the command line"
    )

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the kinds; hold words to the form of codes, none like a person's number; index by time."""
        listed = (
            "cardinality(codes) <= 60 AND array_position(codes, NULL) IS NULL AND "
            f"array_to_string(codes, chr(10)) ~ '^({_SIGNS}(\\n|$))*$'"
        )
        return (
            one_of("kind", AuditKind),
            CheckConstraint(f"route ~ '^{_SIGNS}$'", name="route"),
            CheckConstraint(listed, name="codes"),
            CheckConstraint(f"{_ALL_WORDS} !~ '{_MOBILE}'", name="mobile"),
            CheckConstraint(f"{_ALL_WORDS} !~ '{_ID_NUMBER}'", name="id_number"),
            Index(None, "at"),
            Index(None, "account_id", "at"),
            Index(None, "kind", "at"),
        )


class Pending(Base):
    """Events that have no link yet; empty but for the last second."""

    __tablename__ = "pending"
    schema = "audit"

    event_id: Mapped[int] = field(BigInteger, "number of the event", primary_key=True, autoincrement=False)


class Link(Base):
    """The chain: which event has which place, and a hash of it and of all before it.

    Links stay when their events are cut.
    """

    __tablename__ = "link"
    schema = "audit"

    position: Mapped[int] = field(
        BigInteger, "place in the chain, from 1 without gaps", primary_key=True, autoincrement=False
    )
    event_id: Mapped[int] = field(BigInteger, "number of the event", unique=True)
    row_hash: Mapped[bytes] = field(LargeBinary, "SHA-256 of the event's columns in one fixed text")
    chain_hash: Mapped[bytes] = field(
        LargeBinary, "SHA-256 of the chain hash before, the position and the row hash"
    )
    sealed_at: Mapped[datetime] = moment("when it was sealed", server_default=NOW)
    cut_id: Mapped[int | None] = field(BigInteger, "cut that took the event away; empty while it is kept")

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Count from 1."""
        return (CheckConstraint("position > 0", name="position"),)


class Checkpoint(Base):
    """Heads of the chain as they were signed once a day; the same stand in a file outside of the database."""

    __tablename__ = "checkpoint"
    schema = "audit"

    position: Mapped[int] = field(
        BigInteger, "last position that it covers", primary_key=True, autoincrement=False
    )
    chain_hash: Mapped[bytes] = field(LargeBinary, "chain hash of that position")
    at: Mapped[datetime] = moment("when it was signed")
    signature: Mapped[bytes] = field(LargeBinary, "Ed25519 signature")


class CutRecord(Base):
    """Events deleted because their time was over; each cut stands signed outside of the database."""

    __tablename__ = "cut_record"
    schema = "audit"

    id: Mapped[int] = numbered("number of the cut")
    position: Mapped[int] = field(BigInteger, "checkpoint up to which it went")
    events: Mapped[int] = field(BigInteger, "how many events it took")
    digest: Mapped[bytes] = field(LargeBinary, "SHA-256 of their positions, eight bytes each, ascending")
    at: Mapped[datetime] = moment("when", server_default=NOW)


class RegisterIntent(Base):
    """The intent to read the register, committed before the read."""

    __tablename__ = "register_intent"
    schema = "audit"

    id: Mapped[int] = numbered("number of the intent")
    at: Mapped[datetime] = moment("when", server_default=NOW)
    account_id: Mapped[int | None] = field(BigInteger, "account that asked; empty for the count job")
    purpose: Mapped[str] = field(Text, "closed word for why")
    written_in: Mapped[int] = field(
        BigInteger,
        "number of the transaction that wrote it, in which nothing may be read",
        server_default=text("(pg_current_xact_id())::text::bigint"),
    )
    backend: Mapped[int] = field(
        Integer,
        "process of the connection that wrote it, which alone may read",
        server_default=text("pg_backend_pid()"),
    )

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Index by time."""
        return (Index(None, "at"),)

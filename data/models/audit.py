"""Schema `audit`: which runs made the results, who looked at what kind of thing; functions alone write it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Date, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped

from data.models.base import NOW, Base, field, moment, numbered, one_of
from data.terms import RunStatus

if TYPE_CHECKING:
    from sqlalchemy.schema import SchemaItem


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

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Index by time and by account."""
        return (Index(None, "at"), Index(None, "account_id", "at"))


class RegisterIntent(Base):
    """The intent to read the register, committed before the read."""

    __tablename__ = "register_intent"
    schema = "audit"

    id: Mapped[int] = numbered("number of the intent")
    at: Mapped[datetime] = moment("when", server_default=NOW)
    account_id: Mapped[int | None] = field(BigInteger, "account that asked; empty for the count job")
    purpose: Mapped[str] = field(Text, "closed word for why")

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Index by time."""
        return (Index(None, "at"),)

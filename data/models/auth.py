"""Schema `auth`: accounts and sessions. No role but the owner reads it; functions speak for it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from data.models.base import NOW, Base, field, moment, numbered, one_of
from data.terms import AuthMode, ViewerRole

if TYPE_CHECKING:
    from sqlalchemy.schema import SchemaItem


class Account(Base):
    """Who may sign in, as what and for which districts; the built-in one stands in until there are others."""

    __tablename__ = "account"
    schema = "auth"

    id: Mapped[int] = numbered("number of the account; 0 is built in")
    name: Mapped[str] = field(Text, "name to sign in with", unique=True)
    role: Mapped[str] = field(Text, "role on screen")
    all_districts: Mapped[bool] = field(Boolean, "whether it sees every district", server_default="false")
    districts: Mapped[list[str]] = field(ARRAY(Text), "districts that it sees", server_default="{}")
    password_hash: Mapped[str | None] = field(
        Text,
        "argon2id salt and parameters, and the SHA-256 of the whole hash; empty where others sign it in",
    )
    must_change_password: Mapped[bool] = field(
        Boolean, "whether the next sign-in changes it", server_default="true"
    )
    is_built_in: Mapped[bool] = field(Boolean, "whether it is the local viewer", server_default="false")
    is_disabled: Mapped[bool] = field(Boolean, "whether it is shut out", server_default="false")
    created_at: Mapped[datetime] = moment("when it was made", server_default=NOW)
    police_areas: Mapped[list[str]] = field(
        ARRAY(Text), "police areas that a commander sees; empty: whole districts", server_default="{}"
    )
    school_codes: Mapped[list[str]] = field(
        ARRAY(Text), "schools that a school's account sees", server_default="{}"
    )
    unit: Mapped[str | None] = field(Text, "responsible unit that it answers for, as work items name it")
    password_changed_at: Mapped[datetime | None] = moment("when its password was last set")

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the roles; only the built-in account is local, and a unit's account names its unit."""
        return (
            one_of("role", ViewerRole),
            CheckConstraint("is_built_in = (role = 'local')", name="local"),
            CheckConstraint("char_length(unit) BETWEEN 1 AND 60", name="unit"),
            CheckConstraint("role <> 'unit' OR unit IS NOT NULL", name="unit_role"),
        )


class Session(Base):
    """One signed-in browser: role and scope as they were when it began."""

    __tablename__ = "session"
    schema = "auth"

    id: Mapped[int] = numbered("number of the session")
    token_hash: Mapped[bytes] = field(
        LargeBinary, "SHA-256 of the token; the token itself is not kept", unique=True
    )
    account_id: Mapped[int] = field(BigInteger, "account", ForeignKey("auth.account.id"))
    role: Mapped[str] = field(Text, "role on screen")
    all_districts: Mapped[bool] = field(Boolean, "whether it sees every district", server_default="false")
    districts: Mapped[list[str]] = field(ARRAY(Text), "districts that it sees", server_default="{}")
    created_at: Mapped[datetime] = moment("when it began", server_default=NOW)
    last_seen_at: Mapped[datetime] = moment("when it was last used", server_default=NOW)
    expires_at: Mapped[datetime] = moment("when it ends at the latest")
    revoked_at: Mapped[datetime | None] = moment("when it was ended by hand")
    police_areas: Mapped[list[str]] = field(
        ARRAY(Text), "police areas that a commander sees; empty: whole districts", server_default="{}"
    )
    school_codes: Mapped[list[str]] = field(
        ARRAY(Text), "schools that a school's account sees", server_default="{}"
    )
    unit: Mapped[str | None] = field(Text, "responsible unit that it answers for")
    idle_until: Mapped[datetime | None] = moment(
        "when it ends unless it is used before; empty: it does not end by rest"
    )

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the roles; index an account's sessions."""
        return (one_of("role", ViewerRole), Index(None, "account_id"), Index(None, "expires_at"))


class Secret(Base):
    """A random key of this database, with which names and addresses of attempts are hashed."""

    __tablename__ = "secret"
    schema = "auth"

    name: Mapped[str] = field(Text, "what it is for", primary_key=True)
    value: Mapped[bytes] = field(
        LargeBinary, "32 random bytes, made once; read by functions of the owner alone"
    )

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Hold it to its length."""
        return (CheckConstraint("octet_length(value) = 32", name="length"),)


class Attempt(Base):
    """Someone tried to sign in; kept for a day, as keyed hashes."""

    __tablename__ = "attempt"
    schema = "auth"

    id: Mapped[int] = numbered("number of the attempt")
    at: Mapped[datetime] = moment("when", server_default=NOW)
    name_hash: Mapped[bytes] = field(LargeBinary, "keyed hash of the name that was typed")
    address_hash: Mapped[bytes] = field(LargeBinary, "keyed hash of the address it came from")
    ok: Mapped[bool] = field(Boolean, "whether it was the right password")

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Index by time, and by name and address with it."""
        return (Index(None, "at"), Index(None, "name_hash", "at"), Index(None, "address_hash", "at"))


class Mode(Base):
    """Who signs accounts in that have no password here; one row."""

    __tablename__ = "mode"
    schema = "auth"

    single: Mapped[bool] = field(
        Boolean, "always true: there is one row", primary_key=True, server_default="true"
    )
    mode: Mapped[str] = field(Text, "nobody, a provider of identities, or a listed proxy")
    set_at: Mapped[datetime] = moment("when it was set", server_default=NOW)

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the words; hold it to one row."""
        return (one_of("mode", AuthMode), CheckConstraint("single", name="single"))

"""Schema `auth`: accounts and sessions. No role but the owner reads it; functions speak for it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from data.models.base import NOW, Base, field, moment, numbered, one_of
from data.terms import ViewerRole

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
    password_hash: Mapped[str | None] = field(Text, "argon2id hash; empty where others sign it in")
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

"""Accounts and sessions as sign-in would leave them, and reads with the web's role."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from data.session import unit_of_work, viewer_transaction
from data.settings import DbRole

if TYPE_CHECKING:
    from collections.abc import Sequence

ADD_ACCOUNT = """
    INSERT INTO auth.account (name, role, must_change_password, all_districts, districts, police_areas, school_codes, unit)
    VALUES (:name, :role, false, :all, :districts, :areas, :schools, :unit) RETURNING id
"""
ADD_SESSION = """
    INSERT INTO auth.session
        (token_hash, account_id, role, all_districts, districts, police_areas, school_codes, unit, expires_at)
    VALUES (:hash, :account, :role, :all, :districts, :areas, :schools, :unit, now() + CAST(:life AS interval))
"""
UNIT = "\u57ce\u7ba1\u5c40"


def as_owner(statement: str, **values: Any) -> Any:
    """Run one statement as the owner and commit it; gives the first column of its first row."""
    with unit_of_work(DbRole.OWNER) as connection:
        result = connection.execute(text(statement), values)
        found = result.scalar() if result.returns_rows else None
        connection.commit()
    return found


def sign_in(
    *districts: str,
    role: str = "commander",
    sees_all: bool = False,
    life: str = "1 hour",
    areas: Sequence[str] = (),
    schools: Sequence[str] = (),
    unit: str | None = None,
) -> str:
    """Make an account and a session for some districts; gives its token."""
    token = secrets.token_hex(20)
    values = {
        "role": role, "all": sees_all, "districts": list(districts), "areas": list(areas), "schools": list(schools),
        "unit": unit or (UNIT if role == "unit" else None),
    }  # fmt: skip
    account = as_owner(ADD_ACCOUNT, name=f"account-{token[:8]}", **values)
    as_owner(ADD_SESSION, hash=hash_of(token), account=account, life=life, **values)
    return token


def account_of(token: str) -> int:
    """Give the number of the account that a token was made for."""
    return int(as_owner("SELECT account_id FROM auth.session WHERE token_hash = :hash", hash=hash_of(token)))


def revoke(token: str) -> None:
    """End a session by hand."""
    as_owner("UPDATE auth.session SET revoked_at = now() WHERE token_hash = :hash", hash=hash_of(token))


def hash_of(token: str) -> bytes:
    """Give what the database keeps of a token."""
    return hashlib.sha256(token.encode()).digest()


def seen(token: str, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """Give the rows that a token's viewer gets of a statement."""
    with viewer_transaction(token) as connection:
        return [tuple(row) for row in connection.execute(text(statement), values)]

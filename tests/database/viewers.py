"""Accounts and sessions as sign-in would leave them, and reads with the web's role."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from sqlalchemy import text

from data.session import unit_of_work, viewer_transaction
from data.settings import DbRole

ADD_ACCOUNT = "INSERT INTO auth.account (name, role) VALUES (:name, :role) RETURNING id"
ADD_SESSION = """
    INSERT INTO auth.session (token_hash, account_id, role, all_districts, districts, expires_at)
    VALUES (:hash, :account, :role, :all, :districts, now() + CAST(:life AS interval))
"""


def as_owner(statement: str, **values: Any) -> Any:
    """Run one statement as the owner and commit it; gives the first column of its first row."""
    with unit_of_work(DbRole.OWNER) as connection:
        result = connection.execute(text(statement), values)
        found = result.scalar() if result.returns_rows else None
        connection.commit()
    return found


def sign_in(*districts: str, role: str = "commander", sees_all: bool = False, life: str = "1 hour") -> str:
    """Make an account and a session for some districts; gives its token."""
    token = secrets.token_hex(20)
    account = as_owner(ADD_ACCOUNT, name=f"account-{token[:8]}", role=role)
    values = {"account": account, "role": role, "all": sees_all, "districts": list(districts), "life": life}
    as_owner(ADD_SESSION, hash=hash_of(token), **values)
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

"""Accounts made through the product's own functions, with passwords that are quick to hash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from argon2 import Parameters, Type

from data import passwords
from data.repositories import accounts
from data.repositories.accounts import AccountWords
from data.session import open_local_session, viewer_work
from tests.database.viewers import as_owner

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

PASSWORD = "plum-Gate-7-riverside"  # noqa: S105 -- of accounts that live as long as a test
CHEAP = Parameters(
    type=Type.ID, version=19, salt_len=16, hash_len=32, time_cost=1, memory_cost=8, parallelism=1
)


def hash_cheaply(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let new passwords be hashed with next to no memory."""
    monkeypatch.setattr(passwords, "COST", CHEAP)


def add(
    name: str,
    role: str = "commander",
    *,
    password: str | None = PASSWORD,
    must_change: bool = False,
    **scope: Any,
) -> None:
    """Add an account as the operator does."""
    act(
        lambda c: accounts.add(
            c, AccountWords(name, role, **scope), password=password, must_change=must_change
        )
    )


def start_over() -> None:
    """Take every account back but the operator's, and what was tried."""
    for statement in ("DELETE FROM auth.session WHERE account_id <> 0", "DELETE FROM auth.account WHERE NOT is_built_in",
                      "DELETE FROM auth.attempt", "UPDATE auth.mode SET mode = 'local'"):  # fmt: skip
        as_owner(statement)


def act(what: Callable[[Any], Any], token: str | None = None) -> Any:
    """Do something with accounts, as the operator where no token says who, and commit it."""
    with viewer_work(open_local_session() if token is None else token) as connection:
        result = what(connection)
        connection.commit()
    return result

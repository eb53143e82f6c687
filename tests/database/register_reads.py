"""The register's role at its tables, with the intent stated first, as `data.repositories.register` does it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from data.repositories import register
from data.session import unit_of_work
from data.settings import DbRole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection


@contextmanager
def register_work(purpose: str = "test") -> Iterator[Connection]:
    """Open a transaction of the register's role that says the words of the server's errors; who keeps commits."""
    with unit_of_work(DbRole.REGISTER) as connection:
        register.state_intent(connection, purpose, None)
        yield connection

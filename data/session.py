"""Connections by DB role: engines, units of work, the viewer's transaction, locks.

A unit of work rolls back unless `connection.commit()` is reached. What the driver says when the server is
away, its disk full or the connection cut comes out as one named error (`data.failures`).
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from data.errors import SessionEndedError
from data.failures import translated
from data.settings import DbRole, role_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

POOL_SIZE = 2
POOL_OVERFLOW = 8
CONNECT_TIMEOUT_S = 10
TOKEN_LIFE_S = 600
"""A process opens its local session anew after ten minutes; the database lets it live for fifteen."""

# What driver and pool mutter about a cut connection is one sentence of ours; who listens still hears it.
for _name in ("psycopg", "sqlalchemy"):
    logging.getLogger(_name).addHandler(logging.NullHandler())

_engines: dict[str, Engine] = {}
_tokens: dict[str, tuple[str, float]] = {}
_guard = threading.Lock()


def engine(role: DbRole) -> Engine:
    """Give the engine of a DB role; one for each URL of this process.

    Parameters
    ----------
    role
        Whose rights the connections have.

    Returns
    -------
    Engine
        With a small pool that looks whether a connection still lives before it hands it out.
    """
    url = role_url(role)
    with _guard:
        if url not in _engines:
            _engines[url] = _make_engine(url)
        return _engines[url]


def _make_engine(url: str) -> Engine:
    """Make an engine with a small pool, which repeats no value of a statement in any error or log."""
    return create_engine(
        url,
        hide_parameters=True,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "campus"},
    )


def dispose_engines() -> None:
    """Close every pooled connection and forget the session: before a server stops or a database goes."""
    with _guard:
        for made in _engines.values():
            made.dispose()
        _engines.clear()
        _tokens.clear()


# a process that ends says goodbye to the server instead of leaving it to find out
atexit.register(dispose_engines)


@contextmanager
def unit_of_work(role: DbRole) -> Iterator[Connection]:
    """Open a transaction that is rolled back unless the block commits it.

    Parameters
    ----------
    role
        Whose rights it has.

    Yields
    ------
    Connection
        Call ``commit()`` on it to keep what was done.

    Raises
    ------
    DatabaseDownError, DiskFullError, RefusedError
        The server cannot be reached or went away, has no room left, or does not take the password.
    """
    with translated():
        connection = engine(role).connect()
        try:
            yield connection
        finally:
            _part_from(connection)


def _part_from(connection: Connection) -> None:
    """Give a connection back; what it did not commit is gone, whether or not the server still hears of it.

    A server that went away after the last commit undoes nothing: a success must not look like a failure.
    """
    try:
        connection.close()
    except (SQLAlchemyError, psycopg.Error):
        with suppress(SQLAlchemyError):  # closed as far as it goes
            connection.invalidate()


@contextmanager
def viewer_work(token: str) -> Iterator[Connection]:
    """Open a transaction in which a viewer may write what is the viewer's to write; who writes commits.

    Parameters
    ----------
    token
        The viewer's session.
    """
    with unit_of_work(DbRole.APP) as connection:
        set_viewer(connection, token)
        yield connection


@contextmanager
def viewer_transaction(token: str) -> Iterator[Connection]:
    """Open a read-only transaction of the web's role that sees what the session's viewer may see.

    Parameters
    ----------
    token
        The session's token; with an empty, forged or expired one there are no rows.

    Yields
    ------
    Connection
        It forgets the token when the transaction ends.
    """
    with unit_of_work(DbRole.APP) as connection:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        set_viewer(connection, token)
        yield connection


@contextmanager
def kept_transaction(token: str) -> Iterator[Connection]:
    """Open a viewer's transaction whose answer is kept for everybody of the viewer's scope.

    A session that ends while a page is made sees no rows from then on; kept, that would tell all others of
    its scope that there is nothing.

    Parameters
    ----------
    token
        The session's token.

    Raises
    ------
    data.errors.SessionEndedError
        The session was over before the last read: what was read is not to be used.
    """
    with viewer_transaction(token) as connection:
        yield connection
        if not has_viewer(connection):
            raise SessionEndedError


def has_viewer(connection: Connection) -> bool:
    """Tell whether the session of a viewer's transaction lives."""
    return bool(connection.execute(text("SELECT EXISTS (SELECT FROM auth.viewer())")).scalar_one())


def set_viewer(connection: Connection, token: str) -> None:
    """Say for the rest of this transaction who looks.

    Parameters
    ----------
    connection
        In a transaction of `DbRole.APP`.
    token
        The session's token.
    """
    connection.execute(text("SELECT set_config('campus.session', :token, true)"), {"token": token})


def open_local_session() -> str:
    """Give the token of the operator at the command line, who holds the loader's password; never the web's.

    Returns
    -------
    str
        The same for ten minutes of this process.
    """
    url = role_url(DbRole.APP)
    token, opened = _tokens.get(url, ("", -TOKEN_LIFE_S))
    if time.monotonic() - opened < TOKEN_LIFE_S and _is_open(token):
        return token
    with unit_of_work(DbRole.LOADER) as connection:
        token = str(connection.execute(text("SELECT auth.open_local_session()")).scalar_one())
        connection.commit()
    _tokens[url] = (token, time.monotonic())
    return token


def _is_open(token: str) -> bool:
    """Whether the database still knows a token: it may have been restored meanwhile."""
    if not token:
        return False
    with viewer_transaction(token) as connection:
        return has_viewer(connection)


def job_lock(connection: Connection, name: str) -> None:
    """Wait until no other transaction holds a name, and hold it until this one ends.

    Parameters
    ----------
    connection
        In the transaction that is to hold it.
    name
        What is locked, such as ``build:320413``.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})

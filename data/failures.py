"""What the driver says when the server is away, its disk full or the connection cut: one error each."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
from psycopg import errors as pg
from sqlalchemy.exc import DBAPIError

from data.errors import DatabaseDownError, DataError, DiskFullError

if TYPE_CHECKING:
    from collections.abc import Iterator

GONE = (pg.AdminShutdown, pg.CrashShutdown, pg.CannotConnectNow, pg.TooManyConnections, pg.InvalidCatalogName)
"""States in which the server, or the database, is not there for us (57P01 to 57P03, 53300, 3D000)."""
DISK_FULL_WORDS = "No space left on device"
"""A server that cannot write outside of a statement's own files says it in words alone."""


class RefusedError(DataError):
    """The server does not take the password of a DB role."""

    key = "data.refused"


class ReadOnlyError(DataError):
    """The database takes no changes: a standby, or one set to be read only."""

    key = "data.read_only"


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's errors that a person can mend into errors of their own; let all others pass.

    Raises
    ------
    DatabaseDownError
        The server cannot be reached, is shutting down, or cut the connection.
    DiskFullError
        It has no room left.
    RefusedError
        It does not take the role's password.
    ReadOnlyError
        It takes no changes.
    """
    try:
        yield
    except DBAPIError as error:
        known = translate(error.orig)
        if known is None:
            raise
        raise known from error
    except psycopg.Error as error:
        known = translate(error)
        if known is None:
            raise
        raise known from error


def translate(error: BaseException | None) -> DataError | None:
    """Name an error of the driver.

    Parameters
    ----------
    error
        What psycopg raised.

    Returns
    -------
    DataError or None
        None where it is a fault of the program, or nothing that a person could mend.
    """
    if isinstance(error, pg.DiskFull) or DISK_FULL_WORDS in str(error):
        return DiskFullError()
    if isinstance(error, pg.InvalidPassword | pg.InvalidAuthorizationSpecification):
        return RefusedError()
    if isinstance(error, pg.ReadOnlySqlTransaction):
        return ReadOnlyError()
    if isinstance(error, GONE):
        return DatabaseDownError()
    # without an SQLSTATE the server never answered: no socket, no route, or a connection cut short
    if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:
        return _unanswered(str(error))
    return None


def _unanswered(words: str) -> DataError:
    """Tell a refused password from a server that is away; libpq gives no state while connecting."""
    return RefusedError() if "authentication failed" in words else DatabaseDownError()

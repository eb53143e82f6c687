"""Signing in and out: the database compares, counts and keeps; it is told a hash, and never tells one.

Each function is one transaction of the web's role and commits it: a failed try must be counted, too.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from data import passwords
from data.errors import DataError
from data.session import unit_of_work, viewer_work
from data.settings import DbRole
from data.terms import AuthMode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

SALT_OF = text("SELECT auth.salt_of(:name, :address)")
SIGN_IN = text("SELECT outcome, token FROM auth.sign_in(:name, :encoded, :address)")
EXTERNAL = text("SELECT auth.sign_in_external(:name, :via)")
TOUCH = text("SELECT * FROM auth.touch(:token)")
SIGN_OUT = text("SELECT auth.sign_out()")
OWN_SALT = text("SELECT auth.own_salt()")
CHANGE = text("SELECT outcome, token FROM auth.change_password(:old, :new)")
LONGEST_NAME = 200
TOKEN = re.compile(r"[0-9a-z]{1,128}")
LOCAL_ADDRESS = "command line"


class WrongPasswordError(DataError):
    """No such account, a disabled or external one, or another password: nobody learns which."""

    key = "gate.wrong"


class LockedError(DataError):
    """Too many failures within 15 minutes; wait."""

    key = "gate.locked"


class MustChangeError(DataError):
    """The password was given by somebody else and has to be changed on the pages first."""

    key = "gate.must_change"


class SessionGoneError(DataError):
    """The session ended meanwhile."""

    key = "gate.gone"


@dataclass(frozen=True)
class SignedIn:
    """A session that was opened: its token, and whether the password has to be changed first."""

    token: str
    must_change: bool = False


@dataclass(frozen=True)
class Seen:
    """Who a living session is of."""

    account_id: int
    name: str
    role: str
    must_change: bool
    is_external: bool
    session_id: int


@contextmanager
def _app(token: str | None = None) -> Iterator[Connection]:
    """Open a transaction of the web's role that is committed when the block ends without an error."""
    with unit_of_work(DbRole.APP) if token is None else viewer_work(token) as connection:
        yield connection
        connection.commit()


def _typed(name: str) -> str:
    """Give a typed name in a form that can be asked for, whatever was typed."""
    known = name[:LONGEST_NAME].replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    return passwords.plain_name(known)


def sign_in(name: str, password: str, *, address: str) -> SignedIn:
    """Sign somebody in.

    Parameters
    ----------
    name, password
        As typed.
    address
        Where the request comes from; failures are counted by name and address.

    Returns
    -------
    SignedIn
        A new session, also where the password has to be changed first: it sees nothing until then.

    Raises
    ------
    WrongPasswordError
        Name or password is wrong, or the account is disabled; it takes the same time for all.
    LockedError
        There were too many failures.
    """
    plain = _typed(name)
    with _app() as connection:
        salt = connection.execute(SALT_OF, {"name": plain, "address": address}).scalar_one()
    if salt is None:
        raise LockedError
    values = {"name": plain, "encoded": passwords.encode(password, salt), "address": address}
    with _app() as connection:
        found = connection.execute(SIGN_IN, values).one()
    if found.outcome == "locked":
        raise LockedError
    if found.token is None:
        raise WrongPasswordError
    return SignedIn(found.token, must_change=found.outcome == "must_change")


def check_password(name: str, password: str, *, address: str = LOCAL_ADDRESS) -> SignedIn:
    """Sign somebody in who can work at once, as the command line's ``--as`` does.

    Raises
    ------
    WrongPasswordError, LockedError
        See `sign_in`.
    MustChangeError
        The password has to be changed first; the session is ended.
    """
    opened = sign_in(name, password, address=address)
    if opened.must_change:
        sign_out(opened.token)
        raise MustChangeError
    return opened


def sign_in_external(name: str, via: AuthMode) -> SignedIn:
    """Sign somebody in for whom a provider of identities or a listed proxy vouches.

    Raises
    ------
    WrongPasswordError
        No account without a password has the name, or ``via`` is not how this database is served.
    """
    values = {"name": _typed(name), "via": AuthMode(via).value}
    with _app() as connection:
        token = connection.execute(EXTERNAL, values).scalar_one()
    if token is None:
        raise WrongPasswordError
    return SignedIn(token)


def touch(token: str) -> Seen | None:
    """Say who a session is of, and let it live for another half hour.

    Parameters
    ----------
    token
        Of a browser's cookie, thus any text.

    Returns
    -------
    Seen or None
        None where it is unknown, ended or its account disabled.
    """
    if not TOKEN.fullmatch(token):
        return None
    with _app() as connection:
        row = connection.execute(TOUCH, {"token": token}).one()
    if row.session_id is None:
        return None
    return Seen(
        row.account_id, row.name, row.role, must_change=row.must_change_password, is_external=row.is_external,
        session_id=row.session_id,
    )  # fmt: skip


def sign_out(token: str) -> None:
    """End a session; one that has ended already stays so."""
    with _app(token) as connection:
        connection.execute(SIGN_OUT)


def change_password(token: str, old: str, new: str, *, name: str) -> SignedIn:
    """Change the own password: every session of the account ends, and a new one begins.

    Parameters
    ----------
    token
        The session's.
    old, new
        As typed.
    name
        Of the account, which the new password must not be.

    Raises
    ------
    data.errors.DataError
        The new one does not pass `data.passwords.check_policy`, or is the old one (`CommonPasswordError`).
    WrongPasswordError
        The old one is wrong.
    LockedError
        It was wrong five times: the session has ended.
    SessionGoneError
        The session has ended, or others sign the account in.
    """
    passwords.check_policy(new, name)
    if old == new:
        raise passwords.CommonPasswordError
    with _app(token) as connection:
        salt = connection.execute(OWN_SALT).scalar_one_or_none()
    if salt is None:
        raise SessionGoneError
    values = {"old": passwords.encode(old, salt), "new": passwords.encode(new)}
    with _app(token) as connection:
        found = connection.execute(CHANGE, values).one()
    refusals = {"wrong": WrongPasswordError, "locked": LockedError, "gone": SessionGoneError}
    if found.outcome in refusals:
        raise refusals[found.outcome]
    return SignedIn(found.token)


def answers() -> bool:
    """Whether the database answers, for whoever watches over the server."""
    with unit_of_work(DbRole.APP) as connection:
        return bool(connection.execute(text("SELECT true")).scalar_one())

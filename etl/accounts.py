"""Accounts at the command line: ``--as NAME``, the password asked for or in `CAMPUS_PASSWORD`."""

from __future__ import annotations

import getpass
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.repositories import sign_in
from data.terms import ViewerRole
from etl.language import say
from geo.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Callable

PASSWORD_VARIABLE = "CAMPUS_PASSWORD"  # noqa: S105 - a variable's name
ADDRESS = "command line"
"""Where a sign-in at the command line comes from, for its rate limit."""


class NoPasswordError(CampusError):
    """Nobody can be asked for the password, and the environment does not hold it."""

    key = "register.no_password"


@dataclass(frozen=True)
class Account:
    """Who acts, its password checked."""

    id: int
    name: str
    role: ViewerRole


def checked(name: str, password: str) -> Account:
    """Check a password, as at the door of the pages: failures count there and here alike.

    Parameters
    ----------
    name, password
        As given.

    Raises
    ------
    data.repositories.sign_in.WrongPasswordError, LockedError, MustChangeError
        The account does not act.
    """
    opened = sign_in.check_password(name, password, address=ADDRESS)
    seen = sign_in.touch(opened.token)
    sign_in.sign_out(opened.token)
    if seen is None:  # shut out between the two
        raise sign_in.WrongPasswordError
    return Account(seen.account_id, seen.name, ViewerRole(seen.role))


def acting_account(name: str, *, verify: Callable[[str, str], Account] | None = None) -> Account:
    """Give the account that acts, once its password was checked.

    Parameters
    ----------
    name
        Its name.
    verify
        What checks name and password; `checked` by default.

    Raises
    ------
    NoPasswordError
        There is no terminal to ask at and `CAMPUS_PASSWORD` is empty.
    geo.errors.CampusError
        What sign-in says: a wrong password, a locked or disabled account.
    """
    password = os.environ.get(PASSWORD_VARIABLE) or _asked()
    return (verify or checked)(name, password)


def _asked() -> str:
    """Ask for the password."""
    if not sys.stdin.isatty():
        raise NoPasswordError(variable=PASSWORD_VARIABLE)
    return getpass.getpass(say("register.ask_password"))

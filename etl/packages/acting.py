"""Who acts: the account that ``--as`` names, its password asked; else the operator at the command line."""

from __future__ import annotations

from typing import NamedTuple

from data.terms import ViewerRole
from etl.accounts import acting_account


class Actor(NamedTuple):
    """An account whose password was checked, or the operator."""

    id: int
    role: ViewerRole


OPERATOR = Actor(0, ViewerRole.LOCAL)
REVIEWERS = frozenset({ViewerRole.COMMANDER, ViewerRole.COMMITTEE})
"""Who may say that a package can leave the police: those who see all that is in it."""


def actor(name: str | None) -> Actor:
    """Give who acts.

    Parameters
    ----------
    name
        What stands behind ``--as``; None: the operator.

    Raises
    ------
    geo.errors.CampusError
        What sign-in says: no such account, a wrong password, an account that is shut out.
    """
    if name is None:
        return OPERATOR
    account = acting_account(name)
    return Actor(int(account.id), ViewerRole(account.role))

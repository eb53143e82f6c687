"""Accounts as the page lists and changes them, in the viewer's own transactions; nothing of it is cached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.viewer import viewer_token
from data import passwords
from data.repositories import accounts
from data.session import viewer_transaction, viewer_work

if TYPE_CHECKING:
    import pandas as pd

    from data.repositories.accounts import AccountWords


def listed() -> pd.DataFrame:
    """List the accounts that the viewer administers, see `data.repositories.accounts.list_accounts`."""
    with viewer_transaction(viewer_token()) as connection:
        return accounts.list_accounts(connection)


def add(words: AccountWords, *, is_external: bool) -> str:
    """Add an account.

    Parameters
    ----------
    words
        Its name as typed, role and scope.
    is_external
        Whether others sign it in.

    Returns
    -------
    str
        Its one-time password, which nobody can read again; empty where others sign it in.
    """
    password = None if is_external else passwords.one_time_password()
    with viewer_work(viewer_token()) as connection:
        accounts.add(connection, words, password=password)
        connection.commit()
    return password or ""


def reset(name: str) -> str:
    """Give an account a one-time password, and give it back: nobody can read it again."""
    password = passwords.one_time_password()
    with viewer_work(viewer_token()) as connection:
        accounts.reset_password(connection, name, password)
        connection.commit()
    return password


def set_disabled(name: str, *, is_disabled: bool) -> None:
    """Shut an account out, or let it in again."""
    with viewer_work(viewer_token()) as connection:
        accounts.set_disabled(connection, name, is_disabled=is_disabled)
        connection.commit()


def end_sessions(name: str) -> None:
    """End all sessions of an account."""
    with viewer_work(viewer_token()) as connection:
        accounts.revoke_sessions(connection, name)
        connection.commit()

"""`campus user`: accounts, as the operator at the command line keeps them.

Names and one-time passwords go to standard output, one line each, and are nowhere else.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from data import passwords
from data.messages import sentence
from data.migrate import ensure_database
from data.passwords import check_policy, checked_name, one_time_password
from data.repositories import accounts
from data.session import open_local_session, viewer_work
from etl.account_files import AccountRowError, read_accounts
from etl.account_slips import write_slips
from etl.language import lang, say
from etl.progress import bars
from geo.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from data.repositories.accounts import AccountWords

PASSWORD_VARIABLE = "CAMPUS_PASSWORD"  # noqa: S105 -- the variable's name
STEP = "users.step"


@contextmanager
def _operator() -> Iterator[Connection]:
    """Open a transaction of the operator, with the web's rights, that commits when nothing went wrong."""
    ensure_database()
    with viewer_work(open_local_session()) as connection:
        yield connection
        connection.commit()


def add(words: AccountWords, *, is_external: bool = False) -> None:
    """Add an account, and print its name and one-time password.

    Parameters
    ----------
    words
        Its name as typed, role and scope.
    is_external
        Whether others sign it in: it gets no password.

    Raises
    ------
    data.errors.DataError
        The name, role, scope or given password is refused.
    """
    name = checked_name(words.name)
    known = type(words)(**{**vars(words), "name": name}).with_usual_scope()
    given = _given(name)
    password = None if is_external else given or one_time_password()
    with _operator() as connection:
        accounts.add(connection, known, password=password, must_change=given is None)
    _print(name, None if given else password)


def set_password(name: str) -> None:
    """Give an account another password, and print it; its sessions end.

    Raises
    ------
    data.errors.DataError
        There is no such account, it has no password, or the given one is refused.
    """
    given = _given(name)
    password = given or one_time_password()
    with _operator() as connection:
        accounts.reset_password(connection, name, password, must_change=given is None)
    _print(passwords.plain_name(name), None if given else password)


def set_disabled(name: str, *, is_disabled: bool) -> None:
    """Shut an account out, which ends its sessions, or let it in again.

    Raises
    ------
    data.repositories.accounts.UnknownAccountError
        There is no such account.
    """
    with _operator() as connection:
        accounts.set_disabled(connection, name, is_disabled=is_disabled)
    sys.stderr.write(say("users.disabled" if is_disabled else "users.enabled", name=name) + "\n")


def list_all() -> None:
    """Print every account, one a line: name, role, scope and state with tabs between them."""
    with _operator() as connection:
        listed = accounts.list_accounts(connection)
    for row in listed.to_dict("records"):
        codes = [*row["districts"], *row["police_areas"], *row["school_codes"]]
        scope = "all" if row["all_districts"] else ",".join(codes)
        states = [name for name in ("is_disabled", "must_change_password", "is_external") if row[name]]
        state = {"is_disabled": "disabled", "must_change_password": "one_time", "is_external": "external"}
        unit = row["unit"] if isinstance(row["unit"], str) else ""
        words = [row["name"], row["role"], scope, unit, state[states[0]] if states else "open"]
        sys.stdout.write("\t".join(words) + "\n")


def import_file(file: Path, *, slips: Path | None = None) -> None:
    """Add the accounts of a workbook, all or none, each with a one-time password.

    Parameters
    ----------
    file
        See `etl.account_files`.
    slips
        Where to write a page of slips to print; without it, names and passwords are printed.

    Raises
    ------
    AccountRowError
        The database refuses an account; none was added.
    """
    rows = read_accounts(file)
    made = [(row.words, one_time_password()) for row in rows]
    with _operator() as connection, bars(lang()) as progress:
        for done, (row, (words, password)) in enumerate(zip(rows, made, strict=True), start=1):
            try:
                accounts.add(connection, words, password=password)
            except CampusError as error:
                raise AccountRowError(row=row.number, why=sentence(error, lang())) from error
            progress(STEP, done, len(rows))
        # before the commit: accounts whose passwords nobody can read would have to be reset one by one
        if slips is not None:
            write_slips(slips, made)
    sys.stderr.write(say("users.imported", count=len(made)) + "\n")
    if slips is None:
        for words, password in made:
            _print(words.name, password)


def first_admin() -> tuple[str, str] | None:
    """Make the account `admin` where nobody has one.

    Returns
    -------
    tuple or None
        Its name and one-time password, which are nowhere else; None where there are accounts.
    """
    if accounts.has_accounts():
        return None
    name, password = "admin", one_time_password()
    with _operator() as connection:
        accounts.add(connection, accounts.AccountWords(name, "admin"), password=password)
    return name, password


def _given(name: str) -> str | None:
    """Give the password of the environment, held to the policy."""
    given = os.environ.get(PASSWORD_VARIABLE)
    if given:
        check_policy(given, name)
    return given or None


def _print(name: str, password: str | None) -> None:
    """Print a name, and a password where it was made here."""
    sys.stdout.write(f"{name}\t{password}\n" if password else f"{name}\n")

"""One account a role in the training district, with passwords at random, and a register of made-up rows.

The passwords are printed, and kept beside the made-up files for the next `campus demo`: the database is
marked as one of training, where nothing is real.
"""

from __future__ import annotations

import csv
import os
import sys
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from data.passwords import one_time_password
from data.repositories import accounts, demo, register
from data.repositories import settings as settings_repository
from data.repositories.accounts import AccountWords
from data.session import open_local_session, unit_of_work, viewer_work
from data.settings import DbRole
from data.terms import ViewerRole
from etl.accounts import Account
from etl.language import say
from etl.register import Options, load_register

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sqlalchemy import Connection

ACCOUNTS_FILE = "accounts.csv"
ROLES = tuple(role for role in ViewerRole if role is not ViewerRole.LOCAL)
ENABLER, LOADER = ViewerRole.ADMIN, ViewerRole.STEWARD
"""Two accounts: who turns the register on loads nothing."""
ASSESSMENT = "TRAINING-0001"


@dataclass(frozen=True)
class DemoAccount:
    """An account of the training district."""

    id: int
    name: str
    role: ViewerRole
    password: str


def ensure_demo_accounts(file: Path) -> dict[ViewerRole, DemoAccount]:
    """Have one account a role, each named after it, and know its password.

    Parameters
    ----------
    file
        Where the passwords of the last demo stand; written anew, for this account's eyes alone.

    Returns
    -------
    dict
        By role.
    """
    known = _kept(file)
    with unit_of_work(DbRole.LOADER) as connection:
        scope = _Scope(demo.a_school(connection), demo.a_unit(connection) or say("cli.demo.unit"))
    found: dict[ViewerRole, DemoAccount] = {}
    with viewer_work(open_local_session()) as connection:
        there = set(accounts.list_accounts(connection)["name"])
        wanted = [role for role in ROLES if role is not ViewerRole.SCHOOL or scope.school is not None]
        words = {role: _password(connection, role, scope, known, is_new=role not in there) for role in wanted}
        rows = accounts.list_accounts(connection).set_index("name")["id"]
        connection.commit()
    for role, word in words.items():
        found[role] = DemoAccount(int(rows[role.value]), role.value, role, word)
    _keep(file, found)
    return found


@dataclass(frozen=True)
class _Scope:
    """What the school's and the unit's account are for."""

    school: str | None
    unit: str


def _password(
    connection: Connection, role: ViewerRole, scope: _Scope, known: Mapping[str, str], *, is_new: bool
) -> str:
    """Give the password of a role's account, which is added where there is none."""
    name = role.value
    if not is_new and name in known:
        return known[name]
    password = one_time_password()
    if not is_new:
        accounts.reset_password(connection, name, password, must_change=False)
        return password
    words = AccountWords(
        name, name,
        school_codes=(scope.school,) if role is ViewerRole.SCHOOL and scope.school else (),
        unit=scope.unit if role is ViewerRole.UNIT else None,
        all_districts=role is ViewerRole.UNIT,
    ).with_usual_scope()  # fmt: skip
    accounts.add(connection, words, password=password, must_change=False)
    return password


def load_demo_register(file: Path, source: Path, known: Mapping[ViewerRole, DemoAccount]) -> None:
    """Turn the register on, and load its made-up rows as another account than the one that turned it on."""
    enabler, loader = known[ENABLER], known[LOADER]
    with unit_of_work(DbRole.LOADER) as connection:
        zone = ZoneInfo(settings_repository.read(connection).timezone)
    with register.work("enable", enabler.id) as connection:
        if register.current_assessment(connection) is None:
            day = datetime.now(tz=zone).date()
            register.enable(
                connection, number=ASSESSMENT, day=day, volume=say("cli.demo.volume"), account_id=enabler.id
            )
            connection.commit()
    account = Account(loader.id, loader.name, loader.role)
    outcome = load_register(file, source, account, Options(declared=True, force=True))
    sys.stderr.write(say("cli.demo.register", rows=outcome.read) + "\n")


def tell_demo_accounts(known: Mapping[ViewerRole, DemoAccount]) -> None:
    """Print every account with its role and password to standard output, one a line."""
    sys.stderr.write(say("cli.demo.accounts") + "\n")
    for account in known.values():
        role = say(f"pages.role.{account.role}")
        sys.stdout.write(f"{account.name:<10}  {account.password}  {role}\n")
    sys.stdout.flush()


def _kept(file: Path) -> dict[str, str]:
    """Read the passwords of the last demo; none where there was none."""
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            return {row["account"]: row["password"] for row in csv.DictReader(lines)}
    except (OSError, KeyError, UnicodeDecodeError):
        return {}


def _keep(file: Path, known: Mapping[ViewerRole, DemoAccount]) -> None:
    """Write the passwords down, whole or not at all, readable by this account alone."""
    part = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(
        os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as lines:
        writer = csv.writer(lines)
        writer.writerow(["account", "role", "password"])
        writer.writerows([account.name, account.role.value, account.password] for account in known.values())
    part.replace(file)

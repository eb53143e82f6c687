"""`campus register` and `campus load` of its kind: turn it on, load it, delete from it, prove a deletion."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

from data.laws import laws
from data.migrate import ensure_database
from data.personal import is_personal
from data.repositories import register
from data.repositories import settings as settings_repository
from data.session import unit_of_work
from data.settings import DbRole
from data.terms import DeletionReason, Instance
from etl.accounts import acting_account
from etl.language import say
from etl.register import examine, store
from etl.register.errors import (
    BadAssessmentError,
    NoAccountError,
    UnknownOptionError,
    UnknownReferenceError,
    WrongRoleError,
)
from etl.register.load import ENABLERS, LOADERS
from etl.register.rows import REFERENCE
from etl.schedule import expire as delete_expired

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from data.terms import ViewerRole
    from etl.accounts import Account
    from etl.register import Options

LONGEST_NUMBER, LONGEST_VOLUME = 60, 200


def load_file(file: Path, source: str, options: Options, *, acting: str | None, refused: list[str]) -> None:
    """Load a register file: look through it, ask who loads and for the declaration, take it.

    Parameters
    ----------
    file, source, options
        See `etl.register.load_register`.
    acting
        Name of the account that loads.
    refused
        Options of other loads that were given.

    Raises
    ------
    UnknownOptionError
        One was.
    NoAccountError
        No account is named.
    """
    for option in refused:
        raise UnknownOptionError(option=option)
    examined = examine(file, source, crs=options.crs)
    if acting is None:
        raise NoAccountError
    account = acting_account(acting)
    if examined.is_training:
        _tell("register.declared_training")
    declared = examined.is_training or options.declared or _is_declared(account)
    outcome = store(examined, account, replace(options, declared=declared))
    counts = {name: getattr(outcome, name) for name in ("read", "added", "changed", "unchanged", "deleted")}
    sys.stdout.write(say("register.would_load" if options.dry_run else "register.loaded", **counts) + "\n")


def _is_declared(account: Account) -> bool:
    """Have the person at the terminal declare; where there is none, to load under a password is to declare.

    The contract of the command line (DESIGN 6) has no word for the declaration: naming the account is it, and
    a sentence says so.
    """
    if sys.stdin.isatty():
        return typer.confirm(say("register.ask_declaration"), err=True)
    _tell("register.declared_by", account=account.name)
    return True


def enable(*, number: str, day: date, volume: str, acting: str) -> None:
    """Turn the register on with an impact assessment.

    Raises
    ------
    BadAssessmentError
        Number, date or volume cannot be.
    WrongRoleError
        The account's role may not.
    """
    today = _open()
    number, volume = number.strip(), volume.strip()
    lengths = 1 <= len(number) <= LONGEST_NUMBER and 1 <= len(volume) <= LONGEST_VOLUME
    if not lengths or day > today or not (number + volume).isprintable() or is_personal(f"{number} {volume}"):
        raise BadAssessmentError
    account = _allowed(acting, ENABLERS)
    with register.work("enable", account.id) as connection:
        register.enable(connection, number=number, day=day, volume=volume, account_id=account.id)
        connection.commit()
    _tell("register.enabled", number=number, day=day)


def status() -> None:
    """Say on standard output whether the register is on; nothing of its rows, not even how many there are."""
    _open()
    with register.work("status", None) as connection:
        found = register.status(connection)
    if found.assessment is None:
        sys.stdout.write(say("register.status_off") + "\n")
        return
    given = found.assessment
    sys.stdout.write(say("register.status_on", number=given.number, day=given.assessed_on) + "\n")
    sys.stdout.write(
        say("register.status_by", account=given.enabled_by, day=given.enabled_at.date(), volume=given.volume)
        + "\n"
    )
    if found.loaded_at is not None:
        sys.stdout.write(say("register.status_loaded", day=found.loaded_at.date()) + "\n")


def delete(case_ref: str, *, acting: str, order_ended: bool = False) -> None:
    """Delete a row and keep the proof.

    Raises
    ------
    UnknownReferenceError
        There is none of that reference, which is not repeated.
    """
    _open()
    account = _allowed(acting, LOADERS)
    reason = DeletionReason.ORDER_ENDED if order_ended else DeletionReason.ON_REQUEST
    with register.work("delete", account.id) as connection:
        register.lock(connection)
        if not register.delete(connection, [case_ref], reason):
            raise UnknownReferenceError
        register.record(connection, "register.delete", account.id, str(reason))
        connection.commit()
    _tell("register.deleted")


def was_deleted(case_ref: str) -> None:
    """Say on standard output when and why the row of a reference was deleted, or that none was."""
    _open()
    if not REFERENCE.fullmatch(case_ref):
        raise UnknownReferenceError
    with register.work("proof", None) as connection:
        found = register.deletions_of(connection, case_ref)
        connection.commit()
    for proof in found:
        reason = say(f"register.deleted_for.{proof.reason}")
        sys.stdout.write(say("register.was_deleted", at=f"{proof.deleted_at:%Y-%m-%d}", reason=reason) + "\n")
    if not found:
        sys.stdout.write(say("register.not_deleted") + "\n")


def expire() -> None:
    """Delete the rows whose day of review is past; nothing to do where there is no register."""
    ensure_database()
    delete_expired(datetime.now(tz=ZoneInfo("UTC")))
    _tell("register.expired")


def show_laws() -> None:
    """Print the dated list of laws."""
    for law in laws().values():
        bases = ", ".join(law.basis)
        until = f"{law.valid_to}" if law.valid_to else ""
        sys.stdout.write(
            "\t".join((law.code, f"《{law.law}》{law.article}", bases, f"{law.valid_from}/{until}", law.note))
            + "\n"
        )


def keygen(path: Path) -> None:
    """Make a pair of keys for encrypted backups; the public one goes to standard output, too."""
    from data.sealed import make_keys  # noqa: PLC0415 - only this word needs the library

    sys.stdout.write(make_keys(path) + "\n")
    _tell("register.keys_made", name=path.name)


def _open() -> date:
    """Have a database with a register; give the local date."""
    ensure_database()
    today, instance = _here()
    if instance is Instance.JOINT:
        raise register.NoRegisterError
    return today


def _here() -> tuple[date, Instance]:
    """Give the local date and what the database is."""
    with unit_of_work(DbRole.LOADER) as connection:
        zone = ZoneInfo(settings_repository.read(connection).timezone)
        return datetime.now(tz=zone).date(), register.instance(connection)


def _allowed(acting: str, roles: frozenset[ViewerRole]) -> Account:
    """Give the account that acts, if its role may."""
    account = acting_account(acting)
    if account.role not in roles:
        raise WrongRoleError(role=account.role)
    return account


def _tell(key: str, **params: object) -> None:
    """Say one line on standard error."""
    sys.stderr.write(say(key, **params) + "\n")

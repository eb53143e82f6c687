"""Accounts: added, listed, disabled and given passwords by functions of the database, which look who asks.

All take a viewer's writing transaction (`data.session.viewer_work`) of the operator, an admin or the bureau;
who writes commits.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import text

from data import passwords
from data.bulk import read_frame
from data.errors import DataError
from data.session import unit_of_work
from data.settings import DbRole
from data.terms import AuthMode, ViewerRole

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Connection

ADD = text(
    "SELECT auth.add_account(:name, :role, :encoded, :must_change, :all_districts,"
    " CAST(:districts AS text[]), CAST(:police_areas AS text[]), CAST(:school_codes AS text[]), :unit)"
)
SCOPE = text(
    "SELECT auth.set_scope(:name, :role, :all_districts, CAST(:districts AS text[]),"
    " CAST(:police_areas AS text[]), CAST(:school_codes AS text[]), :unit)"
)
WHOLE = frozenset({ViewerRole.COMMANDER, ViewerRole.COMMITTEE, ViewerRole.BUREAU, ViewerRole.STEWARD})
"""Roles that see all districts where no scope is given."""
GIVEN_ROLES = tuple(role for role in ViewerRole if role is not ViewerRole.LOCAL)
"""Roles that an account can be given."""


class AccountError(DataError):
    """An account cannot be made or changed so."""

    exit_code: ClassVar[int] = 2


class TakenNameError(AccountError):
    """Another account has the ``name``."""

    key = "gate.account.taken"


class UnknownAccountError(AccountError):
    """Nobody has the ``name``, or it is not the viewer's to administer."""

    key = "gate.account.unknown"


class ForbiddenError(AccountError):
    """Accounts are added by administrators."""

    key = "gate.account.forbidden"


class OwnAccountError(AccountError):
    """Nobody disables the own account, or changes its password or scope this way."""

    key = "gate.account.own"


class ExternalAccountError(AccountError):
    """Others sign the account in: it has no password."""

    key = "gate.account.external"


class BadRoleError(AccountError):
    """No role that an account can have."""

    key = "gate.account.bad_role"


class NoSchoolError(AccountError):
    """An account of role school names no school."""

    key = "gate.account.no_school"


class NoUnitError(AccountError):
    """An account of role unit names no unit, or one longer than 60 characters."""

    key = "gate.account.no_unit"


class UnknownSchoolError(AccountError):
    """A school's code that no school has."""

    key = "gate.account.unknown_school"


class UnknownPoliceAreaError(AccountError):
    """A police area's code that no area has."""

    key = "gate.account.unknown_police_area"


class UnknownDistrictError(AccountError):
    """A district's code in which no school lies."""

    key = "gate.account.unknown_district"


REFUSALS: dict[str, type[DataError]] = {
    "bad_name": passwords.BadNameError,
    "bad_role": BadRoleError,
    "external": ExternalAccountError,
    "forbidden": ForbiddenError,
    "no_school": NoSchoolError,
    "no_unit": NoUnitError,
    "own": OwnAccountError,
    "taken": TakenNameError,
    "unknown": UnknownAccountError,
    "unknown_district": UnknownDistrictError,
    "unknown_police_area": UnknownPoliceAreaError,
    "unknown_school": UnknownSchoolError,
}
"""What the database's functions say, by its word."""


@dataclass(frozen=True)
class AccountWords:
    """What is said of an account: its name, role and scope."""

    name: str
    role: str
    all_districts: bool = False
    districts: tuple[str, ...] = ()
    police_areas: tuple[str, ...] = ()
    school_codes: tuple[str, ...] = ()
    unit: str | None = None

    def with_usual_scope(self) -> AccountWords:
        """Give the same, for all districts where its role usually has them and no scope is said."""
        has_scope = self.all_districts or self.districts or self.police_areas or self.school_codes
        if has_scope or self.role not in WHOLE:
            return self
        return AccountWords(**{**asdict(self), "all_districts": True})


def add(
    connection: Connection, words: AccountWords, *, password: str | None, must_change: bool = True
) -> None:
    """Add an account.

    Parameters
    ----------
    connection
        See the module.
    words
        Name in the form of `data.passwords.checked_name`, role and scope. Districts that are not said follow
        from police areas and schools.
    password
        None for an account that others sign in.
    must_change
        Whether the next sign-in changes it; only the operator can say no.

    Raises
    ------
    AccountError, BadNameError
        It is refused, see `REFUSALS`.
    """
    encoded = None if password is None else passwords.encode(password)
    values = _values(words) | {"encoded": encoded, "must_change": must_change}
    _heed(connection.execute(ADD, values).scalar_one(), words.name)


def set_scope(connection: Connection, words: AccountWords) -> None:
    """Give an account another role and scope; its sessions end.

    Raises
    ------
    AccountError
        It is refused, see `REFUSALS`.
    """
    _heed(connection.execute(SCOPE, _values(words)).scalar_one(), words.name)


def set_disabled(connection: Connection, name: str, *, is_disabled: bool) -> None:
    """Shut an account out, which ends its sessions, or let it in again.

    Raises
    ------
    UnknownAccountError, OwnAccountError
        It is not there, not the viewer's to administer, or the viewer's own.
    """
    _call(connection, "set_disabled(:name, :is_disabled)", name, is_disabled=is_disabled)


def reset_password(connection: Connection, name: str, password: str, *, must_change: bool = True) -> None:
    """Give an account another password, which ends its sessions.

    Raises
    ------
    UnknownAccountError, OwnAccountError, ExternalAccountError
        It is not there, not the viewer's to administer, the viewer's own, or has no password.
    """
    encoded = passwords.encode(password)
    _call(
        connection, "reset_password(:name, :encoded, :must_change)", name,
        encoded=encoded, must_change=must_change,
    )  # fmt: skip


def revoke_sessions(connection: Connection, name: str) -> None:
    """End all sessions of an account.

    Raises
    ------
    UnknownAccountError
        It is not there, or not the viewer's to administer.
    """
    _call(connection, "revoke_sessions(:name)", name)


def list_accounts(connection: Connection) -> pd.DataFrame:
    """List the accounts that the viewer administers, by name.

    Returns
    -------
    DataFrame
        ``id``, ``name``, ``role``, ``all_districts``, ``districts``, ``police_areas``, ``school_codes``,
        ``unit``, ``is_external``, ``must_change_password``, ``is_disabled``, ``created_at``,
        ``last_seen_at``, ``open_sessions``.
    """
    return read_frame(connection, "SELECT * FROM auth.list_accounts()")


def has_accounts() -> bool:
    """Whether anyone has an account; asked with the loader's rights, never by the web."""
    with unit_of_work(DbRole.LOADER) as connection:
        return bool(connection.execute(text("SELECT auth.has_accounts()")).scalar_one())


def set_mode(mode: AuthMode) -> None:
    """Say who signs in accounts that have no password here; with the loader's rights, never by the web."""
    with unit_of_work(DbRole.LOADER) as connection:
        connection.execute(text("SELECT auth.set_mode(:mode)"), {"mode": mode.value})
        connection.commit()


def _values(words: AccountWords) -> dict[str, Any]:
    """Give the parameters of role and scope."""
    lists = {name: list(getattr(words, name)) for name in ("districts", "police_areas", "school_codes")}
    return {"name": words.name, "role": str(words.role), "all_districts": words.all_districts,
            "unit": words.unit} | lists  # fmt: skip


def _call(connection: Connection, function: str, name: str, **values: object) -> None:
    """Call a function on one account, and heed what it says."""
    known = {"name": passwords.plain_name(name)} | values
    _heed(connection.execute(text(f"SELECT auth.{function}"), known).scalar_one(), name)


def _heed(outcome: str, name: str) -> None:
    """Raise what the database's word means."""
    if outcome == "ok":
        return
    refusal = REFUSALS[outcome]
    raise refusal() if refusal is passwords.BadNameError else refusal(name=name)

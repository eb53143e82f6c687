"""The register (`restricted`): the one way in. Every use states its intent first, in its own transaction.

Rows are written with bound values only, one statement a row; nothing of a row is ever part of a statement's
text, and what the server says of a failed one is kept from everybody (DESIGN 8.2, 8.5).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data.errors import DataError
from data.repositories.audit import record_for
from data.session import job_lock, unit_of_work
from data.settings import DbRole
from data.terms import AuditKind, DeletionReason, Instance

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection

LOCK = "register"
PROOF_KEY = "deletion"
COLUMNS = (
    "case_ref", "address", "basis", "legal_ref", "review_due", "geom", "district_code", "police_area_code"
)  # fmt: skip
LOUD = """
    SELECT current_setting('log_statement') IN ('none', 'ddl')
       AND current_setting('log_min_duration_statement') = '-1'
       AND current_setting('log_min_duration_sample') = '-1'
       AND current_setting('log_parameter_max_length_on_error') = '0'
       AND (current_setting('log_error_verbosity') = 'terse'
            OR current_setting('log_min_messages') IN ('log', 'fatal', 'panic'))
"""
"""Whether the server's own log would be quiet about a statement of the register."""
QUIET = (
    "ALTER ROLE campus_register SET log_statement = 'none'",
    "ALTER ROLE campus_register SET log_min_duration_statement = -1",
    "ALTER ROLE campus_register SET log_min_duration_sample = -1",
    "ALTER ROLE campus_register SET log_error_verbosity = 'terse'",
)
"""What an administrator of a server of one's own runs so that it is."""


class RegisterDatabaseError(DataError):
    """The database refused a statement of the register; only its state is told."""

    key = "register.database"


class NoRegisterError(DataError):
    """The joint instance has no register."""

    key = "register.none"


class NoIntentError(RegisterDatabaseError):
    """The intent to use the register does not stand in the audit: it would look as if it had no rows."""

    def __init__(self) -> None:
        super().__init__(state="-")


class LoudServerError(DataError):
    """The server would write statements of the register into its log; ``sql`` is what keeps it from that."""

    key = "register.loud_server"


class Assessment(NamedTuple):
    """The assessment on which the register is on."""

    number: str
    assessed_on: date
    volume: str
    enabled_by: int
    enabled_at: datetime


class Proof(NamedTuple):
    """A deletion as it can be proved."""

    reason: DeletionReason
    deleted_at: datetime


class Held(NamedTuple):
    """A row of the register, for comparing."""

    source: str
    values: tuple[object, ...]
    """In the order of `COLUMNS`."""


class Status(NamedTuple):
    """What may be told of the register: never how many rows it has, by anything."""

    assessment: Assessment | None
    loaded_at: datetime | None


@contextmanager
def work(purpose: str, account_id: int | None) -> Iterator[Connection]:
    """Open a transaction of the register's role, once the intent stands in the audit.

    The intent is committed before anything is read: a read that is rolled back leaves its trace all the same.

    Parameters
    ----------
    purpose
        Closed word for why: ``load``, ``enable``, ``status``, ``delete``, ``proof``, ``expire``, ``count``,
        ``backup``, ``restore``.
    account_id
        Who; None for jobs.

    Yields
    ------
    Connection
        Rolled back unless it is committed.

    Raises
    ------
    LoudServerError
        The server would write values into its log.
    RegisterDatabaseError
        The server refused a statement; what it said of rows is not passed on.
    """
    try:
        with unit_of_work(DbRole.REGISTER) as connection:
            if not connection.execute(text(LOUD)).scalar_one():
                raise LoudServerError(sql="\n".join(f"{statement};" for statement in QUIET))
            state_intent(connection, purpose, account_id)
            yield connection
    except (DBAPIError, psycopg.Error) as error:
        state = _silenced(error)
        raise RegisterDatabaseError(state=state) from None


def state_intent(connection: Connection, purpose: str, account_id: int | None) -> None:
    """Commit the intent to use the register, and open the transaction that names it.

    The database shows and takes nothing of the register in a transaction that names no intent, or one that
    another connection or the same transaction wrote (``restricted.has_intent``).

    Parameters
    ----------
    connection
        Of the register's role, before its transaction; what it did is committed with the intent.
    purpose, account_id
        As for `work`.

    Raises
    ------
    NoIntentError
        The database does not see the intent, and would show an empty register.
    """
    number = connection.execute(
        text("SELECT audit.intend_register_read(:purpose, :account)"),
        {"purpose": purpose, "account": account_id},
    ).scalar_one()
    connection.commit()
    connection.execute(
        text("SELECT set_config('campus.register_intent', :number, true)"), {"number": str(number)}
    )
    if not connection.execute(text("SELECT restricted.has_intent()")).scalar_one():
        raise NoIntentError


def _silenced(error: DBAPIError | psycopg.Error) -> str:
    """Take the words out of a driver's error, which may quote rows; give its state."""
    inner = error.orig if isinstance(error, DBAPIError) else error
    state = str(getattr(inner, "sqlstate", None) or "-")
    for one in (error, inner):
        if isinstance(one, BaseException):
            one.args = (state,)
            one.__cause__ = one.__context__ = None
    if isinstance(error, DBAPIError):
        error.params = error.orig = None
    return state


def instance(connection: Connection) -> Instance:
    """Say which instance a database is; only the police's has a register.

    Parameters
    ----------
    connection
        Of a role that reads core.
    """
    return Instance(connection.execute(text("SELECT instance FROM core.instance")).scalar_one())


def record(connection: Connection, route: str, account_id: int | None, *codes: str) -> None:
    """Write down in the audit what was done with the register; never with whose row."""
    record_for(connection, AuditKind.REGISTER, route, codes, account=account_id or 0)


def lock(connection: Connection) -> None:
    """Let one load, deletion or purge at a time change the register."""
    job_lock(connection, LOCK)


def current_assessment(connection: Connection) -> Assessment | None:
    """Give the assessment on which the register is on; None while it is off."""
    row = connection.execute(
        text(
            "SELECT number, assessed_on, volume, enabled_by, enabled_at FROM restricted.assessment"
            " WHERE superseded_at IS NULL"
        )
    ).one_or_none()
    return None if row is None else Assessment(*row)


def enable(connection: Connection, *, number: str, day: date, volume: str, account_id: int) -> None:
    """Turn the register on with a new assessment, which takes the place of the one before."""
    lock(connection)
    connection.execute(
        text("UPDATE restricted.assessment SET superseded_at = now() WHERE superseded_at IS NULL")
    )
    connection.execute(
        text(
            "INSERT INTO restricted.assessment (number, assessed_on, volume, enabled_by)"
            " VALUES (:number, :day, :volume, :account)"
        ),
        {"number": number, "day": day, "volume": volume, "account": account_id},
    )
    record(connection, "register.enable", account_id)


def held(connection: Connection) -> dict[str, Held]:
    """Read the rows by reference."""
    rows = connection.execute(
        text(
            "SELECT source, case_ref, address, basis, legal_ref, review_due, ST_AsEWKB(geom), district_code,"
            " police_area_code FROM restricted.key_person"
        )
    )
    return {row[1]: Held(row[0], (*row[1:6], bytes(row[6]), *row[7:])) for row in rows}


def write(
    connection: Connection,
    *,
    added: Sequence[tuple[object, ...]],
    changed: Sequence[tuple[object, ...]],
    source: str,
    account_id: int,
) -> None:
    """Add and change rows.

    Parameters
    ----------
    connection
        Of `work`.
    added, changed
        Values in the order of `COLUMNS`.
    source
        Name of the source.
    account_id
        Who loads.
    """
    values = ", ".join("ST_GeomFromEWKB(:geom)" if name == "geom" else f":{name}" for name in COLUMNS)
    insert = (
        f"INSERT INTO restricted.key_person ({', '.join(COLUMNS)}, source, recorded_by)"
        f" VALUES ({values}, :source, :account)"
    )
    update = (
        "UPDATE restricted.key_person SET address = :address, basis = :basis, legal_ref = :legal_ref,"
        " review_due = :review_due, geom = ST_GeomFromEWKB(:geom), district_code = :district_code,"
        " police_area_code = :police_area_code, source = :source, recorded_by = :account, recorded_at = now()"
        " WHERE case_ref = :case_ref"
    )
    for statement, rows in ((insert, added), (update, changed)):
        given = [
            dict(zip(COLUMNS, row, strict=True)) | {"source": source, "account": account_id} for row in rows
        ]
        if given:
            connection.execute(text(statement), given)


def declare(
    connection: Connection, *, account_id: int, source: str, is_training: bool, counts: dict[str, int]
) -> None:
    """Write down a load and its declaration.

    Parameters
    ----------
    connection
        Of `work`.
    account_id, source, is_training
        Who declared, of which source, and whether the rows are made up.
    counts
        ``added, changed, unchanged, deleted``.
    """
    connection.execute(
        text(
            "INSERT INTO restricted.declaration (account_id, source, is_training, added, changed, unchanged,"
            " deleted) VALUES (:account, :source, :training, :added, :changed, :unchanged, :deleted)"
        ),
        {"account": account_id, "source": source, "training": is_training, **counts},
    )
    record(connection, "register.declare", account_id)
    record(connection, "register.load", account_id)


def delete(connection: Connection, references: Collection[str], reason: DeletionReason) -> int:
    """Delete rows and keep a proof of each; give how many there were."""
    gone = list(
        connection.execute(
            text("DELETE FROM restricted.key_person WHERE case_ref = ANY(:references) RETURNING case_ref"),
            {"references": list(references)},
        ).scalars()
    )
    _prove(connection, gone, reason)
    return len(gone)


def delete_expired(
    connection: Connection, today: date, reason: DeletionReason = DeletionReason.EXPIRED
) -> int:
    """Delete the rows whose day of review is past, with a proof of each; give how many there were.

    Parameters
    ----------
    connection
        Of `work`.
    today
        Local date; a row due today stands.
    reason
        `DeletionReason.PURGED` after a restore.
    """
    lock(connection)
    gone = list(
        connection.execute(
            text("DELETE FROM restricted.key_person WHERE review_due < :today RETURNING case_ref"),
            {"today": today},
        ).scalars()
    )
    _prove(connection, gone, reason)
    return len(gone)


def _prove(connection: Connection, references: Collection[str], reason: DeletionReason) -> None:
    """Keep a proof of each deletion."""
    if not references:
        return
    key = _key(connection)
    connection.execute(
        text("INSERT INTO restricted.deletion (proof, reason) VALUES (:proof, :reason)"),
        [{"proof": proof_of(key, reference), "reason": str(reason)} for reference in references],
    )


def proof_of(key: bytes, reference: str) -> bytes:
    """Give the keyed hash of a reference (HMAC-SHA256, RFC 2104)."""
    return hmac.new(key, reference.encode(), hashlib.sha256).digest()


def _key(connection: Connection) -> bytes:
    """Give the database's key, made with the first proof."""
    connection.execute(
        text("INSERT INTO restricted.secret (name, value) VALUES (:name, :value) ON CONFLICT DO NOTHING"),
        {"name": PROOF_KEY, "value": secrets.token_bytes(32)},
    )
    found = connection.execute(
        text("SELECT value FROM restricted.secret WHERE name = :name"), {"name": PROOF_KEY}
    )
    return bytes(found.scalar_one())


def deletions_of(connection: Connection, reference: str) -> list[Proof]:
    """Give when and why a reference was deleted, oldest first."""
    rows = connection.execute(
        text("SELECT reason, deleted_at FROM restricted.deletion WHERE proof = :proof ORDER BY id"),
        {"proof": proof_of(_key(connection), reference)},
    )
    return [Proof(DeletionReason(row.reason), row.deleted_at) for row in rows]


def status(connection: Connection) -> Status:
    """Give what may be told of the register: whether it is on, and when it was last loaded."""
    loaded = connection.execute(text("SELECT max(declared_at) FROM restricted.declaration")).scalar_one()
    return Status(current_assessment(connection), loaded)

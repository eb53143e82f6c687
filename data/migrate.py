"""The database's shape brought up to this code: extension, roles, revisions, and what the database is.

`ensure_database` is the one call that commands make. Everything happens in one transaction under a lock: two
starts at once, or a kill at any moment, leave the old shape or the new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import psycopg
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from data.errors import DataError
from data.migrations import HEAD, REVISIONS
from data.session import unit_of_work
from data.settings import DbRole, role_password
from data.terms import Instance

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

LOCK = 0x63616D707573
"""The advisory lock of migrations; any number that nothing else uses."""
SERVANTS = tuple(role for role in DbRole if role is not DbRole.OWNER)


class NewerDatabaseError(DataError):
    """The database was brought forward by a later version of this code."""

    key = "data.newer"


class NeedsAdministratorError(DataError):
    """The owner's login may not do what only the server's administrator may; the error carries the SQL."""

    key = "data.needs_administrator"


class OtherInstanceError(DataError):
    """The database was made as the other instance."""

    key = "data.other_instance"


class HoldsRealDataError(DataError):
    """Made-up data are refused by a database that has taken in real ones."""

    key = "data.holds_real_data"


def ensure_database(training: bool | None = None) -> None:  # noqa: FBT001 - the one word it takes
    """Have a running database of this version's shape; quick where it is so.

    Parameters
    ----------
    training
        True: it is to hold made-up data, which is settled while it is empty. None or False: as it is.

    Raises
    ------
    HoldsRealDataError
        Made-up data are wanted in a database with real ones.
    NewerDatabaseError, NeedsAdministratorError, OtherInstanceError
        See `migrate`.
    """
    from data import cluster  # noqa: PLC0415 - a process that was handed URLs never needs the server's code
    from data.settings import database_url  # noqa: PLC0415

    if database_url() is None:
        cluster.ensure_running()
    migrate(training=bool(training))
    if training:
        _ensure_training()


def migrate(instance: Instance | str | None = None, *, training: bool = False) -> None:
    """Bring the database to this code's shape, in one transaction; nothing to do is a matter of milliseconds.

    Parameters
    ----------
    instance
        Which instance a new database becomes, police by default; an old one must be it, where given.
    training
        Whether a new database is to hold made-up data.

    Raises
    ------
    NewerDatabaseError
        Its shape is of a later version.
    NeedsAdministratorError
        The extension or the roles are missing and the owner's login may not make them.
    OtherInstanceError
        It was made as the other instance.
    """
    wanted = None if instance is None else Instance(instance)
    with unit_of_work(DbRole.OWNER) as connection:
        if not _is_current(connection):
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            _bring_forward(connection, wanted or Instance.POLICE, training=training)
            connection.commit()
        _check_instance(connection, wanted)


def revision(connection: Connection) -> str | None:
    """Give the revision that a database is at.

    Parameters
    ----------
    connection
        The owner's.

    Returns
    -------
    str or None
        None where nothing was laid out.
    """
    if connection.execute(text("SELECT to_regclass('public.alembic_version')")).scalar_one() is None:
        return None
    found = connection.execute(text("SELECT version_num FROM public.alembic_version")).scalar_one_or_none()
    return None if found is None else str(found)


def rollback(target: str = "base") -> None:
    """Take revisions back; all of them leave nothing behind but the database itself.

    Parameters
    ----------
    target
        The revision to go back to.
    """
    with unit_of_work(DbRole.OWNER) as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        _run_alembic(connection, "downgrade", target)
        if target == "base":
            connection.execute(text("DROP TABLE IF EXISTS public.alembic_version"))
        connection.commit()


def is_training(connection: Connection) -> bool:
    """Say whether the database holds made-up data.

    Parameters
    ----------
    connection
        Of any role that reads core; the app's only with a viewer.

    Returns
    -------
    bool
        False also where the viewer sees nothing.
    """
    return bool(connection.execute(text("SELECT training FROM core.instance")).scalar_one_or_none())


def mark_training() -> None:
    """Settle that the database holds made-up data; possible only before anything was loaded.

    Raises
    ------
    HoldsRealDataError
        Something was loaded already.
    """
    with unit_of_work(DbRole.OWNER) as connection:
        # no load may slip in between the look and the mark
        connection.execute(text("LOCK TABLE raw.batch IN SHARE ROW EXCLUSIVE MODE"))
        if connection.execute(text("SELECT EXISTS (SELECT FROM raw.batch)")).scalar_one():
            raise HoldsRealDataError
        connection.execute(text("UPDATE core.instance SET training = true"))
        connection.commit()


def set_passwords() -> None:
    """Give the DB roles of a server the passwords that this `CAMPUS_HOME` keeps.

    Raises
    ------
    NeedsAdministratorError
        The owner's login may not.
    """
    with unit_of_work(DbRole.OWNER) as connection:
        _try(connection, [_role_statement(connection, role, "ALTER") for role in SERVANTS])
        connection.commit()


def _ensure_training() -> None:
    """Mark the database as training where it is not."""
    with unit_of_work(DbRole.OWNER) as connection:
        marked = is_training(connection)
    if not marked:
        mark_training()


def _is_current(connection: Connection) -> bool:
    """Whether revision and roles are there: two statements, and no Alembic."""
    return revision(connection) == HEAD and not _missing_roles(connection)


def _bring_forward(connection: Connection, instance: Instance, *, training: bool) -> None:
    """Make what is missing, in the order in which each needs the other."""
    at = revision(connection)
    if at is not None and at not in REVISIONS:
        raise NewerDatabaseError(found=at, known=HEAD)
    _ensure_extension(connection)
    _try(connection, [_role_statement(connection, role, "CREATE") for role in _missing_roles(connection)])
    if at == HEAD:
        return
    _run_alembic(connection, "upgrade", "head", instance=_known_instance(connection, at) or instance)
    connection.execute(
        text(
            "INSERT INTO core.instance (training, instance) VALUES (:training, :instance)"
            " ON CONFLICT DO NOTHING"
        ),
        {"training": training, "instance": instance},
    )


def _known_instance(connection: Connection, at: str | None) -> Instance | None:
    """Give the instance of a database that was laid out before."""
    if at is None:
        return None
    return Instance(connection.execute(text("SELECT instance FROM core.instance")).scalar_one())


def _check_instance(connection: Connection, wanted: Instance | None) -> None:
    """Refuse to take one instance's database for the other's."""
    found = Instance(connection.execute(text("SELECT instance FROM core.instance")).scalar_one())
    if wanted is not None and found is not wanted:
        raise OtherInstanceError(found=found.value, wanted=wanted.value)


def _ensure_extension(connection: Connection) -> None:
    """Have PostGIS."""
    known = text("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'postgis')")
    if not connection.execute(known).scalar_one():
        _try(connection, [sql.SQL("CREATE EXTENSION postgis WITH SCHEMA public")])


def _missing_roles(connection: Connection) -> list[DbRole]:
    """Give the roles that the server does not have."""
    found = set(
        connection.execute(text("SELECT rolname FROM pg_roles WHERE rolname LIKE 'campus%'")).scalars()
    )
    return [role for role in SERVANTS if role.login not in found]


def _role_statement(connection: Connection, role: DbRole, verb: str) -> sql.Composed:
    """Write a role with the hash of its password: the password itself goes into no statement and no log."""
    driver = _driver(connection)
    secret = driver.pgconn.encrypt_password(
        role_password(role).encode(), role.login.encode(), b"scram-sha-256"
    ).decode()
    statement = sql.SQL(verb + " ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}")
    return statement.format(sql.Identifier(role.login), sql.Literal(secret))


def _try(connection: Connection, statements: list[Any]) -> None:
    """Do all of it, or hand it to the administrator as SQL."""
    if not statements:
        return
    driver = _driver(connection)
    try:
        with connection.begin_nested():
            for statement in statements:
                driver.execute(statement)
    except (psycopg.errors.InsufficientPrivilege, ProgrammingError) as error:
        wanted = "\n".join(f"{statement.as_string(driver)};" for statement in statements)
        raise NeedsAdministratorError(sql=wanted) from error


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    """Give psycopg's connection behind SQLAlchemy's."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


def _run_alembic(
    connection: Connection, command: str, target: str, *, instance: Instance | None = None
) -> None:
    """Run one of Alembic's commands on this connection and in its transaction."""
    from alembic import command as alembic  # noqa: PLC0415 - a fifth of a second that a quick look must not cost

    getattr(alembic, command)(alembic_config(connection, instance=instance), target)


def alembic_config(connection: Connection | None = None, *, instance: Instance | None = None) -> Config:
    """Give Alembic's configuration; there is no alembic.ini.

    Parameters
    ----------
    connection
        What the revisions run on.
    instance
        Which instance they lay out.

    Returns
    -------
    alembic.config.Config
        Its attributes carry connection and instance.
    """
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection, "instance": instance})
    config.set_main_option("script_location", "data:migrations")
    return config

"""The databases and roles of the embedded server, made and moved by its bootstrap superuser."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from data.cluster_places import database_name, runtime_folder
from data.failures import translated
from data.settings import DbRole, campus_home, role_password, secret, socket_url

if TYPE_CHECKING:
    from pathlib import Path

SUPERUSER = "campus_super"
SUPERUSER_FILE = "superuser.password"
MAKE_EXTENSION = "CREATE EXTENSION IF NOT EXISTS postgis WITH SCHEMA public"
COPY_ACCESS = """
    UPDATE pg_database copy SET datacl = old.datacl FROM pg_database old
    WHERE copy.datname = %(name)s AND old.datname = %(template)s
"""
DROP_SETTINGS = """
    DELETE FROM pg_db_role_setting setting USING pg_database copy
    WHERE copy.oid = setting.setdatabase AND copy.datname = %(name)s
"""
COPY_SETTINGS = """
    INSERT INTO pg_db_role_setting (setdatabase, setrole, setconfig)
    SELECT copy.oid, setting.setrole, setting.setconfig
    FROM pg_db_role_setting setting
    JOIN pg_database old ON old.oid = setting.setdatabase
    JOIN pg_database copy ON copy.datname = %(name)s
    WHERE old.datname = %(template)s
"""
END_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY(%s)"
SWAP_TRIES = 5
NOT_YET = "the database system is "
"""Starting up, in recovery mode, not yet accepting connections, or shutting down."""
PAUSE_S = 0.01


def resolved(home: Path | None) -> Path:
    """Give a home as one absolute path, however it was written; `CAMPUS_HOME` if not given."""
    return (home or campus_home()).resolve()


def superuser_url(home: Path | None = None, *, database: str | None = None) -> str:
    """Give the bootstrap superuser's URL: for this module and for tests, never for a job or a page.

    Parameters
    ----------
    home
        A home; `CAMPUS_HOME` if not given.
    database
        Which database; the product's if not given.
    """
    home = resolved(home)
    password = secret(SUPERUSER_FILE, home=home)
    return socket_url(SUPERUSER, password, folder=runtime_folder(home), database=database or database_name())


def make_databases(home: Path) -> None:
    """Make the roles, the product's database and its extension, each where it is missing.

    Parameters
    ----------
    home
        Whose server runs.
    """
    with connect(home, "postgres") as connection:
        for role in DbRole:
            _make_role(connection, role, role_password(role, home=home))
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database_name()])
        if known.fetchone() is None:
            _create(connection, database_name())
    with connect(home, database_name()) as connection:
        connection.execute(MAKE_EXTENSION)


def make_database(name: str, *, home: Path | None = None) -> None:
    """Make an empty database of the owner's, with PostGIS in it, replacing one of that name.

    Parameters
    ----------
    name
        The new database.
    home
        A home; `CAMPUS_HOME` if not given.
    """
    with connect(resolved(home), "postgres") as connection:
        _drop(connection, name)
        _create(connection, name)
    with connect(resolved(home), name) as connection:
        connection.execute(MAKE_EXTENSION)


def _create(connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """Make an empty database of the owner's."""
    names = sql.Identifier(name), sql.Identifier(DbRole.OWNER.login)
    connection.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(*names))


def _make_role(connection: psycopg.Connection[tuple[object, ...]], role: DbRole, password: str) -> None:
    """Make a login role, or give an existing one its password again; the statement holds only the hash."""
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role.login]).fetchone()
    verb = sql.SQL("ALTER" if known else "CREATE")
    hashed = connection.pgconn.encrypt_password(password.encode(), role.login.encode(), b"scram-sha-256")
    statement = sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}")
    words = verb, sql.Identifier(role.login), sql.Literal(hashed.decode())
    connection.execute(statement.format(*words))


def connect(home: Path, database: str) -> psycopg.Connection[tuple[object, ...]]:
    """Connect as the bootstrap superuser, outside of transactions.

    Parameters
    ----------
    home
        Whose server.
    database
        Which database.
    """
    url = superuser_url(home, database=database).replace("postgresql+psycopg", "postgresql", 1)
    return psycopg.connect(url, autocommit=True, connect_timeout=10)


def wait_until_open(home: Path, patience_s: float) -> None:
    """Wait for a running server that takes no connections yet: after a backend's crash it repairs itself.

    Parameters
    ----------
    home
        Whose server.
    patience_s
        How long, in seconds; then whoever connects is told why not.
    """
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        try:
            connect(home, "postgres").close()
        except psycopg.OperationalError as error:
            # while connecting, libpq gives words but no state; the server's are English by its locale
            if NOT_YET not in str(error):
                return
            time.sleep(PAUSE_S)
        else:
            return


def copy_database(name: str, *, template: str, home: Path | None = None) -> None:
    """Make a database as the copy of another, with its grants and settings, replacing one of that name.

    Parameters
    ----------
    name, template
        The new database and the one to copy, to which nobody may be connected.
    home
        A home; `CAMPUS_HOME` if not given.
    """
    with connect(resolved(home), "postgres") as connection:
        _drop(connection, name)
        # by files: several times faster than through the log, and sequences survive a crash of the copy
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY file_copy")
        words = sql.Identifier(name), sql.Identifier(template), sql.Identifier(DbRole.OWNER.login)
        connection.execute(statement.format(*words))
        _copy_rights(connection, name, template)


def _copy_rights(connection: psycopg.Connection[tuple[object, ...]], name: str, template: str) -> None:
    """Give a database the grants and settings of another, which ``CREATE DATABASE`` leaves behind."""
    with connection.transaction():
        for statement in (COPY_ACCESS, DROP_SETTINGS, COPY_SETTINGS):
            connection.execute(statement, {"name": name, "template": template})


def swap_database(name: str, *, home: Path | None = None) -> None:
    """Put a database in the place of the product's own in one transaction; the old one takes its name.

    Parameters
    ----------
    name
        The database that takes the place.
    home
        A home; `CAMPUS_HOME` if not given.
    """
    own = database_name()
    renames = [(own, f"{own}_aside"), (name, own), (f"{own}_aside", name)]
    with connect(resolved(home), "postgres") as connection, translated():
        _copy_rights(connection, name, own)
        for left in reversed(range(SWAP_TRIES)):
            connection.execute(END_SESSIONS, [[own, name]])
            try:
                _rename(connection, renames)
            except psycopg.errors.ObjectInUse:
                # a client came back between the two statements; from the rename's lock on none can
                if not left:
                    raise
            else:
                return


def _rename(connection: psycopg.Connection[tuple[object, ...]], renames: list[tuple[str, str]]) -> None:
    """Rename databases, all or none."""
    with connection.transaction():
        for before, after in renames:
            statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            connection.execute(statement.format(sql.Identifier(before), sql.Identifier(after)))


def drop_database(name: str, *, home: Path | None = None) -> None:
    """Drop a database with the connections it has.

    Parameters
    ----------
    name
        The database; need not exist.
    home
        A home; `CAMPUS_HOME` if not given.
    """
    with connect(resolved(home), "postgres") as connection:
        _drop(connection, name)


def _drop(connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """Drop a database where it exists."""
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

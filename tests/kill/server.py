"""The database server of the kill tests: the product's own embedded cluster, started by the product's own code.

Everything that a test does beside the product (digests, clones of template databases) goes over a superuser's
connection of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from data.migrate import ensure_database


@dataclass(frozen=True)
class Server:
    """A running cluster.

    Parameters
    ----------
    url
        A superuser's URL of the product's database, without the driver's name.
    """

    url: str

    def admin(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """Connect as superuser, outside of transactions."""
        return psycopg.connect(self.url, dbname=database, autocommit=True)

    @property
    def database(self) -> str:
        """Name of the product's database."""
        return psycopg.conninfo.conninfo_to_dict(self.url)["dbname"]  # type: ignore[return-value]  # always a name

    def postmaster(self) -> int:
        """Give the process id of the server, as it stands in its own lock file."""
        with self.admin() as connection:
            folder = connection.execute("SHOW data_directory").fetchall()[0][0]
        return int(Path(folder, "postmaster.pid").read_text().splitlines()[0])

    def keep(self, template: str) -> None:
        """Keep the database as it is now under another name."""
        with self.admin() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(template)))
            clone(connection, self.database, template)

    def restore(self, template: str) -> None:
        """Make the database again what was kept, with its grants and settings."""
        with self.admin() as connection:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(self.database)))
            clone(connection, template, self.database)

    def forget(self, template: str) -> None:
        """Drop a template."""
        with self.admin() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(template)))


def clone(connection: psycopg.Connection[Any], old: str, new: str) -> None:
    """Copy a database with its owner, its grants and its settings, which ``CREATE DATABASE`` leaves behind.

    By files, after a checkpoint: copied through the log, a sequence would take with it numbers that only the
    template's log has written ahead, and after a crash it would give them out twice.
    """
    names = {"old": old, "new": new}
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
        sql.Identifier(new), sql.Identifier(old)
    )
    connection.execute(copy)
    connection.execute(
        "UPDATE pg_database n SET datacl = o.datacl, datdba = o.datdba FROM pg_database o"
        " WHERE n.datname = %(new)s AND o.datname = %(old)s",
        names,
    )
    connection.execute(
        "INSERT INTO pg_db_role_setting SELECT n.oid, s.setrole, s.setconfig FROM pg_database n, pg_database o"
        " JOIN pg_db_role_setting s ON s.setdatabase = o.oid"
        " WHERE n.datname = %(new)s AND o.datname = %(old)s",
        names,
    )


def start(_words: list[str]) -> int:
    """Start the server as every command of the product does; a target for orders."""
    ensure_database()
    return 0

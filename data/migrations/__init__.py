"""The history of the database's shape: Alembic revisions whose SQL lies frozen in `data/sql`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg
    from sqlalchemy import Connection

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012")
"""Every revision in order, equal to what Alembic finds: so a look at the head needs no Alembic."""
HEAD = REVISIONS[-1]
SQL_FOLDER = Path(__file__).parents[1] / "sql"


def run_file(connection: Connection, name: str) -> None:
    """Run a file of `data/sql` with its many statements, in the connection's transaction."""
    driver: psycopg.Connection[object] | None = connection.connection.driver_connection
    if driver is None:  # pragma: no cover - an open connection always has its driver's
        raise RuntimeError(name)
    driver.execute((SQL_FOLDER / name).read_bytes())

"""The register's rows on their way into a sealed backup and out of it: in memory, by the register's role."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import text

from data.repositories import register
from data.terms import DeletionReason

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

TABLES = ("secret", "deletion", "declaration", "assessment", "key_person")
"""In the order in which they can come in: no account that turns the register on may have declared."""
Rows = dict[str, list[dict[str, str | None]]]


class Proofs(NamedTuple):
    """What a database knows of its deletions, so that a restore does not bring the rows back."""

    rows: Rows


def export(connection: Connection) -> bytes:
    """Give all rows of the register, every value as PostgreSQL writes it.

    Parameters
    ----------
    connection
        Of `register.work`.
    """
    return json.dumps({name: _read(connection, name) for name in TABLES}, ensure_ascii=False).encode()


def proofs(connection: Connection) -> Proofs:
    """Give key and proofs of deletion.

    Parameters
    ----------
    connection
        Of `register.work`.
    """
    return Proofs({name: _read(connection, name) for name in ("secret", "deletion")})


def bring_in(connection: Connection, content: bytes | None, known: Proofs | None, today: date) -> None:
    """Write the rows of a backup into a database that has none, without what must not come back.

    Rows past review are purged; rows that were deleted since the backup was made stay deleted, where the
    backup is of the same database, which its key shows.

    Parameters
    ----------
    connection
        The register's role, on the new database.
    content
        What `export` gave; None for a plain backup.
    known
        What the database that is replaced knows of its deletions.
    today
        Local date.
    """
    if not _has_tables(connection):
        return
    rows: Rows = {} if content is None else json.loads(content)
    for name in TABLES:
        _write(connection, name, rows.get(name, []))
    if known is not None:
        _delete_again(connection, rows, known)
    register.delete_expired(connection, today, DeletionReason.PURGED)


def _has_tables(connection: Connection) -> bool:
    """Tell whether the database is of a shape that has the register's tables."""
    found = connection.execute(text("SELECT to_regclass('restricted.deletion')")).scalar_one()
    return found is not None


def _delete_again(connection: Connection, rows: Rows, known: Proofs) -> None:
    """Carry proofs over, and delete again what was deleted since."""
    mine = {row["name"]: row["value"] for row in known.rows["secret"]}
    theirs = {row["name"]: row["value"] for row in rows.get("secret", [])}
    if theirs and theirs != mine:
        return
    if not theirs:
        _write(connection, "secret", known.rows["secret"])
    there = rows.get("deletion", [])
    _write(connection, "deletion", [row for row in known.rows["deletion"] if row not in there])
    key = bytes.fromhex(str(mine.get(register.PROOF_KEY) or "").removeprefix("\\x"))
    latest: dict[bytes, str] = {}
    for row in known.rows["deletion"]:
        latest[bytes.fromhex(str(row["proof"]).removeprefix("\\x"))] = str(row["deleted_at"])
    for row in rows.get("key_person", []):
        gone = latest.get(register.proof_of(key, str(row["case_ref"])))
        if gone is not None:
            connection.execute(
                text(
                    "DELETE FROM restricted.key_person WHERE case_ref = :reference"
                    " AND recorded_at < CAST(:gone AS timestamptz)"
                ),
                {"reference": row["case_ref"], "gone": gone},
            )


def _columns(connection: Connection, name: str) -> dict[str, str]:
    """Give a table's columns with their types, but for those that count the rows up."""
    found = connection.execute(
        text(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute"
            " WHERE attrelid = to_regclass('restricted.' || :name) AND attnum > 0 AND NOT attisdropped"
            " AND attidentity = ''"
            " ORDER BY attnum"
        ),
        {"name": name},
    )
    return {str(column): str(kind) for column, kind in found}


def _read(connection: Connection, name: str) -> list[dict[str, str | None]]:
    columns = ", ".join(f"CAST({column} AS text) AS {column}" for column in _columns(connection, name))
    rows: Any = connection.execute(text(f"SELECT {columns} FROM restricted.{name} ORDER BY 1")).mappings()
    return [dict(row) for row in rows]


def _write(connection: Connection, name: str, rows: list[dict[str, str | None]]) -> None:
    if not rows:
        return
    kinds = {column: kind for column, kind in _columns(connection, name).items() if column in rows[0]}
    values = ", ".join(f"CAST(CAST(:{column} AS text) AS {kind})" for column, kind in kinds.items())
    connection.execute(
        text(f"INSERT INTO restricted.{name} ({', '.join(kinds)}) VALUES ({values})"),
        [{column: row[column] for column in kinds} for row in rows],
    )

"""What stewards read of loads: sources, batches, traces, through functions that know who looks.

The web's role has no grant on `raw`; `work.intake_*` run as the owner, give no row's content, and give
nothing at all to a viewer who is no steward.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection

Rows = list[dict[str, Any]]


def sources(connection: Connection) -> Rows:
    """List the sources, each with its last load that stands.

    Parameters
    ----------
    connection
        A viewer's transaction.

    Returns
    -------
    list of dict
        ``name, kind, mode, owner, training, definition, batch_id, loaded_at, valid_from, file_sha256,
        counts``; ordered by kind and name.
    """
    return _rows(connection, "SELECT * FROM work.intake_sources()")


def batches(connection: Connection, *, most: int) -> Rows:
    """List the latest loads and undoings, newest first.

    Parameters
    ----------
    connection
        A viewer's transaction.
    most
        How many at most.

    Returns
    -------
    list of dict
        ``id, source, kind, loaded_at, valid_from, file_sha256, counts, undone_by, undoes``.
    """
    return _rows(connection, "SELECT * FROM work.intake_batches(:most)", most=most)


def trace(connection: Connection, kind: str, code: str) -> Rows:
    """Say where each version of an object came from, newest first.

    Parameters
    ----------
    connection
        A viewer's transaction.
    kind, code
        Which object.

    Returns
    -------
    list of dict
        ``version_id, district_code, valid_from, valid_to, is_current, batch_id, source, loaded_at,
        file_sha256, undone_by, row, part, verdict, reason, column``; ``row`` is missing where an override
        made the version.
    """
    return _rows(connection, "SELECT * FROM work.intake_trace(:kind, :code)", kind=kind, code=code)


def _rows(connection: Connection, statement: str, **values: object) -> Rows:
    """Run a statement and give its rows by name."""
    return [dict(row) for row in connection.execute(text(statement), values).mappings()]

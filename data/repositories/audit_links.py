"""The chain of the audit as it is verified: every link with its event, and what stands beside the chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from data.audit_chain import Event, Link

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

ROWS_AT_ONCE = 5000
_LINKS = """
    SELECT l.position, l.event_id, l.row_hash, l.chain_hash, l.cut_id, e.id,
           trunc(extract(epoch FROM e.at) * 1000000)::bigint, e.account_id, e.role, e.session_id, e.kind,
           e.route, e.codes
      FROM audit.link AS l LEFT JOIN audit.event AS e ON e.id = l.event_id
     ORDER BY l.position
"""
_STRAYS = """
    SELECT e.id FROM audit.event AS e
     WHERE NOT EXISTS (SELECT FROM audit.link AS l WHERE l.event_id = e.id)
       AND NOT EXISTS (SELECT FROM audit.pending AS p WHERE p.event_id = e.id)
     ORDER BY 1
"""
_LOST = """
    SELECT p.event_id FROM audit.pending AS p
     WHERE NOT EXISTS (SELECT FROM audit.event AS e WHERE e.id = p.event_id) ORDER BY 1
"""


def begin(connection: Connection) -> None:
    """Let all that follows in this transaction see one moment, and write nothing."""
    connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))


def links(connection: Connection) -> Iterator[Link]:
    """Walk the chain from its first link, some thousands of rows at a time in memory.

    Parameters
    ----------
    connection
        The auditor's.
    """
    found = connection.execution_options(yield_per=ROWS_AT_ONCE).exec_driver_sql(_LINKS)
    for position, event_id, row, chain, cut_id, number, *rest, codes in found:
        event = None if number is None else Event._make((number, *rest, tuple(codes)))
        yield Link(position, event_id, bytes(row), bytes(chain), cut_id, event)


def strays(connection: Connection) -> list[int]:
    """Give the events that have no link and do not wait for one: no function wrote them."""
    return list(connection.exec_driver_sql(_STRAYS).scalars())


def lost(connection: Connection) -> list[int]:
    """Give the events that were gone before they got a link."""
    return list(connection.exec_driver_sql(_LOST).scalars())


def checkpoints(connection: Connection) -> list[tuple[int, bytes, datetime, bytes]]:
    """Give position, chain hash, time and signature of the heads that were signed, oldest first."""
    found = connection.exec_driver_sql(
        "SELECT position, chain_hash, at, signature FROM audit.checkpoint ORDER BY position"
    )
    return [(position, bytes(chain), at, bytes(signature)) for position, chain, at, signature in found]


def hashes(connection: Connection, positions: list[int]) -> dict[int, bytes]:
    """Give the chain hashes of some positions; those that there are."""
    statement = text("SELECT position, chain_hash FROM audit.link WHERE position = ANY (:positions)")
    found = connection.execute(statement, {"positions": positions})
    return {position: bytes(chain) for position, chain in found}

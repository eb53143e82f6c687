"""The audit as it is written: events, and their chain. It is read by `audit_links` and `audit_reads`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from data.terms import AuditKind

VERIFY_ROUTE = "audit-verify"
"""What a verification is written down as."""
OPERATOR = 0
"""The account of whoever works at the command line, and of the worker."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one turn of the sequencer did.

    Parameters
    ----------
    count
        Events that got a place.
    position, chain_hash
        The chain's end; 0 and empty where there is no event yet.
    known_hash
        Chain hash of the position that was asked about; None where there is no such position.
    """

    count: int
    position: int
    chain_hash: bytes
    known_hash: bytes | None


@dataclass(frozen=True, slots=True)
class Cut:
    """What was taken away because its time was over."""

    id: int
    events: int
    digest: bytes


def record(connection: Connection, kind: AuditKind, route: str, codes: Sequence[str]) -> None:
    """Write down what the viewer of the transaction did; the caller commits it.

    Parameters
    ----------
    connection
        Of the web's role, with a viewer.
    kind
        view, tiles, export or audit.
    route
        Page or address.
    codes
        Of the objects; at most 60 are kept.
    """
    values = {"kind": kind.value, "route": route, "codes": list(codes)}
    connection.execute(text("SELECT audit.record(:kind, :route, CAST(:codes AS text[]))"), values)


def record_for(
    connection: Connection, kind: AuditKind, route: str, codes: Sequence[str] = (), *, account: int = OPERATOR
) -> None:
    """Write down what a command or the worker did; the caller commits it.

    Parameters
    ----------
    connection
        The loader's or the register's.
    kind
        What was done.
    route
        The command.
    codes
        Of the objects; at most 60 are kept.
    account
        In whose name; the operator's by default.
    """
    statement = text("SELECT audit.record_for(:account, :kind, :route, CAST(:codes AS text[]))")
    values = {"account": account, "kind": kind.value, "route": route, "codes": list(codes)}
    connection.execute(statement, values)


def seal(connection: Connection, known: int, row_limit: int) -> Sealed:
    """Give events that wait a place in the chain; the caller commits it.

    Parameters
    ----------
    connection
        The loader's. A second one waits here until the first has committed.
    known
        A position whose hash is asked for.
    row_limit
        At most so many events.
    """
    statement = text("SELECT * FROM audit.seal(:known, :row_limit)")
    row = connection.execute(statement, {"known": known, "row_limit": row_limit}).one()
    return Sealed(row.sealed, row.position, bytes(row.chain_hash), row.known_hash and bytes(row.known_hash))


def note_checkpoint(connection: Connection, head: Sealed, at: datetime, signature: bytes) -> None:
    """Keep a head of the chain that was signed; the caller commits it."""
    statement = text("SELECT audit.note_checkpoint(:position, :chain, :at, :signature)")
    values = {"position": head.position, "chain": head.chain_hash, "at": at, "signature": signature}
    connection.execute(statement, values)


def cut(connection: Connection, position: int) -> Cut | None:
    """Delete what is older than it may be, up to a signed checkpoint; the caller commits it.

    Parameters
    ----------
    connection
        The loader's.
    position
        Of a checkpoint.

    Returns
    -------
    Cut or None
        None where nothing was old enough.
    """
    row = connection.execute(text("SELECT * FROM audit.cut(:position)"), {"position": position}).one_or_none()
    return None if row is None else Cut(row.id, row.events, bytes(row.digest))

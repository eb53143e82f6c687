"""The audit as the auditor reads it: counts by account, and short lists. Times are moments with zone.

Every function takes a connection of `DbRole.AUDITOR`, which reads the audit and writes nothing, and a
`Span`. ``account`` is the account's name; missing where nobody was signed in, or the name was unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from data.bulk import read_frame
from data.repositories.audit import VERIFY_ROUTE

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd
    from sqlalchemy import Connection

MOST_ROWS = 500
_IN_SPAN = (
    "e.at >= %(since)s AND e.at < %(until)s AND (%(account)s::bigint IS NULL OR e.account_id = %(account)s)"
)
_SUMMARY = f"""
    SELECT a.name AS account, e.role, e.kind, e.route, count(*) AS events, min(e.at) AS first,
           max(e.at) AS last
      FROM audit.event AS e LEFT JOIN audit.accounts() AS a ON a.id = e.account_id
     WHERE {_IN_SPAN}
     GROUP BY 1, 2, 3, 4 ORDER BY last DESC LIMIT {MOST_ROWS}
"""
_SWEEPS = f"""
    WITH opened AS (
        SELECT e.account_id, e.role, date_trunc('hour', e.at) AS hour, code, e.kind
          FROM audit.event AS e LEFT JOIN LATERAL unnest(e.codes) AS code ON true
         WHERE {_IN_SPAN} AND e.kind IN ('view', 'tiles', 'export') AND e.account_id IS NOT NULL
    ), hours AS (
        SELECT account_id, role, hour,
               count(DISTINCT code)
                   FILTER (WHERE code ~ '^(school|gate|post|zone|cell|venue|hazard):') AS objects,
               coalesce(500 * count(*) FILTER (WHERE kind = 'tiles' AND code ~ '^tiles:'), 0) AS tiles
          FROM opened GROUP BY 1, 2, 3
    )
    SELECT a.name AS account, h.role, h.hour, h.objects, h.tiles
      FROM hours AS h LEFT JOIN audit.accounts() AS a ON a.id = h.account_id
     WHERE h.objects >= %(objects)s OR h.tiles >= %(tiles)s
     ORDER BY h.hour DESC, h.objects DESC LIMIT {MOST_ROWS}
"""
_LISTED = f"""
    SELECT e.at, a.name AS account, e.role, e.kind, e.route, array_to_string(e.codes, ' ') AS codes
      FROM audit.event AS e LEFT JOIN audit.accounts() AS a ON a.id = e.account_id
     WHERE {_IN_SPAN} AND e.kind = ANY (%(kinds)s)
     ORDER BY e.at DESC, e.id DESC LIMIT {MOST_ROWS}
"""
_CHAIN = """
    SELECT (SELECT count(*) FROM audit.pending) AS waiting, l.position, l.sealed_at,
           c.position AS signed_position, c.at AS signed_at, v.at AS verified_at, v.codes AS verdict
      FROM (SELECT) AS one
      LEFT JOIN (SELECT position, sealed_at FROM audit.link ORDER BY position DESC LIMIT 1) AS l ON true
      LEFT JOIN (SELECT position, at FROM audit.checkpoint ORDER BY position DESC LIMIT 1) AS c ON true
      LEFT JOIN (SELECT at, codes FROM audit.event WHERE kind = 'audit' AND route = :verify
                  ORDER BY at DESC LIMIT 1) AS v ON true
"""


@dataclass(frozen=True, slots=True)
class Span:
    """Which events: from a moment up to, not including, another; of one account, or of all."""

    since: datetime
    until: datetime
    account: int | None = None


@dataclass(frozen=True, slots=True)
class ChainState:
    """How far the chain is.

    Parameters
    ----------
    waiting
        Events without a link yet.
    position, sealed_at
        The chain's end; None where there is none.
    signed_position, signed_at
        The newest checkpoint.
    verified_at, verdict
        When the chain was last verified, and what came of it: links, then ``ok`` or kinds of findings.
    """

    waiting: int
    position: int | None
    sealed_at: datetime | None
    signed_position: int | None
    signed_at: datetime | None
    verified_at: datetime | None
    verdict: tuple[str, ...]


def summary(connection: Connection, span: Span) -> pd.DataFrame:
    """Count who did what where: ``account, role, kind, route, events, first, last``, the newest first."""
    return read_frame(connection, _SUMMARY, _values(span))


def sweeps(connection: Connection, span: Span, *, objects: int, tiles: int) -> pd.DataFrame:
    """List the hours in which an account opened many objects or fetched many tiles.

    Parameters
    ----------
    connection
        The auditor's.
    span
        Which events.
    objects, tiles
        From how many on.

    Returns
    -------
    DataFrame
        ``account, role, hour, objects, tiles``.
    """
    return read_frame(connection, _SWEEPS, {**_values(span), "objects": objects, "tiles": tiles})


def listed(connection: Connection, span: Span, *kinds: str) -> pd.DataFrame:
    """List the newest events of some kinds: ``at, account, role, kind, route, codes``."""
    return read_frame(connection, _LISTED, {**_values(span), "kinds": list(kinds)})


def chain_state(connection: Connection) -> ChainState:
    """Say how far the chain is sealed, signed and verified."""
    row = connection.execute(text(_CHAIN), {"verify": VERIFY_ROUTE}).one()
    return ChainState(**{**row._mapping, "verdict": tuple(row.verdict or ())})  # noqa: SLF001 -- SQLAlchemy's own word


def accounts(connection: Connection) -> dict[int, str]:
    """Give the names of all accounts by number, in the order of their names."""
    return {row.id: row.name for row in connection.execute(text("SELECT id, name FROM audit.accounts()"))}


def _values(span: Span) -> dict[str, object]:
    """Give a span as statements want it."""
    return {"since": span.since, "until": span.until, "account": span.account}

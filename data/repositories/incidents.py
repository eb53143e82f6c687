"""Every SQL statement that keeps places of events from being kept: what hides them, and what is hidden later.

A place is hidden inside a school's current boundary and inside a current building of the basemap; a school
that is only a point has no boundary and hides nothing. Places are asked about by value and never written
down for it.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import text

from data.models.base import CURRENT, SRID

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

CODE_SECRET = "event_code"  # noqa: S105 -- the name of a key, not the key
PLACE = "geometry"
"""The key under which the cells of an event's place stand in `raw.row.payload`."""


class Exposed(NamedTuple):
    """A version of an event whose point now lies where none is kept."""

    version_id: int
    code: str
    category: str
    occurred_at: datetime
    cell_id: str


def read_secret(connection: Connection) -> bytes:
    """Read the database's key: for a load of events, which makes codes with it, and the coin of the counts.

    What else is made with it is made with a key of its own, derived from it by a word for its purpose.
    """
    found = connection.execute(text("SELECT value FROM raw.secret WHERE name = :name"), {"name": CODE_SECRET})
    return bytes(found.scalar_one())


def find_hidden(connection: Connection, lon: Sequence[float], lat: Sequence[float]) -> list[int]:
    """Tell which positions lie where no point is kept.

    Parameters
    ----------
    lon, lat
        Degrees, EPSG:4490, equally long.

    Returns
    -------
    list of int
        Their places in the sequences.
    """
    point = f"ST_SetSRID(ST_MakePoint(p.lon, p.lat), {SRID})"
    statement = text(
        f"SELECT p.turn - 1 FROM unnest(CAST(:lon AS float8[]), CAST(:lat AS float8[])) "
        f"WITH ORDINALITY AS p(lon, lat, turn) WHERE {_covers(point)}"
    )
    with _by_index(connection):
        found = connection.execute(statement, {"lon": list(lon), "lat": list(lat)})
        return [int(turn) for turn in found.scalars()]


def _covers(point: str) -> str:
    """Write the condition that a point lies on a school's ground or in a building."""
    ground = f"ST_Dimension(g.geom) = 2 AND ST_Intersects(g.geom, {point}) AND {CURRENT}"
    return (
        f"(EXISTS (SELECT FROM core.school g WHERE {ground}) "
        f"OR EXISTS (SELECT FROM core.basemap g WHERE g.class = 'building' AND {ground}))"
    )


@contextmanager
def _by_index(connection: Connection) -> Iterator[None]:
    """Have the grounds looked up by their index, also right after a first load, when they seem to be few."""
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    yield
    connection.execute(text("SET LOCAL enable_seqscan = on"))


def read_exposed(connection: Connection, *, after: int, limit: int) -> list[Exposed]:
    """Read the versions of events, earlier ones too, whose point lies where none is kept, by version_id."""
    statement = text(
        f"SELECT e.version_id, e.code, e.category, e.occurred_at, e.cell_id "
        f"FROM (SELECT * FROM core.incident WHERE geom IS NOT NULL AND version_id > :after) AS e "
        f"WHERE {_covers('e.geom')} ORDER BY e.version_id LIMIT :limit"
    )
    with _by_index(connection):
        return [Exposed(*row) for row in connection.execute(statement, {"after": after, "limit": limit})]


def hide(connection: Connection, events: Sequence[Exposed], digests: Sequence[bytes]) -> None:
    """Take the points of events away, and their places from the rows as received; the hexagon stays.

    Parameters
    ----------
    events, digests
        Versions, and for each the digest of what is left.
    """
    connection.execute(
        text(
            "UPDATE core.incident e SET geom = NULL, digest = n.digest "
            "FROM unnest(CAST(:versions AS bigint[]), CAST(:digests AS bytea[])) AS n(version_id, digest) "
            "WHERE e.version_id = n.version_id"
        ),
        {"versions": [event.version_id for event in events], "digests": list(digests)},
    )
    connection.execute(
        text(
            "UPDATE raw.row r SET payload = r.payload - :place FROM raw.batch b "
            "WHERE b.id = r.batch_id AND b.kind = 'incident' AND r.code = ANY(CAST(:codes AS text[]))"
        ),
        {"place": PLACE, "codes": [event.code for event in events]},
    )


def hide_refused(connection: Connection) -> None:
    """Take the places of staged rows away that were refused after they had been staged."""
    connection.execute(
        text(
            "UPDATE staged SET geom = NULL, payload = CAST(CAST(payload AS jsonb) - :place AS text) "
            "WHERE reason IS NOT NULL"
        ),
        {"place": PLACE},
    )


def read_hexagons(connection: Connection, *, after: int, limit: int) -> list[tuple[int, str]]:
    """Read version_id and cell_id of current events without a point, by version_id, behind ``after``."""
    statement = text(
        f"SELECT version_id, cell_id FROM core.incident WHERE {CURRENT} AND geom IS NULL "
        f"AND version_id > :after ORDER BY version_id LIMIT :limit"
    )
    found = connection.execute(statement, {"after": after, "limit": limit})
    return [(int(version), str(cell)) for version, cell in found]

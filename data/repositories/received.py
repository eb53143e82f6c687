"""What stands in the staging table, read for reports: plans row by row, refused rows, positions, fullness.

Nothing here changes a row; long answers are streamed, so that memory does not grow with the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import shapely
from sqlalchemy import text

from data.repositories.history import cast
from data.repositories.intake import VERDICT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from data.repositories.intake import Target

ROWS = 5_000


class Planned(NamedTuple):
    """What a load does to one row."""

    row: int | None
    code: str
    action: str
    fields: dict[str, list[str | None]]
    """Canonical texts before and after, of a changed row's differing columns."""
    before: Any
    """The shapes of a changed row where they differ, else None."""
    after: Any


class Refused(NamedTuple):
    """A refused row as received, masked."""

    row: int
    reason: str
    column: str | None
    cells: dict[str, Any]
    crs: str | None
    shape: str | None
    """Hexadecimal WKB of a shape that is stored as it was received."""


def read_plan(
    connection: Connection, target: Target, columns: Sequence[str], *, shapes: bool, source: str, limit: int
) -> list[Planned]:
    """Read what the plan does, changed rows before ended before added ones.

    Parameters
    ----------
    columns
        The columns of the kind whose values may be shown.
    shapes
        Whether shapes may be shown, where the kind has any.
    source
        Name of the source that is loaded.
    limit
        At most so many rows.
    """
    pairs = ", ".join(f"('{name}', c.\"{name}\"::text, {cast(target, name)}::text)" for name in columns)
    pairs = f"('source', c.source, CAST(:source AS text)){', ' if pairs else ''}{pairs}"
    ends = "NULL AS before, NULL AS after"
    if shapes and target.has_shape:
        differ = "ST_AsEWKB(c.geom) IS DISTINCT FROM ST_AsEWKB(s.geom)"
        ends = ", ".join(
            f"CASE WHEN p.action = 'changed' AND {differ} THEN ST_AsBinary({table}.geom) END AS {name}"
            for table, name in (("c", "before"), ("s", "after"))
        )
    order = "array_position(ARRAY['changed', 'ended', 'added'], p.action), p.row, p.part, p.code"
    statement = (
        f"SELECT p.row, p.code, p.action, CASE WHEN p.action = 'changed' THEN ("
        f"  SELECT jsonb_object_agg(f.name, jsonb_build_array(f.old, f.new)) FROM (VALUES {pairs}) "
        f"  AS f (name, old, new) WHERE f.old IS DISTINCT FROM f.new) END AS fields, {ends} "
        f"FROM (SELECT * FROM planned p WHERE p.action <> 'unchanged' ORDER BY {order} LIMIT :limit) p "
        f"LEFT JOIN staged s ON s.row = p.row AND s.part = p.part "
        f"LEFT JOIN core.{target.kind} c ON c.version_id = p.version_id ORDER BY {order}"
    )
    found = connection.execute(text(statement), {"source": source, "limit": limit})
    return [Planned(row.row, row.code, row.action, row.fields or {}, *_shapes(row)) for row in found]


def _shapes(row: Any) -> list[Any]:
    return [None if wkb is None else shapely.from_wkb(bytes(wkb)) for wkb in (row.before, row.after)]


def read_refused(connection: Connection) -> Iterator[Refused]:
    """Stream the refused rows in the file's order, as received."""
    statement = (
        'SELECT row, reason, "column", CAST(payload AS jsonb) AS cells, crs, '
        "encode(ST_AsBinary(geom), 'hex') AS shape FROM staged WHERE reason IS NOT NULL ORDER BY row, part"
    )
    for row in _streamed(connection, statement):
        yield Refused(*row)


def read_positions(connection: Connection) -> Iterator[list[tuple[int, str, str | None, str | None, Any]]]:
    """Stream row, verdict, reason or repairs, code and shape (EPSG:4490) of rows with a place, in blocks."""
    statement = (
        f"SELECT row, {VERDICT}, coalesce(reason, repairs), code, ST_AsBinary(geom) FROM staged "
        f"WHERE geom IS NOT NULL ORDER BY row, part"
    )
    block = []
    for row in _streamed(connection, statement):
        block.append((*row[:-1], shapely.from_wkb(bytes(row[-1]))))
        if len(block) == ROWS:
            yield block
            block = []
    yield block


def _streamed(connection: Connection, statement: str) -> Iterator[Any]:
    yield from connection.execute(text(statement).execution_options(stream_results=True, max_row_buffer=ROWS))


def share_filled(connection: Connection, columns: Sequence[str]) -> float | None:
    """Give the share of the usable rows' cells that are filled, among some columns; None without any."""
    if not columns:
        return None
    filled = " + ".join(f'count("v_{name}")' for name in columns)
    statement = (
        f"SELECT ({filled})::float / nullif(count(*) * {len(columns)}, 0) FROM staged WHERE reason IS NULL"
    )
    share = connection.execute(text(statement)).scalar_one()
    return None if share is None else float(share)

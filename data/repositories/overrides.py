"""Changes made on pages (`work.override`) over what files bring: staged, applied, and what lies beneath kept.

`core` always holds the effective facts. Before a plan is made the staged values of a code with standing
changes are replaced (`settle`), and what the file had there is kept with the version (`raw.file_value`), so
that a change that is taken back leaves the file's value without the file. It all runs in the caller's
transaction, under the load lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import text

from data.models.base import CURRENT
from data.repositories.intake import CURRENT_C, Load, create_staging

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection

    from data.repositories.intake import Target

GEOM = "geom"
GOES_ON = "s.reason IS NULL AND s.merged IS NOT TRUE"
"""Staged rows that may become versions."""
SETTLED = (("code", "text"), ("field", "text"), ("value", "text"), ("shape", "bytea"))
TEMPORARY = ("staged", "planned", "settled", "beneath")
"""Tables that one source's turn leaves behind when several are brought into line in one transaction."""


class Standing(NamedTuple):
    """A change made on a page that stands, of a code that is staged."""

    code: str
    field: str
    value: Any
    set_at: datetime


def read_standing(connection: Connection, kind: str) -> list[Standing]:
    """Read the standing changes of the codes that are staged, oldest first."""
    statement = (
        f"SELECT o.code, o.field, o.value, o.set_at FROM work.override o WHERE o.kind = :kind "
        f"AND o.revoked_at IS NULL AND o.code IN (SELECT s.code FROM staged s WHERE {GOES_ON}) "
        f"ORDER BY o.set_at, o.id"
    )
    return [Standing(*row) for row in connection.execute(text(statement), {"kind": kind})]


def read_staged(
    connection: Connection, target: Target, codes: Collection[str], columns: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Read what is staged for some codes: values by column, the shape as EWKB under ``geom``."""
    named = "".join(f', s."v_{name}" AS "{name}"' for name in columns)
    shape = ", ST_AsEWKB(s.geom) AS geom" if target.has_shape else ""
    statement = f"SELECT s.code AS code{named}{shape} FROM staged s WHERE s.code = ANY (:codes) AND {GOES_ON}"
    found = connection.execute(text(statement), {"codes": list(codes)}).mappings()
    return {str(row["code"]): {name: row[name] for name in row if name != "code"} for row in found}


def has_code(connection: Connection, kind: str, code: str) -> bool:
    """Tell whether a kind has a code now."""
    statement = f"SELECT EXISTS (SELECT FROM core.{kind} WHERE code = :code AND {CURRENT})"
    return bool(connection.execute(text(statement), {"code": code}).scalar_one())


def settle(
    connection: Connection, target: Target, rows: Sequence[tuple[str, str, str | None, bytes | None]]
) -> None:
    """Put changes made on pages in the place of the staged values, and keep those in ``beneath``.

    Parameters
    ----------
    rows
        Code, column (``geom`` for the shape), canonical text, EWKB; those alone that differ from the file.
    """
    columns = ", ".join(f"{name} {kind}" for name, kind in SETTLED)
    connection.execute(text(f"CREATE TEMPORARY TABLE settled ({columns}) ON COMMIT DROP"))
    arrays = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in SETTLED)
    given = {name: [row[at] for row in rows] for at, (name, _) in enumerate(SETTLED)}
    connection.execute(text(f"INSERT INTO settled SELECT * FROM unnest({arrays})"), given)
    fields = sorted({field for _, field, _, _ in rows})
    _keep_beneath(connection, fields)
    for field in fields:
        assigned = (
            "geom = ST_GeomFromEWKB(o.shape), held = true" if field == GEOM else f'"v_{field}" = o.value'
        )
        connection.execute(
            text(
                f"UPDATE staged s SET {assigned} FROM settled o "
                f"WHERE o.code = s.code AND o.field = :field AND {GOES_ON}"
            ),
            {"field": field},
        )
    connection.execute(
        text(f"UPDATE staged s SET digest = b.effective FROM beneath b WHERE b.code = s.code AND {GOES_ON}")
    )
    if GEOM in fields:
        estimate_boundaries(connection, target)


def _keep_beneath(connection: Connection, fields: Sequence[str]) -> None:
    """Keep what the file has under the settled columns, its digest, and the digest of both together."""
    cases = "".join(
        f"WHEN '{field}' THEN "
        + ("encode(ST_AsEWKB(s.geom), 'hex')" if field == GEOM else f's."v_{field}"')
        + " "
        for field in fields
    )
    told = "o.field || '=' || coalesce(o.value, encode(o.shape, 'hex'), chr(8709))"
    make_beneath(connection)
    connection.execute(
        text(
            f"INSERT INTO beneath SELECT s.code, s.digest, "
            f"substring(sha256(s.digest || convert_to(string_agg({told}, chr(31) "
            f"ORDER BY o.field COLLATE \"C\"), 'UTF8')) FOR 16) AS effective, "
            f"jsonb_object_agg(o.field, CASE o.field {cases} END) AS values "
            f"FROM staged s JOIN settled o ON o.code = s.code WHERE {GOES_ON} GROUP BY s.code, s.digest"
        )
    )


def estimate_boundaries(connection: Connection, target: Target) -> None:
    """Say anew of staged schools whether their ground is only a point."""
    if "is_boundary_estimated" in target.brought:
        connection.execute(
            text(
                "UPDATE staged SET v_is_boundary_estimated = (ST_GeometryType(geom) = 'ST_Point')::text "
                "WHERE geom IS NOT NULL"
            )
        )


def make_beneath(connection: Connection) -> None:
    """Make the temporary table of what files say beneath changes made on pages, where it is not there yet."""
    connection.execute(
        text(
            "CREATE TEMPORARY TABLE IF NOT EXISTS beneath (code text, digest bytea, effective bytea, "
            "values jsonb) ON COMMIT DROP"
        )
    )


def keep_file_values(connection: Connection, target: Target, batch_id: int) -> None:
    """Keep with the new versions of a file's load what it says beneath the changes that they hold."""
    make_beneath(connection)
    connection.execute(
        text(
            f"INSERT INTO raw.file_value (kind, version_id, batch_id, digest, values) "
            f"SELECT :kind, c.version_id, :batch, b.digest, b.values "
            f"FROM beneath b JOIN core.{target.kind} c ON c.code = b.code AND c.recorded_by = :batch"
        ),
        {"kind": target.kind, "batch": batch_id},
    )


def keep_origins(connection: Connection, target: Target, batch_id: int) -> None:
    """Keep with the new versions of a batch without a file where their files' values come from."""
    make_beneath(connection)
    connection.execute(
        text(
            f"INSERT INTO raw.file_value (kind, version_id, batch_id, digest, values) "
            f"SELECT :kind, c.version_id, coalesce(f.batch_id, o.recorded_by), coalesce(b.digest, c.digest), "
            f"coalesce(b.values, '{{}}') FROM core.{target.kind} c JOIN due d ON d.code = c.code "
            f"JOIN core.{target.kind} o ON o.version_id = d.version_id "
            f"LEFT JOIN raw.file_value f ON f.kind = :kind AND f.version_id = o.version_id "
            f"LEFT JOIN beneath b ON b.code = c.code WHERE c.recorded_by = :batch"
        ),
        {"kind": target.kind, "batch": batch_id},
    )


def collect_due(
    connection: Connection, kind: str, *, today: date, zone: str, touched: bool
) -> list[tuple[str, date]]:
    """Collect the current versions that hold changes, or are to hold some, in the temporary table ``due``.

    Parameters
    ----------
    today
        The local date.
    zone
        The time zone in which a moment falls on a day.
    touched
        Whether only the codes in the table ``touched`` count.

    Returns
    -------
    list
        Sources and the days from which their versions change: that of the last change on a page, unless the
        version begins later.
    """
    only = "AND c.code IN (SELECT code FROM touched)" if touched else ""
    connection.execute(text("DROP TABLE IF EXISTS pg_temp.due"))
    connection.execute(
        text(
            f"CREATE TEMPORARY TABLE due ON COMMIT DROP AS "
            f"WITH candidates AS (SELECT code FROM work.override WHERE kind = :kind UNION SELECT c.code "
            f"  FROM raw.file_value f JOIN core.{kind} c ON c.version_id = f.version_id "
            f"  WHERE f.kind = :kind AND {CURRENT_C}) "
            f"SELECT c.code, c.version_id, c.source, greatest(c.valid_from, least(CAST(:today AS date), ("
            f"  SELECT (max(greatest(o.set_at, o.revoked_at)) AT TIME ZONE :zone)::date FROM work.override o "
            f"  WHERE o.kind = :kind AND o.code = c.code))) AS day "
            f"FROM core.{kind} c JOIN candidates t ON t.code = c.code WHERE {CURRENT_C} {only}"
        ),
        {"kind": kind, "today": today, "zone": zone},
    )
    found = connection.execute(text("SELECT DISTINCT source, day FROM due ORDER BY source, day"))
    return [(str(source), day) for source, day in found]


def stage_file_values(connection: Connection, target: Target, *, source: str, day: date) -> None:
    """Stage the collected versions of a source as their files had them, as if those were loaded again."""
    for name in TEMPORARY:
        connection.execute(text(f"DROP TABLE IF EXISTS pg_temp.{name}"))
    create_staging(connection, target)
    columns = {
        f'"v_{name}"': f"CASE WHEN jsonb_exists(f.values, '{name}') THEN f.values ->> '{name}' "
        f'ELSE c."{name}"::text END'
        for name in target.brought
    }
    if target.has_shape:
        columns["geom"] = (
            "CASE WHEN jsonb_exists(f.values, 'geom') "
            "THEN ST_GeomFromEWKB(decode(f.values ->> 'geom', 'hex')) ELSE c.geom END"
        )
    if target.has_towns:
        columns |= {"town_code": "c.town_code", "police_area_code": "c.police_area_code"}
    connection.execute(
        text(
            f"INSERT INTO staged (row, part, code, digest, district_code, {', '.join(columns)}) "
            f"SELECT row_number() OVER (ORDER BY c.code), 0, c.code, coalesce(f.digest, c.digest), "
            f"c.district_code, {', '.join(columns.values())} "
            f"FROM due d JOIN core.{target.kind} c ON c.version_id = d.version_id "
            f"LEFT JOIN raw.file_value f ON f.kind = :kind AND f.version_id = c.version_id "
            f"WHERE d.source = :source AND d.day = :day"
        ),
        {"kind": target.kind, "source": source, "day": day},
    )
    estimate_boundaries(connection, target)


def read_load(connection: Connection, source: str, day: date) -> Load:
    """Give what a load of a known source would write under its name, ending nothing."""
    statement = "SELECT name, kind, mode, owner, training, definition FROM raw.source WHERE name = :source"
    row = connection.execute(text(statement), {"source": source}).one()
    return Load(
        source=row.name,
        kind=row.kind,
        mode=row.mode,
        owner=row.owner,
        training=row.training,
        day=day,
        scope={},
        definition=row.definition,
        is_part=True,
    )

"""Corrections of single fields, `work.override`, as pages make and take them back.

The rows are the viewer's own: policies hold author and district. What they do to facts is the worker's job.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text

from data.models import Base
from data.models.base import CURRENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

Rows = list[dict[str, Any]]


def find(connection: Connection, kind: str, code: str) -> dict[str, Any] | None:
    """Give the current version of an object, without its shape; None where the viewer sees none.

    Parameters
    ----------
    connection
        A viewer's transaction.
    kind, code
        Which object.
    """
    table = Base.metadata.tables[f"core.{kind}"]
    shown = [each for each in table.columns if each.name not in ("geom", "digest")]
    statement = select(*shown).where(table.c.code == code).where(text(CURRENT))
    row = connection.execute(statement).mappings().first()
    return None if row is None else dict(row)


def standing(connection: Connection) -> Rows:
    """List the corrections that stand, newest first.

    Returns
    -------
    list of dict
        ``id, kind, code, field, value, set_at``.
    """
    statement = text(
        "SELECT id, kind, code, field, value, set_at FROM work.override WHERE revoked_at IS NULL "
        "ORDER BY id DESC"
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def correct(
    connection: Connection, *, kind: str, code: str, field: str, value: object, district_code: str
) -> None:
    """Write a correction in the place of the one that stands, in the viewer's name."""
    given = {"kind": kind, "code": code, "field": field}
    _revoke(connection, "kind = :kind AND code = :code AND field = :field", given)
    statement = text(
        "INSERT INTO work.override (district_code, kind, code, field, value, set_by) "
        "SELECT :district, :kind, :code, :field, CAST(:value AS jsonb), v.account_id FROM auth.viewer() AS v"
    )
    values = {**given, "district": district_code, "value": json.dumps(value, ensure_ascii=False)}
    connection.execute(statement, values)


def take_back(connection: Connection, number: int) -> None:
    """Take a correction back, in the viewer's name."""
    _revoke(connection, "id = :id", {"id": number})


def _revoke(connection: Connection, which: str, values: Mapping[str, object]) -> None:
    """Mark corrections as taken back."""
    connection.execute(
        text(
            "UPDATE work.override SET revoked_at = now(), "
            "revoked_by = (SELECT v.account_id FROM auth.viewer() AS v) "
            f"WHERE revoked_at IS NULL AND {which}"
        ),
        values,
    )

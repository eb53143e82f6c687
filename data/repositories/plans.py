"""Named what-if plans, `work.plan`: kept, listed, deleted, in the viewer's name; for commanders alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from geo.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection


class PlanNameTakenError(CampusError):
    """There is a plan called ``name`` in the district already."""

    key = "plan.name_taken"


class PlanGoneError(CampusError):
    """The plan that is to be changed or opened is not there (any more)."""

    key = "plan.gone"


def listed(connection: Connection) -> list[dict[str, Any]]:
    """List the plans that the viewer sees, by name.

    Returns
    -------
    list of dict
        ``id, district_code, name, changes, result, created_at, changed_at``.
    """
    statement = text(
        "SELECT id, district_code, name, changes, result, created_at, changed_at FROM work.plan "
        "ORDER BY name, id"
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def save(
    connection: Connection, *, district: str, name: str, changes: Sequence[Any], result: dict[str, Any]
) -> int:
    """Keep a plan under a name; give its number.

    Raises
    ------
    PlanNameTakenError
        The name is another plan's.
    """
    statement = text(
        "INSERT INTO work.plan (district_code, name, changes, result, created_by) "
        "SELECT :district, :name, CAST(:changes AS jsonb), CAST(:result AS jsonb), v.account_id "
        "FROM auth.viewer() AS v RETURNING id"
    )
    values = {"district": district, "name": name, "changes": _json(changes), "result": _json(result)}
    try:
        return int(connection.execute(statement, values).scalar_one())
    except IntegrityError as error:
        raise PlanNameTakenError(name=name) from error


def rewrite(connection: Connection, number: int, *, changes: Sequence[Any], result: dict[str, Any]) -> None:
    """Put other changes into a plan.

    Raises
    ------
    PlanGoneError
        There is no such plan for the viewer.
    """
    statement = text(
        "UPDATE work.plan SET changes = CAST(:changes AS jsonb), result = CAST(:result AS jsonb), "
        "changed_at = clock_timestamp() WHERE id = :id"
    )
    values = {"id": number, "changes": _json(changes), "result": _json(result)}
    if not connection.execute(statement, values).rowcount:
        raise PlanGoneError


def delete(connection: Connection, number: int) -> None:
    """Delete a plan; one that is gone already is as good."""
    connection.execute(text("DELETE FROM work.plan WHERE id = :id"), {"id": number})


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)

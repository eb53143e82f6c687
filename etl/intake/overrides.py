"""Changes made on pages held against what is staged: read as cells are, applied, or listed with the reason.

Nothing that stands in `work.override` can keep a file from being loaded: what a kind cannot hold is left out
and said so.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
import shapely

from data.models.base import SRID
from data.repositories import overrides as repository
from data.repositories.overrides import GEOM
from etl.intake.checks import check_together
from etl.intake.privacy import is_personal
from etl.intake.values import parse_column
from etl.intake.verdicts import Book, Reason
from etl.kinds import CODE, PLACE_COLUMN, WITHOUT_PLACE, Holds
from etl.readers.chunk import as_objects
from etl.report import Conflict
from geo.validity import Refusal, mend

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from data.repositories.intake import Target
    from data.repositories.overrides import Standing
    from etl.kinds import Column, Kind

NO_SUCH_FIELD, NOT_CHANGEABLE = "no_such_field", "not_changeable"
SAME_DEGREES = 1e-9
"""Corners nearer than a tenth of a millimetre are the same."""


class Held(NamedTuple):
    """A change made on a page as the kind can hold it, or why it cannot."""

    standing: Standing
    field: str
    """The kind's column, or `geometry`."""
    text: str | None = None
    shape: Any = None
    reason: str | None = None


def hold_overrides(connection: Connection, kind: Kind, target: Target) -> tuple[Conflict, ...]:
    """Put the standing changes of staged codes in the place of the file's values.

    Parameters
    ----------
    connection
        In the load's transaction, after doubled rows are out and before the plan is made.
    kind, target
        What is staged.

    Returns
    -------
    tuple of Conflict
        Every change that the file contradicts, and every one that cannot be used.
    """
    standing = repository.read_standing(connection, kind.name)
    if not standing:
        return ()
    names = [column.name for column in _changeable(kind)]
    staged = repository.read_staged(connection, target, {one.code for one in standing}, names)
    held = [_hold(one, kind, connection) for one in standing]
    differing = [one for one in held if one.reason is None and _differs(one, staged[one.standing.code])]
    misfits = _misfits(differing, staged, kind)
    usable = [one for one in differing if one.standing.code not in misfits]
    if usable:
        rows = [(one.standing.code, _column(one), one.text, _ewkb(one.shape)) for one in usable]
        repository.settle(connection, target, rows)
    unusable = [one for one in held if one.reason is not None]
    unusable += [
        one._replace(reason=misfits[one.standing.code]) for one in differing if one.standing.code in misfits
    ]
    return tuple(_conflict(one, staged[one.standing.code]) for one in [*usable, *unusable])


def _changeable(kind: Kind) -> list[Column]:
    return [column for column in kind.columns if column.name != CODE]


def _hold(standing: Standing, kind: Kind, connection: Connection) -> Held:
    """Read a page's value as the kind's column holds it."""
    field = PLACE_COLUMN if standing.field in (GEOM, PLACE_COLUMN) else standing.field
    refused = Held(standing, field)
    if kind.name in WITHOUT_PLACE or field == CODE:
        return refused._replace(reason=NOT_CHANGEABLE)
    if field == PLACE_COLUMN and kind.geometry is not None:
        return _hold_shape(refused, kind)
    column = next((column for column in _changeable(kind) if column.name == field), None)
    if column is None:
        return refused._replace(reason=NO_SUCH_FIELD)
    return _hold_value(refused, column, connection)


def _hold_value(held: Held, column: Column, connection: Connection) -> Held:
    text = _written(held.standing.value, column)
    if text is None:
        return held._replace(reason=Reason.MISSING_VALUE) if column.required else held
    if is_personal(text):
        return held._replace(reason=Reason.PERSONAL_DATA)
    parsed = parse_column(pd.Series([text], dtype="str"), column)
    if parsed.faults[0] is not None:
        return held._replace(reason=str(parsed.faults[0]))
    value = parsed.texts[0]
    if column.refers_to and value and not repository.has_code(connection, column.refers_to, value):
        return held._replace(reason=f"unknown_{column.refers_to}")
    return held._replace(text=value)


def _written(value: Any, column: Column) -> str | None:
    """Write a JSON value as a cell would have it; numbers of weekdays count from 0 = Monday there."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if column.holds in (Holds.WEEKDAYS, Holds.WEEKDAY) and not isinstance(value, str):
        days = value if isinstance(value, list) else [value]
        return ",".join(str(day + 1) if isinstance(day, int) else str(day) for day in days)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _hold_shape(held: Held, kind: Kind) -> Held:
    """Read a GeoJSON geometry as the kind holds it."""
    value = held.standing.value
    if value is None or kind.geometry is None:
        return held._replace(reason=Reason.MISSING_VALUE)
    given: Any = shapely.from_geojson(json.dumps(value), on_invalid="ignore")
    if given is None:
        return held._replace(reason=Refusal.UNREADABLE_GEOMETRY)
    mended = mend(as_objects([given]), "place" if kind.point_of_area else kind.geometry)
    if mended.refusals[0] is not None:
        return held._replace(reason=str(mended.refusals[0]))
    shape = mended.geometries[0]
    if kind.point_of_area and shapely.get_dimensions(shape) == 2:  # noqa: PLR2004 -- a surface
        shape = shapely.point_on_surface(shape)
    return held._replace(shape=shape)


def _differs(held: Held, staged: dict[str, Any]) -> bool:
    """Tell whether the file has something else than the page."""
    if held.field != PLACE_COLUMN:
        return bool(held.text != staged[held.field])
    file = staged[GEOM]
    if file is None:
        return True
    same = shapely.equals_exact(
        shapely.normalize(shapely.from_wkb(bytes(file))), shapely.normalize(held.shape), SAME_DEGREES
    )
    return not same


def _misfits(held: Iterable[Held], staged: dict[str, dict[str, Any]], kind: Kind) -> dict[str, str]:
    """Find the codes whose row would not hold together with the page's values, and say why."""
    rows: dict[str, dict[str, Any]] = {}
    for one in held:
        row = rows.setdefault(one.standing.code, dict(staged[one.standing.code]))
        row[one.field] = one.text
    book = Book(len(rows))
    names = [column.name for column in _changeable(kind)]
    check_together({name: as_objects(row[name] for row in rows.values()) for name in names}, kind, book)
    return {code: str(reason) for code, reason in zip(rows, book.reasons, strict=True) if reason is not None}


def _column(held: Held) -> str:
    return GEOM if held.field == PLACE_COLUMN else held.field


def _ewkb(shape: Any) -> bytes | None:
    if shape is None:
        return None
    return bytes(shapely.to_wkb(shapely.set_srid(shape, SRID), include_srid=True))


def _conflict(held: Held, staged: dict[str, Any]) -> Conflict:
    """List a change; a value that cannot be used is not told, it may be anything."""
    shape, unusable = held.field == PLACE_COLUMN, held.reason is not None
    file = None if shape or unusable or held.field not in staged else staged[held.field]
    return Conflict(
        code=held.standing.code,
        field=held.field,
        page=None if shape or unusable else held.text,
        file=file,
        set_at=held.standing.set_at.isoformat(),
        reason=held.reason,
    )

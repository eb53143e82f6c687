"""A plan row by row and field by field, as reports tell it before anything is applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from data.repositories import received
from etl.kinds import CODE, PLACE_COLUMN, WITHOUT_PLACE, Holds
from etl.readers.chunk import as_objects
from etl.report import MOST_CHANGES, Change
from geo.displacement import areas_m2, moved_m

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from data.repositories.intake import Load, Target
    from data.repositories.received import Planned
    from etl.definitions import Definition
    from etl.kinds import Kind
    from geo.arrays import Floats


def shown_columns(kind: Kind) -> list[str]:
    """Name the columns of a kind whose values a report may tell."""
    hidden = (Holds.MOMENT,) if kind.name in WITHOUT_PLACE else ()
    return [column.name for column in kind.columns if column.name != CODE and column.holds not in hidden]


def read_changes(connection: Connection, target: Target, kind: Kind, this: Load) -> tuple[Change, ...]:
    """Read what a plan does, changed rows with their fields before and after.

    Returns
    -------
    tuple of Change
        At most `MOST_CHANGES`: changed rows, then ended ones, then added ones.
    """
    planned = received.read_plan(
        connection,
        target,
        shown_columns(kind),
        shapes=kind.name not in WITHOUT_PLACE,
        source=this.source,
        limit=MOST_CHANGES,
    )
    return tuple(
        Change(one.row, one.code, one.action, one.fields | shape)
        for one, shape in zip(planned, _shapes(planned), strict=True)
    )


def _shapes(planned: list[Planned]) -> list[dict[str, object]]:
    """Say of each shape that differs how far it has moved and how its area has changed."""
    before, after = (as_objects(ends) for ends in ([p.before for p in planned], [p.after for p in planned]))
    moved, areas = moved_m(before, after), areas_m2(before, after)
    told: list[dict[str, object]] = []
    for at, one in enumerate(planned):
        differs = one.before is not None or one.after is not None
        told.append({PLACE_COLUMN: _difference(at, moved, areas)} if differs else {})
    return told


def _difference(at: int, moved: Floats, areas: tuple[Floats, Floats]) -> dict[str, object]:
    pair = [float(one[at]) for one in areas]
    return {
        "moved_m": None if np.isnan(moved[at]) else round(float(moved[at]), 1),
        "area_m2": [round(area, 1) for area in pair] if any(area > 0 for area in pair) else None,
    }


def share_filled(connection: Connection, definition: Definition) -> float | None:
    """Give the share of filled cells among the mapped columns that may be empty."""
    names = [
        column.name
        for column in definition.spec.values
        if not column.required and definition.columns.get(column.name, None) is not None
        and definition.columns[column.name].value is None
    ]  # fmt: skip
    return received.share_filled(connection, names)

"""Which area every current row lies in, found anew when areas, schools or posts change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from data.repositories import incidents
from data.repositories import places as repository
from etl.intake.areas import LEVELS, Areas
from etl.intake.coarsening import hide_exposed
from etl.intake.staging import AREA_COLUMNS
from etl.kinds import KINDS, Place
from geo.hexagons import cell_centres
from geo.terms import AreaLevel

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Connection


ROWS = 10_000


def resolve_places(connection: Connection, changed: str) -> None:
    """Let everything that depends on a kind that has changed find its area again.

    Parameters
    ----------
    connection
        In the transaction of the load.
    changed
        The kind that was loaded. New areas move every row with a place; schools and posts take along what
        belongs to them, and schools and the basemap hide events.
    """
    if changed == "area":
        areas = Areas.from_frame(repository.read_areas(connection))
        for kind in KINDS.values():
            if (
                kind.geometry is not None
                and kind.place is Place.OWN
                and kind.name not in ("key_person", "area")
            ):
                _resolve_kind(connection, kind.name, areas)
        _resolve_areas(connection, areas)
    if changed in ("school", "basemap"):
        hide_exposed(connection)
    for leader in ("school", "post") if changed == "area" else (changed,):
        repository.pass_districts_on(connection, leader)


def resolve_again(connection: Connection, kind: str) -> None:
    """Let versions of a kind that hold again, and what depends on them, find their area again.

    Areas, schools and posts may have changed while they did not hold.

    Parameters
    ----------
    connection
        In the transaction that reopened them.
    kind
        Their kind.
    """
    spec = KINDS[kind]
    if kind != "area" and spec.place is Place.OWN and spec.geometry is not None:
        _resolve_kind(connection, kind, Areas.from_frame(repository.read_areas(connection)))
    if spec.place is Place.SCOPE:
        repository.own_districts(connection)
    resolve_places(connection, kind)
    leaders = {column.refers_to for column in spec.columns if column.refers_to}
    for leader in leaders | ({"school"} if spec.place is Place.SCOPE else set()):
        repository.pass_districts_on(connection, leader)


def _resolve_kind(connection: Connection, kind: str, areas: Areas) -> None:
    """Find the areas of all current rows of a kind, some at a time."""
    after = 0
    while len(rows := repository.read_places(connection, kind, after=after, limit=ROWS)):
        after = int(rows["version_id"].iloc[-1])
        repository.write_places(connection, kind, _found(rows, areas, with_towns=kind == "school"))
    if KINDS[kind].coarsened:
        _resolve_hexagons(connection, areas)


def _resolve_hexagons(connection: Connection, areas: Areas) -> None:
    """Find the district of events of which only the hexagon is kept by its middle."""
    after = 0
    while events := incidents.read_hexagons(connection, after=after, limit=ROWS):
        after = events[-1][0]
        (districts,) = areas.find(cell_centres(cell for _, cell in events), AreaLevel.DISTRICT)
        found = {"version_id": [version for version, _ in events], "district_code": list(districts)}
        repository.write_places(connection, "incident", found)


def _found(rows: pd.DataFrame, areas: Areas, *, with_towns: bool) -> dict[str, list[object]]:
    levels = LEVELS if with_towns else LEVELS[:1]
    found = areas.find(np.asarray(rows["geom"], dtype=object), *levels)
    columns = {name: list(codes) for name, codes in zip(AREA_COLUMNS, found, strict=False)}
    return {"version_id": rows["version_id"].tolist()} | columns


def _resolve_areas(connection: Connection, areas: Areas) -> None:
    """Find the district of towns and police areas; a district lies in itself."""
    _resolve_kind(connection, "area", areas)
    repository.own_districts(connection)

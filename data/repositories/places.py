"""Which area the current rows lie in: the areas there are, the places to look up, and the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from data.bulk import read_frame
from data.models.base import CURRENT
from data.repositories.intake import CURRENT_C

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from sqlalchemy import Connection


def read_areas(connection: Connection) -> pd.DataFrame:
    """Read the current areas: code, level, geom (EPSG:4490)."""
    return read_frame(
        connection, text(f"SELECT code, level, geom FROM core.area WHERE {CURRENT} ORDER BY code")
    )


def pass_districts_on(connection: Connection, kind: str) -> None:
    """Let what belongs to schools or posts follow them into their district, and steps their hazards."""
    followers: dict[str, Sequence[tuple[str, str]]] = {
        "school": (
            ("gate", "school_code"), ("bell_slot", "school_code"), ("calendar", "scope"),
            ("hazard", "school_code"),
        ),
        "post": (("duty", "post_code"), ("duty_exception", "post_code")),
    }  # fmt: skip
    for follower, column in followers.get(kind, ()):
        placeless = " AND f.geom IS NULL" if follower == "hazard" else ""
        connection.execute(
            text(
                f"UPDATE core.{follower} f SET district_code = c.district_code FROM core.{kind} c "
                f"WHERE c.code = f.{column} AND {CURRENT_C} AND f.valid_to IS NULL AND f.ended_by IS NULL "
                f"AND f.district_code <> c.district_code{placeless}"
            )
        )
    if kind in ("school", "hazard"):
        # who sees a hazard sees its way: a step left behind would make it look as if nobody had begun
        connection.execute(
            text(
                "UPDATE work.hazard_step f SET district_code = c.district_code FROM core.hazard c "
                f"WHERE c.code = f.hazard_code AND {CURRENT_C} AND f.district_code <> c.district_code"
            )
        )


def read_places(connection: Connection, kind: str, *, after: int, limit: int) -> pd.DataFrame:
    """Read version_id and geom (EPSG:4490) of current rows, ordered by version_id, behind ``after``."""
    statement = (
        f"SELECT version_id, geom FROM core.{kind} WHERE {CURRENT} AND geom IS NOT NULL "
        f"AND version_id > %(after)s ORDER BY version_id LIMIT %(limit)s"
    )
    return read_frame(connection, statement, {"after": after, "limit": limit})


def write_places(connection: Connection, kind: str, places: Mapping[str, Sequence[object]]) -> int:
    """Give current rows their areas anew; rows that are right already are not touched.

    Parameters
    ----------
    places
        ``version_id`` and columns of the table that hold area codes, equally long.

    Returns
    -------
    int
        Rows changed.
    """
    columns = [name for name in places if name != "version_id"]
    arrays = ", ".join(["CAST(:version_id AS bigint[])"] + [f"CAST(:{name} AS text[])" for name in columns])
    differs = " OR ".join(f"c.{name} IS DISTINCT FROM n.{name}" for name in columns)
    statement = text(
        f"UPDATE core.{kind} c SET {', '.join(f'{name} = n.{name}' for name in columns)} "
        f"FROM unnest({arrays}) AS n(version_id, {', '.join(columns)}) "
        f"WHERE c.version_id = n.version_id AND ({differs})"
    )
    return connection.execute(statement, {name: list(values) for name, values in places.items()}).rowcount


def own_districts(connection: Connection) -> None:
    """Let every district lie in itself, and a calendar that names a district in that district."""
    connection.execute(
        text(
            f"UPDATE core.calendar f SET district_code = f.scope FROM core.area c "
            f"WHERE c.code = f.scope AND c.level = 'district' AND {CURRENT_C} "
            f"AND f.valid_to IS NULL AND f.ended_by IS NULL AND f.district_code <> f.scope"
        )
    )
    connection.execute(
        text(
            f"UPDATE core.area SET district_code = code WHERE level = 'district' AND {CURRENT} "
            f"AND district_code <> code"
        )
    )

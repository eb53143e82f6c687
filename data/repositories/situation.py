"""What a page stands on: who looks, what the database is, how new its data are, and what there is to see."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import text

from data.models.base import CURRENT
from data.terms import Instance, ViewerRole

if TYPE_CHECKING:
    from sqlalchemy import Connection

    Confined = Literal["", "schools", "police_areas"]
    Box = tuple[float, float, float, float]

UNBUILT_MARGIN_DEG = 0.01
"""What is shown around schools whose zones are not built yet: a kilometre."""


@dataclass(frozen=True, slots=True)
class InstanceFacts:
    """What the database is."""

    training: bool
    instance: Instance


@dataclass(frozen=True, slots=True)
class ViewerFacts:
    """Who looks: the role, and a short word for what the rows are cut down to, for the keys of caches."""

    role: ViewerRole
    scope: str
    account: str = ""
    """Name of the account."""
    confined: Confined = ""
    """To what the viewer is confined within the districts; empty: to nothing."""


def viewer(connection: Connection) -> ViewerFacts | None:
    """Say who looks.

    Parameters
    ----------
    connection
        A viewer's transaction.

    Returns
    -------
    ViewerFacts or None
        None without a viewer.
    """
    row = connection.execute(text("SELECT * FROM auth.viewer()")).first()
    if row is None:
        return None
    scope = json.dumps(
        [row.role, row.all_districts, row.unit]
        + [sorted(names) for names in (row.districts, row.police_areas, row.school_codes)]
    )
    confined: Confined = "schools" if row.role == ViewerRole.SCHOOL else ""
    if row.role == ViewerRole.COMMANDER and row.police_areas:
        confined = "police_areas"
    return ViewerFacts(
        role=ViewerRole(row.role),
        scope=hashlib.sha256(scope.encode()).hexdigest()[:12],
        account=str(row.account_name),
        confined=confined,
    )


def data_version(connection: Connection) -> str:
    """Give a short word that changes whenever a load, an undo, a build, a setting or an edit was committed.

    Parameters
    ----------
    connection
        A viewer's transaction.

    Returns
    -------
    str
        Twelve hexadecimal characters; empty without a viewer.
    """
    return str(connection.execute(text("SELECT core.data_version()")).scalar_one() or "")


def instance(connection: Connection) -> InstanceFacts | None:
    """Say what the database is.

    Parameters
    ----------
    connection
        A viewer's transaction.

    Returns
    -------
    InstanceFacts or None
        None without a viewer.
    """
    row = connection.execute(text("SELECT training, instance FROM core.instance")).first()
    return None if row is None else InstanceFacts(training=row.training, instance=Instance(row.instance))


def held_layers(connection: Connection) -> frozenset[str]:
    """Name the map layers that have anything in them, whatever ring, slot and day is looked at.

    Parameters
    ----------
    connection
        A viewer's transaction.

    Returns
    -------
    frozenset of str
        ``school``, ``gate``, ``post``, ``road``, ``basemap``, ``hazard``, ``venue``; the levels of areas;
        ``perimeter``, ``coverage_gap``, ``service_area``, ``focus_zone`` and ``hotspot`` once they are built.
    """
    kinds = " UNION ALL ".join(
        f"SELECT '{kind}' WHERE EXISTS (SELECT FROM core.{kind} WHERE {CURRENT})"
        for kind in ("school", "gate", "post", "road", "basemap", "hazard", "venue")
    )
    found = connection.execute(
        text(
            f"""
            {kinds}
            UNION ALL SELECT DISTINCT level FROM core.area WHERE {CURRENT}
            UNION ALL SELECT 'perimeter' WHERE EXISTS (SELECT FROM out.perimeter)
            UNION ALL SELECT 'coverage_gap' WHERE EXISTS (SELECT FROM out.coverage)
            UNION ALL SELECT 'service_area' WHERE EXISTS (SELECT FROM out.service_area)
            UNION ALL SELECT 'hotspot' WHERE EXISTS (SELECT FROM out.hotspot_cell)
            UNION ALL SELECT 'focus_zone' WHERE EXISTS (SELECT FROM out.focus_zone)
            """
        )
    )
    return frozenset(found.scalars())


def extent(connection: Connection) -> Box | None:
    """Give the box to look at first: the districts that have schools, else every zone, else the schools.

    Who is confined to some schools looks at their zones first.

    Parameters
    ----------
    connection
        A viewer's transaction.

    Returns
    -------
    tuple of float or None
        Degrees; with a margin around the schools where no zones are built; None without schools.
    """
    row = connection.execute(
        text(
            f"""
            SELECT ST_XMin(e.box), ST_YMin(e.box), ST_XMax(e.box), ST_YMax(e.box)
              FROM (SELECT coalesce((SELECT ST_Extent(geom)::geometry FROM core.area
                                      WHERE level = 'district' AND {CURRENT}
                                        AND (SELECT auth.my_schools()) IS NULL
                                        AND code IN (SELECT district_code FROM core.school WHERE {CURRENT})),
                                    (SELECT ST_Extent(geom)::geometry FROM out.perimeter),
                                    (SELECT ST_Expand(ST_Extent(geom), :margin)::geometry
                                       FROM core.school WHERE {CURRENT}))) AS e(box)
             WHERE e.box IS NOT NULL
            """
        ),
        {"margin": UNBUILT_MARGIN_DEG},
    ).first()
    return None if row is None else (row[0], row[1], row[2], row[3])

"""What the pages read, as the viewer of the transaction may see it.

Every function takes a connection of `data.session.viewer_transaction(token)`; without a valid token frames
are empty (with their columns) and words are empty. Geometry is EPSG:4490 in the column ``geom`` of a
GeoDataFrame, as stored: simplifying and rounding is `layers.geojson`'s. A ``box`` is four numbers in degrees,
``(xmin, ymin, xmax, ymax)``, and goes through the index; without one all rows come. Rows are ordered by code:
features keep their places.

- ``viewer(c)`` -> ``ViewerFacts(role, scope)`` or None
- ``data_version(c)`` -> str: changes with every committed load, undo, build, setting and edit
- ``instance(c)`` -> ``InstanceFacts(training, instance)`` or None
- ``districts(c)``: district_code, name, schools
- ``read_schools(c, *, box)``: id, code, name, stage, pupils, district_code, town_code, town_name,
  police_area_code, police_area_name, is_boundary_estimated, lon, lat, geom
- ``read_school_list(c)``: the same without geom
- ``views(c)``: ring_m, metric, day_type, slot: what is built
- ``read_coverage(c, *, ring_m, day_type, slot, metric)``: school_id, school_code, ring_area_m2,
  covered_area_m2, gap_area_m2, covered_share, post_count, nearest_post_m, run_id
- ``read_perimeters(c, *, ring_m, box)``: school_id, school_code, area_m2, geom
- ``read_gaps(c, *, ring_m, day_type, slot, metric, box)``: school_id, school_code, area_m2, geom
- ``read_posts(c, *, box, assumed)``: id, code, name, type, force, mobility, staff_count, has_duty,
  duty_assumed, lon, lat, geom
- ``read_gates(c, *, box)``: id, code, school_code, name, is_main, geom
- ``read_areas(c, level, *, box)``: id, code, name, level, geom
- ``read_tile(c, layer, z, x, y, **filters)`` -> bytes: empty where there is nothing
- ``data.repositories.runs.recent_runs(c)``: id, job, as_of, code_version, started, ended, status
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from data.bulk import read_frame
from data.models.base import CURRENT
from data.repositories.situation import InstanceFacts, ViewerFacts, data_version, instance, viewer
from geo.terms import Metric

if TYPE_CHECKING:
    from collections.abc import Collection

    import geopandas as gpd
    import pandas as pd
    from sqlalchemy import Connection

    Box = tuple[float, float, float, float]

__all__ = [
    "InstanceFacts",
    "ViewerFacts",
    "data_version",
    "districts",
    "instance",
    "read_areas",
    "read_coverage",
    "read_gaps",
    "read_gates",
    "read_perimeters",
    "read_posts",
    "read_school_list",
    "read_schools",
    "read_tile",
    "viewer",
    "views",
]

TILE_FILTERS: dict[str, tuple[str, ...]] = {
    "road": (),
    "basemap": (),
    "area": ("level",),
    "perimeter": ("ring_m",),
    "coverage_gap": ("ring_m", "metric", "day_type", "slot"),
}
"""The layers that come as tiles, with the filters that each wants."""
WHOLE_WORLD: Box = (-180.0, -90.0, 180.0, 90.0)
SCHOOL_COLUMNS = """
    s.id, s.code, s.name, s.stage, s.pupils, s.district_code, s.town_code, t.name AS town_name,
    s.police_area_code, p.name AS police_area_name, s.is_boundary_estimated, ST_X(at.point) AS lon,
    ST_Y(at.point) AS lat
"""
SCHOOL_JOINS = f"""
    CROSS JOIN LATERAL (SELECT ST_PointOnSurface(s.geom) AS point) AS at
    LEFT JOIN core.area AS t ON t.code = s.town_code AND t.{CURRENT.replace(" AND ", " AND t.")}
    LEFT JOIN core.area AS p ON p.code = s.police_area_code AND p.{CURRENT.replace(" AND ", " AND p.")}
"""


def districts(connection: Connection) -> pd.DataFrame:
    """List the partitions that have schools.

    Parameters
    ----------
    connection
        A viewer's transaction.

    Returns
    -------
    DataFrame
        ``district_code``, ``name`` (missing where no area was loaded), ``schools``.
    """
    return read_frame(
        connection,
        f"""
        SELECT s.district_code, a.name, s.schools
          FROM (SELECT district_code, count(*) AS schools FROM core.school WHERE {CURRENT} GROUP BY 1) AS s
          LEFT JOIN core.area AS a ON a.code = s.district_code AND a.{CURRENT.replace(" AND ", " AND a.")}
         ORDER BY s.schools DESC, s.district_code
        """,
    )


def read_schools(connection: Connection, *, box: Box | None = None) -> gpd.GeoDataFrame:
    """Read the schools with their boundaries.

    Parameters
    ----------
    connection
        A viewer's transaction.
    box
        Degrees; all by default.

    Returns
    -------
    GeoDataFrame
        See the module; ``lon``, ``lat`` of a point within the school, degrees.
    """
    return _geo(
        connection,
        f"SELECT {SCHOOL_COLUMNS}, s.geom FROM {_rows('school', box)} AS s {SCHOOL_JOINS} ORDER BY s.code",
        box,
    )


def read_school_list(connection: Connection) -> pd.DataFrame:
    """Read the schools without their boundaries.

    Parameters
    ----------
    connection
        A viewer's transaction.

    Returns
    -------
    DataFrame
        See the module.
    """
    return read_frame(
        connection,
        f"SELECT {SCHOOL_COLUMNS} FROM {_rows('school', None)} AS s {SCHOOL_JOINS} ORDER BY s.code",
    )


def views(connection: Connection) -> pd.DataFrame:
    """List what is built: every ring, metric, kind of day and slot that coverage has rows of.

    Parameters
    ----------
    connection
        A viewer's transaction.

    Returns
    -------
    DataFrame
        ``ring_m, metric, day_type, slot``, in this order.
    """
    return read_frame(
        connection, "SELECT DISTINCT ring_m, metric, day_type, slot FROM out.coverage ORDER BY 1, 2, 3, 4"
    )


def read_coverage(
    connection: Connection, *, ring_m: int, day_type: str, slot: str, metric: str = Metric.STRAIGHT
) -> pd.DataFrame:
    """Read one view of all schools' cover.

    Parameters
    ----------
    connection
        A viewer's transaction.
    ring_m
        Distance from the boundary, m.
    day_type, slot, metric
        Words of `geo.terms`.

    Returns
    -------
    DataFrame
        See the module; areas in m2, ``nearest_post_m`` in m, NaN without posts.
    """
    return read_frame(
        connection,
        """
        SELECT school_id, school_code, ring_area_m2, covered_area_m2, gap_area_m2, covered_share, post_count,
               nearest_post_m, run_id
          FROM out.coverage
         WHERE ring_m = %(ring_m)s AND metric = %(metric)s AND day_type = %(day_type)s AND slot = %(slot)s
         ORDER BY school_code
        """,
        {"ring_m": ring_m, "metric": metric, "day_type": day_type, "slot": slot},
    )


def read_perimeters(connection: Connection, *, ring_m: int, box: Box | None = None) -> gpd.GeoDataFrame:
    """Read the zones of one radius.

    Parameters
    ----------
    connection
        A viewer's transaction.
    ring_m
        Distance from the boundary, m.
    box
        Degrees; all by default.

    Returns
    -------
    GeoDataFrame
        ``school_id, school_code, area_m2, geom``.
    """
    return _geo(
        connection,
        "SELECT school_id, school_code, area_m2, geom FROM"
        " out.in_box_perimeter(%(xmin)s, %(ymin)s, %(xmax)s, %(ymax)s, ring_m => %(ring_m)s)"
        " ORDER BY school_code",
        box,
        ring_m=ring_m,
    )


def read_gaps(
    connection: Connection,
    *,
    ring_m: int,
    day_type: str,
    slot: str,
    metric: str = Metric.STRAIGHT,
    box: Box | None = None,
) -> gpd.GeoDataFrame:
    """Read the coverage gaps of one view.

    Parameters
    ----------
    connection
        A viewer's transaction.
    ring_m
        Distance from the boundary, m.
    day_type, slot, metric
        Words of `geo.terms`.
    box
        Degrees; all by default.

    Returns
    -------
    GeoDataFrame
        ``school_id, school_code, area_m2, geom``.
    """
    return _geo(
        connection,
        "SELECT school_id, school_code, area_m2, geom FROM out.in_box_coverage_gap("
        "%(xmin)s, %(ymin)s, %(xmax)s, %(ymax)s, ring_m => %(ring_m)s, metric => %(metric)s,"
        " day_type => %(day_type)s, slot => %(slot)s) ORDER BY school_code",
        box,
        ring_m=ring_m,
        metric=metric,
        day_type=day_type,
        slot=slot,
    )


def read_posts(
    connection: Connection, *, box: Box | None = None, assumed: Collection[str] = ()
) -> gpd.GeoDataFrame:
    """Read the posts, and whether they have duty rows.

    Parameters
    ----------
    connection
        A viewer's transaction.
    box
        Degrees; all by default.
    assumed
        Types that count as on duty all day without duty rows (`Settings.duty_assumed`).

    Returns
    -------
    GeoDataFrame
        See the module; ``duty_assumed``: on duty all day for want of duty rows.
    """
    return _geo(
        connection,
        f"""
        SELECT p.id, p.code, p.name, p.type, p.force, p.mobility, p.staff_count, d.has_duty,
               coalesce(NOT d.has_duty AND p.type = ANY (%(assumed)s), false) AS duty_assumed,
               ST_X(p.geom) AS lon, ST_Y(p.geom) AS lat, p.geom
          FROM {_rows("post", box)} AS p
         CROSS JOIN LATERAL (
               SELECT EXISTS (SELECT FROM core.duty AS d WHERE d.post_code = p.code
                                AND d.{CURRENT.replace(" AND ", " AND d.")}) AS has_duty) AS d
         ORDER BY p.code
        """,
        box,
        assumed=[str(kind) for kind in assumed],
    )


def read_gates(connection: Connection, *, box: Box | None = None) -> gpd.GeoDataFrame:
    """Read the gates.

    Parameters
    ----------
    connection
        A viewer's transaction.
    box
        Degrees; all by default.

    Returns
    -------
    GeoDataFrame
        ``id, code, school_code, name, is_main, geom``.
    """
    return _geo(
        connection,
        f"SELECT id, code, school_code, name, is_main, geom FROM {_rows('gate', box)} AS g ORDER BY code",
        box,
    )


def read_areas(connection: Connection, level: str, *, box: Box | None = None) -> gpd.GeoDataFrame:
    """Read the areas of one level.

    Parameters
    ----------
    connection
        A viewer's transaction.
    level
        ``district``, ``town`` or ``police_area``.
    box
        Degrees; all by default.

    Returns
    -------
    GeoDataFrame
        ``id, code, name, level, geom``.
    """
    return _geo(
        connection,
        f"SELECT id, code, name, level, geom FROM {_rows('area', box)} AS a"
        " WHERE level = %(level)s ORDER BY code",
        box,
        level=level,
    )


def read_tile(connection: Connection, layer: str, z: int, x: int, y: int, **filters: Any) -> bytes:
    """Read a vector tile.

    Parameters
    ----------
    connection
        A viewer's transaction.
    layer
        One of `TILE_FILTERS`.
    z, x, y
        The tile, as web maps count them.
    **filters
        What the layer wants: ``level``; ``ring_m``; ``ring_m, metric, day_type, slot``.

    Returns
    -------
    bytes
        Mapbox vector tile with one layer of that name; empty where there is nothing to see.

    Raises
    ------
    KeyError
        There is no such layer, or a filter is missing.
    """
    given = {name: filters[name] for name in TILE_FILTERS[layer]}
    more = "".join(f", {name} => :{name}" for name in given)
    statement = text(f"SELECT out.tile_{layer}(:z, :x, :y{more})")
    return bytes(connection.execute(statement, {"z": z, "x": x, "y": y, **given}).scalar_one())


def _rows(kind: str, box: Box | None) -> str:
    """Give today's rows of a kind: through the index where there is a box."""
    if box is None:
        return f"(SELECT * FROM core.{kind} WHERE {CURRENT})"
    return f"out.in_box_{kind}(%(xmin)s, %(ymin)s, %(xmax)s, %(ymax)s)"


def _geo(connection: Connection, statement: str, box: Box | None, **params: Any) -> gpd.GeoDataFrame:
    """Read rows with shapes."""
    xmin, ymin, xmax, ymax = box or WHOLE_WORLD
    values = {"xmin": xmin, "ymin": ymin, "xmax": xmax, "ymax": ymax, **params}
    frame: gpd.GeoDataFrame = read_frame(connection, statement, values)
    return frame

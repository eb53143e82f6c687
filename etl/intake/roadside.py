"""A batch of shapes held against the roads or the basemap that are known, read in every datum."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from data.repositories import known as repository
from geo.crs import metric_epsg, to_metric, to_storage
from geo.forensics import FEWEST_MATCHED, Diagnosis
from geo.neighbours import diagnose_beside
from geo.readings import DATUMS, readings

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from etl.kinds import Kind
    from geo.arrays import Floats, Geometries
    from geo.crs import SourceCrs
    from geo.forensics import Box

BESIDE_M = 15.0
"""The same road drawn twice lies no further apart halfway along."""
INNER_SHARE = 0.9
"""A ground is drawn so much smaller, lest a street that touches its wall counts as crossing it."""
WALKED = ("footway", "path", "cycleway", "steps", "track", "service", "pedestrian", "bridleway", "corridor")
"""Classes of ways that lie within school grounds."""


class Rule(NamedTuple):
    """How the rows of a kind lie to what is known."""

    dimension: int
    """Of the shapes that are looked at: 1 for lines, 2 for surfaces."""
    beside: str
    """The kind that is known."""
    draw: Callable[[Geometries], Geometries]
    """What of a shape is held against it."""
    meets: bool
    """Whether it meets a known row in the right datum, or none."""
    least: float
    """Share of the rows that do so."""
    without: tuple[str, ...] = ()
    """Classes of known rows that do not count."""


def judge_beside(
    connection: Connection,
    kind: Kind,
    rows: pd.DataFrame,
    source: SourceCrs,
    as_box: Callable[[pd.DataFrame, SourceCrs], Box],
) -> Diagnosis:
    """Find the datum of schools, roads or a basemap from the roads or the basemap that are known.

    Parameters
    ----------
    connection
        In the load's transaction, after staging.
    kind
        Of the load; those without a rule in `RULES` are not judged.
    rows
        Boxes of all rows as received, by row and part.
    source
        What was declared.
    as_box
        Makes middles of rows' boxes.
    """
    rule = RULES.get(kind.name)
    if rule is None or not repository.has_rows(connection, rule.beside):
        return Diagnosis()
    staged = pd.DataFrame(repository.read_shapes(connection, rule.dimension)).merge(rows, on=["row", "part"])
    if len(staged) < FEWEST_MATCHED:
        return Diagnosis()
    received = as_box(staged, source)
    tried = [one for one in readings(source) if one.looks is None or one.looks in DATUMS]
    lon, lat = np.array([one.read(received.x, received.y) for one in tried]).transpose(1, 0, 2)
    drawn = rule.draw(np.asarray(staged["geom"], dtype=object))
    moved = [_moved(drawn, lon[at] - lon[0], lat[at] - lat[0]) for at in range(len(tried))]
    wkb = [bytes(one) for one in shapely.to_wkb(np.concatenate(moved))]
    met = np.zeros(len(wkb), dtype=bool)
    met[repository.find_met(connection, rule.beside, wkb, without=rule.without)] = True
    good = np.reshape(met, (len(tried), len(drawn))) == rule.meets
    return diagnose_beside(tried, good, lon, lat, least=rule.least)


def _grounds(shapes: Geometries) -> Geometries:
    """Draw grounds a little smaller, about their centroids."""
    centres = shapely.get_coordinates(shapely.centroid(shapes))
    positions, owner = shapely.get_coordinates(shapes, return_index=True)
    smaller = centres[owner] + INNER_SHARE * (positions - centres[owner])
    drawn: Geometries = shapely.set_coordinates(shapes.copy(), smaller)
    return drawn


def _middles(shapes: Geometries) -> Geometries:
    """Draw a box of `BESIDE_M` to each side of the point halfway along each line."""
    middles = shapely.line_interpolate_point(shapes, 0.5, normalized=True)
    x, y = shapely.get_coordinates(middles).T
    epsg = metric_epsg(float(np.median(x)), float(np.median(y)))
    x, y = shapely.get_coordinates(to_metric(middles, epsg)).T
    return to_storage(shapely.box(x - BESIDE_M, y - BESIDE_M, x + BESIDE_M, y + BESIDE_M), epsg)


def _moved(shapes: Geometries, east: Floats, north: Floats) -> Geometries:
    """Move each shape by degrees: over its width no datum turns or stretches it."""
    positions, owner = shapely.get_coordinates(shapes, return_index=True)
    moved: Geometries = shapely.set_coordinates(
        shapes.copy(), positions + np.column_stack([east, north])[owner]
    )
    return moved


RULES = {
    "school": Rule(2, "road", _grounds, meets=False, least=0.8, without=WALKED),
    "road": Rule(1, "road", _middles, meets=True, least=0.6),
    "basemap": Rule(2, "basemap", shapely.point_on_surface, meets=True, least=0.6),
}
"""No street crosses a school's ground; a road lies upon the same road, a building upon the same building."""

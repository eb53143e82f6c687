"""Gates that no file gives: where the boundary of a school comes nearest to a road."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.arrays import as_geometries

if TYPE_CHECKING:
    from geo.arrays import Floats, Geometries, Integers
    from geo.roads import Network

PREFIX = "est:"
"""What the code of an estimated gate begins with; the school's code follows."""


def estimated_gates(boundaries: Geometries, network: Network, *, limit_m: float) -> Geometries:
    """Give the gate that a school is assumed to have: the point of its boundary nearest to a road.

    Parameters
    ----------
    boundaries
        Valid polygons, or points where no boundary is known, in metres, shape (n,).
    network
        Roads in the same metres.
    limit_m
        Distance from the boundary beyond which a road is none of the school's.

    Returns
    -------
    numpy.ndarray
        Points in metres, shape (n,). A school that is a point has its gate there. Where several roads are
        equally near, the southernmost and of these the westernmost place stands, which does not depend on
        the roads' order; where no road is near, that of the whole outer boundary.
        Holes of a ground have no gate.
    """
    points = as_geometries(boundaries)
    surfaces = np.flatnonzero(shapely.get_dimensions(points) == 2)  # noqa: PLR2004  # surfaces
    outlines = _outlines(points[surfaces])
    vertices, owner = shapely.get_coordinates(outlines, return_index=True)
    points[surfaces] = shapely.points(_southernmost(vertices, owner))
    row, edge = network.tree.query_nearest(outlines, max_distance=limit_m, all_matches=True)
    if len(row):
        meeting = shapely.get_point(shapely.shortest_line(outlines[row], network.lines[edge]), 0)
        points[surfaces[np.unique(row)]] = shapely.points(
            _southernmost(shapely.get_coordinates(meeting), row)
        )
    return points


def _outlines(surfaces: Geometries) -> Geometries:
    """Give the outer boundary of each polygon, all parts together."""
    part, owner = shapely.get_parts(surfaces, return_index=True)
    outlines = as_geometries([None] * len(surfaces))
    shapely.multilinestrings(shapely.get_exterior_ring(part), indices=owner, out=outlines)
    return outlines


def _southernmost(xy: Floats, owner: Integers) -> Floats:
    """Give the southernmost, then westernmost position of each owner, in order of the owners."""
    order = np.lexsort((xy[:, 0], xy[:, 1], owner))
    heads = np.unique(owner[order], return_index=True)[1]
    return xy[order[heads]]


def with_estimated(
    schools: pd.DataFrame, boundaries: Geometries, gates: pd.DataFrame, network: Network, *, limit_m: float
) -> pd.DataFrame:
    """Add a gate for each school that has none.

    Parameters
    ----------
    schools
        ``school_id``, ``school_code``, one row a school.
    boundaries
        Their boundaries in metres, in the same order.
    gates
        ``gate_id``, ``school_code``, ``name``, ``x``, ``y`` in the same metres.
    network, limit_m
        As for `estimated_gates`.

    Returns
    -------
    pandas.DataFrame
        The gates, and for each school without one a row whose ``gate_id`` is the negative ``school_id``;
        ``code`` is `PREFIX` with the school's code there and as given (or missing) elsewhere,
        ``is_estimated`` tells them apart. A gate made here has no name.
    """
    bare = ~schools["school_code"].isin(gates["school_code"]).to_numpy(dtype=bool)
    points = estimated_gates(boundaries[bare], network, limit_m=limit_m)
    own = schools[bare]
    made = pd.DataFrame(
        {
            "gate_id": -own["school_id"].to_numpy(dtype=np.int64),
            "code": [PREFIX + str(code) for code in own["school_code"]],
            "school_code": own["school_code"].to_numpy(dtype=object),
            "name": None,
            "x": shapely.get_x(points),
            "y": shapely.get_y(points),
            "is_estimated": True,
        }
    )
    given = gates.assign(is_estimated=False)
    return pd.concat([given, made], ignore_index=True) if len(made) else given

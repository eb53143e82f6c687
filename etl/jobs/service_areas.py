"""What the posts of a partition reach by road within each response tier."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from data.road_rules import road_rules, road_speeds
from geo.arrays import shapes_of
from geo.crs import surfaces_to_storage, to_metric
from geo.marks import area_marks
from geo.service_areas import Beside, service_areas
from geo.travel import snap

if TYPE_CHECKING:
    from collections.abc import Callable

    from etl.jobs.task import Task
    from geo.arrays import Flags, Integers, Objects
    from geo.roads import Network
    from geo.travel import Sites

COLUMNS = ["post_id", "minutes", "post_code", "mobility", "geom", "area_m2"]
QUAD_SEGS = 8
"""Corners of a quarter circle at the end of a road: an eighth of a metre off, at half the work."""


class _Plane(NamedTuple):
    """The posts that are measured in one plane, and where they meet its roads."""

    epsg: int
    rows: Integers
    """Rows of the partition's posts."""
    posts: pd.DataFrame
    network: Network
    sites: Sites
    mobility: Objects


def replace_service_areas(task: Task, network: Callable[[int], Network]) -> int:
    """Compute and replace the partition's rows of `out.service_area`; gives their number.

    Parameters
    ----------
    task
        The partition; a post belongs to the one of its own district.
    network
        Gives the roads by metric CRS.

    Returns
    -------
    int
        A post that reaches no road in a tier's time has no row of it.
    """
    posts = task.facts.posts()
    posts = posts[posts["district_code"] == task.district].reset_index(drop=True)
    planes = [_plane(task, posts.iloc[rows], network(epsg), epsg, rows) for epsg, rows in task.planes(posts)]
    marks = ((plane.rows, _marks(task, plane)) for plane in planes)
    todo = task.begin("service_area", posts["post_code"].tolist(), marks)
    frames = [
        pd.DataFrame(columns=COLUMNS),
        *(_areas(task, plane, todo.rows[plane.rows]) for plane in planes),
    ]
    whole = pd.concat(frames[1:] or frames, ignore_index=True)
    return task.replace("service_area", whole, by="post_code", only=todo.replaced)


def _plane(task: Task, posts: pd.DataFrame, network: Network, epsg: int, rows: Integers) -> _Plane:
    sites = snap(network, to_metric(shapes_of(posts), epsg), limit_m=task.settings.snap_limit_m)
    return _Plane(epsg, rows, posts, network, sites, road_rules(task.settings).moves(posts["mobility"]))


def _marks(task: Task, plane: _Plane) -> list[bytes]:
    """Mark what each post's areas depend on."""
    rules = task.settings
    return area_marks(
        plane.network, plane.sites, plane.posts["post_id"].tolist(), plane.mobility.tolist(),
        common=(plane.epsg, rules.tiers_min, rules.service_buffer_m, rules.quad_segs, road_speeds(rules)),
    )  # fmt: skip


def _areas(task: Task, plane: _Plane, wanted: Flags) -> pd.DataFrame:
    """Lay the areas of the wanted posts out as rows, post by post."""
    rules, minutes = task.settings, np.array(task.settings.tiers_min, dtype=np.float64)
    posts, mobility = plane.posts[wanted], plane.mobility[wanted]
    areas = service_areas(
        plane.network, plane.sites.at(np.flatnonzero(wanted)), mobility, minutes * 60,
        speeds=road_speeds(rules), beside=Beside(rules.service_buffer_m, min(QUAD_SEGS, rules.quad_segs)),
    )  # fmt: skip
    size_m2 = shapely.area(areas).ravel()
    kept = np.flatnonzero(size_m2 > 0)
    post, tier = np.divmod(kept, len(minutes))
    return pd.DataFrame(
        {
            "post_id": posts["post_id"].to_numpy(dtype=np.int64)[post],
            "minutes": minutes[tier],
            "post_code": posts["post_code"].to_numpy(dtype=object)[post],
            "mobility": mobility[post],
            "geom": surfaces_to_storage(areas.ravel()[kept], plane.epsg),
            "area_m2": size_m2[kept],
        }
    )

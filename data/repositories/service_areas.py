"""What posts reach by road within each response tier, for the map: one post at a time, commanders alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.bulk import read_frame

if TYPE_CHECKING:
    import geopandas as gpd
    from sqlalchemy import Connection


def read_service_areas(connection: Connection, *, post: str) -> gpd.GeoDataFrame:
    """Read the service areas of one post.

    Parameters
    ----------
    connection
        A viewer's transaction; the database gives the rows to commanders only.
    post
        Code of the post; none has an empty one, so that nothing is chosen by it.

    Returns
    -------
    GeoDataFrame
        ``post_id, post_code, minutes, mobility, area_m2, geom`` (EPSG:4490), the longest time first: shorter
        ones are drawn upon it.
    """
    frame: gpd.GeoDataFrame = read_frame(
        connection,
        "SELECT post_id, post_code, minutes, mobility, area_m2, geom"
        "  FROM out.in_box_service_area(-180, -90, 180, 90, post_code => %(post)s)"
        " ORDER BY minutes DESC, post_id",
        {"post": post},
    )
    return frame

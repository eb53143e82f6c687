"""The plain buffer calls that rings cannot do without: no chunks, no threads, no way to or from metres."""

from __future__ import annotations

import shapely


def buffers(ground, radii) -> float:
    """Make every zone of shapely polygons in metres and give the sum of their areas."""
    return sum(float(shapely.area(shapely.buffer(ground, radius, quad_segs=16)).sum()) for radius in radii)

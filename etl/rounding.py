"""Whether the stored places of events were rounded before they came, in whichever coordinates that was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.arrays import points_at
from geo.crs import metric_epsgs, to_metric
from geo.datums import in_box, wgs84_to_bd09, wgs84_to_gcj02
from geo.rounded import rounding_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from geo.arrays import Floats
    from geo.rounded import Rounding


def rounding_of_events(events: pd.DataFrame) -> dict[str, Any]:
    """Find out whether events' positions were rounded.

    A file in GCJ-02 with three decimals lies on no lattice once it is stored; brought back to the coordinates
    it came in it does. So every way in which a file may have come is tried.

    Parameters
    ----------
    events
        ``lon``, ``lat`` (degrees, EPSG:4490) and ``hidden``: those that the product itself placed
        are left out.

    Returns
    -------
    dict
        `geo.rounded.Rounding` with ``is_rounded``, of the reading with the coarsest lattice.
    """
    known = events[~events["hidden"]]
    lon, lat = known["lon"].to_numpy(dtype=float), known["lat"].to_numpy(dtype=float)
    readings = [rounding_of(x, y, metres_per_unit=unit) for x, y, unit in _readings(lon, lat)]
    return told(max(readings, key=lambda one: (one.step_m or 0.0, one.is_stacked)))


def _readings(lon: Floats, lat: Floats) -> Iterator[tuple[Floats, Floats, float | None]]:
    """Give positions as they may have come: x, y and how long a unit is, m (degrees: none)."""
    yield lon, lat, None
    if not len(lon):
        return
    if in_box(lon, lat).all():
        yield *wgs84_to_gcj02(lon, lat), None
        yield *wgs84_to_bd09(lon, lat), None
    zones, many = np.unique(metric_epsgs(lon, lat), return_counts=True)
    plane = to_metric(points_at(lon, lat), int(zones[many.argmax()]))
    yield shapely.get_x(plane), shapely.get_y(plane), 1.0


def told(found: Rounding) -> dict[str, Any]:
    """Give what was found as JSON holds it."""
    return found._asdict() | {"largest": list(found.largest), "is_rounded": found.is_rounded}


def in_words(found: dict[str, Any]) -> tuple[str, dict[str, object]] | None:
    """Give the last word of the sentence's key and what stands in it; none where there is nothing to say.

    Parameters
    ----------
    found
        As `told`.
    """
    if not found["is_rounded"]:
        return None
    kind = "rounded" if found["step_m"] is not None else "stacked"
    finest = found["finest_radius_m"]
    given: dict[str, object] = {
        "step": round(found["step_m"] or 0),
        "stacked": found["stacked"],
        "events": found["events"],
        "positions": found["positions"],
        "finest": finest,
    }
    return kind if finest is not None else f"{kind}_too_coarse", given

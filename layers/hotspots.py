"""Hexagons of events: where there are significantly many, how many there are, or how dense they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layers.spec import DECIDERS, LayerSpec, LegendEntry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from geo.arrays import Floats, Objects

NOTHING = "-"
"""Code of a hexagon that is not drawn now."""
HOT, SOME = "h", "e"
COUNTS = ("1", "2", "3", "4")
COUNT_EDGES = (1, 2, 4, 10)
"""Events from which each class begins."""
DENSITIES = ("5", "6", "7", "8")
DENSITY_EDGES = (0.1, 0.25, 0.5, 0.75)
"""Shares of the peak from which each class begins."""
MODES: Mapping[str, tuple[str, ...]] = {
    "significant": (HOT, SOME),
    "counts": COUNTS,
    "density": DENSITIES,
}
"""Ways to look at it, with their lines of the legend."""

SPEC = LayerSpec(
    key="hotspot",
    url="/layers/hotspot?v={version}",
    id_column="cell_id",
    title_key="layers.hotspot.title",
    legend=(
        LegendEntry(HOT, "layers.hotspot.hot"),
        LegendEntry(SOME, "layers.hotspot.some"),
        LegendEntry(COUNTS[0], "layers.hotspot.count_1"),
        LegendEntry(COUNTS[1], "layers.hotspot.count_2"),
        LegendEntry(COUNTS[2], "layers.hotspot.count_3"),
        LegendEntry(COUNTS[3], "layers.hotspot.count_4"),
        LegendEntry(DENSITIES[0], "layers.hotspot.density_1"),
        LegendEntry(DENSITIES[1], "layers.hotspot.density_2"),
        LegendEntry(DENSITIES[2], "layers.hotspot.density_3"),
        LegendEntry(DENSITIES[3], "layers.hotspot.density_4"),
    ),
    roles=DECIDERS,
    is_sensitive=True,
    is_on_demand=True,
    tolerance_deg=0.0,
)


def codes(ids: Sequence[str], cells: pd.DataFrame, density: pd.DataFrame, mode: str) -> str:
    """Give one code a hexagon.

    Parameters
    ----------
    ids
        In the order of the map's features.
    cells
        ``cell_id, count, class`` of the period and category.
    density
        ``cell_id, share`` of the year.
    mode
        One of `MODES`.
    """
    if mode == "density":
        words = _classes(density["share"].to_numpy(dtype=float), DENSITY_EDGES, DENSITIES)
        found = dict(zip(density["cell_id"], words, strict=True))
    else:
        count = cells["count"].to_numpy(dtype=float)
        if mode == "counts":
            words = _classes(count, COUNT_EDGES, COUNTS)
        else:
            hot = (cells["class"] == "hot").to_numpy(dtype=bool)
            words = np.select([hot, count > 0], [HOT, SOME], default=NOTHING).astype(object)
        found = dict(zip(cells["cell_id"], words, strict=True))
    return "".join(found.get(one, NOTHING) for one in ids)


def _classes(values: Floats, edges: Sequence[float], words: Sequence[str]) -> Objects:
    """Give the class of each value; nothing below the first edge."""
    known = np.array([NOTHING, *words], dtype=object)
    found: Objects = known[np.searchsorted(edges, values, side="right")]
    return found

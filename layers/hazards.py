"""The hazards: how far each is, told by sign and colour; what is overdue stands out and on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.hazards import FOUND
from geo.terms import HazardStep
from layers.spec import ON_THE_MAP, Draw, LayerSpec, LegendEntry

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

OVERDUE, DIMMED = "O", "9"
"""Codes: overdue at whatever stage; not among those that are looked at."""
CODES = {
    FOUND: "F", HazardStep.ASSIGNED: "A", HazardStep.RECTIFIED: "R", HazardStep.VERIFIED: "V",
    HazardStep.CLOSED: "C",
}  # fmt: skip
"""Code of a stage, where the hazard is not overdue."""

SPEC = LayerSpec(
    key="hazard",
    url="/layers/hazard?v={version}",
    id_column="id",
    title_key="hazards.map.title",
    columns=("code", "name"),
    legend=(
        LegendEntry(OVERDUE, "hazards.map.overdue", "cross"),
        LegendEntry("F", "hazards.stage.found", "triangle"),
        LegendEntry("A", "hazards.stage.assigned", "square"),
        LegendEntry("R", "hazards.stage.rectified", "half"),
        LegendEntry("V", "hazards.stage.verified", "diamond"),
        LegendEntry("C", "hazards.stage.closed", "circle"),
    ),
    roles=ON_THE_MAP,
    draw=Draw.GLYPH,
    is_shaped_by_code=True,
    is_on_demand=True,
)
LINES = (OVERDUE, *CODES.values())


def codes(states: pd.DataFrame, shown: Collection[str]) -> str:
    """Say how far each hazard is, one character a hazard.

    Parameters
    ----------
    states
        ``hazard_code``, ``stage``, ``is_overdue``, in the order of the layer's features.
    shown
        Codes of the hazards that are looked at; the others are dimmed.

    Returns
    -------
    str
        As many of `LINES` and `DIMMED` as there are hazards.
    """
    words = states["stage"].map(CODES).to_numpy(dtype=object)
    words = np.where(states["is_overdue"].to_numpy(dtype=bool), OVERDUE, words)
    return "".join(np.where(states["hazard_code"].isin(shown), words, DIMMED).tolist())

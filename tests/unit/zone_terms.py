"""Made-up terms of focus zones, for tests."""

from __future__ import annotations

import numpy as np
import pandas as pd

TERMS = (
    "incident_rate",
    "significant_cells",
    "findings",
    "hazards_open",
    "hazards_overdue",
    "uncovered_min",
    "pupils",
)
EQUAL = dict.fromkeys(TERMS, 1.0)


def made_up(count: int, chance: np.random.Generator) -> pd.DataFrame:
    """Give terms as a district could have them."""
    hazards = chance.poisson(4, count)
    return pd.DataFrame(
        {
            "zone_id": [f"T:{row:05}" for row in range(count)],
            "incident_rate": chance.gamma(2, 4, count),
            "significant_cells": chance.poisson(1, count).astype(float),
            "findings": chance.poisson(1.5, count).astype(float),
            "hazards_open": hazards.astype(float),
            "hazards_overdue": chance.binomial(hazards, 0.3).astype(float),
            "uncovered_min": np.round(chance.gamma(1, 300, count)),
            "pupils": chance.integers(200, 5000, count).astype(float),
        }
    )

"""Compares `out.coverage` with the one statement that computes every row of it in PostGIS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from data.bulk import read_frame
from data.config import Settings
from data.session import unit_of_work
from data.settings import DbRole

if TYPE_CHECKING:
    from datetime import date, time

    import pandas as pd

REFERENCE = Path(__file__).parents[1] / "references" / "coverage_in_postgis.sql"
KEY = ["school_code", "ring_m", "day_type", "slot"]
MEASURES = ("ring_area_m2", "covered_area_m2", "gap_area_m2", "nearest_post_m")


def assert_equal(*, day: date, epsg: int) -> pd.DataFrame:
    """Hold every straight row of `out.coverage`, built with the default settings, to brute force; gives both."""
    with unit_of_work(DbRole.OWNER) as connection:
        expected = read_frame(connection, REFERENCE.read_text(encoding="utf-8"), parameters(day, epsg))
        made = read_frame(connection, "SELECT * FROM out.coverage WHERE metric = 'straight'")
    expected = expected.astype({"ring_m": int})
    both = made.merge(expected, on=KEY, how="outer", suffixes=("", "_ref"), indicator=True)
    assert (both["_merge"] == "both").all()
    assert (both["covered_area_m2"] + both["gap_area_m2"] - both["ring_area_m2"]).abs().max() < 0.1
    assert (both["post_count"] == both["post_count_ref"]).all()
    for measure in MEASURES:
        np.testing.assert_allclose(both[measure], both[f"{measure}_ref"], atol=1e-3, equal_nan=True)
    share = both["covered_area_m2_ref"] / both["ring_area_m2_ref"]
    np.testing.assert_allclose(both["covered_share"], share, atol=1e-9)
    return both


def parameters(day: date, epsg: int) -> dict[str, object]:
    """Give the default settings as the statement wants them."""
    defaults = Settings()
    bells = {
        str(stage): [
            [str(bell.direction), minute(bell.start), minute(bell.end or bell.start)] for bell in bells
        ]
        for stage, bells in defaults.default_bells.items()
    }
    borders = {
        "morning_in": minute(defaults.morning_in_before),
        "noon_out": minute(defaults.noon_out_before),
        "afternoon_out": minute(defaults.afternoon_out_before),
    }
    return {
        "day": day,
        "rings": [float(ring) for ring in defaults.rings_m],
        "reach": json.dumps(defaults.reach_m.model_dump()),
        "borders": json.dumps(borders),
        "bells": json.dumps(bells),
        "srid": epsg,
    }


def minute(clock: time) -> int:
    """Give a clock time as minute of the day."""
    return clock.hour * 60 + clock.minute

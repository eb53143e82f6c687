"""The reference's rows as the frames of `geo.ledger`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.ledger import LedgerFacts

if TYPE_CHECKING:
    from tests.references.ledger_by_the_minute import District

COLUMNS = {
    "gates": ["gate_id", "school_code", "name", "x", "y"],
    "schools": ["school_id", "school_code", "stage", "pupils"],
    "bells": ["bell_slot_id", "school_code", "gate", "direction", "weekdays", "start", "end", "date_from", "date_to"],
    "posts": ["post_id", "post_code", "type", "force", "mobility", "x", "y"],
    "duties": ["post_code", "school_code", "gate", "weekdays", "start", "end", "date_from", "date_to"],
    "exceptions": ["date", "post_code", "change", "replaced_by", "start", "end"],
    "calendar": ["date", "scope", "is_school_day", "runs_as_weekday"],
}  # fmt: skip


def frame(rows: list[dict], name: str) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=COLUMNS[name], dtype=object)
    for column in ("x", "y"):
        if column in made:
            made[column] = made[column].astype("float64")
    return made


def facts_of(district: District) -> LedgerFacts:
    travel = np.array(
        [[district.travel_s.get((post["post_code"], gate["gate_id"]), np.inf) for gate in district.gates]
         for post in district.posts], dtype=np.float64,
    ).reshape(len(district.posts), len(district.gates))  # fmt: skip
    return LedgerFacts(
        **{name: frame(getattr(district, name), name) for name in COLUMNS},
        travel_s=travel if district.has_roads else None,
    )

"""A part of a partition's facts that can be kept on its own: schools with all that shares posts with them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geo.calendars import without_schools
from geo.ledger import rows_of
from geo.marks import components

if TYPE_CHECKING:
    import pandas as pd

    from geo.arrays import Flags
    from geo.ledger import LedgerFacts, LedgerRules


def part_of(facts: LedgerFacts, schools: Flags, rules: LedgerRules) -> LedgerFacts:
    """Cut the facts down to some schools and those with which they share posts.

    Parameters
    ----------
    facts
        Of the partition.
    schools
        Which schools are wanted, shape (schools,).
    rules
        How the ledger counts.

    Returns
    -------
    LedgerFacts
        With fewer schools, gates and bells. The rows of the schools that were wanted come out as they would
        of the whole; those of others need not be taken.
    """
    if schools.all():
        return facts
    school_of_gate = rows_of(facts.schools["school_code"], facts.gates["school_code"])
    group = components(facts, school_of_gate, rules)[: len(schools)]
    kept = np.isin(group, group[schools])
    gates = kept[school_of_gate]
    return replace(
        facts,
        schools=_rows(facts.schools, kept),
        gates=_rows(facts.gates, gates),
        bells=_rows(
            facts.bells, facts.bells["school_code"].isin(facts.schools["school_code"][kept]).to_numpy()
        ),
        calendar=without_schools(facts.calendar, set(facts.schools["school_code"][~kept])),
        travel_s=None if facts.travel_s is None else facts.travel_s[:, gates],
    )


def _rows(frame: pd.DataFrame, kept: Flags) -> pd.DataFrame:
    return frame[kept].reset_index(drop=True)

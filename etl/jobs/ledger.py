"""The gate-slot ledger of a partition: who is at each gate in each bell slot, who can come, what is open."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from data.ledger_rules import ledger_rules
from data.road_rules import road_rules
from geo.layouts import laid_out
from geo.ledger import COLUMNS
from geo.ledger_days import whole_ledger
from geo.ledger_parts import part_of
from geo.marks import ledger_marks

if TYPE_CHECKING:
    from collections.abc import Callable

    from etl.jobs.task import Task
    from geo.arrays import Integers
    from geo.roads import Network

_HOUR_MIN = 60


def run(task: Task, network: Callable[[int], Network]) -> int:
    """Compute and replace the partition's rows of `out.gate_slot`; gives their number."""
    frames = task.facts.of_ledger(task.district, task.settings.road_margin_m)
    rules = ledger_rules(task.settings)
    schools, by_road = frames["schools"], road_rules(task.settings)
    planes = [
        (rows, laid_out(frames, rows, network(epsg), epsg=epsg, rules=by_road)[0])
        for epsg, rows in task.planes(schools)
    ]
    marks = ((rows, ledger_marks(facts, as_of=task.day, rules=rules)) for rows, facts in planes)
    todo = task.begin("gate_slot", schools["school_code"].tolist(), marks)
    parts = [pd.DataFrame(columns=COLUMNS)]
    for rows, facts in planes:
        if not todo.rows[rows].any():
            continue
        wanted = part_of(facts, todo.rows[rows], rules)
        found = whole_ledger(wanted, as_of=task.day, rules=rules)
        asked = schools["school_code"].iloc[rows[todo.rows[rows]]]
        parts.append(_stored(found[found["school_code"].isin(asked)]))
    return task.replace("gate_slot", pd.concat(parts[1:] or parts, ignore_index=True), only=todo.replaced)


def _stored(rows: pd.DataFrame) -> pd.DataFrame:
    """Write clock times as the table has them."""
    return rows.reset_index(drop=True).assign(
        window_start=_clock(rows["window_start"].to_numpy(dtype=np.int64)),
        window_end=_clock(rows["window_end"].to_numpy(dtype=np.int64)),
    )


def _clock(minutes: Integers) -> pd.Series:
    clock = [time(minute // _HOUR_MIN, minute % _HOUR_MIN) for minute in minutes.tolist()]
    return pd.Series(clock, dtype=object)

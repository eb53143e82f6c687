"""The frames that enter and leave `geo`: their columns and what each may hold, checked at the door.

All faults of a frame come in one error, because the next fault is only found by running again. Geometry
travels in arrays beside the frames.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandera.pandas as pa
from pandera.errors import SchemaErrors

from geo.errors import FrameError
from geo.terms import DayType, Direction, Metric, Slot

if TYPE_CHECKING:
    import pandas as pd

_DAY_MIN = 24 * 60
_MINUTE = pa.Check.in_range(0, _DAY_MIN)


def _one_of(words: type[Direction | Slot | DayType | Metric]) -> pa.Check:
    return pa.Check.isin([str(word) for word in words])


BELLS = pa.DataFrameSchema(
    {
        "school_code": pa.Column(),
        "direction": pa.Column(None, _one_of(Direction)),
        "weekdays": pa.Column(nullable=True),
        "start": pa.Column("int64", _MINUTE),
        "end": pa.Column("float64", _MINUTE, nullable=True),
        "date_from": pa.Column(nullable=True),
        "date_to": pa.Column(nullable=True),
        "is_estimated": pa.Column(bool),
    },
    name="bells",
)
"""A row a bell; ``start`` and ``end`` are minutes of the day, ``weekdays`` a list (0 = Monday) or missing."""

DUTIES = pa.DataFrameSchema(
    {
        "post_code": pa.Column(),
        "weekdays": pa.Column(nullable=True),
        "start": pa.Column("int64", _MINUTE),
        "end": pa.Column("int64", _MINUTE),
        "date_from": pa.Column(nullable=True),
        "date_to": pa.Column(nullable=True),
    },
    name="duties",
)
"""A row a duty; minutes of the day, ``end`` before ``start`` is on the next day."""

POSTS_ON_DUTY = pa.DataFrameSchema(
    {"post_code": pa.Column(unique=True), "type": pa.Column(nullable=True)}, name="posts"
)
"""A row a post."""

SLOTS = pa.DataFrameSchema(
    {
        "school_code": pa.Column(),
        "slot": pa.Column(None, [_one_of(Slot), pa.Check.ne(str(Slot.ALL))]),
        "start": pa.Column("int64", pa.Check.ge(0)),
        "end": pa.Column("int64", pa.Check.ge(0)),
        "weekdays": pa.Column("int64", pa.Check.in_range(0, 127)),
        "is_estimated": pa.Column(bool),
    },
    checks=pa.Check(lambda frame: frame["start"] <= frame["end"], name="start before end"),
    unique=["school_code", "slot"],
    name="slots",
)
"""A row a school and slot; minutes of the day, ``weekdays`` as bits (1 = Monday)."""

COVERAGE = pa.DataFrameSchema(
    {
        "school": pa.Column("int64", pa.Check.ge(0)),
        "ring_m": pa.Column("int64", pa.Check.gt(0)),
        "day_type": pa.Column(None, _one_of(DayType)),
        "slot": pa.Column(None, _one_of(Slot)),
        "ring_area_m2": pa.Column("float64", pa.Check.gt(0)),
        "covered_area_m2": pa.Column("float64", pa.Check.ge(0)),
        "gap_area_m2": pa.Column("float64", pa.Check.ge(0)),
        "covered_share": pa.Column("float64", pa.Check.in_range(0, 1)),
        "post_count": pa.Column("int64", pa.Check.ge(0)),
        "nearest_post_m": pa.Column("float64", pa.Check.ge(0), nullable=True),
        "gap": pa.Column("int64", pa.Check.ge(-1)),
    },
    unique=["school", "ring_m", "day_type", "slot"],
    name="coverage",
)
"""A row a school, ring, day type and slot; ``gap`` is the row of its shape among the chunk's gaps, -1 for
none."""


def checked(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Give the frame back if it is what the schema says.

    Raises
    ------
    FrameError
        It is not; ``faults`` names each column and the rule that it breaks, without any value.
    """
    try:
        return schema.validate(frame, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases
        faults = sorted(
            {f"{column}: {check}" for column, check in zip(cases["column"], cases["check"], strict=True)}
        )
        raise FrameError(frame=schema.name, faults="; ".join(faults)) from None

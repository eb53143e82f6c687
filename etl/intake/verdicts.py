"""What became of each row of a chunk: the first refusal stands, repairs add up, nothing is silent."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from geo.arrays import Flags, Objects


class Reason(StrEnum):
    """Why a row is refused, beside the geometries' own reasons in `geo.validity.Refusal`."""

    PERSONAL_DATA = "personal_data"
    RAGGED_ROW = "ragged_row"
    CONTROL_CHARACTER = "control_character"
    TOO_LONG = "too_long"
    UNKNOWN_VALUE = "unknown_value"
    NOT_A_NUMBER = "not_a_number"
    OUT_OF_RANGE = "out_of_range"
    NOT_A_FLAG = "not_a_flag"
    NOT_A_DATE = "not_a_date"
    OTHER_WEEKDAY = "other_weekday"
    NOT_A_MOMENT = "not_a_moment"
    NOT_A_TIME = "not_a_time"
    NOT_WEEKDAYS = "not_weekdays"
    MISSING_VALUE = "missing_value"
    BAD_HOURS = "bad_hours"
    DATES_REVERSED = "dates_reversed"
    NOT_A_COORDINATE = "not_a_coordinate"
    UNKNOWN_ORDER = "unknown_order"
    OTHER_ZONE = "other_zone"
    DUPLICATE_CODE = "duplicate_code"
    CODE_OF_OTHER_SOURCE = "code_of_other_source"
    UNKNOWN_SCHOOL = "unknown_school"
    UNKNOWN_POST = "unknown_post"
    REFUSED_CATEGORY = "refused_category"


class Mend(StrEnum):
    """What was done to a row so that it could be kept, beside `geo.validity.Repair`."""

    FULLWIDTH_FOLDED = "fullwidth_folded"
    UNIT_DROPPED = "unit_dropped"
    HEMISPHERE_FOLLOWED = "hemisphere_followed"
    ZONE_PREFIX_REMOVED = "zone_prefix_removed"
    ZONE_PREFIX_ADDED = "zone_prefix_added"
    VALUE_DROPPED = "value_dropped"
    POINT_TAKEN = "point_taken"
    DUPLICATE_MERGED = "duplicate_merged"


def is_missing(values: Objects) -> Flags:
    """Tell where an object array holds nothing."""
    flags: Flags = pd.isna(values)
    return flags


class Book:
    """The verdicts of one chunk's rows.

    Parameters
    ----------
    count
        Number of rows.
    """

    def __init__(self, count: int) -> None:
        self.reasons: Objects = np.full(count, None, dtype=object)
        self.columns: Objects = np.full(count, None, dtype=object)
        self.repairs: Objects = np.full(count, None, dtype=object)
        self.repaired_columns: Objects = np.full(count, None, dtype=object)

    @property
    def standing(self) -> Flags:
        """Rows that are not refused so far."""
        flags: Flags = is_missing(self.reasons)
        return flags

    def refuse(self, rows: Flags, reason: str, column: str | None) -> None:
        """Refuse rows that still stand."""
        hit = rows & self.standing
        self.reasons[hit] = str(reason)
        self.columns[hit] = column

    def refuse_each(self, reasons: Objects, column: str | None) -> None:
        """Refuse the rows that have a reason, each for its own."""
        hit = ~is_missing(reasons) & self.standing
        self.reasons[hit] = [str(reason) for reason in reasons[hit]]
        self.columns[hit] = column

    def repair(self, rows: Flags, name: str, column: str | None) -> None:
        """Note a repair; several of one row are kept in the order in which they were made."""
        for row in np.flatnonzero(rows):
            before = self.repairs[row]
            if before is None:
                self.repairs[row], self.repaired_columns[row] = str(name), column
            elif name not in before.split(","):
                self.repairs[row] = f"{before},{name}"


def only_where(rows: Flags, values: Objects) -> Objects:
    """Keep values where flagged and put nothing elsewhere."""
    kept = values.copy()
    kept[~rows] = None
    return kept

"""Why a cell of a grid is refused, beside the reasons of `etl.intake.verdicts`."""

from __future__ import annotations

from enum import StrEnum


class GridReason(StrEnum):
    """Names of refusals; their sentences stand under ``intake.reason``."""

    NOT_A_TIME = "not_a_time"
    NOT_A_DATE = "not_a_date"
    NOT_WEEKDAYS = "not_weekdays"
    MISSING_VALUE = "missing_value"
    UNKNOWN_POST = "unknown_post"
    UNKNOWN_SCHOOL = "unknown_school"
    NO_HOURS = "no_hours"
    UNCLEAR_CELL = "unclear_cell"
    SEVERAL_INTERVALS = "several_intervals"
    WEEKDAY_MISMATCH = "weekday_mismatch"
    UNSAVED_FORMULA = "unsaved_formula"
    ERROR_VALUE = "error_value"

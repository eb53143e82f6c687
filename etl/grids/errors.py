"""What can keep a roster grid from being read; one class a cause, its sentence in the catalogue `grids`.

Headings are named by the letter of their column: they may be somebody's name.
"""

from __future__ import annotations

from etl.errors import BadKeyError, IntakeError, MissingColumnError


class GridKindError(BadKeyError):
    """Only duties and their exceptions come as grids; ``kind`` is what the source brings."""

    key = "grids.kind"


class GridTargetError(BadKeyError):
    """A column of the kind is given by the grid and declared beside it as well."""

    key = "grids.target"


class GridColumnError(BadKeyError):
    """Beside a grid only constants may be declared; ``target`` is read from a column."""

    key = "grids.column"


class GridPlaceError(BadKeyError):
    """Nothing in the grid, and no constant, says whose hours they are."""

    key = "grids.place"


class GridDateError(BadKeyError):
    """A one-day change needs a date, from a heading or as a constant."""

    key = "grids.date"


class GridFileError(IntakeError):
    """Only tables hold grids."""

    key = "grids.file"


class NoGridError(MissingColumnError):
    """No sheet has a row of headings such as the grid needs."""

    key = "grids.no_headings"


class NoYearError(IntakeError):
    """A heading names a day and month without a year, and the source description names none."""

    key = "grids.no_year"


class NoMonthError(IntakeError):
    """A heading names a day of the month alone, and the source description names no month."""

    key = "grids.no_month"


class YearTurnsError(IntakeError):
    """Days without a year go from December to January, so that one year cannot hold for all."""

    key = "grids.year_turns"


class DatedWeekdayError(IntakeError):
    """A heading of a grid of weekdays names a date: the roster may hold for that week only."""

    key = "grids.dated_weekday"


class UndatedColumnError(IntakeError):
    """A heading of a grid of dates names a weekday alone."""

    key = "grids.undated_column"


class BadDayError(IntakeError):
    """A heading begins as a date or weekday and cannot be read as one day."""

    key = "grids.bad_day"


class SeveralGridsError(IntakeError):
    """Several sheets have such headings, and the source description names none of them."""

    key = "grids.several"

"""What is wrong with a source of events, venues or hazards: one class a cause."""

from __future__ import annotations

from etl.errors import IntakeError


class RefusedCategoryError(IntakeError):
    """A description names a category that is never taken in; ``word`` is the description's own word."""

    key = "kinds.refused_category"


class TimeAsCodeError(IntakeError):
    """A description takes an event's code from the column of its time or place, which are coarsened."""

    key = "kinds.time_as_code"

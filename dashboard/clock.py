"""What time it is where the district is."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def local_now(timezone: str) -> datetime:
    """Give the district's local time.

    Parameters
    ----------
    timezone
        Name of a zone, such as ``Asia/Shanghai``.

    Returns
    -------
    datetime.datetime
        Aware.
    """
    return datetime.now(UTC).astimezone(ZoneInfo(timezone))


def minute_of(moment: datetime) -> int:
    """Give the minute of its day."""
    return moment.hour * 60 + moment.minute

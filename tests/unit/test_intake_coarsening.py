"""A moment becomes the two-hour band of its own local clock, whatever the offset it was written with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.intake.coarsening import bands

ZONES = ("Asia/Shanghai", "America/New_York", "Asia/Kathmandu", "UTC")


def band(moment: str, zone: str = "Asia/Shanghai") -> tuple[str, str]:
    stored, shown = bands(np.array([moment], dtype=object), ZoneInfo(zone))
    return stored[0], shown[0]


@pytest.mark.parametrize(
    ("moment", "stored", "shown"),
    [
        ("2026-03-05T21:40:00+08:00", "2026-03-05T12:00:00+00:00", "2026-03-05 20:00"),
        ("2026-03-05T13:40:00+00:00", "2026-03-05T12:00:00+00:00", "2026-03-05 20:00"),
        ("2026-03-05T00:00:00+08:00", "2026-03-04T16:00:00+00:00", "2026-03-05 00:00"),
        ("2026-03-05T23:59:59+08:00", "2026-03-05T14:00:00+00:00", "2026-03-05 22:00"),
        ("2026-03-05T21:40:00", "2026-03-05T12:00:00+00:00", "2026-03-05 20:00"),
    ],
)
def test_a_moment_becomes_its_band(moment: str, stored: str, shown: str) -> None:
    assert band(moment) == (stored, shown)


def test_the_hour_that_comes_twice_is_one_band() -> None:
    assert band("2026-11-01T01:30:00-04:00", "America/New_York") == band(
        "2026-11-01T01:30:00-05:00", "America/New_York"
    )


def test_nothing_stays_nothing() -> None:
    stored, shown = bands(np.array([None, "2026-03-05T21:40:00+08:00", None], dtype=object), ZoneInfo("UTC"))
    assert [one is None for one in stored] == [one is None for one in shown] == [True, False, True]


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), st.sampled_from(ZONES))  # noqa: DTZ001
def test_a_band_begins_on_an_even_local_hour_before_its_moment_and_stays_itself(
    when: datetime, zone: str
) -> None:
    moment = when.replace(tzinfo=UTC)
    stored, shown = band(moment.isoformat(), zone)
    start = datetime.fromisoformat(stored)
    assert timedelta(0) <= moment - start < timedelta(hours=3, minutes=1), "3 h where clocks go back"
    assert int(shown[11:13]) % 2 == 0
    assert shown.endswith(":00")
    assert band(stored, zone)[0] == stored or "New_York" in zone

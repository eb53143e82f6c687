"""Events told to education: each at one school, the nearest within 500 m, as a class of the school year."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely

from geo.school_events import class_rows, school_year_of


def grounds(*corners: tuple[float, float]) -> np.ndarray:
    return np.array([shapely.box(x, y, x + 100, y + 100) for x, y in corners], dtype=object)


def events(*places: tuple[float, float, int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    points = np.array([shapely.Point(x, y) for x, y, _, _ in places], dtype=object)
    return (
        points,
        np.array([p[2] for p in places], dtype=np.int64),
        np.array([p[3] for p in places], dtype=np.int64),
    )


@pytest.mark.parametrize(
    ("day", "year"), [(date(2026, 8, 31), 2025), (date(2026, 9, 1), 2026), (date(2027, 1, 1), 2026)]
)
def test_a_school_year_begins_on_1_september(day: date, year: int) -> None:
    assert school_year_of(day) == year


def test_an_event_counts_at_the_nearest_school_within_500_m_and_at_no_other() -> None:
    made = class_rows(
        grounds((0, 0), (1000, 0)), np.array([True, True]),
        events((550, 50, 2025, 9), (500, 50, 2025, 10), (50, 50, 2025, 5), (1601, 50, 2025, 30), (50, -500, 2026, 1)), [2024],
    )  # fmt: skip
    # 550 is equally far from both: it goes to the first; 1601 is 501 m from the second
    assert made["school_year"].tolist() == [2024, 2025, 2026] * 2
    assert made["class"].tolist() == ["<10", "10-24", "<10", "<10", "<10", "<10"]
    assert class_rows(grounds((0, 0)), np.array([True]), events((50, 600, 2025, 10)), [])[
        "class"
    ].tolist() == ["10-24"]
    assert class_rows(grounds((0, 0)), np.array([True]), events((50, 601, 2025, 10)), []).empty


def test_what_a_neighbouring_school_takes_is_counted_there_and_not_told_here() -> None:
    made = class_rows(
        grounds((0, 0), (300, 0)), np.array([True, False]), events((290, 50, 2025, 40), (90, 50, 2025, 3)), []
    )
    assert made.to_dict("records") == [{"school": 0, "school_year": 2025, "class": "<10"}]


def test_without_schools_or_without_events_there_is_nothing_to_tell() -> None:
    assert class_rows(grounds(), np.zeros(0, dtype=bool), events((0, 0, 2025, 1)), [2025]).empty
    assert class_rows(grounds((0, 0)), np.array([True]), events(), []).empty
    assert class_rows(grounds((0, 0)), np.array([True]), events(), [2025])["class"].tolist() == ["<10"]

"""Releases of small numbers: what they may say, and what nobody can work out from a series of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.disclosure import (
    CLASSES,
    MOST_MOVES,
    NOTHING,
    UNBOUNDED,
    WITHHELD,
    are_suppressed,
    classes_of_counts,
    codes_of_counts,
    codes_of_words,
    feasible_ranges,
    keep_open,
    release,
    words_of_codes,
)
from geo.disclosure_coin import RATE, HalfYearError, half_year_number, half_year_of, tossed
from geo.terms import CountClass
from tests.references.feasible_by_milp import feasible

BOUNDS = [(0, 9), (10, 24), (25, 49), (50, 99), (100, None), (0, None), (0, None)]
KEY = bytes(range(32))

steps = st.integers(-MOST_MOVES, MOST_MOVES)
half_years = st.tuples(steps, st.booleans(), st.booleans())
histories = st.tuples(st.integers(0, 110), st.lists(half_years, min_size=0, max_size=9))


def told(first: int, later: list[tuple[int, bool, bool]], *, most: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Release a series of true counts, some half-years left out, some withheld by the coin; codes and counts."""
    counts, codes = (
        [first],
        release(np.array([first]), np.empty((1, 0), dtype=np.int64), np.array([True]))[:, None],
    )
    for step, heads, is_left_out in later:
        counts.append(max(counts[-1] + step * most, 0))
        cell = release(np.array(counts[-1:]), codes, np.array([heads]))
        codes = np.column_stack([codes, np.array([NOTHING]) if is_left_out else cell])
    return codes, np.array([counts])


@pytest.mark.parametrize(
    ("count", "word"),
    [(0, "<10"), (9, "<10"), (10, "10-24"), (24, "10-24"), (25, "25-49"), (49, "25-49"), (50, "50-99"), (99, "50-99"),
     (100, "100+"), (4_000, "100+")],
)  # fmt: skip
def test_a_count_is_told_as_its_class(count: int, word: str) -> None:
    assert classes_of_counts(np.array([count])).tolist() == [word]


def test_words_and_codes_are_the_same_thing() -> None:
    words = [str(word) for word in CountClass]
    assert words_of_codes(codes_of_words(words)).tolist() == words
    assert [*map(str, CLASSES), "withheld"] == words
    with pytest.raises(KeyError):
        codes_of_words(["7"])


@given(st.lists(st.sampled_from(range(NOTHING + 1)), min_size=1, max_size=6))
@settings(deadline=None, max_examples=60)
def test_intervals_are_what_integer_programming_finds(codes: list[int]) -> None:
    found = feasible_ranges(np.array([codes]))
    expected = feasible([BOUNDS[code] for code in codes], MOST_MOVES)
    low, high = found.low[0].tolist(), found.high[0].tolist()
    if expected is None:
        assert any(least > most for least, most in zip(low, high, strict=True))
        return
    open_from = UNBOUNDED - MOST_MOVES * len(codes)
    ends = [None if most >= open_from else most for most in high]
    assert list(zip(low, ends, strict=True)) == expected


@given(histories)
def test_every_suppressed_cell_stays_open_and_holds_the_true_count(series: tuple[int, list]) -> None:
    codes, counts = told(*series)
    ranges = feasible_ranges(codes)
    values = ranges.high - ranges.low + 1
    assert (values[are_suppressed(codes)] >= 5).all()
    assert ((ranges.low <= counts) & (counts <= ranges.high)).all()


@given(histories, st.integers(2, 30))
def test_counts_that_jump_are_never_told_against_the_bound(series: tuple[int, list], most: int) -> None:
    codes, _ = told(*series, most=most)
    ranges = feasible_ranges(codes)
    assert (ranges.high >= ranges.low).all()
    assert keep_open(codes).all()


@given(histories, st.integers(1, 25))
def test_withheld_is_always_safe(series: tuple[int, list], most: int) -> None:
    codes, _ = told(*series, most=most)
    assert keep_open(np.column_stack([codes, np.array([WITHHELD])])).all()
    assert keep_open(np.column_stack([codes, np.array([NOTHING]), np.array([WITHHELD])])).all()


@given(histories, st.integers(0, 150), st.booleans())
def test_a_cell_says_its_class_or_nothing_and_the_first_says_its_class(
    series: tuple[int, list],
    count: int,
    heads: bool,  # noqa: FBT001 -- drawn
) -> None:
    codes, counts = told(*series)
    assert codes[0, 0] == codes_of_counts(counts[:, 0])[0]
    cell = release(np.array([count]), codes, np.array([heads]))[0]
    assert cell in {int(codes_of_counts(np.array([count]))[0]), WITHHELD}
    if heads:
        assert cell == WITHHELD


@given(st.lists(st.tuples(st.integers(0, 120), st.lists(half_years, min_size=3, max_size=3)), min_size=1, max_size=8),
       st.data())  # fmt: skip
def test_no_area_tells_anything_of_another_and_there_is_no_total(areas: list, data: st.DataObject) -> None:
    series = [told(*area) for area in areas]
    before = np.vstack([codes for codes, _ in series])
    counts = np.array([data.draw(st.integers(0, 120)) for _ in areas])
    heads = np.array([data.draw(st.booleans()) for _ in areas])
    together = release(counts, before, heads)
    alone = [release(counts[[row]], before[[row]], heads[[row]])[0] for row in range(len(areas))]
    assert together.tolist() == alone
    assert together.shape == counts.shape


def test_a_class_beside_a_suppressed_cell_is_withheld_until_enough_counts_are_open() -> None:
    under_10 = np.array([[0]])
    unsafe = release(np.array([10]), under_10, np.array([False]))
    assert unsafe.tolist() == [WITHHELD]
    # 10 after "<10" would leave 8 and 9; two half-years on, 6 to 9; three on, 4 to 9
    assert release(np.array([10]), np.array([[0, NOTHING]]), np.array([False])).tolist() == [WITHHELD]
    assert release(np.array([10]), np.array([[0, NOTHING, NOTHING]]), np.array([False])).tolist() == [1]


def test_half_years_are_those_of_the_local_date_and_follow_each_other() -> None:
    from datetime import date

    assert half_year_of(date(2026, 6, 30)) == "2026-H1"
    assert half_year_of(date(2026, 7, 1)) == "2026-H2"
    assert half_year_number("2027-H1") - half_year_number("2026-H2") == 1
    for word in ("2026", "2026-H3", "26-H1", "2026-H1 "):
        with pytest.raises(HalfYearError):
            half_year_number(word)


def test_the_coin_is_the_same_every_time_and_hangs_on_key_area_and_half_year() -> None:
    codes = [f"32041300{number:04}" for number in range(4_000)]
    tosses = [
        tossed(KEY, codes, "2026-H1"),
        tossed(KEY, codes, "2026-H2"),
        tossed(KEY[::-1], codes, "2026-H1"),
    ]
    np.testing.assert_array_equal(tosses[0], tossed(KEY, codes, "2026-H1"))
    np.testing.assert_array_equal(tosses[0][::-1], tossed(KEY, codes[::-1], "2026-H1"))
    for one in tosses:
        assert abs(one.mean() - RATE) < 4 * np.sqrt(RATE * (1 - RATE) / len(codes))
    for one, other in ((0, 1), (0, 2), (1, 2)):
        agreeing = np.mean(tosses[one] == tosses[other])
        assert abs(agreeing - (RATE**2 + (1 - RATE) ** 2)) < 0.04
    assert not tossed(KEY, codes, "2026-H1", rate=0.0).any()

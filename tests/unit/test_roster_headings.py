"""The heading of a roster gives a day, weekdays or hours, or a named doubt; nothing is guessed."""

from __future__ import annotations

import datetime as dt

import pytest

from etl.grids.clock import Hours, Period
from etl.grids.headings import Fault, read_heading
from etl.grids.rule import Axis, GridRule


@pytest.mark.parametrize(
    "text",
    [
        "9月1日", "9/1", "9.1", "9-1", "2026-09-01", "2026年9月1日", "2026.9.1", "2026/9/1", "20260901", "46266", "9月1号",
        "9月1日（周二）", "周二\n9月1日", "9月1日 星期二", "星期二(9/1)", "2026-09-01 00:00:00", "９月１日", "9月1日（国庆节）",
        "9月1日（第1周 周二）",
    ],
)  # fmt: skip
def test_a_date_in_the_ways_in_which_headings_write_it(text: str) -> None:
    found = read_heading(text, Axis.DATE, GridRule(rows="post", columns="date", year=2026))
    assert found is not None
    assert (found.day, found.fault) == (dt.date(2026, 9, 1), None)


def test_a_day_of_the_month_takes_the_month_that_is_declared() -> None:
    rule = GridRule(rows="post", columns="date", month="2026-09")
    for text in ("1", "1日", "1号", "1日（周二）", "1 周二", "9月1日"):
        found = read_heading(text, Axis.DATE, rule)
        assert found is not None, text
        assert found.day == dt.date(2026, 9, 1), text


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("9月31日", Fault.BAD_DAY), ("13月1日", Fault.BAD_DAY), ("9月1日-9月5日", Fault.BAD_DAY), ("9月1日起", Fault.BAD_DAY),
        ("9月1、2日", Fault.BAD_DAY), ("2026-02-30", Fault.BAD_DAY), ("1日", Fault.NO_MONTH), ("周二", Fault.UNDATED),
        ("9月1日 7:10-7:70", Fault.BAD_DAY),
    ],
)  # fmt: skip
def test_what_begins_as_a_date_and_is_none_is_never_guessed(text: str, fault: str) -> None:
    found = read_heading(text, Axis.DATE, GridRule(rows="post", columns="date", year=2026))
    assert found is not None
    assert (found.day, found.fault) == (None, fault)


@pytest.mark.parametrize(
    "text", ["备注", "合计", "备注（9月1日起）", "负责人", "7:10-7:50", "第1周", "2026年9月护学岗排班表"]
)
def test_a_heading_that_is_no_date_is_not_read(text: str) -> None:
    assert read_heading(text, Axis.DATE, GridRule(rows="post", columns="date", year=2026)) is None


@pytest.mark.parametrize(
    ("text", "weekdays", "hours", "period"),
    [
        ("周一", (0,), (), None), ("星期日", (6,), (), None), ("一", (0,), (), None), ("Mon", (0,), (), None),
        ("周一至周五", (0, 1, 2, 3, 4), (), None), ("工作日", (0, 1, 2, 3, 4), (), None), ("周六、周日", (5, 6), (), None),
        ("周一 下午", (0,), (), Period.AFTERNOON), ("周一早", (0,), (), Period.MORNING),
        ("周一（早高峰 7:10-7:50）", (0,), (Hours(430, 470),), Period.MORNING),
        ("周一\n晚高峰（4:20-5:10）", (0,), (Hours(980, 1030),), Period.AFTERNOON),
    ],
)  # fmt: skip
def test_weekdays_with_a_part_of_the_day_or_hours(
    text: str, weekdays: tuple[int, ...], hours: tuple[Hours, ...], period: Period | None
) -> None:
    found = read_heading(text, Axis.WEEKDAY, GridRule(rows="post", columns="weekday"))
    assert found is not None
    assert (found.weekdays, found.hours, found.period, found.fault) == (weekdays, hours, period, None)


@pytest.mark.parametrize("text", ["备注", "合计", "第1周", "1", "12", "电话", "张铁柱"])
def test_a_heading_that_is_no_weekday_is_not_read(text: str) -> None:
    assert read_heading(text, Axis.WEEKDAY, GridRule(rows="post", columns="weekday")) is None

"""A cell of a roster gives its hours and nothing else of it, or a named doubt; numbers of people are no hours."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from etl.grids.clock import Hours, Period, Says, read_cell

MORNING, AFTERNOON = Hours(430, 470), Hours(980, 1030)


@pytest.mark.parametrize(
    "cell",
    [
        "7:10-7:50", "7：10—7：50", "07:10至07:50", "7点10分到7点50分", "7.10-7.50", "0710-0750", "7:10~7:50",
        "７：１０－７：５０", "07:10:00-07:50:00", "7:10 -- 7:50", "7时10分——7时50分", "七点十分至七点五十分", "7:10一7:50",
        "早7:10-7:50", "张伟\n7:10-7:50", "7:10-7:50（李明）", "①7:10-7:50", "1.7:10-7:50", "7:10-7:50 2人",
        "张三 7:10-7:50\n李四 7:10-7:50", "7:10-7:50 晚休", "警号012345 7:10-7:50", "7:10\n-7:50",
    ],
)  # fmt: skip
def test_one_interval_in_the_ways_in_which_it_is_written(cell: str) -> None:
    assert read_cell(cell) == (Says.HOURS, (MORNING,))


@pytest.mark.parametrize(
    "cell",
    [
        "7:10-7:50、16:20-17:10", "7:10-7:50,16:20-17:10", "7:10-7:50；16:20-17:10", "7:10-7:50\n16:20-17:10",
        "7:10-7:50 16:20-17:10", "7:10-7:50和16:20-17:10", "早 7:10—7:50 晚16:20—17:10", "上午7:10-7:50下午4:20-5:10",
        "7:10-7:50、16:20-17:10 张三 13812345678", "早高峰7:10-7:50；晚高峰4:20-5:10", "张三7:10-7:50，李四16:20-17:10",
        "①7:10-7:50②16:20-17:10", "1.7:10-7:50 2.16:20-17:10", "7:10-7:50 放学4:20-5:10", "0710-0750 1620-1710",
    ],
)  # fmt: skip
def test_two_intervals_are_two(cell: str) -> None:
    assert read_cell(cell) == (Says.HOURS, (MORNING, AFTERNOON))


@pytest.mark.parametrize(
    ("cell", "start", "end"),
    [
        ("22:00-6:00", 1320, 360), ("22:00-次日6:00", 1320, 360), ("晚上10:00-6:00", 1320, 360),
        ("8:00-24:00", 480, 0), ("0:00-6:00", 0, 360), ("中午11:30-1:00", 690, 780), ("下午12:30-1:30", 750, 810),
        ("7点半-8点", 450, 480), ("7-8点", 420, 480), ("7:10至下午5:10", 430, 1030), ("7点1刻到7点3刻", 435, 465),
        ("中午放学11:30-12:00", 690, 720), ("放学5:30-6:30", 1050, 1110), ("下午13:30-17:00", 810, 1020),
    ],
)  # fmt: skip
def test_hours_over_noon_and_midnight(cell: str, start: int, end: int) -> None:
    assert read_cell(cell) == (Says.HOURS, (Hours(start, end),))


@pytest.mark.parametrize(
    "cell",
    [
        "7:10-", "7:70-8:00", "25:00-26:00", "见附件7", "7:10-7:50、16:20-", "7:10-7:50、16:20", "7:10-7:50-8:30",
        "17:10-7:500", "9月10日-9月30日 7:10-7:50", "9.1-9.30 7:10-7:50", "2026-07-10", "7:10", "11:30-1:00",
        "上午11:00-1:30", "22:00-次日23:00", "第3组", "7:10-7:50 7:70-8:00", "710-750", "x" * 3000 + "7:10-7:50",
    ],
)  # fmt: skip
def test_what_cannot_be_read_wholly_is_not_read_in_part(cell: str) -> None:
    assert read_cell(cell) == (Says.NOT_A_TIME, ())


@pytest.mark.parametrize(
    ("says", "cells"),
    [
        (Says.NOTHING, [None, "", "  ", "/", "-", "—", "——", "\\", "－", "\n", "…", "\u200b"]),
        (Says.NONE, ["无", "（无）", "没有", "None"]),
        (Says.REST, ["休", "休息", "（休）", "轮休", "请假", "×", "X", "停岗", "空岗", "早休晚休", "早休 晚休"]),
        (Says.PRESENT, ["张三", "√", "王五（代）", "张三、李四", "2人", "张三 13812345678", "138-1234-5678", "是", "●"]),
        (Says.ABOVE, ["同上", "（同上）", "〃"]),
        (Says.LEFT, ["同左"]),
        (Says.UNCLEAR, ["张三休", "待定", "另行通知", "见附件", "同周一", "7:10-7:50 张三休", "7:10-7:50 待定", "无人"]),
    ],
)  # fmt: skip
def test_what_a_cell_says_without_hours(says: Says, cells: list[str | None]) -> None:
    assert {cell: read_cell(cell) for cell in cells} == dict.fromkeys(cells, (says, ()))


def test_the_part_of_the_day_in_the_heading_holds_for_the_cell_unless_it_says_its_own() -> None:
    assert read_cell("4:20-5:10", Period.AFTERNOON) == (Says.HOURS, (AFTERNOON,))
    assert read_cell("16:20-17:10", Period.AFTERNOON) == (Says.HOURS, (AFTERNOON,))
    assert read_cell("早7:10-7:50", Period.AFTERNOON) == (Says.HOURS, (MORNING,))


def test_a_sign_within_a_name_is_no_part_of_the_day() -> None:
    assert read_cell("王晚 7:10-7:50") == (Says.HOURS, (MORNING,))
    assert read_cell("李晚晴 7:10-7:50") == (Says.HOURS, (MORNING,))


# --- properties

SURNAMES = "张李王赵陈杨黄周吴徐孙马朱胡林郭何高罗郑"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国铁柱翠花"
names = st.builds(
    lambda one, two: one + two, st.sampled_from(SURNAMES), st.text(GIVEN, min_size=1, max_size=2)
)
digits = st.text("0123456789", min_size=8, max_size=8)


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """Draw a mobile number, a land line, a badge or an ID number, as people write them."""
    eight, gap = draw(digits), draw(st.sampled_from(["", " ", "-"]))
    year, month, day = draw(st.integers(1950, 2020)), draw(st.integers(1, 12)), draw(st.integers(1, 28))
    return draw(
        st.sampled_from(
            [
                f"1{3 + int(eight[0]) % 7}{eight[1]}{gap}{eight[:4]}{gap}{eight[4:]}",
                f"+86 138{gap}{eight[:4]}{gap}{eight[4:]}",
                f"0519-8{eight[1:]}",
                f"0519{gap}8{eight[1:4]}{gap}{eight[4:]}",
                eight[:6],
                f"320413{gap}{year}{gap}{month:02}{day:02}{gap}{eight[:3]}X",
                f"320413{year}{month:02}{day:02}{eight[:4]}",
            ]
        )
    )


@st.composite
def intervals(draw: st.DrawFn) -> Hours:
    """Draw hours; those over midnight begin in the afternoon, as shifts do."""
    start = draw(st.integers(0, 1439))
    end = draw(st.integers(0, 1439).filter(lambda end: end > start or (start >= 780 and end < start)))
    return Hours(start, end)


TO = ["-", "—", "－", "–", "~", "～", "至", "到", " - ", "--", "——"]


@st.composite
def written(draw: st.DrawFn, hours: Hours) -> str:
    """Write hours in one of the ways in which rosters do."""
    to, colon = draw(st.sampled_from(TO)), draw(st.sampled_from([":", "：", ".", "点", "时"]))
    (h1, m1), (h2, m2) = divmod(hours.start, 60), divmod(hours.end, 60)
    if draw(st.booleans()):
        return f"{h1:02}{m1:02}{to.strip()}{h2:02}{m2:02}"
    minute = "分" if colon in "点时" else ""
    pad = "02" if draw(st.booleans()) else "01"
    text = f"{h1:{pad}}{colon}{m1:02}{minute}{to}{h2:{pad}}{colon}{m2:02}{minute}"
    return text.translate({48 + n: 0xFF10 + n for n in range(10)}) if draw(st.booleans()) else text


@st.composite
def cells(draw: st.DrawFn) -> tuple[str, tuple[Hours, ...], list[str]]:
    """Draw a cell of a roster with what it must give and the words that must not be seen again."""
    hours = draw(st.lists(intervals(), min_size=1, max_size=3))
    people = draw(st.lists(st.one_of(names, numbers()), max_size=3))
    parts = [draw(written(one)) for one in hours]
    for person in people:
        parts.insert(draw(st.integers(0, len(parts))), person)
    cell = parts[0]
    for part in parts[1:]:
        cell += draw(st.sampled_from(["、", "，", "；", ";", "\n", " ", " 和 ", "/ ", "（）"])) + part
    return cell, tuple(dict.fromkeys(hours)), people


@given(cells())
@example(("0700-2100 0800-0900", (Hours(420, 1260), Hours(480, 540)), []))
def test_hours_come_back_as_they_were_written_and_nobody_with_them(
    drawn: tuple[str, tuple[Hours, ...], list[str]],
) -> None:
    cell, hours, people = drawn
    found = read_cell(cell)
    assert found == (Says.HOURS, hours)
    assert [person for person in people if person in repr(found)] == []


@given(
    st.lists(st.one_of(names, numbers()), min_size=1, max_size=4), st.sampled_from([" ", "、", "\n", "，"])
)
@example(["138-1234-1350"], " ")
@example(["320413-2005-0307-217X"], " ")
@example(["320413 2005 0307 217X"], " ")
@example(["0519-2212-1350"], " ")
def test_names_and_numbers_of_people_are_never_hours(people: list[str], between: str) -> None:
    assert read_cell(between.join(people)).hours == ()


@given(cells(), st.data())
def test_a_broken_interval_costs_the_whole_cell(
    drawn: tuple[str, tuple[Hours, ...], list[str]], data: st.DataObject
) -> None:
    cell, _, _ = drawn
    broken = data.draw(
        st.sampled_from(["7:70-8:00", "16:20-", "7:10", "7点-", "9月1日", "24:30-25:00", "8:00-9:00-10:00"])
    )
    assert read_cell(f"{cell}；{broken}") == (Says.NOT_A_TIME, ())
    assert read_cell(f"{broken}；{cell}") == (Says.NOT_A_TIME, ())


@given(
    st.text(
        alphabet=st.one_of(st.characters(), st.sampled_from("0123456789:：-—.点分至早晚休同上次日、\n")),
        max_size=60,
    )
)
def test_any_text_is_read_as_something_and_hours_are_hours_of_a_clock(text: str) -> None:
    found = read_cell(text)
    assert (found.says is Says.HOURS) == bool(found.hours)
    assert all(0 <= one.start < 1440 and 0 <= one.end < 1440 for one in found.hours)

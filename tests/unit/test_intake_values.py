"""Cells are read as people write them, and what cannot be read is named."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from etl.definitions import GeometryRule
from etl.intake.positions import read_positions
from etl.intake.privacy import MASK, is_personal, scan
from etl.intake.values import parse_column
from etl.intake.weekdays import parse_weekday, parse_weekdays
from etl.kinds import Column, Holds


def parsed(holds: Holds, text: str, **options: object) -> object:
    result = parse_column(pd.Series([text, None], dtype="str"), Column("c", holds, **options))  # type: ignore[arg-type]
    assert (result.texts[1], result.faults[1]) == (None, None)
    return result.faults[0] or result.texts[0]


@pytest.mark.parametrize(
    ("holds", "text", "wanted"),
    [
        (Holds.COUNT, "500", "500"),
        (Holds.COUNT, "1,200", "1200"),
        (Holds.COUNT, "12.0", "12"),
        (Holds.COUNT, "１２３", "123"),
        (Holds.COUNT, "-3", "out_of_range"),
        (Holds.COUNT, "9999999999", "out_of_range"),
        (Holds.COUNT, "1.5", "not_a_number"),
        (Holds.COUNT, "五百", "not_a_number"),
        (Holds.COUNT, "1 200", "1200"),
        (Holds.COUNT, "１，２００", "1200"),
        (Holds.COUNT, "500人", "500"),
        (Holds.COUNT, "1,200 名", "1200"),
        (Holds.COUNT, "12,00", "not_a_number"),
        (Holds.COUNT, "约500", "not_a_number"),
        (Holds.COUNT, "500余人", "not_a_number"),
        (Holds.COUNT, "500-600人", "not_a_number"),
        (Holds.COUNT, "500米", "not_a_number"),
        (Holds.SPEED, "50", "50"),
        (Holds.SPEED, "50 mph", "80.4672"),
        (Holds.SPEED, "30 km/h", "30"),
        (Holds.SPEED, "walk", None),
        (Holds.SPEED, "FI:urban", None),
        (Holds.SPEED, "0", "out_of_range"),
        (Holds.SPEED, "fast", "not_a_number"),
        (Holds.FLAG, "是", "true"),
        (Holds.FLAG, "No", "false"),
        (Holds.FLAG, "maybe", "not_a_flag"),
        (Holds.FLAG, "Ｎｏ", "false"),
        (Holds.FLAG, "１", "true"),
        (Holds.FLAG, "✓", "true"),
        (Holds.ONEWAY, "-1", "reversed"),
        (Holds.DATE, "2026-09-01", "2026-09-01"),
        (Holds.DATE, "2026/9/1", "2026-09-01"),
        (Holds.DATE, "2026年9月1日", "2026-09-01"),
        (Holds.DATE, "20260901", "2026-09-01"),
        (Holds.DATE, "2026-09-01 00:00:00", "2026-09-01"),
        (Holds.DATE, "2026-02-30", "not_a_date"),
        (Holds.DATE, "next week", "not_a_date"),
        (Holds.TIME, "7:10", "07:10:00"),
        (Holds.TIME, "７：１０", "07:10:00"),
        (Holds.TIME, "7点10分", "07:10:00"),
        (Holds.TIME, "下午4:10", "16:10:00"),
        (Holds.TIME, "4:10 pm", "16:10:00"),
        (Holds.TIME, "24:00", "00:00:00"),
        (Holds.TIME, "25:70", "not_a_time"),
        (Holds.TIME, "noon", "not_a_time"),
        (Holds.TEXT, " 一小 ", "一小"),
        (Holds.TEXT, "第１小学（东校区）ＡＢｃ", "第1小学（东校区）ABc"),
        (Holds.TEXT, "a\x00b", "control_character"),
        (Holds.TEXT, "长" * 1001, "too_long"),
        (Holds.CODE, "ＡＢ１", "AB1"),
        (Holds.CODE, "x" * 201, "too_long"),
        (Holds.WEEKDAYS, "周一至周五", "{0,1,2,3,4}"),
        (Holds.WEEKDAYS, "sometimes", "not_weekdays"),
        (Holds.WEEKDAY, "星期三", "2"),
        (Holds.WEEKDAY, "1-5", "not_weekdays"),
    ],
)
def test_a_cell_becomes_its_canonical_text_or_a_reason(holds: Holds, text: str, wanted: object) -> None:
    assert parsed(holds, text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("46266", "2026-09-01"), ("46266.0", "2026-09-01"), ("２０２６年９月１日", "2026-09-01"),
        ("二〇二六年九月一日", "2026-09-01"), ("二○二六年九月一日", "2026-09-01"),
        ("二O二六年十二月三十一日", "2026-12-31"), ("二零二六年二月廿一日", "2026-02-21"),
        ("2026.9.1", "2026-09-01"), ("2026年9月1号", "2026-09-01"), ("2026/9/1（周二）", "2026-09-01"),
        ("2026年9月1日 星期二", "2026-09-01"), ("2026年9月1日（周三）", "other_weekday"),
        ("12345", "not_a_date"), ("99999", "not_a_date"), ("46266.5", "not_a_date"), ("9月1日", "not_a_date"),
        ("2026-09-01 07:10", "not_a_date"), ("202609011", "not_a_date"), ("二〇二六年廿月一日", "not_a_date"),
        ("2026-9-1" + " " * 60 + "x", "not_a_date"),
    ],
)  # fmt: skip
def test_dates_are_read_as_people_and_spreadsheets_write_them(text: str, wanted: str) -> None:
    assert parsed(Holds.DATE, text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0.298611", "07:10:00"), ("45536.298611", "07:10:00"), (".5", "12:00:00"), ("740", "07:40:00"),
        ("1640", "16:40:00"), ("074005", "07:40:05"), ("7点40分", "07:40:00"), ("7点半", "07:30:00"),
        ("7点", "07:00:00"), ("7点整", "07:00:00"), ("7点一刻", "07:15:00"), ("七点四十", "07:40:00"),
        ("七点零五分", "07:05:00"), ("十六时二十分", "16:20:00"), ("7时40分5秒", "07:40:05"), ("7∶40", "07:40:00"),
        ("07:39:59.9999997", "07:40:00"), ("1900-01-00 07:40:00", "07:40:00"), ("1900/1/0 7:40", "07:40:00"),
        ("早上7:40", "07:40:00"), ("下午4:20", "16:20:00"), ("下午16:20", "16:20:00"), ("下午12:30", "12:30:00"),
        ("中午12点", "12:00:00"), ("中午1点", "13:00:00"), ("晚上8点", "20:00:00"), ("晚上12:00", "00:00:00"),
        ("夜里12点", "00:00:00"), ("夜里2点", "02:00:00"), ("凌晨12:30", "00:30:00"), ("12:30 AM", "00:30:00"),
        ("12:30 p.m.", "12:30:00"), ("24:00", "00:00:00"),
        # Windows writes midnight so, people noon; an hour must agree with its word.
        ("上午12:00", "not_a_time"), ("上午16:20", "not_a_time"), ("晚上3点", "not_a_time"),
        ("24:01", "not_a_time"), ("7.40", "not_a_time"), ("7:", "not_a_time"), ("7:60", "not_a_time"),
        ("下午4:20pm", "not_a_time"), ("七十点", "not_a_time"), ("1.298611", "not_a_time"),
    ],
)  # fmt: skip
def test_times_are_read_as_people_and_spreadsheets_write_them(text: str, wanted: str) -> None:
    assert parsed(Holds.TIME, text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-03-05 21:40", "2026-03-05T21:40:00+08:00"), ("2026/3/5 21:40:05", "2026-03-05T21:40:05+08:00"),
        ("2026-03-05T21:40:00Z", "2026-03-06T05:40:00+08:00"), ("20260305 2140", "2026-03-05T21:40:00+08:00"),
        ("2026-03-05T21:40+08:00", "2026-03-05T21:40:00+08:00"), ("2026-03-05", "2026-03-05T00:00:00+08:00"),
        ("2026-03-05 21:40:00+08", "2026-03-05T21:40:00+08:00"), ("45000.9028", "2023-03-15T21:40:02+08:00"),
        ("2026-03-05T21:40-08:00", "2026-03-06T13:40:00+08:00"), ("46086", "2026-03-05T00:00:00+08:00"),
        ("2026年3月5日21时40分", "2026-03-05T21:40:00+08:00"), ("202603052140", "2026-03-05T21:40:00+08:00"),
        ("2026年3月5日（周四）下午9点半", "2026-03-05T21:30:00+08:00"), ("2026-03-05 24:00", "2026-03-06T00:00:00+08:00"),
        ("2026年3月5日晚上12点", "2026-03-06T00:00:00+08:00"), ("2026年3月5日凌晨1点", "2026-03-05T01:00:00+08:00"),
        ("20260305T214000Z", "2026-03-06T05:40:00+08:00"),
        # The night that ends the day, or the one that begins it? A span of hours, or an offset?
        ("2026年3月5日夜里2点", "not_a_moment"), ("2026-03-05 07:40-08:10", "not_a_moment"),
        ("1772718000000", "not_a_moment"), ("1772718000", "not_a_moment"), ("3月5日21:40", "not_a_moment"),
        ("2026-3-521:40", "not_a_moment"), ("2026-03-05 21:40+08:07", "not_a_moment"),
        ("2026-02-30 21:40", "not_a_moment"), ("1900-01-01 08:00", "out_of_range"), ("2026年3月5日周五21:40", "other_weekday"),
    ],
)  # fmt: skip
def test_moments_are_read_in_the_zone_of_their_source(text: str, wanted: str) -> None:
    assert parsed(Holds.MOMENT, text) == wanted


def test_a_clock_time_that_a_zone_skips_or_repeats_is_taken_at_its_first_reading() -> None:
    texts = pd.Series(["2026-03-08 02:30", "2026-11-01 01:30"], dtype="str")
    result = parse_column(texts, Column("c", Holds.MOMENT), ZoneInfo("America/New_York"))
    assert result.texts.tolist() == ["2026-03-08T02:30:00-05:00", "2026-11-01T01:30:00-04:00"]


def test_what_was_done_to_a_cell_is_said_of_it_alone() -> None:
    texts = pd.Series(["500", "500人", "５００人", "约500人", None, "５００"], dtype="str")
    counts = parse_column(texts, Column("c", Holds.COUNT))
    assert counts.texts.tolist() == ["500", "500", "500", None, None, "500"]
    assert counts.unitless.tolist() == [False, True, True, False, False, False]
    assert counts.folded.tolist() == [False, False, True, False, False, True]
    names = parse_column(
        pd.Series(["第１小学", "第1小学", "一小（东）", "Ａ　Ｂ"], dtype="str"), Column("c", Holds.TEXT)
    )
    assert names.texts.tolist() == ["第1小学", "第1小学", "一小（东）", "A　B"]
    assert names.folded.tolist() == [True, False, False, True]


def test_words_are_those_of_the_closed_list() -> None:
    assert parsed(Holds.WORD, "Primary", words=("primary",)) == "primary"
    assert parsed(Holds.WORD, "university", words=("primary",)) == "unknown_value"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("1-5", (0, 1, 2, 3, 4)), ("1,2,3", (0, 1, 2)), ("mon-fri", (0, 1, 2, 3, 4)), ("Sat & Sun", (5, 6)),
        ("Monday and Wednesday", (0, 2)), ("周一、周三", (0, 2)), ("一三五", (0, 2, 4)), ("星期六和星期日", (5, 6)),
        ("sat-mon", (0, 5, 6)), ("工作日", (0, 1, 2, 3, 4)), ("每天", (0, 1, 2, 3, 4, 5, 6)), ("{1,7}", (0, 6)),
        ("每周一", (0,)), ("每周一至周五", (0, 1, 2, 3, 4)), ("逢周二", (1,)), ("每逢周二、四", (1, 3)), ("每个工作日", (0, 1, 2, 3, 4)),
        ("周一三五", (0, 2, 4)), ("1、3、5", (0, 2, 4)), ("双休", (5, 6)), ("every Monday", (0,)), ("每周1-5", (0, 1, 2, 3, 4)),
        ("休", ()), ("每周", ()), ("每", ()), ("单休", ()), ("周一（除节假日）", ()),
        ("0", ()), ("8", ()), ("1-8", ()), ("", ()), ("周一至", ()), ("mon-", ()),
    ],
)  # fmt: skip
def test_weekdays_are_read_in_the_ways_rosters_write_them(text: str, days: tuple[int, ...]) -> None:
    assert parse_weekdays(text) == days
    assert parse_weekday(text) == (days[0] if len(days) == 1 else None)


@pytest.mark.parametrize(
    "text",
    [
        "13812345678", "+86 138-1234-5678", "008613812345678", "电话138 1234 5678", "１３８１２３４５６７８",
        "13\u200b812345678", "1381234\u202f5678", "320482199001011234", "32048219900101123x", "320482900101123",
        "320482 19900101 1234", "ID320482199001011234号", "⑬⑧①②③④⑤⑥⑦⑧",
        "13,812,345,678", "电话 1.3812345678E+10", "1.381234567e10", "１３，８１２，３４５，６７８",
    ],
)  # fmt: skip
def test_what_looks_like_an_id_or_mobile_number_is_found(text: str) -> None:
    assert is_personal(text)
    frame = pd.DataFrame({"a": pd.Series([text, "一小", None], dtype="str")})
    assert scan(frame)["a"].tolist() == [True, False, False]


@pytest.mark.parametrize(
    "text",
    [
        "12345678901",
        "320482199002301234",
        "3204130001",
        "2026-09-01 07:10",
        "138123456789",
        "1.38E+10",
        "1.3812345678E+11",
        "1,13,812,345,678",
        "138,12,345,678",
        "23812345678",
        MASK,
    ],
)
def test_other_numbers_are_not_taken_for_one(text: str) -> None:
    assert not is_personal(text)


def test_decimals_of_a_coordinate_are_no_number_of_anybody() -> None:
    frame = pd.DataFrame({"lon": pd.Series(["119.123451990110112"], dtype="str")})
    assert scan(frame, coordinates=("lon",)) == {}
    assert scan(frame)
    whole = pd.DataFrame({"lon": pd.Series(["13812345678"], dtype="str")})
    assert scan(whole, coordinates=("lon",))


@pytest.mark.parametrize(
    ("text", "order", "wanted"),
    [
        ("119.5,31.7", "lonlat", (119.5, 31.7)), ("31.7,119.5", "latlon", (119.5, 31.7)),
        ("119.5,31.7", "auto", (119.5, 31.7)), ("31.7，119.5", "auto", (119.5, 31.7)),
        ("（119.5　31.7）", "auto", (119.5, 31.7)), ("100.1, 13.7", "auto", (100.1, 13.7)),
        ("24.9, 60.2", "auto", "unknown_order"), ("60.2 24.9", "latlon", (24.9, 60.2)),
        ("east of here", "auto", "not_a_coordinate"),
    ],
)  # fmt: skip
def test_pairs_are_read_in_the_declared_or_the_provable_order(text: str, order: str, wanted: object) -> None:
    cells = pd.DataFrame({"p": pd.Series([text], dtype="str")})
    positions = read_positions(cells, GeometryRule(text="p", order=order))  # type: ignore[arg-type]
    point = positions.geometries[0]
    assert (positions.faults[0] or (point.x, point.y)) == wanted

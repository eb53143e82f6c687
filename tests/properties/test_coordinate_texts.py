"""What a person can write of a position or a time is read back; whatever else stands there breaks nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from etl.definitions import GeometryRule
from etl.intake.coordinates import LONGEST, Coordinate, Pair, parse_angle, parse_pair
from etl.intake.metres import parse_metres, parse_metres_pair
from etl.intake.positions import read_positions
from etl.intake.privacy import is_personal
from etl.intake.values import parse_column
from etl.intake.verdicts import Reason
from etl.kinds import Column, Holds

QUICK = settings(max_examples=200, deadline=None)
CHINA = ZoneInfo("Asia/Shanghai")
ORIGIN, *SPAN = (datetime.fromisoformat(day) for day in ("1899-12-30", "1992-01-01", "2100-12-30"))
SIGNS = [
    ("°", "′", "″"),
    ("º", "'", "''"),
    ("度", "分", "秒"),
    ("d", "m", "s"),
    ("° ", "’ ", "” "),
    (":", ":", ""),
]
WORDS = {"NS": [("N", "S"), ("北纬", "南纬"), ("north", "south"), ("北", "南")],
         "EW": [("E", "W"), ("东经", "西经"), ("east", "west"), ("东", "西")]}  # fmt: skip
DIGITS = "0123456789"


def split(seconds: float) -> tuple[int, int, float]:
    whole = int(seconds)
    return whole // 3600, whole // 60 % 60, seconds - whole + whole % 60


@st.composite
def styles(draw: st.DrawFn) -> tuple[str, bool, object]:
    """How both coordinates of a pair are written, and where the hemisphere stands."""
    form = draw(st.sampled_from(["decimal", "signs", "minutes", "dots", "blanks", "packed"]))
    place = "after" if form == "packed" else draw(st.sampled_from(["before", "after", "nowhere"]))
    return form, place, draw(st.sampled_from(SIGNS)), draw(st.integers(0, 3)), draw(st.booleans())  # type: ignore[return-value]


def written(thousandths: int, letters: str, style: tuple) -> str:
    """Write thousandths of a second of arc."""
    form, place, signs, words, comma = style
    degrees, minutes, seconds = split(abs(thousandths) / 1000)
    width = 2 if letters == "NS" else 3
    body = {
        "decimal": f"{abs(thousandths) / 3_600_000:.9f}",
        "signs": f"{degrees}{signs[0]}{minutes}{signs[1]}{seconds:.3f}{signs[2]}".strip(),
        "minutes": f"{degrees}° {minutes + seconds / 60:.7f}",
        "dots": f"{degrees}.{minutes:02}.{seconds:06.3f}",
        "blanks": f"{degrees} {minutes} {seconds:.3f}",
        "packed": f"{degrees:0{width}}{minutes:02}{seconds:06.3f}",
    }[form]
    if comma and form != "dots":
        body = body.replace(".", ",")
    if place == "nowhere":
        return ("-" if thousandths < 0 else "") + body
    word = WORDS[letters][words][thousandths < 0]
    if form == "packed":
        word = word[0].upper() if word.isascii() else word
    return word + body if place == "before" else f"{body} {word}"


LATS, LONS = st.integers(-90 * 3_600_000, 90 * 3_600_000), st.integers(-180 * 3_600_000, 180 * 3_600_000)


@given(
    lat=LATS,
    lon=LONS,
    style=styles(),
    gap=st.sampled_from(["; ", ";", " / ", " | ", "；"]),
    lat_first=st.booleans(),
)
@QUICK
def test_a_position_is_read_back_however_it_is_written(
    lat: int, lon: int, style: tuple, gap: str, *, lat_first: bool
) -> None:
    north, east = written(lat, "NS", style), written(lon, "EW", style)
    pair = parse_pair(gap.join((north, east) if lat_first else (east, north)))
    assert isinstance(pair, Pair), (north, east)
    assert pair.latitude_first is (None if style[1] == "nowhere" else lat_first)
    found = (pair.first, pair.second) if lat_first else (pair.second, pair.first)
    assert found == pytest.approx((lat / 3_600_000, lon / 3_600_000), abs=2e-9)
    for text, wanted in ((north, lat), (east, lon)):
        one = parse_angle(text)
        assert isinstance(one, Coordinate)
        assert one.value == pytest.approx(wanted / 3_600_000, abs=2e-9)


@given(lat=LATS, lon=LONS, style=styles(), gap=st.sampled_from([" ", ",", ", ", "，", "、", "\t", ""]))
@QUICK
def test_a_position_with_any_other_gap_is_read_rightly_or_not_at_all(
    lat: int, lon: int, style: tuple, gap: str
) -> None:
    # Without letters or signs between them, two numbers are one.
    assume(gap or style[1] != "nowhere" or style[0] == "signs")
    pair = parse_pair(written(lat, "NS", style) + gap + written(lon, "EW", style))
    if isinstance(pair, Pair):
        assert (pair.first, pair.second) == pytest.approx((lat / 3_600_000, lon / 3_600_000), abs=2e-9)
    else:
        # A decimal comma beside another comma, or nothing between two numbers.
        assert style[4] or style[1] == "nowhere"


@given(lat=LATS, lon=LONS, style=styles())
@QUICK
def test_no_position_is_taken_for_a_persons_number(lat: int, lon: int, style: tuple) -> None:
    north, east = written(lat, "NS", (*style[:4], False)), written(lon, "EW", (*style[:4], False))
    assert not is_personal(f"{north}, {east}", decimals=True)
    assert not is_personal(north, decimals=True)
    assert not is_personal(east, decimals=True)


@given(
    x=st.decimals(100_000, 900_000, places=3), y=st.decimals(1_900_000, 6_000_000, places=3),
    number=st.sampled_from([0, *range(13, 46)]),
)  # fmt: skip
@QUICK
def test_metres_are_read_back_and_are_nobodys_number(x: object, y: object, number: int) -> None:
    east = x + number * 1_000_000  # type: ignore[operator]
    for text in (f"{east} {y}", f"{east:,}; {y:,}", f"{east:,} {y:,}", f"{east},{y}"):
        pair = parse_metres_pair(text)
        assert isinstance(pair, Pair), text
        assert (pair.first, pair.second) == (float(east), float(y))
        assert not is_personal(text, decimals=True), text


ODD = st.text(
    st.sampled_from(
        "0123456789０９.,;:/|°º'\"′″-+−NSEWnsewdm度分秒东经北纬度() 　\t\n。，、十点年月日周AO²ſ\u200b"
    )
    | st.characters(codec="utf-8"),
    max_size=60,
)


@given(text=ODD)
@example(text="1" * 5000)
@example(text="1 " * 2500)
@example(text="1," * 90 + "N")
@example(text="N" * LONGEST)
@example(text=": " * 100)
@example(text="s" * LONGEST)
@example(text=" " * 5000 + "1")
@example(text="-" * 3000)
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_coordinate_or_a_reason(text: str) -> None:
    for parse in (parse_angle, parse_metres):
        one = parse(text)
        assert isinstance(one, (Coordinate, Reason))
    for parse_both in (parse_pair, parse_metres_pair):
        assert isinstance(parse_both(text), (Pair, Reason))
    degrees = parse_angle(text)
    if isinstance(degrees, Coordinate):
        assert abs(degrees.value) <= (90 if degrees.axis == "lat" else 180)


@given(texts=st.lists(ODD | st.none(), min_size=1, max_size=5), in_metres=st.booleans())
@QUICK
def test_any_column_has_a_place_a_reason_or_nothing_in_every_row(
    texts: list[str | None], *, in_metres: bool
) -> None:
    cells = pd.DataFrame({"a": pd.Series(texts, dtype="str"), "b": pd.Series(texts[::-1], dtype="str")})
    for rule in (
        GeometryRule(lon="a", lat="b"),
        GeometryRule(text="a"),
        GeometryRule(text="a", order="latlon"),
    ):
        positions = read_positions(cells, rule, in_metres=in_metres)
        assert {len(part) for part in positions} == {len(texts)}
        for text, point, fault in zip(texts, positions.geometries, positions.faults, strict=True):
            assert point is None or rule.text is None or text is not None
            assert (
                rule.text is None
                or text is None
                or not text.strip()
                or fault is not None
                or point is not None
            )


def value(holds: Holds, text: str, zone: ZoneInfo = CHINA) -> object:
    result = parse_column(pd.Series([text], dtype="str"), Column("c", holds), zone)
    return result.faults[0] or result.texts[0]


@given(day=st.dates(date(1950, 1, 1), date(2100, 12, 31)), style=st.integers(0, 8))
@QUICK
def test_a_date_is_read_back_however_it_is_written(day: date, style: int) -> None:
    numerals = "〇一二三四五六七八九"
    year = "".join(numerals[int(digit)] for digit in str(day.year))
    weekday = "一二三四五六日"[day.weekday()]
    text = [
        day.isoformat(), f"{day:%Y%m%d}", f"{day.year}/{day.month}/{day.day}", f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日", f"{year}年{spoken(day.month)}月{spoken(day.day)}日",
        f"{day.year}年{day.month}月{day.day}日（周{weekday}）", f"{day} 星期{weekday}", str((day - date(1899, 12, 30)).days),
    ][style]  # fmt: skip
    assert value(Holds.DATE, text) == day.isoformat()
    assert value(Holds.MOMENT, text) == datetime.combine(day, datetime.min.time(), CHINA).isoformat()


def spoken(number: int) -> str:
    numerals = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    return (
        ("" if tens == 1 else numerals[tens]) * (tens > 0)
        + "十" * (tens > 0)
        + numerals[ones] * (ones > 0 or not tens)
    )


@given(minute=st.integers(0, 1439), style=st.integers(0, 7))
@QUICK
def test_a_clock_time_is_read_back_however_it_is_written(minute: int, style: int) -> None:
    hour, past = divmod(minute, 60)
    half = "am" if hour < 12 else "pm"
    text = [
        f"{hour}:{past:02}", f"{hour}：{past:02}", f"{hour:02}{past:02}", f"{hour}点{past}分", f"{spoken(hour)}点{spoken(past)}分",
        f"{hour % 12 or 12}:{past:02} {half}", f"{minute / 1440:.6f}", f"1899-12-30 {hour:02}:{past:02}:00",
    ][style]  # fmt: skip
    assert value(Holds.TIME, text) == f"{hour:02}:{past:02}:00"


@given(
    moment=st.datetimes(*SPAN), style=st.integers(0, 6),
    zone=st.sampled_from(["Asia/Shanghai", "Asia/Urumqi", "America/New_York", "UTC"]),
)  # fmt: skip
@QUICK
def test_a_moment_is_read_back_however_it_is_written(moment: datetime, style: int, zone: str) -> None:
    there = moment.replace(microsecond=0, tzinfo=ZoneInfo(zone))
    utc = there.astimezone(ZoneInfo("UTC"))
    serial = (there.replace(tzinfo=None) - ORIGIN) / timedelta(days=1)
    text = [
        f"{there:%Y-%m-%d %H:%M:%S}", there.isoformat(), f"{utc:%Y-%m-%dT%H:%M:%SZ}", f"{serial:.9f}", f"{there:%Y%m%d%H%M%S}",
        f"{there.year}年{there.month}月{there.day}日{there.hour}时{there.minute}分{there.second}秒", f"{there:%Y/%m/%d %H:%M:%S}",
    ][style]  # fmt: skip
    found = value(Holds.MOMENT, text, ZoneInfo(zone))
    assert isinstance(found, str)
    read = datetime.fromisoformat(found)
    # In an hour that the clock skips or repeats, only a text with an offset says which of the two it means.
    assert read == utc or (read.replace(tzinfo=None) == there.replace(tzinfo=None) and style not in (1, 2))
    assert read.utcoffset() == read.astimezone(ZoneInfo(zone)).utcoffset() or style not in (1, 2)


@given(text=ODD)
@example(text="1" * 3000)
@example(text=" " * 3000 + "x")
@example(text="aa" + "-a" * 500 + "!")
@example(text="1,234" * 500 + "!")
@example(text="mon-" * 500)
@example(text="2026-03-05T24:00:00-14:00")
@example(text="2100-12-31 24:00")
@example(text="0000年1月1日")
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_value_of_its_column_or_a_reason(text: str) -> None:
    for holds in Holds:
        if holds is not Holds.WORD:
            value(holds, text)

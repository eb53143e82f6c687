"""Coordinates are read in every form in which people write them, in one way or not at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from etl.definitions import GeometryRule
from etl.intake.coordinates import Coordinate, Pair, parse_angle, parse_pair
from etl.intake.positions import Positions, read_positions
from etl.intake.privacy import is_personal

if TYPE_CHECKING:
    from pathlib import Path

LON, LAT = 119 + 35 / 60 + 20 / 3600, 31 + 44 / 60 + 5 / 3600


@pytest.fixture(scope="module")
def published(shared_files: Path) -> list[dict[str, Any]]:
    path = shared_files / "messy" / "dms_formats_28_expected.json"
    content: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    assert len(content) == 28
    return content


def pairs(*texts: str | None, order: str = "auto", in_metres: bool = False) -> Positions:
    cells = pd.DataFrame({"p": pd.Series(texts, dtype="str")})
    return read_positions(cells, GeometryRule(text="p", order=order), in_metres=in_metres)  # type: ignore[arg-type]


def columns(*rows: tuple[str | None, str | None], in_metres: bool = False) -> Positions:
    cells = pd.DataFrame(list(rows), columns=["x", "y"], dtype="str")
    return read_positions(cells, GeometryRule(lon="x", lat="y"), in_metres=in_metres)


def outcome(positions: Positions) -> list[object]:
    """The fault of each row, else its place."""
    places = [None if point is None else (point.x, point.y) for point in positions.geometries]
    return [fault or place for fault, place in zip(positions.faults, places, strict=True)]


def test_all_28_published_pairs_are_read_at_their_decimals(published: list[dict[str, Any]]) -> None:
    for one in published:
        pair = parse_pair(one["verbatimCoordinates"])
        assert isinstance(pair, Pair), one
        wanted = (one["decimalLatitude"], one["decimalLongitude"])
        assert (pair.first, pair.second) == pytest.approx(wanted, abs=1e-7), one
        assert pair.latitude_first is not False


def test_all_28_published_columns_are_read_at_their_decimals(published: list[dict[str, Any]]) -> None:
    rows = [(one["verbatimLongitude"], one["verbatimLatitude"]) for one in published]
    positions = columns(*rows)
    wanted = [(one["decimalLongitude"], one["decimalLatitude"]) for one in published]
    assert pd.isna(positions.faults).all()
    assert np.array(outcome(positions), dtype=float) == pytest.approx(np.array(wanted), abs=1e-7)
    assert not (positions.folded | positions.relettered).any()


def test_a_pair_is_put_in_order_by_its_letters_and_never_by_a_guess(published: list[dict[str, Any]]) -> None:
    texts = [one["verbatimCoordinates"] for one in published]
    wanted = np.array([(one["decimalLongitude"], one["decimalLatitude"]) for one in published])
    assert np.array(outcome(pairs(*texts, order="latlon"))) == pytest.approx(wanted, abs=1e-7)
    # Clear pairs that all say the same decide for the unclear ones of their column; alone those stay unclear.
    assert np.array(outcome(pairs(*texts, order="auto"))) == pytest.approx(wanted, abs=1e-7)
    lettered = np.array(
        [isinstance(p := parse_pair(t), Pair) and p.latitude_first is not None for t in texts]
    )
    assert lettered.sum() == 19
    plain = [text for text, has_letters in zip(texts, lettered, strict=True) if not has_letters]
    assert (pairs(*plain, order="auto").faults == "unknown_order").all()
    mixed = pairs("40.123N74.123W", "74.123W40.123N", "40.123, -74.123", order="auto")
    assert mixed.faults.tolist() == [None, None, "unknown_order"]


@pytest.mark.parametrize(
    "text",
    [
        "东经119°35′20″,北纬31°44′05″", "北纬31°44′05″，东经119°35′20″", "东经：119度35分20秒；北纬：31度44分5秒",
        "北31度44分05秒 东119度35分20秒", "E119°35'20\" N31°44'05\"", "31º44'05''N / 119º35'20''E",
        "31 44 05 N, 119 35 20 E", "31:44:05 119:35:20", "31.44.05 119.35.20", "31.44.05.0，119.35.20.0",
        "31°44'05\"119°35'20\"", "314405N1193520E", "3144.08333333333N11935.33333333333E", "31deg 44min 5sec N 119deg 35min 20sec E",
        "31d44m05s, 119d35m20s", "31d44m05sN119d35m20sE", "31°44′05″ north, 119°35′20″ east",
        "[119.58888888888889,31.734722222222223]", "（119.58888888888889　31.734722222222223）",
        "119.58888888888889;31.734722222222223", "119.58888888888889/31.734722222222223",
        "119.58888888888889、31.734722222222223", "119.58888888888889\t31.734722222222223",
        "31,734722222222223; 119,58888888888889", "31,734722222222223 119,58888888888889",
        "31,734722222222223,119,58888888888889", "31,734722222222223, 119,58888888888889",
        "３１．７３４７２２２２２２２２２２３，１１９．５８８８８８８８８８８８８９", "119。58888888888889，31。734722222222223",
        "经度:119.58888888888889，纬度:31.734722222222223", "lat=31.734722222222223, lng=119.58888888888889",
        "【东经119°35′20″，北纬31°44′05″】", "N 31 44.0833333333333 E 119 35.3333333333333",
    ],
)  # fmt: skip
def test_one_place_is_found_however_it_is_written(text: str) -> None:
    (place,) = outcome(pairs(text))
    assert place == pytest.approx((LON, LAT), abs=1e-9)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("31°60'N 119°E", "out_of_range"), ("31:44:60 119:35:20", "out_of_range"), ("91N 100E", "out_of_range"),
        ("N31 E181", "out_of_range"), ("N31 N32", "not_a_coordinate"), ("E119 W31", "not_a_coordinate"),
        ("东经119.5 东经31.7", "not_a_coordinate"), ("纬度31.7E,119.5", "not_a_coordinate"),
        ("-31.7N 119.5E", "not_a_coordinate"), ("N31.7N 119.5E", "not_a_coordinate"),
        ("31.5°7' 119°", "not_a_coordinate"), ("31°44.5'05\" 119°", "not_a_coordinate"),
        # Either reading would do, so neither does.
        ("31,74,119", "not_a_coordinate"), ("40.123 N 74.123", "not_a_coordinate"), ("10 20 30", "not_a_coordinate"),
        ("40°7'22.8s 74°7'22.8e", "not_a_coordinate"), ("119.5,31.7,0", "not_a_coordinate"),
        ("31.7", "not_a_coordinate"), ("，", "not_a_coordinate"), ("北门", "not_a_coordinate"), ("°'\"", "not_a_coordinate"),
        ("24°54'N, 60°12'N", "not_a_coordinate"), ("24°54', 60°12'", "unknown_order"),
        ("119.5 31.7" + " " * 200 + "x", "not_a_coordinate"), ("3512345.6, 503210.1", "unknown_order"),
    ],
)  # fmt: skip
def test_what_can_be_read_in_no_way_or_in_two_is_refused(text: str, reason: str) -> None:
    assert pairs(text).faults.tolist() == [reason]


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("东经119°35′20″", LON), ("119°35′20″E", LON), ("119 35 20", LON), ("119:35:20", LON), ("119.35.20", LON),
        ("119°35.3333333333333'", LON), ("119,5888888888889", LON), ("１１９．５８８８８８８８８８８８８９", LON),
        ("1193520E", LON), ("经度：119度35分20秒", LON), ("119.58888888888889°", LON), ("E 119.58888888888889", LON),
        ("W0°7'22.8\"", -0.123), ("-0°7'22.8\"", -0.123), ("−0 7 22.8", -0.123), ("0007.38S", -0.123),
        ("50d4m17.7S", -(50 + 4 / 60 + 17.7 / 3600)), ("50d4m17.7s", 50 + 4 / 60 + 17.7 / 3600), ("31.s", -31.0),
    ],
)  # fmt: skip
def test_one_coordinate_is_read_however_it_is_written(text: str, degrees: float) -> None:
    found = parse_angle(text)
    assert isinstance(found, Coordinate)
    assert found.value == pytest.approx(degrees, abs=1e-9)


def test_letters_stand_above_the_declared_order_and_the_row_says_so() -> None:
    positions = pairs("N31.7 E119.5", "E119.5 N31.7", "31.7,119.5", None, order="latlon")
    assert outcome(positions) == [(119.5, 31.7), (119.5, 31.7), (119.5, 31.7), None]
    assert positions.relettered.tolist() == [False, True, False, False]
    positions = columns(
        ("119.5E", "31.7N"), ("31.7N", "119.5E"), ("31.7N", "119.5"), ("31.7N", "30N"), ("119.5", "31.7")
    )
    place = (119.5, 31.7)
    assert outcome(positions) == [place, place, place, "not_a_coordinate", place]
    assert positions.relettered.tolist() == [False, True, True, False, False]


def test_numbers_in_full_width_are_a_repair_and_chinese_punctuation_is_none() -> None:
    positions = pairs(
        "１１９．５，３１．７",
        "119.5，31.7",
        "（119.5 31.7）",
        "東經１１９度 北緯31度",
        "１１９．５",
        "119。5 31。7",
    )
    assert positions.folded.tolist() == [True, False, False, True, False, True]
    assert columns(("１１９．５", "31.7"), ("119.5", "31.7"), ("１x", "1")).folded.tolist() == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("text", "order", "wanted"),
    [
        ("503210.12,3512345.67", "lonlat", (503210.12, 3512345.67)),
        ("3512345.67 40503210.12", "auto", (40503210.12, 3512345.67)),
        ("3,512,345.67; 503,210.12", "auto", (503210.12, 3512345.67)),
        ("3,512,345.67, 503,210.12", "auto", (503210.12, 3512345.67)),
        ("3512345.67N 503210.12E", "lonlat", (503210.12, 3512345.67)),
        ("503210,12 3512345,67", "auto", (503210.12, 3512345.67)),
        ("503210.12 m, 3512345.67 m", "lonlat", (503210.12, 3512345.67)),
        ("５０３２１０．１２，３５１２３４５．６７", "auto", (503210.12, 3512345.67)),
        ("503210 503211", "auto", "unknown_order"), ("119°35′20″ 31°44′05″", "auto", "not_a_coordinate"),
        ("503,210,12", "auto", "not_a_coordinate"), ("3512345.67N 503210.12N", "auto", "not_a_coordinate"),
    ],
)  # fmt: skip
def test_pairs_of_a_plane_are_metres(text: str, order: str, wanted: object) -> None:
    assert outcome(pairs(text, order=order, in_metres=True)) == [wanted]


def test_columns_of_a_plane_are_metres() -> None:
    positions = columns(
        ("503,210.12", "3,512,345.67"), ("503210.12", "3512345.67米"), ("119°35′", "31°"), in_metres=True
    )
    assert outcome(positions) == [(503210.12, 3512345.67), (503210.12, 3512345.67), "not_a_coordinate"]


@pytest.mark.parametrize(
    "text",
    [
        "400722.8N740722.8W", "40503210.12 3512345.67", "40503210,3512345", "119.35.20", "31.45.12.3 119.35.20.1",
        "13503210.123 3512345.678", "130°44′05″ 31°44′05″", "1304507N1193520E", "40,503,210.12 3,512,345.67",
        "119.123451990110112", "503210.12345678901", "130 45 07 139 12 34",
    ],
)  # fmt: skip
def test_a_coordinate_is_no_number_of_anybody(text: str) -> None:
    assert not is_personal(text, decimals=True)


@pytest.mark.parametrize(
    "text",
    [
        "320482199001011234",
        "13812345678",
        "320482.199001011234",
        "N31 E119 13812345678",
        "31.7,119.5 320482199001011234",
    ],
)
def test_a_persons_number_is_found_among_coordinates(text: str) -> None:
    assert is_personal(text, decimals=True)

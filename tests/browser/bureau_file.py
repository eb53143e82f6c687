"""A sheet as a bureau sends it: a title above the headings, full-width digits, GCJ-02 positions, ten bad rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import openpyxl

from geo.datums import wgs84_to_gcj02

if TYPE_CHECKING:
    from pathlib import Path

WEST, SOUTH, STEP_DEG = 119.47, 31.68, 0.02
GOOD, BAD = 30, 10
BAD_WITH_A_PLACE = 6
"""Refused rows whose position can be read: the map shows them."""
STAGES = ("小学", "幼儿园", "初中")
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
TITLE = "某区中小学幼儿园基本情况一览表（二〇二六年秋季）"
HEADINGS = ("序号", "学校标识码", "学校名称", "学段", "学生数", "位置", "校长", "联系电话")
HEADMASTER = "丁一丁"
"""A name in a column that nobody maps: it is found nowhere afterwards."""
ID_NUMBER = "110101199003074514"


class School(NamedTuple):
    """A school of the sheet as it stands on the ground."""

    code: str
    name: str
    lon: float
    lat: float
    """Degrees, WGS 84."""


def schools() -> list[School]:
    """The schools whose rows are in order."""
    return [
        School(
            f"32048200{n:02}", f"试点第{n + 1}学校",
            WEST + STEP_DEG * (n % 6) + 0.003 * (n % 3), SOUTH + STEP_DEG * (n // 6) + 0.002 * (n % 4),
        )
        for n in range(GOOD)
    ]  # fmt: skip


def bad_rows() -> list[tuple[str, str, str, str, str]]:
    """Ten rows, each with a fault of its own: code, name, stage, pupils, position."""
    spots = [_position(WEST + STEP_DEG * (0.5 + n % 5), SOUTH + STEP_DEG * (0.5 + n // 5)) for n in range(6)]
    return [
        ("3204820101", "", "小学", "100", spots[0]),
        ("3204820102", "无此学段学校", "大学", "100", spots[1]),
        ("3204820103", "人数不详学校", "小学", "若干", spots[2]),
        ("3204820104", "位置待定学校", "小学", "100", "待定"),
        ("3204820105", "位置空白学校", "小学", "100", ""),
        ("3204820001", "重码学校", "小学", "100", spots[3]),
        ("3204820107", "南门值班13812345678", "小学", "100", spots[4]),
        (ID_NUMBER, "证号作编码学校", "小学", "100", spots[5]),
        ("3204820109", "零点学校", "小学", "100", "0,0"),
        ("3204820110", "域外学校", "小学", "100", "219.5,31.7"),
    ]


def write_sheet(path: Path) -> None:
    """Write the sheet; every second number of pupils stands in full-width digits."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "学校"
    sheet.append([TITLE])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(HEADINGS))
    sheet.append(HEADINGS)
    good = [
        (each.code, each.name, STAGES[n % 3], _pupils(n), _position(each.lon, each.lat))
        for n, each in enumerate(schools())
    ]
    bad = bad_rows()
    # a bad row after every third good one, as in life
    rows = [row for n, one in enumerate(good) for row in ([one, bad[n // 3]] if n % 3 == 2 else [one])]
    for number, row in enumerate(rows, start=1):
        sheet.append([number, *row, HEADMASTER, "13987654321"])
    book.save(path)


def _pupils(number: int) -> str:
    """A count, in half of the rows in full-width digits."""
    written = str(300 + 7 * number)
    return written.translate(FULL_WIDTH) if number % 2 else written


def _position(lon: float, lat: float) -> str:
    """A position as a map service shows it."""
    x, y = wgs84_to_gcj02(lon, lat)
    return f"{float(x):.6f},{float(y):.6f}"

"""One roster as an office keeps it: a grid of weekdays and posts, names in its cells, some of it wrong."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import xlsxwriter

from data.terms import Verdict
from etl.training.manifest import Planted, Written
from geo.terms import PostType

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from etl.training.duties import Duty
    from etl.training.posts import Post

FILE = "暑期护学岗排班表.xlsx"
SOURCE = "training-roster"
TITLE = "训练区暑期托管护学岗排班表（训练数据·非真实）"
HEADINGS = ("序号", "岗位", "周一", "周二", "周三", "周四", "周五", "备注")
NAMES = ("训练员甲", "训练员乙", "训练员丙", "训练员丁")
"""Nobody's; the test looks for them afterwards."""
_MADE_UP_PHONE = "1380000" + "0000"
_MADE_ON = datetime(2026, 9, 1)  # noqa: DTZ001  # workbooks know no zones
_POSTS = 12
_DAYS = 5
_CELLS = (
    ("7:40-8:20、16:50-17:30 {name}", 2),
    ("早 7:40—8:20 晚4:50—5:30", 2),
    ("{name}\n07：40至08：20", 1),
    ("7点40分到8点20分；16:50～17:30", 2),
    ("休", 0),
    ("0740-0820 {name}（代）", 1),
    ("/", 0),
)
"""What cells say, and how many intervals that is."""


def write_roster_file(folder: Path, posts: list[Post], roster: list[Duty]) -> Written:
    """Write the roster of the holidays, some weeks in which no training day lies.

    Parameters
    ----------
    folder
        Where to; it exists.
    posts, roster
        Guard posts that have other duties are in it: none of them is without a roster otherwise.

    Returns
    -------
    Written
        What the load report must say.
    """
    rostered = {duty.post for duty in roster}
    chosen = [
        post for number, post in enumerate(posts) if post.type == PostType.GUARD_POST and number in rostered
    ][:_POSTS]
    rows = list(_rows(chosen))
    path = folder / FILE
    part = path.with_name(f"part-{path.name}")
    _write(part, [cells for cells, _, _ in rows])
    part.replace(path)
    planted = tuple(
        Planted(number, Verdict.REJECTED, reason, column)
        for number, (_, _, faults) in enumerate(rows, start=3)
        for reason, column in faults
    )
    return Written(FILE, SOURCE, "duty", sum(count for _, count, _ in rows) + len(planted), planted)


def _rows(posts: list[Post]) -> Iterator[tuple[list[str], int, list[tuple[str, str]]]]:
    """Give the rows with the intervals that they hold and the faults that were planted in them."""
    for number, post in enumerate(posts):
        said = [_CELLS[(3 * number + day) % len(_CELLS)] for day in range(_DAYS)]
        cells = [text.format(name=NAMES[(number + day) % len(NAMES)]) for day, (text, _) in enumerate(said)]
        count, faults = sum(intervals for _, intervals in said), []
        if number == 1:
            cells[0], count = f"8:00-8:40 {NAMES[0]} {_MADE_UP_PHONE}", count - said[0][1] + 1
        elif number == 2:  # noqa: PLR2004
            cells[1], count = "7:40-", count - said[1][1]
            faults = [("not_a_time", "start")]
        elif number == 3:  # noqa: PLR2004
            cells[4], count = NAMES[1], count - said[4][1]
            faults = [("no_hours", "start")]
        heading = post.code if number % 4 == 0 else post.name
        yield [str(number + 1), heading, *cells, NAMES[2] if number == 0 else ""], count, faults
    unknown = ["", "训练错误示例护学岗", "7:40-8:20", "", "", "", "", ""]
    yield unknown, 0, [("unknown_post", "post_code")]


def _write(path: Path, rows: list[list[str]]) -> None:
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False}) as book:
        book.set_properties({"created": _MADE_ON, "title": SOURCE})
        page = book.add_worksheet("暑期")
        bold = book.add_format({"bold": True, "align": "center"})
        page.merge_range(0, 0, 0, len(HEADINGS) - 1, TITLE, bold)
        page.write_row(1, 0, HEADINGS, bold)
        for number, cells in enumerate(rows, start=2):
            page.write_row(number, 0, cells)
        last = len(rows) + 2
        page.merge_range(last, 0, last, len(HEADINGS) - 1, "备注：7:30前到岗，遇雨顺延（训练数据）")
        page.set_column(1, len(HEADINGS) - 1, 18)

"""Where the headings of a grid stand: below titles, over one row or several, beside columns that are none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from openpyxl.utils.cell import get_column_letter

from etl.errors import EmptyFileError, OpenQuoteError, UnreadableFileError
from etl.grids.errors import (
    BadDayError,
    DatedWeekdayError,
    NoGridError,
    NoMonthError,
    NoYearError,
    SeveralGridsError,
    UndatedColumnError,
    YearTurnsError,
)
from etl.grids.headings import NOT_PLACES, Fault, Heading, read_heading
from etl.grids.rule import DAYS, PLACES, TIMES, Axis
from etl.grids.sheet import Sweep, head
from etl.readers.chunk import heading, missing_column
from etl.readers.workbook import EVERY_SHEET

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from etl.definitions import Definition
    from etl.grids.rule import GridRule
    from etl.grids.sheet import Row, Sheet

SEARCHED_ROWS = 30
DEEPEST = 3
DECEMBER = 12
_NUMBERED = frozenset(("序号", "no", "no."))
_PERIOD_WORDS = """
早 中 晚 早高峰 晚高峰 午高峰 上午 下午 中午 早班 晚班 中班 上学 放学
"""
_PERIODS = frozenset(_PERIOD_WORDS.split())
_REMARK = re.compile(
    r"(?:备注|注意|注|说明|填表人?|制表人?|审核人?|审批人?|联系人|联系电话|电话|合计|总计)\s*[:：]"
)
_RAISED = {
    Fault.NO_YEAR: NoYearError,
    Fault.NO_MONTH: NoMonthError,
    Fault.BAD_DAY: BadDayError,
    Fault.DATED_WEEKDAY: DatedWeekdayError,
    Fault.UNDATED: UndatedColumnError,
}


@dataclass(frozen=True)
class Layout:
    """Where headings and cells of one sheet stand; rows and columns from 0."""

    sheet: Sheet
    first: int
    last: int
    """First and last row of the columns' headings."""
    row_columns: tuple[int, ...]
    """The column of each kind of row heading."""
    columns: dict[int, Heading]
    """The headings of the columns that are read."""
    titles: dict[int, str]
    """All headings as they stand there."""

    @property
    def width(self) -> int:
        """Give the number of columns that have a heading."""
        return max(self.titles, default=-1) + 1

    def address(self, column: int) -> str:
        """Name a heading by its place: C3."""
        return address(self.last, column)


def address(row: int, column: int) -> str:
    """Name a cell as spreadsheets do."""
    return f"{get_column_letter(column + 1)}{row + 1}"


def find_layouts(sheets: Sequence[Sheet], definition: Definition, rule: GridRule) -> list[Layout]:
    """Find the grid among the sheets of a file, or those of all its sheets where they are asked for.

    Parameters
    ----------
    sheets
        The sheets of a workbook, or one text cut in several ways.
    definition
        For `header_row` and `sheet`.
    rule
        What the headings are.

    Raises
    ------
    etl.errors.IntakeError
        No sheet has such headings, several have, or a heading cannot be read with certainty.
    """
    found: list[Layout] = []
    damage: UnreadableFileError | OpenQuoteError | None = None
    for sheet in sheets:
        try:
            found += _best(sheet, definition.header_row, rule)
        except (UnreadableFileError, OpenQuoteError) as error:
            # Cut by another sign than its own, a text may look as if a quote were never closed.
            damage = error
    if damage is not None and not (found and found[0].sheet.is_text):
        raise damage
    if not found:
        raise _what_is_missing(sheets, definition.header_row, rule)
    if found[0].sheet.is_text:
        found = [max(found, key=lambda one: len(one.columns))]
    if len(found) > 1 and definition.sheet != EVERY_SHEET:
        raise SeveralGridsError(count=len(found))
    for layout in found:
        _check_columns(layout)
    return found


def _best(sheet: Sheet, header_row: int | None, rule: GridRule) -> list[Layout]:
    """Give the layout with the most headings, the first of equals; none where there is none."""
    rows = head(sheet, max(SEARCHED_ROWS, header_row or 0) + DEEPEST)
    tried = range(len(rows)) if header_row is None else range(header_row - 1, min(header_row, len(rows)))
    layouts = [layout for first in tried if (layout := _layout(sheet, rows, first, rule)) is not None]
    if header_row is None:
        layouts = [layout for layout in layouts if _is_followed(layout, rows, rule)]
    return [max(layouts, key=lambda one: len(one.columns))] if layouts else []


def _layout(sheet: Sheet, top_rows: list[Row], first: int, rule: GridRule) -> Layout | None:
    """Read a row, and those under it that belong to it, as headings."""
    if not any(top_rows[first]):
        return None
    columns = _row_columns(_titles(top_rows, first, first + (rule.header_rows or 1) - 1), rule)
    if columns is None:
        return None
    last = (
        first + rule.header_rows - 1 if rule.header_rows else _last_row(sheet, top_rows, first, columns, rule)
    )
    titles = _titles(top_rows, first, last, spread_from=max(columns) + 1)
    columns = _row_columns(titles, rule) or columns
    read = {
        column: found
        for column, title in titles.items()
        if column not in columns and (found := _column_heading(title, rule)) is not None
    }
    return Layout(sheet, first, last, columns, read, titles) if read else None


def _titles(top_rows: list[Row], first: int, last: int, *, spread_from: int | None = None) -> dict[int, str]:
    """Join the headings of each column from top to bottom; an upper one holds to its right where none is."""
    rows = [list(row) for row in top_rows[first : last + 1]]
    for upper, lower in pairwise(rows) if spread_from is not None else ():
        for column in range(spread_from or 0, min(len(upper), len(lower))):
            if upper[column] is None and lower[column] is not None and column:
                upper[column] = upper[column - 1] if column > (spread_from or 0) else None
    titles = {}
    for column in range(max((len(row) for row in rows), default=0)):
        parts = [row[column] for row in rows if column < len(row) and row[column] is not None]
        if parts:
            titles[column] = "\n".join(dict.fromkeys(str(part) for part in parts))
    return titles


def _row_columns(titles: dict[int, str], rule: GridRule) -> tuple[int, ...] | None:
    """Find the columns that hold the rows' headings; None where they are not there."""
    if not rule.row_heading:
        free = [column for column in sorted(titles) if heading(titles[column]).casefold() not in _NUMBERED]
        unnamed = [0] if titles and min(titles) and 0 not in free else []
        return tuple((unnamed + free)[: len(rule.rows)]) if len(unnamed + free) > len(rule.rows) else None
    columns = []
    for name in rule.row_heading:
        found = [column for column, title in titles.items() if _is_named(title, name)]
        if not found:
            return None
        columns.append(found[0])
    return tuple(columns) if len(set(columns)) == len(columns) else None


def _is_named(title: str, name: str) -> bool:
    return heading(name) in (heading(title), *(heading(part) for part in title.split("\n")))


def _column_heading(title: str, rule: GridRule) -> Heading | None:
    if rule.columns in PLACES and heading(title) in NOT_PLACES:
        return None
    return read_heading(title, rule.columns, rule)


def _last_row(sheet: Sheet, top_rows: list[Row], first: int, columns: tuple[int, ...], rule: GridRule) -> int:
    """Find the last row of headings that begin in a row: those merged down with it, and rows of days."""
    merged = [
        merge.bottom
        for merge in sheet.merges
        if merge.top == first and merge.left in columns and merge.bottom > first
    ]
    last = min(max(merged, default=first), first + DEEPEST - 1, len(top_rows) - 1)
    for row in range(last + 1, min(first + DEEPEST, len(top_rows)) if rule.columns in TIMES else 0):
        if not _is_more_heading(top_rows[row], columns, rule):
            break
        last = row
    return last


def _is_more_heading(row: Row, columns: tuple[int, ...], rule: GridRule) -> bool:
    """Tell whether a row without headings of its own holds days or parts of the day only."""
    if any(column < len(row) and row[column] is not None for column in columns):
        return False
    texts = [text for text in row if text is not None]
    days = [axis for axis in DAYS if axis is rule.columns] or list(DAYS)

    def is_part(text: str) -> bool:
        bare = heading(text)
        if bare in _PERIODS:
            return True
        read = [read_heading(text, axis, rule) for axis in {*days, Axis.WEEKDAY}]
        return any(one is not None and not one.hours and one.fault in (None, Fault.UNDATED) for one in read)

    return bool(texts) and all(is_part(text) for text in texts)


def _is_followed(layout: Layout, top_rows: list[Row], rule: GridRule) -> bool:
    """Tell whether what stands under possible headings fits them: a title has nothing of the kind."""
    if rule.columns in TIMES or rule.row_heading:
        return True
    axes = [
        (column, axis) for column, axis in zip(layout.row_columns, rule.rows, strict=True) if axis in TIMES
    ]
    if not axes:
        return len({text for text in top_rows[layout.last] if text is not None}) > 1
    column, axis = axes[0]

    def is_read(row: Row) -> bool:
        return column < len(row) and read_heading(row[column], axis, rule) is not None

    below = next((row for row in top_rows[layout.last + 1 :] if any(row)), [])
    return not is_read(top_rows[layout.first]) and is_read(below)


def _what_is_missing(sheets: Sequence[Sheet], header_row: int | None, rule: GridRule) -> Exception:
    """Say what no sheet has; a heading is repeated only where it is a declared one written otherwise."""
    titles: list[str] = []
    for sheet in sheets:
        rows = head(sheet, max(SEARCHED_ROWS, header_row or 0))
        titles += [heading(text) for row in rows for text in row if text is not None]
    if not titles:
        return EmptyFileError()
    for name in rule.row_heading:
        if heading(name) not in titles:
            return missing_column(name, titles)
    return NoGridError(what=rule.columns)


def _check_columns(layout: Layout) -> None:
    """Refuse a grid of which a column's day is not certain."""
    for column, found in layout.columns.items():
        raise_fault(found, layout.address(column))
    check_turns(layout.columns.values())


def raise_fault(found: Heading, place: str) -> None:
    """Raise the error of a heading that cannot be read with certainty; ``place`` is its cell."""
    if found.fault is not None:
        raise _RAISED[found.fault](cell=place)


def check_turns(headings: Iterable[Heading]) -> None:
    """Refuse days of a declared year that go on from December to January.

    Raises
    ------
    YearTurnsError
        They do; which of them belong to the next year is not to be guessed.
    """
    months = [found.day.month for found in headings if found.day is not None and not found.has_year]
    if any(before == DECEMBER and after == 1 for before, after in pairwise(months)):
        raise YearTurnsError


def is_remark(texts: Sequence[str | None]) -> bool:
    """Tell whether the headings of a row are those of a sum or a remark, which is not read."""
    return any(
        text is not None and (heading(text) in NOT_PLACES or _REMARK.match(text.strip())) for text in texts
    )


def blanked(rows: Iterator[Row], layout: Layout) -> Iterator[tuple[int, Row]]:
    """Give the rows under the headings, numbered; a remark merged over a row is in its first cell only."""
    wide = [
        merge
        for merge in layout.sheet.merges
        if merge.left not in layout.columns and merge.right > merge.left and merge.bottom > layout.last
    ]
    sweep = Sweep(wide)
    for number, row in enumerate(rows):
        if number <= layout.last:
            continue
        for merge in sweep.at(number):
            for column in range(merge.left + 1, min(merge.right + 1, len(row))):
                if column in layout.columns:
                    row[column] = None
        yield number, row

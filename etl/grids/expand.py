"""The cells of a grid -> one entry for every interval, and one for every cell that cannot be read.

An entry holds what its headings and the clock say, never the cell.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from etl.grids.clock import EMPTY, Cell, Hours, Says, read_cell
from etl.grids.headings import Heading, read_heading
from etl.grids.layout import address, blanked, check_turns, is_remark, raise_fault
from etl.grids.reasons import GridReason
from etl.grids.rule import PLACES, Axis
from geo.terms import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from etl.grids.layout import Layout
    from etl.grids.rule import GridRule
    from etl.grids.sheet import Row

_SIGNS = "一二三四五六日"
_UNREAD = {
    Axis.DATE: (GridReason.NOT_A_DATE, "date"),
    Axis.WEEKDAY: (GridReason.NOT_WEEKDAYS, "weekdays"),
    Axis.PERIOD: (GridReason.NOT_A_TIME, "start"),
}
_UNREADABLE = {
    Says.NOT_A_TIME: GridReason.NOT_A_TIME,
    Says.UNSAVED_FORMULA: GridReason.UNSAVED_FORMULA,
    Says.ERROR_VALUE: GridReason.ERROR_VALUE,
}
_ROW_REFUSALS = ("bad_day", "undated")
"""Faults of a heading for which its row is refused; for the others the file is: all its rows have them."""


class Entry(NamedTuple):
    """One interval of one cell, or one cell that is refused."""

    row: int
    """As the sender counts: 1 is the first."""
    part: int
    school: str | None
    gate: str | None
    post: str | None
    """Headings as they stand there: they are looked up before anything is kept."""
    day: str | None
    weekdays: str | None
    start: str | None = None
    end: str | None = None
    change: str | None = None
    reason: str | None = None
    column: str | None = None
    ragged: bool = False


class Around(NamedTuple):
    """What the headings around a cell say together."""

    places: dict[Axis, str]
    day: date | None
    weekdays: tuple[int, ...]
    hours: tuple[tuple[Hours, ...], ...]
    """The different hours that headings give."""
    refusal: tuple[str, str] | None


def expand(layout: Layout, rule: GridRule, kind: str) -> Iterator[list[Entry]]:
    """Give the entries of each row of a grid.

    Parameters
    ----------
    layout
        Where its headings are.
    rule
        What they are.
    kind
        `duty`: words of rest give nothing; `duty_exception`: they make a post absent.

    Yields
    ------
    list of Entry
        Of one row of the sheet.

    Raises
    ------
    etl.errors.IntakeError
        A day cannot be told without guessing its year or month.
    """
    # Rosters say the same over and over. What is remembered goes with the file: it holds names.
    read = lru_cache(maxsize=10_000)(read_cell)
    above: dict[int, Cell] = {}
    before: list[str | None] = []
    days: list[Heading] = []
    for number, row in blanked(layout.sheet.rows(), layout):
        texts = _row_texts(row, layout, before)
        if is_remark(texts) or _repeats_headings(row, layout):
            continue
        before = texts
        cells = _read_row(row, layout, _row_period(texts, rule), above, read)
        ragged = layout.sheet.is_text and any(text is not None for text in row[layout.width :])
        filled = {column: cell for column, cell in cells.items() if cell.says is not Says.NOTHING}
        if not filled and not ragged:
            continue
        headings = [
            _row_heading(text, axis, rule, address(number, column)) if filled else None
            for text, axis, column in zip(texts, rule.rows, layout.row_columns, strict=True)
        ]
        days = [*days[-1:], *(found for found in headings if found is not None and found.day)]
        check_turns(days)
        entries = [
            entry
            for column, cell in filled.items()
            for entry in _entries(cell, _around(headings, texts, layout.columns[column], rule), kind)
        ]
        if ragged:
            entries = [entry._replace(ragged=True) for entry in entries] or [_blank()._replace(ragged=True)]
        if entries:
            yield [
                entry._replace(row=layout.sheet.step + number + 1, part=part)
                for part, entry in enumerate(entries)
            ]


def _row_texts(row: Row, layout: Layout, before: list[str | None]) -> list[str | None]:
    """Give the headings of a row; a school that stands once for several posts below it is meant for all."""
    texts = [row[column] if column < len(row) else None for column in layout.row_columns]
    for at in range(len(texts) - 1):
        if texts[at] is None and before and any(text is not None for text in texts[at + 1 :]):
            texts[at] = before[at]
    return texts


def _row_period(texts: list[str | None], rule: GridRule) -> Heading:
    """Give the part of the day that a heading of the row names."""
    found = [read_heading(text, axis, rule) for text, axis in zip(texts, rule.rows, strict=True)]
    return next((one for one in found if one is not None and one.period is not None), Heading())


def _read_row(
    row: Row, layout: Layout, of_row: Heading, above: dict[int, Cell], read: Callable[..., Cell]
) -> dict[int, Cell]:
    """Read the cells of a row; 同上 and 同左 are what they point at."""
    cells: dict[int, Cell] = {}
    left = EMPTY
    for column, found in layout.columns.items():
        cell = read(row[column] if column < len(row) else None, found.period or of_row.period)
        if cell.says is Says.ABOVE:
            cell = above.get(column, EMPTY)
        elif cell.says is Says.LEFT:
            cell = left
        else:
            cells[column] = left = above[column] = cell
            continue
        if cell.says is Says.NOTHING:
            cell = Cell(Says.UNCLEAR)
        cells[column] = left = above[column] = cell
    return cells


def _repeats_headings(row: Row, layout: Layout) -> bool:
    """Tell whether a row is the heading again, as on the next page of a printed roster."""
    filled = {column: text for column, text in enumerate(row) if text is not None}
    return bool(filled) and all(
        text in layout.titles.get(column, "").split("\n") for column, text in filled.items()
    )


def _row_heading(text: str | None, axis: Axis, rule: GridRule, place: str) -> Heading | None:
    found = read_heading(text, axis, rule)
    if found is not None and found.fault not in (None, *_ROW_REFUSALS):
        raise_fault(found, place)
    return found


def _around(
    of_row: list[Heading | None], texts: list[str | None], of_column: Heading, rule: GridRule
) -> Around:
    """Put together what the headings of a row and a column say."""
    named = [*zip(rule.rows, of_row, strict=True), (rule.columns, of_column)]
    found = [one for _, one in named if one is not None]
    refusal = next((_refused(axis, text) for (axis, one), text in zip(named[:-1], texts, strict=True)
                    if axis not in PLACES and (one is None or one.fault)), None)  # fmt: skip
    day = next((one.day for one in found if one.day), None)
    weekdays = next((one.weekdays for one in found if one.weekdays), ())
    if day is not None and weekdays not in ((), (day.weekday(),)):
        refusal = refusal or (GridReason.WEEKDAY_MISMATCH, "date")
    return Around(
        places={axis: one.place for axis, one in named if one is not None and one.place},
        day=day,
        weekdays=(day.weekday(),) if day is not None else weekdays,
        hours=tuple(dict.fromkeys(one.hours for one in found if one.hours)),
        refusal=refusal,
    )


def _refused(axis: Axis, text: str | None) -> tuple[str, str]:
    """Say why a row is refused whose heading is not read."""
    reason, column = _UNREAD[axis]
    return (GridReason.MISSING_VALUE if text is None else reason), column


def _entries(cell: Cell, around: Around, kind: str) -> list[Entry]:
    """Give what one cell says as entries."""
    blank = _blank(around)
    is_exception = kind == "duty_exception"
    if not is_exception and cell.says in (Says.REST, Says.NONE):
        return []
    if around.refusal is not None:
        reason, column = around.refusal
        if is_exception or column != "date":
            return [blank._replace(reason=reason, column=column)]
        return [blank._replace(reason=reason, column="date_from")]
    if cell.says is Says.REST:
        return [blank._replace(change=Change.ABSENT)]
    hours, why = _hours(cell, around)
    if is_exception and len(hours) > 1:
        hours, why = (), GridReason.SEVERAL_INTERVALS
    if why is not None:
        return [blank._replace(reason=why, column="start")]
    change = Change.HOURS if is_exception else None
    return [
        blank._replace(start=start, end=end, change=change) for start, end in (one.texts for one in hours)
    ]


def _hours(cell: Cell, around: Around) -> tuple[tuple[Hours, ...], str | None]:
    """Give a cell's hours, its own before those of its headings, or why it has none."""
    if cell.says is Says.HOURS:
        return cell.hours, None
    if cell.says in _UNREADABLE:
        return (), _UNREADABLE[cell.says]
    if cell.says is Says.PRESENT and not around.hours:
        return (), GridReason.NO_HOURS
    if cell.says is Says.PRESENT and len(around.hours) == 1:
        return around.hours[0], None
    return (), GridReason.UNCLEAR_CELL


def _blank(around: Around | None = None) -> Entry:
    """Give an entry of which only the headings are known."""
    if around is None:
        return Entry(0, 0, None, None, None, None, None)
    school, gate, post = (around.places.get(axis) for axis in PLACES)
    day = around.day.isoformat() if around.day else None
    weekdays = "、".join(f"周{_SIGNS[number]}" for number in around.weekdays) or None
    return Entry(0, 0, school, gate, post, day, weekdays)

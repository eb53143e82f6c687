"""A chunk's cells -> its values: constants, defaults, value maps, types, what is required or misfits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from etl.definitions import ANYTHING_ELSE, ColumnRule
from etl.intake.faults import take_faults, target_of
from etl.intake.privacy import MASK, scan
from etl.intake.values import fold, parse_column
from etl.intake.verdicts import Mend, Reason, is_missing

if TYPE_CHECKING:
    from collections.abc import Collection
    from zoneinfo import ZoneInfo

    from etl.definitions import Definition
    from etl.intake.verdicts import Book
    from etl.kinds import Column, Kind
    from etl.readers import Chunk
    from geo.arrays import Flags, Objects

Values = dict[str, "Objects"]
"""Canonical texts by target column."""

LONGEST_DUTY_MIN = 16 * 60
_DAY_MIN = 24 * 60


def scan_cells(chunk: Chunk, definition: Definition, book: Book) -> pd.DataFrame:
    """Refuse rows with what looks like an ID or mobile number; give the cells with those masked."""
    for rows, reason, column in chunk.row_faults:
        book.refuse(rows, reason, column)
    coordinates = definition.geometry.columns if definition.geometry else ()
    found = scan(chunk.cells, coordinates=coordinates)
    cells = chunk.cells
    if found:
        cells = cells.copy()
        for name, hits in found.items():
            cells.loc[hits, name] = MASK
            book.refuse(hits, Reason.PERSONAL_DATA, target_of(name, definition))
    book.refuse(chunk.ragged, Reason.RAGGED_ROW, None)
    return take_faults(chunk, cells, definition, book)


def take_values(cells: pd.DataFrame, definition: Definition, book: Book) -> Values:
    """Give the values of every column of the kind, in canonical text; refuse what is none."""
    values: Values = {}
    for column in definition.spec.columns:
        rule = definition.columns.get(column.name)
        empty: Objects = np.full(len(cells), None, dtype=object)
        values[column.name] = (
            empty if rule is None else _take_column(cells, rule, column, definition.zone, book)
        )
    return values


def _take_column(
    cells: pd.DataFrame, rule: ColumnRule, column: Column, zone: ZoneInfo, book: Book
) -> Objects:
    known = _known(rule, column)
    gathered, folded = _known_when_folded(_gathered(cells, rule, known), known)
    texts, unknown = _mapped(gathered, rule, known)
    if rule.default is not None:
        texts = texts.where(texts.notna() | unknown, rule.default)
    parsed = parse_column(texts, column, zone)
    faults = parsed.faults
    faults[unknown] = Reason.UNKNOWN_VALUE
    if rule.lenient:
        book.repair(~is_missing(faults) & book.standing, Mend.VALUE_DROPPED, column.name)
    else:
        book.refuse_each(faults, column.name)
    book.repair((parsed.folded | folded) & book.standing, Mend.FULLWIDTH_FOLDED, column.name)
    book.repair(parsed.unitless & book.standing, Mend.UNIT_DROPPED, column.name)
    return parsed.texts


def _gathered(cells: pd.DataFrame, rule: ColumnRule, known: Collection[str]) -> pd.Series[str]:
    """Give a rule's cells: its constant, or of its columns the first with something it knows."""
    if rule.value is not None:
        return pd.Series([rule.value] * len(cells), index=cells.index, dtype="str")
    columns = [cells[name].str.strip() for name in rule.columns]
    if len(columns) == 1:
        return columns[0]
    # From the last to the first, so that the first has the last word; a known value beats a filled cell.
    texts = pd.Series([None] * len(cells), index=cells.index, dtype="str")
    for column in reversed(columns):
        texts = column.where(column.notna(), texts)
    for column in reversed(columns) if known else ():
        texts = column.where(column.isin(list(known)), texts)
    return texts


def _known_when_folded(texts: pd.Series[str], known: Collection[str]) -> tuple[pd.Series[str], Flags]:
    """Fold the cells that a value map knows only then; flags tell which."""
    unknown = texts.notna() & ~texts.isin(list(known)) if known else pd.Series(data=False, index=texts.index)
    plain = texts[unknown].map(fold)
    plain = plain[plain.isin(list(known))]
    flags: Flags = texts.index.isin(plain.index)
    return (texts.where(~flags, plain.reindex(texts.index)) if len(plain) else texts), flags


def _known(rule: ColumnRule, column: Column) -> dict[str, str | None]:
    """Give what a value map knows: its entries and, unless one is for the rest, the kind's words."""
    if rule.map is None:
        return {}
    known = {key: value for key, value in rule.map.items() if key != ANYTHING_ELSE}
    words = () if ANYTHING_ELSE in rule.map else column.words
    return {word: word for word in words} | known


def _mapped(
    texts: pd.Series[str], rule: ColumnRule, known: dict[str, str | None]
) -> tuple[pd.Series[str], Flags]:
    """Put a rule's value map to work; flags tell which filled cells it does not know."""
    nothing = np.zeros(len(texts), dtype=bool)
    if rule.map is None:
        return texts, nothing
    unknown = texts.notna().to_numpy() & ~texts.isin(list(known)).to_numpy()
    mapped = texts.map(known, na_action="ignore").astype("str")
    if ANYTHING_ELSE in rule.map:
        return mapped.mask(unknown, rule.map[ANYTHING_ELSE]), nothing
    return mapped, unknown


def require_values(values: Values, definition: Definition, book: Book) -> None:
    """Refuse rows that lack what their kind cannot do without."""
    for column in definition.spec.required:
        book.refuse(is_missing(values[column.name]), Reason.MISSING_VALUE, column.name)
    if definition.kind == "duty_exception":
        _require_for_change(values, book)


def _require_for_change(values: Values, book: Book) -> None:
    """Hold an exception to what its change needs: new hours, or who stands in."""
    needs = {"hours": ("start", "end"), "replaced": ("replaced_by",)}
    for change, columns in needs.items():
        for name in columns:
            lacking = np.equal(values["change"], change) & is_missing(values[name])
            book.refuse(lacking, Reason.MISSING_VALUE, name)


def check_together(values: Values, kind: Kind, book: Book) -> None:
    """Refuse rows whose values do not fit together: hours without length, dates that run backwards."""
    names = {column.name for column in kind.columns}
    if {"start", "end"} <= names:
        start, end = _minutes(values["start"]), _minutes(values["end"])
        book.refuse(_bad_hours(start, end, overnight=kind.name != "bell_slot"), Reason.BAD_HOURS, "end")
    for begins, ends in (("date_from", "date_to"), ("licence_from", "licence_to")):
        if {begins, ends} <= names:
            first, last = values[begins], values[ends]
            both = ~is_missing(first) & ~is_missing(last)
            # Canonical dates sort as texts.
            backwards = both & (np.where(both, first, "") > np.where(both, last, ""))
            book.refuse(backwards, Reason.DATES_REVERSED, ends)


def _bad_hours(start: np.ndarray, end: np.ndarray, *, overnight: bool) -> Flags:
    """Find hours that cannot be: duties of no length or over 16 h, bells that end before they begin."""
    if not overnight:
        flags: Flags = end < start
        return flags
    length = np.mod(end - start, _DAY_MIN)
    too_long: Flags = (length == 0) | (length > LONGEST_DUTY_MIN)
    return too_long


def _minutes(times: Objects) -> np.ndarray:
    """Give canonical clock times as minutes of the day, NaN where missing."""
    return np.array(
        [np.nan if t is None else int(t[:2]) * 60 + int(t[3:5]) + int(t[6:8]) / 60 for t in times],
        dtype=float,
    )

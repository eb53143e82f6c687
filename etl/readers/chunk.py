"""What every reader gives: some rows of a file, mapped columns only, as text."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from etl.cells import unescaped
from etl.errors import MissingColumnError, MissingColumnNearError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geo.arrays import Flags, Geometries, Integers, Objects
    from geo.validity import Decoded

ROWS = 5_000
"""Rows a chunk: large enough for whole-column work, small enough that memory does not grow with the file."""


ERROR_VALUES = frozenset(
    ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#GETTING_DATA", "#SPILL!", "#CALC!")
)
"""What a spreadsheet writes where a formula went wrong; a text file made of one has the words."""
UNSAVED = "\x00formula\x00"
"""Stands for the value of a formula that was never computed."""


class CellFault(StrEnum):
    """Why a cell that is not empty holds no value; joins the reasons of `etl.intake.verdicts`."""

    ERROR_VALUE = "error_value"
    UNSAVED_FORMULA = "unsaved_formula"
    BROKEN_TEXT = "broken_text"


@dataclass(frozen=True)
class Chunk:
    """Some rows of a file, in its order."""

    rows: Integers
    """Row numbers as the sender sees them."""
    cells: pd.DataFrame
    """Mapped source columns as text, missing where empty; all chunks of a file have the same columns."""
    ragged: Flags
    """Rows with more cells than the heading: nobody knows which cell belongs to which column."""
    shapes: Decoded | None = None
    """Geometries of a vector file, in the file's coordinates; None for a table."""
    wkb: Objects | None = None
    """The geometries as received."""
    crs: str | None = None
    """CRS that the file itself declares."""
    features: Objects | None = None
    """Feature ids, None where the file has none that mean anything."""
    parts: Integers | None = None
    """Running numbers from 0 where one row of a file gives several rows here; None where none does."""
    faults: dict[str, Objects] = field(default_factory=dict)
    """By column, for each row why its cell holds nothing that could be read, or None (`CellFault`)."""
    row_faults: tuple[tuple[Flags, str, str | None], ...] = ()
    """Rows that the reader could not read, with the reason and the target column; the first counts."""

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.rows)

    @property
    def numbered_parts(self) -> Integers:
        """The running number of each row within the file's row it comes from, 0 where it is the only one."""
        return np.zeros(len(self), dtype=np.int64) if self.parts is None else self.parts


def table_chunk(numbers: Sequence[int], cells: Sequence[Sequence[object]], columns: Sequence[str],
                ragged: Sequence[bool]) -> Chunk:  # fmt: skip
    """Make a chunk of a table's rows; wholly empty rows are no rows."""
    frame = pd.DataFrame(list(cells), columns=list(columns), dtype="str")
    flags = np.asarray(ragged, dtype=bool)
    filled = frame.notna().any(axis=1).to_numpy() | flags
    kept = frame.loc[filled].reset_index(drop=True)
    faults = _take_faults(kept)
    return Chunk(np.asarray(numbers, dtype=np.int64)[filled], kept, flags[filled], faults=faults)


def _take_faults(frame: pd.DataFrame) -> dict[str, Objects]:
    """Take the marks of formulas without a value out; say where they and error values stood."""
    faults = {}
    for name in frame.columns:
        wrong, unsaved = frame[name].isin(ERROR_VALUES), frame[name] == UNSAVED
        if wrong.any() or unsaved.any():
            found: Objects = np.full(len(frame), None, dtype=object)
            found[wrong], found[unsaved] = CellFault.ERROR_VALUE, CellFault.UNSAVED_FORMULA
            faults[str(name)] = found
            frame.loc[unsaved, name] = None
    return faults


def cell_text(value: object) -> str | None:
    """Give a cell as text; None where it is empty or blank."""
    if value is None:
        return None
    text = unescaped(value) if isinstance(value, str) else str(value)
    return text if text.strip() else None


def heading(value: object) -> str:
    """Give a heading without the blanks and marks of byte order around and the line breaks inside it."""
    return " ".join(str(value).replace("\ufeff", " ").split()) if value is not None else ""


def missing_column(name: str, headings: Iterable[str]) -> MissingColumnError:
    """Say which mapped column is missing; a heading is repeated only where it is the same word.

    Headings that were not mapped are nobody's business: a roster's may be people's names.
    """
    near = next((title for title in headings if title and _bare(title) == _bare(name)), None)
    return MissingColumnError(column=name) if near is None else MissingColumnNearError(column=name, near=near)


def _bare(title: str) -> str:
    """Leave out what writing adds: case, width, blanks and punctuation."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", title).casefold() if sign.isalnum())


def as_objects(values: Iterable[object]) -> Objects:
    """Give a one-dimensional object array, whatever the elements are."""
    given = list(values)
    array: Geometries = np.empty(len(given), dtype=object)
    array[:] = given
    return array

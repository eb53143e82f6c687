"""A sheet of refused rows that comes back mended: it brings a part of its source's rows, so it ends none.

It is known by the headings that `etl.reports.sheet` puts behind the mapped columns, in either language; they
outlive whatever program the sheet was mended in. Nothing else of the file is looked at here.
"""

from __future__ import annotations

import zipfile
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from data.messages import LANGS, text
from etl.definitions import GeometryRule
from etl.errors import IntakeError
from etl.kinds import PLACE_COLUMN
from etl.readers.archive import check_archive
from etl.readers.workbook import open_book
from geo.crs import parse_crs
from geo.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import openpyxl

    from etl.definitions import Definition

HEADING_ROWS = 30
HEAD_BYTES = 1 << 18
"""Of each part of a workbook so much is searched for a heading, before all of its texts are read."""
CRS = "crs"
"""The heading of the column that says what a vector file's coordinates meant."""


class Mended(NamedTuple):
    """What a sheet of refused rows says of itself."""

    crs: str | None
    """What its shapes' coordinates mean; None where it holds no shapes, or their name means nothing."""


def recognise(path: Path) -> Mended | None:
    """Tell whether a file is a sheet of refused rows; None where it is not, or is no workbook."""
    if path.suffix.lower() != ".xlsx":
        return None
    try:
        check_archive(path, format_name="xlsx")
        if not _may_be(path):
            return None
        with open_book(path) as book:
            return next(_found(book), None)
    except IntakeError:
        return None  # the reader says what is wrong with it
    except Exception:  # noqa: BLE001 -- a damaged workbook fails in a hundred ways, and the reader names them
        return None


def _may_be(path: Path) -> bool:
    """Search the beginnings of the sheets and of their shared texts for one of the headings."""
    marks = [text("history.sheet.reason", lang).encode() for lang in LANGS]
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith(("xl/worksheets/", "xl/sharedStrings")):
                with archive.open(name) as part:
                    head = part.read(HEAD_BYTES)
                if any(mark in head for mark in marks):
                    return True
    return False


def _found(book: openpyxl.Workbook) -> Iterator[Mended]:
    marks = [{text("history.sheet.row", lang), text("history.sheet.reason", lang)} for lang in LANGS]
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        rows = sheet.iter_rows(max_row=HEADING_ROWS + 1, values_only=True)
        for row in islice(rows, HEADING_ROWS):
            if any(mark <= set(row) for mark in marks):
                yield Mended(_crs(row, next(rows, ())))


def _crs(headings: Sequence[object], first: Sequence[object]) -> str | None:
    """Give the coordinates that the first row names."""
    named = dict(zip(headings, first, strict=False)).get(CRS)
    try:
        return None if named is None else parse_crs(str(named)).name
    except CampusError:
        return None


def adapted(definition: Definition, mended: Mended | None) -> Definition:
    """Give the description by which a mended sheet is read.

    Shapes of a vector file stand in it as WKT; what a roster's grid gave stands in it as plain columns.
    """
    if mended is not None and definition.grid is not None:
        return definition.model_copy(update={"grid": None})
    if mended is None or definition.geometry is not None or definition.spec.geometry is None:
        return definition
    changed = {"geometry": GeometryRule(wkt=PLACE_COLUMN), "crs": definition.crs or mended.crs, "where": None}
    return definition.model_copy(update=changed)

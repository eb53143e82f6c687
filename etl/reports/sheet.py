"""The refused rows of a load as a workbook, to be mended and loaded again through the same source."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

import shapely
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from data.repositories.received import read_refused
from etl.cells import escaped
from etl.kinds import PLACE_COLUMN
from etl.language import say
from etl.reports.mended import CRS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from data.repositories.received import Refused
    from etl.definitions import Definition
    from etl.reports import Material

SHEET_ROWS = 1_000_000
"""Rows a sheet; more go to the next one."""
CELL_CHARACTERS = 32_767
"""What a workbook holds in a cell."""
WIDTH = 18
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_HEXADECIMAL = re.compile("[0-9A-Fa-f]+")
_NO_NAME = re.compile(r"[\[\]:*?/\\']")


def write_sheet(material: Material, path: Path) -> None:
    """Write the refused rows: mapped columns under their own headings, then row number and reason.

    The heading stands in the row, and the sheet under the name, where the source looks for them. Row number
    and reason are no mapped columns, so they are not read again. Shapes of a vector file become WKT in the
    file's own coordinates, under the heading ``geometry``, beside the name of these coordinates.

    Notes
    -----
    Rows are written through, so that memory does not grow with them; what the library keeps on the disk
    meanwhile lies in a folder beside the report and goes with it.
    """
    folder = path.with_name(f"{path.name}.rows")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    options = {"constant_memory": True, "tmpdir": str(folder), "strings_to_urls": False}
    try:
        with xlsxwriter.Workbook(path, options) as book:
            _write_rows(book, material)
    except FileCreateError as error:
        raise error.args[0] from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write_rows(book: Any, material: Material) -> None:
    definition = material.definition
    columns, cells_of = _layout(definition)
    heading_row = (definition.header_row or 1) - 1
    bold, text = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "@"})
    sheet, number = None, 0
    for row in read_refused(material.connection):
        if sheet is None or number > heading_row + SHEET_ROWS:
            sheet, number = _add_sheet(book, definition, columns, heading_row, bold), heading_row + 1
        values = [*cells_of(row), row.row, _reason(row, definition)]
        for at, value in enumerate(values):
            if isinstance(value, int):
                sheet.write_number(number, at, value)
            elif value is not None:
                sheet.write_string(number, at, _cell(value), text)
        number += 1
    if sheet is None:
        _add_sheet(book, definition, columns, heading_row, bold)


def _add_sheet(book: Any, definition: Definition, columns: Sequence[str], row: int, bold: Any) -> Any:
    """Add a sheet with its headings; the first has the name under which the source looks for one."""
    first = not book.worksheets()
    wanted = definition.sheet if first and definition.sheet else say("history.sheet.name")
    name = wanted if first else f"{wanted} {len(book.worksheets()) + 1}"
    sheet = book.add_worksheet(_NO_NAME.sub(" ", name)[:31])
    sheet.set_column(0, len(columns) - 1, WIDTH)
    sheet.freeze_panes(row + 1, 0)
    for at, heading in enumerate(columns):
        sheet.write_string(row, at, escaped(_NO_TEXT.sub("\ufffd", heading)), bold)
    return sheet


def _layout(definition: Definition) -> tuple[list[str], Callable[[Refused], list[str | None]]]:
    """Give the headings, and what gives a row's cells under them but for the last two."""
    named = list(definition.source_columns)
    placed = definition.spec.geometry is not None and definition.geometry is None
    extra = [_free(PLACE_COLUMN, named), _free(CRS, named)] if placed else []

    def cells_of(row: Refused) -> list[str | None]:
        cells = [row.cells.get(name) for name in named]
        return [*cells, _wkt(row.cells.get(PLACE_COLUMN) or row.shape), row.crs] if placed else cells

    notes = [_free(say(key), named) for key in ("history.sheet.row", "history.sheet.reason")]
    return [*named, *extra, *notes], cells_of


def _free(heading: str, taken: Sequence[str]) -> str:
    """Give a heading that no mapped column has."""
    while heading in taken:
        heading += " *"
    return heading


def _wkt(received: str | None) -> str | None:
    """Write a shape as received (hexadecimal WKB, or a mended sheet's text); what is none is left out."""
    if not received or not _HEXADECIMAL.fullmatch(received):
        return received
    shape = shapely.from_wkb(received, on_invalid="ignore")
    return None if shape is None else str(shapely.to_wkt(shape, rounding_precision=-1))


def _reason(row: Refused, definition: Definition) -> str:
    """Say why a row was refused, and about which heading."""
    words = say(f"intake.reason.{row.reason}")
    rule = definition.columns.get(row.column or "")
    heading = " / ".join(rule.columns) if rule is not None else row.column
    if row.column == PLACE_COLUMN and definition.geometry is not None:
        heading = " / ".join(definition.geometry.columns)
    return say("history.sheet.reason_of", heading=heading, reason=words) if heading else words


def _cell(value: object) -> str:
    """Give what can stand in a cell and is run by no spreadsheet."""
    text = escaped(_NO_TEXT.sub("\ufffd", str(value)))
    return text if len(text) <= CELL_CHARACTERS else say("history.sheet.too_long")

"""Rosters as offices write them, for tests: a source description, a file, and what is read of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import xlsxwriter

from etl.declared import parse_yaml
from etl.definitions import Definition, parse_definition
from etl.readers import read_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

WEEK = ("周一", "周二", "周三", "周四", "周五")


def definition(grid: str, kind: str = "duty", more: str = "") -> Definition:
    """Read a source description with a grid, written in one line of YAML."""
    return parse_definition(parse_yaml(f"name: roster\nkind: {kind}\ngrid: {{{grid}}}\n{more}"))


def workbook(
    path: Path, rows: Sequence[Sequence[object]], merges: Sequence[tuple[int, int, int, int]] = ()
) -> Path:
    """Write a workbook; a merged rectangle keeps the text of its first cell (rows and columns from 0)."""
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd", "strings_to_formulas": False})
    page = book.add_worksheet("排班")
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    for top, left, bottom, right in merges:
        page.merge_range(top, left, bottom, right, rows[top][left])
    book.close()
    return path


def table(path: Path, rows: Sequence[Sequence[object]], encoding: str = "utf-8", sign: str = ",") -> Path:
    """Write a text table, cells with a separator or a line break in quotes."""
    quoted = [
        [f'"{cell}"' if sign in str(cell) or "\n" in str(cell) else str(cell) for cell in row] for row in rows
    ]
    path.write_bytes("".join(sign.join(row) + "\r\n" for row in quoted).encode(encoding))
    return path


def entries(path: Path, source: Definition) -> list[dict[str, Any]]:
    """Give what is read, a dictionary a row without what is empty, with its row and why it is refused."""
    found = []
    for chunk in read_file(path, source):
        for at, cells in enumerate(chunk.cells.astype(object).to_dict("records")):
            given = {name.removeprefix("@"): cell for name, cell in cells.items() if isinstance(cell, str)}
            reason = next((reason for rows, reason, _ in chunk.row_faults if rows[at]), None)
            refused = {"reason": str(reason)} if reason else {"ragged": True} if chunk.ragged[at] else {}
            found.append({"row": int(chunk.rows[at]), **given, **refused})
    return found

"""Roster grids: a row for every interval that a cell states, and nothing else of the cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from etl.grids.expand import Entry, expand
from etl.grids.layout import find_layouts
from etl.grids.places import HEADINGS
from etl.grids.sheet import open_sheets
from etl.readers.chunk import ROWS, Chunk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from etl.definitions import Definition

_TARGETS = {
    "date": "day",
    "date_from": "day",
    "date_to": "day",
    "weekdays": "weekdays",
    "start": "start",
    "end": "end",
    "change": "change",
}
"""Where a column of the kind stands in an entry."""


def read_grid(path: Path, definition: Definition) -> Iterator[Chunk]:
    """Read a roster grid chunk by chunk.

    Parameters
    ----------
    path
        A workbook or a text table.
    definition
        With its `grid`.

    Yields
    ------
    Chunk
        The columns that the grid gives, by the names that the kind has for them, and the headings of places
        as they stand there (`etl.grids.places.HEADINGS`), which are looked up before anything is kept.

    Raises
    ------
    etl.errors.IntakeError
        It cannot be read, or not without guessing.
    """
    if definition.grid is None:
        return
    waiting: list[Entry] = []
    with open_sheets(path, definition) as sheets:
        layouts = find_layouts(sheets, definition, definition.grid)
        kind = definition.kind
        for entries in (found for layout in layouts for found in expand(layout, definition.grid, kind)):
            waiting += entries
            if len(waiting) >= ROWS:
                yield _chunk(waiting, definition)
                waiting = []
    yield _chunk(waiting, definition)


def _chunk(entries: Sequence[Entry], definition: Definition) -> Chunk:
    frame = pd.DataFrame(entries, columns=list(Entry._fields), dtype=object)
    targets = {name: _TARGETS[name] for name in definition.source_columns if name in _TARGETS}
    cells = pd.DataFrame(
        {name: frame[part].to_numpy(dtype=object) for name, part in {**HEADINGS, **targets}.items()},
        dtype="str",
    )
    reasons, columns = (frame[name].to_numpy(dtype=object) for name in ("reason", "column"))
    faults = dict.fromkeys((r, c) for r, c in zip(reasons, columns, strict=True) if r is not None)
    return Chunk(
        rows=frame["row"].to_numpy(dtype=np.int64),
        cells=cells,
        ragged=frame["ragged"].to_numpy(dtype=bool),
        parts=frame["part"].to_numpy(dtype=np.int64),
        row_faults=tuple((np.equal(reasons, r) & np.equal(columns, c), r, c) for r, c in faults),
    )

"""Rows of a category that is never taken in: refused by name, and nothing of them is kept or given back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from data.refused_words import is_refused
from etl.intake.verdicts import Reason, only_where
from etl.refused import CATEGORY, KINDS_WITH_CATEGORY

if TYPE_CHECKING:
    from etl.definitions import Definition
    from etl.intake.verdicts import Book
    from etl.readers import Chunk


def bar_categories(chunk: Chunk, definition: Definition, book: Book) -> Chunk:
    """Refuse rows whose category cell, as received, names what is never taken in; empty all of their cells.

    Parameters
    ----------
    chunk
        Rows as received, before any value map.
    definition
        The source's description.
    book
        The rows' verdicts, with nothing in it so far.

    Returns
    -------
    Chunk
        The chunk; of a refused row only its number is left.
    """
    rule = definition.columns.get(CATEGORY)
    if definition.kind not in KINDS_WITH_CATEGORY or rule is None:
        return chunk
    barred = np.zeros(len(chunk), dtype=bool)
    for name in rule.columns:
        texts = chunk.cells[name]
        named = [text for text in texts.dropna().unique() if is_refused(str(text), definition.kind)]
        barred |= texts.isin(named).to_numpy(dtype=bool)
    if not barred.any():
        return chunk
    book.refuse(barred, Reason.REFUSED_CATEGORY, CATEGORY)
    return _emptied(chunk, barred)


def _emptied(chunk: Chunk, rows: np.ndarray) -> Chunk:
    cells = chunk.cells.copy()
    cells.loc[rows] = None
    shapes = chunk.shapes
    return replace(
        chunk,
        cells=cells,
        shapes=None if shapes is None else shapes._replace(geometries=only_where(~rows, shapes.geometries)),
        wkb=None if chunk.wkb is None else only_where(~rows, chunk.wkb),
        features=None if chunk.features is None else only_where(~rows, chunk.features),
    )

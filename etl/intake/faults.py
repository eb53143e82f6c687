"""Cells that are there and hold no value: a spreadsheet's error words, formulas that were never computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.intake.verdicts import Mend, is_missing

if TYPE_CHECKING:
    import pandas as pd

    from etl.definitions import Definition
    from etl.intake.verdicts import Book
    from etl.readers import Chunk


def target_of(source_column: str, definition: Definition) -> str:
    """Name the target that a source column fills."""
    targets = (target for target, rule in definition.columns.items() if source_column in rule.columns)
    return next(targets, "geometry")


def take_faults(chunk: Chunk, cells: pd.DataFrame, definition: Definition, book: Book) -> pd.DataFrame:
    """Refuse rows whose cells hold no value, or drop the cell where its column is lenient.

    Parameters
    ----------
    chunk
        Its ``faults`` say where and why.
    cells
        The chunk's cells as they are looked at so far.
    definition
        Says which columns are lenient.
    book
        Takes the verdicts.

    Returns
    -------
    pandas.DataFrame
        The cells, without those that were dropped.
    """
    for name, faults in chunk.faults.items():
        target = target_of(name, definition)
        rule = definition.columns.get(target)
        if rule is None or not rule.lenient:
            book.refuse_each(faults, target)
            continue
        dropped = ~is_missing(faults)
        cells = cells.assign(**{name: cells[name].mask(dropped)})
        book.repair(dropped & book.standing, Mend.VALUE_DROPPED, target)
    return cells

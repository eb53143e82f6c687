"""Whether the first rows of a file bear a draft out: what their cells contradict is taken back or marked.

Only the columns that the draft maps are read, as a load would read them; no cell is kept or told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from etl.definitions import Definition, GeometryRule
from etl.errors import IntakeError
from etl.intake.positions import read_positions
from etl.intake.values import fold, parse_column
from etl.kinds import CODE, KINDS, Holds
from etl.readers import read_file
from geo.china import in_china

if TYPE_CHECKING:
    from pathlib import Path

    from etl.kinds import Column

ROWS = 500
MOST_WRONG = 0.5
"""Share of filled cells that may contradict a column before it is taken back."""
SOME_WRONG = 0.05
"""Share from which the column is marked as not sure."""


def weigh(file: Path, definition: dict[str, Any], sure: dict[str, bool]) -> None:
    """Hold a draft against its file; both dictionaries are changed in place.

    Parameters
    ----------
    file
        The file.
    definition
        The drafted description, without a name.
    sure
        By target, and ``lon``, ``lat``, ``text``, ``wkt``: whether a column is surely the right one.
    """
    cells = _first_cells(file, definition)
    if cells is None or cells.empty:
        return
    kind = KINDS[definition["kind"]]
    for target, rule in list(definition["columns"].items()):
        source = str(rule["from"] if isinstance(rule, dict) else rule)
        column = kind.column(target)
        wrong = _wrong_share(cells[source], column, rule)
        # Words that nobody knows yet want a longer map, not another column.
        if wrong > MOST_WRONG and column.holds is not Holds.WORD:
            del definition["columns"][target]
            sure.pop(target, None)
        elif wrong > SOME_WRONG:
            sure[target] = False
    if "geometry" in definition:
        _weigh_place(cells, definition, sure)


def _first_cells(file: Path, definition: dict[str, Any]) -> pd.DataFrame | None:
    """Read the drafted columns of the first rows; None where they cannot be read that way."""
    columns = definition["columns"] or {"name": {"value": "-"}}
    try:
        drafted = Definition.model_validate({"name": "draft", **definition, "columns": columns})
        return next(iter(read_file(file, drafted))).cells.head(ROWS)
    except IntakeError:
        return None


def _wrong_share(cells: pd.Series[str], column: Column, rule: Any) -> float:
    """Give the share of filled cells that are no value of a column."""
    filled = cells.dropna().str.strip()
    if filled.empty:
        return 0.0
    if column.name == CODE and _counts_rows(filled):
        return 1.0
    if column.refers_to:
        return float((~filled.str.contains("[0-9A-Za-z]", regex=True)).mean())
    if column.holds is Holds.WORD:
        known = {*(rule.get("map", {}) if isinstance(rule, dict) else {}), *column.words}
        return float((~filled.map(fold).isin(list(known))).mean())
    faults = parse_column(filled, column).faults
    return float(np.mean(pd.notna(faults)))


def _counts_rows(filled: pd.Series[str]) -> bool:
    """Tell whether cells merely number their rows: 1, 2, 3 ... is nobody's code (DESIGN 5)."""
    numbers = pd.to_numeric(filled.map(fold), errors="coerce")
    if numbers.isna().mean() > SOME_WRONG or len(numbers) < 2:  # noqa: PLR2004 -- one row counts nothing
        return False
    steps = np.diff(numbers.dropna().to_numpy(dtype=float))
    return bool(numbers.dropna().iloc[0] in (0, 1) and np.mean(steps == 1) > 1 - SOME_WRONG)


def _weigh_place(cells: pd.DataFrame, definition: dict[str, Any], sure: dict[str, bool]) -> None:
    """Take back a place that is none, such as an address; turn columns that bear each other's values."""
    geometry = definition["geometry"]
    filled = cells.dropna(subset=list(geometry.values()))
    if filled.empty:
        return
    in_metres = any(_looks_like_metres(filled[name]) for name in geometry.values())
    found = read_positions(filled, GeometryRule.model_validate(geometry), in_metres=in_metres)
    if float(np.mean(pd.notna(found.faults))) > MOST_WRONG:
        del definition["geometry"]
        for name in geometry:
            sure.pop(name, None)
    elif "lon" in geometry and not in_metres and _is_swapped(filled, geometry):
        definition["geometry"] = {"lon": geometry["lat"], "lat": geometry["lon"]}
        sure["lon"] = sure["lat"] = False


def _looks_like_metres(cells: pd.Series[str]) -> bool:
    numbers = pd.to_numeric(cells, errors="coerce").dropna()
    return bool(len(numbers)) and float(numbers.abs().median()) > 360  # noqa: PLR2004 -- more than any degree


def _is_swapped(cells: pd.DataFrame, geometry: dict[str, str]) -> bool:
    """Tell whether the column called longitude holds latitudes."""
    lon, lat = (pd.to_numeric(cells[geometry[name]], errors="coerce").to_numpy() for name in ("lon", "lat"))
    return bool(np.mean(in_china(lat, lon) & ~in_china(lon, lat)) > MOST_WRONG)

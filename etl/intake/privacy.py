"""The scan at the door: what looks like an ID number or a mobile number is not let in (DESIGN 8.1).

What such a number looks like is `data.personal`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from data.personal import is_personal

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

    from geo.arrays import Flags

__all__ = ["MASK", "is_personal", "scan"]

MASK = "***"
"""A cell that holds such a number is masked whole: what stands beside the number is often a name."""

# RE2 has no look-around, so it only picks cells with eleven digits, or with signs such as ⑬ that are several.
_SUSPECT = r"(?:\p{N}[^\p{N}]*){11}|\p{No}"


def scan(cells: pd.DataFrame, *, coordinates: Collection[str] = ()) -> dict[str, Flags]:
    """Find the cells that look like an ID number or a mobile number.

    Parameters
    ----------
    cells
        Mapped columns as text.
    coordinates
        Columns that hold coordinates, in which the digits behind a decimal point are no number of anybody.

    Returns
    -------
    dict
        Flags of the rows hit, by column; columns without a hit are left out.
    """
    found = {}
    for name in cells.columns:
        texts = cells[name]
        suspects = np.flatnonzero(texts.str.contains(_SUSPECT, regex=True, na=False).to_numpy(dtype=bool))
        decimals = name in coordinates
        hits = [is_personal(text, decimals=decimals) for text in texts.iloc[suspects].to_numpy(dtype=object)]
        if any(hits):
            found[name] = np.zeros(len(cells), dtype=bool)
            found[name][suspects] = hits
    return found

"""The schools: their grounds near by, one sign each from afar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layers.spec import ON_THE_MAP, LayerSpec, LegendEntry

if TYPE_CHECKING:
    import pandas as pd

NONE, ONE, MORE, UNKNOWN = "0", "1", "2", "3"
"""Codes: no post in reach, one, several; no figure for this view."""

SPEC = LayerSpec(
    key="school",
    url="/layers/school?v={version}",
    id_column="id",
    title_key="layers.school.title",
    columns=("code", "name", "stage", "is_boundary_estimated"),
    legend=(
        LegendEntry(NONE, "layers.school.none", "hollow"),
        LegendEntry(ONE, "layers.school.one", "circle"),
        LegendEntry(MORE, "layers.school.more", "circle"),
        LegendEntry(UNKNOWN, "layers.school.unknown", "circle"),
    ),
    roles=ON_THE_MAP,
)


def codes(post_count: pd.Series) -> str:
    """Say for each school how many posts have its perimeter in reach, one character a school.

    Parameters
    ----------
    post_count
        Posts in reach, in the order of the layer's features; NaN where the view has no figure.

    Returns
    -------
    str
        As many of `NONE`, `ONE`, `MORE`, `UNKNOWN` as there are schools.
    """
    count = post_count.to_numpy(dtype=float, na_value=np.nan)
    words = np.select([np.isnan(count), count < 1, count < 2], [UNKNOWN, NONE, ONE], default=MORE)  # noqa: PLR2004 -- one post, and more than one
    return "".join(words.tolist())

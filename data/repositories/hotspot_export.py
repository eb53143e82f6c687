"""Hotspots as they may leave in a file: hot hexagons, and the figures that tell no count under 10.

The view has a row for every hexagon, period and category: millions for one district, nearly all of them
empty. The file has those that are hot, and those of which something may be told; what is not in it is not
significant and withheld. So nobody can tell from it whether there was nothing or little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, Column, Double, Integer, MetaData, Table, Text

from data.bulk import read_frame
from data.models.base import SRID
from geo.hotspot_release import release
from geo.terms import CountClass

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from geo.arrays import Floats

HOTSPOT_FILE = Table(
    "hotspot",
    MetaData(),
    Column("district_code", Text, primary_key=True),
    Column("cell_id", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("category", Text, primary_key=True),
    Column("count", Integer),
    Column("count_class", Text),
    Column("expected", Double),
    Column("z", Double),
    Column("p", Double),
    Column("q", Double),
    Column("class", Text),
    Column("geom", Geometry("POLYGON", SRID)),
    Column("run_id", BigInteger),
    schema="out",
)
"""What the file holds; ``count_class`` is ``<10`` or ``withheld`` where there is no count."""
_ROWS = """
    SELECT s.district_code, s.cell_id, s.period, s.category, s.count, s.expected, s.z, s.p, s.q, s.class,
           c.geom, s.run_id, c.epsg, c.neighbourhood, p.events AS total, g.cells
      FROM out.hotspot_sum AS s
      JOIN out.hotspot_cell AS c USING (district_code, cell_id)
      JOIN out.hotspot_period AS p USING (district_code, epsg, period, category)
      JOIN out.hotspot_grid AS g USING (district_code, epsg)
     WHERE s.class = 'hot' OR (s.category = 'all' AND length(s.period) = 4)
     ORDER BY s.district_code, s.cell_id, s.period, s.category
"""
_YEAR = 4


def read_hotspot_file(connection: Connection) -> pd.DataFrame:
    """Read what of the hotspots may leave, with the rights of the viewer.

    Parameters
    ----------
    connection
        A viewer's transaction.

    Returns
    -------
    GeoDataFrame
        `HOTSPOT_FILE`, ordered by its key. Of years and all categories together there are figures: ``count``
        from 10 up; ``z`` (one decimal), ``p`` and ``q`` (one digit) of neighbourhoods that do not overlap and
        hold ten events more than is told of their hexagons; ``expected`` where it tells no small total.
    """
    frame = read_frame(connection, _ROWS)
    is_year = (frame["category"] == "all") & (frame["period"].str.len() == _YEAR)
    told = pd.DataFrame(False, index=frame.index, columns=["count", "sum", "total"])
    for _, rows in frame[is_year].groupby(["district_code", "epsg", "period"]):
        found = release(
            rows["cell_id"].to_numpy(dtype=object),
            rows["count"].to_numpy(dtype=np.int64),
            rows["neighbourhood"].to_numpy(dtype=np.int64),
            total=int(rows["total"].iloc[0]),
            cells=int(rows["cells"].iloc[0]),
        )
        told.loc[rows.index] = np.column_stack(
            [found.counts, found.sums, np.full(len(rows), found.total & (found.sums | found.counts))]
        )
    out = frame.assign(
        count=frame["count"].astype("Int64").where(told["count"]),
        count_class=np.select(
            [told["count"], is_year],
            [_classes(frame["count"]), str(CountClass.UNDER_10)],
            str(CountClass.WITHHELD),
        ),
        expected=frame["expected"].where(told["total"]),
        z=frame["z"].where(told["sum"]).round(1),
        p=frame["p"].where(told["sum"]),
        q=_one_digit(frame["q"].where(told["sum"]).to_numpy(dtype=float)),
    )
    kept = (out["class"] == "hot") | told["count"] | told["sum"]
    return out.loc[kept, [column.name for column in HOTSPOT_FILE.columns]].reset_index(drop=True)


def _classes(counts: pd.Series) -> pd.Series:
    """Give the class of each count from 10 up."""
    edges = [10, 25, 50, 100, np.inf]
    words = [CountClass.FROM_10, CountClass.FROM_25, CountClass.FROM_50, CountClass.FROM_100]
    return pd.cut(counts, edges, right=False, labels=[str(word) for word in words]).astype(object)


def _one_digit(values: Floats) -> Floats:
    """Round to one significant digit: all of it would tell other hexagons' p."""
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 10.0 ** np.floor(np.log10(values))
        rounded: Floats = np.where(values > 0.0, np.round(values / scale) * scale, values)
    return rounded

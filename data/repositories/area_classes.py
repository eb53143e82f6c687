"""`out.area_person_class`: one cell a police area and half-year, only ever added to; and its page's read.

Beside the count job, which adds cells, one page reads it. No other module does: no score, zone, plan or map
may know of it (tests/architecture/test_register_readers.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from data.bulk import read_frame

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Connection

    from data.repositories.facts import Facts

_ADD = text(
    "INSERT INTO out.area_person_class (district_code, area_code, half_year, class, run_id) "
    "VALUES (:district_code, :area_code, :half_year, :class, :run_id)"
)


def read_police_areas(facts: Facts) -> pd.DataFrame:
    """Give the police areas of all districts in the order of codes: ``area_code``, ``district_code``."""
    return facts.read(
        "SELECT code AS area_code, district_code FROM core.area "
        "WHERE {held} AND level = 'police_area' ORDER BY code"
    )


def read_cells(connection: Connection) -> pd.DataFrame:
    """Give every cell there is, for the loader: ``area_code``, ``half_year``, ``class``, in that order."""
    return read_frame(
        connection,
        "SELECT area_code, half_year, class FROM out.area_person_class ORDER BY area_code, half_year",
    )


def add_cells(connection: Connection, cells: pd.DataFrame, *, run_id: int) -> int:
    """Add cells, as the loader; those that are there stay as they are, for nobody may change one.

    Parameters
    ----------
    connection
        In the build's transaction.
    cells
        ``district_code``, ``area_code``, ``half_year``, ``class``; of a half-year that the area has none of.
    run_id
        The run that they carry.

    Returns
    -------
    int
        Cells added.
    """
    rows = [
        {str(name): value for name, value in row.items()} | {"run_id": run_id}
        for row in cells.to_dict("records")
    ]
    if rows:
        connection.execute(_ADD, rows)
    return len(rows)


def read_area_classes(connection: Connection) -> pd.DataFrame:
    """Read the cells that a viewer may see, for the page.

    Returns
    -------
    pandas.DataFrame
        ``area_code``, ``name`` (of the police area, may be missing), ``half_year``, ``class``, by area code
        and half-year. Empty for who is neither commander nor committee.
    """
    return read_frame(
        connection,
        """
        SELECT c.area_code, a.name, c.half_year, c.class FROM out.area_person_class AS c
          LEFT JOIN core.area AS a ON a.code = c.area_code AND a.level = 'police_area'
                                  AND a.valid_to IS NULL AND a.ended_by IS NULL
         ORDER BY c.area_code, c.half_year
        """,
    )

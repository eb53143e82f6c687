"""The one reader of the register: how many rows each police area has, and nothing else of them.

Who reads states the intent first, in a transaction of its own that is committed before the read begins: a
read that is rolled back leaves its trace all the same. What is given back is numbers by police area; they
stay in the memory of the process that builds, where `geo.disclosure` makes classes of them.

Rows whose review is past are not counted. In the joint instance there is nothing to read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from data.repositories import register
from data.session import unit_of_work
from data.settings import DbRole

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

PURPOSE = "count"
"""The word in the audit for why the register was read."""
_HAS_STATE = "SELECT to_regprocedure('restricted.is_enabled()') IS NOT NULL"
_IS_ENABLED = "SELECT restricted.is_enabled()"
_COUNTS = """
    SELECT police_area_code, count(*) AS rows FROM restricted.key_person
     WHERE review_due >= :today GROUP BY police_area_code
"""


def count_register(today: date) -> dict[str, int] | None:
    """Count the register's rows by police area, after the intent to do so is committed.

    Parameters
    ----------
    today
        Local date: a row whose review is due before it is not counted.

    Returns
    -------
    dict or None
        Rows by code of the police area; areas without a row are missing. None, and nothing is read nor
        stated, while the register is not in use.
    """
    with unit_of_work(DbRole.REGISTER) as connection:
        if not is_register_enabled(connection):
            return None
        register.state_intent(connection, PURPOSE, None)
        found = connection.execute(text(_COUNTS), {"today": today})
        return {str(code): int(rows) for code, rows in found}


def is_register_enabled(connection: Connection) -> bool:
    """Tell whether the register may be read: it was enabled with its impact assessment.

    Parameters
    ----------
    connection
        Of `DbRole.REGISTER`.
    """
    if not connection.execute(text(_HAS_STATE)).scalar_one():
        return False
    return bool(connection.execute(text(_IS_ENABLED)).scalar_one())

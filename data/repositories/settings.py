"""`core.setting`: the parameters that differ from their defaults, with their history."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from data.bulk import read_frame
from data.config import Settings, UnknownSettingError, with_values

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd
    from sqlalchemy import Connection

IN_FORCE = """
    SELECT DISTINCT ON (key) key, value FROM core.setting
     WHERE valid_from <= coalesce(CAST(:at AS timestamptz), clock_timestamp())
     ORDER BY key, valid_from DESC
"""


def read(connection: Connection, *, at: datetime | None = None) -> Settings:
    """Read the settings in force.

    Parameters
    ----------
    connection
        Of any role that reads core; the app's only with a viewer, else the defaults come back.
    at
        The moment to look at; now by default.

    Returns
    -------
    Settings
        Defaults and what differs from them.

    Raises
    ------
    UnknownSettingError, BadSettingError
        The database holds a setting that this version of the code does not take.
    """
    return with_values(_held(connection, at))


def write(connection: Connection, key: str, value: Any, *, set_by: str) -> Settings:
    """Set a parameter from now on.

    Parameters
    ----------
    connection
        In the transaction that is to hold it; the loader's or the owner's.
    key
        Name of a field of `Settings`.
    value
        As JSON has it; None goes back to the default.
    set_by
        Number of the account, or ``cli``.

    Returns
    -------
    Settings
        What is in force now, the new value among them.

    Raises
    ------
    UnknownSettingError
        There is no such setting.
    BadSettingError
        The value does not fit it, or the others.
    """
    if key not in Settings.model_fields:
        raise UnknownSettingError(given=key)
    # two at once must not each be right alone and wrong together
    connection.execute(text("LOCK TABLE core.setting IN SHARE ROW EXCLUSIVE MODE"))
    known = _held(connection, None)
    known.pop(key, None)
    settings = with_values(known if value is None else {**known, key: value}, asked=key)
    stored = None if value is None else settings.model_dump(mode="json")[key]
    connection.execute(
        text(
            "INSERT INTO core.setting (key, value, valid_from, set_by) "
            "VALUES (:key, CAST(:value AS jsonb), clock_timestamp(), :set_by)"
        ),
        {"key": key, "value": json.dumps(stored, ensure_ascii=False), "set_by": set_by},
    )
    return settings


def history(connection: Connection, key: str | None = None) -> pd.DataFrame:
    """List what was ever set, oldest first.

    Parameters
    ----------
    connection
        Of any role that reads core.
    key
        One setting; all by default.

    Returns
    -------
    DataFrame
        ``key, value, valid_from, set_by``; a value of None went back to the default.
    """
    return read_frame(
        connection,
        "SELECT key, value, valid_from, set_by FROM core.setting"
        " WHERE %(key)s::text IS NULL OR key = %(key)s ORDER BY valid_from, key",
        {"key": key},
    )


def _held(connection: Connection, at: datetime | None) -> dict[str, Any]:
    """Read the values that differ from the defaults at a moment."""
    found = connection.execute(text(IN_FORCE), {"at": at})
    return {row.key: row.value for row in found if row.value is not None}

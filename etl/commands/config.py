"""`campus config`: read and change the settings that analyses use."""

from __future__ import annotations

import json
import sys

from data.config import Settings
from data.migrate import ensure_database
from data.repositories import settings as repository
from data.session import unit_of_work
from data.settings import DbRole
from etl.language import say
from geo.errors import CampusError


class UnknownSettingError(CampusError):
    """There is no setting of that name."""

    key = "cli.unknown_setting"
    exit_code = 2


def _values() -> dict[str, object]:
    """Read every setting with its value in force."""
    ensure_database()
    with unit_of_work(DbRole.LOADER) as connection:
        return repository.read(connection).model_dump(mode="json")


def _line(value: object) -> str:
    """Write a value as JSON on one line."""
    return json.dumps(value, ensure_ascii=False)


def list_all() -> None:
    """Print every setting, one a line: name, a tab, the value as JSON."""
    for key, value in _values().items():
        sys.stdout.write(f"{key}\t{_line(value)}\n")


def get(key: str) -> None:
    """Print one setting's value as JSON.

    Raises
    ------
    UnknownSettingError
        There is no such setting.
    """
    if key not in Settings.model_fields:
        raise UnknownSettingError(given=key)
    sys.stdout.write(_line(_values()[key]) + "\n")


def set_value(key: str, value: str) -> None:
    """Change one setting from today on.

    Parameters
    ----------
    key
        The setting's name.
    value
        JSON, or plain text where it is no JSON or the setting is a text, such as a district's code.

    Raises
    ------
    UnknownSettingError
        There is no such setting.
    data.config.BadSettingError
        The value does not fit it.
    """
    if key not in Settings.model_fields:
        raise UnknownSettingError(given=key)
    ensure_database()
    with unit_of_work(DbRole.LOADER) as connection:
        settings = repository.write(connection, key, _meant(key, value), set_by="cli")
        connection.commit()
    in_force = settings.model_dump(mode="json")[key]
    sys.stderr.write(say("cli.set", key=key, value=_line(in_force)) + "\n")


def _meant(key: str, value: str) -> object:
    """Read a value as JSON where that is what the setting takes."""
    try:
        parsed: object = json.loads(value)
    except (ValueError, RecursionError):
        return value
    is_text = isinstance(Settings.model_fields[key].default, str | None)
    return value if is_text and not isinstance(parsed, str | None) else parsed

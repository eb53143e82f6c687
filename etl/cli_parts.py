"""What the families of the command line share."""

from __future__ import annotations

from datetime import date
from typing import Any

import typer
from typer.core import TyperGroup

from etl.language import say


def read_day(value: str) -> date:
    """Read a date option."""
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise typer.BadParameter(say("cli.not_a_date", given=value)) from error


def family(help_key: str, **options: Any) -> typer.Typer:
    """Make a group of commands whose help stands in the catalogue."""
    return typer.Typer(
        help=say(help_key),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        cls=TyperGroup,
        **options,
    )

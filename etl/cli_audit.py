"""The family `audit` of the command line: names and options; what a word does stands in `etl.commands`."""

# ruff: noqa: PLC0415 -- imports inside the commands are the point: start-up time

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from etl.language import say

if TYPE_CHECKING:
    from collections.abc import Callable


def audit_app(make_app: Callable[[str], typer.Typer]) -> typer.Typer:
    """Make the family.

    Parameters
    ----------
    make_app
        Makes a group whose help stands under a key.
    """
    audit = make_app("audit.help.audit")

    @audit.callback()
    def family() -> None:
        """Keep the family a family while it has one word."""

    @audit.command(help=say("audit.help.verify"))
    def verify(
        *, as_json: Annotated[bool, typer.Option("--json", help=say("audit.help.json"))] = False
    ) -> None:
        from etl.commands import audit as commands

        raise typer.Exit(commands.verify(as_json=as_json))

    return audit

"""The family `package` of the command line: names and options; what a word does stands in `etl.commands`."""

# ruff: noqa: PLC0415 -- imports inside the commands are the point: start-up time

from __future__ import annotations

from pathlib import Path  # noqa: TC003 -- typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from etl.language import say

if TYPE_CHECKING:
    from collections.abc import Callable


def package_app(make_app: Callable[[str], typer.Typer]) -> typer.Typer:
    """Make the family.

    Parameters
    ----------
    make_app
        Makes a group whose help stands under a key.
    """
    package = make_app("packages.help.package")
    _add_police(package)
    _add_joint(package)
    return package


def _add_police(package: typer.Typer) -> None:
    """Add what the police instance does: make, sign, key."""

    @package.command(help=say("packages.help.make"))
    def make(
        file: Annotated[Path, typer.Argument(help=say("packages.help.file"))],
        *,
        table: Annotated[list[str] | None, typer.Option(help=say("packages.help.table"))] = None,
        district: Annotated[list[str] | None, typer.Option(help=say("packages.help.district"))] = None,
        acting: Annotated[
            str | None, typer.Option("--as", metavar="ACCOUNT", help=say("packages.help.as"))
        ] = None,
    ) -> None:
        from etl.commands import package as commands

        commands.make(file, tables=table or [], districts=district or [], acting=acting)

    @package.command(help=say("packages.help.sign"))
    def sign(
        file: Annotated[Path, typer.Argument(help=say("packages.help.file"))],
        *,
        acting: Annotated[str, typer.Option("--as", metavar="ACCOUNT", help=say("packages.help.reviewer"))],
    ) -> None:
        from etl.commands import package as commands

        commands.sign(file, acting=acting)

    @package.command(help=say("packages.help.key"))
    def key() -> None:
        from etl.commands import package as commands

        commands.key()


def _add_joint(package: typer.Typer) -> None:
    """Add what both instances do, show, and what the joint one does, take."""

    @package.command(help=say("packages.help.show"))
    def show(
        file: Annotated[Path, typer.Argument(help=say("packages.help.file"))],
        *,
        trust: Annotated[
            Path | None, typer.Option(metavar="KEYFILE", help=say("packages.help.trust"))
        ] = None,
    ) -> None:
        from etl.commands import package as commands

        commands.show(file, trust=trust)

    @package.command(help=say("packages.help.take"))
    def take(
        file: Annotated[Path, typer.Argument(help=say("packages.help.file"))],
        *,
        trust: Annotated[Path, typer.Option(metavar="KEYFILE", help=say("packages.help.trust"))],
        acting: Annotated[
            str | None, typer.Option("--as", metavar="ACCOUNT", help=say("packages.help.as"))
        ] = None,
    ) -> None:
        from etl.commands import package as commands

        commands.take(file, trust=trust, acting=acting)

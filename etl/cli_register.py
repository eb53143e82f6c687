"""The family `register` of the command line; what its words do stands in `etl.commands.register`."""

# ruff: noqa: PLC0415 -- imports inside the commands are the point: start-up time

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import Annotated, Any

import typer

from etl.cli_parts import family, read_day
from etl.language import say

AS = "--as"


def register_app() -> typer.Typer:
    """Make the family `register`."""
    register = family("register.help.register")
    _add_on_and_off(register)
    _add_rows(register)

    @register.command(help=say("register.help.laws"))
    def laws() -> None:
        from etl.commands import register as commands

        commands.show_laws()

    @register.command(help=say("register.help.keygen"))
    def keygen(file: Annotated[Path, typer.Argument(help=say("register.help.key_file"))]) -> None:
        from etl.commands import register as commands

        commands.keygen(file)

    return register


def _add_on_and_off(register: typer.Typer) -> None:
    """Add enable and status."""

    @register.command(help=say("register.help.enable"))
    def enable(
        *,
        assessment: Annotated[str, typer.Option(metavar="NO", help=say("register.help.assessment"))],
        date: Annotated[
            Any, typer.Option("--date", parser=read_day, metavar="DATE", help=say("register.help.date"))
        ],
        volume: Annotated[str, typer.Option(metavar="TEXT", help=say("register.help.volume"))],
        acting: Annotated[str, typer.Option(AS, metavar="ACCOUNT", help=say("register.help.as"))],
    ) -> None:
        from etl.commands import register as commands

        commands.enable(number=assessment, day=date, volume=volume, acting=acting)

    @register.command(help=say("register.help.status"))
    def status() -> None:
        from etl.commands import register as commands

        commands.status()


def _add_rows(register: typer.Typer) -> None:
    """Add delete, was-deleted and expire."""

    @register.command(help=say("register.help.delete"))
    def delete(
        case_ref: Annotated[str, typer.Argument(metavar="CASE_REF", help=say("register.help.case_ref"))],
        *,
        acting: Annotated[str, typer.Option(AS, metavar="ACCOUNT", help=say("register.help.as"))],
        order_ended: Annotated[
            bool, typer.Option("--order-ended", help=say("register.help.order_ended"))
        ] = False,
    ) -> None:
        from etl.commands import register as commands

        commands.delete(case_ref, acting=acting, order_ended=order_ended)

    @register.command("was-deleted", help=say("register.help.was_deleted"))
    def was_deleted(
        case_ref: Annotated[str, typer.Argument(metavar="CASE_REF", help=say("register.help.case_ref"))],
    ) -> None:
        from etl.commands import register as commands

        commands.was_deleted(case_ref)

    @register.command(help=say("register.help.expire"))
    def expire() -> None:
        from etl.commands import register as commands

        commands.expire()

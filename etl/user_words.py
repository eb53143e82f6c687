"""The words of `campus user`, as the option parser takes them; what they do stands in `etl.commands.user`."""

# ruff: noqa: PLC0415 -- imports inside the commands are the point: start-up time

from __future__ import annotations

from pathlib import Path  # noqa: TC003 -- the option parser reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from etl.language import say

if TYPE_CHECKING:
    from collections.abc import Callable


def user_app(make: Callable[[str], typer.Typer]) -> typer.Typer:
    """Make the family `user`.

    Parameters
    ----------
    make
        Makes a group of commands from its help's key.
    """
    users = make("users.help.user")
    _add_account(users)

    @users.command("list", help=say("users.help.list"))
    def list_all() -> None:
        from etl.commands import user as commands

        commands.list_all()

    @users.command(help=say("users.help.disable"))
    def disable(name: Annotated[str, typer.Argument(help=say("users.help.name"))]) -> None:
        from etl.commands import user as commands

        commands.set_disabled(name, is_disabled=True)

    @users.command(help=say("users.help.enable"))
    def enable(name: Annotated[str, typer.Argument(help=say("users.help.name"))]) -> None:
        from etl.commands import user as commands

        commands.set_disabled(name, is_disabled=False)

    @users.command(help=say("users.help.passwd"))
    def passwd(name: Annotated[str, typer.Argument(help=say("users.help.name"))]) -> None:
        from etl.commands import user as commands

        commands.set_password(name)

    @users.command("import", help=say("users.help.import"))
    def import_file(
        file: Annotated[Path, typer.Argument(help=say("users.help.file"))],
        slips: Annotated[Path | None, typer.Option(help=say("users.help.slips"))] = None,
    ) -> None:
        from etl.commands import user as commands

        commands.import_file(file, slips=slips)

    return users


def _add_account(users: typer.Typer) -> None:
    """Add the word `add`, which has many options."""

    @users.command(help=say("users.help.add"))
    def add(  # noqa: PLR0913 -- an account's scope has many sides
        name: Annotated[str, typer.Argument(help=say("users.help.name"))],
        role: Annotated[str, typer.Option(help=say("users.help.role"))],
        *,
        district: Annotated[list[str] | None, typer.Option(help=say("users.help.district"))] = None,
        police_area: Annotated[list[str] | None, typer.Option(help=say("users.help.police_area"))] = None,
        school: Annotated[list[str] | None, typer.Option(help=say("users.help.school"))] = None,
        unit: Annotated[str | None, typer.Option(help=say("users.help.unit"))] = None,
        all_districts: Annotated[
            bool, typer.Option("--all-districts", help=say("users.help.all_districts"))
        ] = False,
        external: Annotated[bool, typer.Option("--external", help=say("users.help.external"))] = False,
    ) -> None:
        from data.repositories.accounts import AccountWords
        from etl.commands import user as commands

        districts, police_areas, schools = (tuple(codes or ()) for codes in (district, police_area, school))
        words = AccountWords(name, role, all_districts, districts, police_areas, schools, unit)
        commands.add(words, is_external=external)

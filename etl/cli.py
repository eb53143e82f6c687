"""The command line: names, options and exit codes; what a word does stands in `etl.commands`.

Exit 0: done. 1: a failed job, with one sentence. 2: wrong usage. 130: interrupted. Results go to standard
output, progress and messages to standard error. Command modules are imported when their word is used:
``campus db url`` must not wait for the geometry libraries.
"""

# ruff: noqa: PLC0415 -- imports inside the commands are the point: start-up time

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from data.messages import sentence
from etl.cli_audit import audit_app
from etl.cli_package import package_app
from etl.cli_parts import family as _app
from etl.cli_parts import read_day as _day
from etl.cli_register import register_app
from etl.language import lang, say, take_lang
from etl.user_words import user_app
from geo.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Callable

INTERRUPTED = 130
WRONG_USAGE = 2


def build_app() -> typer.Typer:
    """Make the whole command line in the language in force."""
    app = _app("cli.help.campus")
    for add in (_add_daily, _add_jobs, _add_quality):
        add(app)
    app.add_typer(_db_app(), name="db")
    app.add_typer(_config_app(), name="config")
    app.add_typer(_source_app(), name="source")
    app.add_typer(package_app(_app), name="package")
    app.add_typer(user_app(_app), name="user")
    app.add_typer(register_app(), name="register")
    app.add_typer(audit_app(_app), name="audit")
    return app


def _add_daily(app: typer.Typer) -> None:
    """Add the words that a person types: demo, serve, worker."""

    @app.command(help=say("cli.help.demo"))
    def demo(
        port: Annotated[int, typer.Option(help=say("cli.help.port"))] = 8501,
        *,
        no_serve: Annotated[bool, typer.Option("--no-serve", help=say("cli.help.no_serve"))] = False,
    ) -> None:
        from etl.commands.demo import demo as run

        run(port=port, serve=not no_serve)

    @app.command(help=say("cli.help.serve"))
    def serve(
        host: Annotated[str, typer.Option(help=say("cli.help.host"))] = "127.0.0.1",
        port: Annotated[int, typer.Option(help=say("cli.help.port"))] = 8501,
    ) -> None:
        from etl.commands.serve import serve as run

        run(host=host, port=port)

    @app.command(help=say("cli.help.worker"))
    def worker() -> None:
        from etl.worker import run

        run()


def _add_jobs(app: typer.Typer) -> None:
    """Add the words that move rows: load, build, export."""

    @app.command(help=say("cli.help.load"))
    def load(  # noqa: PLR0913 -- the options of DESIGN 6
        file: Annotated[Path | None, typer.Argument(help=say("cli.help.load_file"))] = None,
        source: Annotated[str | None, typer.Option(help=say("cli.help.load_source"))] = None,
        *,
        crs: Annotated[str | None, typer.Option(help=say("cli.help.crs"))] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help=say("cli.help.dry_run"))] = False,
        valid_from: Annotated[
            Any, typer.Option(parser=_day, metavar="DATE", help=say("cli.help.valid_from"))
        ] = None,
        report: Annotated[list[Path] | None, typer.Option(help=say("cli.help.report"))] = None,
        force: Annotated[bool, typer.Option("--force", help=say("cli.help.force"))] = False,
        accept_datum: Annotated[
            bool, typer.Option("--accept-datum", help=say("forensics.help.accept_datum"))
        ] = False,
        overrides: Annotated[str | None, typer.Option(hidden=True)] = None,
        undo: Annotated[int | None, typer.Option(metavar="BATCH", help=say("history.help.undo"))] = None,
        acting: Annotated[
            str | None, typer.Option("--as", metavar="ACCOUNT", help=say("register.help.as"))
        ] = None,
        declare: Annotated[bool, typer.Option("--declare", help=say("register.help.declare"))] = False,
    ) -> None:
        from etl.commands.intake import run

        words = {"crs": crs, "valid_from": valid_from, "report": report or [], "force": force}
        words |= {"accept_datum": accept_datum, "acting": acting, "declare": declare}
        run(file, source, undo=undo, overrides=overrides, dry_run=dry_run, **words)

    @app.command(help=say("cli.help.build"))
    def build(
        jobs: Annotated[list[str] | None, typer.Argument(help=say("cli.help.build_jobs"))] = None,
        as_of: Annotated[Any, typer.Option(parser=_day, metavar="DATE", help=say("cli.help.as_of"))] = None,
        *,
        changed: Annotated[bool, typer.Option("--changed", help=say("cli.help.build_changed"))] = False,
    ) -> None:
        from etl.commands.build import build as run

        run(jobs or ["all"], as_of=as_of, only_changed=changed)

    @app.command(help=say("cli.help.export"))
    def export(
        table: Annotated[str, typer.Argument(help=say("cli.help.export_table"))],
        file: Annotated[Path, typer.Argument(help=say("cli.help.export_file"))],
    ) -> None:
        from etl.commands.export import export as run

        run(table, file)


def _add_quality(app: typer.Typer) -> None:
    """Add the words of those who work on the product: test, bench."""
    passed_on = {"allow_extra_args": True, "ignore_unknown_options": True}

    @app.command(help=say("cli.help.test"), context_settings=passed_on, add_help_option=False)
    def test(context: typer.Context) -> None:
        from etl.commands.quality import test as run

        raise typer.Exit(run(context.args))

    @app.command(help=say("cli.help.bench"), context_settings=passed_on, add_help_option=False)
    def bench(context: typer.Context) -> None:
        from etl.commands.quality import bench as run

        raise typer.Exit(run(context.args))


def _db_app() -> typer.Typer:
    """Make the family `db`."""
    db = _app("cli.help.db")

    def plain(name: str, help_key: str) -> None:
        @db.command(name, help=say(help_key))
        def command() -> None:
            from etl.commands import db as commands

            getattr(commands, name)()

    plain("start", "cli.help.db_start")
    plain("stop", "cli.help.db_stop")
    plain("status", "cli.help.db_status")

    @db.command(help=say("cli.help.db_migrate"))
    def migrate(
        instance: Annotated[str, typer.Option(help=say("cli.help.instance"))] = "police",
    ) -> None:
        from etl.commands import db as commands

        commands.migrate(instance=instance)

    @db.command(help=say("cli.help.db_url"))
    def url(role: Annotated[str, typer.Option(help=say("cli.help.role"))] = "owner") -> None:
        from etl.commands import db as commands

        commands.url(role=role)

    @db.command(help=say("cli.help.db_backup"))
    def backup(
        file: Annotated[Path, typer.Argument(help=say("cli.help.backup_file"))],
        *,
        with_register: Annotated[
            bool, typer.Option("--with-register", help=say("register.help.with_register"))
        ] = False,
        recipient: Annotated[
            str | None, typer.Option(metavar="KEY", help=say("register.help.recipient"))
        ] = None,
    ) -> None:
        from etl.commands import db as commands

        commands.backup(file, with_register=with_register, recipient=recipient)

    @db.command(help=say("cli.help.db_restore"))
    def restore(
        file: Annotated[Path, typer.Argument(help=say("cli.help.backup_file"))],
        key: Annotated[Path | None, typer.Option(help=say("register.help.key"))] = None,
    ) -> None:
        from etl.commands import db as commands

        commands.restore(file, key=key)

    return db


def _source_app() -> typer.Typer:
    """Make the family `source`."""
    source = _app("draft.help.source")

    @source.callback()
    def family() -> None:
        """Keep the family a family while it has one word."""

    @source.command(help=say("draft.help.draft"))
    def draft(
        file: Annotated[Path, typer.Argument(help=say("cli.help.load_file"))],
        kind: Annotated[str, typer.Option(help=say("draft.help.kind"))],
        name: Annotated[str | None, typer.Option(help=say("draft.help.name"))] = None,
    ) -> None:
        from etl.commands.source import draft as run

        run(file, kind, name=name)

    return source


def _config_app() -> typer.Typer:
    """Make the family `config`."""
    config = _app("cli.help.config")

    @config.command("list", help=say("cli.help.config_list"))
    def list_all() -> None:
        from etl.commands import config as commands

        commands.list_all()

    @config.command(help=say("cli.help.config_get"))
    def get(key: Annotated[str, typer.Argument(help=say("cli.help.config_key"))]) -> None:
        from etl.commands import config as commands

        commands.get(key)

    @config.command("set", help=say("cli.help.config_set"))
    def set_value(
        key: Annotated[str, typer.Argument(help=say("cli.help.config_key"))],
        value: Annotated[str, typer.Argument(help=say("cli.help.config_value"))],
    ) -> None:
        from etl.commands import config as commands

        commands.set_value(key, value)

    return config


def _fault(error: BaseException) -> str:
    """Name an unforeseen fault by its class and the program's places it passed, never by its values.

    A traceback's last line can carry cells of somebody's file; those never reach a terminal or a log.
    """
    root = Path(__file__).parent.parent
    places = []
    step = error.__traceback__
    while step is not None:
        path = Path(step.tb_frame.f_code.co_filename)
        if path.is_relative_to(root) and ".venv" not in path.parts:
            places.append(f"{path.relative_to(root)}:{step.tb_lineno}")
        step = step.tb_next
    return say("cli.fault", kind=type(error).__name__, places=" > ".join(places) or "-")


def _complain(message: str) -> None:
    """Write one sentence to standard error."""
    sys.stderr.write(message.rstrip() + "\n")


def guarded(action: Callable[[], Any]) -> int:
    """Run a command and turn whatever happens into an exit code and at most one sentence."""
    try:
        result = action()
    except CampusError as error:
        _complain(sentence(error, lang()))
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        _complain(say("cli.interrupted"))
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        key = "cli.disk_full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
        _complain(say(key) if key else _fault(error))
        return 1
    except Exception as error:  # noqa: BLE001 -- the last guard: a person gets a sentence, never a traceback
        return _usage_or_fault(error)
    if result == INTERRUPTED:  # the option parser heard Ctrl-C first
        _complain(say("cli.interrupted"))
    return result if isinstance(result, int) else 0


def _usage_or_fault(error: Exception) -> int:
    """Tell a usage error of the option parser from a fault of the program."""
    if hasattr(error, "format_message") and hasattr(error, "exit_code"):
        show = getattr(error, "show", None)
        if callable(show):
            show()
        return int(getattr(error, "exit_code", WRONG_USAGE))
    _complain(_fault(error))
    return 1


def run(words: list[str]) -> int:
    """Run one command line in this process.

    Parameters
    ----------
    words
        What stands behind ``campus``.

    Returns
    -------
    int
        The exit code.
    """

    def action() -> Any:
        rest = take_lang(words)
        command = typer.main.get_command(build_app())
        return command.main(args=rest, prog_name="campus", standalone_mode=False)

    return guarded(action)


def main() -> None:
    """Run the command line of this process and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()

"""The child process of a job: a command line, a draft or a campaign's figures; writes down how it ended.

``python -m etl.tasks.child ROOM campus WORD ...``, ``... ROOM correct KIND``, ``... ROOM draft FILE KIND``,
``... ROOM rule ACCOUNT`` or ``... ROOM campaign forecast|result NUMBER``.
What a person can mend is written in both languages into ``ROOM/outcome.json``; a fault of the program goes
the command line's own way, to standard error, without a value of anybody's file.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from data import spool
from data.messages import LANGS, sentence
from etl.cli import build_app, guarded
from geo.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Callable

OUTCOME = "outcome.json"
RULE = "rule.json"
"""What is wanted of the rule book."""
MOST_MEMORY = 8 << 30
"""Bytes of address space: one file must not take the machine's memory from everybody."""


def told(error: CampusError) -> dict[str, Any]:
    """Give an error as a job's result has it: its key, its values, its sentence in both languages."""
    said = {lang: sentence(error, lang) for lang in LANGS}
    return {"key": error.key, "params": {k: str(v) for k, v in error.params.items()}, "said": said}


def campus(_room: Path, words: list[str]) -> dict[str, Any]:
    """Run a command line of the product; it leaves its files in the room."""
    command = typer.main.get_command(build_app())
    command.main(args=words, prog_name="campus", standalone_mode=False)
    return {}


def draft(_room: Path, words: list[str]) -> dict[str, Any]:
    """Propose what a file's columns mean; since it names unmapped ones, the reply goes by the spool."""
    from etl.tasks.drafts import proposal  # noqa: PLC0415 -- only a draft needs it

    file, kind = words
    return {"reply": spool.reply(proposal(Path(file), kind))}


def correct(_room: Path, words: list[str]) -> dict[str, Any]:
    """Bring the facts into line with what people corrected; name what a kind cannot hold."""
    from etl.overrides import run  # noqa: PLC0415 -- only a correction needs it

    done = run(*words)
    unusable = [{"code": one.code, "field": one.field, "reason": one.reason} for one in done.unusable]
    return {"changed": done.changed, "unusable": unusable}


def rule(room: Path, words: list[str]) -> dict[str, Any]:
    """Write in the rule book what the committee asked for, in the name of the account that asked."""
    from etl.rule_changes import run  # noqa: PLC0415 -- only a rule needs it

    return run(json.loads((room / RULE).read_bytes()), by=words[0])


def campaign(_room: Path, words: list[str]) -> dict[str, Any]:
    """Compute what a campaign could show, or what came of it."""
    from etl.campaigns import run  # noqa: PLC0415 -- only a campaign needs it

    outcome, number = words
    return run(outcome, int(number))


ACTS: dict[str, Callable[[Path, list[str]], dict[str, Any]]] = {
    "campus": campus,
    "correct": correct,
    "draft": draft,
    "rule": rule,
    "campaign": campaign,
}


def main() -> None:
    """Do what the words say, write down the outcome, leave with the exit code."""
    # a crashed reader's memory holds cells of somebody's file: it is never written to the disk
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # limits elsewhere are on bytes that are unpacked, not on what a library makes of them
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    room, act, *words = sys.argv[1:]
    outcome = Path(room) / OUTCOME

    def action() -> int:
        try:
            result = ACTS[act](Path(room), words)
        except CampusError as error:
            outcome.write_text(json.dumps(told(error), ensure_ascii=False), encoding="utf-8")
            return error.exit_code or 1
        outcome.write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
        return 0

    sys.exit(guarded(action))


if __name__ == "__main__":
    main()

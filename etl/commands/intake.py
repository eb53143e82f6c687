"""`campus load`: which of its three forms is meant: a file, an undo, or the changes made on pages."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from data.migrate import ensure_database
from etl.commands.load import load
from etl.history_errors import NoFileGivenError, UndoAloneError
from etl.language import say
from etl.overrides import run as bring_into_line
from etl.undo import undo as take_back

if TYPE_CHECKING:
    from pathlib import Path


def run(
    file: Path | None,
    source: str | None,
    *,
    undo: int | None = None,
    overrides: str | None = None,
    dry_run: bool = False,
    **options: Any,
) -> None:
    """Load a file, take a load back, or bring the facts into line with the changes made on pages.

    Parameters
    ----------
    file, source
        What is loaded, and how.
    undo
        Batch that is taken back.
    overrides
        Kind that is brought into line, or ``all``.
    dry_run
        Do everything but keep it.
    options
        What else a load of a file may be told; see `etl.commands.load.load`.

    Raises
    ------
    UndoAloneError
        A batch or a kind is named, and so is something that belongs to a file.
    NoFileGivenError
        Neither is named, or half of a load.
    """
    belongs_to_file = [file, source, *options.values()]
    alone = [word for word in (undo, overrides) if word is not None]
    if alone and (any(belongs_to_file) or len(alone) > 1 or (overrides is not None and dry_run)):
        raise UndoAloneError
    if undo is not None:
        _undo(undo, dry_run=dry_run)
    elif overrides is not None:
        _bring_into_line(overrides)
    elif file is None or source is None:
        raise NoFileGivenError
    else:
        load(file, source, dry_run=dry_run, **options)


def _undo(batch: int, *, dry_run: bool) -> None:
    """Take a load back, make the database first where there is none, and say what came of it."""
    ensure_database()
    done = take_back(batch, dry_run=dry_run)
    key = "history.would_undo" if dry_run else "history.undone"
    sys.stdout.write(say(key, **vars(done)) + "\n")


def _bring_into_line(kind: str) -> None:
    """Bring the facts into line with the changes made on pages, and say how many versions that took."""
    ensure_database()
    done = bring_into_line(kind)
    sys.stdout.write(say("history.in_line", changed=done.changed, unusable=len(done.unusable)) + "\n")

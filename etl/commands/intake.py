"""`campus load`: which of its three forms is meant: a file, an undo, or the changes made on pages."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from data.migrate import ensure_database
from etl.commands.load import load
from etl.history_errors import NoFileGivenError, UndoAloneError
from etl.language import say
from etl.undo import undo as take_back

if TYPE_CHECKING:
    from pathlib import Path


def run(
    file: Path | None, source: str | None, *, undo: int | None = None, dry_run: bool = False, **options: Any
) -> None:
    """Load a file, or take a load back.

    Parameters
    ----------
    file, source
        What is loaded, and how.
    undo
        Batch that is taken back.
    dry_run
        Do everything but keep it.
    options
        What else a load of a file may be told; see `etl.commands.load.load`.

    Raises
    ------
    UndoAloneError
        A batch is named, and so is something that belongs to a file.
    NoFileGivenError
        Neither is named, or half of a load.
    """
    if undo is not None:
        if file is not None or source is not None or any(options.values()):
            raise UndoAloneError
        _undo(undo, dry_run=dry_run)
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

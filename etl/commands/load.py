"""`campus load`: one file in, one line out, and what was refused by reason."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

from data.migrate import ensure_database
from etl import intake
from etl.accounts import acting_account
from etl.commands.register import load_file
from etl.definitions import read_definition
from etl.language import lang, say
from etl.progress import bars
from etl.register import Options as RegisterOptions
from etl.reports.words import change_lines, conflict_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from etl.definitions import Definition
    from etl.report import LoadReport

SHOWN = 10
"""Changed rows and conflicts that are told on the terminal."""


def load(  # noqa: PLR0913 -- the options of DESIGN 6
    file: Path,
    source: str,
    *,
    crs: str | None = None,
    dry_run: bool = False,
    valid_from: date | None = None,
    report: Sequence[Path] = (),
    force: bool = False,
    accept_datum: bool = False,
    acting: str | None = None,
    declare: bool = False,
) -> None:
    """Load a file, make the database first where there is none, and say what became of its rows."""
    ensure_database()
    if read_definition(source).spec.in_register:
        refused = {"--valid-from": valid_from, "--report": report, "--accept-datum": accept_datum}
        wanted = RegisterOptions(crs=crs, dry_run=dry_run, force=force, declared=declare)
        load_file(
            file, source, wanted, acting=acting, refused=[name for name, value in refused.items() if value]
        )
        return
    if acting is not None:
        acting_account(acting)
    with bars(lang()) as progress:
        options = intake.Options(
            crs=crs,
            dry_run=dry_run,
            valid_from=valid_from,
            force=force,
            accept_datum=accept_datum,
            report=report,
            progress=progress,
        )
        outcome = intake.load(file, source, options)
    tell(outcome, dry_run=dry_run)
    tell_plan(outcome, read_definition(source))


def tell(outcome: LoadReport, *, dry_run: bool) -> None:
    """Write the counts to standard output and the refusals and repairs by reason to standard error."""
    key = "intake.would_load" if dry_run else "intake.loaded"
    sys.stdout.write(say(key, **outcome.counts, batch_id=outcome.batch_id) + "\n")
    if outcome.is_part:
        sys.stderr.write(say("history.mended") + "\n")
    for note in outcome.notes:
        sys.stderr.write(say(note.key, **note.given) + "\n")
    by_reason = Counter((row.verdict, reason) for row in outcome.rows for reason in row.reason.split(","))
    for (verdict, reason), count in by_reason.most_common():
        word = say(f"intake.reason.{reason}") if verdict == "rejected" else say(f"intake.repair.{reason}")
        sys.stderr.write(say("intake.rows", count=count, what=word) + "\n")


def tell_plan(outcome: LoadReport, definition: Definition) -> None:
    """Write to standard error what the first changed rows become, and where pages and file disagree."""
    shown = [change for change in outcome.changes if change.action == "changed"][:SHOWN]
    for change in shown:
        what = "; ".join(change_lines(change, definition))
        if what:
            sys.stderr.write(say("history.change.of", row=change.row, code=change.code, what=what) + "\n")
    if outcome.changed > len(shown):
        sys.stderr.write(say("history.change.more", count=outcome.changed - len(shown)) + "\n")
    if outcome.conflicts:
        sys.stderr.write(say("history.conflict.count", count=len(outcome.conflicts)) + "\n")
    for conflict in outcome.conflicts[:SHOWN]:
        what = conflict_line(conflict, definition)
        sys.stderr.write(say("history.conflict.of", code=conflict.code, what=what) + "\n")

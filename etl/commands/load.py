"""`campus load`: one file in, one line out, and what was refused by reason."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

from data.migrate import ensure_database
from etl import intake
from etl.language import lang, say
from etl.progress import bars

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from etl.report import LoadReport


def load(  # noqa: PLR0913 -- the options of DESIGN 6
    file: Path,
    source: str,
    *,
    crs: str | None = None,
    dry_run: bool = False,
    valid_from: date | None = None,
    report: Path | None = None,
    force: bool = False,
) -> None:
    """Load a file, make the database first where there is none, and say what became of its rows."""
    ensure_database()
    with bars(lang()) as progress:
        options = intake.Options(
            crs=crs, dry_run=dry_run, valid_from=valid_from, force=force, report=report, progress=progress
        )
        outcome = intake.load(file, source, options)
    tell(outcome, dry_run=dry_run)


def tell(outcome: LoadReport, *, dry_run: bool) -> None:
    """Write the counts to standard output and the refusals and repairs by reason to standard error."""
    counts = {name: value for name, value in outcome.as_json().items() if name != "rows"}
    key = "intake.would_load" if dry_run else "intake.loaded"
    sys.stdout.write(say(key, **counts) + "\n")
    by_reason = Counter((row.verdict, reason) for row in outcome.rows for reason in row.reason.split(","))
    for (verdict, reason), count in by_reason.most_common():
        word = say(f"intake.reason.{reason}") if verdict == "rejected" else say(f"intake.repair.{reason}")
        sys.stderr.write(say("intake.rows", count=count, what=word) + "\n")

"""`campus build`: compute results, and say in one line a job what came of it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from etl import build as builder
from etl.language import lang, say
from etl.progress import bars

if TYPE_CHECKING:
    from datetime import date


def build(jobs: list[str], *, as_of: date | None = None, only_changed: bool = False) -> None:
    """Run the named jobs (``all``: every one there is), for today or into `out_asof` for an earlier day."""
    with bars(lang()) as progress:
        report = builder.build(jobs, as_of=as_of, only_changed=only_changed, progress=progress)
    for result in report.results:
        line = say(
            "cli.built",
            job=result.job,
            rows=result.rows,
            schools=result.schools,
            seconds=f"{result.seconds:.1f}",
            run=result.run_id,
        )
        sys.stderr.write(line + "\n")
        for note in result.notes:
            sys.stderr.write(say(note.key, **note.given) + "\n")
    if not any(result.schools or result.rows for result in report.results):
        sys.stderr.write(say("cli.build_empty") + "\n")

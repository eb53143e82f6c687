"""The report of a load as one page for people: nothing in it runs, and it needs nothing from elsewhere."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from html import escape
from itertools import zip_longest
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from data.repositories import settings as settings_repository
from data.repositories.intake import is_training
from data.terms import Verdict
from etl.language import lang, say
from etl.report import COUNTS
from etl.reports.words import change_lines, conflict_line, heading_of, reason_words, value_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from etl.report import LoadReport, RowVerdict
    from etl.reports import Material

EXAMPLES = 20
"""Rows that are named for each reason."""
STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; color: #1f2328;
  background: #fff; max-width: 60rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.35rem; margin: 0 0 .25rem; } h2 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
p { margin: .25rem 0; } .quiet { color: #57606a; } .mark { font-weight: 600; }
.status { padding: .5rem .75rem; border-left: 4px solid #1a7f37; background: #f0f6f1; margin: .75rem 0; }
.status.kept-out { border-color: #b35900; background: #fff6ec; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(6.5rem, 1fr)); gap: .5rem;
  margin: .5rem 0; }
dl div { border: 1px solid #d0d7de; border-radius: 4px; padding: .35rem .5rem; }
dt { font-size: .8rem; color: #57606a; } dd { margin: 0; font-size: 1.2rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top;
  padding: .3rem .5rem; border-bottom: 1px solid #d0d7de; } th { font-size: .8rem; color: #57606a;
  white-space: nowrap; }
td.number { text-align: right; font-variant-numeric: tabular-nums; } thead { display: table-header-group; }
@media (max-width: 34rem) { thead { display: none; } tr { display: block; padding: .4rem 0;
  border-bottom: 1px solid #d0d7de; } td, td.number { display: block; border: 0; padding: .1rem 0;
  text-align: left; } td:not(:empty)[data-name]::before { content: attr(data-name) " "; color: #57606a;
  font-size: .8rem; } }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } tr, dl div { break-inside: avoid; }
  h2 { break-after: avoid; } .status { border: 1px solid #57606a; background: none; } }
"""


def write_page(material: Material, path: Path) -> None:
    """Write the report as one HTML page in the language in force; every text in it is escaped."""
    outcome = material.outcome
    title = say("history.page.title")
    parts = [
        *_head(material, title),
        *_counts(outcome),
        *_datum(outcome),
        *(f"<p>{escape(say(note.key, **note.given))}</p>" for note in outcome.notes),
        *_verdicts(material, Verdict.REJECTED, "history.page.rejected"),
        *_verdicts(material, Verdict.REPAIRED, "history.page.repaired"),
        *_conflicts(material),
        *_changes(material),
    ]
    language = "zh-CN" if lang() == "zh" else "en"
    path.write_text(
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n",
        encoding="utf-8",
        errors="replace",
    )


def _head(material: Material, title: str) -> list[str]:
    """Say what was loaded, when, and whether anything was kept."""
    definition, outcome = material.definition, material.outcome
    zone = ZoneInfo(settings_repository.read(material.connection).timezone)
    marks = [say("cli.training")] if is_training(material.connection) else []
    marks.append(say("cli.notice"))
    kind = say(f"history.kind.{definition.kind}")
    about = say(
        "history.page.about", source=definition.name, kind=kind, at=f"{datetime.now(tz=zone):%Y-%m-%d %H:%M}"
    )
    if material.refusal is not None:
        status = material.refusal
    elif material.dry_run:
        status = say("history.page.dry_run")
    else:
        status = say("history.page.kept", batch=outcome.batch_id)
    if outcome.is_part:
        status += " " + say("history.mended")
    kept = "status" if material.refusal is None and not material.dry_run else "status kept-out"
    return [
        f"<h1>{escape(title)}</h1>",
        f'<p class="quiet">{escape(about)}</p>',
        f'<p class="mark">{escape(" · ".join(marks))}</p>',
        f'<p class="{kept}">{escape(status)}</p>',
    ]


def _counts(outcome: LoadReport) -> list[str]:
    boxes = [(say(f"history.count.{name}"), f"{getattr(outcome, name):,}") for name in COUNTS]
    if outcome.quality is not None:
        boxes.append((say("history.page.quality"), f"{outcome.quality} / 100"))
    listed = "".join(f"<div><dt>{escape(name)}</dt><dd>{value}</dd></div>" for name, value in boxes)
    return [f"<dl>{listed}</dl>", f'<p class="quiet">{escape(say("history.page.quality_means"))}</p>']


def _datum(outcome: LoadReport) -> list[str]:
    """Say what the positions look like, where anybody has looked."""
    if not outcome.datum:
        return []
    known = ("declared", "looks_like", "shift_m", "bearing_deg", "matched", "confidence")
    rows = [
        (say(f"history.datum.{name}"), value_words(outcome.datum[name]))
        for name in known
        if outcome.datum.get(name) is not None
    ]
    return [_heading("history.page.datum"), _table((), rows)]


def _verdicts(material: Material, verdict: Verdict, heading: str) -> list[str]:
    """List the reasons for which rows were refused, or the repairs, with the rows they concern."""
    groups: dict[tuple[str, str | None], list[RowVerdict]] = defaultdict(list)
    for row in material.outcome.rows:
        if row.verdict == verdict:
            for reason in row.reason.split(","):
                groups[reason, row.column].append(row)
    if not groups:
        return []
    lines = [
        (reason_words(reason, verdict), heading_of(column, material.definition), len(rows), _examples(rows))
        for (reason, column), rows in sorted(groups.items(), key=lambda item: -len(item[1]))
    ]
    titles = ("history.page.reason", "history.page.column", "history.page.rows", "history.page.examples")
    return [_heading(heading), _table(titles, lines)]


def _examples(rows: Sequence[RowVerdict]) -> str:
    """Name some rows as their sender counts them, with their codes."""
    named = [str(row.row) if row.code is None else f"{row.row} ({row.code})" for row in rows[:EXAMPLES]]
    return ", ".join(named) + (" …" if len(rows) > EXAMPLES else "")


def _conflicts(material: Material) -> list[str]:
    conflicts = material.outcome.conflicts
    if not conflicts:
        return []
    lines = [(one.code, conflict_line(one, material.definition)) for one in conflicts]
    return [_heading("history.page.conflicts"), _table(("history.page.code", "history.page.what"), lines)]


def _changes(material: Material) -> list[str]:
    outcome = material.outcome
    if not outcome.changes:
        return []
    lines = [
        (
            say(f"history.action.{one.action}"),
            "" if one.row is None else one.row,
            one.code,
            "\n".join(change_lines(one, material.definition)),
        )
        for one in outcome.changes
    ]
    titles = ("history.page.action", "history.page.row", "history.page.code", "history.page.what")
    parts = [_heading("history.page.changes"), _table(titles, lines)]
    total = outcome.changed + outcome.ended + outcome.added
    if total > len(lines):
        rest = say("history.page.more_changes", shown=len(lines), total=total)
        parts.append(f'<p class="quiet">{escape(rest)}</p>')
    return parts


def _heading(key: str) -> str:
    return f"<h2>{escape(say(key))}</h2>"


def _table(titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Write a table; titles are keys, cells anything."""
    names = [escape(say(key)) for key in titles]
    head = "".join(f"<th>{name}</th>" for name in names)
    body = "".join(
        f"<tr>{''.join(_cell(value, name) for value, name in zip_longest(row, names, fillvalue=''))}</tr>\n"
        for row in rows
    )
    return f"<table>{f'<thead><tr>{head}</tr></thead>' if titles else ''}<tbody>\n{body}</tbody></table>"


def _cell(value: object, name: str) -> str:
    """Write a cell; on a narrow screen its column's name stands before it."""
    named = f' data-name="{name}"' if name else ""
    if isinstance(value, int):
        return f'<td class="number"{named}>{value:,}</td>'
    return f"<td{named}>{escape(str(value)).replace(chr(10), '<br>')}</td>"

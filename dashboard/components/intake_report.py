"""What a load did or would do: counts, datum, map, and the rows and fields behind them."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dashboard import intake_queries
from dashboard.components.intake_map import rows_map
from dashboard.intake_words import column_name, datum_name, reasons, word
from dashboard.texts import NOTHING, lang, number, say, share

if TYPE_CHECKING:
    from dashboard.queries import Situation

COUNTS = ("read", "accepted", "repaired", "rejected")
PLAN = ("added", "changed", "ended", "unchanged")
FILES = ("rejected.xlsx", "report.html")
TABLE_HEIGHT = 270
PECULIAR = ("mixed", "none", "swapped")
"""What a diagnosis may name beside coordinate systems."""
HEAD_PX, ROW_PX = 37, 33
Report = dict[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """How a report is looked at.

    Parameters
    ----------
    kind
        Kind of input.
    is_trial
        Whether nothing was to be kept.
    is_refused
        Whether the load as a whole was refused, and the page said why.
    """

    kind: str
    is_trial: bool
    is_refused: bool


def report_view(now: Situation, job: int, report: Report, view: View) -> None:
    """Show a report from its figures down to its rows."""
    st.html(figures_html(report, is_trial=view.is_trial))
    if not view.is_refused:
        _datum(report.get("datum"))
    for note in report.get("notes", []):
        st.info(say(note["key"], **note["given"]))
    rows_map(now, job, view.kind)
    _rejected(report)
    _downloads(now, job, report)
    _changes(report)
    _conflicts(report)
    _repaired(report)


def figures_html(report: Report, *, is_trial: bool) -> str:
    """Write the counts; numbers stand out, what was refused most of all."""
    head = say("intake_page.report.trial" if is_trial else "intake_page.report.applied")
    quality = report.get("quality")
    cells = [_cell(name, report.get(name)) for name in COUNTS]
    plan = [_cell(name, report.get(name)) for name in PLAN]
    bar = "" if quality is None else (
        f'<div class="campus-quality"><span>{escape(say("intake_page.quality"))}</span>'
        f'<meter min="0" max="100" low="60" high="85" optimum="100" value="{float(quality):.0f}"></meter>'
        f"<b>{number(float(quality))}</b></div>"
    )  # fmt: skip
    return (
        f'<section class="campus-card campus-report"><h2>{escape(head)}</h2>{bar}'
        f"<dl>{''.join(cells)}</dl><dl>{''.join(plan)}</dl></section>"
    )


def _cell(name: str, value: Any) -> str:
    """Write one count."""
    return (
        f'<div class="campus-count campus-count--{name}"><dt>{escape(say(f"intake_page.count.{name}"))}</dt>'
        f"<dd>{number(value)}</dd></div>"
    )


def table_height(rows: int, most: int) -> int:
    """Give a table no more room than its rows need, in pixels."""
    return min(most, HEAD_PX + ROW_PX * rows)


def _datum(datum: dict[str, Any] | None) -> None:
    """Say what the coordinates look like where that is not what was declared."""
    if not datum:
        return
    looks, declared = datum.get("looks_like"), datum.get("declared")
    if looks is None or looks == declared:
        if datum.get("matched"):
            st.caption(say("intake_page.diagnosis.agrees", matched=number(datum["matched"])))
        return
    confidence = datum.get("confidence")
    params = {
        "declared": datum_name(str(declared), lang()),
        "looks": datum_name(str(looks), lang()),
        "shift": number(datum.get("shift_m")),
        "matched": number(datum.get("matched")),
        "confidence": NOTHING if confidence is None else share(float(confidence)),
    }
    kind = looks if looks in PECULIAR else "differs"
    st.warning(say(f"intake_page.diagnosis.{kind}", **params))


def _rejected(report: Report) -> None:
    """List the refused rows."""
    rows = [row for row in report.get("rows", []) if row["verdict"] == "rejected"]
    if not rows:
        return
    st.html(
        f'<h2 class="campus-step">{escape(say("intake_page.rejected.title", count=report["rejected"]))}</h2>'
    )
    _table(rows, len(rows) < report["rejected"])


def _repaired(report: Report) -> None:
    """List the repaired rows."""
    rows = [row for row in report.get("rows", []) if row["verdict"] == "repaired"]
    if rows:
        with st.expander(say("intake_page.repaired.title", count=report["repaired"])):
            _table(rows, len(rows) < report["repaired"])


def _table(rows: list[Report], is_cut: bool) -> None:  # noqa: FBT001 -- the one flag it takes
    """Tabulate rows with what was found in them."""
    shown = pd.DataFrame(
        {
            say("intake_page.table.row"): [row["row"] for row in rows],
            say("intake_page.table.reason"): [reasons(row["reason"], lang()) for row in rows],
            say("intake_page.table.column"): [column_name(row["column"], lang()) for row in rows],
            say("intake_page.table.code"): [row["code"] or "" for row in rows],
        }
    )
    _frame(shown)
    if is_cut:
        st.caption(say("intake_page.table.cut"))


def _frame(shown: pd.DataFrame) -> None:
    """Show a table, no higher than it needs."""
    height = table_height(len(shown), TABLE_HEIGHT)
    st.dataframe(shown, hide_index=True, height=height, alt=say("intake_page.table.alt"))


def _downloads(now: Situation, job: int, report: Report) -> None:
    """Offer the refused rows as a sheet to be mended, and the report on one page."""
    files = {name: intake_queries.job_file(now.stamp, job, name) for name in FILES}
    if not report.get("rejected"):
        files.pop("rejected.xlsx")
    with st.container(horizontal=True):
        for name, file in files.items():
            if file is not None:
                stem, _, ending = name.partition(".")
                st.download_button(
                    say(f"intake_page.download.{stem}"), file.content, mime=file.media_type,
                    file_name=f"{say(f'intake_page.file.{stem}')}-{job}.{ending}", on_click="ignore",
                    key=f"download_{job}_{name}",
                )  # fmt: skip


def _changes(report: Report) -> None:
    """List what would change, field by field."""
    changes = report.get("changes") or []
    if not changes:
        return
    with st.expander(
        say(
            "intake_page.changes.title",
            changed=report["changed"],
            ended=report["ended"],
            added=report["added"],
        ),
        expanded=bool(report["changed"] or report["ended"]),
    ):
        lines = [
            (each.get("row"), each.get("code"), say(f"intake_page.count.{each['action']}"), *field)
            for each in changes
            for field in _fields(each)
        ]
        titles = ("row", "code", "action", "field", "old", "new")
        names = [say(f"intake_page.table.{title}") for title in titles]
        _frame(pd.DataFrame([[_text(cell) for cell in line] for line in lines], columns=names))
        if len(changes) < sum(report[name] for name in ("added", "changed", "ended")):
            st.caption(say("intake_page.table.cut"))


def _fields(change: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """Give the fields of a change, with what they held and what they would hold."""
    fields = change.get("fields") or {}
    found = []
    for name, values in fields.items():
        if isinstance(values, dict):
            moved = number(values.get("moved_m"), "#,##0.#")
            found.append((column_name(name, lang()), "", say("intake_page.moved", metres=moved)))
        else:
            old, new = values
            found.append((column_name(name, lang()), _word(old), _word(new)))
    return found or [("", "", "")]


def _word(value: Any) -> str:
    """Write a value as people read it."""
    return NOTHING if value is None else word(str(value), lang())


def _conflicts(report: Report) -> None:
    """List where a file says otherwise than a page."""
    conflicts = report.get("conflicts") or []
    if not conflicts:
        return
    st.html(
        f'<h2 class="campus-step">{escape(say("intake_page.conflicts.title", count=len(conflicts)))}</h2>'
    )
    st.caption(say("intake_page.conflicts.help"))
    names = {
        say("intake_page.table.code"): [each["code"] for each in conflicts],
        say("intake_page.table.field"): [column_name(each["field"], lang()) for each in conflicts],
        say("intake_page.table.page"): [_word(each.get("page")) for each in conflicts],
        say("intake_page.table.file"): [_word(each.get("file")) for each in conflicts],
        say("intake_page.table.set_at"): [str(each.get("set_at") or "")[:10] for each in conflicts],
        say("intake_page.table.reason"): [reasons(each.get("reason"), lang()) for each in conflicts],
    }
    _frame(pd.DataFrame(names))


def _text(value: Any) -> str:
    """Write a cell; nothing where there is nothing."""
    return "" if value is None else str(value)

"""What reports say of a change, a conflict, a reason, in the language in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.terms import Verdict
from etl.definitions import ANYTHING_ELSE
from etl.kinds import PLACE_COLUMN
from etl.language import say

if TYPE_CHECKING:
    from etl.definitions import Definition
    from etl.report import Change, Conflict

NOTHING = "—"
LONGEST = 80
"""Characters of a value that are told."""
OWN_REASONS = ("no_such_field", "not_changeable")
"""Why a page's value cannot be used, beside the reasons for which rows are refused."""


def reason_words(reason: str, verdict: str) -> str:
    """Say for what a row was refused, or how it was repaired."""
    rejected = verdict == Verdict.REJECTED
    return say(f"intake.reason.{reason}") if rejected else say(f"intake.repair.{reason}")


def heading_of(column: str | None, definition: Definition) -> str:
    """Give the file's own heading of a column; its name in the product where the file has none."""
    if column is None:
        return ""
    if column == PLACE_COLUMN:
        return (
            " / ".join(definition.geometry.columns)
            if definition.geometry is not None
            else say("history.field.geometry")
        )
    rule = definition.columns.get(column)
    return " / ".join(rule.columns) if rule is not None and rule.columns else column


def value_words(value: object) -> str:
    """Give a value as it is told: a dash for none, long texts cut."""
    text = NOTHING if value is None else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def change_lines(change: Change, definition: Definition) -> list[str]:
    """Say field by field what a row was and what it becomes."""
    lines = []
    for name, told in change.fields.items():
        if name == PLACE_COLUMN:
            lines += _shape_lines(told)
        else:
            old, new = (value_words(_in_files_words(value, name, definition)) for value in told)
            heading = say("history.field.source") if name == "source" else heading_of(name, definition)
            lines.append(say("history.change.field", field=heading, old=old, new=new))
    return lines


def _in_files_words(value: str | None, name: str, definition: Definition) -> str | None:
    """Give a value in the words of the source's value map, where it has some."""
    rule = definition.columns.get(name)
    words = {} if rule is None or rule.map is None else rule.map
    return next(
        (theirs for theirs, ours in words.items() if ours == value and theirs != ANYTHING_ELSE), value
    )


def _shape_lines(told: dict[str, object]) -> list[str]:
    lines = [] if told["moved_m"] is None else [say("history.change.moved", metres=told["moved_m"])]
    area = told["area_m2"]
    if isinstance(area, list) and area[0] != area[1]:
        old, new = (f"{value:,.0f}" for value in area)
        lines.append(say("history.change.area", old=old, new=new))
    return lines or [say("history.change.shape")]


def conflict_line(conflict: Conflict, definition: Definition) -> str:
    """Say what the page and the file each have, and which stands."""
    shape = conflict.field == PLACE_COLUMN
    field = say("history.field.geometry") if shape else heading_of(conflict.field, definition)
    words = {"field": field, "day": conflict.set_at[:10]}
    if conflict.reason is not None:
        own = conflict.reason in OWN_REASONS
        key = f"history.conflict.{conflict.reason}" if own else f"intake.reason.{conflict.reason}"
        return say("history.conflict.unusable", reason=say(key), **words)
    if shape:
        return say("history.conflict.shape", **words)
    page, file = (
        value_words(_in_files_words(value, conflict.field, definition))
        for value in (conflict.page, conflict.file)
    )
    return say("history.conflict.value", page=page, file=file, **words)

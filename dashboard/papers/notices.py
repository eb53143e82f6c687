"""Supervision notices (督办单): one page a unit, with all that it has overdue, and room for its reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from dashboard.papers.document import (
    add_frame,
    add_page_break,
    add_text,
    add_title,
    new_paper,
    to_bytes,
)
from dashboard.papers.lists import unit_word
from dashboard.papers.wording import day
from data.messages import text

if TYPE_CHECKING:
    from dashboard.papers.document import Paper
    from dashboard.papers.material import Imprint, Material
    from data.messages import Lang

LATE = ("matter", "where", "since", "deadline", "days_late", "reply")


def overdue_by_unit(material: Material, lang: Lang) -> dict[str, pd.DataFrame]:
    """List what each unit has overdue, hazards and tasks, the longest first.

    Parameters
    ----------
    material
        Of one district.
    lang
        Language of the notices.

    Returns
    -------
    dict
        Unit -> `LATE`, in words, the reply blank; units by name, what nobody answers for last.
    """
    hazards = material.hazards[material.hazards["is_overdue"]].drop_duplicates("hazard_code")
    places = [name if isinstance(name, str) else text("papers.place.on_map", lang)
              for name in hazards["school_name"]]  # fmt: skip
    found = pd.DataFrame({
        "unit": hazards["unit"].to_numpy(), "matter": [
            text("papers.late.hazard", lang, category=category, code=code)
            for category, code in zip(hazards["category"], hazards["hazard_code"], strict=True)],
        "where": places, "since": hazards["found_on"].to_numpy(), "deadline": hazards["deadline"].to_numpy(),
        "days_late": hazards["overdue_days"].to_numpy(),
    })  # fmt: skip
    tasks = material.tasks[material.tasks["is_overdue"]]
    more = pd.DataFrame({
        "unit": tasks["lead_unit"].to_numpy(), "matter": tasks["item"].to_numpy(),
        "where": text("papers.none", lang), "since": tasks["created_on"].to_numpy(),
        "deadline": tasks["deadline"].to_numpy(), "days_late": tasks["overdue_days"].to_numpy(),
    })  # fmt: skip
    parts = [part.astype(object) for part in (found, more) if len(part)]
    if not parts:
        return {}
    late = pd.concat(parts, ignore_index=True).sort_values("days_late", ascending=False, kind="stable")
    named = late["unit"].map(lambda unit: isinstance(unit, str) and bool(unit))
    units = [*sorted(set(late.loc[named, "unit"])), *([None] if not named.all() else [])]
    return {
        unit_word(unit, lang): _words(late[~named if unit is None else late["unit"] == unit], lang)
        for unit in units
    }


def _words(late: pd.DataFrame, lang: Lang) -> pd.DataFrame:
    """Write a unit's rows."""
    told = late.assign(
        since=[day(value, lang) for value in late["since"]],
        deadline=[day(value, lang) for value in late["deadline"]],
        days_late=[str(int(value)) for value in late["days_late"]], reply="",
    )  # fmt: skip
    return told[list(LATE)].reset_index(drop=True)


def notices_docx(material: Material, imprint: Imprint, lang: Lang) -> bytes:
    """Write one notice a unit, each from the top of a page.

    Returns
    -------
    bytes
        A docx file; it says so where nothing is overdue.
    """
    title = text("papers.notice.title", lang)
    paper, units = new_paper(imprint, lang, title=title), overdue_by_unit(material, lang)
    for number, (unit, late) in enumerate(units.items()):
        if number:
            add_page_break(paper)
        _notice(paper, title, unit, late)
    if not units:
        add_title(paper, title)
        add_text(paper, paper.say("papers.notice.nothing"))
    return to_bytes(paper)


def _notice(paper: Paper, title: str, unit: str, late: pd.DataFrame) -> None:
    """Write the notice of one unit."""
    made = paper.imprint.made_at.date()
    add_title(paper, title)
    add_text(paper, paper.say("papers.notice.to", unit=unit), is_indented=False)
    add_text(paper, paper.say("papers.notice.ask", count=len(late), day=day(made, paper.lang)))
    add_frame(paper, late, (3.4, 2.6, 2, 2, 1.3, 2.2), if_empty="")
    add_text(paper, paper.say("papers.notice.reply"))
    add_text(paper, paper.say("papers.notice.dates", day=day(made, paper.lang)))

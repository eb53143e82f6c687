"""What education sees of the events near a school: the class of this and of the last school year."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from dashboard import class_queries
from dashboard.class_words import class_text
from dashboard.texts import NOTHING, say
from geo.school_events import school_year_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.queries import Situation

SEES_EVENT_CLASSES = frozenset({"bureau", "school"})


def event_class_html(situation: Situation, school_code: str) -> str:
    """Write a school's two classes; empty for other roles and before the first build."""
    if situation.role not in SEES_EVENT_CLASSES or situation.as_of is None:
        return ""
    told = class_queries.event_classes(situation, school_code)
    return classes_html(told, school_year_of(situation.as_of)) if told else ""


def classes_html(told: Mapping[int, str], this_year: int) -> str:
    """Write the classes of two school years; a dash where no event of that year is loaded.

    Parameters
    ----------
    told
        Words of `geo.terms.CountClass` by the year in which the school year began.
    this_year
        The year in which the running one began.
    """
    years = (("classes.events.this_year", this_year), ("classes.events.last_year", this_year - 1))
    cells = "".join(
        f"<div><dt>{escape(say(key, first=year, last=year + 1))}</dt>"
        f"<dd>{escape(class_text(told[year]) if year in told else NOTHING)}</dd></div>"
        for key, year in years
    )
    return f'<dl class="campus-classes">{cells}</dl>'

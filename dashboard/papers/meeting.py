"""The meeting papers: the ranking in words, the three lists, a blank table of what is agreed, the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.papers.document import (
    add_frame,
    add_heading,
    add_table,
    add_text,
    add_title,
    add_wide_picture,
    new_paper,
    to_bytes,
)
from dashboard.papers.lists import DECISIONS, duties, problems, task_list
from dashboard.papers.material import chosen_zones
from dashboard.papers.wording import clauses, day, weights_words, zone_words
from geo.terms import ZoneDecision

if TYPE_CHECKING:
    from dashboard.papers.document import Paper
    from dashboard.papers.material import Imprint, Material, Wanted
    from dashboard.papers.wording import ZoneWords
    from data.messages import Lang

BLANK_ROWS = 8
"""Of the table of what is agreed."""


def meeting_docx(material: Material, wanted: Wanted, imprint: Imprint, map_png: bytes, lang: Lang) -> bytes:
    """Write the papers of a meeting.

    Parameters
    ----------
    material
        Of one district.
    wanted
        Date, title and zones of the meeting.
    imprint
        What every page carries.
    map_png
        The map, from `sheet_map.map_sheet`.
    lang
        Language of the papers.

    Returns
    -------
    bytes
        A docx file.
    """
    zones = chosen_zones(material.zones, wanted)
    paper = new_paper(imprint, lang, title=wanted.title)
    add_title(paper, wanted.title, day(wanted.meeting_on, lang))
    _overview(paper, material, len(zones))
    add_heading(paper, paper.say("papers.section.zones"))
    for told in told_zones(material, wanted, lang):
        add_heading(paper, f"{told.rank}{paper.say('papers.colon')}{told.place}", level=2)
        for sentence in told.sentences:
            add_text(paper, sentence)
    if zones.empty:
        add_text(paper, paper.say("papers.empty.zones"))
    nothing = paper.say("papers.empty.list")
    add_heading(paper, paper.say("papers.section.problems"))
    add_frame(paper, problems(material, zones, lang), (3, 2, 5, 2.4, 2), if_empty=nothing)
    add_heading(paper, paper.say("papers.section.tasks"))
    add_frame(paper, task_list(material, zones, lang), (4.5, 3, 2, 2, 1.6), if_empty=nothing)
    add_heading(paper, paper.say("papers.section.duties"))
    add_frame(paper, duties(material, zones, lang), (5, 2.6, 2.6, 2), if_empty=nothing)
    _decisions(paper)
    add_wide_picture(paper, map_png, paper.say("papers.section.map"))
    return to_bytes(paper)


def told_zones(material: Material, wanted: Wanted, lang: Lang) -> list[ZoneWords]:
    """Tell of each zone that is wanted, by rank; zones that share a place are said to."""
    zones, names = chosen_zones(material.zones, wanted), material.names()
    tied = zones["rank"].isin(material.zones.loc[material.zones["rank"].duplicated(keep=False), "rank"])
    rows = zip(zones.to_dict("records"), tied, strict=True)
    return [zone_words(zone, names, lang, is_tied=bool(is_tied)) for zone, is_tied in rows]


def _overview(paper: Paper, material: Material, count: int) -> None:
    """Write what the list is, how it was made, and what it is not for."""
    decided = int((material.zones["decision"] == ZoneDecision.DECIDED).sum())
    add_heading(paper, paper.say("papers.section.overview"))
    add_text(paper, paper.say("papers.overview", zones=len(material.zones), shown=count, decided=decided))
    if len(material.zones) and (words := weights_words(material.zones["weights"].iloc[0], paper.lang)):
        add_text(paper, paper.say("papers.weights", weights=words))
    add_text(paper, clauses([paper.say("papers.appraisal"), paper.say("papers.proposal_only")], paper.lang))
    add_text(paper, paper.say("papers.few_events"))


def _decisions(paper: Paper) -> None:
    """Leave a table for what is agreed, in the order in which it is typed back."""
    add_heading(paper, paper.say("papers.section.decisions"))
    headings = [paper.say(f"papers.column.{name}") for name in DECISIONS]
    add_table(paper, headings, [[""] * len(DECISIONS)] * BLANK_ROWS, (5, 2.6, 2.6, 2))
    add_text(paper, paper.say("papers.type_back"))

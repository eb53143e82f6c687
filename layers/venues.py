"""The venues: what the distance checks say of each, told by sign and colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.terms import FindingStatus
from layers.spec import AT_SCHOOLS, Draw, LayerSpec, LegendEntry

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

CANDIDATE, SURVEY, CLEAR, DIMMED = "K", "N", "Z", "9"
"""Codes: to be verified; to be measured; nothing found; not among those that are looked at."""
CODES = {
    FindingStatus.CANDIDATE: CANDIDATE,
    FindingStatus.NEEDS_SURVEY: SURVEY,
    FindingStatus.CLEAR: CLEAR,
}
LINES = (CANDIDATE, SURVEY, CLEAR)

SPEC = LayerSpec(
    key="venue",
    url="/layers/venue?v={version}",
    id_column="id",
    title_key="rules.map.title",
    columns=("code", "name"),
    legend=(
        LegendEntry(CANDIDATE, "rules.status.candidate", "diamond"),
        LegendEntry(SURVEY, "rules.status.needs_survey", "half"),
        LegendEntry(CLEAR, "rules.status.clear", "dot"),
    ),
    roles=AT_SCHOOLS,
    draw=Draw.GLYPH,
    is_shaped_by_code=True,
    is_on_demand=True,
)


def codes(venues: Iterable[str], status: Mapping[str, str], shown: Collection[str]) -> str:
    """Say what was found of each venue, one character a venue.

    Parameters
    ----------
    venues
        Codes of venues in the order of the layer's features.
    status
        The gravest word of `geo.terms.FindingStatus` by venue; those without are clear.
    shown
        Codes of the venues that are looked at; others of which something was found are dimmed.
    """
    found = ((code, CODES[FindingStatus(status.get(code, FindingStatus.CLEAR))]) for code in venues)
    return "".join(sign if sign == CLEAR or code in shown else DIMMED for code, sign in found)

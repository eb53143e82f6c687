"""整治 / Rectification: where a joint clean-up should go first, why, how firm that is, whether it worked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import audit, queries
from dashboard.choice import choose
from dashboard.components.frame import notices
from dashboard.components.rect_campaigns import campaigns_part
from dashboard.components.rect_findings import findings_part
from dashboard.components.rect_hazards import hazards_part
from dashboard.components.rect_hotspots import hotspots_part
from dashboard.components.rect_papers import papers_part
from dashboard.components.rect_rules import rules_part
from dashboard.components.rect_zones import zones_part
from dashboard.components.watch import renew_when_changed, renew_when_up
from dashboard.texts import say
from data.rights import parts_of
from geo.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PARTS: Mapping[str, Callable[[queries.Situation], None]] = {
    "zones": zones_part,
    "hotspots": hotspots_part,
    "findings": findings_part,
    "rules": rules_part,
    "hazards": hazards_part,
    "campaigns": campaigns_part,
    "papers": papers_part,
}
"""What each part shows; who has it stands in the matrix (`data.rights`), and the database holds it too."""
OPENED_IN = {"zones": ("zone",), "hotspots": ("cell",), "findings": ("venue",), "hazards": ("hazard",)}
"""What can be opened in a part, for the access log."""


def rectification_page() -> None:
    """Show the page; whatever is missing is said in a sentence, and the page heals by itself."""
    try:
        situation = queries.situation()
        _page(situation)
    except CampusError:
        renew_when_up()


def _page(situation: queries.Situation) -> None:
    """Show the part that is asked for."""
    notices(situation)
    names = parts_of(situation.role)
    if not names:  # the session ended while the page was being made
        return
    with st.container(key="parts"):
        part = choose(
            "rect", names, default=names[0], label=say("rectify.part.label"),
            show=lambda word: say(f"rectify.part.{word}"),
        )  # fmt: skip
    audit.viewed(f"/rectification/{part}", situation.stamp, audit.opened(*OPENED_IN.get(part, ())))
    PARTS[part](situation)
    renew_when_changed(situation.stamp)

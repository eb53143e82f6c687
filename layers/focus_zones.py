"""The focus zones: schools whose surroundings touch, with their places in the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.spec import DECIDERS, LayerSpec, LegendEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geo.terms import ZoneDecision

FIRST, OTHER = "f", "o"
OF_DECISION = {"decided": "d", "declined": "x"}

SPEC = LayerSpec(
    key="focus_zone",
    url="/layers/focus_zone?v={version}",
    id_column="zone_id",
    title_key="layers.focus_zone.title",
    legend=(
        LegendEntry(FIRST, "layers.focus_zone.first"),
        LegendEntry(OTHER, "layers.focus_zone.other"),
        LegendEntry("d", "layers.focus_zone.decided"),
        LegendEntry("x", "layers.focus_zone.declined"),
    ),
    roles=DECIDERS,
    is_sensitive=True,
    is_on_demand=True,
)


def codes(zone_ids: Iterable[str], first: Iterable[bool], decisions: Mapping[str, ZoneDecision | str]) -> str:
    """Give one code a zone.

    Parameters
    ----------
    zone_ids
        In the order of the map's features.
    first
        Whether each is among the first places.
    decisions
        What was decided, by zone.
    """
    return "".join(
        OF_DECISION.get(str(decisions.get(zone, "")), FIRST if is_first else OTHER)
        for zone, is_first in zip(zone_ids, first, strict=True)
    )
